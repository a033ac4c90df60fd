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
    rate_percent,
    england_percent,
    cast(england_council_count as integer) as england_council_count,
    region_percent,
    cast(region_council_count as integer) as region_council_count,
    neighbour_percent,
    cast(neighbour_council_count as integer) as neighbour_council_count,
    funnel_target_percent,
    funnel_dispersion,
    funnel_95_lower,
    funnel_95_upper,
    funnel_998_lower,
    funnel_998_upper,
    funnel_position_code
from {{ ref('int_council_rate__compared') }}
