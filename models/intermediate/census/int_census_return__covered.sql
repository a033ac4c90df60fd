with census_return as (
    select
        la_code,
        census_year,
        return_key,
        reference_date,
        is_synthetic
    from {{ ref('stg_census__return') }}
),

-- years of an unbroken run have one difference of year and place
numbered as (
    select
        *,
        census_year - row_number() over (partition by la_code order by census_year) as run_number
    from census_return
)

select
    la_code,
    census_year,
    return_key,
    reference_date,
    is_synthetic,
    coalesce(
        lag(census_year) over (partition by la_code order by census_year) = census_year - 1, false
    ) as is_previous_return_present,
    -- a gap between landed years; before the first and after the last there is none to land
    coalesce(
        lag(census_year) over (partition by la_code order by census_year) < census_year - 1, false
    ) as is_previous_return_missing,
    coalesce(
        lead(census_year) over (partition by la_code order by census_year) > census_year + 1, false
    ) as is_next_return_missing,
    max(reference_date) over (partition by la_code, run_number) as last_covered_date
from numbered
