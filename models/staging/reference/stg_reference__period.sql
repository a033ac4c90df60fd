with source as (
    select
        period_start_date,
        period_end_date,
        period_label,
        period_kind_code
    from {{ ref('period') }}
),

typed as (
    select
        try_cast({{ blank_to_null('period_start_date') }} as date) as period_start_date,
        try_cast({{ blank_to_null('period_end_date') }} as date) as period_end_date,
        {{ blank_to_null('period_label') }} as period_label,
        {{ blank_to_null('period_kind_code') }} as period_kind_code
    from source
)

select * from typed
