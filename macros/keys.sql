{# Keys can be read: a place is its nation and code, a period its first and last day, a source its kind
   and name. #}
{% macro area_key(nation_code, code) -%}
    {{ nation_code }} || '-' || {{ code }}
{%- endmacro %}

{% macro period_key(start_date, end_date) -%}
    cast({{ start_date }} as string) || '_' || cast({{ end_date }} as string)
{%- endmacro %}

{# First and last day of DfE's reporting year: the year ending on 31 March of its number. #}
{% macro reporting_year_key(year) -%}
    cast({{ year }} - 1 as string) || '-04-01_' || cast({{ year }} as string) || '-03-31'
{%- endmacro %}

{% macro foi_source_key(response_id) -%}
    'foi-' || {{ response_id }}
{%- endmacro %}

{% macro census_source_key(file_stem) -%}
    'census-' || {{ file_stem }}
{%- endmacro %}

{% macro dfe_source_key(data_set_code, release_code) -%}
    'dfe-' || {{ data_set_code }} || '-' || {{ release_code }}
{%- endmacro %}
