-- a rate is not given where a count has no number, or where all have one and make no rate
select
    status_code as rate_reason_code,
    status_name as rate_reason_name,
    shorthand,
    meaning
from {{ ref('stg_reference__status') }}
where status_code <> 'reported'
union all
select
    rate_reason_code,
    rate_reason_name,
    shorthand,
    meaning
from {{ ref('stg_reference__rate_reason') }}
