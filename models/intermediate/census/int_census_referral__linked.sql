{{ config(meta={'council': 'la_code'}) }}
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
    from {{ of_councils(ref('int_census_referral__once')) }}
),

assessed as (
    select referral_row_key
    from {{ of_councils(ref('stg_census__assessment')) }}
    group by referral_row_key
),

-- activity that says that the child was in need, or thought to be
active as (
    select referral_row_key
    from {{ of_councils(ref('stg_census__section_47')) }}
    union
    select referral_row_key
    from {{ of_councils(ref('stg_census__child_protection_plan')) }}
    union
    select referral_row_key
    from {{ of_councils(ref('stg_census__cin_plan')) }}
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
),

-- grouped and joined back, since windows over rows this wide take three times as long
in_any_return as (
    select
        child_key,
        referral_date,
        referral_source_code,
        is_no_further_action,
        case_number,
        bool_or(has_assessment) as has_assessment,
        bool_or(has_other_activity) as has_other_activity,
        bool_or(is_closed_after_assessment) as is_closed_after_assessment,
        -- the newest return that says so
        max_by(closure_date, case when closure_date is not null then census_year end) as last_closure_date,
        max_by(closure_reason_code, case when closure_reason_code is not null then census_year end)
            as last_closure_reason_code,
        -- a closure counts in the return of its year
        max(case when is_closed_in_its_year then census_year end) as closed_census_year,
        max_by(closure_reason_code, case when is_closed_in_its_year then census_year end)
            as closed_reason_code,
        min(case when is_of_its_year then referral_row_key end) as own_referral_row_key,
        -- row keys rise with the years
        max(referral_row_key) as newest_referral_row_key
    from told
    group by child_key, referral_date, referral_source_code, is_no_further_action, case_number
)

select
    told.la_code,
    told.census_year,
    told.referral_row_key,
    told.child_key,
    told.la_child_id,
    told.referral_date,
    told.referral_source_code,
    told.primary_need_code,
    told.closure_date,
    told.closure_reason_code,
    told.is_closed_in_its_year,
    told.is_no_further_action,
    told.referral_census_year,
    told.is_of_its_year,
    told.age_at_referral_years,
    told.age_band_code,
    told.case_number,
    told.has_assessment,
    told.has_other_activity,
    in_any_return.has_assessment as has_assessment_in_any_return,
    in_any_return.has_other_activity as has_other_activity_in_any_return,
    in_any_return.is_closed_after_assessment as is_closed_after_assessment_in_any_return,
    in_any_return.last_closure_date,
    in_any_return.last_closure_reason_code,
    in_any_return.closed_census_year,
    in_any_return.closed_reason_code,
    in_any_return.own_referral_row_key,
    -- the return of the year of the referral speaks for it, else the newest that has it
    told.referral_row_key = coalesce(
        in_any_return.own_referral_row_key, in_any_return.newest_referral_row_key
    ) as is_row_of_case
from told
inner join in_any_return
    on
        told.child_key = in_any_return.child_key
        and told.referral_date is not distinct from in_any_return.referral_date
        and told.referral_source_code is not distinct from in_any_return.referral_source_code
        and told.is_no_further_action = in_any_return.is_no_further_action
        and told.case_number = in_any_return.case_number
