with figure as (
    select
        source_key,
        authority_key,
        period_key,
        age_band_code,
        measure_code,
        definition_code,
        unit_code,
        value,
        lower_bound,
        upper_bound,
        status_code,
        is_approximate,
        is_follow_up_complete,
        has_contradiction,
        is_relabelled,
        note,
        source_basis_code,
        question_set_code,
        silence_order,
        superseded_order,
        source_date
    from {{ ref('int_pathway_figure__keyed') }}
),

judged as (
    select
        *,
        -- an answer to a letter goes before the council's own returns
        case source_basis_code when 'foi' then 1 else 2 end as basis_order
    from figure
),

-- one question set for the whole row first, so that two letters never blend in it
question_set_in_force as (
    select
        authority_key,
        period_key,
        age_band_code,
        source_basis_code,
        question_set_code
    from judged
    qualify
        row_number() over (
            partition by authority_key, period_key, age_band_code
            order by
                silence_order asc,
                basis_order asc,
                superseded_order asc,
                source_date desc nulls last,
                source_key asc
        ) = 1
)

-- then, within it, the newest source that says something about the step
select
    judged.authority_key,
    judged.period_key,
    judged.age_band_code,
    judged.measure_code,
    judged.source_key,
    judged.source_basis_code,
    judged.question_set_code,
    judged.definition_code,
    judged.unit_code,
    judged.value,
    judged.lower_bound,
    judged.upper_bound,
    judged.status_code,
    judged.is_approximate,
    judged.is_follow_up_complete,
    judged.has_contradiction,
    judged.is_relabelled,
    judged.note
from judged
inner join question_set_in_force
    on
        judged.authority_key = question_set_in_force.authority_key
        and judged.period_key = question_set_in_force.period_key
        and judged.age_band_code = question_set_in_force.age_band_code
        and judged.source_basis_code = question_set_in_force.source_basis_code
        and judged.question_set_code = question_set_in_force.question_set_code
qualify
    row_number() over (
        partition by
            judged.authority_key,
            judged.period_key,
            judged.age_band_code,
            judged.measure_code
        order by
            judged.silence_order asc,
            judged.superseded_order asc,
            judged.source_date desc nulls last,
            judged.source_key asc
    ) = 1
