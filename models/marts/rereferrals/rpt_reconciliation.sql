{#- a sum over fewer than England's nine regions is none -#}
{%- set region_count = 9 -%}

with pathway as (
    select
        authority_key,
        period_key,
        closed_after_assessment_count,
        closed_after_assessment_status,
        closed_rereferred_within_12_months_count,
        closed_rereferred_within_12_months_status,
        dfe_not_in_need_count,
        dfe_not_in_need_status,
        dfe_rereferral_child_count,
        dfe_rereferral_child_status,
        definition_comparability_code
    from {{ ref('fct_pathway') }}
    where age_band_code = 'all' and nation_code = 'E'
),

-- of this step alone: that of fct_pathway covers every re-referral of the row
follow_up as (
    select
        authority_key,
        period_key,
        is_follow_up_complete
    from {{ ref('int_pathway_step__in_force') }}
    where measure_code = 'closed_rereferred_within_12_months' and age_band_code = 'all'
),

authority as (
    select
        authority_key,
        area_level_code,
        nation_code
    from {{ ref('dim_authority') }}
),

rereferral as (
    select
        {%- for count in dfe_counts() %}
        {{ count }}_count,
        {{ count }}_lower,
        {{ count }}_upper,
        {{ count }}_status,
        {%- endfor %}
        authority_key,
        period_key
    from {{ ref('fct_rereferral') }}
),

foi_closed as (
    select
        'foi_closed_against_dfe_not_in_need' as reconciliation_code,
        authority_key,
        period_key,
        'closed_after_assessment' as measure_code,
        closed_after_assessment_count as compared_value,
        closed_after_assessment_status as compared_status,
        'not_in_need_count' as reference_measure_code,
        dfe_not_in_need_count as reference_value,
        dfe_not_in_need_status as reference_status,
        cast(0 as bigint) as tolerance,
        -- children closed with RC7 and RC8 (2025: and RC9) against referrals closed with RC8 and RC9
        case
            when definition_comparability_code = 'definition_differs'
                then 'definition_and_unit_differ'
            else definition_comparability_code
        end as comparability_code
    from pathway
),

foi_rereferred as (
    select
        'foi_rereferred_against_dfe_children_rereferred' as reconciliation_code,
        pathway.authority_key,
        pathway.period_key,
        'closed_rereferred_within_12_months' as measure_code,
        pathway.closed_rereferred_within_12_months_count as compared_value,
        pathway.closed_rereferred_within_12_months_status as compared_status,
        'rereferral_child_count' as reference_measure_code,
        pathway.dfe_rereferral_child_count as reference_value,
        pathway.dfe_rereferral_child_status as reference_status,
        cast(0 as bigint) as tolerance,
        -- children who came back after a closure against children who came back at all
        case
            when pathway.definition_comparability_code <> 'definition_differs'
                then pathway.definition_comparability_code
            when not follow_up.is_follow_up_complete then 'follow_up_incomplete'
            when
                follow_up.is_follow_up_complete is null
                and pathway.closed_rereferred_within_12_months_status = 'reported'
                then 'follow_up_unknown'
            else 'base_differs'
        end as comparability_code
    from pathway
    left join follow_up
        on
            pathway.authority_key = follow_up.authority_key
            and pathway.period_key = follow_up.period_key
),

area_figures as (
    {%- for count in dfe_counts() %}
    select
        rereferral.authority_key,
        rereferral.period_key,
        authority.area_level_code,
        '{{ count }}_count' as measure_code,
        rereferral.{{ count }}_count as value,
        rereferral.{{ count }}_upper - rereferral.{{ count }}_count as rounding,
        -- a symbol that nobody has read yet may be a suppression
        case
            when rereferral.{{ count }}_status in ('reported', 'not_loaded')
                then rereferral.{{ count }}_status
            when rereferral.{{ count }}_status in {{ harmless_statuses() }}
                then rereferral.{{ count }}_status
            else 'suppressed'
        end as status_code
    from rereferral
    inner join authority on rereferral.authority_key = authority.authority_key
    where authority.area_level_code <> 'council' and authority.nation_code = 'E'
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

-- the nine regions only: Inner and Outer London stand beside London in the files, not beside the regions
regions as (
    select
        period_key,
        measure_code,
        sum(value) as compared_value,
        sum(rounding) as rounding,
        count(*) filter (where status_code = 'reported') as reported_count,
        count(*) filter (where status_code = 'suppressed') as suppressed_count
    from area_figures
    where area_level_code = 'region'
    group by period_key, measure_code
),

regions_against_england as (
    select
        'regions_against_england' as reconciliation_code,
        england.authority_key,
        england.period_key,
        england.measure_code,
        -- a sum with a part missing is no sum, and its difference would give the part away; the sum of all
        -- parts would give a withheld total away
        case
            when
                regions.reported_count = {{ region_count }}
                and england.status_code <> 'suppressed'
                then regions.compared_value
        end as compared_value,
        case
            when regions.suppressed_count > 0 or england.status_code = 'suppressed' then 'suppressed'
            when regions.reported_count = {{ region_count }} then 'reported'
            else 'not_available'
        end as compared_status,
        england.measure_code as reference_measure_code,
        england.value as reference_value,
        england.status_code as reference_status,
        regions.rounding + england.rounding as tolerance,
        'same_definition' as comparability_code,
        regions.suppressed_count
    from area_figures as england
    inner join regions
        on
            england.period_key = regions.period_key
            and england.measure_code = regions.measure_code
    where england.area_level_code = 'nation'
),

council_sum as (
    select
        authority_key,
        {{ reporting_year_key('reporting_year') }} as period_key,
        measure_code,
        not_loaded_count,
        suppressed_count,
        carried_forward_count,
        unshown_count,
        shown_value,
        carried_forward_value,
        carried_forward_names,
        unshown_names
    from {{ ref('int_dfe_area__council_sum') }}
),

-- a sum with a suppressed part is none, and neither is one with a council that no release at hand has
councils_against_area as (
    select
        'councils_against_area' as reconciliation_code,
        area.authority_key,
        area.period_key,
        area.measure_code,
        case
            when
                council_sum.not_loaded_count = 0
                and council_sum.suppressed_count = 0
                and area.status_code <> 'suppressed'
                then council_sum.shown_value + council_sum.carried_forward_value
        end as compared_value,
        case
            when council_sum.not_loaded_count > 0 then 'not_loaded'
            when council_sum.suppressed_count > 0 or area.status_code = 'suppressed' then 'suppressed'
            else 'reported'
        end as compared_status,
        area.measure_code as reference_measure_code,
        area.value as reference_value,
        area.status_code as reference_status,
        area.rounding as tolerance,
        'same_definition' as comparability_code,
        council_sum.suppressed_count,
        council_sum.carried_forward_count,
        council_sum.carried_forward_names,
        council_sum.unshown_count,
        council_sum.unshown_names
    from area_figures as area
    inner join council_sum
        on
            area.authority_key = council_sum.authority_key
            and area.period_key = council_sum.period_key
            and area.measure_code = council_sum.measure_code
),

unioned as (
    select
        reconciliation_code,
        authority_key,
        period_key,
        measure_code,
        compared_value,
        compared_status,
        reference_measure_code,
        reference_value,
        reference_status,
        tolerance,
        comparability_code,
        0 as suppressed_count,
        0 as carried_forward_count,
        cast(null as string) as carried_forward_names,
        0 as unshown_count,
        cast(null as string) as unshown_names
    from foi_closed
    union all
    select
        reconciliation_code,
        authority_key,
        period_key,
        measure_code,
        compared_value,
        compared_status,
        reference_measure_code,
        reference_value,
        reference_status,
        tolerance,
        comparability_code,
        0 as suppressed_count,
        0 as carried_forward_count,
        cast(null as string) as carried_forward_names,
        0 as unshown_count,
        cast(null as string) as unshown_names
    from foi_rereferred
    union all
    select
        reconciliation_code,
        authority_key,
        period_key,
        measure_code,
        compared_value,
        compared_status,
        reference_measure_code,
        reference_value,
        reference_status,
        tolerance,
        comparability_code,
        suppressed_count,
        0 as carried_forward_count,
        cast(null as string) as carried_forward_names,
        0 as unshown_count,
        cast(null as string) as unshown_names
    from regions_against_england
    union all
    select
        reconciliation_code,
        authority_key,
        period_key,
        measure_code,
        compared_value,
        compared_status,
        reference_measure_code,
        reference_value,
        reference_status,
        tolerance,
        comparability_code,
        suppressed_count,
        carried_forward_count,
        carried_forward_names,
        unshown_count,
        unshown_names
    from councils_against_area
)

select
    concat_ws('/', reconciliation_code, authority_key, period_key, measure_code)
        as reconciliation_key,
    reconciliation_code,
    authority_key,
    period_key,
    measure_code,
    cast(compared_value as bigint) as compared_value,
    compared_status,
    reference_measure_code,
    reference_value,
    reference_status,
    cast(compared_value - reference_value as bigint) as difference,
    case when compared_value is not null and reference_value is not null then cast(tolerance as bigint) end
        as tolerance,
    comparability_code,
    case
        when 'suppressed' in (compared_status, reference_status) then 'withheld'
        when compared_value is null or reference_value is null then 'not_compared'
        when abs(compared_value - reference_value) <= tolerance
            then case when carried_forward_count > 0 then 'carried_forward' else 'within_rounding' end
        -- what is missing there hides no child: the publisher trusts it too little, or has none
        when unshown_count > 0 and compared_value < reference_value then 'rest_of_unshown_councils'
        else 'differs'
    end as outcome_code,
    cast(suppressed_count as integer) as suppressed_count,
    carried_forward_names,
    unshown_names
from unioned
