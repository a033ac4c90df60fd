{{ config(materialized='table', meta={'council': 'la_code'}) }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'referral_number',
    'section_47_number',
    'start_date',
    'initial_conference_target_date',
    'initial_conference_date',
    'is_initial_conference_not_required',
] -%}

select
    census_return.la_code,
    census_return.census_year,
    {{ census_row_key('referral_number') }} as referral_row_key,
    cast(landed.return_key as string) as return_key,
    cast(landed.referral_number as bigint) as referral_number,
    cast(landed.section_47_number as bigint) as section_47_number,
    cast(landed.start_date as date) as start_date,
    cast(landed.initial_conference_target_date as date) as initial_conference_target_date,
    cast(landed.initial_conference_date as date) as initial_conference_date,
    cast(landed.is_initial_conference_not_required as boolean) as is_initial_conference_not_required
from {{ census_rows('section_47', columns) }} as landed
inner join {{ of_councils(ref('stg_census__return')) }} as census_return
    on landed.return_key = census_return.return_key
