{# The figures of the national picture. Each is the total of one count of the councils by the total of another,
   times a factor; `england` is the count of England in place of a factor, so that the figure is a number of
   children. What each means stands in national_figure.csv. #}
{% macro national_figures() %}
    {% set not_in_need = {'estimator': 'not_in_need_ratio', 'base': 'not_in_need', 'factor': 'england_not_in_need'} %}
    {% set population = {'estimator': 'population_ratio', 'base': 'population', 'factor': 'england_population'} %}
    {% set figures = [] %}
    {% for figure, count in [
        ('closed_without_early_help_count', 'closed - early_help'),
        ('rereferred_without_early_help_count', 'rereferred_without'),
        ('early_help_received_count', 'early_help_received'),
    ] %}
        {% for estimator in [not_in_need, population] %}
            {% do figures.append(dict(estimator, figure=figure, count=count)) %}
        {% endfor %}
    {% endfor %}
    {% for figure, count, base, factor in [
        ('closed_without_early_help_percent', 'closed - early_help', 'closed', 100),
        ('rereferral_with_early_help_percent', 'rereferred_with', 'with_early_help', 100),
        ('rereferral_without_early_help_percent', 'rereferred_without', 'without_early_help', 100),
        ('early_help_received_per_10000_children', 'early_help_received', 'population', 10000),
        ('early_help_received_per_child_in_need', 'early_help_received', 'child_in_need', 1),
    ] %}
        {% do figures.append({
            'figure': figure, 'estimator': 'ratio_of_sums', 'count': count, 'base': base, 'factor': factor
        }) %}
    {% endfor %}
    {{ return(figures) }}
{% endmacro %}

{# A number from 0 to 1, the same for the same text: the seed of the bootstrap. Engines read hexadecimal
   digits differently. #}
{% macro share_of_text(text) -%}
    {{ return(adapter.dispatch('share_of_text', 'pathways')(text)) }}
{%- endmacro %}

{% macro default__share_of_text(text) -%}
    cast('0x' || substr(md5({{ text }}), 1, 8) as bigint) / cast(4294967296 as double)
{%- endmacro %}

{% macro spark__share_of_text(text) -%}
    cast(conv(substr(md5({{ text }}), 1, 8), 16, 10) as bigint) / cast(4294967296 as double)
{%- endmacro %}

{# Whether there was such a council on a day. Of a year before it began, its children are its predecessor's. #}
{% macro is_council_on(authority, day) -%}
    (
        ({{ authority }}.start_date is null or {{ day }} >= {{ authority }}.start_date)
        and ({{ authority }}.end_date is null or {{ day }} <= {{ authority }}.end_date)
    )
{%- endmacro %}

{# Which year of a council a reporting year is: 1 for its first, whose re-referrals cannot look back into the records
   of the council before it. Not above 0 before it began. #}
{% macro year_of_council(start_date, reporting_year) -%}
    {{ reporting_year }} - year({{ start_date }})
{%- endmacro %}
