with source as (
    select
        data_set_code,
        column_name,
        first_release_code,
        last_release_code,
        measure_code,
        area_rounding_base
    from {{ ref('dfe_column') }}
),

typed as (
    select
        {{ blank_to_null('data_set_code') }} as data_set_code,
        {{ blank_to_null('column_name') }} as column_name,
        {{ blank_to_null('first_release_code') }} as first_release_code,
        {{ blank_to_null('last_release_code') }} as last_release_code,
        {{ blank_to_null('measure_code') }} as measure_code,
        try_cast({{ blank_to_null('area_rounding_base') }} as integer) as area_rounding_base
    from source
)

select * from typed
