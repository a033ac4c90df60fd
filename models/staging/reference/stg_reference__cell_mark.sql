with source as (
    select
        mark_order,
        source_kind_code,
        mark_pattern,
        status_code,
        value_rule_code,
        lower_rule_code,
        upper_rule_code,
        is_approximate,
        meaning
    from {{ ref('cell_mark') }}
),

typed as (
    select
        try_cast({{ blank_to_null('mark_order') }} as integer) as mark_order,
        {{ blank_to_null('source_kind_code') }} as source_kind_code,
        {{ blank_to_null('mark_pattern') }} as mark_pattern,
        {{ blank_to_null('status_code') }} as status_code,
        {{ blank_to_null('value_rule_code') }} as value_rule_code,
        {{ blank_to_null('lower_rule_code') }} as lower_rule_code,
        {{ blank_to_null('upper_rule_code') }} as upper_rule_code,
        {{ is_true('is_approximate') }} as is_approximate,
        {{ blank_to_null('meaning') }} as meaning
    from source
)

select * from typed
