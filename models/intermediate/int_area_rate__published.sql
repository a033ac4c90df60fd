with dfe as (
    select
        authority_key,
        period_key,
        rereferral_count,
        referral_count
    from {{ ref('fct_rereferral') }}
    where rereferral_count is not null and referral_count > 0
),

area as (
    select
        authority_key,
        area_level_code,
        region_code
    from {{ ref('dim_authority') }}
    where nation_code = 'E' and area_level_code in ('nation', 'region')
)

select
    dfe.period_key,
    area.area_level_code,
    area.region_code,
    'dfe_rereferral' as rate_code,
    dfe.rereferral_count / cast(dfe.referral_count as double) as rate_share
from dfe
inner join area on dfe.authority_key = area.authority_key
