{{ config(meta={'rule_code': 'response_agrees_with_coverage'}) }}

-- Both say who answered what, by two ways: one adds up figures in force, the other each source.
with coverage as (
    select
        question_set_code,
        authority_key,
        greatest(1, count(distinct source_key)) as source_count,
        bool_and(outcome_code = 'no_response') as is_silent,
        sum(asked_figure_count) as asked,
        sum(reported_figure_count) as reported,
        sum(suppressed_figure_count) as suppressed,
        sum(published_elsewhere_figure_count) as published_elsewhere,
        sum(refused_or_not_held_figure_count) as refused_or_not_held,
        sum(other_figure_count) as other,
        sum(not_answered_figure_count) as not_answered
    from {{ ref('rpt_coverage') }}
    group by question_set_code, authority_key
),

response as (
    select
        question_set_code,
        authority_key,
        outcome_code = 'no_response' as is_silent,
        asked_figure_count as asked,
        reported_figure_count as reported,
        suppressed_figure_count as suppressed,
        published_elsewhere_figure_count as published_elsewhere,
        refused_figure_count + not_held_figure_count as refused_or_not_held,
        other_figure_count as other,
        not_answered_figure_count as not_answered
    from {{ ref('rpt_response') }}
),

joined as (
    select
        coalesce(response.question_set_code, coverage.question_set_code) as question_set_code,
        coalesce(response.authority_key, coverage.authority_key) as authority_key,
        response.is_silent,
        response.asked,
        coverage.asked / coverage.source_count as coverage_asked,
        coverage.is_silent as is_coverage_silent,
        -- of several answers some figures are not in force; a figure that nobody asked for is in one only
        coverage.source_count = 1
        and coverage.asked = coverage.reported + coverage.suppressed + coverage.published_elsewhere
        + coverage.refused_or_not_held + coverage.other + coverage.not_answered as is_alike,
        concat_ws(
            ' ', response.reported, response.suppressed, response.published_elsewhere,
            response.refused_or_not_held, response.other, response.not_answered
        ) as counts,
        concat_ws(
            ' ', coverage.reported, coverage.suppressed, coverage.published_elsewhere,
            coverage.refused_or_not_held, coverage.other, coverage.not_answered
        ) as coverage_counts
    from response
    full outer join coverage
        on
            response.question_set_code = coverage.question_set_code
            and response.authority_key = coverage.authority_key
)

select
    'rpt_response, ' || question_set_code || '/' || authority_key as place,
    case
        when asked is null then 'in rpt_coverage alone'
        when coverage_asked is null then 'in rpt_response alone'
        else
            cast(asked as string) || ' asked, of which ' || counts || '; in rpt_coverage '
            || cast(cast(coverage_asked as integer) as string) || ', of which ' || coverage_counts
    end as found
from joined
where
    asked is null
    or coverage_asked is null
    or asked <> coverage_asked
    or is_silent <> is_coverage_silent
    or (is_alike and counts <> coverage_counts)

union all

select
    'rpt_response' as place,
    'nothing to check' as found
where not exists (
    select 1
    from joined
    where is_alike
)
