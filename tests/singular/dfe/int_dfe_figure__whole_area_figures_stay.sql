{{ config(severity='warn', meta={'rule_code': 'dfe_whole_area_figures_stay'}) }}

-- A column that has one text in all releases but the newest becomes a filter there, and its figures are then
-- those of an item, not of the area.
with release as (
    select
        data_set_code,
        is_newest_release,
        bool_or(filter_text = '{}') as has_whole_area_figures
    from {{ ref('int_dfe_cell__mapped') }}
    where measure_code is not null
    group by data_set_code, is_newest_release
)

select
    'data set ' || newest.data_set_code as place,
    'figures of filter items only in the newest release' as found
from release as newest
inner join release as older
    on newest.data_set_code = older.data_set_code and not older.is_newest_release
where newest.is_newest_release and older.has_whole_area_figures and not newest.has_whole_area_figures

union all

select
    'int_dfe_cell__mapped' as place,
    'nothing to check' as found
where not exists (select 1 from release)
