with figure as (
    select
        release_code,
        time_period,
        reporting_year,
        authority_key,
        measure_code,
        status_code,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_dfe_figure__newest') }}
),

authority as (
    select
        authority_key,
        start_date
    from {{ ref('dim_authority') }}
),

pivoted as (
    select
        authority_key,
        reporting_year,
        {%- for count in dfe_counts() %}
        max(value) filter (where measure_code = '{{ count }}_count') as {{ count }}_count,
        max(lower_bound) filter (where measure_code = '{{ count }}_count') as {{ count }}_lower,
        max(upper_bound) filter (where measure_code = '{{ count }}_count') as {{ count }}_upper,
        coalesce(
            max(status_code) filter (where measure_code = '{{ count }}_count'), 'not_loaded'
        ) as {{ count }}_status,
        {%- endfor %}
        {%- for percent in dfe_percents() %}
        max(value) filter (where measure_code = '{{ percent }}_percent') as {{ percent }}_percent,
        coalesce(
            max(status_code) filter (where measure_code = '{{ percent }}_percent'), 'not_loaded'
        ) as {{ percent }}_percent_status,
        {%- endfor %}
        max(release_code) filter (where measure_code = 'referral_count') as referral_release_code,
        max(release_code) filter (where measure_code = 'assessment_count')
            as assessment_release_code,
        max(release_code) filter (where measure_code = 'population_0_17_count')
            as population_release_code,
        max(time_period) filter (where measure_code = 'population_0_17_count')
            as population_mid_year
    from figure
    group by authority_key, reporting_year
    -- a population alone is no row: it is a base for figures, and reaches beyond them
    having bool_or(measure_code <> 'population_0_17_count')
)

select
    pivoted.authority_key || '/' || cast(pivoted.reporting_year as string) as rereferral_key,
    pivoted.authority_key,
    {{ reporting_year_key('pivoted.reporting_year') }} as period_key,
    pivoted.reporting_year,
    {%- for count in dfe_counts() %}
    cast(pivoted.{{ count }}_count as bigint) as {{ count }}_count,
    cast(pivoted.{{ count }}_lower as bigint) as {{ count }}_lower,
    cast(pivoted.{{ count }}_upper as bigint) as {{ count }}_upper,
    pivoted.{{ count }}_status,
    {%- endfor %}
    {%- for percent in dfe_percents() %}
    cast(pivoted.{{ percent }}_percent as decimal(5, 2)) as {{ percent }}_percent,
    pivoted.{{ percent }}_percent_status,
    {%- endfor %}
    {%- for count in dfe_rates() %}
    {%- set number = 'cast(pivoted.' ~ count ~ '_%s as bigint)' %}
    {%- set population = 'cast(pivoted.population_0_17_%s as bigint)' %}
    {{ ratio(number % 'count', population % 'count', 10000) }} as {{ count }}_per_10000,
    {{ ratio(number % 'lower', population % 'upper', 10000, 'down') }} as {{ count }}_per_10000_lower,
    {{ ratio(number % 'upper', population % 'lower', 10000, 'up') }} as {{ count }}_per_10000_upper,
    {%- endfor %}
    coalesce({{ year_of_council('authority.start_date', 'pivoted.reporting_year') }} = 1, false)
        as is_first_year_of_authority,
    pivoted.referral_release_code,
    pivoted.assessment_release_code,
    pivoted.population_release_code,
    cast(pivoted.population_mid_year as integer) as population_mid_year
from pivoted
inner join authority on pivoted.authority_key = authority.authority_key
