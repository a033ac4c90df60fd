with figure as (
    select
        response_id,
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
        stated_count,
        unit_code,
        as_at_date,
        note,
        is_follow_up_complete
    from {{ ref('int_foi_figure__panel') }}
),

response as (
    select
        response_id,
        question_set_code,
        response_date,
        source_key,
        authority_key
    from {{ ref('int_foi_response__keyed') }}
),

-- a letter without a date of its own takes the newest that it gives for any of its figures
noted_date as (
    select
        response_id,
        max(as_at_date) as as_at_date
    from figure
    group by response_id
),

-- both sides of a contradiction: one of the two is wrong, and which is not known
contradicted as (
    select
        response_id,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('int_foi_figure__contradicted') }}
    union
    select
        response_id,
        whole_question_code as question_code,
        period_start_date,
        period_end_date,
        whole_age_band_code as age_band_code
    from {{ ref('int_foi_figure__contradicted') }}
)

select
    response.source_key,
    response.authority_key,
    {{ period_key('figure.period_start_date', 'figure.period_end_date') }} as period_key,
    figure.age_band_code,
    figure.measure_code,
    figure.definition_code,
    figure.unit_code,
    figure.value,
    figure.lower_bound,
    figure.upper_bound,
    figure.status_code,
    figure.is_approximate,
    figure.is_follow_up_complete,
    contradicted.response_id is not null as has_contradiction,
    figure.as_at_date,
    figure.stated_count,
    figure.cell_text,
    figure.note,
    figure.table_number,
    figure.row_number,
    figure.column_number,
    'foi' as source_basis_code,
    response.question_set_code,
    coalesce(response.response_date, noted_date.as_at_date) as source_date
from figure
inner join response on figure.response_id = response.response_id
inner join noted_date on figure.response_id = noted_date.response_id
left join contradicted
    on
        figure.response_id = contradicted.response_id
        and figure.question_code = contradicted.question_code
        and figure.period_start_date = contradicted.period_start_date
        and figure.period_end_date = contradicted.period_end_date
        and figure.age_band_code = contradicted.age_band_code
