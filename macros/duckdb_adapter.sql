{# Tables and views on DuckDB are replaced where they stand, in one transaction: what was there stays until it commits.
   dbt-duckdb builds beside, renames twice and drops, which is six macros a model and a quarter of a build's time. No
   model here has indexes, foreign keys or grants, which that way is for.

   Where only some councils are built, a model that says in its meta how a row's council is known keeps the rows of the
   others. #}
{% materialization table, adapter='duckdb' %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% set old = load_cached_relation(this) %}
    {% set new = this.incorporate(type='table') %}
    {% set council = config.get('meta', {}).get('council') %}
    {% set councils = councils_built() if council else '' %}
    {% if councils and old is none %}
        {% do exceptions.raise_compiler_error('PATHWAYS_CHANGED_COUNCILS is set, and there is no ' ~ this) %}
    {% endif %}
    {% call statement('main') %}
        {% if councils %}
            delete from {{ this }} where {{ council }} in ({{ councils }});
            insert into {{ this }} by name ({{ sql }})
        {% else %}
            {{ drop_old(old) }}
            {{ create_table_as(False, new, sql) }}
        {% endif %}
    {% endcall %}
    {{ end_of_model(new) }}
    {{ return({'relations': [new]}) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% set old = load_cached_relation(this) %}
    {% set new = this.incorporate(type='view') %}
    {% call statement('main') %}
        {{ drop_old(old) }}
        {{ create_view_as(new, sql) }}
    {% endcall %}
    {{ end_of_model(new) }}
    {{ return({'relations': [new]}) }}
{% endmaterialization %}

{# A seed as its file has it: declared columns in their types, any other as text. dbt-duckdb reads the file twice, once in
   Python to guess types that are all declared here. #}
{% materialization seed, adapter='duckdb' %}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% set new = this.incorporate(type='table') %}
    {% set types = config.get('column_types') or {} %}
    {% do store_result('agate_table', response='OK') %}
    {% call statement('main') %}
        create or replace table {{ new }} as
        select *
        {% if types %}
            replace (
                {% for name, type in types.items() %}
                    cast({{ adapter.quote(name) }} as {{ type }}) as {{ adapter.quote(name) }}{{ ',' if not loop.last }}
                {% endfor %}
            )
        {% endif %}
        from read_csv(
            '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}', delim = '{{ config.get("delimiter", ",") }}',
            header = true, all_varchar = true, quote = '"', escape = '"', comment = ''
        )
    {% endcall %}
    {{ end_of_model(new) }}
    {{ return({'relations': [new]}) }}
{% endmaterialization %}

{# A test's rows are stored and counted in one go: dbt-duckdb looks for the old table, drops it and asks anew. #}
{% materialization test, adapter='duckdb' %}
    {% set rows = get_limit_subquery_sql(sql, config.get('limit')) %}
    {% set stored = this.incorporate(type='table') if should_store_failures() else none %}
    {% call statement('main', fetch_result=True) %}
        {% if stored %}
            create or replace table {{ stored }} as {{ rows }};
            {% set rows = 'select * from ' ~ stored %}
        {% endif %}
        {{ get_test_sql(rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), none) }}
    {% endcall %}
    {{ adapter.commit() }}
    {{ return({'relations': [stored] if stored else []}) }}
{% endmaterialization %}

{% macro drop_old(relation) %}
    {% if relation is not none %}
        drop {{ relation.type }} if exists {{ relation }} cascade;
    {% endif %}
{% endmacro %}

{% macro end_of_model(relation) %}
    {% do persist_docs(relation, model) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{% endmacro %}

{# The comments of a table's columns: its contract holds it to the columns described, so that none need be looked up. #}
{% macro duckdb__alter_column_comment(relation, column_dict) %}
    {% for column in column_dict.values() %}
        comment on column {{ relation }}.{{ column.name }} is {{ duckdb_escape_comment(column.description) }};
    {% endfor %}
{% endmacro %}
