with source as (
    select
        region_code,
        nation_code,
        region_name,
        area_level_code,
        parent_region_code
    from {{ ref('region') }}
),

typed as (
    select
        {{ blank_to_null('region_code') }} as region_code,
        {{ blank_to_null('nation_code') }} as nation_code,
        {{ blank_to_null('region_name') }} as region_name,
        {{ blank_to_null('area_level_code') }} as area_level_code,
        {{ blank_to_null('parent_region_code') }} as parent_region_code
    from source
)

select * from typed
