{# The steps of the pathway in order: the columns of fct_pathway. A test holds them against the
   measure dictionary. #}
{% macro pathway_steps() %}
    {{ return([
        'early_help_received',
        'early_help_assessed',
        'early_help_on_child_protection_plan',
        'early_help_on_child_in_need_plan',
        'assessed',
        'care_and_support_plan',
        'closed_after_assessment',
        'closed_referred_to_early_help',
        'closed_rereferred_within_12_months',
        'early_help_rereferred_within_12_months',
    ]) }}
{% endmacro %}

{# The counts that DfE publishes for an area and reporting year: the columns of fct_rereferral. #}
{% macro dfe_counts() %}
    {{ return([
        'referral',
        'rereferral',
        'referral_child',
        'rereferral_child',
        'no_further_action',
        'not_in_need',
        'assessment',
        'population_0_17',
    ]) }}
{% endmacro %}

{# The percentages that DfE publishes beside them. #}
{% macro dfe_percents() %}
    {{ return(['rereferral', 'no_further_action', 'not_in_need', 'rereferral_child']) }}
{% endmacro %}

{# The counts that are given per 10,000 children too. #}
{% macro dfe_rates() %}
    {{ return(['referral', 'referral_child', 'assessment']) }}
{% endmacro %}

{# The counts that stand beside the steps in fct_pathway. #}
{% macro dfe_counts_of_pathway() %}
    {{ return(['referral', 'rereferral', 'rereferral_child', 'not_in_need', 'assessment']) }}
{% endmacro %}

{# Statuses without a number that hide no child: the publisher trusts the figure too little, has none, or
   there can be none. What is missing for another reason is never told by a difference. #}
{% macro harmless_statuses() -%}
    ('low_reliability', 'not_available', 'not_applicable')
{%- endmacro %}
