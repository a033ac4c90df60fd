with source as (
    select
        question_set_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('foi_asked') }}
),

typed as (
    select
        {{ blank_to_null('question_set_code') }} as question_set_code,
        try_cast({{ blank_to_null('period_start_date') }} as date) as period_start_date,
        try_cast({{ blank_to_null('period_end_date') }} as date) as period_end_date,
        {{ blank_to_null('age_band_code') }} as age_band_code
    from source
)

select * from typed
