{{ config(meta={'rule_code': 'asked_figure_has_a_row'}) }}

-- The panel is worked out again from the letters and held against the published table, both ways: a
-- missing figure fails as a doubled one does.
with asked as (
    select
        {{ foi_source_key('response.response_id') }} as source_key,
        question.definition_code,
        {{ period_key('asked.period_start_date', 'asked.period_end_date') }} as period_key,
        asked.age_band_code
    from {{ ref('stg_foi__response') }} as response
    inner join {{ ref('stg_foi__question') }} as question
        on
            response.question_set_code = question.question_set_code
            and question.answer_kind_code = 'count'
    inner join {{ ref('stg_foi__asked') }} as asked
        on response.question_set_code = asked.question_set_code
),

published as (
    select
        source_key,
        definition_code,
        period_key,
        age_band_code,
        status_code
    from {{ ref('fct_pathway_figure') }}
    where source_key like 'foi-%'
)

select
    'letter of source ' || asked.source_key as place,
    'no figure for ' || concat_ws(', ', asked.definition_code, asked.period_key, asked.age_band_code)
        as found
from asked
left join published using (source_key, definition_code, period_key, age_band_code)
where published.status_code is null

union all

select
    'fct_pathway_figure, source ' || published.source_key as place,
    'not answered, and never asked: '
    || concat_ws(', ', published.definition_code, published.period_key, published.age_band_code)
        as found
from published
left join asked using (source_key, definition_code, period_key, age_band_code)
where published.status_code = 'not_answered' and asked.source_key is null

union all

select
    'seeds/foi/foi_asked.csv' as place,
    'nothing to check' as found
where not exists (select 1 from asked)
