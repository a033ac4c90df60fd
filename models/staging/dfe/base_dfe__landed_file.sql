{{ config(materialized='table') }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'sha256',
    'content_sha256',
    'file_name',
    'byte_count',
    'row_count',
    'cell_count',
    'data_set_code',
    'release_code',
    'revision_number',
    'first_time_period',
    'last_time_period',
    'constant_text',
    'unit_text',
    'meta_file_name',
    'source_url',
    'landed_at',
    'parquet_file_name',
] -%}
{%- set files = landed_folder() ~ '/manifest.csv' -%}

select
    cast(sha256 as string) as sha256,
    cast(content_sha256 as string) as content_sha256,
    cast(file_name as string) as file_name,
    cast(byte_count as string) as byte_count,
    cast(row_count as string) as row_count,
    cast(cell_count as string) as cell_count,
    cast(data_set_code as string) as data_set_code,
    cast(release_code as string) as release_code,
    cast(revision_number as string) as revision_number,
    cast(first_time_period as string) as first_time_period,
    cast(last_time_period as string) as last_time_period,
    cast(constant_text as string) as constant_text,
    cast(unit_text as string) as unit_text,
    cast(meta_file_name as string) as meta_file_name,
    cast(source_url as string) as source_url,
    cast(landed_at as string) as landed_at,
    cast(parquet_file_name as string) as parquet_file_name
from {% if has_files(files) %}{{ csv_file(files, columns) }}{% else %}{{ no_rows(columns) }}{% endif %}
