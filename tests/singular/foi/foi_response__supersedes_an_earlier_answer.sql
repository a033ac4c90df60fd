{{ config(meta={'rule_code': 'superseded_answer_is_an_earlier_one'}) }}

-- Which answer is in force hangs on this: a circle would leave it to chance.
with recursive response as (
    select
        response_id,
        supersedes_response_id,
        authority_code,
        nation_code,
        question_set_code,
        response_date
    from {{ ref('stg_foi__response') }}
),

chain as (
    {{ correction_chain() }}
)

select distinct
    'seeds/foi/foi_response.csv, response ' || response_id as place,
    'supersedes_response_id that leads back to itself' as found
from chain
where response_id = earlier_response_id

union all

select
    'seeds/foi/foi_response.csv, response ' || response_id as place,
    'supersedes_response_id that leads into a circle, or over more than {{ most_corrections() }} answers'
        as found
from chain
group by response_id
having max(step_number) = {{ most_corrections() }} and not bool_or(response_id = earlier_response_id)

union all

select
    'seeds/foi/foi_response.csv, response ' || later.response_id as place,
    'supersedes_response_id ' || earlier.response_id
    || case
        when
            later.nation_code <> earlier.nation_code
            or later.question_set_code <> earlier.question_set_code
            then ', an answer to another letter'
        when coalesce(later.authority_code, '') <> coalesce(earlier.authority_code, '')
            then
                ' with authority_code ' || coalesce(earlier.authority_code, '(blank)')
                || ' where its own is ' || coalesce(later.authority_code, '(blank)')
        else ', an answer of a later date'
    end as found
from response as later
inner join response as earlier on later.supersedes_response_id = earlier.response_id
where
    later.nation_code <> earlier.nation_code
    or later.question_set_code <> earlier.question_set_code
    or coalesce(later.authority_code, '') <> coalesce(earlier.authority_code, '')
    or later.response_date < earlier.response_date

union all

select
    'seeds/foi/foi_response.csv' as place,
    'nothing to check' as found
where not exists (select 1 from response)
