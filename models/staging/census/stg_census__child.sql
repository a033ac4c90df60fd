{{ config(materialized='table', meta={'council': 'la_code'}) }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'child_number',
    'la_child_id',
    'upn',
    'former_upn',
    'upn_unknown_code',
    'birth_date',
    'expected_birth_date',
    'gender_code',
    'sex_code',
    'death_date',
    'ethnicity_code',
    'line_number',
] -%}

select
    census_return.la_code,
    census_return.census_year,
    {{ census_row_key('child_number') }} as child_row_key,
    cast(landed.return_key as string) as return_key,
    cast(landed.child_number as bigint) as child_number,
    cast(landed.la_child_id as string) as la_child_id,
    cast(landed.upn as string) as upn,
    cast(landed.former_upn as string) as former_upn,
    cast(landed.upn_unknown_code as string) as upn_unknown_code,
    cast(landed.birth_date as date) as birth_date,
    cast(landed.expected_birth_date as date) as expected_birth_date,
    cast(landed.gender_code as string) as gender_code,
    cast(landed.sex_code as string) as sex_code,
    cast(landed.death_date as date) as death_date,
    cast(landed.ethnicity_code as string) as ethnicity_code,
    cast(landed.line_number as bigint) as line_number
from {{ census_rows('child', columns) }} as landed
inner join {{ of_councils(ref('stg_census__return')) }} as census_return
    on landed.return_key = census_return.return_key
