with measure as (
    select
        measure_code,
        measure_name,
        measure_kind_code,
        figure_family_code,
        numerator_measure_code,
        denominator_measure_code,
        whole_measure_code,
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
    measure.figure_family_code,
    measure.unit_code,
    unit.unit_name,
    measure.measure_order,
    measure.has_follow_up,
    measure.numerator_measure_code,
    measure.denominator_measure_code,
    measure.whole_measure_code,
    measure.description
from measure
left join unit on measure.unit_code = unit.unit_code
