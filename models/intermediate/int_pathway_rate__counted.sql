{#- the four counts that rates are made of, by the names they have here -#}
{%- set counts = rate_counts() -%}
with step as (
    select
        authority_key,
        period_key,
        age_band_code,
        measure_code,
        definition_code,
        source_basis_code,
        question_set_code,
        unit_code,
        value,
        lower_bound,
        upper_bound,
        status_code,
        is_approximate,
        is_follow_up_complete,
        has_contradiction,
        is_relabelled
    from {{ ref('int_pathway_step__in_force') }}
),

subset_pair as (
    select
        definition_code,
        superset_definition_code
    from {{ ref('stg_reference__definition_subset') }}
),

pivoted as (
    select
        authority_key,
        period_key,
        age_band_code,
        max(source_basis_code) as source_basis_code,
        max(question_set_code) as question_set_code,
    {%- for count, measure in counts.items() %}
    {%- set this = "filter (where measure_code = '" ~ measure ~ "')" %}
    max(definition_code) {{ this }} as {{ count }}_definition,
    max(unit_code) {{ this }} as {{ count }}_unit,
    max(value) {{ this }} as {{ count }}_value,
    max(lower_bound) {{ this }} as {{ count }}_lower,
    max(upper_bound) {{ this }} as {{ count }}_upper,
    coalesce(max(status_code) {{ this }}, 'not_asked') as {{ count }}_status,
    coalesce(bool_or(is_approximate) {{ this }}, false) as {{ count }}_is_approximate,
    coalesce(bool_or(has_contradiction) {{ this }}, false) as {{ count }}_has_contradiction,
    coalesce(bool_or(is_relabelled) {{ this }}, false) as {{ count }}_is_relabelled,
    bool_and(is_follow_up_complete) {{ this }} as {{ count }}_is_follow_up_complete
    {{- ',' if not loop.last }}
    {%- endfor %}
    from step
    group by authority_key, period_key, age_band_code
)

select
    pivoted.*,
    -- a part by its definition: what early help cases of Wales come back from is another base
    early_help_pair.definition_code is not null as is_early_help_of_closed,
    rereferred_pair.definition_code is not null as is_rereferred_of_closed,
    both_early_help_pair.definition_code is not null as is_both_of_early_help,
    both_rereferred_pair.definition_code is not null as is_both_of_rereferred
from pivoted
left join subset_pair as early_help_pair
    on
        pivoted.early_help_definition = early_help_pair.definition_code
        and pivoted.closed_definition = early_help_pair.superset_definition_code
left join subset_pair as rereferred_pair
    on
        pivoted.rereferred_definition = rereferred_pair.definition_code
        and pivoted.closed_definition = rereferred_pair.superset_definition_code
left join subset_pair as both_early_help_pair
    on
        pivoted.both_definition = both_early_help_pair.definition_code
        and pivoted.early_help_definition = both_early_help_pair.superset_definition_code
left join subset_pair as both_rereferred_pair
    on
        pivoted.both_definition = both_rereferred_pair.definition_code
        and pivoted.rereferred_definition = both_rereferred_pair.superset_definition_code
