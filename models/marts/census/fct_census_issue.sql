with issue as (
    select
        la_code,
        census_year,
        rule_code,
        la_child_id
    from {{ ref('int_census_issue__of_children') }}
    union all
    select
        la_code,
        census_year,
        rule_code,
        la_child_id
    from {{ ref('int_census_issue__of_referrals') }}
    union all
    select
        la_code,
        census_year,
        rule_code,
        la_child_id
    from {{ ref('int_census_issue__of_assessments') }}
    union all
    select
        la_code,
        census_year,
        rule_code,
        la_child_id
    from {{ ref('int_census_issue__of_cases') }}
),

rule as (
    select
        rule_code,
        message,
        severity_code,
        first_census_year
    from {{ ref('stg_reference__census_rule') }}
),

census_return as (
    select
        la_code,
        census_year,
        is_synthetic
    from {{ ref('stg_census__return') }}
)

select
    issue.la_code,
    issue.census_year,
    issue.rule_code,
    issue.la_child_id,
    rule.message,
    rule.severity_code,
    census_return.is_synthetic
from issue
inner join rule on issue.rule_code = rule.rule_code
inner join census_return
    on
        issue.la_code = census_return.la_code
        and issue.census_year = census_return.census_year
where issue.census_year >= coalesce(rule.first_census_year, issue.census_year)
