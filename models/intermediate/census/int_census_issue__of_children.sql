{{ config(meta={'council': 'la_code'}) }}
with child as (
    select
        la_code,
        child_row_key,
        child_key,
        la_child_id
    from {{ of_councils(ref('int_census_child__identified')) }}
),

told as (
    select
        child_row_key,
        census_year,
        la_child_id,
        upn_unknown_code
    from {{ of_councils(ref('stg_census__child')) }}
),

referral as (
    select
        child_row_key,
        bool_or(not coalesce(is_no_further_action, false)) as has_further_action
    from {{ of_councils(ref('stg_census__referral')) }}
    group by child_row_key
),

judged as (
    select
        child.la_code,
        told.census_year,
        child.la_child_id,
        told.la_child_id is null as rule_8500,
        count(*) over (partition by child.child_key, told.census_year) > 1 as rule_8510,
        referral.child_row_key is null as rule_8590,
        told.upn_unknown_code = 'UN7' and referral.has_further_action as rule_8772
    from child
    inner join told on child.child_row_key = told.child_row_key
    left join referral on child.child_row_key = referral.child_row_key
)

select distinct
    la_code,
    census_year,
    la_child_id,
    replace(column_name, 'rule_', '') as rule_code
from judged
unpivot (is_broken for column_name in (rule_8500, rule_8510, rule_8590, rule_8772))
where is_broken
