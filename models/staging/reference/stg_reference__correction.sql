with source as (
    select
        response_id,
        table_number,
        row_number,
        column_number,
        expected_text,
        corrected_text,
        reason,
        evidence,
        corrected_on_date
    from {{ ref('correction') }}
),

typed as (
    select
        {{ blank_to_null('response_id') }} as response_id,
        try_cast({{ blank_to_null('table_number') }} as integer) as table_number,
        try_cast({{ blank_to_null('row_number') }} as integer) as row_number,
        try_cast({{ blank_to_null('column_number') }} as integer) as column_number,
        expected_text,
        corrected_text,
        {{ blank_to_null('reason') }} as reason,
        {{ blank_to_null('evidence') }} as evidence,
        try_cast({{ blank_to_null('corrected_on_date') }} as date) as corrected_on_date
    from source
)

select * from typed
