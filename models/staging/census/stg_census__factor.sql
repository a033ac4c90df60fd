{{ config(materialized='table', meta={'council': 'la_code'}) }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'referral_number',
    'assessment_number',
    'factor_code',
] -%}

select
    census_return.la_code,
    census_return.census_year,
    {{ census_row_key('referral_number') }} as referral_row_key,
    cast(landed.return_key as string) as return_key,
    cast(landed.referral_number as bigint) as referral_number,
    cast(landed.assessment_number as bigint) as assessment_number,
    cast(landed.factor_code as string) as factor_code
from {{ census_rows('factor', columns) }} as landed
inner join {{ of_councils(ref('stg_census__return')) }} as census_return
    on landed.return_key = census_return.return_key
