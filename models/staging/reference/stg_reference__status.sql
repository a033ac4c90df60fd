with source as (
    select
        status_code,
        status_name,
        is_stated,
        shorthand,
        meaning
    from {{ ref('status') }}
),

typed as (
    select
        {{ blank_to_null('status_code') }} as status_code,
        {{ blank_to_null('status_name') }} as status_name,
        {{ is_true('is_stated') }} as is_stated,
        {{ blank_to_null('shorthand') }} as shorthand,
        {{ blank_to_null('meaning') }} as meaning
    from source
)

select * from typed
