{# Days from one date to another; engines write it differently. #}
{% macro days_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('days_between', 'pathways')(from_date, to_date)) }}
{%- endmacro %}

{% macro default__days_between(from_date, to_date) -%}
    date_diff('day', {{ from_date }}, {{ to_date }})
{%- endmacro %}

{% macro spark__days_between(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}

{# Every day of a span of years, as the column calendar_date of a relation. #}
{% macro calendar_days(first_year, last_year) -%}
    {{ return(adapter.dispatch('calendar_days', 'pathways')(first_year, last_year)) }}
{%- endmacro %}

{% macro default__calendar_days(first_year, last_year) -%}
    (
        select cast(unnest(generate_series(
            make_date({{ first_year }}, 1, 1), make_date({{ last_year }}, 12, 31), interval '1' day
        )) as date) as calendar_date
    )
{%- endmacro %}

{% macro spark__calendar_days(first_year, last_year) -%}
    (
        select explode(sequence(
            make_date({{ first_year }}, 1, 1), make_date({{ last_year }}, 12, 31), interval '1' day
        )) as calendar_date
    )
{%- endmacro %}

{# The census year of a date: the year of the 31 March on or after it. #}
{% macro census_year_of(date_column) -%}
    year({{ date_column }}) + case when month({{ date_column }}) >= 4 then 1 else 0 end
{%- endmacro %}

{# Age in completed years; null before birth. Who is born on 29 February has the birthday on 1 March in
   other years. #}
{% macro completed_years(birth_date, on_date) -%}
    case
        when {{ on_date }} >= {{ birth_date }}
            then
                year({{ on_date }}) - year({{ birth_date }})
                - case
                    when
                        100 * month({{ on_date }}) + day({{ on_date }})
                        < 100 * month({{ birth_date }}) + day({{ birth_date }})
                        then 1
                    else 0
                end
    end
{%- endmacro %}
