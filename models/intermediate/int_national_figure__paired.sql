with council as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        closed,
        early_help,
        rereferred_with,
        with_early_help,
        rereferred_without,
        without_early_help,
        early_help_received,
        not_in_need,
        population,
        child_in_need,
        row_number() over (
            partition by question_set_code, source_basis_code, period_key
            order by authority_key
        ) as council_number
    from {{ ref('int_national_council__known') }}
),

paired as (
    {%- for figure in national_figures() %}
    select
        question_set_code,
        source_basis_code,
        period_key,
        council_number,
        '{{ figure.figure }}' as figure_code,
        '{{ figure.estimator }}' as estimator_code,
        population,
        cast({{ figure.count }} as double) as numerator,
        cast({{ figure.base }} as double) as denominator
    from council
    where {{ figure.count }} is not null and {{ figure.base }} > 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    question_set_code,
    source_basis_code,
    period_key,
    council_number,
    figure_code,
    estimator_code,
    population,
    numerator,
    denominator
from paired
