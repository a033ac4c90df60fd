with assessment as (
    select
        la_code,
        child_key,
        census_year,
        age_band_code,
        is_timed,
        working_days,
        working_days_both_ends,
        is_within_45,
        is_within_45_of_referral
    from {{ ref('fct_assessment') }}
    where is_completed_in_year
),

banded as (
    select
        *,
        'all' as counted_age_band_code
    from assessment
    union all
    select
        *,
        age_band_code as counted_age_band_code
    from assessment
    where age_band_code is not null
),

counted as (
    select
        la_code,
        census_year,
        counted_age_band_code as age_band_code,
        cast(count(*) as double) as assessments__completed,
        cast(count(*) filter (where is_timed) as double) as assessments__timed,
        cast(median(working_days) filter (where is_timed) as double) as assessments__median_working_days,
        cast(count(*) filter (where is_timed and is_within_45) as double) as assessments__within_45,
        round(
            count(*) filter (where is_timed and is_within_45)
            / cast(nullif(count(*) filter (where is_timed), 0) as double), 6
        ) as assessments__share_within_45,
        cast(median(working_days_both_ends) filter (where is_timed) as double)
            as assessments__median_working_days_both_ends,
        cast(count(*) filter (where is_timed and is_within_45_of_referral) as double)
            as assessments__within_45_of_referral,
        cast(count(distinct child_key) as double) as q3__children_assessed
    from banded
    group by la_code, census_year, counted_age_band_code
)

select
    la_code,
    census_year,
    age_band_code,
    -- a code is a path, and a column cannot be named so
    replace(column_name, '__', '.') as measure_code,
    value
from counted
unpivot include nulls (
    value for column_name in (
        assessments__completed,
        assessments__timed,
        assessments__median_working_days,
        assessments__within_45,
        assessments__share_within_45,
        assessments__median_working_days_both_ends,
        assessments__within_45_of_referral,
        q3__children_assessed
    )
)
