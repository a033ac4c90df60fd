{# What the generic tests of tests/generic run. Each returns one row per failure with `place` (which
   file or table, where in it) and `found`; the statement of the rule and what to do stand once, in
   seeds/reference/quality_rule.csv. A test that had nothing to look at fails too. #}

{# Where the rows of a relation come from: the file of a seed, else the table. #}
{% macro origin(relation) -%}
    {%- set ns = namespace(origin=relation.schema ~ '.' ~ relation.identifier) -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'seed' and node.name == relation.identifier -%}
            {%- set ns.origin = node.original_file_path -%}
        {%- endfor -%}
    {%- endif -%}
    {{ ns.origin }}
{%- endmacro %}

{# A row named by some of its columns: "column value, column value". #}
{% macro row_name(columns, cte) -%}
    {%- for column in columns -%}
        ', {{ column }} ' || coalesce(cast({{ cte }}.{{ column }} as string), '(blank)')
        {{- ' || ' if not loop.last -}}
    {%- endfor -%}
{%- endmacro %}

{% macro nothing_to_check(relation) -%}
    select
        '{{ origin(relation) }}' as place,
        'nothing to check' as found
    where not exists (select 1 from {{ relation }})
{%- endmacro %}

{# No row for which the condition holds. `population` is what was looked through, where the model
   itself is a list of findings that is rightly empty. #}
{% macro never_sql(model, condition, place, found, population=none) -%}
select
    {{ place }} as place,
    {{ found }} as found
from {{ model }}
where {{ condition }}
union all
{{ nothing_to_check(population or model) }}
{%- endmacro %}

{# Every value of a column is a value of a dictionary's column. Blank is no value. #}
{% macro known_in_sql(model, column, to, field, row, may_be_empty=false) -%}
select
    '{{ origin(model) }}' || {{ row_name(row, 'checked') }} as place,
    '{{ column }} ' || cast(checked.{{ column }} as string) as found
from {{ model }} as checked
left join {{ to }} as dictionary
    on cast(checked.{{ column }} as string) = cast(dictionary.{{ field }} as string)
where
    nullif(trim(cast(checked.{{ column }} as string)), '') is not null
    and dictionary.{{ field }} is null
{%- if not may_be_empty %}
union all
{{ nothing_to_check(model) }}
{%- endif %}
{%- endmacro %}
