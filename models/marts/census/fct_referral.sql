{{ config(meta={'council': 'la_code'}) }}
with referral as (
    select
        la_code,
        census_year as return_census_year,
        referral_row_key,
        child_key,
        la_child_id,
        referral_date,
        referral_source_code,
        primary_need_code,
        closure_reason_code,
        is_no_further_action,
        referral_census_year,
        is_of_its_year,
        age_at_referral_years,
        age_band_code,
        has_assessment,
        has_other_activity,
        has_assessment_in_any_return,
        has_other_activity_in_any_return,
        is_closed_after_assessment_in_any_return,
        last_closure_date,
        last_closure_reason_code,
        closed_census_year,
        closed_reason_code
    from {{ of_councils(ref('int_census_referral__linked')) }}
    where is_row_of_case
),

census_return as (
    select
        la_code,
        census_year,
        last_covered_date
    from {{ ref('int_census_return__covered') }}
),

synthetic as (
    select
        la_code,
        census_year,
        is_synthetic
    from {{ ref('stg_census__return') }}
),

in_order as (
    select
        referral_row_key,
        referral_order,
        previous_referral_date,
        previous_referral_days,
        next_referral_date,
        next_referral_days,
        is_rereferral,
        is_last_pair_rereferral,
        is_rereferral_in_any_return
    from {{ ref('int_census_referral__in_order') }}
),

judged as (
    select
        referral.*,
        coalesce(
            {{ days_between('referral.referral_date', 'census_return.last_covered_date') }} >= 365, false
        ) as is_follow_up_complete,
        -- closed after assessment: the letters ask for no more than that, DfE for nothing else besides
        referral.closed_census_year is not null
        and not referral.is_no_further_action
        and referral.has_assessment_in_any_return as is_closed_and_assessed
    from referral
    left join census_return
        on
            referral.la_code = census_return.la_code
            and referral.referral_census_year = census_return.census_year
)

select
    judged.referral_row_key as referral_key,
    judged.la_code,
    judged.child_key,
    judged.la_child_id,
    in_order.referral_order,
    judged.referral_date,
    cast(judged.referral_census_year as integer) as census_year,
    judged.is_of_its_year,
    judged.return_census_year,
    judged.referral_source_code,
    judged.primary_need_code,
    cast(judged.age_at_referral_years as integer) as age_at_referral_years,
    judged.age_band_code,
    judged.is_no_further_action,
    in_order.previous_referral_date,
    in_order.previous_referral_days,
    in_order.next_referral_date,
    in_order.next_referral_days,
    in_order.is_rereferral,
    in_order.is_last_pair_rereferral,
    in_order.is_rereferral_in_any_return,
    case
        when not judged.is_of_its_year then null
        when in_order.is_rereferral then 'rereferral'
        when in_order.next_referral_days <= 365 then 'initial_later_rereferred'
        when judged.is_follow_up_complete then 'initial_not_rereferred_complete'
        else 'initial_not_rereferred_incomplete'
    end as split_code,
    judged.is_follow_up_complete,
    judged.has_assessment_in_any_return as has_assessment,
    judged.has_other_activity_in_any_return as has_other_activity,
    judged.last_closure_date as closure_date,
    judged.last_closure_reason_code as closure_reason_code,
    judged.closed_census_year,
    judged.is_closed_and_assessed
    and coalesce(judged.closed_reason_code in ('RC8', 'RC9'), false)
    and not judged.has_other_activity_in_any_return as is_closed_dfe_not_in_need,
    judged.is_closed_and_assessed and coalesce(judged.closed_reason_code in ('RC7', 'RC8'), false)
        as is_closed_foi_2021,
    judged.is_closed_and_assessed and coalesce(judged.closed_reason_code in ('RC7', 'RC8', 'RC9'), false)
        as is_closed_foi_2025,
    judged.is_closed_and_assessed and coalesce(judged.closed_reason_code = 'RC9', false)
        as is_closed_referred_to_early_help,
    judged.is_of_its_year
    and not judged.is_no_further_action
    and coalesce(judged.closure_reason_code in ('RC8', 'RC9'), false)
    and judged.has_assessment
    and not judged.has_other_activity as is_assessed_not_in_need,
    judged.is_of_its_year
    and not judged.is_no_further_action
    and judged.is_closed_after_assessment_in_any_return
    and judged.has_assessment_in_any_return
    and not judged.has_other_activity_in_any_return as is_assessed_not_in_need_linked,
    synthetic.is_synthetic
from judged
inner join in_order on judged.referral_row_key = in_order.referral_row_key
inner join synthetic
    on
        judged.la_code = synthetic.la_code
        and judged.return_census_year = synthetic.census_year
