with source as (
    select
        study_figure_code,
        figure_code,
        first_reporting_year,
        last_reporting_year,
        study_value,
        unit_code,
        statement,
        source
    from {{ ref('study_figure') }}
),

typed as (
    select
        {{ blank_to_null('study_figure_code') }} as study_figure_code,
        {{ blank_to_null('figure_code') }} as figure_code,
        try_cast(first_reporting_year as integer) as first_reporting_year,
        try_cast(last_reporting_year as integer) as last_reporting_year,
        try_cast(study_value as integer) as study_value,
        {{ blank_to_null('unit_code') }} as unit_code,
        {{ blank_to_null('statement') }} as statement,
        {{ blank_to_null('source') }} as source
    from source
)

select * from typed
