{{ config(meta={'rule_code': 'figure_families_stay_apart'}) }}

-- The longitudinal data sets count otherwise than the census: "no further action" of 2017 is 141,760 in one
-- and 66,040 in the other.
with dfe_column as (
    select
        dfe_column.data_set_code,
        dfe_column.column_name,
        dfe_column.measure_code,
        data_set.figure_family_code as data_set_family,
        measure.figure_family_code as measure_family
    from {{ ref('stg_reference__dfe_column') }} as dfe_column
    inner join {{ ref('stg_reference__dfe_data_set') }} as data_set
        on dfe_column.data_set_code = data_set.data_set_code
    inner join {{ ref('stg_reference__measure') }} as measure
        on dfe_column.measure_code = measure.measure_code
)

select
    'seeds/reference/dfe_column.csv, ' || data_set_code || ', column ' || column_name as place,
    'a ' || data_set_family || ' figure as ' || measure_code
    || ', which is a ' || measure_family || ' measure' as found
from dfe_column
where data_set_family <> measure_family

union all

select
    'seeds/reference/dfe_column.csv' as place,
    'nothing to check' as found
where not exists (select 1 from dfe_column)
