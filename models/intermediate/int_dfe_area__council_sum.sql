with figure as (
    select
        authority_key,
        reporting_year,
        measure_code,
        status_code,
        value
    from {{ ref('int_dfe_figure__newest') }}
),

measure as (
    select measure_code
    from {{ ref('stg_reference__measure') }}
    where measure_kind_code = 'dfe_count'
),

authority as (
    select
        authority_key,
        authority_name,
        area_level_code,
        nation_code,
        region_code,
        sub_region_code,
        start_date,
        end_date
    from {{ ref('dim_authority') }}
    where nation_code = 'E' and is_known
),

event as (
    select
        {{ area_key("'E'", 'authority_code') }} as authority_key,
        reporting_year,
        carried_from_year
    from {{ ref('stg_reference__dfe_event') }}
    where event_code = 'carried_forward'
),

-- the totals that councils are held against
area_figure as (
    select
        figure.authority_key as area_key,
        figure.reporting_year,
        figure.measure_code
    from figure
    inner join measure on figure.measure_code = measure.measure_code
    inner join authority on figure.authority_key = authority.authority_key
    where authority.area_level_code <> 'council'
),

-- London's boroughs belong to London and to one of its halves
member as (
    select
        authority_key,
        authority_name,
        start_date,
        end_date,
        {{ area_key('nation_code', 'region_code') }} as area_key
    from authority
    where area_level_code = 'council' and region_code is not null
    union all
    select
        authority_key,
        authority_name,
        start_date,
        end_date,
        {{ area_key('nation_code', 'sub_region_code') }} as area_key
    from authority
    where area_level_code = 'council' and sub_region_code is not null
    union all
    select
        council.authority_key,
        council.authority_name,
        council.start_date,
        council.end_date,
        nation.authority_key as area_key
    from authority as council
    inner join authority as nation
        on council.nation_code = nation.nation_code and nation.area_level_code = 'nation'
    where council.area_level_code = 'council'
),

-- every council that there was in the year, whether a release at hand has it or not
expected as (
    select
        area_figure.area_key,
        area_figure.reporting_year,
        area_figure.measure_code,
        member.authority_key,
        member.authority_name,
        coalesce(figure.status_code, 'not_loaded') as status_code,
        figure.value,
        carried.status_code as carried_status_code,
        carried.value as carried_value
    from area_figure
    inner join member
        on
            area_figure.area_key = member.area_key
            and coalesce(year(member.start_date) < area_figure.reporting_year, true)
            and coalesce(year(member.end_date) >= area_figure.reporting_year, true)
    left join figure
        on
            member.authority_key = figure.authority_key
            and area_figure.reporting_year = figure.reporting_year
            and area_figure.measure_code = figure.measure_code
    left join event
        on
            member.authority_key = event.authority_key
            and area_figure.reporting_year = event.reporting_year
            and figure.status_code in {{ harmless_statuses() }}
    left join figure as carried
        on
            event.authority_key = carried.authority_key
            and event.carried_from_year = carried.reporting_year
            and area_figure.measure_code = carried.measure_code
),

-- low reliability and absence hide no child, so a council without a figure may be named; any other symbol
-- counts as suppressed, and so does a suppressed figure of another year that is in the total
part as (
    select
        area_key,
        reporting_year,
        measure_code,
        authority_name,
        status_code,
        value,
        carried_value,
        case
            when status_code in ('reported', 'not_loaded') then status_code
            when status_code not in {{ harmless_statuses() }} then 'suppressed'
            when carried_status_code = 'reported' then 'carried_forward'
            when
                carried_status_code is null
                or carried_status_code in {{ harmless_statuses() }}
                then 'unshown'
            else 'suppressed'
        end as part_code
    from expected
)

select
    area_key as authority_key,
    reporting_year,
    measure_code,
    count(*) as council_count,
    count(*) filter (where part_code = 'not_loaded') as not_loaded_count,
    count(*) filter (where part_code = 'suppressed') as suppressed_count,
    count(*) filter (where part_code = 'carried_forward') as carried_forward_count,
    count(*) filter (where part_code = 'unshown') as unshown_count,
    coalesce(sum(value), 0) as shown_value,
    coalesce(sum(carried_value), 0) as carried_forward_value,
    {{ joined_text(
        "case when part_code = 'carried_forward' then authority_name end", "'; '", 'authority_name'
    ) }} as carried_forward_names,
    {{ joined_text(
        "case when part_code = 'unshown' then authority_name || ' (' || status_code || ')' end",
        "'; '",
        'authority_name'
    ) }} as unshown_names
from part
group by area_key, reporting_year, measure_code
