with cell as (
    select
        data_set_code,
        release_code,
        time_period,
        geographic_level,
        country_code,
        region_code,
        old_la_code,
        la_name,
        column_name,
        cell_text,
        mark_text
    from {{ ref('int_dfe_cell__unioned') }}
),

dfe_column as (
    select
        data_set_code,
        release_code,
        column_name,
        measure_code,
        years_until_reporting_year,
        area_rounding_base
    from {{ ref('stg_reference__dfe_column') }}
),

authority as (
    select
        nation_code,
        authority_code,
        dfe_la_code
    from {{ ref('stg_reference__authority') }}
    where dfe_la_code is not null
),

region as (
    select
        nation_code,
        region_code
    from {{ ref('stg_reference__region') }}
),

mark as (
    select
        mark_text,
        status_code,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_cell_text__classified') }}
    where source_kind_code = 'dfe'
)

select
    cell.data_set_code,
    cell.release_code,
    cell.time_period,
    cell.time_period + dfe_column.years_until_reporting_year as reporting_year,
    cell.geographic_level,
    coalesce(cell.old_la_code, cell.region_code, cell.country_code) as area_code,
    cell.la_name,
    -- by the three-digit code, which lasts as long as the footprint; an ONS code may change without it
    case
        when cell.geographic_level = 'Local authority'
            then {{ area_key('authority.nation_code', 'authority.authority_code') }}
        when region.region_code is not null
            then {{ area_key('region.nation_code', 'region.region_code') }}
    end as authority_key,
    cell.column_name,
    dfe_column.measure_code,
    case when cell.geographic_level <> 'Local authority' then dfe_column.area_rounding_base end
        as rounding_base,
    cell.cell_text,
    coalesce(mark.status_code, 'unreadable') as status_code,
    mark.value,
    mark.lower_bound,
    mark.upper_bound,
    mark.status_code is not null as is_text_known
from cell
left join dfe_column
    on
        cell.data_set_code = dfe_column.data_set_code
        and cell.release_code = dfe_column.release_code
        and cell.column_name = dfe_column.column_name
left join authority
    on cell.geographic_level = 'Local authority' and cell.old_la_code = authority.dfe_la_code
left join region
    on
        case cell.geographic_level
            when 'National' then cell.country_code
            when 'Regional' then cell.region_code
        end = region.region_code
left join mark on cell.mark_text = mark.mark_text
