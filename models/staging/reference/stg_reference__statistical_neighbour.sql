with source as (
    select
        authority_code,
        neighbour_code,
        neighbour_rank,
        source
    from {{ ref('statistical_neighbour') }}
),

typed as (
    select
        {{ blank_to_null('authority_code') }} as authority_code,
        {{ blank_to_null('neighbour_code') }} as neighbour_code,
        try_cast(neighbour_rank as integer) as neighbour_rank,
        {{ blank_to_null('source') }} as source
    from source
)

select * from typed
