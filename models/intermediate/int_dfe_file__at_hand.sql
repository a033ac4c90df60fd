with landed as (
    select
        data_set_code,
        release_code,
        revision_number,
        sha256,
        file_name,
        source_url,
        parquet_file_name
    from {{ ref('stg_dfe__landed_file') }}
),

extract as (
    select
        data_set_code,
        release_code,
        sha256,
        source_file_name
    from {{ ref('stg_reference__dfe_release') }}
),

data_set as (
    select
        data_set_code,
        data_set_title,
        figure_family_code,
        years_until_reporting_year,
        publisher_name,
        licence,
        source_url
    from {{ ref('stg_reference__dfe_data_set') }}
),

-- a release that is landed whole takes the place of its extract
files as (
    select
        data_set_code,
        release_code,
        revision_number,
        sha256,
        file_name,
        source_url,
        parquet_file_name,
        false as is_extract
    from landed
    union all
    select
        extract.data_set_code,
        extract.release_code,
        0 as revision_number,
        extract.sha256,
        extract.source_file_name as file_name,
        cast(null as string) as source_url,
        cast(null as string) as parquet_file_name,
        true as is_extract
    from extract
    left join landed
        on
            extract.data_set_code = landed.data_set_code
            and extract.release_code = landed.release_code
    where landed.sha256 is null
)

select
    {{ dfe_source_key('files.data_set_code', 'files.release_code') }}
    || case
        when files.revision_number > 1 then '-' || cast(files.revision_number as string) else ''
    end as source_key,
    files.data_set_code,
    files.release_code,
    files.revision_number,
    -- later releases and revisions sort behind earlier ones
    files.release_code || '.' || lpad(cast(files.revision_number as string), 4, '0') as release_order,
    row_number() over (
        partition by files.data_set_code
        order by files.release_code desc, files.revision_number desc
    ) = 1 as is_newest_release,
    files.is_extract,
    files.sha256,
    files.file_name,
    files.parquet_file_name,
    data_set.data_set_code is not null as is_data_set_known,
    coalesce(data_set.figure_family_code, 'unknown') as figure_family_code,
    coalesce(data_set.years_until_reporting_year, 0) as years_until_reporting_year,
    coalesce(data_set.data_set_title, files.file_name) as data_set_title,
    coalesce(data_set.publisher_name, 'Publisher not known') as publisher_name,
    coalesce(data_set.licence, 'Not known') as licence,
    coalesce(files.source_url, data_set.source_url) as source_url
from files
left join data_set on files.data_set_code = data_set.data_set_code
