with source as (
    select
        definition_code,
        measure_code,
        definition_family_code,
        definition_name,
        statement
    from {{ ref('definition') }}
),

typed as (
    select
        {{ blank_to_null('definition_code') }} as definition_code,
        {{ blank_to_null('measure_code') }} as measure_code,
        {{ blank_to_null('definition_family_code') }} as definition_family_code,
        {{ blank_to_null('definition_name') }} as definition_name,
        {{ blank_to_null('statement') }} as statement
    from source
)

select * from typed
