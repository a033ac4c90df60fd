"""Rules on the rows of the metadata.

Source: DfE, Analysts' Guide, Open data standards, metadata. A published file comes
without metadata, so most of these hold for a file about to be published.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from pathways.ees.register import Breach, Subject, listed, meta_lines, rule, shown
from pathways.ees.vocabulary import (
    COLUMN_TYPES,
    GEOGRAPHY_COLUMNS,
    INDICATOR_UNITS,
    LIKE_A_PLACE,
    SITE_NAMES,
    TIME_COLUMNS,
)

Row = dict[str, str]
_WHOLE_NUMBER = re.compile(r"[0-9]+(?:\.0+)?")
_ONLY_SHOWN = "it says how figures are shown and named, and changes none of them"


def _rows(file: Subject, column: str, allowed: str, is_broken: Callable[[Row], bool]) -> Iterator[Breach]:
    """One breach for all rows of the metadata for which something holds of a column."""
    places = [place for place, row in enumerate(file.meta_rows) if is_broken(row)]
    if places:
        texts = [file.meta_rows[place].get(column, "") for place in places]
        yield Breach(column, listed(texts), allowed, meta_lines(places), in_meta=True)


def _repeated(file: Subject, column: str, allowed: str) -> Iterator[Breach]:
    counts = Counter(row[column] for row in file.meta_rows)
    yield from _rows(file, column, allowed, lambda row: row[column].strip() != "" and counts[row[column]] > 1)


def _is(row: Row, kind: str) -> bool:
    return row["col_type"] == kind


def has_site_as_only_filter(file: Subject) -> bool:
    """Whether the one filter, or its group, is the name of a school or provider."""
    filters = [row["col_name"] for row in file.meta_rows if _is(row, "Filter")]
    groups = [row["filter_grouping_column"] for row in file.meta_rows if row["filter_grouping_column"]]
    return len(filters) == 1 and any(name in SITE_NAMES for name in (*filters, *groups[:1]))


@rule("precheck meta", needs_meta=True)
def precheck_meta_col_type(file: Subject) -> Iterable[Breach]:
    """A column is a Filter or an Indicator."""
    yield from _rows(file, "col_type", "Filter or Indicator", lambda row: row["col_type"] not in COLUMN_TYPES)


@rule("precheck meta", needs_meta=True)
def precheck_meta_ob_unit(file: Subject) -> Iterable[Breach]:
    """Time and geography are not in the metadata, but for the name of a school or provider."""
    units = {*TIME_COLUMNS, *GEOGRAPHY_COLUMNS} - {*SITE_NAMES}
    allowed = "filters and indicators only"
    yield from _rows(file, "col_name", allowed, lambda row: row["col_name"] in units)
    yield from _rows(
        file, "filter_grouping_column", allowed, lambda row: row["filter_grouping_column"] in units
    )


@rule("precheck meta", needs_meta=True)
def precheck_meta_col_name(file: Subject) -> Iterable[Breach]:
    """Every row of the metadata names its column."""
    yield from _rows(file, "col_name", "the name of a column", lambda row: not row["col_name"].strip())


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_dupe_label(file: Subject) -> Iterable[Breach]:
    """No two rows have one label."""
    yield from _repeated(file, "label", "a label for each column")


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_fil_grp(file: Subject) -> Iterable[Breach]:
    """An indicator has no group column."""
    yield from _rows(
        file,
        "filter_grouping_column",
        "blank for an indicator",
        lambda row: _is(row, "Indicator") and row["filter_grouping_column"] != "",
    )


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_fil_grp_dupe(file: Subject) -> Iterable[Breach]:
    """A group column belongs to one filter."""
    yield from _repeated(file, "filter_grouping_column", "a group column for each filter")


@rule("meta", "warning", needs_meta=True)
def check_meta_fil_grp_is_fil(file: Subject) -> Iterable[Breach]:
    """A group column is a filter with a row of its own."""
    named = {row["col_name"] for row in file.meta_rows}
    yield from _rows(
        file,
        "filter_grouping_column",
        "a row of the metadata for the group too",
        lambda row: row["filter_grouping_column"] not in {"", *named},
    )


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_fil_grp_stripped(file: Subject) -> Iterable[Breach]:
    """The items of a group column differ in more than spaces and punctuation."""
    groups = dict.fromkeys(row["filter_grouping_column"] for row in file.meta_rows)
    for name in groups:
        if name not in file.data:
            continue
        column = file.data[name]
        bare = ["".join(sign for sign in text if sign.isalnum()) for text in column.values]
        counts = Counter(bare)
        places = [place for place, text in enumerate(bare) if counts[text] > 1]
        if places:
            texts = [column.values[place] for place in places]
            allowed = "items that differ in letters or digits"
            yield Breach(name, listed(texts), allowed, column.rows_at(places))


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_label(file: Subject) -> Iterable[Breach]:
    """Every row has a label."""
    yield from _rows(file, "label", "a label", lambda row: not row["label"].strip())


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_filter_hint(file: Subject) -> Iterable[Breach]:
    """An indicator has no filter hint."""
    yield from _rows(
        file,
        "filter_hint",
        "blank for an indicator",
        lambda row: _is(row, "Indicator") and row.get("filter_hint", "") != "",
    )


@rule("meta", needs_meta=True)
def check_meta_geog_catch(file: Subject) -> Iterable[Breach]:
    """No filter or group is named like a column of geography."""
    spared = SITE_NAMES if has_site_as_only_filter(file) else ()

    def is_place(name: str) -> bool:
        return name not in spared and LIKE_A_PLACE.fullmatch(name) is not None

    allowed = "geography in columns of DfE's names, outside the metadata"
    yield from _rows(file, "col_name", allowed, lambda row: _is(row, "Filter") and is_place(row["col_name"]))
    yield from _rows(
        file, "filter_grouping_column", allowed, lambda row: is_place(row["filter_grouping_column"])
    )


def _blank_on_filters(file: Subject, column: str) -> Iterator[Breach]:
    yield from _rows(
        file, column, "blank for a filter", lambda row: _is(row, "Filter") and row.get(column, "") != ""
    )


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_indicator_dp(file: Subject) -> Iterable[Breach]:
    """A filter has no decimal places."""
    yield from _blank_on_filters(file, "indicator_dp")


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_col_name_spaces(file: Subject) -> Iterable[Breach]:
    """No name of a column has a space in it."""
    yield from _rows(
        file, "col_name", "a name without spaces", lambda row: re.search(r"\s", row["col_name"]) is not None
    )


@rule("meta", needs_meta=True)
def check_meta_col_name_dupe(file: Subject) -> Iterable[Breach]:
    """A column has one row in the metadata."""
    yield from _repeated(file, "col_name", "one row for each column")


@rule("meta", "warning", needs_meta=True, published="advisory", why=_ONLY_SHOWN)
def check_meta_ind_dp_set(file: Subject) -> Iterable[Breach]:
    """An indicator says its decimal places; without, two are shown."""
    yield from _rows(
        file,
        "indicator_dp",
        "a whole number of decimal places",
        lambda row: _is(row, "Indicator") and not row.get("indicator_dp", "").strip(),
    )


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_ind_dp_values(file: Subject) -> Iterable[Breach]:
    """Decimal places are a whole number from 0."""
    yield from _rows(
        file,
        "indicator_dp",
        "blank or a whole number from 0",
        lambda row: row.get("indicator_dp", "") != "" and not _WHOLE_NUMBER.fullmatch(row["indicator_dp"]),
    )


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_ind_unit(file: Subject) -> Iterable[Breach]:
    """A filter has no unit."""
    yield from _blank_on_filters(file, "indicator_unit")


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_ind_unit_validation(file: Subject) -> Iterable[Breach]:
    """The unit of an indicator is one that DfE knows."""
    yield from _rows(
        file,
        "indicator_unit",
        f"blank, {', '.join(shown(unit) for unit in INDICATOR_UNITS if unit)}",
        lambda row: _is(row, "Indicator") and row.get("indicator_unit", "") not in INDICATOR_UNITS,
    )


@rule("meta", needs_meta=True, published="warning", why=_ONLY_SHOWN)
def check_meta_indicator_grouping(file: Subject) -> Iterable[Breach]:
    """A filter is in no group of indicators."""
    yield from _blank_on_filters(file, "indicator_grouping")
