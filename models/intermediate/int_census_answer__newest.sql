with answer as (
    select
        file_stem,
        sha256,
        la_code,
        answer_number,
        question_set_code,
        as_at_date,
        is_synthetic
    from {{ ref('stg_census__answer') }}
),

authority as (
    select
        authority_code,
        nation_code,
        authority_name,
        dfe_la_code
    from {{ ref('stg_reference__authority') }}
),

-- made-up figures never stand among real ones
newest as (
    select
        file_stem,
        sha256,
        la_code,
        question_set_code,
        -- a year before a gap between the returns is told as at an earlier day than the newest
        max(as_at_date) as as_at_date
    from answer
    where not is_synthetic
    group by file_stem, sha256, la_code, question_set_code, answer_number
    qualify
        answer_number = max(answer_number) over (partition by la_code, question_set_code)
)

select
    newest.file_stem,
    {{ census_source_key('newest.file_stem') }} as source_key,
    newest.sha256,
    newest.question_set_code,
    newest.as_at_date,
    case
        when authority.authority_code is null then 'unknown-census-' || newest.la_code
        else {{ area_key('authority.nation_code', 'authority.authority_code') }}
    end as authority_key,
    coalesce(authority.authority_name, 'Council ' || newest.la_code) as authority_name,
    authority.authority_code is not null as is_authority_known
from newest
-- the census is England's
left join authority on newest.la_code = authority.dfe_la_code and authority.nation_code = 'E'
