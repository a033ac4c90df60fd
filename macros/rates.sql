{# The four counts that the rates of the pathway are made of, by the names that they have in the models of
   rates, and their measures. Together they are a table of two by two: closed cases with and without a
   referral to early help, re-referred or not. #}
{% macro rate_counts() %}
    {{ return({
        'closed': 'closed_after_assessment',
        'early_help': 'closed_referred_to_early_help',
        'rereferred': 'closed_rereferred_within_12_months',
        'both': 'early_help_rereferred_within_12_months',
    }) }}
{% endmacro %}

{# The rates of the pathway in the order of the pathway, with what ends their column in rpt_council_profile: the
   shares in percent, the difference in points. A test holds them against rate.csv. #}
{% macro pathway_rates() %}
    {{ return({
        'early_help_referral': '_percent',
        'rereferral_of_closed': '_percent',
        'rereferral_with_early_help': '_percent',
        'rereferral_without_early_help': '_percent',
        'rereferral_difference': '_points',
        'rereferral_ratio': '',
    }) }}
{% endmacro %}

{# A count that is larger than any: the bound of what has none. #}
{% macro no_limit() -%}
    cast(1000000000000 as bigint)
{%- endmacro %}

{# The 97.5th percentile of the normal distribution: the z of a 95% interval. #}
{% macro z_95() -%}
    cast(1.959963984540054 as double)
{%- endmacro %}

{# The 99.9th percentile of the normal distribution: the z of the outer limits of a funnel. #}
{% macro z_998() -%}
    cast(3.090232306167813 as double)
{%- endmacro %}

{# A count as a share of its base, from 0 to 1, unrounded. #}
{% macro share(count, base) -%}
    ({{ count }}) / cast({{ base }} as double)
{%- endmacro %}

{# Wilson's score interval of a share, one side of it (Wilson 1927, Journal of the American Statistical
   Association 22, 209-212): `side` is - for the lower limit, + for the upper. A share from 0 to 1. #}
{% macro wilson(count, base, side) -%}
    (
        {{ share(count, base) }} + power({{ z_95() }}, 2) / (2 * ({{ base }}))
        {{ side }} {{ z_95() }} * sqrt(
            {{ share(count, base) }} * (1 - {{ share(count, base) }}) / ({{ base }})
            + power({{ z_95() }} / (2 * ({{ base }})), 2)
        )
    ) / (1 + power({{ z_95() }}, 2) / ({{ base }}))
{%- endmacro %}

{# Whether a condition holds for one at least of the counts that a rate needs; {} is the count. #}
{% macro any_needed(condition) -%}
    (
        {%- for count in rate_counts() %}
        needs_{{ count }} and {{ condition.format(count) }}{{ ' or ' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{# Newcombe's interval of a difference of two shares, one side of it (Newcombe 1998, Statistics in Medicine
   17, 873-890, method 10): Wilson's limits of both, put together. #}
{% macro newcombe(count, base, other_count, other_base, side) -%}
    {%- set other_side = '+' if side == '-' else '-' -%}
    {{ share(count, base) }} - {{ share(other_count, other_base) }} {{ side }} sqrt(
        power({{ share(count, base) }} - {{ wilson(count, base, side) }}, 2)
        + power({{ share(other_count, other_base) }} - {{ wilson(other_count, other_base, other_side) }}, 2)
    )
{%- endmacro %}

{# The log method's interval of a ratio of two shares, one side of it (Katz and others 1978, Biometrics 34,
   469-474). Null where a count is none. #}
{% macro log_ratio(count, base, other_count, other_base, side) -%}
    {{ share(count, base) }} / nullif({{ share(other_count, other_base) }}, 0)
    * exp({{ side }} {{ z_95() }} * sqrt(
        1 / cast(nullif({{ count }}, 0) as double) - 1 / cast({{ base }} as double)
        + 1 / cast(nullif({{ other_count }}, 0) as double) - 1 / cast({{ other_base }} as double)
    ))
{%- endmacro %}
