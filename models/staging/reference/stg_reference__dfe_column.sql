with source as (
    select
        data_set_code,
        release_code,
        column_name,
        measure_code,
        years_until_reporting_year,
        area_rounding_base
    from {{ ref('dfe_column') }}
),

typed as (
    select
        {{ blank_to_null('data_set_code') }} as data_set_code,
        {{ blank_to_null('release_code') }} as release_code,
        {{ blank_to_null('column_name') }} as column_name,
        {{ blank_to_null('measure_code') }} as measure_code,
        try_cast({{ blank_to_null('years_until_reporting_year') }} as integer) as years_until_reporting_year,
        try_cast({{ blank_to_null('area_rounding_base') }} as integer) as area_rounding_base
    from source
)

select * from typed
