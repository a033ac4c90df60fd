with referral as (
    select
        la_code,
        census_year,
        child_row_key,
        referral_row_key,
        referral_date,
        referral_source_code,
        primary_need_code,
        closure_date,
        closure_reason_code,
        initial_conference_date,
        is_no_further_action,
        content_hash
    from {{ ref('stg_census__referral') }}
),

child as (
    select
        child_row_key,
        child_key,
        la_child_id,
        birth_date
    from {{ ref('int_census_child__identified') }}
),

-- two Child elements of one identifier are one child, and what both of them hold is there once
once as (
    select
        referral.la_code,
        referral.census_year,
        referral.referral_row_key,
        child.child_key,
        child.la_child_id,
        referral.referral_date,
        referral.referral_source_code,
        referral.primary_need_code,
        referral.closure_date,
        referral.closure_reason_code,
        referral.initial_conference_date,
        coalesce(referral.is_no_further_action, false) as is_no_further_action,
        {{ census_year_of('referral.referral_date') }} as referral_census_year,
        {{ completed_years('child.birth_date', 'referral.referral_date') }} as age_at_referral_years
    from referral
    inner join child on referral.child_row_key = child.child_row_key
    qualify
        row_number() over (
            partition by child.child_key, referral.census_year, referral.content_hash
            order by referral.referral_row_key
        ) = 1
),

age_band as (
    select
        age_years,
        age_band_code
    from {{ ref('int_age_year__banded') }}
)

select
    once.la_code,
    once.census_year,
    once.referral_row_key,
    once.child_key,
    once.la_child_id,
    once.referral_date,
    once.referral_source_code,
    once.primary_need_code,
    once.closure_date,
    once.closure_reason_code,
    once.initial_conference_date,
    once.is_no_further_action,
    once.referral_census_year,
    coalesce(once.referral_census_year = once.census_year, false) as is_of_its_year,
    once.age_at_referral_years,
    age_band.age_band_code
from once
left join age_band on once.age_at_referral_years = age_band.age_years
