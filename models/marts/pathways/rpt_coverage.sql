with panel as (
    select
        response_id,
        question_code,
        measure_code,
        period_start_date,
        period_end_date,
        is_asked,
        status_code
    from {{ ref('int_foi_figure__panel') }}
),

response as (
    select
        response_id,
        source_key,
        authority_key,
        nation_code,
        question_set_code,
        is_answered,
        early_help_process_text
    from {{ ref('int_foi_response__keyed') }}
),

superseded as (
    select distinct supersedes_source_key as source_key
    from {{ ref('int_foi_response__keyed') }}
    where supersedes_source_key is not null
),

question as (
    select
        question_set_code,
        question_code,
        answer_kind_code,
        measure_code,
        question_summary
    from {{ ref('stg_foi__question') }}
),

-- who was asked, and of whom nothing is at hand
awaited as (
    select
        question_set_code,
        nation_code,
        authority_key
    from {{ ref('int_foi_request__asked') }}
    where not has_response
),

asked as (
    select
        question_set_code,
        period_start_date,
        period_end_date,
        count(*) as asked_figure_count
    from {{ ref('stg_foi__asked') }}
    group by question_set_code, period_start_date, period_end_date
),

counts as (
    select
        response.source_key,
        response.authority_key,
        response.nation_code,
        response.question_set_code,
        panel.question_code,
        panel.measure_code,
        {{ period_key('panel.period_start_date', 'panel.period_end_date') }} as period_key,
        count(*) filter (where panel.is_asked) as asked_figure_count,
        count(*) filter (where panel.status_code = 'reported') as reported_figure_count,
        count(*) filter (where panel.status_code = 'suppressed') as suppressed_figure_count,
        count(*) filter (where panel.status_code = 'published_elsewhere')
            as published_elsewhere_figure_count,
        count(*) filter (where panel.status_code in ('refused', 'not_held'))
            as refused_or_not_held_figure_count,
        count(*) filter (where panel.status_code = 'not_answered') as not_answered_figure_count,
        count(*) as figure_count,
        case when min(panel.status_code) = max(panel.status_code) then max(panel.status_code) end
            as common_status_code
    from panel
    inner join response on panel.response_id = response.response_id
    group by all
),

figures as (
    select
        counts.source_key,
        counts.authority_key,
        counts.nation_code,
        counts.question_set_code,
        counts.question_code,
        question.question_summary,
        counts.measure_code,
        counts.period_key,
        counts.asked_figure_count,
        counts.reported_figure_count,
        counts.suppressed_figure_count,
        counts.published_elsewhere_figure_count,
        counts.refused_or_not_held_figure_count,
        counts.figure_count - counts.reported_figure_count - counts.suppressed_figure_count
        - counts.published_elsewhere_figure_count - counts.refused_or_not_held_figure_count
        - counts.not_answered_figure_count as other_figure_count,
        counts.not_answered_figure_count,
        -- a suppressed figure is an answer: the council counted, and withheld the count
        case
            when
                counts.reported_figure_count + counts.suppressed_figure_count
                = counts.figure_count then 'answered'
            when counts.common_status_code is not null then counts.common_status_code
            when counts.reported_figure_count + counts.suppressed_figure_count > 0
                then 'partly_answered'
            else 'mixed'
        end as outcome_code,
        cast(null as string) as answer_text
    from counts
    inner join question
        on
            counts.question_set_code = question.question_set_code
            and counts.question_code = question.question_code
),

yes_no as (
    select
        response.source_key,
        response.authority_key,
        response.nation_code,
        response.question_set_code,
        question.question_code,
        question.question_summary,
        question.measure_code,
        cast(null as string) as period_key,
        0 as asked_figure_count,
        0 as reported_figure_count,
        0 as suppressed_figure_count,
        0 as published_elsewhere_figure_count,
        0 as refused_or_not_held_figure_count,
        0 as other_figure_count,
        0 as not_answered_figure_count,
        case
            when response.early_help_process_text is null then 'not_answered' else 'answered'
        end as outcome_code,
        response.early_help_process_text as answer_text
    from response
    inner join question on response.question_set_code = question.question_set_code
    where question.answer_kind_code = 'yes_no'
),

no_response as (
    select
        cast(null as string) as source_key,
        awaited.authority_key,
        awaited.nation_code,
        awaited.question_set_code,
        question.question_code,
        question.question_summary,
        question.measure_code,
        case
            when question.answer_kind_code = 'count'
                then {{ period_key('asked.period_start_date', 'asked.period_end_date') }}
        end as period_key,
        coalesce(asked.asked_figure_count, 0) as asked_figure_count,
        0 as reported_figure_count,
        0 as suppressed_figure_count,
        0 as published_elsewhere_figure_count,
        0 as refused_or_not_held_figure_count,
        0 as other_figure_count,
        coalesce(asked.asked_figure_count, 0) as not_answered_figure_count,
        'no_response' as outcome_code,
        cast(null as string) as answer_text
    from awaited
    inner join question on awaited.question_set_code = question.question_set_code
    left join asked
        on awaited.question_set_code = asked.question_set_code and question.answer_kind_code = 'count'
),

unioned as (
    select
        source_key,
        authority_key,
        nation_code,
        question_set_code,
        question_code,
        question_summary,
        measure_code,
        period_key,
        asked_figure_count,
        reported_figure_count,
        suppressed_figure_count,
        published_elsewhere_figure_count,
        refused_or_not_held_figure_count,
        other_figure_count,
        not_answered_figure_count,
        outcome_code,
        answer_text
    from figures
    union all
    select
        source_key,
        authority_key,
        nation_code,
        question_set_code,
        question_code,
        question_summary,
        measure_code,
        period_key,
        asked_figure_count,
        reported_figure_count,
        suppressed_figure_count,
        published_elsewhere_figure_count,
        refused_or_not_held_figure_count,
        other_figure_count,
        not_answered_figure_count,
        outcome_code,
        answer_text
    from yes_no
    union all
    select
        source_key,
        authority_key,
        nation_code,
        question_set_code,
        question_code,
        question_summary,
        measure_code,
        period_key,
        asked_figure_count,
        reported_figure_count,
        suppressed_figure_count,
        published_elsewhere_figure_count,
        refused_or_not_held_figure_count,
        other_figure_count,
        not_answered_figure_count,
        outcome_code,
        answer_text
    from no_response
)

select
    concat_ws(
        '/',
        coalesce(unioned.source_key, unioned.question_set_code || '-' || unioned.authority_key),
        unioned.question_code,
        unioned.period_key
    ) as coverage_key,
    unioned.source_key,
    unioned.authority_key,
    unioned.nation_code,
    unioned.question_set_code,
    unioned.question_code,
    unioned.question_summary,
    unioned.measure_code,
    unioned.period_key,
    superseded.source_key is not null as is_superseded,
    cast(unioned.asked_figure_count as integer) as asked_figure_count,
    cast(unioned.reported_figure_count as integer) as reported_figure_count,
    cast(unioned.suppressed_figure_count as integer) as suppressed_figure_count,
    cast(unioned.published_elsewhere_figure_count as integer) as published_elsewhere_figure_count,
    cast(unioned.refused_or_not_held_figure_count as integer) as refused_or_not_held_figure_count,
    cast(unioned.other_figure_count as integer) as other_figure_count,
    cast(unioned.not_answered_figure_count as integer) as not_answered_figure_count,
    unioned.outcome_code,
    unioned.answer_text
from unioned
left join superseded on unioned.source_key = superseded.source_key
