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
        age_band_code
    from {{ ref('stg_foi__cell') }}
),

correction as (
    select
        response_id,
        table_number,
        row_number,
        column_number,
        expected_text,
        corrected_text,
        reason
    from {{ ref('stg_reference__correction') }}
),

corrected as (
    select
        cell.response_id,
        cell.table_number,
        cell.row_number,
        cell.column_number,
        cell.period_label,
        cell.question_label,
        cell.age_band_label,
        cell.cell_text,
        -- a correction holds only while the cell still says what was corrected
        (
            correction.response_id is not null
            and (cell.cell_text is not distinct from correction.expected_text)
        ) as is_corrected,
        correction.corrected_text,
        correction.reason as correction_reason,
        cell.is_row_wide,
        cell.question_code,
        cell.period_start_date,
        cell.period_end_date,
        cell.age_band_code
    from cell
    left join correction
        on
            cell.response_id = correction.response_id
            and cell.table_number = correction.table_number
            and cell.row_number = correction.row_number
            and cell.column_number = correction.column_number
)

select
    response_id,
    table_number,
    row_number,
    column_number,
    period_label,
    question_label,
    age_band_label,
    cell_text,
    {{ mark_text('case when is_corrected then corrected_text else cell_text end') }} as mark_text,
    is_corrected,
    case when is_corrected then correction_reason end as correction_reason,
    is_row_wide,
    question_code,
    period_start_date,
    period_end_date,
    age_band_code
from corrected
