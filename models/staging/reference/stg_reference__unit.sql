with source as (
    select
        unit_code,
        unit_name,
        description
    from {{ ref('unit') }}
),

typed as (
    select
        {{ blank_to_null('unit_code') }} as unit_code,
        {{ blank_to_null('unit_name') }} as unit_name,
        {{ blank_to_null('description') }} as description
    from source
)

select * from typed
