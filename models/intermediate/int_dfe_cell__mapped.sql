with cell as (
    select
        source_key,
        data_set_code,
        release_code,
        release_order,
        is_newest_release,
        figure_family_code,
        line_number,
        time_period,
        time_identifier,
        reporting_year,
        -- one period under all the names that it is given
        coalesce(
            'Reporting year/' || cast(reporting_year as string),
            time_identifier || '/' || cast(time_period as string)
        ) as period_text,
        geographic_level,
        area_code,
        area_name,
        filter_text,
        column_name,
        cell_text,
        mark_text
    from {{ ref('int_dfe_cell__unioned') }}
),

dfe_column as (
    select
        data_set_code,
        column_name,
        first_release_code,
        last_release_code,
        measure_code,
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
    cell.source_key,
    cell.data_set_code,
    cell.release_code,
    cell.release_order,
    cell.is_newest_release,
    cell.figure_family_code,
    cell.line_number,
    cell.time_period,
    cell.time_identifier,
    cell.reporting_year,
    cell.geographic_level,
    cell.area_code,
    cell.area_name,
    case
        when authority.authority_code is not null
            then {{ area_key('authority.nation_code', 'authority.authority_code') }}
        when region.region_code is not null
            then {{ area_key('region.nation_code', 'region.region_code') }}
    end as authority_key,
    cell.filter_text,
    -- the area, period and filters of a figure: what its row says in every release
    concat_ws('/', cell.geographic_level, cell.area_code, cell.period_text, cell.filter_text) as row_key,
    concat_ws('/', cell.geographic_level, cell.area_code, cell.period_text) as area_period_key,
    cell.column_name,
    dfe_column.measure_code,
    -- the same figure under the names of all releases; without a measure the column of its data set
    coalesce(dfe_column.measure_code, cell.data_set_code || ' ' || cell.column_name) as figure_code,
    case when cell.geographic_level in ('National', 'Regional') then dfe_column.area_rounding_base end
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
        and cell.column_name = dfe_column.column_name
        and cell.release_code between coalesce(dfe_column.first_release_code, '0000')
        and coalesce(dfe_column.last_release_code, '9999')
left join authority
    on cell.geographic_level = 'Local authority' and cell.area_code = authority.dfe_la_code
left join region
    on cell.geographic_level in ('National', 'Regional') and cell.area_code = region.region_code
left join mark on cell.mark_text = mark.mark_text
