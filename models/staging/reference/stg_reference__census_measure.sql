with source as (
    select
        measure_code,
        measure_name,
        unit_code,
        first_census_year,
        is_zero_without_rows,
        needs_previous_return,
        needs_next_return
    from {{ ref('census_measure') }}
),

typed as (
    select
        {{ blank_to_null('measure_code') }} as measure_code,
        {{ blank_to_null('measure_name') }} as measure_name,
        {{ blank_to_null('unit_code') }} as unit_code,
        try_cast({{ blank_to_null('first_census_year') }} as integer) as first_census_year,
        {{ is_true('is_zero_without_rows') }} as is_zero_without_rows,
        {{ is_true('needs_previous_return') }} as needs_previous_return,
        {{ is_true('needs_next_return') }} as needs_next_return
    from source
)

select * from typed
