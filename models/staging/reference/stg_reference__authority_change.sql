with source as (
    select
        predecessor_authority_code,
        successor_authority_code,
        change_date,
        change_kind
    from {{ ref('authority_change') }}
),

typed as (
    select
        {{ blank_to_null('predecessor_authority_code') }} as predecessor_authority_code,
        {{ blank_to_null('successor_authority_code') }} as successor_authority_code,
        try_cast({{ blank_to_null('change_date') }} as date) as change_date,
        {{ blank_to_null('change_kind') }} as change_kind
    from source
)

select * from typed
