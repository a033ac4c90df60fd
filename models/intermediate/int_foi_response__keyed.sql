with recursive response as (
    select
        response_id,
        reference,
        authority_code,
        nation_code,
        question_set_code,
        publisher_name,
        source_title,
        request_date,
        response_date,
        is_answered,
        early_help_process_text,
        supersedes_response_id,
        source_file_name,
        sha256,
        licence
    from {{ ref('stg_foi__response') }}
),

chain as (
    {{ correction_chain() }}
),

first_answer as (
    select
        chain.response_id,
        response.response_id as first_response_id
    from chain
    inner join response on chain.earlier_response_id = response.response_id
    where response.supersedes_response_id is null
),

authority as (
    select
        authority_code,
        nation_code
    from {{ ref('stg_reference__authority') }}
)

-- an answer whose council is not named has an authority of its own until the cell is filled in, and shares it
-- with the answers that correct it
select
    response.response_id,
    {{ foi_source_key('response.response_id') }} as source_key,
    case
        when authority.authority_code is null
            then 'unknown-' || coalesce(first_answer.first_response_id, response.response_id)
        else {{ area_key('authority.nation_code', 'authority.authority_code') }}
    end as authority_key,
    authority.authority_code is not null as is_authority_known,
    response.authority_code,
    response.reference,
    response.nation_code,
    response.question_set_code,
    response.publisher_name,
    response.source_title,
    response.request_date,
    response.response_date,
    response.is_answered,
    response.early_help_process_text,
    case
        when response.supersedes_response_id is not null
            then {{ foi_source_key('response.supersedes_response_id') }}
    end as supersedes_source_key,
    response.source_file_name,
    response.sha256,
    response.licence
from response
left join authority
    on
        response.authority_code = authority.authority_code
        and response.nation_code = authority.nation_code
left join first_answer on response.response_id = first_answer.response_id
