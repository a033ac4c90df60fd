with request as (
    select
        question_set_code,
        nation_code,
        authority_key,
        request_date,
        has_response
    from {{ ref('int_foi_request__asked') }}
),

response as (
    select
        source_key,
        authority_key,
        question_set_code,
        response_date,
        early_help_process_text
    from {{ ref('int_foi_response__keyed') }}
),

question as (
    select
        question_set_code,
        definition_code
    from {{ ref('stg_foi__question') }}
    where answer_kind_code = 'count'
),

asked as (
    select
        question_set_code,
        {{ period_key('period_start_date', 'period_end_date') }} as period_key,
        age_band_code
    from {{ ref('stg_foi__asked') }}
),

-- of several answers the one in force, so that a correction of one cell does not hide the rest
figure as (
    select
        authority_key,
        period_key,
        age_band_code,
        definition_code,
        status_code
    from {{ ref('fct_pathway_figure') }}
    where is_in_force
),

panel as (
    select
        request.question_set_code,
        request.authority_key,
        coalesce(figure.status_code, 'not_answered') as status_code
    from request
    inner join question on request.question_set_code = question.question_set_code
    inner join asked on request.question_set_code = asked.question_set_code
    left join figure
        on
            request.authority_key = figure.authority_key
            and asked.period_key = figure.period_key
            and asked.age_band_code = figure.age_band_code
            and question.definition_code = figure.definition_code
),

counts as (
    select
        question_set_code,
        authority_key,
        count(*) as asked_figure_count,
        count(*) filter (where status_code = 'reported') as reported_figure_count,
        count(*) filter (where status_code = 'suppressed') as suppressed_figure_count,
        count(*) filter (where status_code = 'published_elsewhere') as published_elsewhere_figure_count,
        count(*) filter (where status_code = 'refused') as refused_figure_count,
        count(*) filter (where status_code = 'not_held') as not_held_figure_count,
        count(*) filter (where status_code = 'not_answered') as not_answered_figure_count,
        case when min(status_code) = max(status_code) then max(status_code) end as common_status_code
    from panel
    group by question_set_code, authority_key
),

latest as (
    select
        question_set_code,
        authority_key,
        count(*) as response_count,
        max(response_date) as response_date,
        -- a dated answer goes before one without a date
        max_by(
            early_help_process_text, coalesce(cast(response_date as string), '') || '/' || source_key
        )
        filter (where early_help_process_text is not null) as early_help_process_text
    from response
    group by question_set_code, authority_key
)

select
    request.question_set_code || '/' || request.authority_key as response_key,
    request.question_set_code,
    request.authority_key,
    request.nation_code,
    request.request_date,
    latest.response_date,
    cast(coalesce(latest.response_count, 0) as integer) as response_count,
    latest.early_help_process_text,
    cast(counts.asked_figure_count as integer) as asked_figure_count,
    cast(counts.reported_figure_count as integer) as reported_figure_count,
    cast(counts.suppressed_figure_count as integer) as suppressed_figure_count,
    cast(counts.published_elsewhere_figure_count as integer) as published_elsewhere_figure_count,
    cast(counts.refused_figure_count as integer) as refused_figure_count,
    cast(counts.not_held_figure_count as integer) as not_held_figure_count,
    cast(
        counts.asked_figure_count - counts.reported_figure_count - counts.suppressed_figure_count
        - counts.published_elsewhere_figure_count - counts.refused_figure_count
        - counts.not_held_figure_count - counts.not_answered_figure_count as integer
    ) as other_figure_count,
    cast(counts.not_answered_figure_count as integer) as not_answered_figure_count,
    -- a suppressed figure is an answer: the council counted, and withheld the count
    case
        when not request.has_response then 'no_response'
        when counts.reported_figure_count + counts.suppressed_figure_count = counts.asked_figure_count
            then 'answered'
        when counts.reported_figure_count + counts.suppressed_figure_count > 0 then 'partly_answered'
        else coalesce(counts.common_status_code, 'mixed')
    end as outcome_code
from request
inner join counts
    on
        request.question_set_code = counts.question_set_code
        and request.authority_key = counts.authority_key
left join latest
    on
        request.question_set_code = latest.question_set_code
        and request.authority_key = latest.authority_key
