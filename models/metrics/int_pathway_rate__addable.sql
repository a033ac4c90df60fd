with judged as (
    select
        authority_key,
        period_key,
        age_band_code,
        question_set_code,
        source_basis_code,
        rate_code,
        stated_count,
        stated_base,
        stated_other_count,
        stated_other_base
    from {{ ref('int_pathway_rate__judged') }}
    -- a sum is made of rates that are given
    where reason_code is null
),

authority as (
    select
        authority_key,
        nation_code
    from {{ ref('dim_authority') }}
),

period as (
    select
        period_key,
        period_kind_code,
        period_end_date
    from {{ ref('dim_period') }}
)

select
    concat_ws('/', judged.authority_key, judged.period_key, judged.age_band_code, judged.rate_code)
        as rate_key,
    judged.authority_key,
    judged.period_key,
    period.period_end_date,
    judged.age_band_code,
    judged.rate_code,
    judged.question_set_code,
    judged.source_basis_code,
    authority.nation_code,
    -- what may be added up has one of these
    concat_ws(
        '/',
        judged.rate_code,
        judged.question_set_code,
        judged.source_basis_code,
        authority.nation_code,
        period.period_kind_code
    ) as rate_kind,
    judged.stated_count as numerator,
    judged.stated_base as denominator,
    judged.stated_other_count as other_numerator,
    judged.stated_other_base as other_denominator
from judged
inner join authority on judged.authority_key = authority.authority_key
inner join period on judged.period_key = period.period_key
