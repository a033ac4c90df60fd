with source as (
    select
        response_id,
        mark_text,
        status_code,
        lower_bound,
        upper_bound,
        meaning,
        evidence
    from {{ ref('foi_mark') }}
),

typed as (
    select
        {{ blank_to_null('response_id') }} as response_id,
        {{ blank_to_null('mark_text') }} as mark_text,
        {{ blank_to_null('status_code') }} as status_code,
        try_cast({{ blank_to_null('lower_bound') }} as integer) as lower_bound,
        try_cast({{ blank_to_null('upper_bound') }} as integer) as upper_bound,
        {{ blank_to_null('meaning') }} as meaning,
        {{ blank_to_null('evidence') }} as evidence
    from source
)

select * from typed
