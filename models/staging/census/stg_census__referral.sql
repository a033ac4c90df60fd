{{ config(materialized='table', meta={'council': 'la_code'}) }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'child_number',
    'referral_number',
    'referral_date',
    'referral_source_code',
    'primary_need_code',
    'closure_date',
    'closure_reason_code',
    'initial_conference_date',
    'is_no_further_action',
    'content_hash',
    'line_number',
] -%}

select
    census_return.la_code,
    census_return.census_year,
    {{ census_row_key('child_number') }} as child_row_key,
    {{ census_row_key('referral_number') }} as referral_row_key,
    cast(landed.return_key as string) as return_key,
    cast(landed.child_number as bigint) as child_number,
    cast(landed.referral_number as bigint) as referral_number,
    cast(landed.referral_date as date) as referral_date,
    cast(landed.referral_source_code as string) as referral_source_code,
    cast(landed.primary_need_code as string) as primary_need_code,
    cast(landed.closure_date as date) as closure_date,
    cast(landed.closure_reason_code as string) as closure_reason_code,
    cast(landed.initial_conference_date as date) as initial_conference_date,
    cast(landed.is_no_further_action as boolean) as is_no_further_action,
    cast(landed.content_hash as bigint) as content_hash,
    cast(landed.line_number as bigint) as line_number
from {{ census_rows('referral', columns) }} as landed
inner join {{ of_councils(ref('stg_census__return')) }} as census_return
    on landed.return_key = census_return.return_key
