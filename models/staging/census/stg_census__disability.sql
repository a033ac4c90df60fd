{{ config(materialized='table', meta={'council': 'la_code'}) }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'child_number',
    'disability_code',
] -%}

select
    census_return.la_code,
    census_return.census_year,
    {{ census_row_key('child_number') }} as child_row_key,
    cast(landed.return_key as string) as return_key,
    cast(landed.child_number as bigint) as child_number,
    cast(landed.disability_code as string) as disability_code
from {{ census_rows('disability', columns) }} as landed
inner join {{ of_councils(ref('stg_census__return')) }} as census_return
    on landed.return_key = census_return.return_key
