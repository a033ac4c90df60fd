{{ config(severity='warn', meta={'rule_code': 'councils_do_not_exceed_their_area'}) }}

-- No figures in the finding: with a suppressed council among them the difference would say too much.
with area as (
    select
        council_sum.authority_key,
        council_sum.reporting_year,
        council_sum.measure_code,
        council_sum.shown_value + council_sum.carried_forward_value as councils,
        figure.upper_bound
    from {{ ref('int_dfe_area__council_sum') }} as council_sum
    inner join {{ ref('int_dfe_figure__newest') }} as figure
        on
            council_sum.authority_key = figure.authority_key
            and council_sum.reporting_year = figure.reporting_year
            and council_sum.measure_code = figure.measure_code
)

select
    'fct_rereferral, ' || authority_key || ', ' || cast(reporting_year as string) as place,
    measure_code || ' of the councils above that of their area' as found
from area
where councils > upper_bound

union all

select
    'int_dfe_area__council_sum' as place,
    'nothing to check' as found
where not exists (select 1 from area)
