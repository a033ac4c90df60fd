with source as (
    select
        authority_code,
        reporting_year,
        event_code,
        carried_from_year,
        statement,
        source
    from {{ ref('dfe_event') }}
),

typed as (
    select
        {{ blank_to_null('authority_code') }} as authority_code,
        try_cast({{ blank_to_null('reporting_year') }} as integer) as reporting_year,
        {{ blank_to_null('event_code') }} as event_code,
        try_cast({{ blank_to_null('carried_from_year') }} as integer) as carried_from_year,
        {{ blank_to_null('statement') }} as statement,
        {{ blank_to_null('source') }} as source
    from source
)

select * from typed
