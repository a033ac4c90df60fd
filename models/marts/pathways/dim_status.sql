select
    status_code,
    status_name,
    is_stated,
    shorthand,
    meaning
from {{ ref('stg_reference__status') }}
