with cells as (
    select * from {{ ref('stg_dfe__c1_release_2025') }}
    union all
    select * from {{ ref('stg_dfe__c2_release_2024') }}
    union all
    select * from {{ ref('stg_dfe__population_release_2025') }}
)

select
    data_set_code,
    release_code,
    time_period,
    time_identifier,
    geographic_level,
    country_code,
    region_code,
    old_la_code,
    new_la_code,
    la_name,
    filter_text,
    column_name,
    cell_text,
    {{ mark_text('cell_text') }} as mark_text
from cells
