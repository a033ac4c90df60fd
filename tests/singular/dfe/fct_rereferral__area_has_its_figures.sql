{{ config(meta={'rule_code': 'published_area_has_its_figures'}) }}

-- Straight from the published files, area by area and year by year, against the mart, both ways.
with cell as (
    select
        release_order,
        reporting_year,
        area_code,
        trim(cell_text) as cell_text
    from {{ ref('int_dfe_cell__unioned') }}
    where data_set_code = 'c1' and column_name in ('referral_count', 'Referrals')
),

authority as (
    select authority_key
    from {{ ref('dim_authority') }}
),

-- an area that no dictionary knows is a finding of its own
published as (
    select
        cell.reporting_year,
        authority.authority_key,
        max_by(cell.cell_text, cell.release_order) as cell_text
    from cell
    inner join authority on {{ area_key("'E'", 'cell.area_code') }} = authority.authority_key
    group by cell.reporting_year, authority.authority_key
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
