with referral as (
    select
        la_code,
        census_year,
        referral_row_key,
        child_key,
        la_child_id
    from {{ ref('int_census_referral__once') }}
),

plan as (
    select
        referral_row_key,
        plan_number,
        start_date,
        end_date,
        initial_category_code,
        latest_category_code,
        previous_plan_count
    from {{ ref('stg_census__child_protection_plan') }}
),

person as (
    select
        child_key,
        person_key
    from {{ ref('int_census_person__linked') }}
),

-- the newest day of birth that any return of the child has
born as (
    select
        child_key,
        max_by(birth_date, case when birth_date is not null then child_row_key end) as birth_date
    from {{ ref('int_census_child__identified') }}
    group by child_key
)

select
    referral.la_code,
    referral.census_year,
    referral.referral_row_key,
    plan.plan_number,
    referral.child_key,
    referral.la_child_id,
    person.person_key,
    born.birth_date,
    plan.start_date,
    plan.end_date,
    plan.initial_category_code,
    plan.latest_category_code,
    plan.previous_plan_count
from plan
inner join referral on plan.referral_row_key = referral.referral_row_key
inner join person on referral.child_key = person.child_key
inner join born on referral.child_key = born.child_key
