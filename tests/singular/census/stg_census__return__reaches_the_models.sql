{{ config(meta={'rule_code': 'census_return_reaches_the_models'}) }}

-- A return whose files went away since it was landed would be a year without a child. Nothing landed is no
-- finding.
with child as (
    select
        return_key,
        count(*) as child_count
    from {{ ref('stg_census__child') }}
    group by return_key
),

referral as (
    select
        return_key,
        count(*) as referral_count
    from {{ ref('stg_census__referral') }}
    group by return_key
),

compared as (
    select
        census_return.la_code,
        census_return.census_year,
        census_return.child_count as landed_child_count,
        census_return.referral_count as landed_referral_count,
        coalesce(child.child_count, 0) as child_count,
        coalesce(referral.referral_count, 0) as referral_count
    from {{ ref('stg_census__return') }} as census_return
    left join child on census_return.return_key = child.return_key
    left join referral on census_return.return_key = referral.return_key
)

select
    'return of ' || la_code || ' for ' || cast(census_year as string) as place,
    cast(child_count as string) || ' children and ' || cast(referral_count as string) || ' referrals where '
    || cast(landed_child_count as string) || ' and ' || cast(landed_referral_count as string)
    || ' were landed' as found
from compared
where child_count <> landed_child_count or referral_count <> landed_referral_count
