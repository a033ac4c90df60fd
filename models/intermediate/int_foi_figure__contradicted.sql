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
        coalesce(cell_text, '(blank)') as cell_text,
        lower_bound,
        upper_bound,
        is_contradiction_checked
    from {{ ref('int_foi_figure__panel') }}
),

subset_pair as (
    select
        definition_code,
        superset_definition_code
    from {{ ref('stg_reference__definition_subset') }}
),

-- of one response and period: a part of a step against the step in the same age band, and one age band of
-- a question against all children
part_against_whole as (
    select
        case when subset_pair.definition_code is null then 'age_band' else 'pathway_step' end
            as finding_code,
        part.response_id,
        part.question_code,
        part.period_start_date,
        part.period_end_date,
        part.age_band_code,
        part.table_number,
        part.row_number,
        part.column_number,
        part.measure_code || ' ' || part.cell_text as part_text,
        whole.question_code as whole_question_code,
        whole.age_band_code as whole_age_band_code,
        whole.measure_code || ' ' || whole.cell_text as whole_text,
        part.is_contradiction_checked or whole.is_contradiction_checked
            as is_contradiction_checked
    from figure as part
    inner join figure as whole
        on
            part.response_id = whole.response_id
            and part.period_start_date = whole.period_start_date
            and part.period_end_date = whole.period_end_date
            and part.lower_bound > whole.upper_bound
    left join subset_pair
        on
            part.definition_code = subset_pair.definition_code
            and whole.definition_code = subset_pair.superset_definition_code
    where
        (subset_pair.definition_code is not null and part.age_band_code = whole.age_band_code)
        or (
            part.question_code = whole.question_code
            and part.age_band_code <> 'all'
            and whole.age_band_code = 'all'
        )
),

-- the age bands do not overlap, so together they are at most all children
age_bands_together as (
    select
        response_id,
        question_code,
        period_start_date,
        period_end_date,
        sum(lower_bound) as lower_bound,
        bool_or(is_contradiction_checked) as is_contradiction_checked
    from figure
    where age_band_code <> 'all'
    group by response_id, question_code, period_start_date, period_end_date
),

age_sum_against_all as (
    select
        'age_sum' as finding_code,
        part.response_id,
        part.question_code,
        part.period_start_date,
        part.period_end_date,
        'all' as age_band_code,
        whole.table_number,
        whole.row_number,
        whole.column_number,
        whole.measure_code || ' of the age bands together '
        || cast(cast(part.lower_bound as bigint) as string) as part_text,
        whole.question_code as whole_question_code,
        whole.age_band_code as whole_age_band_code,
        whole.measure_code || ' ' || whole.cell_text as whole_text,
        part.is_contradiction_checked or whole.is_contradiction_checked
            as is_contradiction_checked
    from age_bands_together as part
    inner join figure as whole
        on
            part.response_id = whole.response_id
            and part.question_code = whole.question_code
            and part.period_start_date = whole.period_start_date
            and part.period_end_date = whole.period_end_date
            and whole.age_band_code = 'all'
    where part.lower_bound > whole.upper_bound
),

found as (
    select * from part_against_whole
    union all
    select * from age_sum_against_all
)

select
    finding_code,
    response_id,
    question_code,
    period_start_date,
    period_end_date,
    age_band_code,
    whole_question_code,
    whole_age_band_code,
    is_contradiction_checked,
    {{ cell_place() }} as place,
    part_text || ' against ' || whole_text || ', age ' || whole_age_band_code
    || ', ' || cast(period_start_date as string) || ' to ' || cast(period_end_date as string)
        as found
from found
