select
    rate_code,
    rate_name,
    unit_code,
    numerator,
    denominator,
    interval_method,
    statement,
    caveat
from {{ ref('stg_reference__rate') }}
