with source as (
    select
        definition_code,
        superset_definition_code
    from {{ ref('definition_subset') }}
),

typed as (
    select
        {{ blank_to_null('definition_code') }} as definition_code,
        {{ blank_to_null('superset_definition_code') }} as superset_definition_code
    from source
)

select * from typed
