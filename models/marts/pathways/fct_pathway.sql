with measure as (
    select
        measure_code,
        has_follow_up
    from {{ ref('dim_measure') }}
),

in_force as (
    select
        authority_key,
        period_key,
        age_band_code,
        measure_code,
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
        source_key,
        note
    from {{ ref('int_pathway_step__in_force') }}
),

step as (
    select
        in_force.authority_key,
        in_force.period_key,
        in_force.age_band_code,
        in_force.measure_code,
        in_force.source_basis_code,
        in_force.question_set_code,
        in_force.unit_code,
        in_force.value,
        in_force.lower_bound,
        in_force.upper_bound,
        in_force.status_code,
        in_force.is_follow_up_complete,
        -- a figure that has a follow-up, and no date that says whether it is over
        measure.has_follow_up
        and in_force.status_code in ('reported', 'suppressed')
        and in_force.is_follow_up_complete is null as is_follow_up_unknown,
        in_force.is_approximate,
        in_force.has_contradiction,
        case when in_force.status_code not in ('not_answered', 'blank') then in_force.source_key end
            as stated_source_key,
        case when in_force.note is not null then in_force.measure_code || ': ' || in_force.note end as note
    from in_force
    inner join measure on in_force.measure_code = measure.measure_code
),

authority as (
    select
        authority_key,
        nation_code,
        is_known
    from {{ ref('dim_authority') }}
),

period as (
    select
        period_key,
        reporting_year
    from {{ ref('dim_period') }}
),

dfe as (
    select
        authority_key,
        reporting_year,
        referral_count,
        referral_status,
        rereferral_count,
        rereferral_status,
        rereferral_child_count,
        rereferral_child_status,
        not_in_need_count,
        not_in_need_status,
        assessment_count,
        assessment_status
    from {{ ref('fct_rereferral') }}
),

pivoted as (
    select
        authority_key,
        period_key,
        age_band_code,
        max(source_basis_code) as source_basis_code,
        max(question_set_code) as question_set_code,
        case when min(unit_code) = max(unit_code) then max(unit_code) else 'mixed' end as unit_code,
        {%- for step in pathway_steps() %}
        max(value) filter (where measure_code = '{{ step }}') as {{ step }}_count,
        max(lower_bound) filter (where measure_code = '{{ step }}') as {{ step }}_lower,
        max(upper_bound) filter (where measure_code = '{{ step }}') as {{ step }}_upper,
        coalesce(max(status_code) filter (where measure_code = '{{ step }}'), 'not_asked')
            as {{ step }}_status,
        {%- endfor %}
        case
            when bool_or(not is_follow_up_complete) then false
            when not bool_or(is_follow_up_unknown) then bool_and(is_follow_up_complete)
        end as is_follow_up_complete,
        bool_or(is_approximate) as is_approximate,
        bool_or(has_contradiction) as has_contradiction,
        {{ joined_distinct_text('stated_source_key', "', '") }} as source_keys,
        {{ joined_distinct_text('note', "' '") }} as note
    from step
    group by authority_key, period_key, age_band_code
),

-- why DfE's figure stands beside a row, or does not
compared as (
    select
        pivoted.authority_key,
        pivoted.period_key,
        pivoted.age_band_code,
        pivoted.source_basis_code,
        pivoted.question_set_code,
        pivoted.unit_code,
        {%- for step in pathway_steps() %}
        pivoted.{{ step }}_count,
        pivoted.{{ step }}_lower,
        pivoted.{{ step }}_upper,
        pivoted.{{ step }}_status,
        {%- endfor %}
        pivoted.is_follow_up_complete,
        pivoted.is_approximate,
        pivoted.has_contradiction,
        pivoted.source_keys,
        pivoted.note,
        authority.nation_code,
        period.reporting_year,
        case
            when authority.nation_code <> 'E' then 'other_nation'
            when pivoted.age_band_code <> 'all' then 'age_band_not_published'
            when period.reporting_year is null then 'other_period'
            when not authority.is_known then 'authority_unknown'
            else 'definition_differs'
        end as definition_comparability_code
    from pivoted
    inner join authority on pivoted.authority_key = authority.authority_key
    inner join period on pivoted.period_key = period.period_key
)

select
    concat_ws('/', compared.authority_key, compared.period_key, compared.age_band_code)
        as pathway_key,
    compared.authority_key,
    compared.period_key,
    compared.age_band_code,
    compared.nation_code,
    compared.source_basis_code,
    compared.question_set_code,
    compared.unit_code,
    {%- for step in pathway_steps() %}
    cast(compared.{{ step }}_count as bigint) as {{ step }}_count,
    cast(compared.{{ step }}_lower as bigint) as {{ step }}_lower,
    cast(compared.{{ step }}_upper as bigint) as {{ step }}_upper,
    compared.{{ step }}_status,
    {%- endfor %}
    compared.is_follow_up_complete,
    compared.is_approximate,
    compared.has_contradiction,
    compared.source_keys,
    compared.note,
    {%- for count in dfe_counts_of_pathway() %}
    dfe.{{ count }}_count as dfe_{{ count }}_count,
    case compared.definition_comparability_code
        when 'definition_differs' then coalesce(dfe.{{ count }}_status, 'not_loaded')
        when 'authority_unknown' then 'authority_unknown'
        else 'not_applicable'
    end as dfe_{{ count }}_status,
    {%- endfor %}
    compared.definition_comparability_code
from compared
left join dfe
    on
        compared.definition_comparability_code = 'definition_differs'
        and compared.authority_key = dfe.authority_key
        and compared.reporting_year = dfe.reporting_year
