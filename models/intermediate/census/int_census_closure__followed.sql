{{ config(meta={'council': 'la_code'}) }}
with referral as (
    select
        la_code,
        census_year,
        referral_row_key,
        child_key,
        la_child_id,
        referral_date,
        closure_date,
        closure_reason_code,
        is_closed_in_its_year,
        is_no_further_action,
        is_of_its_year,
        age_band_code,
        has_assessment_in_any_return,
        has_other_activity_in_any_return,
        own_referral_row_key
    from {{ of_councils(ref('int_census_referral__linked')) }}
),

census_return as (
    select
        la_code,
        census_year,
        last_covered_date
    from {{ ref('int_census_return__covered') }}
),

closed as (
    select
        la_code,
        census_year,
        referral_row_key,
        child_key,
        la_child_id,
        referral_date,
        closure_date,
        closure_reason_code,
        is_no_further_action,
        age_band_code,
        has_assessment_in_any_return,
        has_other_activity_in_any_return,
        own_referral_row_key
    from referral
    where closure_reason_code in ('RC7', 'RC8', 'RC9') and is_closed_in_its_year
),

-- referrals and closures of a child in order of their days. A closure stands before the referrals of its
-- day, since a child may be referred again on the day of the closure; never before its own referral.
happened as (
    select
        child_key,
        null as referral_row_key,
        referral_date as event_date,
        referral_row_key as day_order,
        0 as closure_order,
        referral_date,
        case when has_assessment_in_any_return and not is_no_further_action then referral_date end
            as assessed_referral_date
    from referral
    where is_of_its_year
    union all
    select
        child_key,
        referral_row_key,
        greatest(closure_date, referral_date) as event_date,
        case
            when closure_date > referral_date or own_referral_row_key is null then 0
            else own_referral_row_key
        end as day_order,
        1 as closure_order,
        null as referral_date,
        null as assessed_referral_date
    from closed
),

looked_forward as (
    select
        referral_row_key,
        min(referral_date) over after_it as next_referral_date,
        min(assessed_referral_date) over after_it as next_assessed_referral_date
    from happened
    window
        after_it as (
            partition by child_key
            order by event_date asc nulls last, day_order asc, closure_order asc, referral_row_key asc
            rows between 1 following and unbounded following
        )
),

followed as (
    select
        referral_row_key,
        next_referral_date,
        next_assessed_referral_date
    from looked_forward
    where referral_row_key is not null
)

select
    closed.la_code,
    closed.census_year,
    closed.referral_row_key,
    closed.child_key,
    closed.la_child_id,
    closed.referral_date,
    closed.closure_date,
    closed.closure_reason_code,
    closed.is_no_further_action,
    closed.age_band_code,
    closed.has_assessment_in_any_return,
    closed.has_other_activity_in_any_return,
    followed.next_referral_date,
    followed.next_assessed_referral_date,
    -- no referral after it is no re-referral, not an unknown one
    coalesce(
        {{ days_between('closed.referral_date', 'followed.next_referral_date') }} <= 365, false
    ) as is_rereferred_initial_365,
    coalesce(
        {{ days_between('closed.referral_date', 'followed.next_assessed_referral_date') }} <= 365, false
    ) as is_rereferred_initial_365_assessed,
    coalesce(
        followed.next_referral_date <= {{ twelve_months_after('closed.referral_date') }}, false
    ) as is_rereferred_initial_12_months,
    coalesce(
        {{ days_between('closed.closure_date', 'followed.next_referral_date') }} <= 365, false
    ) as is_rereferred_closure_365,
    coalesce(
        {{ days_between('closed.referral_date', 'census_return.last_covered_date') }} >= 365, false
    ) as is_follow_up_complete_initial,
    coalesce(
        {{ days_between('closed.closure_date', 'census_return.last_covered_date') }} >= 365, false
    ) as is_follow_up_complete_closure
from closed
inner join followed on closed.referral_row_key = followed.referral_row_key
inner join census_return
    on
        closed.la_code = census_return.la_code
        and closed.census_year = census_return.census_year
