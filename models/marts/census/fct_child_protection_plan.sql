with plan as (
    select
        la_code,
        census_year,
        referral_row_key,
        plan_number,
        child_key,
        la_child_id,
        person_key,
        birth_date,
        start_date,
        end_date,
        initial_category_code,
        latest_category_code,
        previous_plan_count
    from {{ ref('int_census_plan__told') }}
),

census_return as (
    select
        la_code,
        census_year,
        is_synthetic
    from {{ ref('stg_census__return') }}
),

newest_return as (
    select
        la_code,
        max(census_year) as census_year
    from census_return
    group by la_code
),

-- a plan that goes on over 31 March is in two returns: the newest has its end
newest as (
    select
        *,
        min(census_year) over (partition by child_key, start_date) as first_census_year
    from plan
    qualify
        row_number() over (
            partition by child_key, start_date
            order by census_year desc, referral_row_key desc, plan_number desc
        ) = 1
)

select
    newest.referral_row_key * 1000 + newest.plan_number as plan_key,
    newest.la_code,
    newest.child_key,
    newest.la_child_id,
    newest.person_key,
    newest.birth_date,
    newest.start_date,
    newest.end_date,
    newest.first_census_year,
    newest.census_year as last_census_year,
    newest.end_date is null and newest.census_year = newest_return.census_year as is_active,
    newest.initial_category_code,
    newest.latest_category_code,
    newest.previous_plan_count,
    census_return.is_synthetic
from newest
inner join newest_return on newest.la_code = newest_return.la_code
inner join census_return
    on
        newest.la_code = census_return.la_code
        and newest.census_year = census_return.census_year
