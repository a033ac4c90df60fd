{# numerator x factor / denominator to one decimal, rounded half up as DfE rounds, or down or up for a
   bound that must not exclude what it bounds. Whole numbers up to the last step, since binary floating
   point gets the ties wrong (182 of 1,120 is 16.3 percent). Null where the denominator is zero. #}
{% macro ratio(numerator, denominator, factor, rounding='half up') -%}
    {%- set doubled = '20 * ' ~ factor ~ ' * ' ~ numerator -%}
    {%- set step = {
        'half up': 'floor((' ~ doubled ~ ' + ' ~ denominator ~ ')',
        'down': 'floor((' ~ doubled ~ ')',
        'up': 'ceil((' ~ doubled ~ ')',
    }[rounding] -%}
    cast({{ step }} / nullif(2 * {{ denominator }}, 0)) / 10 as decimal(9, 1))
{%- endmacro %}

{# The same day twelve months later. #}
{% macro twelve_months_after(date_column) -%}
    cast({{ date_column }} + interval '12' month as date)
{%- endmacro %}
