with foi_cell as (
    select
        response_id,
        finding_code,
        place,
        found
    from {{ ref('int_foi_cell__unmapped') }}
),

foi_text as (
    select
        response_id,
        table_number,
        row_number,
        column_number,
        cell_text
    from {{ ref('int_foi_cell__mapped') }}
    where is_text_known and status_code = 'unreadable'
),

response as (
    select
        response_id,
        source_key,
        authority_code,
        is_authority_known,
        is_answered
    from {{ ref('int_foi_response__keyed') }}
),

printed as (
    select
        response_id,
        count(*) as cell_count
    from {{ ref('int_foi_cell__mapped') }}
    group by response_id
),

stale_correction as (
    select
        correction.response_id,
        correction.table_number,
        correction.row_number,
        correction.column_number,
        cell.response_id is not null as has_cell,
        cell.cell_text,
        correction.expected_text
    from {{ ref('stg_reference__correction') }} as correction
    left join {{ ref('int_foi_cell__corrected') }} as cell
        on
            correction.response_id = cell.response_id
            and correction.table_number = cell.table_number
            and correction.row_number = cell.row_number
            and correction.column_number = cell.column_number
    where not coalesce(cell.is_corrected, false)
),

dfe_column as (
    select
        source_key,
        column_name,
        cell_count,
        is_expected,
        suggested_measure_code,
        compared_count,
        equal_count,
        row_to_add
    from {{ ref('int_dfe_column__unmapped') }}
),

dfe_file as (
    select
        source_key,
        data_set_code,
        file_name
    from {{ ref('int_dfe_file__at_hand') }}
    where not is_data_set_known
),

dfe_cell as (
    select
        source_key,
        column_name,
        geographic_level,
        area_code,
        area_name,
        authority_key,
        cell_text,
        is_text_known
    from {{ ref('int_dfe_cell__mapped') }}
),

findings as (
    -- what stops the build: a cell that could not be placed or read
    select
        {{ foi_source_key('foi_cell.response_id') }} as source_key,
        'foi_' || foi_cell.finding_code as finding_code,
        foi_cell.place,
        foi_cell.found,
        1 as cell_count,
        true as is_blocking
    from foi_cell
    union all
    select
        source_key,
        'foi_authority' as finding_code,
        'seeds/foi/foi_response.csv, response ' || response_id as place,
        'authority_code ' || authority_code as found,
        1 as cell_count,
        true as is_blocking
    from response
    where authority_code is not null and not is_authority_known
    union all
    -- an answer without cells would make a council silent on all that it answered
    select
        response.source_key,
        'foi_answer' as finding_code,
        'seeds/foi/foi_response.csv, response ' || response.response_id as place,
        'is_answered ' || cast(response.is_answered as string) || ' and '
        || cast(coalesce(printed.cell_count, 0) as string) || ' cells' as found,
        1 as cell_count,
        true as is_blocking
    from response
    left join printed on response.response_id = printed.response_id
    where response.is_answered <> (coalesce(printed.cell_count, 0) > 0)
    union all
    -- a correction whose cell says something else now would be dropped in silence
    select
        {{ foi_source_key('response_id') }} as source_key,
        'correction' as finding_code,
        'seeds/reference/correction.csv for ' || {{ cell_place() }} as place,
        case
            when has_cell
                then
                    'text "' || coalesce(cell_text, '') || '" where expected_text is "'
                    || coalesce(expected_text, '') || '"'
            else 'no such cell'
        end as found,
        1 as cell_count,
        true as is_blocking
    from stale_correction
    union all
    -- what is listed: it breaks nothing, and someone may know more
    select
        source_key,
        'foi_authority_not_named' as finding_code,
        'seeds/foi/foi_response.csv, response ' || response_id as place,
        'no authority_code' as found,
        1 as cell_count,
        false as is_blocking
    from response
    where authority_code is null
    union all
    select
        {{ foi_source_key('response_id') }} as source_key,
        'foi_text_unreadable' as finding_code,
        {{ cell_place() }} as place,
        'text "' || coalesce(cell_text, '') || '"' as found,
        1 as cell_count,
        false as is_blocking
    from foi_text
    union all
    select
        source_key,
        'dfe_data_set' as finding_code,
        'seeds/reference/dfe_data_set.csv' as place,
        'file ' || file_name || '; its row would begin ' || data_set_code || ',' as found,
        1 as cell_count,
        false as is_blocking
    from dfe_file
    union all
    select
        source_key,
        case when is_expected then 'dfe_column' else 'dfe_column_not_used' end as finding_code,
        source_key as place,
        'column ' || column_name || '; add to seeds/reference/dfe_column.csv: ' || row_to_add
        || coalesce(
            ' (' || suggested_measure_code || ' in another release is equal in '
            || cast(equal_count as string) || ' of ' || cast(compared_count as string) || ' cells)',
            ''
        ) as found,
        cell_count,
        false as is_blocking
    from dfe_column
    union all
    select
        source_key,
        'dfe_area' as finding_code,
        source_key as place,
        geographic_level || ' ' || coalesce(area_code, '(no code)') || ' '
        || coalesce(area_name, '') as found,
        count(*) as cell_count,
        false as is_blocking
    from dfe_cell
    where authority_key is null
    group by source_key, geographic_level, area_code, area_name
    union all
    select
        source_key,
        'dfe_text' as finding_code,
        source_key || ', column ' || column_name as place,
        'text "' || coalesce(cell_text, '') || '"' as found,
        count(*) as cell_count,
        false as is_blocking
    from dfe_cell
    where not is_text_known
    group by source_key, column_name, cell_text
)

select
    concat_ws('/', finding_code, place, found) as unmapped_key,
    finding_code,
    source_key,
    place,
    found,
    cast(cell_count as integer) as cell_count,
    is_blocking
from findings
