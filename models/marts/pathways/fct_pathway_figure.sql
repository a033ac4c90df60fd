with figure as (
    select
        source_key,
        authority_key,
        period_key,
        age_band_code,
        measure_code,
        definition_code,
        unit_code,
        value,
        lower_bound,
        upper_bound,
        status_code,
        is_approximate,
        is_follow_up_complete,
        has_contradiction,
        as_at_date,
        stated_count,
        cell_text,
        note,
        table_number,
        row_number,
        column_number
    from {{ ref('int_pathway_figure__keyed') }}
),

in_force as (
    select
        source_key,
        authority_key,
        period_key,
        age_band_code,
        measure_code
    from {{ ref('int_pathway_step__in_force') }}
)

select
    concat_ws(
        '/', figure.source_key, figure.period_key, figure.age_band_code, figure.definition_code
    ) as figure_key,
    figure.source_key,
    figure.authority_key,
    figure.period_key,
    figure.age_band_code,
    figure.measure_code,
    figure.definition_code,
    figure.unit_code,
    cast(figure.value as bigint) as value,
    cast(figure.lower_bound as bigint) as lower_bound,
    cast(figure.upper_bound as bigint) as upper_bound,
    figure.status_code,
    figure.is_approximate,
    figure.is_follow_up_complete,
    figure.has_contradiction,
    in_force.source_key is not null as is_in_force,
    figure.as_at_date,
    cast(figure.stated_count as integer) as stated_count,
    figure.cell_text,
    figure.note,
    figure.table_number,
    figure.row_number,
    figure.column_number
from figure
left join in_force
    on
        figure.source_key = in_force.source_key
        and figure.authority_key = in_force.authority_key
        and figure.period_key = in_force.period_key
        and figure.age_band_code = in_force.age_band_code
        and figure.measure_code = in_force.measure_code
