with response as (
    select
        response_id,
        question_set_code,
        response_date,
        unread_cell_count
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

asked as (
    select
        question_set_code,
        period_start_date,
        period_end_date,
        age_band_code
    from {{ ref('stg_foi__asked') }}
),

measure as (
    select
        measure_code,
        unit_code,
        has_follow_up
    from {{ ref('stg_reference__measure') }}
),

unmapped_response as (
    -- a cell of no known response may be any response's
    select distinct response.response_id
    from response
    inner join {{ ref('int_foi_cell__unmapped') }} as unmapped
        on response.response_id = unmapped.response_id or unmapped.finding_code = 'response'
    union
    -- a cell that nobody has compared yet may be any figure's
    select response_id
    from response
    where unread_cell_count > 0
),

figure as (
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
        correction_reason
    from {{ ref('int_foi_figure__settled') }}
),

panel as (
    select
        response.response_id,
        question.question_code,
        question.measure_code,
        question.definition_code,
        asked.period_start_date,
        asked.period_end_date,
        asked.age_band_code,
        true as is_asked
    from response
    inner join question on response.question_set_code = question.question_set_code
    inner join asked on response.question_set_code = asked.question_set_code
),

joined as (
    select
        response_id,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code,
        coalesce(panel.measure_code, figure.measure_code) as measure_code,
        coalesce(panel.definition_code, figure.definition_code) as definition_code,
        coalesce(panel.is_asked, false) as is_asked,
        figure.table_number,
        figure.row_number,
        figure.column_number,
        figure.cell_text,
        figure.status_code,
        figure.value,
        figure.lower_bound,
        figure.upper_bound,
        coalesce(figure.is_approximate, false) as is_approximate,
        coalesce(figure.stated_count, 0) as stated_count,
        figure.correction_reason
    from panel
    full outer join figure
        using (response_id, question_code, period_start_date, period_end_date, age_band_code)
),

note as (
    select
        response_id,
        note_number,
        note_kind_code,
        question_code,
        period_start_date,
        period_end_date,
        age_band_code,
        as_at_date,
        unit_code,
        rounded_to,
        note_text
    from {{ ref('stg_foi__note') }}
    where note_kind_code <> 'provenance'
),

noted as (
    select
        joined.response_id,
        joined.question_code,
        joined.period_start_date,
        joined.period_end_date,
        joined.age_band_code,
        -- of two limits the earlier one is the safe one
        min(note.as_at_date) as as_at_date,
        max(note.unit_code) as unit_code,
        max(note.rounded_to) as rounded_to,
        bool_or(note.note_kind_code = 'contradiction') as is_contradiction_checked,
        bool_or(note.note_kind_code = 'relabelled_question') as is_relabelled,
        {{ joined_text('note.note_text', "' '", 'note.note_number') }} as note
    from joined
    inner join note
        on
            joined.response_id = note.response_id
            and coalesce(note.question_code, joined.question_code) = joined.question_code
            and coalesce(note.period_start_date, joined.period_start_date)
            = joined.period_start_date
            and coalesce(note.period_end_date, joined.period_end_date) = joined.period_end_date
            and coalesce(note.age_band_code, joined.age_band_code) = joined.age_band_code
    -- a document says nothing about a figure that it leaves out
    where joined.status_code is not null
    group by
        joined.response_id,
        joined.question_code,
        joined.period_start_date,
        joined.period_end_date,
        joined.age_band_code
),

-- a figure is only called not answered where every cell of the response could be placed: else the
-- silence may be ours
placed as (
    select
        joined.response_id,
        joined.question_code,
        joined.measure_code,
        joined.definition_code,
        joined.period_start_date,
        joined.period_end_date,
        joined.age_band_code,
        joined.is_asked,
        joined.table_number,
        joined.row_number,
        joined.column_number,
        joined.cell_text,
        case
            when joined.status_code is not null then joined.status_code
            when unmapped_response.response_id is not null then 'unreadable'
            else 'not_answered'
        end as status_code,
        joined.value,
        -- a rounded count may be off by half of what it is rounded to; a count is no less than none
        case
            when noted.rounded_to is not null and joined.lower_bound = joined.value
                then greatest(0, joined.value - floor(noted.rounded_to / 2))
            else joined.lower_bound
        end as lower_bound,
        case
            when noted.rounded_to is not null and joined.upper_bound = joined.value
                then joined.value + floor(noted.rounded_to / 2)
            else joined.upper_bound
        end as upper_bound,
        joined.is_approximate or (noted.rounded_to is not null and joined.value is not null)
            as is_approximate,
        joined.stated_count,
        coalesce(noted.unit_code, measure.unit_code) as unit_code,
        noted.as_at_date,
        coalesce(noted.is_contradiction_checked, false) as is_contradiction_checked,
        coalesce(noted.is_relabelled, false) as is_relabelled,
        nullif(concat_ws(' ', noted.note, joined.correction_reason), '') as note,
        measure.has_follow_up,
        coalesce(noted.as_at_date, response.response_date) as known_to_date
    from joined
    inner join response on joined.response_id = response.response_id
    inner join measure on joined.measure_code = measure.measure_code
    left join unmapped_response on joined.response_id = unmapped_response.response_id
    left join noted
        on
            joined.response_id = noted.response_id
            and joined.question_code = noted.question_code
            and joined.period_start_date = noted.period_start_date
            and joined.period_end_date = noted.period_end_date
            and joined.age_band_code = noted.age_band_code
)

select
    response_id,
    question_code,
    measure_code,
    definition_code,
    period_start_date,
    period_end_date,
    age_band_code,
    is_asked,
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
    is_contradiction_checked,
    is_relabelled,
    note,
    -- the last referral of the period can come back until twelve months after its end
    case
        when has_follow_up and status_code in ('reported', 'suppressed')
            then known_to_date >= {{ twelve_months_after('period_end_date') }}
    end as is_follow_up_complete
from placed
