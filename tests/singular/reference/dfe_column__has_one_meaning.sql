{{ config(meta={'rule_code': 'dfe_column_has_one_meaning'}) }}

-- Two rows for one release would double its cells.
with dfe_column as (
    select
        data_set_code,
        column_name,
        coalesce(first_release_code, '0000') as first_release_code,
        coalesce(last_release_code, '9999') as last_release_code,
        measure_code
    from {{ ref('stg_reference__dfe_column') }}
)

select
    'seeds/reference/dfe_column.csv, ' || earlier.data_set_code || ', column ' || earlier.column_name
        as place,
    earlier.measure_code || ' to release ' || earlier.last_release_code || ' and ' || later.measure_code
    || ' from release ' || later.first_release_code as found
from dfe_column as earlier
inner join dfe_column as later
    on
        earlier.data_set_code = later.data_set_code
        and earlier.column_name = later.column_name
        and earlier.first_release_code < later.first_release_code
where earlier.last_release_code >= later.first_release_code

union all

select
    'seeds/reference/dfe_column.csv' as place,
    'nothing to check' as found
where not exists (select 1 from dfe_column)
