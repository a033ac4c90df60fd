{%- set figures = national_figures() -%}
with paired as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        council_number,
        figure_code,
        estimator_code,
        numerator,
        denominator
    from {{ ref('int_national_figure__paired') }}
),

weight as (
    select
        council_count,
        replicate_number,
        council_number,
        draw_count
    from {{ ref('int_bootstrap_weight__drawn') }}
),

estimated as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        figure_code,
        estimator_code,
        ratio
    from {{ ref('int_national_figure__estimated') }}
),

-- a council without a figure adds nothing to it
side_by_side as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        council_number,
        {%- for figure in figures %}
        {%- set this = "filter (where figure_code = '" ~ figure.figure ~ "' and estimator_code = '"
            ~ figure.estimator ~ "')" %}
        coalesce(max(numerator) {{ this }}, 0) as n_{{ loop.index }},
        coalesce(max(denominator) {{ this }}, 0) as d_{{ loop.index }},
        {%- endfor %}
        max(council_number) over (
            partition by question_set_code, source_basis_code, period_key
        ) as council_count
    from paired
    group by question_set_code, source_basis_code, period_key, council_number
),

drawn as (
    select
        side_by_side.question_set_code,
        side_by_side.source_basis_code,
        side_by_side.period_key,
        weight.replicate_number,
    {%- for figure in figures %}
    {%- set n, d = 'side_by_side.n_' ~ loop.index, 'side_by_side.d_' ~ loop.index %}
    sum(weight.draw_count * {{ n }}) as n_{{ loop.index }},
    sum(weight.draw_count * {{ d }}) as d_{{ loop.index }},
    sum(weight.draw_count * {{ n }} * {{ n }}) as nn_{{ loop.index }},
    sum(weight.draw_count * {{ n }} * {{ d }}) as nd_{{ loop.index }},
    sum(weight.draw_count * {{ d }} * {{ d }}) as dd_{{ loop.index }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from side_by_side
    inner join weight
        on
            side_by_side.council_count = weight.council_count
            and side_by_side.council_number = weight.council_number
    group by
        side_by_side.question_set_code,
        side_by_side.source_basis_code,
        side_by_side.period_key,
        weight.replicate_number
),

listed as (
    {%- for figure in figures %}
    select
        question_set_code,
        source_basis_code,
        period_key,
        '{{ figure.figure }}' as figure_code,
        '{{ figure.estimator }}' as estimator_code,
        n_{{ loop.index }} as n,
        d_{{ loop.index }} as d,
        nn_{{ loop.index }} as nn,
        nd_{{ loop.index }} as nd,
        dd_{{ loop.index }} as dd
    from drawn
    where d_{{ loop.index }} > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- how many of its own standard errors a drawn ratio is off the ratio of all (the bootstrap-t; Efron and
-- Tibshirani 1993, An Introduction to the Bootstrap, section 12.5)
studentised as (
    select
        listed.question_set_code,
        listed.source_basis_code,
        listed.period_key,
        listed.figure_code,
        listed.estimator_code,
        (listed.n / listed.d - estimated.ratio)
        / nullif(
            sqrt(
                greatest(
                    listed.nn - 2 * listed.n / listed.d * listed.nd
                    + power(listed.n / listed.d, 2) * listed.dd,
                    0
                )
            ) / listed.d,
            0
        ) as distance
    from listed
    inner join estimated
        on
            listed.question_set_code = estimated.question_set_code
            and listed.source_basis_code = estimated.source_basis_code
            and listed.period_key = estimated.period_key
            and listed.figure_code = estimated.figure_code
            and listed.estimator_code = estimated.estimator_code
)

select
    question_set_code,
    source_basis_code,
    period_key,
    figure_code,
    estimator_code,
    percentile_cont(0.025) within group (order by distance) as distance_low,
    percentile_cont(0.975) within group (order by distance) as distance_high
from studentised
where distance is not null
group by question_set_code, source_basis_code, period_key, figure_code, estimator_code
