with period as (
    select
        period_start_date,
        period_end_date,
        period_label,
        period_kind_code
    from {{ ref('stg_reference__period') }}
)

select
    {{ period_key('period_start_date', 'period_end_date') }} as period_key,
    period_start_date,
    period_end_date,
    period_label,
    period_kind_code,
    case when period_kind_code = 'reporting_year' then cast(year(period_end_date) as integer) end
        as reporting_year
from period
