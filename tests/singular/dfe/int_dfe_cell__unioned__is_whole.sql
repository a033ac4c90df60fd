{{ config(meta={'rule_code': 'landed_file_reaches_the_models'}) }}

-- A file whose cells went away since it was landed would take the place of the extract with nothing.
with cell as (
    select
        source_key,
        count(*) as cell_count
    from {{ ref('int_dfe_cell__unioned') }}
    group by source_key
),

file as (
    select
        at_hand.source_key,
        landed.cell_count
    from {{ ref('int_dfe_file__at_hand') }} as at_hand
    left join {{ ref('stg_dfe__landed_file') }} as landed
        on at_hand.parquet_file_name = landed.parquet_file_name
)

select
    'source ' || file.source_key as place,
    cast(coalesce(cell.cell_count, 0) as string) || ' cells'
    || coalesce(' where ' || cast(file.cell_count as string) || ' were landed', '') as found
from file
left join cell on file.source_key = cell.source_key
where
    cell.cell_count is null
    or cell.cell_count <> coalesce(file.cell_count, cell.cell_count)

union all

select
    'int_dfe_file__at_hand' as place,
    'nothing to check' as found
where not exists (select 1 from file)
