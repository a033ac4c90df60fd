{%- set shares = pathway_rates().items() | selectattr(1, 'equalto', '_percent') | map(attribute=0) | list -%}
with pathway as (
    select
        authority_key,
        period_key,
        source_basis_code,
        question_set_code,
        closed_after_assessment_count,
        closed_after_assessment_status,
        closed_referred_to_early_help_count,
        closed_referred_to_early_help_status,
        closed_rereferred_within_12_months_count,
        closed_rereferred_within_12_months_status,
        early_help_rereferred_within_12_months_count,
        early_help_rereferred_within_12_months_status,
        is_follow_up_complete,
        has_contradiction,
        definition_comparability_code
    from {{ ref('fct_pathway') }}
    where age_band_code = 'all'
),

rate as (
    select
        authority_key,
        period_key,
        rate_code,
        rate_percent,
        lower_bound,
        upper_bound,
        interval_lower,
        interval_upper,
        reason_code,
        caveat
    from {{ ref('fct_pathway_rate') }}
    where age_band_code = 'all'
),

rates as (
    select
        authority_key,
        period_key,
        max(caveat) as caveat,
    {%- for rate in pathway_rates() %}
    {%- set this = "filter (where rate_code = '" ~ rate ~ "')" %}
    max(rate_percent) {{ this }} as {{ rate }}_rate,
    max(lower_bound) {{ this }} as {{ rate }}_lower,
    max(upper_bound) {{ this }} as {{ rate }}_upper,
    max(interval_lower) {{ this }} as {{ rate }}_interval_lower,
    max(interval_upper) {{ this }} as {{ rate }}_interval_upper,
    max(reason_code) {{ this }} as {{ rate }}_reason_code
    {{- ',' if not loop.last }}
    {%- endfor %}
    from rate
    group by authority_key, period_key
),

comparison as (
    select
        authority_key,
        period_key,
        rate_code,
        england_percent,
        region_percent,
        neighbour_percent,
        funnel_position_code
    from {{ ref('rpt_council_comparison') }}
    where age_band_code = 'all'
),

comparisons as (
    select
        authority_key,
        period_key,
    {%- for rate in shares + ['dfe_rereferral'] %}
    {%- set this = "filter (where rate_code = '" ~ rate ~ "')" %}
    max(england_percent) {{ this }} as {{ rate }}_england,
    max(region_percent) {{ this }} as {{ rate }}_region,
    max(neighbour_percent) {{ this }} as {{ rate }}_neighbour,
    max(funnel_position_code) {{ this }} as {{ rate }}_funnel_position_code
    {{- ',' if not loop.last }}
    {%- endfor %}
    from comparison
    group by authority_key, period_key
),

authority as (
    select
        authority_key,
        authority_name,
        region_name,
        nation_code,
        start_date
    from {{ ref('dim_authority') }}
    where area_level_code = 'council'
),

period as (
    select
        period_key,
        period_label,
        period_start_date,
        reporting_year
    from {{ ref('dim_period') }}
),

dfe as (
    select
        rereferral.authority_key,
        rereferral.period_key,
        rereferral.referral_count,
        rereferral.referral_status,
        rereferral.rereferral_count,
        rereferral.rereferral_status,
        rereferral.not_in_need_count,
        rereferral.not_in_need_status,
        rereferral.rereferral_percent,
        rereferral.rereferral_percent_status
    from {{ ref('fct_rereferral') }} as rereferral
    inner join authority on rereferral.authority_key = authority.authority_key
),

-- every council and year of which anything is said, by the council or by DfE
council_year as (
    select
        authority_key,
        period_key
    from pathway
    union
    select
        authority_key,
        period_key
    from dfe
),

joined as (
    select
        council_year.authority_key,
        council_year.period_key,
        authority.authority_name,
        authority.region_name,
        authority.nation_code,
        period.period_label,
        period.reporting_year,
        pathway.source_basis_code,
        pathway.question_set_code,
        pathway.is_follow_up_complete,
        pathway.has_contradiction,
        {{ year_of_council('authority.start_date', 'period.reporting_year') }} as year_of_council,
        -- the letter of the newest year before of which there is one, behind the ten signs of its date
        substr(
            max(
                cast(period.period_start_date as string)
                || pathway.question_set_code
                || pathway.source_basis_code
            ) over years_before,
            11
        ) <> pathway.question_set_code || pathway.source_basis_code as is_other_letter,
        lag(pathway.is_follow_up_complete) over years as earlier_is_follow_up_complete,
        lag(period.reporting_year) over years as earlier_reporting_year
    from council_year
    inner join authority on council_year.authority_key = authority.authority_key
    inner join period on council_year.period_key = period.period_key
    left join pathway
        on
            council_year.authority_key = pathway.authority_key
            and council_year.period_key = pathway.period_key
    -- years of other kinds are no part of a trend
    window years as (
        partition by council_year.authority_key, period.reporting_year is null
        order by period.period_start_date, council_year.period_key
    ),
    years_before as (
        partition by council_year.authority_key, period.reporting_year is null
        order by period.period_start_date, council_year.period_key
        rows between unbounded preceding and 1 preceding
    )
)

select
    joined.authority_key || '/' || joined.period_key as profile_key,
    joined.authority_key,
    joined.authority_name,
    joined.region_name,
    joined.nation_code,
    joined.period_key,
    joined.period_label,
    joined.reporting_year,
    joined.source_basis_code,
    joined.question_set_code,
    pathway.closed_after_assessment_count,
    coalesce(pathway.closed_after_assessment_status, 'not_asked') as closed_after_assessment_status,
    pathway.closed_referred_to_early_help_count,
    coalesce(pathway.closed_referred_to_early_help_status, 'not_asked')
        as closed_referred_to_early_help_status,
    pathway.closed_rereferred_within_12_months_count,
    coalesce(pathway.closed_rereferred_within_12_months_status, 'not_asked')
        as closed_rereferred_within_12_months_status,
    pathway.early_help_rereferred_within_12_months_count,
    coalesce(pathway.early_help_rereferred_within_12_months_status, 'not_asked')
        as early_help_rereferred_within_12_months_status,
    {%- for rate, unit in pathway_rates().items() %}
    rates.{{ rate }}_rate as {{ rate }}{{ unit }},
    rates.{{ rate }}_lower,
    rates.{{ rate }}_upper,
    rates.{{ rate }}_interval_lower,
    rates.{{ rate }}_interval_upper,
    case when rates.authority_key is null then 'not_asked' else rates.{{ rate }}_reason_code end
        as {{ rate }}_reason_code,
    {%- if rate in shares %}
    comparisons.{{ rate }}_england as {{ rate }}_england_percent,
    comparisons.{{ rate }}_region as {{ rate }}_region_percent,
    comparisons.{{ rate }}_neighbour as {{ rate }}_neighbour_percent,
    comparisons.{{ rate }}_funnel_position_code,
    {%- endif %}
    {%- endfor %}
    dfe.referral_count as dfe_referral_count,
    coalesce(dfe.referral_status, 'not_loaded') as dfe_referral_status,
    dfe.rereferral_count as dfe_rereferral_count,
    coalesce(dfe.rereferral_status, 'not_loaded') as dfe_rereferral_status,
    dfe.not_in_need_count as dfe_not_in_need_count,
    coalesce(dfe.not_in_need_status, 'not_loaded') as dfe_not_in_need_status,
    dfe.rereferral_percent as dfe_rereferral_percent,
    coalesce(dfe.rereferral_percent_status, 'not_loaded') as dfe_rereferral_percent_status,
    comparisons.dfe_rereferral_england as dfe_rereferral_england_percent,
    comparisons.dfe_rereferral_region as dfe_rereferral_region_percent,
    comparisons.dfe_rereferral_neighbour as dfe_rereferral_neighbour_percent,
    comparisons.dfe_rereferral_funnel_position_code,
    joined.is_follow_up_complete,
    joined.has_contradiction,
    nullif(
        concat_ws(
            ', ',
            case when joined.year_of_council = 1 then 'first_year_of_council' end,
            case when joined.year_of_council = 2 then 'after_first_year_of_council' end,
            case when joined.is_other_letter then 'other_letter' end,
            case when not joined.is_follow_up_complete then 'follow_up_incomplete' end,
            case when not joined.earlier_is_follow_up_complete then 'follow_up_was_incomplete' end,
            case when joined.reporting_year > joined.earlier_reporting_year + 1 then 'year_missing' end
        ),
        ''
    ) as break_codes,
    rates.caveat
from joined
left join pathway
    on
        joined.authority_key = pathway.authority_key
        and joined.period_key = pathway.period_key
left join rates
    on
        joined.authority_key = rates.authority_key
        and joined.period_key = rates.period_key
left join comparisons
    on
        joined.authority_key = comparisons.authority_key
        and joined.period_key = comparisons.period_key
left join dfe
    on
        joined.authority_key = dfe.authority_key
        and joined.period_key = dfe.period_key
