with source as (
    select
        authority_code,
        nation_code,
        authority_name,
        dfe_la_code,
        ons_la_code,
        region_code,
        sub_region_code,
        start_date,
        end_date
    from {{ ref('authority') }}
),

typed as (
    select
        {{ blank_to_null('authority_code') }} as authority_code,
        {{ blank_to_null('nation_code') }} as nation_code,
        {{ blank_to_null('authority_name') }} as authority_name,
        {{ blank_to_null('dfe_la_code') }} as dfe_la_code,
        {{ blank_to_null('ons_la_code') }} as ons_la_code,
        {{ blank_to_null('region_code') }} as region_code,
        {{ blank_to_null('sub_region_code') }} as sub_region_code,
        try_cast({{ blank_to_null('start_date') }} as date) as start_date,
        try_cast({{ blank_to_null('end_date') }} as date) as end_date
    from source
)

select * from typed
