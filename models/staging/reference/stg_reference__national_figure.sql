with source as (
    select
        figure_code,
        figure_name,
        unit_code,
        statement,
        caveat
    from {{ ref('national_figure') }}
),

typed as (
    select
        {{ blank_to_null('figure_code') }} as figure_code,
        {{ blank_to_null('figure_name') }} as figure_name,
        {{ blank_to_null('unit_code') }} as unit_code,
        {{ blank_to_null('statement') }} as statement,
        {{ blank_to_null('caveat') }} as caveat
    from source
)

select * from typed
