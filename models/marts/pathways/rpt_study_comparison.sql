with study_figure as (
    select
        study_figure_code,
        figure_code,
        first_reporting_year,
        last_reporting_year,
        study_value,
        unit_code,
        statement,
        source
    from {{ ref('stg_reference__study_figure') }}
),

national_figure as (
    select
        figure_code,
        caveat
    from {{ ref('stg_reference__national_figure') }}
),

-- the letter that the study sent
estimate as (
    select
        figure_code,
        estimator_code,
        reporting_year,
        estimate,
        interval_lower,
        interval_upper
    from {{ ref('fct_national_estimate') }}
    where question_set_code = 'england_2021' and source_basis_code = 'foi'
),

-- the years of one figure come from much the same councils, so their intervals are added up like the figures
-- and not as if they were drawn one by one
compared as (
    select
        study_figure.study_figure_code,
        estimate.estimator_code,
        count(estimate.estimate) as estimated_year_count,
    {%- for column in ['estimate', 'interval_lower', 'interval_upper'] %}
    case study_figure.unit_code
        when 'child' then sum(estimate.{{ column }})
        else avg(estimate.{{ column }})
    end as {{ column }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from study_figure
    inner join estimate
        on
            study_figure.figure_code = estimate.figure_code
            and estimate.reporting_year between study_figure.first_reporting_year
            and study_figure.last_reporting_year
    group by study_figure.study_figure_code, study_figure.unit_code, estimate.estimator_code
),

judged as (
    select
        study_figure.study_figure_code,
        study_figure.figure_code,
        study_figure.first_reporting_year,
        study_figure.last_reporting_year,
        study_figure.study_value,
        study_figure.unit_code,
        study_figure.statement,
        study_figure.source,
        national_figure.caveat,
        coalesce(compared.estimator_code, 'none') as estimator_code,
        compared.estimate,
        compared.interval_lower,
        compared.interval_upper,
        coalesce(compared.estimated_year_count, 0) as estimated_year_count,
        study_figure.last_reporting_year - study_figure.first_reporting_year + 1 as year_count
    from study_figure
    inner join national_figure on study_figure.figure_code = national_figure.figure_code
    left join compared on study_figure.study_figure_code = compared.study_figure_code
)

select
    study_figure_code || '/' || estimator_code as comparison_key,
    study_figure_code,
    figure_code,
    estimator_code,
    first_reporting_year,
    last_reporting_year,
    unit_code,
    study_value,
    case when estimated_year_count = year_count then estimate end as estimate,
    case when estimated_year_count = year_count then interval_lower end as interval_lower,
    case when estimated_year_count = year_count then interval_upper end as interval_upper,
    cast(estimated_year_count as integer) as estimated_year_count,
    case
        when estimated_year_count < year_count then 'not_comparable_yet'
        when study_value between interval_lower and interval_upper then 'within_interval'
        when study_value < interval_lower then 'study_is_lower'
        else 'study_is_higher'
    end as finding_code,
    statement,
    source,
    caveat
from judged
