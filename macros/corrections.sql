{# How many corrections of one answer are followed; a rule names a longer chain. #}
{% macro most_corrections() -%}
    50
{%- endmacro %}

{# Every answer with each of those before it in its chain of corrections, from the relation `response`: the body of the
   recursive relation `chain`. The number of steps ends a circle, which a rule names. #}
{% macro correction_chain() -%}
    select
        response_id,
        supersedes_response_id as earlier_response_id,
        1 as step_number
    from response
    where supersedes_response_id is not null
    union all
    select
        chain.response_id,
        response.supersedes_response_id as earlier_response_id,
        chain.step_number + 1 as step_number
    from chain
    inner join response on chain.earlier_response_id = response.response_id
    where response.supersedes_response_id is not null and chain.step_number < {{ most_corrections() }}
{%- endmacro %}
