{{ config(meta={'council': 'la_code'}) }}
with assessment as (
    select
        la_code,
        census_year,
        referral_row_key,
        child_key,
        la_child_id,
        assessment_number,
        referral_date,
        age_band_code,
        is_synthetic
    from {{ of_councils(ref('fct_assessment')) }}
    where is_completed_in_year
),

factor as (
    select
        referral_row_key,
        assessment_number,
        factor_code
    from {{ of_councils(ref('stg_census__factor')) }}
    where factor_code is not null
)

-- a factor counts once for an episode, however many assessments of it have it
select
    assessment.la_code,
    assessment.census_year,
    assessment.referral_row_key,
    factor.factor_code,
    assessment.child_key,
    assessment.la_child_id,
    assessment.referral_date,
    assessment.age_band_code,
    assessment.is_synthetic
from assessment
inner join factor
    on
        assessment.referral_row_key = factor.referral_row_key
        and assessment.assessment_number = factor.assessment_number
group by all
