with source as (
    select
        measure_code,
        measure_name,
        unit_code,
        measure_kind_code,
        figure_family_code,
        numerator_measure_code,
        denominator_measure_code,
        whole_measure_code,
        measure_order,
        has_follow_up,
        description
    from {{ ref('measure') }}
),

typed as (
    select
        {{ blank_to_null('measure_code') }} as measure_code,
        {{ blank_to_null('measure_name') }} as measure_name,
        {{ blank_to_null('unit_code') }} as unit_code,
        {{ blank_to_null('measure_kind_code') }} as measure_kind_code,
        {{ blank_to_null('figure_family_code') }} as figure_family_code,
        {{ blank_to_null('numerator_measure_code') }} as numerator_measure_code,
        {{ blank_to_null('denominator_measure_code') }} as denominator_measure_code,
        {{ blank_to_null('whole_measure_code') }} as whole_measure_code,
        try_cast({{ blank_to_null('measure_order') }} as integer) as measure_order,
        {{ is_true('has_follow_up') }} as has_follow_up,
        {{ blank_to_null('description') }} as description
    from source
)

select * from typed
