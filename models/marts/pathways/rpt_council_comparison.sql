with council as (
    select
        authority_key,
        region_code,
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
        numerator,
        denominator
    from {{ ref('int_council_rate__comparable') }}
),

rate as (
    select
        rate_code,
        caveat
    from {{ ref('stg_reference__rate') }}
),

neighbour as (
    select
        {{ area_key("'E'", 'authority_code') }} as authority_key,
        {{ area_key("'E'", 'neighbour_code') }} as neighbour_key
    from {{ ref('stg_reference__statistical_neighbour') }}
),

-- the neighbours of a council that give the same rate, together
neighbours as (
    select
        council.authority_key,
        council.period_key,
        council.age_band_code,
        council.question_set_code,
        council.source_basis_code,
        council.rate_code,
        count(*) as council_count,
        sum(other.numerator) as numerator,
        sum(other.denominator) as denominator
    from council
    inner join neighbour
        on
            council.authority_key = neighbour.authority_key
            and council.authority_key <> neighbour.neighbour_key
    inner join council as other
        on
            neighbour.neighbour_key = other.authority_key
            and council.period_key = other.period_key
            and council.age_band_code = other.age_band_code
            and council.question_set_code = other.question_set_code
            and council.source_basis_code = other.source_basis_code
            and council.rate_code = other.rate_code
    group by
        council.authority_key,
        council.period_key,
        council.age_band_code,
        council.question_set_code,
        council.source_basis_code,
        council.rate_code
),

-- a council is compared with others, never with itself; one without a region has no others in it
others as (
    select
        council.authority_key,
        council.period_key,
        council.age_band_code,
        council.question_set_code,
        council.source_basis_code,
        council.rate_code,
        (count(*) over england) - 1 as england_council_count,
        (sum(council.numerator) over england) - council.numerator as england_numerator,
        (sum(council.denominator) over england) - council.denominator as england_denominator,
        case when council.region_code is null then 0 else (count(*) over region) - 1 end
            as region_council_count,
        (sum(council.numerator) over region) - council.numerator as region_numerator,
        (sum(council.denominator) over region) - council.denominator as region_denominator,
        coalesce(neighbours.council_count, 0) as neighbour_council_count,
        neighbours.numerator as neighbour_numerator,
        neighbours.denominator as neighbour_denominator
    from council
    left join neighbours
        on
            council.authority_key = neighbours.authority_key
            and council.period_key = neighbours.period_key
            and council.age_band_code = neighbours.age_band_code
            and council.question_set_code = neighbours.question_set_code
            and council.source_basis_code = neighbours.source_basis_code
            and council.rate_code = neighbours.rate_code
    window
        england as (
            partition by
                council.period_key,
                council.age_band_code,
                council.question_set_code,
                council.source_basis_code,
                council.rate_code
        ),
        region as (
            partition by
                council.period_key,
                council.age_band_code,
                council.question_set_code,
                council.source_basis_code,
                council.rate_code,
                council.region_code
        )
),

summed as (
    select
        authority_key,
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
    {%- for comparator in ['england', 'region', 'neighbour'] %}
    {{ comparator }}_council_count,
    case
        when {{ comparator }}_council_count >= {{ var('minimum_comparator_council_count') }}
            then 100.0 * {{ comparator }}_numerator / cast({{ comparator }}_denominator as double)
    end as {{ comparator }}_percent
    {{- ',' if not loop.last }}
    {%- endfor %}
    from others
),

-- DfE's own figures of whole areas, where it publishes them
published as (
    select
        period_key,
        area_level_code,
        region_code,
        rate_code,
        rate_share
    from {{ ref('int_area_rate__published') }}
),

funnel as (
    select
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
        target_share,
        between_share
    from {{ ref('int_rate_funnel__spread') }}
    where council_count >= {{ var('minimum_funnel_council_count') }}
),

limited as (
    select
        council.authority_key,
        council.period_key,
        council.age_band_code,
        council.question_set_code,
        council.source_basis_code,
        council.rate_code,
        council.numerator,
        council.denominator,
        rate.caveat,
        case when england.rate_share is null then coalesce(summed.england_council_count, 0) end
            as england_council_count,
        coalesce(100 * england.rate_share, summed.england_percent) as england_percent,
        case when region.rate_share is null then coalesce(summed.region_council_count, 0) end
            as region_council_count,
        coalesce(100 * region.rate_share, summed.region_percent) as region_percent,
        coalesce(summed.neighbour_council_count, 0) as neighbour_council_count,
        summed.neighbour_percent,
        funnel.target_share,
        funnel.between_share,
        -- one standard error of a council of this size that is like all others
        sqrt(
            funnel.target_share * (1 - funnel.target_share) / council.denominator
            + power(funnel.between_share, 2)
        ) as target_standard_error
    from council
    left join rate on council.rate_code = rate.rate_code
    left join summed
        on
            council.authority_key = summed.authority_key
            and council.period_key = summed.period_key
            and council.age_band_code = summed.age_band_code
            and council.question_set_code = summed.question_set_code
            and council.source_basis_code = summed.source_basis_code
            and council.rate_code = summed.rate_code
    left join published as england
        on
            england.area_level_code = 'nation'
            and council.period_key = england.period_key
            and council.rate_code = england.rate_code
    left join published as region
        on
            region.area_level_code = 'region'
            and council.region_code = region.region_code
            and council.period_key = region.period_key
            and council.rate_code = region.rate_code
    left join funnel
        on
            council.period_key = funnel.period_key
            and council.age_band_code = funnel.age_band_code
            and council.question_set_code = funnel.question_set_code
            and council.source_basis_code = funnel.source_basis_code
            and council.rate_code = funnel.rate_code
)

select
    concat_ws(
        '/', authority_key, period_key, age_band_code, source_basis_code, question_set_code, rate_code
    ) as comparison_key,
    authority_key,
    period_key,
    age_band_code,
    source_basis_code,
    question_set_code,
    rate_code,
    numerator,
    denominator,
    100.0 * numerator / cast(denominator as double) as rate_percent,
    england_percent,
    cast(england_council_count as integer) as england_council_count,
    region_percent,
    cast(region_council_count as integer) as region_council_count,
    neighbour_percent,
    cast(neighbour_council_count as integer) as neighbour_council_count,
    100 * target_share as funnel_target_percent,
    100 * between_share as funnel_between_points,
    {%- for name, z in [('95', z_95()), ('99_8', z_998())] %}
    100 * (target_share - {{ z }} * target_standard_error) as funnel_{{ name }}_lower,
    100 * (target_share + {{ z }} * target_standard_error) as funnel_{{ name }}_upper,
    {%- endfor %}
    case
        when target_standard_error is null then null
        when numerator / cast(denominator as double) < target_share - {{ z_998() }} * target_standard_error
            then 'below_99_8'
        when numerator / cast(denominator as double) < target_share - {{ z_95() }} * target_standard_error
            then 'below_95'
        when numerator / cast(denominator as double) > target_share + {{ z_998() }} * target_standard_error
            then 'above_99_8'
        when numerator / cast(denominator as double) > target_share + {{ z_95() }} * target_standard_error
            then 'above_95'
        else 'within'
    end as funnel_position_code,
    caveat
from limited
