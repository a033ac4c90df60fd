with figure as (
    select
        source_key,
        authority_key,
        question_set_code,
        question_code,
        period_key,
        age_band_code,
        measure_code,
        definition_code,
        unit_code,
        value,
        lower_bound,
        upper_bound,
        status_code,
        is_approximate,
        is_follow_up_complete,
        as_at_date,
        cell_text
    from {{ ref('int_census_answer__figured') }}
)

select
    concat_ws('/', source_key, question_code, period_key, age_band_code) as answer_key,
    source_key,
    authority_key,
    question_set_code,
    question_code,
    period_key,
    age_band_code,
    measure_code,
    definition_code,
    unit_code,
    cast(value as bigint) as value,
    cast(lower_bound as bigint) as lower_bound,
    cast(upper_bound as bigint) as upper_bound,
    status_code,
    is_approximate,
    is_follow_up_complete,
    as_at_date,
    cell_text
from figure
