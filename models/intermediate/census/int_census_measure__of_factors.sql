with factor as (
    select
        la_code,
        census_year,
        referral_row_key,
        age_band_code,
        factor_code
    from {{ ref('fct_assessment_factor') }}
),

banded as (
    select
        la_code,
        census_year,
        referral_row_key,
        factor_code,
        'all' as age_band_code
    from factor
    union all
    select
        la_code,
        census_year,
        referral_row_key,
        factor_code,
        age_band_code
    from factor
    where age_band_code is not null
),

episode as (
    select
        la_code,
        census_year,
        age_band_code,
        referral_row_key,
        -- 21 says that no factor was found
        bool_or(factor_code <> '21') as has_factor
    from banded
    group by la_code, census_year, age_band_code, referral_row_key
)

select
    la_code,
    census_year,
    age_band_code,
    'factors.' || factor_code as measure_code,
    cast(count(*) as double) as value
from banded
group by la_code, census_year, age_band_code, factor_code

union all

select
    la_code,
    census_year,
    age_band_code,
    'episodes_with_factors' as measure_code,
    cast(count(*) filter (where has_factor) as double) as value
from episode
group by la_code, census_year, age_band_code

union all

select
    la_code,
    census_year,
    age_band_code,
    'episodes_with_factors_or_21' as measure_code,
    cast(count(*) as double) as value
from episode
group by la_code, census_year, age_band_code
