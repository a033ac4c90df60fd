{%- set counts = rate_counts() -%}
with bounded as (
    select
        authority_key,
        period_key,
        age_band_code,
        source_basis_code,
        question_set_code,
        rate_code,
        {%- for table in ['lowest', 'highest', 'stated'] %}
        {{ table }}_count,
        {{ table }}_base,
        {{ table }}_other_count,
        {{ table }}_other_base,
        {%- endfor %}
        fewest_base,
        most_base,
        fewest_other_base,
        most_other_base,
        {%- for count in counts %}
        needs_{{ count }},
        {{ count }}_value,
        {{ count }}_status,
        {{ count }}_is_bounded,
        {{ count }}_low,
        {{ count }}_high,
        {{ count }}_unit,
        {{ count }}_is_approximate,
        {{ count }}_is_relabelled,
        {{ count }}_is_follow_up_complete,
        is_{{ count }}_broken,
        {%- endfor %}
        is_early_help_of_closed,
        is_rereferred_of_closed,
        is_both_nested
    from {{ ref('int_pathway_rate__bounded') }}
),

-- what speaks against the counts that a rate is made of
needed as (
    select
        *,
        -- the status of the first count that is missing, in the order of the pathway
        case
            {%- for count in counts %}
            when needs_{{ count }} and {{ count }}_value is null and not {{ count }}_is_bounded
                then {{ count }}_status
            {%- endfor %}
        end as missing_status,
        case
            when rate_code = 'early_help_referral' then not is_early_help_of_closed
            when rate_code = 'rereferral_of_closed' then not is_rereferred_of_closed
            else not is_both_nested
        end as is_of_other_base,
        {{ any_needed('is_{}_broken') }} as is_broken,
        {{ any_needed('{}_is_relabelled') }} as is_relabelled,
        {{ any_needed('{}_is_approximate') }} as is_approximate,
        {{ any_needed('not {}_is_bounded') }} as is_without_bounds,
        -- the counts beside it would tell what one of them keeps back
        {{ any_needed("{0}_status = 'suppressed' and {0}_low = {0}_high") }} as is_told,
        -- null where a count that has a follow-up bears no date
        (not needs_rereferred or rereferred_is_follow_up_complete)
        and (not needs_both or both_is_follow_up_complete) as is_follow_up_over,
    {%- for pick in ['least', 'greatest'] %}
    {{ pick }}(
        {%- for count in counts %}
        case when needs_{{ count }} then {{ count }}_unit end{{ ',' if not loop.last }}
        {%- endfor %}
    ) as {{ pick }}_unit{{ ',' if not loop.last }}
    {%- endfor %}
    from bounded
),

based as (
    select
        *,
        -- of two bases the smaller one
        case
            when not is_without_bounds then least(fewest_base, fewest_other_base)
            else least(stated_base, stated_other_base)
        end as fewest_in_base,
        case
            when not is_without_bounds then least(most_base, most_other_base)
            else least(stated_base, stated_other_base)
        end as most_in_base,
        -- rounded counts need not make a table of two by two, and with what the others say of them the rate
        -- may lie outside what it can be
        coalesce(
            stated_count between 0 and stated_base
            and (stated_other_base is null or stated_other_count between 0 and stated_other_base),
            false
        ) as is_stated_table,
    {%- for table in ['lowest', 'highest', 'stated'] %}
    {{ share(table ~ '_count', 'nullif(' ~ table ~ '_base, 0)') }}
    - coalesce({{ share(table ~ '_other_count', 'nullif(' ~ table ~ '_other_base, 0)') }}, 0)
        as {{ table }}_share{{ ',' if not loop.last }}
    {%- endfor %}
    from needed
),

reasoned as (
    select
        *,
        is_stated_table
        and (is_without_bounds or coalesce(stated_share between lowest_share and highest_share, true))
            as is_stated,
        case
            when missing_status is not null then missing_status
            when is_of_other_base then 'base_differs'
            when is_broken then 'funnel_broken'
            when least_unit <> greatest_unit then 'unit_differs'
            when is_relabelled then 'relabelled'
            when not is_follow_up_over then 'follow_up_incomplete'
            when is_follow_up_over is null then 'follow_up_unknown'
        end as count_reason_code
    from based
)

select
    authority_key,
    period_key,
    age_band_code,
    source_basis_code,
    question_set_code,
    rate_code,
    {%- for table in ['lowest', 'highest', 'stated'] %}
    {{ table }}_count,
    {{ table }}_base,
    {{ table }}_other_count,
    {{ table }}_other_base,
    {%- endfor %}
    not is_without_bounds as is_bounded,
    is_stated,
    is_approximate,
    greatest_unit as count_unit_code,
    -- whether the counts may be added to those of other councils
    count_reason_code is null and is_stated as is_sound,
    case
        when count_reason_code is not null then count_reason_code
        when most_in_base <= 0 then 'base_zero'
        when fewest_in_base < {{ var('minimum_base') }} then 'base_too_small'
        when is_told then 'suppressed'
        when rate_code = 'rereferral_ratio' and (stated_count = 0 or stated_other_count = 0)
            then 'no_rereferral'
        when not is_stated then 'only_bounds_known'
    end as reason_code
from reasoned
