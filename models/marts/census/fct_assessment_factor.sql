with assessment as (
    select
        la_code,
        census_year,
        return_key,
        la_child_id,
        referral_number,
        assessment_number,
        referral_date,
        age_band_code,
        is_synthetic
    from {{ ref('fct_assessment') }}
    where is_completed_in_year
),

factor as (
    select
        return_key,
        referral_number,
        assessment_number,
        factor_code
    from {{ ref('stg_census__factor') }}
    where factor_code is not null
)

-- a factor counts once for an episode, however many assessments of it have it
select
    concat_ws(
        '/', assessment.return_key, cast(assessment.referral_number as string), factor.factor_code
    ) as assessment_factor_key,
    assessment.la_code,
    assessment.census_year,
    assessment.return_key,
    assessment.la_child_id,
    assessment.referral_number,
    factor.factor_code,
    assessment.referral_date,
    assessment.age_band_code,
    assessment.is_synthetic
from assessment
inner join factor
    on
        assessment.return_key = factor.return_key
        and assessment.referral_number = factor.referral_number
        and assessment.assessment_number = factor.assessment_number
group by all
