with conflict as (
    select
        response_id,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('int_foi_figure__settled') }}
    where is_conflict
),

stated as (
    select
        response_id,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code,
        table_number,
        row_number,
        column_number,
        cell_text
    from {{ ref('int_foi_figure__expanded') }}
)

select
    concat_ws(
        '/',
        stated.response_id,
        stated.question_code,
        {{ period_key('stated.period_start_date', 'stated.period_end_date') }},
        stated.age_band_code,
        cast(stated.table_number as string),
        cast(stated.row_number as string),
        cast(stated.column_number as string)
    ) as conflict_key,
    {{ foi_source_key('stated.response_id') }} as source_key,
    stated.question_code,
    {{ period_key('stated.period_start_date', 'stated.period_end_date') }} as period_key,
    stated.age_band_code,
    {{ cell_place('stated') }} as place,
    'text "' || coalesce(stated.cell_text, '') || '"' as found
from stated
inner join conflict
    on
        stated.response_id = conflict.response_id
        and stated.question_code = conflict.question_code
        and stated.period_start_date = conflict.period_start_date
        and stated.period_end_date = conflict.period_end_date
        and stated.age_band_code = conflict.age_band_code
