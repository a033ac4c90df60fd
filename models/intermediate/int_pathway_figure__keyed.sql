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
        is_relabelled,
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

status as (
    select
        status_code,
        is_stated
    from {{ ref('stg_reference__status') }}
),

superseded as (
    select distinct supersedes_source_key as source_key
    from {{ ref('int_foi_response__keyed') }}
    where supersedes_source_key is not null
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
    union
    -- of age bands that are too many together, any may be the wrong one
    select
        figure.response_id,
        figure.question_code,
        figure.period_start_date,
        figure.period_end_date,
        figure.age_band_code
    from figure
    inner join {{ ref('int_foi_figure__contradicted') }} as age_sum
        on
            age_sum.finding_code = 'age_sum'
            and figure.response_id = age_sum.response_id
            and figure.question_code = age_sum.question_code
            and figure.period_start_date = age_sum.period_start_date
            and figure.period_end_date = age_sum.period_end_date
            and figure.lower_bound is not null
),

keyed as (
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
        figure.is_relabelled,
        figure.as_at_date,
        figure.stated_count,
        figure.cell_text,
        figure.note,
        figure.table_number,
        figure.row_number,
        figure.column_number,
        'foi' as source_basis_code,
        response.question_set_code,
        -- what a source says goes before what another leaves out, and a new answer before the old one
        case
            when status.is_stated then 0
            when figure.stated_count > 0 then 1
            else 2
        end as silence_order,
        case when superseded.source_key is null then 0 else 1 end as superseded_order,
        coalesce(response.response_date, noted_date.as_at_date) as source_date
    from figure
    inner join response on figure.response_id = response.response_id
    inner join noted_date on figure.response_id = noted_date.response_id
    inner join status on figure.status_code = status.status_code
    left join superseded on response.source_key = superseded.source_key
    left join contradicted
        on
            figure.response_id = contradicted.response_id
            and figure.question_code = contradicted.question_code
            and figure.period_start_date = contradicted.period_start_date
            and figure.period_end_date = contradicted.period_end_date
            and figure.age_band_code = contradicted.age_band_code
),

-- counted from a council's returns; it stands in no table of a document
unioned as (
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
        is_relabelled,
        as_at_date,
        stated_count,
        cell_text,
        note,
        table_number,
        row_number,
        column_number,
        source_basis_code,
        question_set_code,
        silence_order,
        superseded_order,
        source_date
    from keyed
    union all
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
        false as has_contradiction,
        false as is_relabelled,
        as_at_date,
        1 as stated_count,
        cell_text,
        cast(null as string) as note,
        cast(null as integer) as table_number,
        cast(null as integer) as row_number,
        cast(null as integer) as column_number,
        'census' as source_basis_code,
        question_set_code,
        0 as silence_order,
        0 as superseded_order,
        as_at_date as source_date
    from {{ ref('int_census_answer__figured') }}
),

judged as (
    select
        *,
        first_value(status_code) over (
            partition by authority_key, period_key, age_band_code, definition_code
            order by silence_order asc, superseded_order asc, source_date desc nulls last, source_key asc
        ) = 'suppressed' and status_code = 'reported' as is_withheld_since
    from unioned
)

-- what a council withholds in its newest answer is withheld in all
select
    source_key,
    authority_key,
    period_key,
    age_band_code,
    measure_code,
    definition_code,
    unit_code,
    case when not is_withheld_since then value end as value,
    case when not is_withheld_since then lower_bound end as lower_bound,
    case when not is_withheld_since then upper_bound end as upper_bound,
    case when is_withheld_since then 'suppressed' else status_code end as status_code,
    is_approximate and not is_withheld_since as is_approximate,
    is_follow_up_complete,
    has_contradiction,
    is_relabelled,
    as_at_date,
    stated_count,
    case when not is_withheld_since then cell_text end as cell_text,
    case
        when is_withheld_since then concat_ws(' ', note, 'Withheld in a newer answer of the council.')
        else note
    end as note,
    table_number,
    row_number,
    column_number,
    source_basis_code,
    question_set_code,
    silence_order,
    superseded_order,
    source_date
from judged
