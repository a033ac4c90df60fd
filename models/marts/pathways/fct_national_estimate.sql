{%- set figures = national_figures() -%}
with pathway as (
    select distinct
        question_set_code,
        source_basis_code,
        period_key
    from {{ ref('fct_pathway') }}
    where nation_code = 'E'
),

period as (
    select
        period_key,
        reporting_year,
        period_start_date
    from {{ ref('dim_period') }}
    where reporting_year is not null
),

asked as (
    select
        question_set_code,
        bool_or(measure_code = 'early_help_received') as is_early_help_received_asked
    from {{ ref('stg_foi__question') }}
    group by question_set_code
),

figure (figure_code, estimator_code, factor_name) as (
    values
    {%- for figure in figures %}
    ('{{ figure.figure }}', '{{ figure.estimator }}', '{{ figure.factor }}'){{ ',' if not loop.last }}
    {%- endfor %}
),

national_figure as (
    select
        figure_code,
        unit_code,
        caveat
    from {{ ref('stg_reference__national_figure') }}
),

authority as (
    select
        authority_key,
        start_date,
        end_date
    from {{ ref('dim_authority') }}
    where nation_code = 'E' and area_level_code = 'council' and is_known
),

england as (
    select
        fct_rereferral.period_key,
        fct_rereferral.not_in_need_count,
        fct_rereferral.population_0_17_count
    from {{ ref('fct_rereferral') }} as fct_rereferral
    inner join {{ ref('dim_authority') }} as dim_authority
        on fct_rereferral.authority_key = dim_authority.authority_key
    where dim_authority.nation_code = 'E' and dim_authority.area_level_code = 'nation'
),

-- the councils that there were in the year
in_scope as (
    select
        period.period_key,
        count(*) as council_in_scope_count
    from period
    inner join authority on {{ is_council_on('authority', 'period.period_start_date') }}
    group by period.period_key
),

estimated as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        figure_code,
        estimator_code,
        council_count,
        population,
        ratio,
        leveraged_standard_error
    from {{ ref('int_national_figure__estimated') }}
),

resampled as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        figure_code,
        estimator_code,
        distance_low,
        distance_high
    from {{ ref('int_national_figure__resampled') }}
),

framed as (
    select
        pathway.question_set_code,
        pathway.source_basis_code,
        pathway.period_key,
        period.reporting_year,
        figure.figure_code,
        figure.estimator_code,
        national_figure.unit_code,
        national_figure.caveat,
        in_scope.council_in_scope_count,
        case figure.factor_name
            when 'england_not_in_need' then england.not_in_need_count
            when 'england_population' then england.population_0_17_count
            else try_cast(figure.factor_name as bigint)
        end as factor,
        coalesce(estimated.council_count, 0) as council_count,
        100.0 * coalesce(estimated.population, 0) / england.population_0_17_count as child_percent,
        estimated.ratio,
        estimated.leveraged_standard_error,
        resampled.distance_low,
        resampled.distance_high
    from pathway
    inner join period on pathway.period_key = period.period_key
    inner join in_scope on pathway.period_key = in_scope.period_key
    inner join asked on pathway.question_set_code = asked.question_set_code
    cross join figure
    inner join national_figure on figure.figure_code = national_figure.figure_code
    left join england on pathway.period_key = england.period_key
    left join estimated
        on
            pathway.question_set_code = estimated.question_set_code
            and pathway.source_basis_code = estimated.source_basis_code
            and pathway.period_key = estimated.period_key
            and figure.figure_code = estimated.figure_code
            and figure.estimator_code = estimated.estimator_code
    left join resampled
        on
            pathway.question_set_code = resampled.question_set_code
            and pathway.source_basis_code = resampled.source_basis_code
            and pathway.period_key = resampled.period_key
            and figure.figure_code = resampled.figure_code
            and figure.estimator_code = resampled.estimator_code
    where asked.is_early_help_received_asked or figure.figure_code not like 'early_help_received%'
),

judged as (
    select
        *,
        case
            when child_percent is null or factor is null then 'total_not_loaded'
            when
                council_count < {{ var('minimum_national_council_count') }}
                or child_percent < {{ var('minimum_national_child_percent') }}
                then 'coverage_too_small'
        end as reason_code,
        -- what was not seen: of the councils or of the children, whichever is more of it
        greatest(1 - council_count / cast(council_in_scope_count as double), 1 - child_percent / 100.0, 0)
            as unseen_share
    from framed
)

select
    concat_ws('/', question_set_code, source_basis_code, period_key, figure_code, estimator_code)
        as estimate_key,
    question_set_code,
    source_basis_code,
    period_key,
    reporting_year,
    figure_code,
    estimator_code,
    unit_code,
    case when reason_code is null then factor * ratio end as estimate,
    case
        when reason_code is null
            then factor * (ratio - sqrt(unseen_share) * leveraged_standard_error * distance_high)
    end as interval_lower,
    case
        when reason_code is null
            then factor * (ratio - sqrt(unseen_share) * leveraged_standard_error * distance_low)
    end as interval_upper,
    cast(council_count as integer) as council_count,
    cast(council_in_scope_count as integer) as council_in_scope_count,
    cast(child_percent as decimal(5, 2)) as child_percent,
    reason_code,
    case reason_code
        when 'coverage_too_small'
            then
                cast(council_count as string) || ' of ' || cast(council_in_scope_count as string)
                || ' councils, with ' || cast(cast(child_percent as decimal(5, 1)) as string)
                || '% of children, have both count and base; '
                || '{{ var("minimum_national_council_count") }} councils with '
                || '{{ var("minimum_national_child_percent") }}% of children are needed.'
        when 'total_not_loaded'
            then 'England''s total of the year, or its population, is in no release at hand.'
    end as missing,
    caveat
from judged
