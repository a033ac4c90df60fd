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
        -- an empty cell is no reading, and so no second one
        case
            when status_code <> 'blank'
                then concat_ws(
                    '/',
                    status_code,
                    cast(value as string),
                    cast(lower_bound as string),
                    cast(upper_bound as string)
                )
        end as reading
    from {{ ref('int_foi_figure__expanded') }}
),

counted as (
    select
        *,
        row_number() over (
            partition by response_id, question_code, period_start_date, period_end_date, age_band_code
            order by reading is null, table_number, row_number, column_number
        ) as place_order,
        count(*) over figure as stated_count,
        coalesce(min(reading) over figure <> max(reading) over figure, false) as is_conflict,
        max(correction_reason) over figure as any_correction_reason
    from stated
    window figure as (
        partition by response_id, question_code, period_start_date, period_end_date, age_band_code
    )
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
    any_correction_reason as correction_reason
from counted
where place_order = 1
