with stated as (
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
        status_code,
        value,
        lower_bound,
        upper_bound,
        is_approximate,
        correction_reason,
        concat_ws(
            '/',
            status_code,
            cast(value as varchar),
            cast(lower_bound as varchar),
            cast(upper_bound as varchar)
        ) as reading
    from {{ ref('int_foi_figure__expanded') }}
),

counted as (
    select
        *,
        row_number() over (
            partition by response_id, question_code, period_start_date, period_end_date, age_band_code
            order by table_number, row_number, column_number
        ) as place_order,
        count(*) over (
            partition by response_id, question_code, period_start_date, period_end_date, age_band_code
        ) as stated_count,
        min(reading) over (
            partition by response_id, question_code, period_start_date, period_end_date, age_band_code
        ) <> max(reading) over (
            partition by response_id, question_code, period_start_date, period_end_date, age_band_code
        ) as is_conflict
    from stated
)

-- the first place stands for all; two readings of one figure are no reading
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
    case when is_conflict then 'unreadable' else status_code end as status_code,
    case when not is_conflict then value end as value,
    case when not is_conflict then lower_bound end as lower_bound,
    case when not is_conflict then upper_bound end as upper_bound,
    is_approximate and not is_conflict as is_approximate,
    stated_count,
    is_conflict,
    correction_reason
from counted
where place_order = 1
