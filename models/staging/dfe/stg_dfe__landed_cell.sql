with source as (
    select
        parquet_file_name,
        line_number,
        time_period,
        time_identifier,
        geographic_level,
        country_code,
        country_name,
        region_code,
        region_name,
        old_la_code,
        new_la_code,
        la_name,
        other_area_text,
        filter_text,
        column_number,
        column_name,
        cell_text
    from {{ ref('base_dfe__landed_cell') }}
),

typed as (
    select
        parquet_file_name,
        try_cast(line_number as integer) as line_number,
        try_cast(nullif(trim(time_period), '') as integer) as time_period,
        nullif(trim(time_identifier), '') as time_identifier,
        nullif(trim(geographic_level), '') as geographic_level,
        nullif(trim(country_code), '') as country_code,
        nullif(trim(country_name), '') as country_name,
        nullif(trim(region_code), '') as region_code,
        nullif(trim(region_name), '') as region_name,
        nullif(trim(old_la_code), '') as old_la_code,
        nullif(trim(new_la_code), '') as new_la_code,
        nullif(trim(la_name), '') as la_name,
        nullif(trim(other_area_text), '') as other_area_text,
        filter_text,
        try_cast(column_number as integer) as column_number,
        column_name,
        cell_text
    from source
)

select * from typed
