with closure as (
    select
        la_code,
        census_year,
        child_key,
        basis_code,
        definition_code,
        age_band_code,
        is_rereferred_initial_365,
        is_rereferred_initial_365_assessed,
        is_rereferred_initial_12_months,
        is_rereferred_closure_365,
        is_follow_up_complete_initial,
        is_follow_up_complete_closure
    from {{ ref('int_census_closure__defined') }}
),

banded as (
    select
        *,
        'all' as counted_age_band_code
    from closure
    union all
    select
        *,
        age_band_code as counted_age_band_code
    from closure
    where age_band_code is not null
),

-- the letters count children: one came back if any case of it did, and the follow-up is complete if that of
-- every case is
child as (
    select
        la_code,
        census_year,
        counted_age_band_code as age_band_code,
        basis_code,
        definition_code,
        child_key,
        bool_or(is_rereferred_initial_365) as is_rereferred_initial_365,
        bool_or(is_rereferred_initial_365_assessed) as is_rereferred_initial_365_assessed,
        bool_or(is_rereferred_initial_12_months) as is_rereferred_initial_12_months,
        bool_or(is_rereferred_closure_365) as is_rereferred_closure_365,
        bool_and(is_follow_up_complete_initial) as is_follow_up_complete_initial,
        bool_and(is_follow_up_complete_closure) as is_follow_up_complete_closure
    from banded
    group by la_code, census_year, counted_age_band_code, basis_code, definition_code, child_key
),

counted as (
    select
        la_code,
        census_year,
        age_band_code,
        basis_code,
        definition_code,
        count(*) as closed,
        count(*) filter (where is_follow_up_complete_initial) as follow_up_complete_initial,
        count(*) filter (where is_follow_up_complete_closure) as follow_up_complete_closure,
        count(*) filter (where is_rereferred_initial_365) as initial_365,
        count(*) filter (where is_rereferred_initial_365_assessed) as initial_365_assessed,
        count(*) filter (where is_rereferred_initial_12_months) as initial_12_months,
        count(*) filter (where is_rereferred_closure_365) as closure_365
    from child
    group by la_code, census_year, age_band_code, basis_code, definition_code
),

listed as (
    select
        la_code,
        census_year,
        age_band_code,
        basis_code,
        definition_code,
        reading_code,
        value
    from counted
    unpivot include nulls (
        value for reading_code in (
            closed,
            follow_up_complete_initial,
            follow_up_complete_closure,
            initial_365,
            initial_365_assessed,
            initial_12_months,
            closure_365
        )
    )
)

-- q4 and q5 are the letters' closed and re-referred, q6 and q7 the same of those referred to early help
select
    la_code,
    census_year,
    age_band_code,
    case
        when definition_code = 'early_help' and reading_code = 'closed' then concat_ws('.', 'q6', basis_code)
        when definition_code = 'early_help' then concat_ws('.', 'q7', basis_code, reading_code)
        when reading_code = 'closed' then concat_ws('.', 'q4', basis_code, definition_code)
        when reading_code in ('follow_up_complete_initial', 'follow_up_complete_closure')
            then concat_ws('.', 'q4', basis_code, definition_code, reading_code)
        else concat_ws('.', 'q5', basis_code, definition_code, reading_code)
    end as measure_code,
    cast(value as double) as value
from listed
where
    definition_code <> 'early_help'
    or reading_code not in ('follow_up_complete_initial', 'follow_up_complete_closure')
