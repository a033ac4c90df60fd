{# Writes the id of the run into the build file, so that publishing knows which run made it. #}
{% macro record_build_run() %}
    {% do run_query('create schema if not exists quality') %}
    {% do run_query(
        "create or replace table quality.build_run as select '" ~ invocation_id ~ "' as invocation_id"
    ) %}
{% endmacro %}
