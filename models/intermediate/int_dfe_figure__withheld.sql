with cell as (
    select
        data_set_code,
        release_order,
        area_period_key,
        filter_text,
        row_key,
        figure_code,
        measure_code,
        status_code
    from {{ ref('int_dfe_cell__mapped') }}
),

dictionary as (
    select
        measure_code,
        coalesce(numerator_measure_code, measure_code) as told_by_code,
        denominator_measure_code,
        whole_measure_code
    from {{ ref('stg_reference__measure') }}
),

measure as (
    select
        dictionary.measure_code,
        -- a count, its percentage and its rate: who knows one can work out the others
        dictionary.told_by_code,
        dictionary.denominator_measure_code,
        dictionary.whole_measure_code,
        -- a total, its parts, and their percentages
        coalesce(base.whole_measure_code, dictionary.told_by_code) as kin_code
    from dictionary
    inner join dictionary as base on dictionary.told_by_code = base.measure_code
),

newest as (
    select
        row_key,
        figure_code,
        min(release_order) as oldest_order,
        max(release_order) as newest_order
    from cell
    group by row_key, figure_code
),

-- the last word on a figure, whichever data set has it
last_word as (
    select
        cell.row_key,
        cell.figure_code,
        cell.measure_code,
        newest.oldest_order,
        newest.newest_order,
        -- where two tables of a release differ, what one suppresses is not told by the other's past
        bool_and(cell.status_code <> 'reported')
        or bool_or(cell.status_code <> 'reported' and cell.status_code not in {{ harmless_statuses() }})
            as is_withheld,
        -- a symbol that nobody has read yet may be one
        bool_or(
            cell.status_code <> 'reported' and cell.status_code not in {{ harmless_statuses() }}
        ) as is_suppressed,
        case
            when bool_or(cell.status_code = 'suppressed') then 'suppressed'
            else min(cell.status_code) filter (where cell.status_code <> 'reported')
        end as status_code
    from cell
    inner join newest
        on
            cell.row_key = newest.row_key
            and cell.figure_code = newest.figure_code
            and cell.release_order = newest.newest_order
    group by
        cell.row_key,
        cell.figure_code,
        cell.measure_code,
        newest.oldest_order,
        newest.newest_order
),

measured as (
    select
        last_word.row_key,
        last_word.figure_code,
        last_word.newest_order,
        last_word.is_suppressed,
        measure.measure_code,
        measure.told_by_code,
        measure.denominator_measure_code,
        measure.whole_measure_code
    from last_word
    inner join measure on last_word.measure_code = measure.measure_code
),

suppressed as (
    select
        row_key,
        measure_code,
        told_by_code,
        newest_order
    from measured
    where is_suppressed
),

-- 1. a symbol in the newest release hides the numbers that older releases had
own as (
    select
        row_key,
        figure_code,
        newest_order as release_order,
        status_code
    from last_word
    where is_withheld and oldest_order < newest_order
),

-- 2. a percentage or rate that a later release has dropped would tell the count, or the base, that it
-- suppresses
told_by_another as (
    select
        measured.row_key,
        measured.figure_code,
        suppressed.newest_order as release_order,
        'suppressed' as status_code
    from measured
    inner join suppressed
        on
            measured.row_key = suppressed.row_key
            and (
                measured.told_by_code = suppressed.told_by_code
                or measured.denominator_measure_code = suppressed.measure_code
            )
            and measured.newest_order < suppressed.newest_order
),

-- 3. the parts of an older release would add up to the whole that a later one suppresses
told_by_parts as (
    select
        measured.row_key,
        measured.figure_code,
        suppressed.newest_order as release_order,
        'suppressed' as status_code
    from measured
    inner join suppressed
        on
            measured.row_key = suppressed.row_key
            and measured.whole_measure_code = suppressed.measure_code
            and measured.newest_order < suppressed.newest_order
),

-- 4. what a release no longer says of an area and year, where it suppresses a figure that may be the same
-- under a new name, or of the same kin: another item of its filter, its total, another part. It stays hidden
-- until the dictionary knows the name
named as (
    select distinct
        data_set_code,
        release_order,
        figure_code,
        filter_text
    from cell
),

release as (
    select distinct
        data_set_code,
        release_order
    from cell
),

gone as (
    select
        cell.data_set_code,
        cell.release_order as earlier_order,
        release.release_order as later_order,
        cell.area_period_key,
        cell.row_key,
        cell.figure_code,
        coalesce(measure.kin_code, cell.figure_code) as kin_code,
        measure.measure_code is not null as is_measure
    from cell
    inner join release
        on cell.data_set_code = release.data_set_code and cell.release_order < release.release_order
    left join named
        on
            release.data_set_code = named.data_set_code
            and release.release_order = named.release_order
            and cell.figure_code = named.figure_code
            and cell.filter_text = named.filter_text
    left join measure on cell.measure_code = measure.measure_code
    where named.figure_code is null
),

last_suppressed as (
    select
        cell.data_set_code,
        cell.release_order,
        cell.area_period_key,
        cell.figure_code,
        cell.filter_text,
        coalesce(measure.kin_code, cell.figure_code) as kin_code,
        measure.measure_code is not null as is_measure
    from cell
    inner join last_word
        on
            cell.row_key = last_word.row_key
            and cell.figure_code = last_word.figure_code
            and cell.release_order = last_word.newest_order
            and last_word.is_suppressed
    left join measure on cell.measure_code = measure.measure_code
),

told_by_what_is_gone as (
    select distinct
        gone.row_key,
        gone.figure_code,
        gone.later_order as release_order,
        'suppressed' as status_code
    from gone
    inner join last_suppressed
        on
            gone.data_set_code = last_suppressed.data_set_code
            and gone.later_order = last_suppressed.release_order
            and gone.area_period_key = last_suppressed.area_period_key
    left join named as before
        on
            gone.data_set_code = before.data_set_code
            and gone.earlier_order = before.release_order
            and last_suppressed.figure_code = before.figure_code
            and last_suppressed.filter_text = before.filter_text
    where
        before.figure_code is null
        or gone.kin_code = last_suppressed.kin_code
        -- of a column that is no measure nobody knows whose kin it is
        or not gone.is_measure
        or not last_suppressed.is_measure
),

unioned as (
    select
        row_key,
        figure_code,
        release_order,
        status_code
    from own
    union all
    select
        row_key,
        figure_code,
        release_order,
        status_code
    from told_by_another
    union all
    select
        row_key,
        figure_code,
        release_order,
        status_code
    from told_by_parts
    union all
    select
        row_key,
        figure_code,
        release_order,
        status_code
    from told_by_what_is_gone
)

select
    row_key,
    figure_code,
    max(release_order) as release_order,
    case when bool_or(status_code = 'suppressed') then 'suppressed' else min(status_code) end
        as status_code
from unioned
group by row_key, figure_code
