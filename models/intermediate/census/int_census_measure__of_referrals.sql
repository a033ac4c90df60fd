with referral as (
    select
        la_code,
        child_key,
        census_year,
        age_band_code,
        is_of_its_year,
        is_no_further_action,
        is_rereferral,
        is_rereferral_in_any_return,
        is_assessed_not_in_need,
        is_assessed_not_in_need_linked,
        is_follow_up_complete,
        split_code
    from {{ ref('fct_referral') }}
    where census_year is not null
),

-- every referral counts among all children, and in its age band where the age is known
banded as (
    select
        *,
        'all' as counted_age_band_code
    from referral
    union all
    select
        *,
        age_band_code as counted_age_band_code
    from referral
    where age_band_code is not null
),

counted as (
    select
        la_code,
        census_year,
        counted_age_band_code as age_band_code,
        count(*) filter (where is_of_its_year) as referrals,
        count(distinct child_key) filter (where is_of_its_year) as children_referred,
        count(*) filter (where is_rereferral) as rereferrals,
        count(distinct child_key) filter (where is_rereferral) as children_rereferred,
        count(*) filter (where is_rereferral_in_any_return) as rereferrals_any_return,
        count(*) as referrals_any_return,
        count(*) filter (where is_of_its_year and is_no_further_action) as nfa,
        count(*) filter (where is_assessed_not_in_need) as assessed_not_in_need,
        count(*) filter (where is_assessed_not_in_need_linked) as assessed_not_in_need_linked,
        count(*) filter (where split_code = 'rereferral') as split__rereferral,
        count(*) filter (where split_code = 'initial_later_rereferred') as split__initial_later_rereferred,
        count(*) filter (where split_code = 'initial_not_rereferred_complete')
            as split__initial_not_rereferred_complete,
        count(*) filter (where split_code = 'initial_not_rereferred_incomplete')
            as split__initial_not_rereferred_incomplete,
        count(*) filter (where is_of_its_year and is_follow_up_complete) as follow_up_complete
    from banded
    group by la_code, census_year, counted_age_band_code
)

select
    la_code,
    census_year,
    age_band_code,
    -- a code is a path, and a column cannot be named so
    replace(column_name, '__', '.') as measure_code,
    cast(value as double) as value
from counted
unpivot include nulls (
    value for column_name in (
        referrals,
        children_referred,
        rereferrals,
        children_rereferred,
        rereferrals_any_return,
        referrals_any_return,
        nfa,
        assessed_not_in_need,
        assessed_not_in_need_linked,
        split__rereferral,
        split__initial_later_rereferred,
        split__initial_not_rereferred_complete,
        split__initial_not_rereferred_incomplete,
        follow_up_complete
    )
)
