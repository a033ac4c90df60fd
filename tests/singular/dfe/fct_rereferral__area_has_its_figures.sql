{{ config(meta={'rule_code': 'published_area_has_its_figures'}) }}

-- Straight from the published file, area by area and year by year, against the mart, both ways.
with published as (
    select
        time_period as reporting_year,
        'E-' || coalesce(
            case when geographic_level = 'Local authority' then old_la_code end,
            case when geographic_level = 'Regional' then region_code end,
            country_code
        ) as authority_key,
        trim(cell_text) as cell_text
    from {{ ref('stg_dfe__c1_release_2025') }}
    where column_name = 'referral_count'
),

mart as (
    select
        reporting_year,
        authority_key,
        referral_count,
        referral_status
    from {{ ref('fct_rereferral') }}
    where referral_release_code = '2025'
)

select
    'fct_rereferral, ' || authority_key || ', ' || cast(reporting_year as varchar) as place,
    'referrals ' || coalesce(cast(mart.referral_count as varchar), mart.referral_status, 'no row')
    || ' for ' || coalesce(published.cell_text, 'no row') || ' published' as found
from published
full outer join mart using (authority_key, reporting_year)
where
    mart.referral_status is null
    or published.cell_text is null
    or try_cast(published.cell_text as bigint) is distinct from mart.referral_count

union all

select
    'seeds/dfe/dfe_c1_release_2025.csv' as place,
    'nothing to check' as found
where not exists (select 1 from published)
