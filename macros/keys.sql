{# Keys are readable text: nation and code, first and last day. #}
{% macro area_key(nation_code, code) -%}
    {{ nation_code }} || '-' || {{ code }}
{%- endmacro %}

{% macro period_key(start_date, end_date) -%}
    cast({{ start_date }} as varchar) || '_' || cast({{ end_date }} as varchar)
{%- endmacro %}

{# First and last day of DfE's reporting year: the year ending on 31 March of its number. #}
{% macro reporting_year_key(year) -%}
    cast({{ year }} - 1 as varchar) || '-04-01_' || cast({{ year }} as varchar) || '-03-31'
{%- endmacro %}
