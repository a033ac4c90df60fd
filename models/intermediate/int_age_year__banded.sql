with age_year as (
    select year(calendar_date) - 2000 as age_years
    from {{ calendar_days(2000, 2130) }}
    group by year(calendar_date)
),

age_band as (
    select
        age_band_code,
        minimum_age_years,
        maximum_age_years
    from {{ ref('stg_reference__age_band') }}
    -- not the band of all ages
    where minimum_age_years is not null or maximum_age_years is not null
)

select
    age_year.age_years,
    age_band.age_band_code
from age_year
inner join age_band
    on
        age_year.age_years >= coalesce(age_band.minimum_age_years, 0)
        and age_year.age_years <= coalesce(age_band.maximum_age_years, 130)
