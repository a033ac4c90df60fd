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

-- a council is compared with others, never with itself
others as (
    select
        council.authority_key,
        council.period_key,
        council.age_band_code,
        council.question_set_code,
        council.source_basis_code,
        council.rate_code,
        other.numerator,
        other.denominator,
        coalesce(other.region_code = council.region_code, false) as is_in_region,
        neighbour.neighbour_key is not null as is_neighbour
    from council
    inner join council as other
        on
            council.period_key = other.period_key
            and council.age_band_code = other.age_band_code
            and council.question_set_code = other.question_set_code
            and council.source_basis_code = other.source_basis_code
            and council.rate_code = other.rate_code
            and council.authority_key <> other.authority_key
    left join neighbour
        on
            council.authority_key = neighbour.authority_key
            and other.authority_key = neighbour.neighbour_key
),

summed as (
    select
        authority_key,
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
        {%- for comparator, filter in [
            ('england', 'true'), ('region', 'is_in_region'), ('neighbour', 'is_neighbour')
        ] %}
    count(*) filter (where {{ filter }}) as {{ comparator }}_council_count,
    case
        when count(*) filter (where {{ filter }}) >= {{ var('minimum_comparator_council_count') }}
            then
                100.0 * sum(numerator) filter (where {{ filter }})
                / cast(sum(denominator) filter (where {{ filter }}) as double)
    end as {{ comparator }}_percent
    {{- ',' if not loop.last }}
    {%- endfor %}
    from others
    group by authority_key, period_key, age_band_code, question_set_code, source_basis_code, rate_code
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
