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
        geographic_level,
        area_code,
        area_name,
        authority_key,
        filter_text,
        row_key,
        column_name,
        measure_code,
        figure_code,
        rounding_base,
        cell_text,
        status_code,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_dfe_cell__mapped') }}
),

withheld as (
    select
        row_key,
        figure_code,
        release_order,
        status_code
    from {{ ref('int_dfe_figure__withheld') }}
)

-- what was a number once and is withheld now keeps nothing of itself but its newest status; a figure rounded
-- to 10 may be 5 less or 5 more
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
    cell.authority_key,
    cell.filter_text,
    cell.row_key,
    cell.column_name,
    cell.measure_code,
    cell.figure_code,
    case when withheld.row_key is null then cell.cell_text end as cell_text,
    coalesce(withheld.status_code, cell.status_code) as status_code,
    cell.status_code as published_status_code,
    withheld.row_key is not null as is_withheld_later,
    case when withheld.row_key is null then cell.value end as value,
    case
        when withheld.row_key is null and cell.status_code = 'reported'
            then greatest(0, cell.lower_bound - coalesce(cell.rounding_base / 2, 0))
    end as lower_bound,
    case
        when withheld.row_key is null and cell.status_code = 'reported'
            then cell.upper_bound + coalesce(cell.rounding_base / 2, 0)
    end as upper_bound
from cell
left join withheld
    on
        cell.row_key = withheld.row_key
        and cell.figure_code = withheld.figure_code
        and cell.release_order < withheld.release_order
        -- a text that could not be read may hold the number too
        and cell.status_code <> 'suppressed'
        and cell.status_code not in {{ harmless_statuses() }}
