with source as (
    select
        rule_code,
        message,
        severity_code,
        first_census_year
    from {{ ref('census_rule') }}
),

typed as (
    select
        {{ blank_to_null('rule_code') }} as rule_code,
        {{ blank_to_null('message') }} as message,
        {{ blank_to_null('severity_code') }} as severity_code,
        try_cast({{ blank_to_null('first_census_year') }} as integer) as first_census_year
    from source
)

select * from typed
