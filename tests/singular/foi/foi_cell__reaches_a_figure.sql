{{ config(meta={'rule_code': 'printed_cell_reaches_a_figure'}) }}

-- Counted twice by ways of their own: from the seed, a cell stands once, and a row-wide cell once for
-- each period and age asked on the axis that it leaves blank; from the published table, as stated_count.
-- A response with a cell that could not be placed is left to the rules that name that cell.
with cell as (
    select
        response_id,
        is_row_wide,
        period_start_date,
        age_band_code
    from {{ ref('stg_foi__cell') }}
),

unplaced as (
    select response_id
    from {{ ref('int_foi_cell__unmapped') }}
),

response as (
    select
        response_id,
        question_set_code
    from {{ ref('stg_foi__response') }}
),

asked as (
    select
        response.response_id,
        count(distinct asked.period_start_date) as period_count,
        count(distinct asked.age_band_code) as age_band_count
    from response
    inner join {{ ref('stg_foi__asked') }} as asked
        on response.question_set_code = asked.question_set_code
    group by response.response_id
),

printed as (
    select
        {{ foi_source_key('cell.response_id') }} as source_key,
        sum(
            case when cell.is_row_wide and cell.period_start_date is null then asked.period_count else 1 end
            * case when cell.is_row_wide and cell.age_band_code is null then asked.age_band_count else 1 end
        ) as printed_count
    from cell
    inner join asked on cell.response_id = asked.response_id
    where cell.response_id not in (select unplaced.response_id from unplaced)
    group by cell.response_id
),

published as (
    select
        source_key,
        sum(stated_count) as published_count
    from {{ ref('fct_pathway_figure') }}
    where
        source_key like 'foi-%'
        and source_key not in (select {{ foi_source_key('unplaced.response_id') }} from unplaced)
    group by source_key
    having sum(stated_count) > 0
)

select
    'fct_pathway_figure, source ' || source_key as place,
    cast(coalesce(published.published_count, 0) as string) || ' figures for '
    || cast(coalesce(printed.printed_count, 0) as string) || ' printed' as found
from printed
full outer join published using (source_key)
where printed.printed_count is distinct from published.published_count

union all

select
    'seeds/foi/foi_cell.csv' as place,
    'nothing to check' as found
where not exists (select 1 from cell)
