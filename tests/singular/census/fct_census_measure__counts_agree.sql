{{ config(meta={'rule_code': 'census_counts_agree'}) }}

-- What holds in every row that DfE has published, and what must add up. Nothing landed is no finding.
with measure as (
    select
        la_code,
        census_year,
        age_band_code,
        max(value) filter (where measure_code = 'referrals') as referrals,
        max(value) filter (where measure_code = 'children_referred') as children_referred,
        max(value) filter (where measure_code = 'rereferrals') as rereferrals,
        max(value) filter (where measure_code = 'children_rereferred') as children_rereferred,
        sum(value) filter (where measure_code like 'split.%') as split_referrals,
        count(no_value_reason_code) filter (where measure_code like 'split.%') as split_gap_count,
        count(distinct measure_code) filter (where measure_code not like 'factors.%') as measure_count
    from {{ ref('fct_census_measure') }}
    group by la_code, census_year, age_band_code
),

dictionary as (
    select count(*) as measure_count
    from {{ ref('stg_reference__census_measure') }}
),

-- the literal reading of DfE's method against the children of the other
last_pair as (
    select
        la_code,
        census_year,
        count(*) filter (where is_last_pair_rereferral) as children_rereferred
    from {{ ref('fct_referral') }}
    where is_of_its_year
    group by la_code, census_year
),

finding as (
    select
        la_code,
        census_year,
        age_band_code,
        'fewer re-referrals than children re-referred' as found
    from measure
    where rereferrals < children_rereferred
    union all
    select
        la_code,
        census_year,
        age_band_code,
        'fewer re-referrals than referrals less children' as found
    from measure
    -- a child referred at two ages counts in two bands, and the pair in one
    where age_band_code = 'all' and rereferrals < referrals - children_referred
    union all
    select
        la_code,
        census_year,
        age_band_code,
        'the groups of the split do not add up to the referrals' as found
    from measure
    where split_gap_count = 0 and split_referrals is distinct from referrals
    union all
    select
        measure.la_code,
        measure.census_year,
        measure.age_band_code,
        'another number of measures than census_measure has' as found
    from measure
    cross join dictionary
    where measure.measure_count <> dictionary.measure_count
    union all
    select
        measure.la_code,
        measure.census_year,
        measure.age_band_code,
        'last pairs within 365 days are not the children re-referred' as found
    from measure
    inner join last_pair
        on
            measure.la_code = last_pair.la_code
            and measure.census_year = last_pair.census_year
    where measure.age_band_code = 'all' and measure.children_rereferred <> last_pair.children_rereferred
)

select
    'council ' || la_code || ', census year ' || cast(census_year as string) || ', age ' || age_band_code
        as place,
    found
from finding
