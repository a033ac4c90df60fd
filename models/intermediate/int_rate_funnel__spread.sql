-- One funnel for each rate of a letter, kind of source, period and age band: the rate of all councils
-- together (of DfE's rates that of England, as published, since not all councils may be at hand), and how
-- far councils lie from it beyond chance: the standard deviation between councils, by the method of
-- moments (DerSimonian and Laird 1986, Controlled Clinical Trials 7, 177-188) on distances of which the
-- outer tenths are drawn in (Spiegelhalter 2005, Statistics in Medicine 24, 1185-1202). Drawn in like
-- this, the square of a normal distance is 0.679 on average and no longer 1, by which the mean square is
-- made good.
with england as (
    select
        period_key,
        rate_code,
        rate_share
    from {{ ref('int_area_rate__published') }}
    where area_level_code = 'nation'
),

council as (
    select
        comparable.period_key,
        comparable.age_band_code,
        comparable.question_set_code,
        comparable.source_basis_code,
        comparable.rate_code,
        comparable.numerator,
        comparable.denominator,
        coalesce(
            england.rate_share,
            sum(comparable.numerator) over funnel / cast(sum(comparable.denominator) over funnel as double)
        ) as target_share
    from {{ ref('int_council_rate__comparable') }} as comparable
    left join england
        on
            comparable.period_key = england.period_key
            and comparable.rate_code = england.rate_code
    window funnel as (
        partition by
            comparable.period_key,
            comparable.age_band_code,
            comparable.question_set_code,
            comparable.source_basis_code,
            comparable.rate_code
    )
),

distant as (
    select
        *,
        (numerator - target_share * denominator)
        / nullif(sqrt(target_share * (1 - target_share) * denominator), 0) as distance,
        denominator / nullif(target_share * (1 - target_share), 0) as weight
    from council
),

bounded as (
    select
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
        percentile_disc(0.1) within group (order by distance) as distance_low,
        percentile_disc(0.9) within group (order by distance) as distance_high
    from distant
    where distance is not null
    group by period_key, age_band_code, question_set_code, source_basis_code, rate_code
),

spread as (
    select
        distant.period_key,
        distant.age_band_code,
        distant.question_set_code,
        distant.source_basis_code,
        distant.rate_code,
        count(*) as council_count,
        max(distant.target_share) as target_share,
        avg(power(least(greatest(distant.distance, bounded.distance_low), bounded.distance_high), 2)) / 0.679
            as mean_square,
        sum(distant.weight) as weight_total,
        sum(power(distant.weight, 2)) as square_weight_total
    from distant
    inner join bounded
        on
            distant.period_key = bounded.period_key
            and distant.age_band_code = bounded.age_band_code
            and distant.question_set_code = bounded.question_set_code
            and distant.source_basis_code = bounded.source_basis_code
            and distant.rate_code = bounded.rate_code
    group by
        distant.period_key,
        distant.age_band_code,
        distant.question_set_code,
        distant.source_basis_code,
        distant.rate_code
)

select
    period_key,
    age_band_code,
    question_set_code,
    source_basis_code,
    rate_code,
    council_count,
    target_share,
    -- chance alone is the least
    sqrt(
        greatest(
            0,
            (council_count * mean_square - (council_count - 1))
            / nullif(weight_total - square_weight_total / weight_total, 0)
        )
    ) as between_share
from spread
