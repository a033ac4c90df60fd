with request as (
    select
        question_set_code,
        authority_code,
        request_date
    from {{ ref('stg_foi__request') }}
),

question_set as (
    select
        question_set_code,
        nation_code
    from {{ ref('foi_question_set') }}
),

response as (
    select
        question_set_code,
        nation_code,
        authority_key,
        request_date
    from {{ ref('int_foi_response__keyed') }}
),

-- who answered was asked, whether the list of requests has it or not
asked as (
    select
        request.question_set_code,
        question_set.nation_code,
        {{ area_key('question_set.nation_code', 'request.authority_code') }} as authority_key,
        request.request_date,
        false as has_response
    from request
    inner join question_set on request.question_set_code = question_set.question_set_code
    union all
    select
        question_set_code,
        nation_code,
        authority_key,
        request_date,
        true as has_response
    from response
)

select
    question_set_code,
    nation_code,
    authority_key,
    min(request_date) as request_date,
    bool_or(has_response) as has_response
from asked
group by question_set_code, nation_code, authority_key
