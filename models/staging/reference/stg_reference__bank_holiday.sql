with source as (
    select
        bank_holiday_date,
        bank_holiday_name
    from {{ ref('bank_holiday') }}
),

typed as (
    select
        try_cast({{ blank_to_null('bank_holiday_date') }} as date) as bank_holiday_date,
        {{ blank_to_null('bank_holiday_name') }} as bank_holiday_name
    from source
)

select * from typed
