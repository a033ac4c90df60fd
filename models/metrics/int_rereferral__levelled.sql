with rereferral as (
    select
        rereferral_key,
        authority_key,
        period_key,
        rereferral_count,
        referral_count
    from {{ ref('fct_rereferral') }}
    -- a rate is made of what is known on both sides
    where rereferral_count is not null and referral_count is not null
),

authority as (
    select
        authority_key,
        area_level_code
    from {{ ref('dim_authority') }}
),

period as (
    select
        period_key,
        period_end_date
    from {{ ref('dim_period') }}
)

select
    rereferral.rereferral_key,
    rereferral.authority_key,
    authority.area_level_code,
    rereferral.period_key,
    period.period_end_date,
    rereferral.rereferral_count,
    rereferral.referral_count
from rereferral
inner join authority on rereferral.authority_key = authority.authority_key
inner join period on rereferral.period_key = period.period_key
