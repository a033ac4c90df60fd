with source as (
    select
        response_id,
        reference,
        authority_code,
        nation_code,
        question_set_code,
        publisher_name,
        source_title,
        request_date,
        response_date,
        is_answered,
        early_help_process_text,
        supersedes_response_id,
        source_file_name,
        sha256,
        licence,
        unread_cell_count
    from {{ ref('foi_response') }}
),

typed as (
    select
        {{ blank_to_null('response_id') }} as response_id,
        {{ blank_to_null('reference') }} as reference,
        {{ blank_to_null('authority_code') }} as authority_code,
        {{ blank_to_null('nation_code') }} as nation_code,
        {{ blank_to_null('question_set_code') }} as question_set_code,
        {{ blank_to_null('publisher_name') }} as publisher_name,
        {{ blank_to_null('source_title') }} as source_title,
        try_cast({{ blank_to_null('request_date') }} as date) as request_date,
        try_cast({{ blank_to_null('response_date') }} as date) as response_date,
        {{ is_true('is_answered') }} as is_answered,
        {{ blank_to_null('early_help_process_text') }} as early_help_process_text,
        {{ blank_to_null('supersedes_response_id') }} as supersedes_response_id,
        {{ blank_to_null('source_file_name') }} as source_file_name,
        {{ blank_to_null('sha256') }} as sha256,
        {{ blank_to_null('licence') }} as licence,
        coalesce(try_cast({{ blank_to_null('unread_cell_count') }} as integer), 0) as unread_cell_count
    from source
)

select * from typed
