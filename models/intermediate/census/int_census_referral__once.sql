{{ config(meta={'council': 'la_code'}) }}
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
    from {{ of_councils(ref('stg_census__referral')) }}
),

child as (
    select
        child_row_key,
        child_key,
        la_child_id,
        birth_date
    from {{ of_councils(ref('int_census_child__identified')) }}
),

told as (
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
        referral.content_hash,
        coalesce(referral.is_no_further_action, false) as is_no_further_action,
        {{ census_year_of('referral.referral_date') }} as referral_census_year,
        {{ completed_years('child.birth_date', 'referral.referral_date') }} as age_at_referral_years
    from referral
    inner join child on referral.child_row_key = child.child_row_key
),

-- two Child elements of one identifier are one child, and what both of them hold is there once. Only what is
-- repeated is looked up, since next to nothing is.
repeated as (
    select
        child_key,
        census_year,
        content_hash,
        min(referral_row_key) as first_referral_row_key
    from told
    group by child_key, census_year, content_hash
    having count(*) > 1
),

age_band as (
    select
        age_years,
        age_band_code
    from {{ ref('int_age_year__banded') }}
)

select
    told.la_code,
    told.census_year,
    told.referral_row_key,
    told.child_key,
    told.la_child_id,
    told.referral_date,
    told.referral_source_code,
    told.primary_need_code,
    told.closure_date,
    told.closure_reason_code,
    told.initial_conference_date,
    told.is_no_further_action,
    told.referral_census_year,
    coalesce(told.referral_census_year = told.census_year, false) as is_of_its_year,
    told.age_at_referral_years,
    age_band.age_band_code
from told
left join repeated
    on
        told.child_key = repeated.child_key
        and told.census_year = repeated.census_year
        and told.content_hash = repeated.content_hash
left join age_band on told.age_at_referral_years = age_band.age_years
where told.referral_row_key = coalesce(repeated.first_referral_row_key, told.referral_row_key)
