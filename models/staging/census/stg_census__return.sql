{{ config(materialized='table') }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'return_key',
    'la_code',
    'census_year',
    'reference_date',
    'sha256',
    'file_name',
    'child_count',
    'referral_count',
    'set_aside_count',
    'is_synthetic',
    'software_code',
    'landed_at',
] -%}
{%- set files = census_folder() ~ '/manifest.csv' -%}

select
    cast(return_key as string) as return_key,
    cast(la_code as string) as la_code,
    try_cast(census_year as integer) as census_year,
    try_cast(reference_date as date) as reference_date,
    cast(sha256 as string) as sha256,
    cast(file_name as string) as file_name,
    try_cast(child_count as bigint) as child_count,
    try_cast(referral_count as bigint) as referral_count,
    try_cast(set_aside_count as bigint) as set_aside_count,
    coalesce(lower(cast(is_synthetic as string)) = 'true', false) as is_synthetic,
    cast(software_code as string) as software_code,
    try_cast(landed_at as timestamp) as landed_at
from {% if has_files(files) %}{{ csv_file(files, columns) }}{% else %}{{ no_rows(columns) }}{% endif %}
