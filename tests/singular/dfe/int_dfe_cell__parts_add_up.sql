{{ config(severity='warn', meta={'rule_code': 'dfe_parts_add_up'}) }}

-- Rows without a symbol only, so that nothing suppressed can be told. The extract has no parts to add up.
with cell as (
    select
        source_key,
        row_key,
        geographic_level,
        measure_code,
        status_code,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_dfe_cell__settled') }}
    where measure_code is not null
),

measure as (
    select
        measure_code,
        whole_measure_code
    from {{ ref('stg_reference__measure') }}
    where whole_measure_code is not null
),

parts as (
    select
        cell.source_key,
        cell.row_key,
        measure.whole_measure_code,
        sum(cell.lower_bound) as least,
        sum(cell.upper_bound) as most,
        bool_and(cell.status_code = 'reported') as is_whole
    from cell
    inner join measure on cell.measure_code = measure.measure_code
    group by cell.source_key, cell.row_key, measure.whole_measure_code
),

whole_parts as (
    select count(*) as part_count
    from parts
    where is_whole
),

compared as (
    select
        parts.source_key,
        parts.row_key,
        parts.whole_measure_code,
        parts.least,
        parts.most,
        whole.value,
        whole.lower_bound,
        whole.upper_bound
    from parts
    inner join cell as whole
        on
            parts.source_key = whole.source_key
            and parts.row_key = whole.row_key
            and parts.whole_measure_code = whole.measure_code
    where parts.is_whole and whole.status_code = 'reported'
)

select
    source_key || ', ' || row_key as place,
    whole_measure_code || ' ' || cast(cast(value as bigint) as string) || ' is not the sum of its parts'
        as found
from compared
where least > upper_bound or most < lower_bound

union all

select
    'int_dfe_cell__settled' as place,
    'parts, and none of them compared with its whole' as found
from whole_parts
where part_count > 0 and (select count(*) from compared) = 0
