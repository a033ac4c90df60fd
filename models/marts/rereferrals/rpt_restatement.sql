with cell as (
    select
        source_key,
        data_set_code,
        release_order,
        time_identifier,
        time_period,
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
        published_status_code,
        value
    from {{ ref('int_dfe_cell__settled') }}
),

measure as (
    select
        measure_code,
        unit_code
    from {{ ref('stg_reference__measure') }}
),

-- each figure beside what the release before said of it, whatever its column was called then
pairs as (
    select
        source_key,
        data_set_code,
        time_identifier,
        time_period,
        reporting_year,
        geographic_level,
        area_code,
        area_name,
        authority_key,
        filter_text,
        row_key,
        column_name,
        measure_code,
        published_status_code as later_status_code,
        value as later_value,
        lag(source_key) over (
            partition by data_set_code, row_key, figure_code order by release_order, column_name
        ) as earlier_source_key,
        lag(published_status_code) over (
            partition by data_set_code, row_key, figure_code order by release_order, column_name
        ) as earlier_status_code,
        lag(value) over (
            partition by data_set_code, row_key, figure_code order by release_order, column_name
        ) as earlier_value
    from cell
),

changed as (
    select
        source_key,
        data_set_code,
        time_identifier,
        time_period,
        reporting_year,
        geographic_level,
        area_code,
        area_name,
        authority_key,
        filter_text,
        row_key,
        column_name,
        measure_code,
        later_status_code,
        later_value,
        earlier_source_key,
        earlier_status_code,
        earlier_value
    from pairs
    where
        earlier_source_key is not null
        and (earlier_status_code <> later_status_code or earlier_value <> later_value)
)

select
    concat_ws('/', changed.source_key, changed.row_key, changed.column_name) as restatement_key,
    changed.data_set_code,
    changed.earlier_source_key,
    changed.source_key as later_source_key,
    changed.authority_key,
    changed.geographic_level,
    changed.area_code,
    changed.area_name,
    changed.time_identifier,
    changed.time_period,
    changed.reporting_year,
    changed.filter_text,
    changed.column_name,
    changed.measure_code,
    measure.unit_code,
    case
        when changed.earlier_status_code = 'reported' and changed.later_status_code = 'reported'
            then 'number_changed'
        when changed.earlier_status_code = 'reported' then 'number_to_symbol'
        when changed.later_status_code = 'reported' then 'symbol_to_number'
        else 'symbol_changed'
    end as change_code,
    changed.earlier_status_code,
    changed.later_status_code,
    -- what a release took back is not repeated, though another table may still have it
    case
        when changed.later_status_code = 'reported' then cast(changed.earlier_value as decimal(18, 4))
    end as earlier_value,
    cast(changed.later_value as decimal(18, 4)) as later_value,
    cast(changed.later_value - changed.earlier_value as decimal(18, 4)) as difference
from changed
left join measure on changed.measure_code = measure.measure_code
