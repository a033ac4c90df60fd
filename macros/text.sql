{# The text without spaces around it, null where nothing is left. A no-break space (160), which
   documents and spreadsheets are full of and trim() keeps, counts as a space. #}
{% macro blank_to_null(column) -%}
    nullif(trim(replace({{ column }}, chr(160), ' ')), '')
{%- endmacro %}

{# Whether a yes/no column says yes; blank is no, never unknown, so that no row falls between the two. #}
{% macro is_true(column) -%}
    coalesce(lower({{ blank_to_null(column) }}) = 'true', false)
{%- endmacro %}

{# The text as the patterns of cell_mark see it: lower case, single spaces, never null. Line breaks, tabs
   and the narrow and no-break spaces of documents count as spaces. #}
{% macro mark_text(column) -%}
    lower(trim({{ replace_all(
        "coalesce(" ~ column ~ ", '')", "'[\\s\\x{00A0}\\x{2007}\\x{2009}\\x{202F}]+'", "' '"
    ) }}))
{%- endmacro %}

{# Every match of a regular expression replaced; some engines replace the first only unless told. #}
{% macro replace_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('replace_all', 'pathways')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern }}, {{ replacement }}, 'g')
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
