with census_return as (
    select
        la_code,
        census_year,
        reference_date,
        is_synthetic
    from {{ ref('stg_census__return') }}
),

plan as (
    select
        la_code,
        census_year,
        person_key,
        birth_date,
        start_date,
        end_date
    from {{ ref('int_census_plan__told') }}
),

-- each council, and all of them together: there a child that moved counts once
area as (
    select
        la_code as area_code,
        la_code
    from census_return
    group by la_code
    union all
    select
        'all' as area_code,
        la_code
    from census_return
    group by la_code
),

period as (
    select
        area.area_code,
        census_return.census_year as last_census_year,
        max(census_return.reference_date) as period_end_date
    from area
    inner join census_return on area.la_code = census_return.la_code
    group by area.area_code, census_return.census_year
),

at_hand as (
    select
        period.area_code,
        period.last_census_year,
        count(distinct census_return.census_year) as return_year_count,
        bool_or(census_return.is_synthetic) as is_synthetic
    from period
    inner join area on period.area_code = area.area_code
    inner join census_return
        on
            area.la_code = census_return.la_code
            and census_return.census_year between period.last_census_year - 4 and period.last_census_year
    group by period.area_code, period.last_census_year
),

-- a plan is of the period if a return of its five years has it and some day of it lies in them
child as (
    select
        period.area_code,
        period.last_census_year,
        plan.person_key,
        bool_or(
            plan.census_year = period.last_census_year
            and coalesce(plan.end_date > period.period_end_date, true)
        ) as is_active,
        min({{ completed_years('plan.birth_date', 'period.period_end_date') }}) as age_years
    from period
    inner join area on period.area_code = area.area_code
    inner join plan
        on
            area.la_code = plan.la_code
            and plan.census_year between period.last_census_year - 4 and period.last_census_year
    where
        plan.start_date <= period.period_end_date
        and (plan.end_date is null or plan.end_date >= make_date(period.last_census_year - 5, 4, 1))
    group by period.area_code, period.last_census_year, plan.person_key
),

-- children not born yet, or without a day of birth, are in; those over 16 on the last day are out
counted as (
    select
        area_code,
        last_census_year,
        count(*) as child_count,
        count(*) filter (where not is_active) as child_no_longer_on_plan_count
    from child
    where coalesce(age_years, 0) <= 16
    group by area_code, last_census_year
)

select
    period.area_code,
    cast(period.last_census_year as integer) as last_census_year,
    cast(period.last_census_year - 4 as integer) as first_census_year,
    cast(at_hand.return_year_count as integer) as return_year_count,
    coalesce(counted.child_count, 0) as child_count,
    coalesce(counted.child_no_longer_on_plan_count, 0) as child_no_longer_on_plan_count,
    at_hand.is_synthetic
from period
inner join at_hand
    on
        period.area_code = at_hand.area_code
        and period.last_census_year = at_hand.last_census_year
left join counted
    on
        period.area_code = counted.area_code
        and period.last_census_year = counted.last_census_year
