with referral as (
    select
        la_code,
        census_year,
        referral_row_key,
        child_key,
        la_child_id,
        referral_date,
        referral_source_code,
        primary_need_code,
        closure_date,
        closure_reason_code,
        initial_conference_date,
        is_no_further_action,
        referral_census_year,
        is_of_its_year,
        age_at_referral_years,
        age_band_code
    from {{ ref('int_census_referral__once') }}
),

assessed as (
    select referral_row_key
    from {{ ref('stg_census__assessment') }}
    group by referral_row_key
),

-- activity that says that the child was in need, or thought to be
active as (
    select referral_row_key
    from {{ ref('stg_census__section_47') }}
    union
    select referral_row_key
    from {{ ref('stg_census__child_protection_plan') }}
    union
    select referral_row_key
    from {{ ref('stg_census__cin_plan') }}
),

-- there is no number of a referral: the same child, day, source and outcome in another return is the same
-- case, and of several the first is the first
told as (
    select
        referral.*,
        assessed.referral_row_key is not null as has_assessment,
        active.referral_row_key is not null or referral.initial_conference_date is not null
            as has_other_activity,
        coalesce(referral.closure_reason_code in ('RC8', 'RC9'), false) as is_closed_after_assessment,
        coalesce({{ census_year_of('referral.closure_date') }} = referral.census_year, false)
            as is_closed_in_its_year,
        row_number() over (
            partition by
                referral.child_key,
                referral.census_year,
                referral.referral_date,
                referral.referral_source_code,
                referral.is_no_further_action
            order by referral.referral_row_key
        ) as case_number
    from referral
    left join assessed on referral.referral_row_key = assessed.referral_row_key
    left join active on referral.referral_row_key = active.referral_row_key
)

select
    la_code,
    census_year,
    referral_row_key,
    child_key,
    la_child_id,
    referral_date,
    referral_source_code,
    primary_need_code,
    closure_date,
    closure_reason_code,
    is_closed_in_its_year,
    is_no_further_action,
    referral_census_year,
    is_of_its_year,
    age_at_referral_years,
    age_band_code,
    case_number,
    has_assessment,
    has_other_activity,
    bool_or(has_assessment) over in_any_return as has_assessment_in_any_return,
    bool_or(has_other_activity) over in_any_return as has_other_activity_in_any_return,
    bool_or(is_closed_after_assessment) over in_any_return as is_closed_after_assessment_in_any_return,
    -- the newest return that says so
    max_by(closure_date, case when closure_date is not null then census_year end) over in_any_return
        as last_closure_date,
    max_by(closure_reason_code, case when closure_reason_code is not null then census_year end)
        over in_any_return as last_closure_reason_code,
    -- a closure counts in the return of its year
    max(case when is_closed_in_its_year then census_year end) over in_any_return as closed_census_year,
    max_by(closure_reason_code, case when is_closed_in_its_year then census_year end) over in_any_return
        as closed_reason_code,
    min(case when is_of_its_year then referral_row_key end) over in_any_return as own_referral_row_key,
    -- the return of the year of the referral speaks for it, else the newest that has it
    row_number() over (
        partition by
            child_key, referral_date, referral_source_code, is_no_further_action, case_number
        order by is_of_its_year desc, census_year desc
    ) = 1 as is_row_of_case
from told
window
    in_any_return as (
        partition by
            child_key, referral_date, referral_source_code, is_no_further_action, case_number
    )
