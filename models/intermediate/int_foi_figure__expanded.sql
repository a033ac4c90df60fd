with cell as (
    select
        response_id,
        question_set_code,
        question_code,
        measure_code,
        definition_code,
        period_start_date,
        period_end_date,
        age_band_code,
        table_number,
        row_number,
        column_number,
        cell_text,
        is_row_wide,
        status_code,
        value,
        lower_bound,
        upper_bound,
        is_approximate,
        correction_reason
    from {{ ref('int_foi_cell__mapped') }}
    where is_response_known and is_question_known and is_period_known and is_age_band_known
),

asked as (
    select
        question_set_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('stg_foi__asked') }}
)

select
    cell.response_id,
    cell.question_set_code,
    cell.question_code,
    cell.measure_code,
    cell.definition_code,
    cell.period_start_date,
    cell.period_end_date,
    cell.age_band_code,
    cell.table_number,
    cell.row_number,
    cell.column_number,
    cell.cell_text,
    cell.status_code,
    cell.value,
    cell.lower_bound,
    cell.upper_bound,
    cell.is_approximate,
    cell.correction_reason
from cell
where not cell.is_row_wide

union all

-- a cell printed once for a row holds for every period or age asked on the axis that it leaves blank
select distinct
    cell.response_id,
    cell.question_set_code,
    cell.question_code,
    cell.measure_code,
    cell.definition_code,
    coalesce(cell.period_start_date, asked.period_start_date) as period_start_date,
    coalesce(cell.period_end_date, asked.period_end_date) as period_end_date,
    coalesce(cell.age_band_code, asked.age_band_code) as age_band_code,
    cell.table_number,
    cell.row_number,
    cell.column_number,
    cell.cell_text,
    cell.status_code,
    cell.value,
    cell.lower_bound,
    cell.upper_bound,
    cell.is_approximate,
    cell.correction_reason
from cell
inner join asked on cell.question_set_code = asked.question_set_code
where cell.is_row_wide
