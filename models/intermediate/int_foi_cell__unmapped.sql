with cell as (
    select
        response_id,
        {{ cell_place() }} as place,
        period_label,
        question_label,
        age_band_label,
        -- what was read: the corrected text where a correction applies
        case when is_corrected then 'corrected text' else 'text' end || ' "'
        || coalesce(case when is_corrected then mark_text else cell_text end, '') || '"' as text_read,
        is_row_wide,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code,
        is_response_known,
        is_question_known,
        is_period_known,
        is_age_band_known,
        is_text_known
    from {{ ref('int_foi_cell__mapped') }}
),

findings as (
    select
        response_id,
        place,
        'response' as finding_code,
        'response_id ' || coalesce(response_id, '(blank)') as found
    from cell
    where not is_response_known
    union all
    select
        response_id,
        place,
        'question' as finding_code,
        'question_code ' || coalesce(question_code, '(blank)')
        || ' for the label "' || coalesce(question_label, '') || '"' as found
    from cell
    where is_response_known and not is_question_known
    union all
    select
        response_id,
        place,
        'period' as finding_code,
        'period ' || coalesce(cast(period_start_date as string), '(no date)')
        || ' to ' || coalesce(cast(period_end_date as string), '(no date)')
        || ' for the label "' || coalesce(period_label, '') || '"' as found
    from cell
    where not is_period_known
    union all
    select
        response_id,
        place,
        'age_band' as finding_code,
        'age_band_code ' || coalesce(age_band_code, '(blank)')
        || ' for the label "' || coalesce(age_band_label, '') || '"' as found
    from cell
    where not is_age_band_known
    union all
    select
        response_id,
        place,
        'cell_text' as finding_code,
        text_read as found
    from cell
    where not is_text_known
    union all
    select
        response_id,
        place,
        'row_wide' as finding_code,
        'a row-wide cell with period and age_band_code' as found
    from cell
    where
        is_row_wide
        and period_start_date is not null
        and age_band_code is not null
)

select
    response_id,
    finding_code,
    place,
    found
from findings
