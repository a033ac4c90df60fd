{# numerator x factor / denominator, rounded half up to one decimal as DfE rounds. Whole numbers up
   to the last step, since binary floating point gets the ties wrong (182 of 1,120 is 16.3 percent).
   Null where the denominator is zero. #}
{% macro ratio_half_up(numerator, denominator, factor) -%}
    cast(
        floor(
            (20 * {{ factor }} * {{ numerator }} + {{ denominator }})
            / nullif(2 * {{ denominator }}, 0)
        ) / 10 as decimal(9, 1)
    )
{%- endmacro %}

{# The same day twelve months later. #}
{% macro twelve_months_after(date_column) -%}
    cast({{ date_column }} + interval '12' month as date)
{%- endmacro %}
