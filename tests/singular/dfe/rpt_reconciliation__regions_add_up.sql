{{ config(meta={'rule_code': 'regions_add_up_to_england'}) }}

-- Every year must have been compared on referrals, so that the sum cannot hold by adding up nothing.
with england as (
    select
        authority_key,
        period_key
    from {{ ref('fct_rereferral') }}
    where authority_key = 'E-E92000001'
),

reconciliation as (
    select
        authority_key,
        period_key,
        measure_code,
        compared_value,
        reference_value,
        outcome_code
    from {{ ref('rpt_reconciliation') }}
    where reconciliation_code = 'regions_against_england'
)

select
    'rpt_reconciliation, ' || measure_code || ', ' || period_key as place,
    'regions ' || cast(compared_value as string) || ', England ' || cast(reference_value as string)
        as found
from reconciliation
where outcome_code = 'differs'

union all

select
    'rpt_reconciliation, referral_count, ' || england.period_key as place,
    'regions and England not compared' as found
from england
left join reconciliation
    on
        england.period_key = reconciliation.period_key
        and reconciliation.measure_code = 'referral_count'
where coalesce(reconciliation.outcome_code, 'not_compared') in ('not_compared', 'withheld')

union all

select
    'fct_rereferral' as place,
    'nothing to check' as found
where not exists (select 1 from england)
