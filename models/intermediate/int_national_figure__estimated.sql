with paired as (
    select
        question_set_code,
        source_basis_code,
        period_key,
        figure_code,
        estimator_code,
        population,
        numerator,
        denominator,
        sum(numerator) over figure / sum(denominator) over figure as ratio,
        sum(denominator) over figure as denominator_total
    from {{ ref('int_national_figure__paired') }}
    window figure as (
        partition by question_set_code, source_basis_code, period_key, figure_code, estimator_code
    )
)

-- The standard error of a ratio of sums, from how far each council's count is off the ratio. A council
-- that is a large part of the total pulls the ratio to itself, and its distance is made good by that part
-- (HC3, MacKinnon and White 1985, Journal of Econometrics 29, 305-325; nearly the jackknife).
select
    question_set_code,
    source_basis_code,
    period_key,
    figure_code,
    estimator_code,
    count(*) as council_count,
    cast(sum(population) as bigint) as population,
    max(ratio) as ratio,
    sqrt(
        sum(
            power(
                (numerator - ratio * denominator) / nullif(1 - denominator / denominator_total, 0),
                2
            )
        )
    ) / max(denominator_total) as leveraged_standard_error
from paired
group by question_set_code, source_basis_code, period_key, figure_code, estimator_code
