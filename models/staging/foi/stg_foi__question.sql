with source as (
    select
        question_set_code,
        question_code,
        question_number,
        answer_kind_code,
        measure_code,
        definition_code,
        question_summary
    from {{ ref('foi_question') }}
),

typed as (
    select
        {{ blank_to_null('question_set_code') }} as question_set_code,
        {{ blank_to_null('question_code') }} as question_code,
        {{ blank_to_null('question_number') }} as question_number,
        {{ blank_to_null('answer_kind_code') }} as answer_kind_code,
        {{ blank_to_null('measure_code') }} as measure_code,
        {{ blank_to_null('definition_code') }} as definition_code,
        {{ blank_to_null('question_summary') }} as question_summary
    from source
)

select * from typed
