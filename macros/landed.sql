{# Where `pathways land` puts published files: the manifest, and one Parquet file of cells for each. #}
{% macro landed_folder() -%}
    {{ return(env_var('PATHWAYS_LANDING', 'landing') ~ '/ees') }}
{%- endmacro %}

{# Whether files match a pattern; a reader fails on a pattern that matches nothing. #}
{% macro has_files(pattern) -%}
    {{ return(adapter.dispatch('has_files', 'pathways')(pattern)) }}
{%- endmacro %}

{% macro default__has_files(pattern) -%}
    {%- if execute -%}
        {%- set found = run_query("select count(*) from glob('" ~ pattern | replace("'", "''") ~ "')") -%}
        {{ return(found.columns[0].values()[0] > 0) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}

{# Relations over landed files. Engines name their readers differently. #}
{% macro parquet_files(pattern) -%}
    {{ return(adapter.dispatch('parquet_files', 'pathways')(pattern)) }}
{%- endmacro %}

{% macro default__parquet_files(pattern) -%}
    read_parquet('{{ pattern | replace("'", "''") }}')
{%- endmacro %}

{% macro csv_file(path, columns) -%}
    {{ return(adapter.dispatch('csv_file', 'pathways')(path, columns)) }}
{%- endmacro %}

{# Every column as text: nothing is guessed. Beside them `filename`. #}
{% macro default__csv_file(path, columns) -%}
    read_csv(
        '{{ path | replace("'", "''") }}',
        auto_detect = false, header = true, filename = true, delim = ',', quote = '"', escape = '"',
        columns = {
            {%- for column in columns %}'{{ column }}': 'varchar'{{ ", " if not loop.last }}{% endfor -%}
        }
    )
{%- endmacro %}

{# Files by name, each with its checksum. #}
{% macro file_hashes(pattern) -%}
    {{ return(adapter.dispatch('file_hashes', 'pathways')(pattern)) }}
{%- endmacro %}

{% macro default__file_hashes(pattern) -%}
    (
        select
            filename,
            sha256(content) as sha256
        from read_text('{{ pattern | replace("'", "''") }}')
    )
{%- endmacro %}

{# No rows, with columns of text: what stands for files that are not there. #}
{% macro no_rows(columns) -%}
    (
        select
            {%- for column in columns %}
            cast(null as string) as {{ column }}{{ "," if not loop.last }}
            {%- endfor %}
        where false
    )
{%- endmacro %}

{# Spark has no list of files in SQL, but a reader of them as binary: of it only the paths are read. #}
{% macro spark__has_files(pattern) -%}
    {%- if execute -%}
        {%- do run_query(
            "create or replace temporary view landing_file using binaryFile options (recursiveFileLookup 'true', path '"
            ~ env_var('PATHWAYS_LANDING', 'landing') | replace("'", "''") ~ "')"
        ) -%}
        {%- set like = pattern | replace('!', '!!') | replace('_', '!_') | replace('%', '!%') | replace("'", "''")
            | replace('[0-9]*', '%') | replace('*', '%') -%}
        {%- set found = run_query("select count(*) from landing_file where path like '%" ~ like ~ "' escape '!'") -%}
        {{ return(found.columns[0].values()[0] > 0) }}
    {%- endif -%}
    {{ return(false) }}
{%- endmacro %}

{% macro spark__parquet_files(pattern) -%}
    parquet.`{{ pattern }}`
{%- endmacro %}

{# A temporary view, since a reader in a query takes no options: what reads it is a table. The header has to name the
   columns; an empty text is null. #}
{% macro spark__csv_file(path, columns) -%}
    {%- if execute -%}
        {%- do run_query(
            "create or replace temporary view " ~ model.name ~ "__csv (" ~ columns | join(' string, ') ~ " string)"
            ~ " using csv options (header 'true', enforceSchema 'false', multiLine 'true', quote '\"', escape '\"',"
            ~ " mode 'FAILFAST', path '" ~ path | replace("'", "''") ~ "')"
        ) -%}
    {%- endif -%}
    (
        select
            {%- for column in columns %}
            nullif({{ column }}, '') as {{ column }},
            {%- endfor %}
            input_file_name() as filename
        from {{ model.name }}__csv
    )
{%- endmacro %}

{% macro spark__file_hashes(pattern) -%}
    (
        select
            input_file_name() as filename,
            sha2(content, 256) as sha256
        from binaryFile.`{{ pattern }}`
    )
{%- endmacro %}
