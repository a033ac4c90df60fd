with source as (
    select
        data_set_code,
        release_code,
        publisher_name,
        source_title,
        first_year,
        last_year,
        is_extract,
        source_file_name,
        sha256,
        licence,
        source_url
    from {{ ref('dfe_release') }}
),

typed as (
    select
        {{ blank_to_null('data_set_code') }} as data_set_code,
        {{ blank_to_null('release_code') }} as release_code,
        {{ blank_to_null('publisher_name') }} as publisher_name,
        {{ blank_to_null('source_title') }} as source_title,
        try_cast({{ blank_to_null('first_year') }} as integer) as first_year,
        try_cast({{ blank_to_null('last_year') }} as integer) as last_year,
        {{ is_true('is_extract') }} as is_extract,
        {{ blank_to_null('source_file_name') }} as source_file_name,
        {{ blank_to_null('sha256') }} as sha256,
        {{ blank_to_null('licence') }} as licence,
        {{ blank_to_null('source_url') }} as source_url
    from source
)

select * from typed
