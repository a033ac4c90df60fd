with cell as (
    select
        source_key,
        data_set_code,
        release_order,
        geographic_level,
        row_key,
        column_name,
        measure_code,
        status_code,
        value
    from {{ ref('int_dfe_cell__mapped') }}
),

unmapped as (
    select
        source_key,
        data_set_code,
        release_order,
        column_name,
        count(*) as cell_count,
        -- national and regional counts are rounded to 10, percentages and rates are not
        coalesce(
            bool_and(value % 10 = 0) filter (
                where geographic_level in ('National', 'Regional') and value > 0
            ),
            false
        ) as is_rounded_to_10
    from cell
    where measure_code is null
    group by source_key, data_set_code, release_order, column_name
),

-- of the other data sets the dictionary has a total or two, and needs no more
mapped_whole as (
    select data_set_code
    from {{ ref('stg_reference__dfe_data_set') }}
    where is_mapped_whole
),

measured as (
    select distinct
        source_key,
        measure_code
    from cell
    where measure_code is not null
),

-- a column that says of nearly every area and year what a measure said before is that measure under a new
-- name: only one that the file has under no other name
compared as (
    select
        cell.source_key,
        cell.column_name,
        other.measure_code,
        count(*) as compared_count,
        count(*) filter (where cell.value = other.value) as equal_count
    from cell
    inner join cell as other
        on
            cell.data_set_code = other.data_set_code
            and cell.row_key = other.row_key
            and cell.release_order <> other.release_order
    left join measured
        on cell.source_key = measured.source_key and other.measure_code = measured.measure_code
    where
        cell.measure_code is null
        and other.measure_code is not null
        and measured.measure_code is null
        and cell.value > 0
        and other.value > 0
    group by cell.source_key, cell.column_name, other.measure_code
),

suggested as (
    select
        source_key,
        column_name,
        measure_code,
        compared_count,
        equal_count
    from compared
    where compared_count >= 20 and equal_count >= 0.9 * compared_count
    qualify
        row_number() over (
            partition by source_key, column_name
            order by equal_count desc, measure_code asc
        ) = 1
)

select
    unmapped.source_key,
    unmapped.data_set_code,
    unmapped.column_name,
    unmapped.cell_count,
    suggested.measure_code is not null or mapped_whole.data_set_code is not null as is_expected,
    suggested.measure_code as suggested_measure_code,
    suggested.compared_count,
    suggested.equal_count,
    unmapped.data_set_code
    || ',' || case
        when {{ matches('unmapped.column_name', "'[,\"]'") }}
            then '"' || replace(unmapped.column_name, '"', '""') || '"'
        else unmapped.column_name
    end
    || ',,,' || coalesce(suggested.measure_code, '<measure_code>')
    || ',' || case when unmapped.is_rounded_to_10 then '10' else '' end as row_to_add
from unmapped
left join suggested
    on
        unmapped.source_key = suggested.source_key
        and unmapped.column_name = suggested.column_name
left join mapped_whole on unmapped.data_set_code = mapped_whole.data_set_code
