with source as (
    select
        response_id,
        note_number,
        note_kind_code,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code,
        as_at_date,
        stated_label,
        unit_code,
        rounded_to,
        note_text
    from {{ ref('foi_note') }}
),

typed as (
    select
        {{ blank_to_null('response_id') }} as response_id,
        try_cast({{ blank_to_null('note_number') }} as integer) as note_number,
        {{ blank_to_null('note_kind_code') }} as note_kind_code,
        {{ blank_to_null('question_code') }} as question_code,
        try_cast({{ blank_to_null('period_start_date') }} as date) as period_start_date,
        try_cast({{ blank_to_null('period_end_date') }} as date) as period_end_date,
        {{ blank_to_null('age_band_code') }} as age_band_code,
        try_cast({{ blank_to_null('as_at_date') }} as date) as as_at_date,
        {{ blank_to_null('stated_label') }} as stated_label,
        {{ blank_to_null('unit_code') }} as unit_code,
        try_cast({{ blank_to_null('rounded_to') }} as integer) as rounded_to,
        {{ blank_to_null('note_text') }} as note_text
    from source
)

select * from typed
