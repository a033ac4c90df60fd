with census_return as (
    select
        la_code,
        census_year,
        is_synthetic
    from {{ ref('stg_census__return') }}
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
        is_zero_without_rows
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
        census_return.census_year >= coalesce(census_measure.first_census_year, 0) as can_be_counted,
        census_return.is_synthetic
    from census_return
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
        when not panel.can_be_counted then null
        when panel.is_zero_without_rows then coalesce(counted.value, 0)
        else counted.value
    end as value,
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
    is_synthetic
from factor
