{{ config(meta={'council': 'la_code'}) }}
with referral as (
    select
        la_code,
        census_year,
        child_row_key,
        referral_row_key,
        referral_date,
        referral_source_code,
        primary_need_code,
        closure_date,
        closure_reason_code,
        initial_conference_date,
        is_no_further_action as told_no_further_action,
        coalesce(is_no_further_action, false) as is_no_further_action,
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

person as (
    select
        child_row_key,
        greatest(birth_date, expected_birth_date) as birth_date,
        death_date
    from {{ ref('stg_census__child') }}
),

working_day as (
    select
        calendar_date,
        working_day_number
    from {{ ref('int_calendar_day__numbered') }}
),

assessment as (
    select
        referral_row_key,
        bool_or(authorisation_date is null) as is_any_open,
        max(greatest(start_date, authorisation_date)) as last_date
    from {{ of_councils(ref('stg_census__assessment')) }}
    group by referral_row_key
),

section_47 as (
    select
        referral_row_key,
        min(start_date) as first_start_date,
        min(initial_conference_date) as first_conference_date,
        bool_or(
            initial_conference_date is null and not coalesce(is_initial_conference_not_required, false)
        ) as is_any_open,
        max(greatest(start_date, initial_conference_date)) as last_date
    from {{ of_councils(ref('stg_census__section_47')) }}
    group by referral_row_key
),

cin_plan as (
    select
        referral_row_key,
        min(start_date) as first_start_date,
        max(greatest(start_date, end_date)) as last_date
    from {{ of_councils(ref('stg_census__cin_plan')) }}
    group by referral_row_key
),

protection_plan as (
    select
        referral_row_key,
        min(start_date) as first_start_date,
        max(end_date) as last_date
    from {{ of_councils(ref('stg_census__child_protection_plan')) }}
    group by referral_row_key
),

told as (
    select
        referral.la_code,
        referral.census_year,
        child.la_child_id,
        referral.referral_date,
        referral.referral_source_code,
        referral.primary_need_code,
        referral.closure_date,
        referral.closure_reason_code,
        referral.initial_conference_date,
        referral.told_no_further_action,
        referral.is_no_further_action,
        referral.first_date,
        referral.last_date,
        census_return.reference_date,
        person.birth_date,
        person.death_date,
        referred.working_day_number as referral_working_day_number,
        before_the_year.working_day_number as last_working_day_number_before,
        assessment.referral_row_key is not null as has_assessment,
        section_47.referral_row_key is not null as has_section_47,
        cin_plan.referral_row_key is not null as has_cin_plan,
        protection_plan.referral_row_key is not null as has_protection_plan,
        coalesce(assessment.is_any_open, false) as has_open_assessment,
        coalesce(section_47.is_any_open, false) as has_open_section_47,
        section_47.first_start_date as first_section_47_date,
        least(section_47.first_conference_date, referral.initial_conference_date) as first_conference_date,
        cin_plan.first_start_date as first_cin_plan_date,
        protection_plan.first_start_date as first_protection_plan_date,
        -- what DfE's list has: neither the start of a protection plan nor a review
        greatest(
            assessment.last_date,
            section_47.last_date,
            cin_plan.last_date,
            protection_plan.last_date,
            referral.initial_conference_date
        ) as last_activity_date,
        coalesce(referral.closure_reason_code in ('RC8', 'RC9'), false) as is_closed_after_assessment
    from referral
    inner join child on referral.child_row_key = child.child_row_key
    inner join census_return
        on
            referral.la_code = census_return.la_code
            and referral.census_year = census_return.census_year
    inner join person on referral.child_row_key = person.child_row_key
    left join working_day as referred on referral.referral_date = referred.calendar_date
    left join working_day as before_the_year
        on before_the_year.calendar_date = make_date(referral.census_year - 1, 3, 31)
    left join assessment on referral.referral_row_key = assessment.referral_row_key
    left join section_47 on referral.referral_row_key = section_47.referral_row_key
    left join cin_plan on referral.referral_row_key = cin_plan.referral_row_key
    left join protection_plan on referral.referral_row_key = protection_plan.referral_row_key
),

judged as (
    select
        la_code,
        census_year,
        la_child_id,
        first_conference_date < referral_date as rule_1104,
        first_protection_plan_date < referral_date as rule_1105,
        first_section_47_date < referral_date as rule_2889,
        is_closed_after_assessment
        and (has_section_47 or has_cin_plan or has_protection_plan or initial_conference_date is not null)
            as rule_2990,
        has_section_47 and not has_assessment as rule_2991q,
        is_no_further_action and has_cin_plan as rule_4000,
        first_cin_plan_date < referral_date as rule_4015,
        referral_date > death_date as rule_8555q,
        last_activity_date > closure_date as rule_8565,
        told_no_further_action is null as rule_8568,
        -- a day before the calendar has no number, and is long ago
        is_no_further_action
        and coalesce(referral_working_day_number < last_working_day_number_before, referral_date < first_date)
            as rule_8569q,
        closure_reason_code = 'RC2' and death_date is null as rule_8585q,
        referral_date is null or referral_date > reference_date as rule_8600,
        {{ days_between('referral_date', 'birth_date') }} > 280 as rule_8606,
        not is_no_further_action and primary_need_code is null as rule_8610,
        closure_date < first_date or closure_date > last_date as rule_8620,
        closure_date < referral_date as rule_8630,
        closure_reason_code not in ('RC1', 'RC2', 'RC3', 'RC4', 'RC5', 'RC6', 'RC7', 'RC8', 'RC9')
        or (closure_reason_code = 'RC9' and census_year < 2023) as rule_8640,
        primary_need_code not in ('N0', 'N1', 'N2', 'N3', 'N4', 'N5', 'N6', 'N7', 'N8', 'N9') as rule_8650,
        closure_date is not null and closure_reason_code is null as rule_8805,
        closure_date is null and closure_reason_code is not null as rule_8810,
        is_closed_after_assessment and not has_assessment as rule_8825q,
        is_no_further_action
        and (
            has_assessment
            or has_section_47
            or initial_conference_date is not null
        ) as rule_8831,
        is_no_further_action and has_protection_plan as rule_8832,
        referral_source_code is null
        or referral_source_code not in (
            '1A', '1B', '1C', '1D', '2A', '2B', '3A', '3B', '3C', '3D', '3E', '3F', '4', '5A', '5B', '5C',
            '5D', '6', '7', '8', '9', '10'
        )
        or (referral_source_code = '5D' and census_year < 2023) as rule_8866,
        closure_date is not null and has_open_assessment as rule_8867,
        closure_date is not null and has_open_section_47 as rule_8868
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
        rule_1104,
        rule_1105,
        rule_2889,
        rule_2990,
        rule_2991q,
        rule_4000,
        rule_4015,
        rule_8555q,
        rule_8565,
        rule_8568,
        rule_8569q,
        rule_8585q,
        rule_8600,
        rule_8606,
        rule_8610,
        rule_8620,
        rule_8630,
        rule_8640,
        rule_8650,
        rule_8805,
        rule_8810,
        rule_8825q,
        rule_8831,
        rule_8832,
        rule_8866,
        rule_8867,
        rule_8868
    )
)
where is_broken
