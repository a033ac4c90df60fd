{%- set counts = rate_counts() -%}
with counted as (
    select
        authority_key,
        period_key,
        age_band_code,
        source_basis_code,
        question_set_code,
        {%- for count in counts %}
        {{ count }}_unit,
        {{ count }}_value,
        {{ count }}_lower,
        {{ count }}_upper,
        {{ count }}_status,
        {{ count }}_is_approximate,
        {{ count }}_has_contradiction,
        {{ count }}_is_relabelled,
        {{ count }}_is_follow_up_complete,
        {%- endfor %}
        is_early_help_of_closed,
        is_rereferred_of_closed,
        is_both_of_early_help and is_both_of_rereferred as is_both_nested
    from {{ ref('int_pathway_rate__counted') }}
),

rate as (
    select
        rate_code,
        is_of_closed,
        has_with_early_help,
        has_without_early_help
    from {{ ref('stg_reference__rate') }}
),

-- which of the four counts a rate is made of
rated as (
    select
        counted.*,
        rate.rate_code,
        rate.is_of_closed,
        rate.has_with_early_help,
        rate.has_without_early_help,
        rate.is_of_closed or rate.has_without_early_help as needs_closed,
        rate.rate_code = 'early_help_referral' or not rate.is_of_closed as needs_early_help,
        rate.rate_code = 'rereferral_of_closed' or rate.has_without_early_help as needs_rereferred,
        not rate.is_of_closed as needs_both,
        case when rate.has_with_early_help then counted.early_help_unit else counted.closed_unit end
            as base_unit
    from counted
    cross join rate
),

-- A count that the rate is not made of says something of it only if it counts the same: in the unit of the
-- base, under the label that the letter gave it, with the follow-up over.
alike as (
    select
        *,
    {%- for count in counts %}
    not {{ count }}_is_relabelled and coalesce({{ count }}_unit = base_unit, false) as is_{{ count }}_alike
    {{- ',' if not loop.last }}
    {%- endfor %}
    from rated
),

-- what is no part by its definition says nothing
binding as (
    select
        *,
        closed_lower is not null and (needs_closed or is_closed_alike) as binds_closed,
        early_help_lower is not null and (needs_early_help or is_early_help_alike) as binds_early_help,
        rereferred_lower is not null
        and (
            needs_rereferred
            or (is_rereferred_alike and coalesce(rereferred_is_follow_up_complete, false))
        ) as binds_rereferred,
        is_both_nested
        and both_lower is not null
        and (needs_both or (is_both_alike and coalesce(both_is_follow_up_complete, false))) as binds_both
    from alike
),

-- the bounds as stated: any count at all where none is known, and none below zero
stated as (
    select
        *,
    {%- for count in counts %}
    case when binds_{{ count }} then cast({{ count }}_lower as bigint) else 0 end
        as {{ count }}_stated_lower,
    case
        when binds_{{ count }} then coalesce(cast({{ count }}_upper as bigint), {{ no_limit() }})
        else {{ no_limit() }}
    end as {{ count }}_stated_upper
    {{- ',' if not loop.last }}
    {%- endfor %}
    from binding
),

-- where no four counts within the bounds make a table of two by two
broken as (
    select
        *,
        is_early_help_of_closed
        and early_help_stated_lower > closed_stated_upper as is_early_help_above_closed,
        is_rereferred_of_closed
        and rereferred_stated_lower > closed_stated_upper as is_rereferred_above_closed,
        both_stated_lower > early_help_stated_upper as is_both_above_early_help,
        both_stated_lower > rereferred_stated_upper as is_both_above_rereferred,
        both_stated_lower > closed_stated_upper as is_both_above_closed,
        -- more came back of those without early help than there were
        is_both_nested
        and early_help_stated_lower + rereferred_stated_lower
        > least(both_stated_upper, early_help_stated_upper, rereferred_stated_upper) + closed_stated_upper
            as is_rest_above_rest
    from stated
),

suspected as (
    select
        *,
        closed_has_contradiction
        or is_early_help_above_closed
        or is_rereferred_above_closed
        or is_both_above_closed
        or is_rest_above_rest as is_closed_broken,
        early_help_has_contradiction
        or is_early_help_above_closed
        or is_both_above_early_help
        or is_rest_above_rest as is_early_help_broken,
        rereferred_has_contradiction
        or is_rereferred_above_closed
        or is_both_above_rereferred
        or is_rest_above_rest as is_rereferred_broken,
        both_has_contradiction
        or is_both_above_early_help
        or is_both_above_rereferred
        or is_both_above_closed
        or is_rest_above_rest as is_both_broken
    from broken
),

-- a count that breaks the table says nothing about the others
trusted as (
    select
        *,
    {%- for count in counts %}
    case when is_{{ count }}_broken then 0 else {{ count }}_stated_lower end as {{ count }}_least,
    case when is_{{ count }}_broken then {{ no_limit() }} else {{ count }}_stated_upper end
        as {{ count }}_most
    {{- ',' if not loop.last }}
    {%- endfor %}
    from suspected
),

-- what the four say of each other: both <= early help <= closed, both <= re-referred <= closed, and
-- early help + re-referred - both <= closed
tight as (
    select
        *,
        closed_most as closed_high,
        greatest(early_help_least, both_least) as early_help_low,
        least(early_help_most, closed_most, closed_most + both_most - rereferred_least) as early_help_high,
        greatest(rereferred_least, both_least) as rereferred_low,
        least(rereferred_most, closed_most, closed_most + both_most - early_help_least) as rereferred_high,
        greatest(both_least, early_help_least + rereferred_least - closed_most) as both_low,
        least(both_most, early_help_most, rereferred_most, closed_most) as both_high,
        greatest(
            closed_least,
            early_help_least,
            rereferred_least,
            both_least,
            greatest(early_help_least, both_least) + greatest(rereferred_least, both_least)
            - least(both_most, early_help_most, rereferred_most)
        ) as closed_low
    from trusted
),

ranged as (
    select
        *,
        -- the referrals to early help for which the rate has a base
        case when has_with_early_help then greatest(early_help_low, 1) else early_help_low end
            as early_help_from,
        case when has_without_early_help then least(early_help_high, closed_high - 1) else early_help_high end
            as early_help_to,
        -- those of the other part of the closed cases who cannot be in this one
        greatest(
            0,
            case when rate_code = 'early_help_referral' then rereferred_low else early_help_low end
            - both_high
        ) as outside_low
    from tight
),

-- The tables of two by two in which those with early help come back most often and the others least, and the
-- other way round. The first has as many in both as there may be, and early help no larger than that; the
-- second as few, and early help as large as it can be without adding to both. The rest of the table follows.
-- Tests compare with every table that there is.
early_help_set as (
    select
        *,
        least(greatest(both_high, early_help_from), early_help_to) as most_early_help,
        least(greatest(both_least + closed_high - rereferred_low, early_help_from), early_help_to)
            as least_early_help
    from ranged
),

both_set as (
    select
        *,
        least(both_high, most_early_help) as most_both,
        greatest(both_least, rereferred_low + least_early_help - closed_high) as least_both
    from early_help_set
),

closed_set as (
    select
        *,
        closed_high as most_closed,
        greatest(
            closed_low,
            rereferred_low - least_both + least_early_help,
            least_early_help + case when has_without_early_help then 1 else 0 end
        ) as least_closed,
        -- the fewest closed cases in which the part of them is as large as it may be
        least(
            greatest(
                closed_low,
                1,
                outside_low
                + case when rate_code = 'early_help_referral' then early_help_high else rereferred_high end
            ),
            closed_high
        ) as part_closed
    from both_set
),

rereferred_set as (
    select
        *,
        greatest(rereferred_low, most_both) as most_rereferred,
        least(rereferred_high, least_both + least_closed - least_early_help) as least_rereferred
    from closed_set
),

-- the table in which the rate is lowest, that in which it is highest, and that which was stated
extreme as (
    select
        *,
    {%- for count in counts %}
    {%- set most = 'least(' ~ count ~ '_high, part_closed - outside_low)' %}
    {%- set part = 'part_closed' if count == 'closed' else most %}
    case
        when is_of_closed then {{ 'closed_high' if count == 'closed' else count ~ '_low' }}
        when has_with_early_help then least_{{ count }}
        else most_{{ count }}
    end as lowest_{{ count }},
    case
        when is_of_closed then {{ part }}
        when has_with_early_help then most_{{ count }}
        else least_{{ count }}
    end as highest_{{ count }},
    cast({{ count }}_value as bigint) as stated_{{ count }}
    {{- ',' if not loop.last }}
    {%- endfor %}
    from rereferred_set
)

select
    authority_key,
    period_key,
    age_band_code,
    source_basis_code,
    question_set_code,
    rate_code,
    {%- for table in ['lowest', 'highest', 'stated'] %}
    case rate_code
        when 'early_help_referral' then {{ table }}_early_help
        when 'rereferral_of_closed' then {{ table }}_rereferred
        when 'rereferral_without_early_help' then {{ table }}_rereferred - {{ table }}_both
        else {{ table }}_both
    end as {{ table }}_count,
    case
        when is_of_closed then {{ table }}_closed
        when has_with_early_help then {{ table }}_early_help
        else {{ table }}_closed - {{ table }}_early_help
    end as {{ table }}_base,
    case
        when has_with_early_help and has_without_early_help then {{ table }}_rereferred - {{ table }}_both
    end
        as {{ table }}_other_count,
    case
        when has_with_early_help and has_without_early_help then {{ table }}_closed - {{ table }}_early_help
    end
        as {{ table }}_other_base,
    {%- endfor %}
    -- the fewest and the most children that the base, and that of the others, can have
    case
        when is_of_closed then closed_low
        when has_with_early_help then early_help_low
        else greatest(0, closed_low - early_help_high)
    end as fewest_base,
    case
        when is_of_closed then closed_high
        when has_with_early_help then early_help_high
        else closed_high - early_help_low
    end as most_base,
    case
        when has_with_early_help and has_without_early_help then greatest(0, closed_low - early_help_high)
    end
        as fewest_other_base,
    case when has_with_early_help and has_without_early_help then closed_high - early_help_low end
        as most_other_base,
    {%- for count in counts %}
    needs_{{ count }},
    {%- endfor %}
    {%- for count in counts %}
    {{ count }}_value,
    {{ count }}_status,
    {{ count }}_lower is not null as {{ count }}_is_bounded,
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
from extreme
