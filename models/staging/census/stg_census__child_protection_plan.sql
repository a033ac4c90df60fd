{{ config(materialized='table', meta={'council': 'la_code'}) }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'referral_number',
    'plan_number',
    'start_date',
    'end_date',
    'initial_category_code',
    'latest_category_code',
    'previous_plan_count',
] -%}

select
    census_return.la_code,
    census_return.census_year,
    {{ census_row_key('referral_number') }} as referral_row_key,
    cast(landed.return_key as string) as return_key,
    cast(landed.referral_number as bigint) as referral_number,
    cast(landed.plan_number as bigint) as plan_number,
    cast(landed.start_date as date) as start_date,
    cast(landed.end_date as date) as end_date,
    cast(landed.initial_category_code as string) as initial_category_code,
    cast(landed.latest_category_code as string) as latest_category_code,
    cast(landed.previous_plan_count as integer) as previous_plan_count
from {{ census_rows('child_protection_plan', columns) }} as landed
inner join {{ of_councils(ref('stg_census__return')) }} as census_return
    on landed.return_key = census_return.return_key
