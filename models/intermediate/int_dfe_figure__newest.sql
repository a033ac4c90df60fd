with cell as (
    select
        source_key,
        data_set_code,
        release_code,
        release_order,
        time_period,
        reporting_year,
        authority_key,
        measure_code,
        cell_text,
        status_code,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_dfe_cell__settled') }}
    where
        authority_key is not null
        and measure_code is not null
        and reporting_year is not null
        -- a figure of one filter item is a part of its area's figure
        and filter_text = '{}'
)

-- the newest release wins, for numbers and for symbols alike; where several tables of one release have a
-- figure they agree, and the first of them is taken
select
    source_key,
    data_set_code,
    release_code,
    time_period,
    reporting_year,
    authority_key,
    measure_code,
    cell_text,
    status_code,
    value,
    lower_bound,
    upper_bound
from cell
qualify
    row_number() over (
        partition by authority_key, reporting_year, measure_code
        order by release_code desc, data_set_code asc, release_order desc
    ) = 1
