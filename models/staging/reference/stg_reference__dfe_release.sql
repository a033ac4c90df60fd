with source as (
    select
        data_set_code,
        release_code,
        source_file_name,
        sha256
    from {{ ref('dfe_release') }}
),

typed as (
    select
        {{ blank_to_null('data_set_code') }} as data_set_code,
        {{ blank_to_null('release_code') }} as release_code,
        {{ blank_to_null('source_file_name') }} as source_file_name,
        {{ blank_to_null('sha256') }} as sha256
    from source
)

select * from typed
