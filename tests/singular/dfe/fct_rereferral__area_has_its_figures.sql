{{ config(meta={'rule_code': 'published_area_has_its_figures'}) }}

-- From the published cells, area by area and year by year, against the mart, both ways. An area or column
-- that no dictionary knows is a finding of its own.
with cell as (
    select
        release_code,
        release_order,
        data_set_code,
        reporting_year,
        authority_key,
        row_key,
        figure_code,
        trim(cell_text) as cell_text
    from {{ ref('int_dfe_cell__mapped') }}
    where measure_code = 'referral_count' and filter_text = '{}' and authority_key is not null
),

withheld as (
    select
        row_key,
        figure_code,
        release_order
    from {{ ref('int_dfe_figure__withheld') }}
),

newest as (
    select
        reporting_year,
        authority_key,
        row_key,
        figure_code,
        release_order,
        cell_text
    from cell
    where reporting_year is not null
    qualify
        row_number() over (
            partition by reporting_year, authority_key
            order by release_code desc, data_set_code asc, release_order desc
        ) = 1
),

published as (
    select
        newest.reporting_year,
        newest.authority_key,
        case when withheld.row_key is null then newest.cell_text else 'withheld' end as cell_text
    from newest
    left join withheld
        on
            newest.row_key = withheld.row_key
            and newest.figure_code = withheld.figure_code
            and newest.release_order < withheld.release_order
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
    'referral_count of the DfE files' as place,
    'nothing to check' as found
where not exists (select 1 from published)
