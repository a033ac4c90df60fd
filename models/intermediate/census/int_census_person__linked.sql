with child as (
    select
        child_row_key,
        child_key
    from {{ ref('int_census_child__identified') }}
),

named as (
    select
        child_row_key,
        upper(upn) as upn,
        upper(former_upn) as former_upn
    from {{ ref('stg_census__child') }}
),

told as (
    select
        child.child_key,
        named.upn
    from child
    inner join named on child.child_row_key = named.child_row_key
    union
    select
        child.child_key,
        named.former_upn as upn
    from child
    inner join named on child.child_row_key = named.child_row_key
),

-- every pupil number that a child has or had, in any return; UNKNOWN or 0 is nobody's
pupil_number as (
    select
        child_key,
        upn
    from told
    where {{ matches('upn', "'^[A-Z][0-9]{11}[0-9A-Z]$'") }}
),

holder as (
    select
        upn,
        min(child_key) as person_key
    from pupil_number
    group by upn
),

linked_once as (
    select
        pupil_number.child_key,
        min(holder.person_key) as person_key
    from pupil_number
    inner join holder on pupil_number.upn = holder.upn
    group by pupil_number.child_key
),

-- again, for a child whose number changed: two identifiers that share no number share one with a third
holder_again as (
    select
        pupil_number.upn,
        min(linked_once.person_key) as person_key
    from pupil_number
    inner join linked_once on pupil_number.child_key = linked_once.child_key
    group by pupil_number.upn
),

linked_twice as (
    select
        pupil_number.child_key,
        min(holder_again.person_key) as person_key
    from pupil_number
    inner join holder_again on pupil_number.upn = holder_again.upn
    group by pupil_number.child_key
)

select
    child.child_key,
    coalesce(min(linked_twice.person_key), child.child_key) as person_key
from child
left join linked_twice on child.child_key = linked_twice.child_key
group by child.child_key
