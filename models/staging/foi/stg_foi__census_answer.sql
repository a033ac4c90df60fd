with source as (
    select
        question_set_code,
        question_code,
        census_measure_code,
        part_of_codes,
        definition_code
    from {{ ref('foi_census_answer') }}
),

typed as (
    select
        {{ blank_to_null('question_set_code') }} as question_set_code,
        {{ blank_to_null('question_code') }} as question_code,
        {{ blank_to_null('census_measure_code') }} as census_measure_code,
        {{ blank_to_null('part_of_codes') }} as part_of_codes,
        {{ blank_to_null('definition_code') }} as definition_code
    from source
)

select * from typed
