{{ config(meta={'council': 'la_code'}) }}
with child as (
    select
        la_code,
        child_row_key,
        la_child_id,
        birth_date
    from {{ of_councils(ref('stg_census__child')) }}
),

-- a number for each child is sorted and joined far faster than the identifier
identified as (
    select
        la_code,
        la_child_id,
        min(child_row_key) as child_key
    from child
    where la_child_id is not null
    group by la_code, la_child_id
)

select
    child.la_code,
    child.child_row_key,
    -- a child without an identifier is nobody else
    coalesce(identified.child_key, child.child_row_key) as child_key,
    coalesce(child.la_child_id, '?' || cast(child.child_row_key as string)) as la_child_id,
    child.birth_date
from child
left join identified
    on
        child.la_code = identified.la_code
        and child.la_child_id = identified.la_child_id
