with judged as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        authority_key,
        rate_code,
        stated_count,
        stated_base
    from {{ ref('int_pathway_rate__judged') }}
    where age_band_code = 'all' and is_sound and count_unit_code = 'child'
),

received as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        authority_key,
        value
    from {{ ref('int_pathway_step__in_force') }}
    where
        age_band_code = 'all'
        and measure_code = 'early_help_received'
        and status_code = 'reported'
        and unit_code = 'child'
        and not has_contradiction
        and not is_relabelled
),

counted as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        authority_key,
        case rate_code
            when 'early_help_referral' then 'early_help'
            when 'rereferral_with_early_help' then 'rereferred_with'
            when 'rereferral_without_early_help' then 'rereferred_without'
        end as count_name,
        case rate_code
            when 'early_help_referral' then 'closed'
            when 'rereferral_with_early_help' then 'with_early_help'
            when 'rereferral_without_early_help' then 'without_early_help'
        end as base_name,
        stated_count,
        stated_base
    from judged
    where rate_code in ('early_help_referral', 'rereferral_with_early_help', 'rereferral_without_early_help')
),

named as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        authority_key,
        count_name as name,
        stated_count as value
    from counted
    union all
    select
        question_set_code,
        source_basis_code,
        period_key,
        authority_key,
        base_name as name,
        stated_base as value
    from counted
    union all
    select
        question_set_code,
        source_basis_code,
        period_key,
        authority_key,
        'early_help_received' as name,
        cast(value as bigint) as value
    from received
),

authority as (
    select
        authority_key,
        start_date,
        end_date
    from {{ ref('dim_authority') }}
    where nation_code = 'E' and area_level_code = 'council' and is_known
),

period as (
    select
        period_key,
        period_start_date,
        reporting_year
    from {{ ref('dim_period') }}
    where reporting_year is not null
),

dfe as (
    select
        authority_key,
        reporting_year,
        measure_code,
        value
    from {{ ref('int_dfe_figure__newest') }}
    where measure_code in ('not_in_need_count', 'population_0_17_count', 'any_point_child_count')
),

pivoted as (
    select
        named.question_set_code,
        named.source_basis_code,
        named.period_key,
        period.reporting_year,
        named.authority_key,
        {%- for name in [
            'closed', 'early_help', 'rereferred_with', 'with_early_help', 'rereferred_without',
            'without_early_help', 'early_help_received'
        ] %}
    cast(max(named.value) filter (where named.name = '{{ name }}') as bigint) as {{ name }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from named
    inner join period on named.period_key = period.period_key
    inner join authority
        on
            named.authority_key = authority.authority_key
            and {{ is_council_on('authority', 'period.period_start_date') }}
    group by
        named.question_set_code,
        named.source_basis_code,
        named.period_key,
        period.reporting_year,
        named.authority_key
)

select
    pivoted.question_set_code,
    pivoted.source_basis_code,
    pivoted.period_key,
    pivoted.reporting_year,
    pivoted.authority_key,
    pivoted.closed,
    pivoted.early_help,
    pivoted.rereferred_with,
    pivoted.with_early_help,
    pivoted.rereferred_without,
    pivoted.without_early_help,
    pivoted.early_help_received,
    cast(not_in_need.value as bigint) as not_in_need,
    cast(population.value as bigint) as population,
    cast(child_in_need.value as bigint) as child_in_need
from
    pivoted
{%- for name, measure in [
    ('not_in_need', 'not_in_need_count'),
    ('population', 'population_0_17_count'),
    ('child_in_need', 'any_point_child_count'),
] %}
left join dfe as {{ name }}
on
    {{ name }}.measure_code = '{{ measure }}'
    and pivoted.authority_key = {{ name }}.authority_key
    and pivoted.reporting_year = {{ name }}.reporting_year
{%- endfor %}
