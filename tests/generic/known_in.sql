{% test known_in(model, column_name, to, field, row, may_be_empty=false) %}
{{ known_in_sql(model, column_name, to, field, row, may_be_empty) }}
{% endtest %}
