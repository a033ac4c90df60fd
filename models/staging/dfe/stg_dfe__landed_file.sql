with source as (
    select
        sha256,
        content_sha256,
        file_name,
        byte_count,
        row_count,
        cell_count,
        data_set_code,
        release_code,
        revision_number,
        first_time_period,
        last_time_period,
        constant_text,
        unit_text,
        meta_file_name,
        source_url,
        landed_at,
        parquet_file_name
    from {{ ref('base_dfe__landed_file') }}
),

typed as (
    select
        {{ blank_to_null('sha256') }} as sha256,
        {{ blank_to_null('content_sha256') }} as content_sha256,
        {{ blank_to_null('file_name') }} as file_name,
        try_cast(byte_count as integer) as byte_count,
        try_cast(row_count as integer) as row_count,
        try_cast(cell_count as integer) as cell_count,
        {{ blank_to_null('data_set_code') }} as data_set_code,
        {{ blank_to_null('release_code') }} as release_code,
        try_cast(revision_number as integer) as revision_number,
        {{ blank_to_null('first_time_period') }} as first_time_period,
        {{ blank_to_null('last_time_period') }} as last_time_period,
        {{ blank_to_null('constant_text') }} as constant_text,
        {{ blank_to_null('unit_text') }} as unit_text,
        {{ blank_to_null('meta_file_name') }} as meta_file_name,
        {{ blank_to_null('source_url') }} as source_url,
        {{ blank_to_null('landed_at') }} as landed_at,
        {{ blank_to_null('parquet_file_name') }} as parquet_file_name
    from source
)

select * from typed
