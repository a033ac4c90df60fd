with judged as (
    select
        authority_key,
        period_key,
        age_band_code,
        source_basis_code,
        question_set_code,
        rate_code,
        lowest_count,
        lowest_base,
        lowest_other_count,
        lowest_other_base,
        highest_count,
        highest_base,
        highest_other_count,
        highest_other_base,
        stated_count,
        stated_base,
        stated_other_count,
        stated_other_base,
        is_bounded,
        is_approximate,
        count_unit_code,
        reason_code
    from {{ ref('int_pathway_rate__judged') }}
),

rate as (
    select
        rate_code,
        unit_code,
        interval_method,
        caveat
    from {{ ref('stg_reference__rate') }}
),

pathway as (
    select
        authority_key,
        period_key,
        age_band_code,
        nation_code,
        definition_comparability_code
    from {{ ref('fct_pathway') }}
),

dfe as (
    select
        authority_key,
        period_key,
        rereferral_percent,
        rereferral_percent_status
    from {{ ref('fct_rereferral') }}
),

-- only what may be shown goes on: a rate where there is no reason against it, and bounds where there is none
-- or where bounds are all that is known
shown as (
    select
        judged.*,
        rate.unit_code,
        rate.interval_method,
        rate.caveat,
        judged.reason_code is null as is_given,
        judged.is_bounded
        and coalesce(judged.reason_code, 'only_bounds_known') = 'only_bounds_known' as has_bounds,
        -- the log method's ends are widest elsewhere than at the bounds, so that it is for one ratio alone
        judged.lowest_count = judged.highest_count
        and judged.lowest_base = judged.highest_base
        and judged.lowest_other_count = judged.highest_other_count
        and judged.lowest_other_base = judged.highest_other_base as is_one_ratio
    from judged
    inner join rate on judged.rate_code = rate.rate_code
),

computed as (
    select
        *,
        {%- for table, given, name in [
            ('stated', 'is_given', 'rate_percent'),
            ('lowest', 'has_bounds', 'lower_bound'),
            ('highest', 'has_bounds', 'upper_bound'),
        ] %}
        case
            when not {{ given }} then null
            when rate_code = 'rereferral_ratio'
                then
                    {{ share(table ~ '_count', table ~ '_base') }}
                    / nullif({{ share(table ~ '_other_count', table ~ '_other_base') }}, 0)
            else
                100 * (
                    {{ share(table ~ '_count', table ~ '_base') }}
                    - coalesce({{ share(table ~ '_other_count', table ~ '_other_base') }}, 0)
                )
        end as {{ name }},
        {%- endfor %}
    {%- for table, side, name in [('lowest', '-', 'interval_lower'), ('highest', '+', 'interval_upper')] %}
    {%- set count, base = table ~ '_count', table ~ '_base' %}
    {%- set other_count, other_base = table ~ '_other_count', table ~ '_other_base' %}
    case
        when not has_bounds then null
        when interval_method = 'Wilson' then 100 * {{ wilson(count, base, side) }}
        when interval_method = 'Newcombe'
            then 100 * ({{ newcombe(count, base, other_count, other_base, side) }})
        when is_one_ratio then {{ log_ratio(count, base, other_count, other_base, side) }}
    end as {{ name }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from shown
)

select
    concat_ws('/', computed.authority_key, computed.period_key, computed.age_band_code, computed.rate_code)
        as rate_key,
    computed.authority_key,
    computed.period_key,
    computed.age_band_code,
    computed.rate_code,
    pathway.nation_code,
    computed.source_basis_code,
    computed.question_set_code,
    computed.unit_code,
    computed.count_unit_code,
    case when computed.is_given and computed.stated_other_base is null then computed.stated_count end
        as numerator,
    case when computed.is_given and computed.stated_other_base is null then computed.stated_base end
        as denominator,
    computed.rate_percent,
    computed.lower_bound,
    computed.upper_bound,
    round(computed.interval_lower, 9) as interval_lower,
    round(computed.interval_upper, 9) as interval_upper,
    computed.is_approximate and computed.is_given as is_approximate,
    computed.reason_code,
    computed.caveat,
    case when computed.age_band_code = 'all' then dfe.rereferral_percent end as dfe_rereferral_percent,
    case pathway.definition_comparability_code
        when 'definition_differs' then coalesce(dfe.rereferral_percent_status, 'not_loaded')
        when 'authority_unknown' then 'authority_unknown'
        else 'not_applicable'
    end as dfe_rereferral_percent_status,
    pathway.definition_comparability_code
from computed
inner join pathway
    on
        computed.authority_key = pathway.authority_key
        and computed.period_key = pathway.period_key
        and computed.age_band_code = pathway.age_band_code
left join dfe
    on
        pathway.definition_comparability_code = 'definition_differs'
        and computed.authority_key = dfe.authority_key
        and computed.period_key = dfe.period_key
