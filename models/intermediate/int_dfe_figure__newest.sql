with cell as (
    select
        data_set_code,
        release_code,
        time_period,
        reporting_year,
        authority_key,
        measure_code,
        rounding_base,
        cell_text,
        status_code,
        value,
        lower_bound,
        upper_bound
    from {{ ref('int_dfe_cell__mapped') }}
    where authority_key is not null and measure_code is not null
),

-- the newest release of a data set wins, for numbers and for symbols alike: what it withholds stays
-- withheld
newest as (
    select
        data_set_code,
        release_code,
        time_period,
        reporting_year,
        authority_key,
        measure_code,
        rounding_base,
        cell_text,
        status_code,
        value,
        lower_bound,
        upper_bound
    from cell
    qualify
        row_number() over (
            partition by authority_key, reporting_year, measure_code
            order by release_code desc, data_set_code asc
        ) = 1
)

-- a figure rounded to 10 may be 5 less or 5 more
select
    data_set_code,
    release_code,
    time_period,
    reporting_year,
    authority_key,
    measure_code,
    cell_text,
    status_code,
    value,
    case
        when status_code = 'reported'
            then greatest(0, lower_bound - coalesce(rounding_base / 2, 0))
    end as lower_bound,
    case
        when status_code = 'reported'
            then upper_bound + coalesce(rounding_base / 2, 0)
    end as upper_bound
from newest
