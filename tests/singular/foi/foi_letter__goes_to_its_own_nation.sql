{{ config(meta={'rule_code': 'letter_goes_to_its_own_nation'}) }}

-- The two nations work under different Acts: an answer to the other's letter counts something else.
with question_set as (
    select
        question_set_code,
        nation_code
    from {{ ref('foi_question_set') }}
),

request as (
    select
        question_set_code,
        authority_code
    from {{ ref('stg_foi__request') }}
),

response as (
    select
        response_id,
        question_set_code,
        nation_code
    from {{ ref('stg_foi__response') }}
),

authority as (
    select
        authority_code,
        nation_code
    from {{ ref('stg_reference__authority') }}
)

select
    'seeds/foi/foi_request.csv, ' || request.question_set_code || ', authority_code '
    || request.authority_code as place,
    'a council of ' || authority.nation_code || ', asked by a letter of ' || question_set.nation_code as found
from request
inner join question_set on request.question_set_code = question_set.question_set_code
inner join authority on request.authority_code = authority.authority_code
where authority.nation_code <> question_set.nation_code

union all

select
    'seeds/foi/foi_response.csv, response ' || response.response_id as place,
    'nation_code ' || response.nation_code || ', and an answer to a letter of ' || question_set.nation_code
        as found
from response
inner join question_set on response.question_set_code = question_set.question_set_code
where response.nation_code <> question_set.nation_code

union all

select
    'seeds/foi/foi_response.csv' as place,
    'nothing to check' as found
where not exists (select 1 from response)
