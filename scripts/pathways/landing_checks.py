"""The landing area as a whole: each landed release held against the release before it.

What screening can't see, since it looks at one file: years, areas or columns that went
away, symbols that became many, a figure that changed its unit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathways.ees.manifest import CELLS, NAME, Landed, read_manifest
from pathways.ees.recognise import DICTIONARY
from pathways.errors import PathwaysError
from pathways.expectations import Check, Suite
from pathways.settings import Settings
from pathways.warehouse import connect, literal

if TYPE_CHECKING:
    import pandas as pd

SUBJECT = "landed_files"
SYMBOL_SHARE_STEP = 5
"""Percentage points by which the share of symbols may grow from release to release. In the
children in need files of 2023 to 2025 it grew by less than 1."""
UNIT_RATIO = (0.5, 2)
"""Between these the median ratio of a column's figures to those of the release before lies
where both count the same; a change of unit moves it by 10, 100 or 1,000."""
UNIT_ROWS = 20
"""Figures that a column must share with the release before for its unit to be compared."""


@dataclass(frozen=True)
class Rule:
    """A rule on a landed file: its code, the column that counts what breaks it, and how it is said."""

    rule_code: str
    count_column: str
    names_column: str
    words: str


RULES = (
    Rule("landed_cells_are_whole", "cells_missing", "cells_missing", "cells missing in its Parquet file:"),
    Rule("landed_years_stay", "years_gone", "years_gone_names", "years gone:"),
    Rule("landed_areas_stay", "areas_gone", "areas_gone_names", "areas gone:"),
    Rule("landed_rows_stay", "rows_gone", "rows_gone", "rows fewer:"),
    Rule(
        "landed_symbols_stay_few",
        "symbol_points_more",
        "symbol_points_more",
        "percentage points more of symbols:",
    ),
    Rule("landed_units_stay", "units_changed", "units_changed_names", "figures multiplied, on median:"),
    Rule("landed_columns_stay", "columns_gone", "columns_gone_names", "columns gone:"),
    Rule("landed_columns_are_known", "columns_new", "columns_new_names", "columns new:"),
)

_QUERY = """
with file as (
    select
        parquet_file_name as file_key, data_set_code, release_code, revision_number, file_name,
        row_count, cell_count,
        lag(parquet_file_name) over (
            partition by data_set_code order by release_code, revision_number
        ) as before_file_key
    from manifest
),
cell as (
    select
        parquet_file_name as file_key, time_period, geographic_level, column_name, filter_text,
        coalesce(nullif(old_la_code, ''), nullif(region_code, ''), country_code) as area_code,
        geographic_level || ' ' || coalesce(
            nullif(la_name, ''), nullif(region_name, ''), country_name, ''
        ) as area_name,
        try_cast(cell_text as double) as value
    from read_parquet({files})
),
shape as (
    select
        file_key, count(*) as cell_count,
        100.0 * count(*) filter (where value is null) / count(*) as symbol_percent
    from cell group by file_key
),
year as (select distinct file_key, time_period as name from cell),
col as (select distinct file_key, column_name as name from cell),
area as (select file_key, area_code, any_value(area_name) as name from cell group by all),
year_gone as (
    select file.file_key, count(*) as gone, string_agg(before.name, ', ' order by before.name) as names
    from file join year as before on file.before_file_key = before.file_key
    anti join year as now on file.file_key = now.file_key and before.name = now.name
    group by all
),
area_gone as (
    select file.file_key, count(*) as gone, string_agg(before.name, ', ' order by before.name) as names
    from file join area as before on file.before_file_key = before.file_key
    anti join area as now on file.file_key = now.file_key and before.area_code = now.area_code
    group by all
),
measure as (
    -- the measure that a column is; a column that the dictionary does not know is one of its own
    select col.file_key, col.name, coalesce(known.measure_code, col.name) as measure_code,
        known.measure_code is not null as is_known
    from col join file on col.file_key = file.file_key
    left join dictionary as known
        on file.data_set_code = known.data_set_code and col.name = known.column_name
        and file.release_code between coalesce(nullif(known.first_release_code, ''), '0000')
        and coalesce(nullif(known.last_release_code, ''), '9999')
),
column_gone as (
    select file.file_key, count(*) as gone, string_agg(before.name, ', ' order by before.name) as names
    from file join measure as before on file.before_file_key = before.file_key
    anti join measure as now
        on file.file_key = now.file_key and before.measure_code = now.measure_code
    group by all
),
column_new as (
    select file.file_key, count(*) as gone, string_agg(now.name, ', ' order by now.name) as names
    from file join measure as now
        on file.file_key = now.file_key and file.before_file_key is not null and not now.is_known
    anti join measure as before
        on file.before_file_key = before.file_key and before.measure_code = now.measure_code
    group by all
),
ratio as (
    select file.file_key, now.column_name, median(now.value / before.value) as ratio
    from file
    join cell as now on file.file_key = now.file_key
    join cell as before
        on file.before_file_key = before.file_key and now.column_name = before.column_name
        and now.geographic_level = before.geographic_level and now.area_code = before.area_code
        and now.time_period = before.time_period and now.filter_text = before.filter_text
    where now.value > 0 and before.value > 0
    group by all having count(*) >= {unit_rows}
),
unit_changed as (
    select
        file_key, count(*) as gone,
        string_agg(column_name || ' by ' || round(ratio, 2), ', ' order by column_name) as names
    from ratio where ratio not between {low} and {high}
    group by all
)
select
    file.file_name || ' (' || file.data_set_code || ', release ' || file.release_code
    || case when file.revision_number > 1 then ', revision ' || file.revision_number else '' end || ')'
        as file_name,
    before.file_name as file_name_before,
    file.cell_count - coalesce(shape.cell_count, 0) as cells_missing,
    coalesce(year_gone.gone, 0) as years_gone,
    year_gone.names as years_gone_names,
    coalesce(area_gone.gone, 0) as areas_gone,
    area_gone.names as areas_gone_names,
    greatest(coalesce(before.row_count, 0) - file.row_count, 0) as rows_gone,
    shape.symbol_percent,
    coalesce(round(shape.symbol_percent - before_shape.symbol_percent, 1), 0) as symbol_points_more,
    coalesce(unit_changed.gone, 0) as units_changed,
    unit_changed.names as units_changed_names,
    coalesce(column_gone.gone, 0) as columns_gone,
    column_gone.names as columns_gone_names,
    coalesce(column_new.gone, 0) as columns_new,
    column_new.names as columns_new_names
from file
left join shape on file.file_key = shape.file_key
left join file as before on file.before_file_key = before.file_key
left join shape as before_shape on file.before_file_key = before_shape.file_key
left join year_gone on file.file_key = year_gone.file_key
left join area_gone on file.file_key = area_gone.file_key
left join column_gone on file.file_key = column_gone.file_key
left join column_new on file.file_key = column_new.file_key
left join unit_changed on file.file_key = unit_changed.file_key
order by file.data_set_code, file.release_code, file.revision_number
"""

_COLUMNS = (
    "file_name",
    "file_name_before",
    "symbol_percent",
    *(name for rule in RULES for name in dict.fromkeys((rule.count_column, rule.names_column))),
)


def landed_fingerprint(settings: Settings) -> dict[str, str]:
    """The sha256 of the manifest, by its path; empty where nothing is landed."""
    path = settings.landed / NAME
    if not path.is_file():
        return {}
    return {settings.relative(path): hashlib.sha256(path.read_bytes()).hexdigest()}


def _frame(settings: Settings, landed: Sequence[Landed]) -> pd.DataFrame:
    """One row per landed file: what it has, and what went away since the release before."""
    import duckdb
    import pandas as pd

    if not landed:
        return pd.DataFrame({name: pd.Series([], dtype=object) for name in _COLUMNS})
    folder = settings.landed / CELLS
    files = ", ".join(literal(str(folder / row.parquet_file_name)) for row in landed)
    query = _QUERY.format(files=f"[{files}]", unit_rows=UNIT_ROWS, low=UNIT_RATIO[0], high=UNIT_RATIO[1])
    try:
        with connect(settings) as connection:
            connection.register("manifest", pd.DataFrame([vars(row) for row in landed]))
            connection.register(
                "dictionary", pd.read_csv(settings.seeds / DICTIONARY, dtype=str, keep_default_na=False)
            )
            return connection.execute(query).df()
    except duckdb.Error as fault:
        reason = " ".join(str(fault).split())
        raise PathwaysError(
            f"{settings.relative(folder)} can't be read: {reason} Empty {settings.relative(folder.parent)} "
            "and land its files again."
        ) from fault


def landing_suite(settings: Settings) -> Suite:
    """The landed files as a suite: one row per file, one check per rule; the index names the file.

    Raises:
        PathwaysError: the landing area can't be read.
    """
    place = settings.relative(settings.landed)
    frame = _frame(settings, read_manifest(settings.landed))
    # without a name of its own, else Great Expectations gives rows as mappings
    frame.index = frame["file_name"].astype(object).rename(None)
    by_column = {rule.count_column: rule for rule in RULES}

    def describe(file: object, columns: Sequence[str]) -> tuple[str, str]:
        row = frame.loc[file]
        rule = by_column[columns[0]]
        before = row["file_name_before"]
        found = f"{rule.words} {row[rule.names_column]}"
        return f"{place}, {file}", found + (f" (against {before})" if isinstance(before, str) else "")

    checks = [
        Check(
            check_name=f"door__{SUBJECT}__{rule.rule_code}",
            rule_code=rule.rule_code,
            expectation="ExpectColumnValuesToBeBetween",
            arguments={
                "column": rule.count_column,
                "max_value": SYMBOL_SHARE_STEP if rule.count_column == "symbol_points_more" else 0,
            },
            columns=(rule.count_column,),
        )
        for rule in RULES
    ]
    return Suite(SUBJECT, place, frame, checks, describe)
