{{ config(meta={'council': council_of_key('referral_row_key')}) }}
-- One pass over the referrals of each child, no wider than it has to be: millions of rows go through it.
with referral as (
    select
        referral_row_key,
        child_key,
        referral_date,
        referral_census_year,
        is_of_its_year,
        -- the referrals of a year are those of its own return; a case that only another return has is no
        -- earlier or later one of theirs, as in DfE's method
        case when is_of_its_year then referral_date end as own_referral_date
    from {{ of_councils(ref('int_census_referral__linked')) }}
    where is_row_of_case
),

in_order as (
    select
        referral_row_key,
        referral_date,
        referral_census_year,
        is_of_its_year,
        row_number() over in_order_of_days as referral_order,
        max(own_referral_date) over before_it as previous_referral_date,
        max(referral_date) over before_it as previous_any_return_referral_date,
        min(own_referral_date) over after_it as next_referral_date
    from referral
    window
        in_order_of_days as (
            partition by child_key
            order by referral_date asc nulls last, referral_row_key asc
        ),
        before_it as (
            partition by child_key
            order by referral_date asc nulls last, referral_row_key asc
            rows between unbounded preceding and 1 preceding
        ),
        after_it as (
            partition by child_key
            order by referral_date asc nulls last, referral_row_key asc
            rows between 1 following and unbounded following
        )
),

measured as (
    select
        referral_row_key,
        referral_census_year,
        is_of_its_year,
        referral_order,
        previous_referral_date,
        {{ days_between('previous_referral_date', 'referral_date') }} as previous_referral_days,
        {{ days_between('previous_any_return_referral_date', 'referral_date') }}
            as previous_any_return_referral_days,
        next_referral_date,
        {{ days_between('referral_date', 'next_referral_date') }} as next_referral_days
    from in_order
),

judged as (
    select
        *,
        is_of_its_year and coalesce(previous_referral_days <= 365, false) as is_rereferral
    from measured
)

select
    referral_row_key,
    cast(referral_order as integer) as referral_order,
    previous_referral_date,
    cast(previous_referral_days as integer) as previous_referral_days,
    next_referral_date,
    cast(next_referral_days as integer) as next_referral_days,
    is_rereferral,
    -- the last of the year against the one before it: true once for each child re-referred
    is_rereferral
    and coalesce({{ census_year_of('next_referral_date') }} <> referral_census_year, true)
        as is_last_pair_rereferral,
    is_of_its_year and coalesce(previous_any_return_referral_days <= 365, false)
        as is_rereferral_in_any_return
from judged
