with source as (
    select
        response_id,
        table_number,
        row_number,
        column_number,
        period_label,
        question_label,
        age_band_label,
        cell_text,
        is_row_wide,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('foi_cell') }}
),

typed as (
    select
        {{ blank_to_null('response_id') }} as response_id,
        try_cast({{ blank_to_null('table_number') }} as integer) as table_number,
        try_cast({{ blank_to_null('row_number') }} as integer) as row_number,
        try_cast({{ blank_to_null('column_number') }} as integer) as column_number,
        {{ blank_to_null('period_label') }} as period_label,
        {{ blank_to_null('question_label') }} as question_label,
        {{ blank_to_null('age_band_label') }} as age_band_label,
        cell_text,
        {{ is_true('is_row_wide') }} as is_row_wide,
        {{ blank_to_null('question_code') }} as question_code,
        try_cast({{ blank_to_null('period_start_date') }} as date) as period_start_date,
        try_cast({{ blank_to_null('period_end_date') }} as date) as period_end_date,
        {{ blank_to_null('age_band_code') }} as age_band_code
    from source
)

select * from typed
