-- How often a council is drawn, when as many are drawn with replacement as there are, again and again.
-- The draws are the same in every build, and those of fewer councils are the first of those of more.
with council_count as (
    select distinct council_count
    from (
        select max(council_number) as council_count
        from {{ ref('int_national_figure__paired') }}
        group by question_set_code, source_basis_code, period_key
    ) as question_set
),

-- as many as can ever be drawn
council as (
    select row_number() over (order by authority_key) as draw_number
    from {{ ref('dim_authority') }}
    where nation_code = 'E' and area_level_code = 'council'
),

draw as (
    select
        replicate.number as replicate_number,
        council.draw_number,
        {{ share_of_text("cast(replicate.number as string) || '/' || cast(council.draw_number as string)") }}
            as draw_share
    from range({{ var('bootstrap_replicate_count') }}) as replicate (number)
    cross join council
)

select
    council_count.council_count,
    draw.replicate_number,
    1 + cast(floor(draw.draw_share * council_count.council_count) as bigint) as council_number,
    count(*) as draw_count
from council_count
inner join draw on council_count.council_count >= draw.draw_number
group by
    council_count.council_count,
    draw.replicate_number,
    1 + cast(floor(draw.draw_share * council_count.council_count) as bigint)
