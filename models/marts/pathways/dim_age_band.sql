select
    age_band_code,
    age_band_name,
    minimum_age_years,
    maximum_age_years,
    age_band_order
from {{ ref('stg_reference__age_band') }}
