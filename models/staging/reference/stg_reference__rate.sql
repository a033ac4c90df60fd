with source as (
    select
        rate_code,
        rate_name,
        unit_code,
        is_of_closed,
        has_with_early_help,
        has_without_early_help,
        numerator,
        denominator,
        interval_method,
        statement,
        caveat
    from {{ ref('rate') }}
),

typed as (
    select
        {{ blank_to_null('rate_code') }} as rate_code,
        {{ blank_to_null('rate_name') }} as rate_name,
        {{ blank_to_null('unit_code') }} as unit_code,
        {{ is_true('is_of_closed') }} as is_of_closed,
        {{ is_true('has_with_early_help') }} as has_with_early_help,
        {{ is_true('has_without_early_help') }} as has_without_early_help,
        {{ blank_to_null('numerator') }} as numerator,
        {{ blank_to_null('denominator') }} as denominator,
        {{ blank_to_null('interval_method') }} as interval_method,
        {{ blank_to_null('statement') }} as statement,
        {{ blank_to_null('caveat') }} as caveat
    from source
)

select * from typed
