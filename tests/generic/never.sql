{% test never(model, condition, place, found, population=none) %}
{{ never_sql(model, condition, place, found, population) }}
{% endtest %}
