{# The text with single spaces and none around it, null where nothing is left. #}
{% macro blank_to_null(column) -%}
    nullif({{ single_spaced(column) }}, '')
{%- endmacro %}

{# Whether a yes/no column says yes; blank is no, never unknown, so that no row falls between the two. #}
{% macro is_true(column) -%}
    coalesce(lower({{ blank_to_null(column) }}) = 'true', false)
{%- endmacro %}

{# The text as the patterns of cell_mark see it: lower case, single spaces, never null. #}
{% macro mark_text(column) -%}
    lower(coalesce({{ single_spaced(column) }}, ''))
{%- endmacro %}

{# Runs of white space as one space: line breaks, tabs, and the no-break and narrow spaces that documents
   are full of. Engines differ in how they write the pattern and in replacing the first match or all. #}
{% macro single_spaced(text) -%}
    {{ return(adapter.dispatch('single_spaced', 'pathways')(text)) }}
{%- endmacro %}

{% macro default__single_spaced(text) -%}
    trim(regexp_replace({{ text }}, '[\s\x{00A0}\x{2007}\x{2009}\x{200B}\x{202F}]+', ' ', 'g'))
{%- endmacro %}

{% macro spark__single_spaced(text) -%}
    trim(regexp_replace({{ text }}, '[\s\x{00A0}\x{2007}\x{2009}\x{200B}\x{202F}]+', ' '))
{%- endmacro %}

{# The texts of a group as one, in an order. Engines differ in where the order stands. #}
{% macro joined_text(column, separator, order_by) -%}
    {{ return(adapter.dispatch('joined_text', 'pathways')(column, separator, order_by)) }}
{%- endmacro %}

{% macro default__joined_text(column, separator, order_by) -%}
    string_agg({{ column }}, {{ separator }} order by {{ order_by }})
{%- endmacro %}

{% macro spark__joined_text(column, separator, order_by) -%}
    listagg({{ column }}, {{ separator }}) within group (order by {{ order_by }})
{%- endmacro %}

{# The different texts of a group as one, in their own order. Spark can't have distinct texts in an ordered list beside
   other aggregates. #}
{% macro joined_distinct_text(column, separator) -%}
    {{ return(adapter.dispatch('joined_distinct_text', 'pathways')(column, separator)) }}
{%- endmacro %}

{% macro default__joined_distinct_text(column, separator) -%}
    string_agg(distinct {{ column }}, {{ separator }} order by {{ column }})
{%- endmacro %}

{% macro spark__joined_distinct_text(column, separator) -%}
    nullif(array_join(array_sort(collect_set({{ column }})), {{ separator }}), '')
{%- endmacro %}

{# Whether a text holds a match of a regular expression; the engines name the function differently. #}
{% macro matches(text, pattern) -%}
    {{ return(adapter.dispatch('matches', 'pathways')(text, pattern)) }}
{%- endmacro %}

{% macro default__matches(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern }})
{%- endmacro %}

{% macro spark__matches(text, pattern) -%}
    regexp_like({{ text }}, {{ pattern }})
{%- endmacro %}

{# The number that a group of a matching pattern caught, without separators between thousands. #}
{% macro caught_number(text, pattern, group) -%}
    try_cast(
        replace(replace(regexp_extract({{ text }}, {{ pattern }}, {{ group }}), ',', ''), ' ', '')
        as decimal(18, 4)
    )
{%- endmacro %}

{# Where a printed cell stands, in words: file, response, table, row, column. `cte` holds the cell. #}
{% macro cell_place(cte=none) -%}
    {%- set prefix = cte ~ '.' if cte else '' -%}
    'seeds/foi/foi_cell.csv, response ' || coalesce({{ prefix }}response_id, '(blank)')
    || ', table ' || coalesce(cast({{ prefix }}table_number as string), '?')
    || ', row ' || coalesce(cast({{ prefix }}row_number as string), '?')
    || ', column ' || coalesce(cast({{ prefix }}column_number as string), '?')
{%- endmacro %}
