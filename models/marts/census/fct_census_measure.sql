with census_return as (
    select
        la_code,
        census_year,
        is_synthetic
    from {{ ref('stg_census__return') }}
),

covered as (
    select
        la_code,
        census_year,
        is_previous_return_missing,
        is_next_return_missing,
        {{ days_between('make_date(census_year, 3, 31)', 'last_covered_date') }} as covered_days
    from {{ ref('int_census_return__covered') }}
),

age_band as (
    select age_band_code
    from {{ ref('stg_reference__age_band') }}
),

census_measure as (
    select
        measure_code,
        unit_code,
        first_census_year,
        is_zero_without_rows,
        needs_previous_return,
        needs_next_return
    from {{ ref('stg_reference__census_measure') }}
),

counted as (
    select
        la_code,
        census_year,
        age_band_code,
        measure_code,
        value
    from {{ ref('int_census_measure__of_referrals') }}
    union all
    select
        la_code,
        census_year,
        age_band_code,
        measure_code,
        value
    from {{ ref('int_census_measure__of_assessments') }}
    union all
    select
        la_code,
        census_year,
        age_band_code,
        measure_code,
        value
    from {{ ref('int_census_measure__of_closures') }}
    union all
    select
        la_code,
        census_year,
        age_band_code,
        measure_code,
        value
    from {{ ref('int_census_measure__of_factors') }}
),

-- every measure has a row for every return and age band, whether anything was counted or not
panel as (
    select
        census_return.la_code,
        census_return.census_year,
        age_band.age_band_code,
        census_measure.measure_code,
        census_measure.unit_code,
        census_measure.is_zero_without_rows,
        case
            when census_return.census_year < census_measure.first_census_year then 'not_in_census_year'
            -- what is looked for in a year between that is not landed would count too few in silence
            when census_measure.needs_previous_return and covered.is_previous_return_missing
                then 'previous_return_missing'
            when census_measure.needs_next_return and covered.is_next_return_missing
                then 'next_return_missing'
        end as no_value_reason_code,
        -- a referral of the last day of the year can be followed by another until 365 days later
        case when census_measure.needs_next_return then covered.covered_days >= 365 end
            as is_follow_up_complete,
        census_return.is_synthetic
    from census_return
    inner join covered
        on
            census_return.la_code = covered.la_code
            and census_return.census_year = covered.census_year
    cross join age_band
    cross join census_measure
),

-- a factor has a row where it was found: the list of factors is the council's
factor as (
    select
        counted.la_code,
        counted.census_year,
        counted.age_band_code,
        counted.measure_code,
        counted.value,
        census_return.is_synthetic
    from counted
    inner join census_return
        on
            counted.la_code = census_return.la_code
            and counted.census_year = census_return.census_year
    where counted.measure_code like 'factors.%'
)

select
    panel.la_code,
    panel.census_year,
    panel.age_band_code,
    panel.measure_code,
    panel.unit_code,
    case
        when panel.no_value_reason_code is not null then null
        when panel.is_zero_without_rows then coalesce(counted.value, 0)
        else counted.value
    end as value,
    panel.no_value_reason_code,
    panel.is_follow_up_complete,
    panel.is_synthetic
from panel
left join counted
    on
        panel.la_code = counted.la_code
        and panel.census_year = counted.census_year
        and panel.age_band_code = counted.age_band_code
        and panel.measure_code = counted.measure_code

union all

select
    la_code,
    census_year,
    age_band_code,
    measure_code,
    'episode' as unit_code,
    value,
    null as no_value_reason_code,
    null as is_follow_up_complete,
    is_synthetic
from factor
