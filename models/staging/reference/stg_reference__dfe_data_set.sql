with source as (
    select
        data_set_code,
        publication_code,
        data_set_title,
        figure_family_code,
        file_name_pattern,
        is_mapped_whole,
        years_until_release,
        years_until_reporting_year,
        publisher_name,
        licence,
        source_url
    from {{ ref('dfe_data_set') }}
),

typed as (
    select
        {{ blank_to_null('data_set_code') }} as data_set_code,
        {{ blank_to_null('publication_code') }} as publication_code,
        {{ blank_to_null('data_set_title') }} as data_set_title,
        {{ blank_to_null('figure_family_code') }} as figure_family_code,
        {{ blank_to_null('file_name_pattern') }} as file_name_pattern,
        {{ is_true('is_mapped_whole') }} as is_mapped_whole,
        try_cast({{ blank_to_null('years_until_release') }} as integer) as years_until_release,
        try_cast({{ blank_to_null('years_until_reporting_year') }} as integer) as years_until_reporting_year,
        {{ blank_to_null('publisher_name') }} as publisher_name,
        {{ blank_to_null('licence') }} as licence,
        {{ blank_to_null('source_url') }} as source_url
    from source
)

select * from typed
