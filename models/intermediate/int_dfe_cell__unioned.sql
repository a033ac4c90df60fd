with landed as (
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
        column_name,
        cell_text
    from {{ ref('stg_dfe__landed_cell') }}
),

extract as (
    select * from {{ ref('stg_dfe__c1_release_2025') }}
    union all
    select * from {{ ref('stg_dfe__c2_release_2024') }}
    union all
    select * from {{ ref('stg_dfe__population_release_2025') }}
),

file as (
    select
        source_key,
        data_set_code,
        release_code,
        release_order,
        is_newest_release,
        is_extract,
        parquet_file_name,
        figure_family_code,
        years_until_reporting_year
    from {{ ref('int_dfe_file__at_hand') }}
),

-- by the manifest: a file of cells that it does not name was left by a landing that did not come to its end
cells as (
    select
        file.source_key,
        file.data_set_code,
        file.release_code,
        file.release_order,
        file.is_newest_release,
        file.figure_family_code,
        file.years_until_reporting_year,
        landed.line_number,
        landed.time_period,
        landed.time_identifier,
        landed.geographic_level,
        landed.country_code,
        landed.country_name,
        landed.region_code,
        landed.region_name,
        landed.old_la_code,
        landed.new_la_code,
        landed.la_name,
        landed.other_area_text,
        landed.filter_text,
        landed.column_name,
        landed.cell_text
    from landed
    inner join file on landed.parquet_file_name = file.parquet_file_name and not file.is_extract
    union all
    select
        file.source_key,
        file.data_set_code,
        file.release_code,
        file.release_order,
        file.is_newest_release,
        file.figure_family_code,
        file.years_until_reporting_year,
        cast(null as integer) as line_number,
        extract.time_period,
        extract.time_identifier,
        extract.geographic_level,
        extract.country_code,
        extract.country_name,
        extract.region_code,
        extract.region_name,
        extract.old_la_code,
        extract.new_la_code,
        extract.la_name,
        '{}' as other_area_text,
        extract.filter_text,
        extract.column_name,
        extract.cell_text
    from extract
    inner join file
        on
            extract.data_set_code = file.data_set_code
            and extract.release_code = file.release_code
            and file.is_extract
),

authority as (
    select
        ons_la_code,
        dfe_la_code
    from {{ ref('stg_reference__authority') }}
    where dfe_la_code is not null
),

-- a council is known by the three-digit code, which lasts as long as its footprint; an ONS code may change
-- without it, and stands in only where a file has no three-digit code
placed as (
    select
        cells.source_key,
        cells.data_set_code,
        cells.release_code,
        cells.release_order,
        cells.is_newest_release,
        cells.figure_family_code,
        cells.years_until_reporting_year,
        cells.line_number,
        cells.time_period,
        cells.time_identifier,
        cells.geographic_level,
        cells.new_la_code,
        cells.other_area_text,
        cells.filter_text,
        cells.column_name,
        cells.cell_text,
        case cells.geographic_level
            when 'National' then cells.country_code
            when 'Regional' then cells.region_code
            when 'Local authority'
                then
                    case
                        when cells.old_la_code not in ('x', 'z') then cells.old_la_code
                        else authority.dfe_la_code
                    end
        end as area_code,
        case cells.geographic_level
            when 'National' then cells.country_name
            when 'Regional' then cells.region_name
            when 'Local authority' then cells.la_name
        end as area_name
    from cells
    left join authority on cells.new_la_code = authority.ons_la_code
)

select
    source_key,
    data_set_code,
    release_code,
    release_order,
    is_newest_release,
    figure_family_code,
    line_number,
    time_period,
    time_identifier,
    -- a financial year, such as 202223, is the reporting year in which it ends
    case time_identifier
        when 'Reporting year' then time_period + years_until_reporting_year
        when 'Financial year' then cast(floor(time_period / 100) as integer) + 1
    end as reporting_year,
    geographic_level,
    coalesce(area_code, new_la_code, other_area_text) as area_code,
    coalesce(area_name, other_area_text) as area_name,
    filter_text,
    column_name,
    cell_text,
    {{ mark_text('cell_text') }} as mark_text
from placed
