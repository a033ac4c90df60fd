{# Whether the command makes or checks tables: `dbt docs generate` calls the hooks too, and changes nothing. #}
{% macro is_build_command() %}
    {{ return(flags.WHICH not in ['generate', 'compile']) }}
{% endmacro %}

{# Takes the word of an earlier run out of the build file: one that is killed leaves none. #}
{% macro forget_build_run() %}
    {% if is_build_command() %}
        {% do run_query('drop table if exists quality.build_run') %}
    {% endif %}
{% endmacro %}

{# Writes the id of the run into the build file, and whether all of it went well: publishing sees which run made
   it, and who counts from it that it is whole. #}
{% macro record_build_run(results) %}
    {% if is_build_command() %}
        {% set bad = ['error', 'fail', 'skipped', 'runtime error', 'partial success'] %}
        {% set states = results | map(attribute='status') | map('string') | list %}
        {% set is_good = states | select('in', bad) | list | length == 0 %}
        {% set row = "select '" ~ invocation_id ~ "' as invocation_id, " ~ is_good ~ " as is_good" %}
        {% do run_query('create schema if not exists quality') %}
        {% do run_query('create table quality.build_run as ' ~ row) %}
    {% endif %}
{% endmacro %}
