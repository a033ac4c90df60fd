{{ config(meta={'council': 'la_code'}) }}
with closure as (
    select
        la_code,
        census_year,
        referral_row_key,
        child_key,
        closure_reason_code,
        is_no_further_action,
        age_band_code,
        has_assessment_in_any_return,
        has_other_activity_in_any_return,
        is_rereferred_initial_365,
        is_rereferred_initial_365_assessed,
        is_rereferred_initial_12_months,
        is_rereferred_closure_365,
        is_follow_up_complete_initial,
        is_follow_up_complete_closure
    from {{ of_councils(ref('int_census_closure__followed')) }}
),

-- DfE's method counts RC8 and RC9, the letter of 2021 asks for RC7 and RC8, that of 2025 for RC9 too, which
-- is the referral to early help
definition_reason (definition_code, closure_reason_code) as (
    values
    ('dfe_not_in_need', 'RC8'),
    ('dfe_not_in_need', 'RC9'),
    ('foi_2021', 'RC7'),
    ('foi_2021', 'RC8'),
    ('foi_2025', 'RC7'),
    ('foi_2025', 'RC8'),
    ('foi_2025', 'RC9'),
    ('early_help', 'RC9')
),

-- code_only takes the reason by its word; assessed asks that there was an assessment
basis (basis_code) as (
    values
    ('assessed'),
    ('code_only')
)

select
    closure.la_code,
    closure.census_year,
    closure.referral_row_key,
    closure.child_key,
    basis.basis_code,
    definition_reason.definition_code,
    closure.age_band_code,
    closure.is_rereferred_initial_365,
    closure.is_rereferred_initial_365_assessed,
    closure.is_rereferred_initial_12_months,
    closure.is_rereferred_closure_365,
    closure.is_follow_up_complete_initial,
    closure.is_follow_up_complete_closure
from closure
inner join definition_reason on closure.closure_reason_code = definition_reason.closure_reason_code
cross join basis
where
    basis.basis_code = 'code_only'
    or (
        not closure.is_no_further_action
        and closure.has_assessment_in_any_return
        and (
            definition_reason.definition_code <> 'dfe_not_in_need'
            or not closure.has_other_activity_in_any_return
        )
    )
