{{ config(meta={'council': 'la_code'}) }}
with referral as (
    select
        la_code,
        census_year,
        child_row_key,
        referral_row_key,
        referral_date,
        closure_reason_code,
        make_date(census_year - 1, 4, 1) as first_date,
        make_date(census_year, 3, 31) as last_date
    from {{ of_councils(ref('stg_census__referral')) }}
),

census_return as (
    select
        la_code,
        census_year,
        reference_date
    from {{ ref('stg_census__return') }}
),

child as (
    select
        child_row_key,
        la_child_id
    from {{ ref('int_census_child__identified') }}
),

assessment as (
    select
        referral_row_key,
        assessment_number,
        start_date,
        authorisation_date
    from {{ of_councils(ref('stg_census__assessment')) }}
),

factor as (
    select
        referral_row_key,
        assessment_number,
        count(*) as factor_count,
        count(distinct factor_code) as different_factor_count,
        bool_or(factor_code = '21') as has_21,
        bool_or(factor_code = '18A') as has_18a,
        bool_or(factor_code = '19A') as has_19a
    from {{ of_councils(ref('stg_census__factor')) }}
    where factor_code is not null
    group by referral_row_key, assessment_number
),

working_day as (
    select
        calendar_date,
        working_day_number
    from {{ ref('int_calendar_day__numbered') }}
),

told as (
    select
        referral.la_code,
        referral.census_year,
        child.la_child_id,
        referral.referral_date,
        referral.closure_reason_code,
        referral.first_date,
        referral.last_date,
        assessment.start_date,
        assessment.authorisation_date,
        coalesce(factor.factor_count, 0) as factor_count,
        coalesce(factor.different_factor_count, 0) as different_factor_count,
        coalesce(factor.has_21, false) as has_21,
        coalesce(factor.has_18a, false) as has_18a,
        coalesce(factor.has_19a, false) as has_19a,
        ended.working_day_number - began.working_day_number as working_days_to_reference_date,
        count(*) over (partition by assessment.referral_row_key) as assessment_count,
        count(*) filter (where assessment.authorisation_date is null)
            over (partition by assessment.referral_row_key) as open_assessment_count,
        -- the latest end of those that began before it, the longest of one day first; one that goes on
        -- does so up to the reference date
        max(coalesce(assessment.authorisation_date, census_return.reference_date)) over (
            partition by assessment.referral_row_key
            order by
                assessment.start_date asc nulls last,
                coalesce(assessment.authorisation_date, census_return.reference_date) desc,
                assessment.assessment_number asc
            rows between unbounded preceding and 1 preceding
        ) as earlier_end_date
    from assessment
    inner join referral on assessment.referral_row_key = referral.referral_row_key
    inner join child on referral.child_row_key = child.child_row_key
    inner join census_return
        on
            referral.la_code = census_return.la_code
            and referral.census_year = census_return.census_year
    left join factor
        on
            assessment.referral_row_key = factor.referral_row_key
            and assessment.assessment_number = factor.assessment_number
    left join working_day as began on assessment.start_date = began.calendar_date
    left join working_day as ended on census_return.reference_date = ended.calendar_date
),

judged as (
    select
        la_code,
        census_year,
        la_child_id,
        start_date < referral_date as rule_1103,
        start_date > authorisation_date as rule_8608,
        authorisation_date is null and factor_count > 0 as rule_8614,
        -- a day before the calendar has no number, and is long ago
        authorisation_date is null and coalesce(working_days_to_reference_date > 45, start_date < first_date)
            as rule_8670q,
        authorisation_date < first_date or authorisation_date > last_date as rule_8696,
        authorisation_date is null and (start_date < first_date or start_date > last_date)
            as rule_8736,
        start_date <= earlier_end_date as rule_8863q,
        has_21 and different_factor_count > 1 as rule_8869,
        assessment_count = 1
        and authorisation_date is not null
        and has_21
        and coalesce(closure_reason_code not in ('RC8', 'RC9'), true) as rule_8873q,
        open_assessment_count > 1 as rule_8896,
        authorisation_date is not null and factor_count = 0 as rule_8897q,
        factor_count > different_factor_count as rule_8898,
        has_18a as rule_8945q,
        has_19a as rule_8950q
    from told
)

select distinct
    la_code,
    census_year,
    la_child_id,
    upper(replace(column_name, 'rule_', '')) as rule_code
from judged
unpivot (
    is_broken for column_name in (
        rule_1103,
        rule_8608,
        rule_8614,
        rule_8670q,
        rule_8696,
        rule_8736,
        rule_8863q,
        rule_8869,
        rule_8873q,
        rule_8896,
        rule_8897q,
        rule_8898,
        rule_8945q,
        rule_8950q
    )
)
where is_broken
