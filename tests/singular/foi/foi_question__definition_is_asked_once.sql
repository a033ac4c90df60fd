{{ config(meta={'rule_code': 'definition_is_asked_once'}) }}

-- A figure is named by its definition, so two questions of one letter cannot share one.
with question as (
    select
        question_set_code,
        definition_code,
        count(*) as question_count
    from {{ ref('stg_foi__question') }}
    where answer_kind_code = 'count'
    group by question_set_code, definition_code
)

select
    'seeds/foi/foi_question.csv, ' || question_set_code as place,
    'definition_code ' || coalesce(definition_code, '(blank)') || ' for '
    || cast(question_count as string) || ' questions' as found
from question
where question_count > 1 or definition_code is null

union all

select
    'seeds/foi/foi_question.csv' as place,
    'nothing to check' as found
where not exists (select 1 from question)
