{# The extract of a published file (one row per area and year, one column per indicator, no filter of more
   than one item) turned into one row per cell, in the shape of stg_dfe__landed_cell. Null cells are kept. #}
{% macro release_cells(relation, data_set_code, release_code, indicators) -%}
with source as (
    select *
    from {{ relation }}
),

cells as (
    select *
    from source
    unpivot include nulls (
        cell_text for column_name in (
            {%- for indicator in indicators %}
            {{ adapter.quote(indicator) }}{{ "," if not loop.last }}
            {%- endfor %}
        )
    )
),

typed as (
    select
        '{{ data_set_code }}' as data_set_code,
        '{{ release_code }}' as release_code,
        try_cast({{ blank_to_null('time_period') }} as integer) as time_period,
        {{ blank_to_null('time_identifier') }} as time_identifier,
        {{ blank_to_null('geographic_level') }} as geographic_level,
        {{ blank_to_null('country_code') }} as country_code,
        {{ blank_to_null('country_name') }} as country_name,
        {{ blank_to_null('region_code') }} as region_code,
        {{ blank_to_null('region_name') }} as region_name,
        {{ blank_to_null('old_la_code') }} as old_la_code,
        {{ blank_to_null('new_la_code') }} as new_la_code,
        {{ blank_to_null('la_name') }} as la_name,
        '{}' as filter_text,
        column_name,
        cell_text
    from cells
)

select * from typed
{%- endmacro %}
