{{ config(meta={'rule_code': 'pathway_columns_are_the_measures'}) }}

-- The wide tables are written out from the lists in macros; a measure, rate or national figure that is added
-- to its dictionary alone would have no column.
with columns_written as (
    {%- for step in pathway_steps() %}
    select 'pathway_step' as measure_kind_code, '{{ step }}' as measure_code
    union all
    {%- endfor %}
    {%- for count in dfe_counts() %}
    select 'dfe_count' as measure_kind_code, '{{ count }}_count' as measure_code
    union all
    {%- endfor %}
    {%- for percent in dfe_percents() %}
    select 'dfe_percent' as measure_kind_code, '{{ percent }}_percent' as measure_code
    union all
    {%- endfor %}
    {%- for rate in pathway_rates() %}
    select 'rate' as measure_kind_code, '{{ rate }}' as measure_code
    union all
    {%- endfor %}
    {%- for figure in national_figures() | map(attribute='figure') | unique %}
    select 'national_figure' as measure_kind_code, '{{ figure }}' as measure_code
    {{ "union all" if not loop.last }}
    {%- endfor %}
),

measure as (
    select
        measure_kind_code,
        measure_code
    from {{ ref('stg_reference__measure') }}
    where measure_kind_code in ('pathway_step', 'dfe_count', 'dfe_percent')
    union all
    select
        'rate' as measure_kind_code,
        rate_code as measure_code
    from {{ ref('stg_reference__rate') }}
    union all
    select
        'national_figure' as measure_kind_code,
        figure_code as measure_code
    from {{ ref('stg_reference__national_figure') }}
)

select
    case
        when measure.measure_code is null then 'macros' else 'seeds/reference'
    end as place,
    measure_kind_code || ' ' || measure_code || ' stands in one of the two only' as found
from columns_written
full outer join measure using (measure_kind_code, measure_code)
where measure.measure_code is null or columns_written.measure_code is null
