{# Seeds on Spark are read by its own reader, from the project's folder, as DuckDB reads them: every column is text, an
   empty one is null, `null` and spaces are themselves. dbt-spark would send each row as a statement, and its reader
   takes `null` and spaces for none. Where Spark does not see the folder, PATHWAYS_SEEDS says where it does. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {% set folder = env_var('PATHWAYS_SEEDS', model.root_path) %}
    {% set columns = agate_table.column_names %}
    {% set sql %}
        insert into {{ this }}
        select {{ columns | join(', ') }}
        from {{ csv_file(folder ~ '/' ~ model.original_file_path, columns) }}
    {% endset %}
    {% do run_query(sql) %}
    {{ return(sql) }}
{% endmacro %}

{# Contracts on Spark: a table of Parquet files enforces no key and no check, so one query over the table holds it
   against all of them, and the model fails like one that DuckDB refuses. #}
{% macro spark__persist_constraints(relation, model) %}
    {% if execute and config.get('contract').enforced %}
        {% set broken = {} %}
        {% for column in model.columns.values() %}
            {% for constraint in column.constraints %}
                {% if constraint.type == 'not_null' %}
                    {% do broken.update({column.name ~ ' is null': 'count_if(' ~ column.name ~ ' is null)'}) %}
                {% else %}
                    {% do broken.update({constraint.expression: 'count_if(not (' ~ constraint.expression ~ '))'}) %}
                {% endif %}
            {% endfor %}
        {% endfor %}
        {% for constraint in model.constraints %}
            {% if constraint.type == 'primary_key' %}
                {% set key = constraint.columns | join(', ') %}
                {% do broken.update({key ~ ' is not unique': 'count(*) - count(distinct ' ~ key ~ ')'}) %}
            {% else %}
                {% do broken.update({constraint.expression: 'count_if(not (' ~ constraint.expression ~ '))'}) %}
            {% endif %}
        {% endfor %}
        {% set found = run_query('select ' ~ broken.values() | join(', ') ~ ' from ' ~ relation).rows[0] %}
        {% for constraint in broken %}
            {% if found[loop.index0] %}
                {% do exceptions.raise_compiler_error(
                    relation ~ ' breaks its contract in ' ~ found[loop.index0] ~ ' rows: ' ~ constraint
                ) %}
            {% endif %}
        {% endfor %}
    {% endif %}
{% endmacro %}

{# The description of a table as its comment. With backslashes read as they stand, a quote is written twice. #}
{% macro spark__comment_clause() %}
    {% if config.get('persist_docs', {}).get('relation') %}
        comment '{{ model.description | replace("'", "''") }}'
    {% endif %}
{% endmacro %}
