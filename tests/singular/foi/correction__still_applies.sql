{{ config(meta={'rule_code': 'correction_still_applies'}) }}

-- A correction whose cell says something else now would be dropped in silence, or correct the wrong cell.
select
    'seeds/reference/correction.csv, response ' || correction.response_id
    || ', table ' || cast(correction.table_number as varchar)
    || ', row ' || cast(correction.row_number as varchar)
    || ', column ' || cast(correction.column_number as varchar) as place,
    case
        when cell.response_id is null then 'no such cell'
        else 'the cell says "' || coalesce(cell.cell_text, '') || '", expected_text "'
            || coalesce(correction.expected_text, '') || '"'
    end as found
from {{ ref('stg_reference__correction') }} as correction
left join {{ ref('int_foi_cell__corrected') }} as cell
    on
        correction.response_id = cell.response_id
        and correction.table_number = cell.table_number
        and correction.row_number = cell.row_number
        and correction.column_number = cell.column_number
where not coalesce(cell.is_corrected, false)
