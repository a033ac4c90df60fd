{{ config(materialized='table') }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'parquet_file_name',
    'line_number',
    'time_period',
    'time_identifier',
    'geographic_level',
    'country_code',
    'country_name',
    'region_code',
    'region_name',
    'old_la_code',
    'new_la_code',
    'la_name',
    'other_area_text',
    'filter_text',
    'column_number',
    'column_name',
    'cell_text',
] -%}
{%- set files = landed_folder() ~ '/cell/*.parquet' -%}

select
    cast(parquet_file_name as string) as parquet_file_name,
    cast(line_number as string) as line_number,
    cast(time_period as string) as time_period,
    cast(time_identifier as string) as time_identifier,
    cast(geographic_level as string) as geographic_level,
    cast(country_code as string) as country_code,
    cast(country_name as string) as country_name,
    cast(region_code as string) as region_code,
    cast(region_name as string) as region_name,
    cast(old_la_code as string) as old_la_code,
    cast(new_la_code as string) as new_la_code,
    cast(la_name as string) as la_name,
    cast(other_area_text as string) as other_area_text,
    cast(filter_text as string) as filter_text,
    cast(column_number as string) as column_number,
    cast(column_name as string) as column_name,
    cast(cell_text as string) as cell_text
from {% if has_files(files) %}{{ parquet_files(files) }}{% else %}{{ no_rows(columns) }}{% endif %}
