{{ config(severity='warn', meta={'rule_code': 'dfe_part_is_not_above_its_whole'}) }}

-- Bounds are compared, so that rounding to 10 alone is no finding.
with figure as (
    select
        figure.authority_key,
        figure.reporting_year,
        definition.definition_code,
        figure.measure_code,
        figure.cell_text,
        figure.lower_bound,
        figure.upper_bound
    from {{ ref('int_dfe_figure__newest') }} as figure
    inner join {{ ref('stg_reference__definition') }} as definition
        on
            figure.measure_code = definition.measure_code
            and definition.definition_family_code = 'dfe_census'
)

select
    'fct_rereferral, ' || part.authority_key || ', ' || cast(part.reporting_year as string) as place,
    part.measure_code || ' ' || part.cell_text || ' against ' || whole.measure_code || ' '
    || whole.cell_text as found
from figure as part
inner join {{ ref('stg_reference__definition_subset') }} as pair
    on part.definition_code = pair.definition_code
inner join figure as whole
    on
        pair.superset_definition_code = whole.definition_code
        and part.authority_key = whole.authority_key
        and part.reporting_year = whole.reporting_year
where part.lower_bound > whole.upper_bound

union all

select
    'int_dfe_figure__newest' as place,
    'nothing to check' as found
where not exists (select 1 from figure)
