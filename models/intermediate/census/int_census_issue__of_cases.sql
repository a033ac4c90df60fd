{{ config(meta={'council': 'la_code'}) }}
with told as (
    select
        la_code,
        census_year,
        child_row_key,
        referral_row_key,
        referral_date,
        closure_date,
        coalesce(is_no_further_action, false) as is_no_further_action
    from {{ of_councils(ref('stg_census__referral')) }}
),

child as (
    select
        child_row_key,
        child_key,
        la_child_id
    from {{ ref('int_census_child__identified') }}
),

census_return as (
    select
        la_code,
        census_year,
        reference_date
    from {{ ref('stg_census__return') }}
),

-- as the return has them: a case that it repeats overlaps itself
referral as (
    select
        told.la_code,
        told.census_year,
        told.referral_row_key,
        child.child_key,
        child.la_child_id,
        told.referral_date,
        told.closure_date is null and not told.is_no_further_action as is_open,
        -- a case without a closure goes on to the reference date, and one of no further action is no case
        coalesce(
            told.closure_date,
            case when not told.is_no_further_action then census_return.reference_date end
        ) as last_date
    from told
    inner join child on told.child_row_key = child.child_row_key
    inner join census_return
        on
            told.la_code = census_return.la_code
            and told.census_year = census_return.census_year
),

open_case as (
    select
        la_code,
        census_year,
        la_child_id,
        is_open,
        referral_date,
        count(*) filter (where is_open) over (partition by child_key, census_year) as open_case_count,
        max(referral_date) over (partition by child_key, census_year) as last_referral_date
    from referral
),

-- a child has few cases in a return: each against each
inside as (
    select
        referral.la_code,
        referral.census_year,
        referral.la_child_id,
        referral.referral_date > around.referral_date as is_strictly_inside
    from referral
    inner join referral as around
        on
            referral.child_key = around.child_key
            and referral.census_year = around.census_year
            and referral.referral_row_key <> around.referral_row_key
    where referral.referral_date >= around.referral_date and referral.referral_date < around.last_date
)

select distinct
    la_code,
    census_year,
    la_child_id,
    '8815' as rule_code
from open_case
where open_case_count > 1

union all

select distinct
    la_code,
    census_year,
    la_child_id,
    '8816' as rule_code
from open_case
where is_open and referral_date < last_referral_date

union all

select distinct
    la_code,
    census_year,
    la_child_id,
    '8820' as rule_code
from inside

union all

select distinct
    la_code,
    census_year,
    la_child_id,
    '8820_strictly_inside' as rule_code
from inside
where is_strictly_inside
