{# Rows of one table of the landed census returns; none where no return is landed. A folder that the
   manifest does not name is left out by the join with stg_census__return. #}
{% macro census_rows(table, columns) -%}
    {%- set files = census_folder() ~ '/returns/[0-9]*/' ~ table ~ '.parquet' -%}
    {%- if has_files(files) %}{{ parquet_files(files) }}{% else %}{{ no_rows(columns) }}{% endif -%}
{%- endmacro %}

{# Where `pathways land` puts census returns: the manifest, and a folder of Parquet files for each. #}
{% macro census_folder() -%}
    {{ return(env_var('PATHWAYS_LANDING', 'landing') ~ '/census') }}
{%- endmacro %}

{# Answers counted from returns, as `pathways census answer` keeps them: a file for each. #}
{% macro kept_answers() -%}
    {{ return(env_var('PATHWAYS_LANDING', 'landing') ~ '/census_answers/*.csv') }}
{%- endmacro %}

{# One number for an element of a landed return: council, census year and place in the return, such as
   990 2024 0000123. Numbers are joined and sorted far faster than the texts they are made of. #}
{% macro census_row_key(place) -%}
    (cast(census_return.la_code as bigint) * 10000 + census_return.census_year) * 10000000
    + cast(landed.{{ place }} as bigint)
{%- endmacro %}
