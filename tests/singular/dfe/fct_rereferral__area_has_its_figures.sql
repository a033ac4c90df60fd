{{ config(meta={'rule_code': 'published_area_has_its_figures'}) }}

-- Straight from the published files, area by area and year by year, against the mart, both ways.
with cell as (
    select
        release_code,
        time_period as reporting_year,
        case geographic_level
            when 'Local authority' then old_la_code
            when 'Regional' then region_code
            else country_code
        end as area_code,
        trim(cell_text) as cell_text
    from {{ ref('int_dfe_cell__unioned') }}
    where data_set_code = 'c1' and column_name in ('referral_count', 'Referrals')
),

published as (
    select
        reporting_year,
        {{ area_key("'E'", 'area_code') }} as authority_key,
        max_by(cell_text, release_code) as cell_text
    from cell
    group by reporting_year, area_code
),

mart as (
    select
        reporting_year,
        authority_key,
        referral_count,
        referral_status
    from {{ ref('fct_rereferral') }}
    where referral_status <> 'not_loaded'
)

select
    'fct_rereferral, ' || authority_key || ', ' || cast(reporting_year as string) as place,
    'referrals ' || coalesce(cast(mart.referral_count as string), mart.referral_status, 'no row')
    || ' for ' || coalesce(published.cell_text, 'no row') || ' published' as found
from published
full outer join mart using (authority_key, reporting_year)
where
    mart.referral_status is null
    or published.cell_text is null
    or try_cast(published.cell_text as bigint) is distinct from mart.referral_count

union all

select
    'DfE data set c1' as place,
    'nothing to check' as found
where not exists (select 1 from published)
