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
        mark_text,
        is_corrected,
        correction_reason,
        is_row_wide,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('int_foi_cell__corrected') }}
),

response as (
    select
        response_id,
        question_set_code
    from {{ ref('stg_foi__response') }}
),

question as (
    select
        question_set_code,
        question_code,
        measure_code,
        definition_code
    from {{ ref('stg_foi__question') }}
    where answer_kind_code = 'count'
),

period as (
    select
        period_start_date,
        period_end_date
    from {{ ref('stg_reference__period') }}
),

age_band as (
    select age_band_code
    from {{ ref('stg_reference__age_band') }}
),

document_mark as (
    select
        response_id,
        {{ mark_text('mark_text') }} as mark_text,
        status_code,
        lower_bound,
        upper_bound
    from {{ ref('stg_foi__mark') }}
),

general_mark as (
    select
        mark_text,
        status_code,
        value,
        lower_bound,
        upper_bound,
        is_approximate
    from {{ ref('int_cell_text__classified') }}
    where source_kind_code = 'foi'
)

select
    cell.response_id,
    response.question_set_code,
    cell.table_number,
    cell.row_number,
    cell.column_number,
    cell.period_label,
    cell.question_label,
    cell.age_band_label,
    -- a number that was corrected to a withheld one is not shown as it stood
    case
        when
            not cell.is_corrected
            or coalesce(document_mark.status_code, general_mark.status_code, '') <> 'suppressed'
            then cell.cell_text
    end as cell_text,
    cell.mark_text,
    cell.is_corrected,
    cell.correction_reason,
    cell.is_row_wide,
    cell.question_code,
    question.measure_code,
    question.definition_code,
    cell.period_start_date,
    cell.period_end_date,
    cell.age_band_code,
    -- what the document says of its own marks goes before the general reading
    coalesce(document_mark.status_code, general_mark.status_code, 'unreadable') as status_code,
    case
        when document_mark.status_code is null then general_mark.value
        when document_mark.status_code = 'reported' then document_mark.lower_bound
    end as value,
    case
        when document_mark.status_code is null then general_mark.lower_bound
        else document_mark.lower_bound
    end as lower_bound,
    case
        when document_mark.status_code is null then general_mark.upper_bound
        else document_mark.upper_bound
    end as upper_bound,
    coalesce(general_mark.is_approximate, false) and document_mark.status_code is null
        as is_approximate,
    response.response_id is not null as is_response_known,
    question.question_code is not null as is_question_known,
    -- a cell printed once for a whole row or column names nothing on the axis it stretches over
    period.period_start_date is not null
    or (cell.is_row_wide and cell.period_start_date is null and cell.period_end_date is null)
        as is_period_known,
    age_band.age_band_code is not null
    or (cell.is_row_wide and cell.age_band_code is null) as is_age_band_known,
    document_mark.status_code is not null or general_mark.status_code is not null
        as is_text_known
from cell
left join response on cell.response_id = response.response_id
left join question
    on
        response.question_set_code = question.question_set_code
        and cell.question_code = question.question_code
left join period
    on
        cell.period_start_date = period.period_start_date
        and cell.period_end_date = period.period_end_date
left join age_band on cell.age_band_code = age_band.age_band_code
left join document_mark
    on
        cell.response_id = document_mark.response_id
        and cell.mark_text = document_mark.mark_text
left join general_mark on cell.mark_text = general_mark.mark_text
