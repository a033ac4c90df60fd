{{ config(meta={'rule_code': 'foi_answer_has_cells'}) }}

-- An answer without cells would make a council silent on all that it answered.
with response as (
    select
        response_id,
        is_answered
    from {{ ref('stg_foi__response') }}
),

cell as (
    select
        response_id,
        count(*) as cell_count
    from {{ ref('stg_foi__cell') }}
    group by response_id
)

select
    'seeds/foi/foi_response.csv, response ' || response.response_id as place,
    'is_answered ' || cast(response.is_answered as varchar) || ' and '
    || cast(coalesce(cell.cell_count, 0) as varchar) || ' cells' as found
from response
left join cell on response.response_id = cell.response_id
where response.is_answered <> (coalesce(cell.cell_count, 0) > 0)

union all

select
    'seeds/foi/foi_response.csv' as place,
    'nothing to check' as found
where not exists (select 1 from response)
