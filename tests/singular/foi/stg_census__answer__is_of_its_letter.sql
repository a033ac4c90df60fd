{{ config(meta={'rule_code': 'census_answer_is_of_its_letter'}) }}

-- A cell whose question, period, age band or count is unknown would fall out of the joins in silence. No kept
-- answer is no finding.
with cell as (
    select
        file_stem,
        answer_number,
        la_code,
        question_set_code,
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
        question_code
    from {{ ref('stg_foi__question') }}
    where answer_kind_code = 'count'
),

asked as (
    select
        question_set_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('stg_foi__asked') }}
),

mark as (
    select
        mark_text,
        status_code
    from {{ ref('int_cell_text__classified') }}
    where source_kind_code = 'foi'
),

judged as (
    select
        cell.*,
        case
            when cell.la_code = '' or cell.answer_number is null then 'the file name'
            when cell.as_at_date is null then 'the day of as_at'
            when question.question_code is null then 'question ' || coalesce(cell.question_code, '(blank)')
            when asked.age_band_code is null then 'the period or age band'
            when coalesce(mark.status_code, 'unreadable') in ('unreadable', 'blank')
                then 'count ' || coalesce(cell.cell_text, '(blank)')
        end as found
    from cell
    left join question
        on
            cell.question_set_code = question.question_set_code
            and cell.question_code = question.question_code
    left join asked
        on
            cell.question_set_code = asked.question_set_code
            and cell.period_start_date = asked.period_start_date
            and cell.period_end_date = asked.period_end_date
            and cell.age_band_code = asked.age_band_code
    left join mark on cell.mark_text = mark.mark_text
)

select
    'landing/census_answers/' || file_stem || '.csv, question ' || coalesce(question_code, '(blank)')
    || ', period from ' || coalesce(cast(period_start_date as string), '(none)')
    || ', age band ' || coalesce(age_band_code, '(blank)') as place,
    found
from judged
where found is not null
