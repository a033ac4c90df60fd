with response as (
    select
        source_key,
        publisher_name,
        source_title,
        reference,
        question_set_code,
        request_date,
        response_date,
        is_answered,
        early_help_process_text,
        supersedes_source_key,
        source_file_name,
        sha256,
        licence
    from {{ ref('int_foi_response__keyed') }}
),

superseding as (
    select
        supersedes_source_key as source_key,
        {{ joined_text('source_key', "', '", 'source_key') }} as superseded_by_source_key
    from response
    where supersedes_source_key is not null
    group by supersedes_source_key
),

census_answer as (
    select
        source_key,
        authority_name,
        question_set_code,
        as_at_date,
        file_stem,
        sha256
    from {{ ref('int_census_answer__newest') }}
),

dfe_file as (
    select
        source_key,
        data_set_code,
        release_code,
        publisher_name,
        data_set_title,
        file_name,
        sha256,
        licence,
        is_extract
    from {{ ref('int_dfe_file__at_hand') }}
)

select
    response.source_key,
    'foi' as source_basis_code,
    response.publisher_name,
    response.source_title,
    response.reference as source_reference,
    response.question_set_code,
    cast(null as string) as data_set_code,
    cast(null as string) as release_code,
    response.request_date,
    response.response_date,
    response.is_answered,
    response.early_help_process_text,
    response.supersedes_source_key,
    superseding.superseded_by_source_key,
    response.source_file_name,
    response.sha256,
    response.licence
from response
left join superseding on response.source_key = superseding.source_key
union all
select
    source_key,
    'dfe' as source_basis_code,
    publisher_name,
    data_set_title || ', release ' || release_code || case when is_extract then ' (extract)' else '' end
        as source_title,
    cast(null as string) as source_reference,
    cast(null as string) as question_set_code,
    data_set_code,
    release_code,
    cast(null as date) as request_date,
    cast(null as date) as response_date,
    true as is_answered,
    cast(null as string) as early_help_process_text,
    cast(null as string) as supersedes_source_key,
    cast(null as string) as superseded_by_source_key,
    file_name as source_file_name,
    sha256,
    licence
from dfe_file
union all
select
    source_key,
    'census' as source_basis_code,
    authority_name as publisher_name,
    'Answer to ' || question_set_code || ', counted from children in need census returns to '
    || cast(as_at_date as string) as source_title,
    cast(null as string) as source_reference,
    question_set_code,
    cast(null as string) as data_set_code,
    cast(null as string) as release_code,
    cast(null as date) as request_date,
    cast(null as date) as response_date,
    true as is_answered,
    cast(null as string) as early_help_process_text,
    cast(null as string) as supersedes_source_key,
    cast(null as string) as superseded_by_source_key,
    file_stem || '.csv' as source_file_name,
    sha256,
    'Not stated' as licence
from census_answer
