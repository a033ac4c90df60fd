with texts as (
    select
        'foi' as source_kind_code,
        mark_text
    from {{ ref('int_foi_cell__corrected') }}
    union
    select
        'foi' as source_kind_code,
        {{ mark_text('cell_text') }} as mark_text
    from {{ ref('stg_census__answer') }}
    union
    select
        'dfe' as source_kind_code,
        mark_text
    from {{ ref('int_dfe_cell__unioned') }}
),

source_kind as (
    select distinct source_kind_code
    from texts
),

-- a mark of any kind of source once for each: texts meet theirs by an equality, so that no pattern is tried
-- on a text of another kind
cell_mark as (
    select
        mark.mark_order,
        source_kind.source_kind_code,
        mark.mark_pattern,
        mark.status_code,
        mark.value_rule_code,
        mark.lower_rule_code,
        mark.upper_rule_code,
        mark.is_approximate
    from {{ ref('stg_reference__cell_mark') }} as mark
    inner join source_kind
        on mark.source_kind_code in (source_kind.source_kind_code, 'any')
),

first_match as (
    select
        texts.source_kind_code,
        texts.mark_text,
        cell_mark.mark_order,
        cell_mark.mark_pattern,
        cell_mark.status_code,
        cell_mark.value_rule_code,
        cell_mark.lower_rule_code,
        cell_mark.upper_rule_code,
        cell_mark.is_approximate
    from texts
    inner join cell_mark
        on
            texts.source_kind_code = cell_mark.source_kind_code
            and {{ matches('texts.mark_text', 'cell_mark.mark_pattern') }}
    qualify
        row_number() over (
            partition by texts.source_kind_code, texts.mark_text
            order by cell_mark.mark_order
        ) = 1
),

numbers as (
    select
        source_kind_code,
        mark_text,
        mark_order,
        status_code,
        value_rule_code,
        lower_rule_code,
        upper_rule_code,
        is_approximate,
        -- a group is asked for only where the pattern has it
        case
            when
                'first_number' in (value_rule_code, lower_rule_code, upper_rule_code)
                or upper_rule_code = 'first_number_less_one'
                then {{ caught_number('mark_text', 'mark_pattern', 1) }}
        end as first_number,
        case
            when upper_rule_code = 'second_number'
                then {{ caught_number('mark_text', 'mark_pattern', 2) }}
        end as second_number
    from first_match
),

bounded as (
    select
        source_kind_code,
        mark_text,
        mark_order,
        status_code,
        is_approximate,
        case value_rule_code
            when 'zero' then 0
            when 'first_number' then first_number
        end as value,
        lower_rule_code,
        upper_rule_code,
        first_number,
        second_number
    from numbers
),

classified as (
    select
        source_kind_code,
        mark_text,
        mark_order,
        status_code,
        is_approximate,
        value,
        case lower_rule_code
            when 'value' then value
            when 'zero' then 0
            when 'first_number' then first_number
        end as lower_bound,
        case upper_rule_code
            when 'value' then value
            when 'first_number' then first_number
            when 'first_number_less_one' then first_number - 1
            when 'second_number' then second_number
        end as upper_bound
    from bounded
),

-- a range the wrong way round ("20-5"), a range of one number ("<1") and a number too long to be a count
-- cannot be read without guessing
judged as (
    select
        source_kind_code,
        mark_text,
        mark_order,
        status_code,
        is_approximate,
        value,
        lower_bound,
        upper_bound,
        case status_code
            when 'reported' then value is not null
            else coalesce(lower_bound < upper_bound, true)
        end as is_readable
    from classified
)

select
    source_kind_code,
    mark_text,
    mark_order,
    case when is_readable then status_code else 'unreadable' end as status_code,
    is_approximate,
    value,
    case when is_readable then lower_bound end as lower_bound,
    case when is_readable then upper_bound end as upper_bound
from judged
