with answer as (
    select
        file_stem,
        source_key,
        question_set_code,
        authority_key
    from {{ ref('int_census_answer__newest') }}
),

cell as (
    select
        file_stem,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code,
        as_at_date,
        cell_text,
        {{ mark_text('cell_text') }} as mark_text
    from {{ ref('stg_census__answer') }}
),

question as (
    select
        question_set_code,
        question_code,
        measure_code,
        definition_code
    from {{ ref('stg_foi__question') }}
    where answer_kind_code = 'count'
),

counted as (
    select
        question_set_code,
        question_code,
        definition_code
    from {{ ref('stg_foi__census_answer') }}
),

measure as (
    select
        measure_code,
        unit_code,
        has_follow_up
    from {{ ref('stg_reference__measure') }}
),

mark as (
    select
        mark_text,
        status_code,
        is_approximate,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_cell_text__classified') }}
    where source_kind_code = 'foi'
)

select
    answer.source_key,
    answer.authority_key,
    answer.question_set_code,
    cell.question_code,
    {{ period_key('cell.period_start_date', 'cell.period_end_date') }} as period_key,
    cell.age_band_code,
    question.measure_code,
    -- what the returns do not count is asked for by the letter's own definition
    coalesce(counted.definition_code, question.definition_code) as definition_code,
    measure.unit_code,
    mark.value,
    mark.lower_bound,
    mark.upper_bound,
    mark.status_code,
    mark.is_approximate,
    -- the last referral of the period can come back until twelve months after its end
    case
        when measure.has_follow_up and mark.status_code in ('reported', 'suppressed')
            then cell.as_at_date >= {{ twelve_months_after('cell.period_end_date') }}
    end as is_follow_up_complete,
    cell.as_at_date,
    cell.cell_text
from answer
inner join cell on answer.file_stem = cell.file_stem
inner join question
    on answer.question_set_code = question.question_set_code and cell.question_code = question.question_code
inner join measure on question.measure_code = measure.measure_code
inner join mark on cell.mark_text = mark.mark_text
left join counted
    on answer.question_set_code = counted.question_set_code and cell.question_code = counted.question_code
