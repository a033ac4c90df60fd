with census_return as (
    select
        la_code,
        census_year,
        is_synthetic
    from {{ ref('stg_census__return') }}
),

rule as (
    select
        rule_code,
        message,
        severity_code,
        first_census_year
    from {{ ref('stg_reference__census_rule') }}
),

told as (
    select
        child_row_key,
        la_code,
        census_year
    from {{ ref('stg_census__child') }}
),

identified as (
    select
        child_row_key,
        child_key
    from {{ ref('int_census_child__identified') }}
),

-- who has no identifier is a child too, and nobody else
child as (
    select
        told.la_code,
        told.census_year,
        count(distinct identified.child_key) as child_count
    from told
    inner join identified on told.child_row_key = identified.child_row_key
    group by told.la_code, told.census_year
),

issue as (
    select
        la_code,
        census_year,
        rule_code,
        count(*) as child_with_issue_count
    from {{ ref('fct_census_issue') }}
    group by la_code, census_year, rule_code
),

-- a rule that nobody breaks has its row too: what was looked at is seen
panel as (
    select
        census_return.la_code,
        census_return.census_year,
        census_return.is_synthetic,
        rule.rule_code,
        rule.message,
        rule.severity_code
    from census_return
    cross join rule
    where census_return.census_year >= coalesce(rule.first_census_year, census_return.census_year)
)

select
    panel.la_code,
    panel.census_year,
    panel.rule_code,
    panel.message,
    panel.severity_code,
    cast(coalesce(issue.child_with_issue_count, 0) as bigint) as child_with_issue_count,
    cast(coalesce(child.child_count, 0) as bigint) as child_count,
    cast(
        case
            when child.child_count > 0
                then 100.0 * coalesce(issue.child_with_issue_count, 0) / child.child_count
        end
        as double
    ) as child_with_issue_percent,
    panel.is_synthetic
from panel
left join child
    on
        panel.la_code = child.la_code
        and panel.census_year = child.census_year
left join issue
    on
        panel.la_code = issue.la_code
        and panel.census_year = issue.census_year
        and panel.rule_code = issue.rule_code
