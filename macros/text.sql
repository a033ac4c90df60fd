{# The text without spaces around it, null where nothing is left. A no-break space (160), which
   documents and spreadsheets are full of and trim() keeps, counts as a space. #}
{% macro blank_to_null(column) -%}
    nullif(trim(replace({{ column }}, chr(160), ' ')), '')
{%- endmacro %}

{# The text as the patterns of cell_mark see it: lower case, single spaces, never null. #}
{% macro mark_text(column) -%}
    lower(replace(replace(coalesce({{ blank_to_null(column) }}, ''), '  ', ' '), '  ', ' '))
{%- endmacro %}

{# Whether a text holds a match of a regular expression; the engines name the function differently. #}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'pathways')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{# The number that a group of a matching pattern caught, without separators between thousands. #}
{% macro caught_number(text, pattern, group) -%}
    try_cast(replace(replace(regexp_extract({{ text }}, {{ pattern }}, {{ group }}), ',', ''), ' ', '') as decimal(18, 4))
{%- endmacro %}

{# Where a printed cell stands, in words: file, response, table, row, column. `cte` holds the cell. #}
{% macro cell_place(cte=none) -%}
    {%- set prefix = cte ~ '.' if cte else '' -%}
    'seeds/foi/foi_cell.csv, response ' || coalesce({{ prefix }}response_id, '(blank)')
    || ', table ' || coalesce(cast({{ prefix }}table_number as varchar), '?')
    || ', row ' || coalesce(cast({{ prefix }}row_number as varchar), '?')
    || ', column ' || coalesce(cast({{ prefix }}column_number as varchar), '?')
{%- endmacro %}
