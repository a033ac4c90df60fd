"""The window: the tables that are published, checked as their readers will see them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pathways.door import run_side
from pathways.errors import PathwaysError
from pathways.expectations import Check, Suite
from pathways.outcome import CheckReport
from pathways.rules import load_rules
from pathways.seed_files import property_files, read_yaml
from pathways.settings import Settings
from pathways.warehouse import (
    column_names,
    open_build_file,
    primary_keys,
    quoted,
    table_names,
)

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

SIDE = "window"

PERSONAL_COLUMNS = (
    r"(?:^|_)(?:child|pupil|person|family|referral|case)_(?:id|identifier|number|key)$",
    r"(?:^|_)(?:upn|uln|nhs_number|lac_id|ssn|national_insurance_number)(?:_|$)",
    r"(?:^|_)(?:birth_date|date_of_birth|dob|expected_birth_date|date_of_death)(?:_|$)",
    r"(?:^|_)(?:child|pupil|person|parent|carer|family)_(?:\w+_)?(?:name|surname|forename)$",
    r"(?:^|_)(?:forename|first_name|surname|last_name|family_name|full_name|given_name)(?:_|$)",
    r"(?:^|_)(?:postcode|postal_code|home_address|street_address|uprn)(?:_|$)",
)
"""Names that a column about one child would carry (from the children in need census)."""

SIGNED = re.compile(r"(?:^|_)(?:difference|change)(?:_|$)")
"""A difference or change may be below zero, and says so in its name."""


@dataclass(frozen=True)
class MartSpec:
    """What a mart's property file declares."""

    name: str
    columns: tuple[str, ...]
    may_be_empty: bool = False
    signed: frozenset[str] = frozenset()
    """Columns that hold differences too, beside what is never below zero; the table checks them itself."""


def load_mart_specs(settings: Settings) -> dict[str, MartSpec]:
    """Every model described under ``models/marts``, by name."""
    specs = {}
    folder = settings.project / "models" / "marts"
    for path in property_files(folder):
        for node in read_yaml(path, settings.relative(path)).get("models") or ():
            meta = ((node.get("config") or {}).get("meta")) or {}
            name = str(node.get("name"))
            columns = node.get("columns") or ()
            specs[name] = MartSpec(
                name=name,
                columns=tuple(str(column["name"]) for column in columns),
                may_be_empty=bool(meta.get("may_be_empty", False)),
                signed=frozenset(
                    str(column["name"])
                    for column in columns
                    if ((column.get("config") or {}).get("meta") or {}).get("is_signed")
                ),
            )
    return specs


def is_personal(column: str) -> bool:
    """Whether a column's name is one that a child's own record would carry."""
    return any(re.search(pattern, column.lower()) for pattern in PERSONAL_COLUMNS)


def _check(table: str, rule_code: str, expectation: str, *detail: str, **options: Any) -> Check:
    arguments = options.pop("arguments", {})
    parts = [SIDE, table, rule_code, *detail]
    return Check(
        check_name="__".join(part for part in parts if part),
        rule_code=rule_code,
        expectation=expectation,
        arguments=arguments,
        **options,
    )


def percent_columns(columns: Sequence[str]) -> list[str]:
    """Columns that hold a percentage from 0 to 100."""
    return [name for name in columns if name.endswith("_percent") and not SIGNED.search(name)]


def count_columns(columns: Sequence[str]) -> list[str]:
    """Columns that hold a count or its bounds, so can't be below zero.

    The ends of an interval around a rate or a difference are no bounds of a count.
    """
    names = []
    for name in columns:
        counted = name.endswith(("_count", "_lower", "_upper")) or name in (
            "value",
            "lower_bound",
            "upper_bound",
        )
        if counted and not SIGNED.search(name) and not name.startswith("interval_"):
            names.append(name)
    return names


def status_pairs(columns: Sequence[str]) -> list[tuple[str, str, str | None, str | None]]:
    """Each figure that has a status: status column, number column, lower and upper bound."""
    there = set(columns)

    def bound(name: str) -> str | None:
        return name if name in there else None

    pairs = []
    for name in columns:
        if name == "status_code" and "value" in there:
            pairs.append((name, "value", bound("lower_bound"), bound("upper_bound")))
        elif name.endswith("_status"):
            stem = name.removesuffix("_status")
            # rereferral_percent_status names its figure whole; rereferral_status and compared_status
            # leave out what kind of number it is
            for number in (stem, f"{stem}_count", f"{stem}_value"):
                if number in there:
                    base = number.removesuffix("_count").removesuffix("_value")
                    pairs.append((name, number, bound(f"{base}_lower"), bound(f"{base}_upper")))
                    break
    return pairs


def table_checks(spec: MartSpec, columns: Sequence[str]) -> list[Check]:
    """The expectations of one published table, from its columns' names."""
    table = spec.name

    def columns_found() -> str:
        return f"columns {', '.join(columns)} where {', '.join(spec.columns) or 'none'} are described"

    checks = [
        _check(
            table,
            "published_columns_are_documented",
            "ExpectTableColumnsToMatchOrderedList",
            # an empty list breaks the page that Great Expectations writes
            arguments={"column_list": list(spec.columns) or ["(none described)"]},
            table_found=columns_found,
        )
    ]
    if not spec.may_be_empty:
        checks.append(
            _check(
                table,
                "published_table_has_rows",
                "ExpectTableRowCountToBeBetween",
                arguments={"min_value": 1},
                table_found=lambda: "no rows",
            )
        )
    checks.extend(
        _check(
            table,
            "published_percent_is_a_percent",
            "ExpectColumnValuesToBeBetween",
            name,
            arguments={"column": name, "min_value": 0, "max_value": 100},
            columns=(name,),
        )
        for name in percent_columns(columns)
        if name not in spec.signed
    )
    return checks


def counts_suite(frame: pd.DataFrame, spec: MartSpec, key: Sequence[str]) -> Suite | None:
    """All counts of a table, one below the other, as a suite; None if it has none."""
    import pandas as pd

    table = spec.name
    columns = [name for name in count_columns(list(map(str, frame.columns))) if name not in spec.signed]
    if not columns:
        return None
    spots = [(row, column) for column in columns for row in range(len(frame))]
    numbers = [frame[column].astype("float64") for column in columns]
    long = pd.DataFrame(
        {
            "column_name": pd.Series([column for _, column in spots], dtype=object),
            "number": pd.concat(numbers, ignore_index=True),
        }
    )

    def describe(index: int, _: Sequence[str]) -> tuple[str, str]:
        row, column = spots[index]
        return row_place(frame, table, key, row), shown(frame, row, [column])

    check = _check(
        table,
        "published_count_is_not_negative",
        "ExpectColumnValuesToBeBetween",
        arguments={"column": "number", "min_value": 0},
        columns=("number",),
    )
    return Suite(table, f"marts.{table}", long, [check], describe, f"{table} counts")


def figures_suite(frame: pd.DataFrame, spec: MartSpec, key: Sequence[str]) -> Suite | None:
    """All figures of a table that have a status, one below the other, as a suite.

    One row per figure: its column, status, number and bounds. None if the table
    has no figure with a status.
    """
    import pandas as pd

    table = spec.name
    pairs = status_pairs([str(name) for name in frame.columns])
    if not pairs:
        return None
    nothing = pd.Series([float("nan")] * len(frame), dtype="float64")

    def numbers(column: str | None) -> pd.Series[float]:
        return frame[column].astype("float64") if column else nothing

    long = pd.concat(
        [
            pd.DataFrame(
                {
                    "column_name": number,
                    "status": frame[status].astype(object),
                    "number": numbers(number),
                    "lower_bound": numbers(lower),
                    "upper_bound": numbers(upper),
                }
            )
            for status, number, lower, upper in pairs
        ],
        ignore_index=True,
    )
    spots = [(row, pair) for pair in pairs for row in range(len(frame))]

    def describe(index: int, columns: Sequence[str]) -> tuple[str, str]:
        row, (status, number, lower, upper) = spots[index]
        named = {"status": status, "number": number, "lower_bound": lower, "upper_bound": upper}
        names = [name for name in (named[column] for column in columns) if name]
        return row_place(frame, table, key, row), shown(frame, row, names)

    rule = "withheld_figure_has_no_number"
    checks = [
        _check(
            table,
            rule,
            "ExpectColumnValuesToNotBeNull",
            "reported",
            arguments={"column": "number"},
            columns=("status", "number"),
            condition=("status", "==", "reported"),
        ),
        _check(
            table,
            rule,
            "ExpectColumnValuesToBeNull",
            "withheld",
            arguments={"column": "number"},
            columns=("status", "number"),
            condition=("status", "!=", "reported"),
        ),
        _check(
            table,
            rule,
            "ExpectColumnPairValuesAToBeGreaterThanB",
            "bounds",
            arguments={
                "column_A": "upper_bound",
                "column_B": "lower_bound",
                "or_equal": False,
                "ignore_row_if": "either_value_is_missing",
            },
            columns=("status", "lower_bound", "upper_bound"),
            condition=("status", "==", "suppressed"),
        ),
    ]
    return Suite(table, f"marts.{table}", long, checks, describe, f"{table} figures")


def row_place(frame: pd.DataFrame, table: str, key: Sequence[str], row: int) -> str:
    """A row by the table's key, or by its number in the table where there is none."""
    values = frame.iloc[row]
    named = ", ".join(f"{name} {values[name]}" for name in key) or f"row {row + 1}"
    return f"marts.{table}, {named}"


def shown(frame: pd.DataFrame, row: int, columns: Sequence[str]) -> str:
    """What stands in some columns of a row."""
    import pandas as pd

    values = frame.iloc[row]
    return ", ".join(f"{name} = {'nothing' if pd.isna(values[name]) else values[name]}" for name in columns)


def table_suites(frame: pd.DataFrame, spec: MartSpec, key: Sequence[str]) -> list[Suite]:
    """One published table as suites; broken rows are named by the table's key."""
    frame = frame.reset_index(drop=True)
    columns = [str(name) for name in frame.columns]

    def describe(row: int, names: Sequence[str]) -> tuple[str, str]:
        return row_place(frame, spec.name, key, row), shown(frame, row, names)

    checks = table_checks(spec, columns)
    whole = Suite(spec.name, f"marts.{spec.name}", frame, checks, describe)
    more = (counts_suite(frame, spec, key), figures_suite(frame, spec, key))
    return [whole, *(suite for suite in more if suite is not None)]


def columns_suite(tables: dict[str, list[str]]) -> Suite:
    """The names of all published columns as a suite of one check."""
    import pandas as pd

    rows = [(table, column) for table, columns in tables.items() for column in columns]
    frame = pd.DataFrame(rows, columns=["table_name", "column_name"], dtype=object)

    def describe(row: int, _: Sequence[str]) -> tuple[str, str]:
        table, column = rows[row]
        return f"marts.{table}", f"the column {column}"

    rule = "no_personal_column_is_published"
    check = _check(
        "published_column",
        rule,
        "ExpectColumnValuesToNotMatchRegexList",
        arguments={
            "column": "column_name",
            "regex_list": [f"(?i).*{pattern}" for pattern in PERSONAL_COLUMNS],
        },
        columns=("column_name",),
    )
    return Suite("published_column", "marts", frame, [check], describe)


_SOURCE_FIGURES = """
    select
        dim_source.source_key,
        count(fct_pathway_figure.value) as figure_count
    from marts.dim_source
    left join marts.fct_pathway_figure
        on dim_source.source_key = fct_pathway_figure.source_key
    group by dim_source.source_key
"""


def source_figures(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many figures with a value each source has; empty where there are no such tables."""
    if not {"dim_source", "fct_pathway_figure"} <= set(table_names(connection)):
        return {}
    return {str(key): int(count) for key, count in connection.execute(_SOURCE_FIGURES).fetchall()}


def published_sources(settings: Settings) -> dict[str, int]:
    """The sources of the last published file; empty where there is none."""
    import duckdb

    if not settings.published_file.is_file():
        return {}
    try:
        with duckdb.connect(str(settings.published_file), read_only=True) as connection:
            return source_figures(connection)
    except duckdb.Error as fault:
        reason = " ".join(str(fault).split())
        raise PathwaysError(
            f"The last published file {settings.relative(settings.published_file)} can't be read, "
            f"so nothing can be compared with it: {reason} Move it away if it is damaged."
        ) from fault


def sources_suite(before: dict[str, int], now: dict[str, int]) -> Suite:
    """Every source published last time beside what is there now, as a suite of one check.

    A source that is gone counts -1, so that it is noticed even if it had no figure.
    """
    import pandas as pd

    keys = sorted(before)
    frame = pd.DataFrame(
        {
            "source_key": pd.Series(keys, dtype=object),
            "figure_count_before": pd.Series([before[key] for key in keys], dtype="int64"),
            "figure_count_now": pd.Series([now.get(key, -1) for key in keys], dtype="int64"),
        }
    )

    def describe(row: int, _: Sequence[str]) -> tuple[str, str]:
        key = keys[row]
        place = f"marts.dim_source, source_key {key}"
        if key not in now:
            return place, f"no such source, where {before[key]} figures were published before"
        return place, f"{now[key]} figures where {before[key]} were published before"

    check = _check(
        "published_source",
        "published_source_does_not_vanish",
        "ExpectColumnPairValuesAToBeGreaterThanB",
        arguments={
            "column_A": "figure_count_now",
            "column_B": "figure_count_before",
            "or_equal": True,
        },
        columns=("source_key",),
    )
    return Suite("published_source", "marts.dim_source", frame, [check], describe)


def checked_rows(table: str, columns: Sequence[str], key: Sequence[str]) -> str:
    """The query for the rows of a table that say something of their own about a rule.

    Rows with the same numbers and statuses pass or fail together, so the first of them
    stands for all: a table may have a million cells and few different ones.
    """
    looked_at = {*percent_columns(columns), *count_columns(columns)}
    looked_at.update(name for pair in status_pairs(columns) for name in pair if name)
    groups = ", ".join(quoted(name) for name in columns if name in looked_at)
    order = ", ".join(quoted(name) for name in key or columns)
    partition = f"partition by {groups} " if groups else ""
    return (
        f"select * from {quoted('marts', table)} "
        f"qualify row_number() over ({partition}order by {order}) = 1 order by {order}"
    )


def check_window(settings: Settings) -> CheckReport:
    """Checks every table of ``marts`` in the build file; writes the report and its pages.

    Raises:
        PathwaysError: no build file, one that is held by another process, or one
            without any table to publish.
    """
    with open_build_file(settings) as connection:
        return check_open_window(settings, connection)


def check_open_window(settings: Settings, connection: duckdb.DuckDBPyConnection) -> CheckReport:
    """The same over a build file that is open already.

    A table with a personal column is not loaded: its rows must not reach a page.
    """
    rules = load_rules(settings.seeds)
    specs = load_mart_specs(settings)
    names = table_names(connection)
    if not names:
        raise PathwaysError(
            f"{settings.relative(settings.build_file)} has no table in the schema marts, so "
            "there is nothing to publish. Run `pathways build`."
        )
    found = column_names(connection)
    columns = {name: found[name] for name in names}
    keys = primary_keys(connection)
    suites = [
        columns_suite(columns),
        sources_suite(published_sources(settings), source_figures(connection)),
    ]
    for name in names:
        if any(is_personal(column) for column in columns[name]):
            continue
        key = keys.get(name, [])
        frame = connection.execute(checked_rows(name, columns[name], key)).df()
        suites.extend(table_suites(frame, specs.get(name, MartSpec(name, ())), key))
    return run_side(settings, SIDE, [], suites, rules, {})
