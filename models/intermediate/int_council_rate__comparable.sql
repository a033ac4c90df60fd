with rate as (
    select
        authority_key,
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
        numerator,
        denominator
    from {{ ref('fct_pathway_rate') }}
    -- a share that is given; differences and ratios are compared within a council, not between councils
    where nation_code = 'E' and denominator is not null and count_unit_code = 'child'
),

dfe as (
    select
        authority_key,
        period_key,
        rereferral_count,
        referral_count,
        is_first_year_of_authority
    from {{ ref('fct_rereferral') }}
    where rereferral_count is not null and referral_count > 0
),

authority as (
    select
        authority_key,
        region_code
    from {{ ref('dim_authority') }}
    where nation_code = 'E' and area_level_code = 'council'
),

unioned as (
    select
        authority_key,
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
        numerator,
        denominator
    from rate
    union all
    select
        authority_key,
        period_key,
        'all' as age_band_code,
        'none' as question_set_code,
        'dfe' as source_basis_code,
        'dfe_rereferral' as rate_code,
        rereferral_count as numerator,
        referral_count as denominator
    from dfe
    -- of a new council's first year some cannot be seen as re-referrals
    where not is_first_year_of_authority
)

select
    unioned.authority_key,
    authority.region_code,
    unioned.period_key,
    unioned.age_band_code,
    unioned.question_set_code,
    unioned.source_basis_code,
    unioned.rate_code,
    unioned.numerator,
    unioned.denominator
from unioned
inner join authority on unioned.authority_key = authority.authority_key
