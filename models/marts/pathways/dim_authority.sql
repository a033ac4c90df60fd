with authority as (
    select
        authority_code,
        nation_code,
        authority_name,
        dfe_la_code,
        ons_la_code,
        region_code,
        sub_region_code,
        start_date,
        end_date
    from {{ ref('stg_reference__authority') }}
),

region as (
    select
        region_code,
        nation_code,
        region_name,
        area_level_code,
        parent_region_code
    from {{ ref('stg_reference__region') }}
),

authority_change as (
    select
        predecessor_authority_code,
        successor_authority_code
    from {{ ref('stg_reference__authority_change') }}
),

response as (
    select
        authority_key,
        nation_code,
        is_authority_known
    from {{ ref('int_foi_response__keyed') }}
),

census_answer as (
    select distinct
        authority_key,
        authority_name
    from {{ ref('int_census_answer__newest') }}
    where not is_authority_known
),

predecessors as (
    select
        successor_authority_code,
        {{ joined_text(
            area_key("'E'", 'predecessor_authority_code'), "', '", 'predecessor_authority_code'
        ) }} as predecessor_authority_keys
    from authority_change
    group by successor_authority_code
),

councils as (
    select
        {{ area_key('authority.nation_code', 'authority.authority_code') }} as authority_key,
        -- two councils were called Dorset: one that ended says when
        authority.authority_name
        || case
            when authority.end_date is null then ''
            else ' (to ' || cast(year(authority.end_date) as string) || ')'
        end as authority_name,
        'council' as area_level_code,
        authority.dfe_la_code,
        authority.ons_la_code,
        authority.region_code,
        authority.sub_region_code,
        authority.nation_code,
        authority.start_date,
        authority.end_date,
        predecessors.predecessor_authority_keys,
        true as is_known
    from authority
    left join predecessors
        on authority.authority_code = predecessors.successor_authority_code
),

areas as (
    select
        {{ area_key('nation_code', 'region_code') }} as authority_key,
        region_name as authority_name,
        area_level_code,
        cast(null as string) as dfe_la_code,
        cast(null as string) as ons_la_code,
        case area_level_code
            when 'region' then region_code
            when 'sub_region' then parent_region_code
        end as region_code,
        case when area_level_code = 'sub_region' then region_code end as sub_region_code,
        nation_code,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as string) as predecessor_authority_keys,
        true as is_known
    from region
),

unknown as (
    select
        authority_key,
        'Council not named (' || replace(authority_key, 'unknown-', '') || ')' as authority_name,
        'council' as area_level_code,
        cast(null as string) as dfe_la_code,
        cast(null as string) as ons_la_code,
        cast(null as string) as region_code,
        cast(null as string) as sub_region_code,
        min(nation_code) as nation_code,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as string) as predecessor_authority_keys,
        false as is_known
    from response
    where not is_authority_known
    -- the answers of one chain share its authority
    group by authority_key
    union all
    select
        authority_key,
        authority_name || ' (code of no council)' as authority_name,
        'council' as area_level_code,
        cast(null as string) as dfe_la_code,
        cast(null as string) as ons_la_code,
        cast(null as string) as region_code,
        cast(null as string) as sub_region_code,
        'E' as nation_code,
        cast(null as date) as start_date,
        cast(null as date) as end_date,
        cast(null as string) as predecessor_authority_keys,
        false as is_known
    from census_answer
),

unioned as (
    select
        authority_key,
        authority_name,
        area_level_code,
        dfe_la_code,
        ons_la_code,
        region_code,
        sub_region_code,
        nation_code,
        start_date,
        end_date,
        predecessor_authority_keys,
        is_known
    from councils
    union all
    select
        authority_key,
        authority_name,
        area_level_code,
        dfe_la_code,
        ons_la_code,
        region_code,
        sub_region_code,
        nation_code,
        start_date,
        end_date,
        predecessor_authority_keys,
        is_known
    from areas
    union all
    select
        authority_key,
        authority_name,
        area_level_code,
        dfe_la_code,
        ons_la_code,
        region_code,
        sub_region_code,
        nation_code,
        start_date,
        end_date,
        predecessor_authority_keys,
        is_known
    from unknown
)

select
    unioned.authority_key,
    unioned.authority_name,
    unioned.area_level_code,
    unioned.dfe_la_code,
    unioned.ons_la_code,
    unioned.region_code,
    region.region_name,
    unioned.sub_region_code,
    unioned.nation_code,
    unioned.start_date,
    unioned.end_date,
    unioned.predecessor_authority_keys,
    unioned.is_known
from unioned
left join region on unioned.region_code = region.region_code
