{{ config(meta={'council': 'la_code'}) }}
with referral as (
    select
        la_code,
        census_year,
        referral_row_key,
        child_key,
        la_child_id,
        referral_date,
        age_band_code
    from {{ of_councils(ref('int_census_referral__once')) }}
),

assessment as (
    select
        referral_row_key,
        assessment_number,
        start_date,
        authorisation_date
    from {{ of_councils(ref('stg_census__assessment')) }}
),

working_day as (
    select
        calendar_date,
        is_working_day,
        working_day_number
    from {{ ref('int_calendar_day__numbered') }}
),

census_return as (
    select
        la_code,
        census_year,
        is_synthetic
    from {{ ref('stg_census__return') }}
),

counted as (
    select
        referral.la_code,
        referral.census_year,
        referral.referral_row_key,
        referral.child_key,
        referral.la_child_id,
        assessment.assessment_number,
        referral.referral_date,
        referral.age_band_code,
        assessment.start_date,
        assessment.authorisation_date,
        coalesce(
            {{ census_year_of('assessment.authorisation_date') }} = referral.census_year, false
        ) as is_completed_in_year,
        coalesce(assessment.start_date <= assessment.authorisation_date, false) as is_in_order,
        ended.working_day_number - began.working_day_number as working_days,
        -- as a spreadsheet counts: the day of the start is a day too
        ended.working_day_number - began.working_day_number
        + case when began.is_working_day then 1 else 0 end as working_days_both_ends,
        ended.working_day_number - referred.working_day_number as working_days_from_referral,
        census_return.is_synthetic
    from assessment
    inner join referral on assessment.referral_row_key = referral.referral_row_key
    inner join census_return
        on
            referral.la_code = census_return.la_code
            and referral.census_year = census_return.census_year
    left join working_day as began on assessment.start_date = began.calendar_date
    left join working_day as ended on assessment.authorisation_date = ended.calendar_date
    left join working_day as referred on referral.referral_date = referred.calendar_date
)

select
    la_code,
    census_year,
    referral_row_key,
    cast(assessment_number as integer) as assessment_number,
    child_key,
    la_child_id,
    referral_date,
    age_band_code,
    start_date,
    authorisation_date,
    is_completed_in_year,
    is_completed_in_year and is_in_order as is_timed,
    cast(case when is_in_order then working_days end as integer) as working_days,
    cast(case when is_in_order then working_days_both_ends end as integer) as working_days_both_ends,
    cast(case when is_in_order then working_days_from_referral end as integer)
        as working_days_from_referral,
    case when is_in_order then working_days <= 45 end as is_within_45,
    case when is_in_order then working_days_from_referral <= 45 end as is_within_45_of_referral,
    is_synthetic
from counted
