with measure as (
    select
        measure_code,
        measure_name,
        measure_kind_code,
        unit_code,
        measure_order,
        has_follow_up,
        description
    from {{ ref('stg_reference__measure') }}
),

unit as (
    select
        unit_code,
        unit_name
    from {{ ref('stg_reference__unit') }}
)

select
    measure.measure_code,
    measure.measure_name,
    measure.measure_kind_code,
    measure.unit_code,
    unit.unit_name,
    measure.measure_order,
    measure.has_follow_up,
    measure.description
from measure
left join unit on measure.unit_code = unit.unit_code
