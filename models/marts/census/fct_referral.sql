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
        closed_reason_code,
        case when is_of_its_year then referral_date end as own_referral_date
    from {{ ref('int_census_referral__linked') }}
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

-- the one pass over each child's referrals. The referrals of a year are those of its own return; a case that
-- only another return has is no earlier or later one of theirs, as in DfE's method.
in_order as (
    select
        *,
        row_number() over in_order_of_days as referral_order,
        max(own_referral_date) over before_it as previous_referral_date,
        max(referral_date) over before_it as previous_any_return_referral_date,
        min(own_referral_date) over after_it as next_referral_date
    from referral
    window
        in_order_of_days as (
            partition by child_key
            order by referral_date, referral_row_key
        ),
        before_it as (
            partition by child_key
            order by referral_date, referral_row_key
            rows between unbounded preceding and 1 preceding
        ),
        after_it as (
            partition by child_key
            order by referral_date, referral_row_key
            rows between 1 following and unbounded following
        )
),

measured as (
    select
        in_order.*,
        {{ days_between('previous_referral_date', 'referral_date') }} as previous_referral_days,
        {{ days_between('previous_any_return_referral_date', 'referral_date') }}
            as previous_any_return_referral_days,
        {{ days_between('referral_date', 'next_referral_date') }} as next_referral_days,
        census_return.last_covered_date,
        {{ days_between('referral_date', 'census_return.last_covered_date') }} >= 365
            as is_follow_up_complete
    from in_order
    left join census_return
        on
            in_order.la_code = census_return.la_code
            and in_order.referral_census_year = census_return.census_year
),

judged as (
    select
        *,
        is_of_its_year and coalesce(previous_referral_days <= 365, false) as is_rereferral,
        coalesce(next_referral_days <= 365, false) as is_later_rereferred,
        -- closed after assessment: the letters ask for no more than that, DfE for nothing else besides
        closed_census_year is not null and not is_no_further_action and has_assessment_in_any_return
            as is_closed_and_assessed
    from measured
)

select
    judged.referral_row_key as referral_key,
    judged.la_code,
    judged.child_key,
    judged.la_child_id,
    cast(judged.referral_order as integer) as referral_order,
    judged.referral_date,
    cast(judged.referral_census_year as integer) as census_year,
    judged.is_of_its_year,
    judged.return_census_year,
    judged.referral_source_code,
    judged.primary_need_code,
    cast(judged.age_at_referral_years as integer) as age_at_referral_years,
    judged.age_band_code,
    judged.is_no_further_action,
    judged.previous_referral_date,
    cast(judged.previous_referral_days as integer) as previous_referral_days,
    judged.next_referral_date,
    cast(judged.next_referral_days as integer) as next_referral_days,
    judged.is_rereferral,
    -- the last of the year against the one before it: true once for each child re-referred
    judged.is_rereferral
    and coalesce({{ census_year_of('judged.next_referral_date') }} <> judged.referral_census_year, true)
        as is_last_pair_rereferral,
    judged.is_of_its_year and coalesce(judged.previous_any_return_referral_days <= 365, false)
        as is_rereferral_in_any_return,
    case
        when not judged.is_of_its_year then null
        when judged.is_rereferral then 'rereferral'
        when judged.is_later_rereferred then 'initial_later_rereferred'
        when judged.is_follow_up_complete then 'initial_not_rereferred_complete'
        else 'initial_not_rereferred_incomplete'
    end as split_code,
    coalesce(judged.is_follow_up_complete, false) as is_follow_up_complete,
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
inner join synthetic
    on
        judged.la_code = synthetic.la_code
        and judged.return_census_year = synthetic.census_year
