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
        stated_other_base,
        count_unit_code,
        reason_code is null as is_given
    from {{ ref('int_pathway_rate__judged') }}
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
    case
        when judged.is_given
            then
                concat_ws(
                    '/',
                    judged.rate_code,
                    judged.question_set_code,
                    judged.source_basis_code,
                    authority.nation_code,
                    period.period_kind_code,
                    judged.count_unit_code
                )
    end as rate_kind,
    case when judged.is_given then judged.stated_count end as numerator,
    case when judged.is_given then judged.stated_base end as denominator,
    case when judged.is_given then judged.stated_other_count end as other_numerator,
    case when judged.is_given then judged.stated_other_base end as other_denominator
from judged
inner join authority on judged.authority_key = authority.authority_key
inner join period on judged.period_key = period.period_key
