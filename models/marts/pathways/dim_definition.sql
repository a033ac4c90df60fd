select
    definition_code,
    measure_code,
    definition_family_code,
    definition_name,
    statement
from {{ ref('stg_reference__definition') }}
