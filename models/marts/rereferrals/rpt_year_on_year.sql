{#- DfE asks a council to look again where a key measure changed "substantially" between two census years,
    and does not publish its thresholds. These are the project's own: percent of the year before, with a
    least number below which a small council's chance is no change; and percentage points. -#}
{%- set large_percent = 20 -%}
{%- set least_number = 50 -%}
{%- set large_points = 5 -%}

with figure as (
    select
        authority_key,
        reporting_year,
        measure_code,
        release_code,
        status_code,
        value
    from {{ ref('int_dfe_figure__newest') }}
    where status_code = 'reported'
),

measure as (
    select
        measure_code,
        measure_kind_code,
        unit_code
    from {{ ref('dim_measure') }}
    where figure_family_code = 'census' and measure_kind_code in ('dfe_count', 'dfe_percent')
),

authority as (
    select
        authority_key,
        start_date
    from {{ ref('dim_authority') }}
),

event as (
    select
        {{ area_key("'E'", 'authority_code') }} as authority_key,
        reporting_year,
        {{ joined_text("statement || coalesce(' (' || source || ')', '')", "'; '", 'statement') }}
            as statement
    from {{ ref('stg_reference__dfe_event') }}
    where event_code = 'other_cause'
    group by authority_code, reporting_year
),

changes as (
    select
        figure.authority_key,
        figure.reporting_year,
        figure.measure_code,
        measure.measure_kind_code,
        measure.unit_code,
        figure.release_code,
        earlier.value as earlier_value,
        figure.value,
        figure.value - earlier.value as change_value,
        case
            when measure.measure_kind_code = 'dfe_count'
                then 100 * (figure.value - earlier.value) / nullif(earlier.value, 0)
        end as change_percent
    from figure
    inner join measure on figure.measure_code = measure.measure_code
    inner join figure as earlier
        on
            figure.authority_key = earlier.authority_key
            and figure.measure_code = earlier.measure_code
            and figure.reporting_year = earlier.reporting_year + 1
),

large as (
    select
        authority_key,
        reporting_year,
        measure_code,
        unit_code,
        release_code,
        earlier_value,
        value,
        change_value,
        change_percent
    from changes
    where
        case measure_kind_code
            when 'dfe_count'
                then
                    abs(change_value) >= {{ least_number }}
                    and coalesce(abs(change_percent) >= {{ large_percent }}, true)
            else abs(change_value) >= {{ large_points }}
        end
)

select
    concat_ws('/', large.authority_key, cast(large.reporting_year as string), large.measure_code)
        as year_on_year_key,
    large.authority_key,
    {{ reporting_year_key('large.reporting_year') }} as period_key,
    large.reporting_year,
    large.measure_code,
    large.unit_code,
    cast(large.earlier_value as decimal(18, 2)) as earlier_value,
    cast(large.value as decimal(18, 2)) as value,
    cast(large.change_value as decimal(18, 2)) as change_value,
    cast(large.change_percent as decimal(18, 1)) as change_percent,
    case
        when event.statement is not null or earlier_event.statement is not null then 'stated'
        -- the first year had no predecessor's return to look back into; the second has
        when {{ year_of_council('authority.start_date', 'large.reporting_year') }} = 2 then 'after_first_year'
        else 'not_known'
    end as cause_code,
    coalesce(
        event.statement,
        earlier_event.statement,
        case
            when {{ year_of_council('authority.start_date', 'large.reporting_year') }} = 2
                then
                    'The council began on ' || cast(authority.start_date as string)
                    || case
                        when large.measure_code like 'rereferral%'
                            then '; re-referrals of its first year could not be counted in full'
                        else ''
                    end
        end
    ) as cause_text,
    large.release_code
from large
inner join authority on large.authority_key = authority.authority_key
left join event
    on large.authority_key = event.authority_key and large.reporting_year = event.reporting_year
left join event as earlier_event
    on
        large.authority_key = earlier_event.authority_key
        and large.reporting_year = earlier_event.reporting_year + 1
