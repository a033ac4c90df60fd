{{ config(materialized='table', meta={'council': 'la_code'}) }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'rule_code',
    'element',
    'line_number',
    'la_child_id',
    'text',
] -%}

select
    census_return.la_code,
    census_return.census_year,
    cast(landed.return_key as string) as return_key,
    cast(landed.rule_code as string) as rule_code,
    cast(landed.element as string) as element,
    cast(landed.line_number as bigint) as line_number,
    cast(landed.la_child_id as string) as la_child_id,
    cast(landed.text as string) as text
from {{ census_rows('set_aside', columns) }} as landed
inner join {{ of_councils(ref('stg_census__return')) }} as census_return
    on landed.return_key = census_return.return_key
