{{ config(materialized='table') }}
{#- a table, since a view over a file breaks when the file goes -#}
{%- set columns = [
    'question',
    'period_start',
    'period_end',
    'age_band',
    'count',
    'note',
    'letter',
    'as_at',
    'is_synthetic',
] -%}
{%- set pattern = kept_answers() -%}
{%- set is_kept = has_files(pattern) -%}
{%- set files = csv_file(pattern, columns) if is_kept else no_rows(columns + ['filename']) -%}
{%- set hashes = file_hashes(pattern) if is_kept else no_rows(['filename', 'sha256']) %}

with landed as (
    select
        filename,
        question,
        period_start,
        period_end,
        age_band,
        count,
        letter,
        as_at,
        is_synthetic
    from {{ files }}
),

hashed as (
    select
        filename,
        sha256
    from {{ hashes }}
),

named as (
    select
        landed.*,
        hashed.sha256,
        -- 331_england_2025_0001.csv: council, letter, how many-th answer
        regexp_extract(landed.filename, '([^/\\]+)\.csv$', 1) as file_stem
    from landed
    inner join hashed on landed.filename = hashed.filename
)

select
    file_stem,
    sha256,
    regexp_extract(file_stem, '^([0-9]{3})_', 1) as la_code,
    try_cast(regexp_extract(file_stem, '_([0-9]{4})$', 1) as integer) as answer_number,
    cast(letter as string) as question_set_code,
    cast(question as string) as question_code,
    try_cast(period_start as date) as period_start_date,
    try_cast(period_end as date) as period_end_date,
    cast(age_band as string) as age_band_code,
    cast(count as string) as cell_text,
    try_cast(as_at as date) as as_at_date,
    coalesce(lower(is_synthetic) <> 'false', true) as is_synthetic
from named
