select
    figure_code,
    figure_name,
    unit_code,
    statement,
    caveat
from {{ ref('stg_reference__national_figure') }}
