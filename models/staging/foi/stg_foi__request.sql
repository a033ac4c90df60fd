with source as (
    select
        question_set_code,
        authority_code,
        request_date,
        evidence
    from {{ ref('foi_request') }}
),

typed as (
    select
        {{ blank_to_null('question_set_code') }} as question_set_code,
        {{ blank_to_null('authority_code') }} as authority_code,
        try_cast({{ blank_to_null('request_date') }} as date) as request_date,
        {{ blank_to_null('evidence') }} as evidence
    from source
)

select * from typed
