{{ config(severity='warn', meta={'rule_code': 'dfe_percent_is_that_of_its_counts'}) }}

-- Against the bounds of the counts: a region's percentage was taken before its counts were rounded.
with cell as (
    select
        source_key,
        row_key,
        measure_code,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_dfe_cell__settled') }}
    where status_code = 'reported' and measure_code is not null
),

measure as (
    select
        measure_code,
        numerator_measure_code,
        denominator_measure_code
    from {{ ref('stg_reference__measure') }}
    where unit_code = 'percent' and numerator_measure_code is not null
),

compared as (
    select
        percentage.source_key,
        percentage.row_key,
        percentage.measure_code,
        percentage.value,
        100 * numerator.lower_bound / denominator.upper_bound as least,
        100 * numerator.upper_bound / nullif(denominator.lower_bound, 0) as most
    from cell as percentage
    inner join measure on percentage.measure_code = measure.measure_code
    inner join cell as numerator
        on
            percentage.source_key = numerator.source_key
            and percentage.row_key = numerator.row_key
            and measure.numerator_measure_code = numerator.measure_code
    inner join cell as denominator
        on
            percentage.source_key = denominator.source_key
            and percentage.row_key = denominator.row_key
            and measure.denominator_measure_code = denominator.measure_code
    where denominator.upper_bound > 0
)

select
    source_key || ', ' || row_key as place,
    measure_code || ' ' || cast(value as string) as found
from compared
-- half of the last decimal either way
where value < least - 0.051 or value > most + 0.051

union all

select
    'int_dfe_cell__settled' as place,
    'nothing to check' as found
where not exists (select 1 from compared)
