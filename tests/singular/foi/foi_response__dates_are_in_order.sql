{{ config(meta={'rule_code': 'letter_dates_are_in_order'}) }}

-- A date too late would call a follow-up complete that is not.
with response as (
    select
        response_id,
        question_set_code,
        authority_code,
        request_date,
        response_date
    from {{ ref('stg_foi__response') }}
),

request as (
    select
        question_set_code,
        authority_code,
        request_date
    from {{ ref('stg_foi__request') }}
),

note as (
    select
        response_id,
        note_number,
        as_at_date
    from {{ ref('stg_foi__note') }}
)

select
    'seeds/foi/foi_response.csv, response ' || response_id as place,
    'request_date ' || cast(request_date as string) || ' and response_date '
    || cast(response_date as string) as found
from response
where request_date > response_date

union all

select
    'seeds/foi/foi_request.csv, ' || request.question_set_code || ', authority_code '
    || request.authority_code as place,
    'request_date ' || cast(request.request_date as string) || ' and response_date '
    || cast(response.response_date as string) || ' of response ' || response.response_id as found
from request
inner join response
    on
        request.question_set_code = response.question_set_code
        and request.authority_code = response.authority_code
where request.request_date > response.response_date

union all

select
    'seeds/foi/foi_note.csv, response ' || note.response_id || ', note '
    || cast(note.note_number as string) as place,
    'as_at_date ' || cast(note.as_at_date as string) || ' and response_date '
    || cast(response.response_date as string) as found
from note
inner join response on note.response_id = response.response_id
where note.as_at_date > response.response_date

union all

select
    'seeds/foi/foi_response.csv' as place,
    'nothing to check' as found
where not exists (select 1 from response)
