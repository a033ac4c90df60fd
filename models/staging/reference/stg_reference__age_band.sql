with source as (
    select
        age_band_code,
        age_band_name,
        minimum_age_years,
        maximum_age_years,
        age_band_order
    from {{ ref('age_band') }}
),

typed as (
    select
        {{ blank_to_null('age_band_code') }} as age_band_code,
        {{ blank_to_null('age_band_name') }} as age_band_name,
        try_cast({{ blank_to_null('minimum_age_years') }} as integer) as minimum_age_years,
        try_cast({{ blank_to_null('maximum_age_years') }} as integer) as maximum_age_years,
        try_cast({{ blank_to_null('age_band_order') }} as integer) as age_band_order
    from source
)

select * from typed
