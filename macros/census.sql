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

{# The council of a row key, where a table has no column of it. #}
{% macro council_of_key(key) -%}
    cast({{ key }} // 100000000000 as string)
{%- endmacro %}

{# The councils whose rows are built, as a list for SQL; empty where all are. `pathways build` names those whose
   returns changed since a build of the same code and seeds, or `none` where no return did; it is read while models
   run and not while they are parsed, so that the project need not be read again for it. #}
{% macro councils_built() -%}
    {%- set named = env_var('PATHWAYS_CHANGED_COUNCILS', '') if execute else '' -%}
    {%- if named -%}'{{ named | replace("'", "''") | replace(',', "', '") }}'{%- endif -%}
{%- endmacro %}

{# A table of children, of the councils that are built. No model that reads it this way looks across councils. #}
{% macro of_councils(relation) -%}
    {%- set councils = councils_built() -%}
    {%- if councils -%}
        (select * from {{ relation }} where la_code in ({{ councils }}))
    {%- else -%}
        {{ relation }}
    {%- endif -%}
{%- endmacro %}
