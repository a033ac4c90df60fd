with source as (
    select
        rate_reason_code,
        rate_reason_name,
        shorthand,
        meaning
    from {{ ref('rate_reason') }}
),

typed as (
    select
        {{ blank_to_null('rate_reason_code') }} as rate_reason_code,
        {{ blank_to_null('rate_reason_name') }} as rate_reason_name,
        {{ blank_to_null('shorthand') }} as shorthand,
        {{ blank_to_null('meaning') }} as meaning
    from source
)

select * from typed
