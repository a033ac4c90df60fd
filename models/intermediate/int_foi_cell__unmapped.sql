with cell as (
    select
        response_id,
        table_number,
        row_number,
        column_number,
        period_label,
        question_label,
        age_band_label,
        cell_text,
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
        cell.response_id,
        cell.table_number,
        cell.row_number,
        cell.column_number,
        'response' as finding_code,
        'response_id ' || coalesce(cell.response_id, '(blank)') as found
    from cell
    where not cell.is_response_known
    union all
    select
        cell.response_id,
        cell.table_number,
        cell.row_number,
        cell.column_number,
        'question' as finding_code,
        'question_code ' || coalesce(cell.question_code, '(blank)')
        || ' for the label "' || coalesce(cell.question_label, '') || '"' as found
    from cell
    where cell.is_response_known and not cell.is_question_known
    union all
    select
        cell.response_id,
        cell.table_number,
        cell.row_number,
        cell.column_number,
        'period' as finding_code,
        'period ' || coalesce(cast(cell.period_start_date as varchar), '(no date)')
        || ' to ' || coalesce(cast(cell.period_end_date as varchar), '(no date)')
        || ' for the label "' || coalesce(cell.period_label, '') || '"' as found
    from cell
    where not cell.is_period_known
    union all
    select
        cell.response_id,
        cell.table_number,
        cell.row_number,
        cell.column_number,
        'age_band' as finding_code,
        'age_band_code ' || coalesce(cell.age_band_code, '(blank)')
        || ' for the label "' || coalesce(cell.age_band_label, '') || '"' as found
    from cell
    where not cell.is_age_band_known
    union all
    select
        cell.response_id,
        cell.table_number,
        cell.row_number,
        cell.column_number,
        'cell_text' as finding_code,
        'text "' || coalesce(cell.cell_text, '') || '"' as found
    from cell
    where not cell.is_text_known
    union all
    select
        cell.response_id,
        cell.table_number,
        cell.row_number,
        cell.column_number,
        'row_wide' as finding_code,
        'a row-wide cell with period and age_band_code' as found
    from cell
    where
        cell.is_row_wide
        and cell.period_start_date is not null
        and cell.age_band_code is not null
)

select
    response_id,
    table_number,
    row_number,
    column_number,
    finding_code,
    {{ cell_place() }} as place,
    found
from findings
