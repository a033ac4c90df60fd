"""Rules on the names of the files and on their columns.

Source: DfE, Analysts' Guide, Open data standards (files, headers, metadata).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from pathways.ees.data_file import Rows
from pathways.ees.register import HEADER, Breach, Subject, listed, meta_lines, of_columns, rule, shown
from pathways.ees.vocabulary import DATA_COLUMNS, FILTER_WORDS, META_COLUMNS, META_COLUMNS_ALLOWED

_FILTER_WORD = re.compile("|".join(FILTER_WORDS), re.IGNORECASE)


def _both_names(file: Subject) -> Iterator[tuple[str, bool]]:
    yield file.data_file_name, False
    if file.meta_file_name:
        yield file.meta_file_name, True


def _stem(name: str) -> str:
    """A file's name without its endings: ``a.b`` of ``a.b.meta.csv`` or ``a.b.csv.gz``."""
    bare = PurePosixPath(name.removesuffix(".gz")).stem
    return bare.removesuffix(".meta")


@rule(
    "filename",
    published="warning",
    why="browsers and archives rename what they save; the content is what counts",
)
def check_filename_spaces(file: Subject) -> Iterable[Breach]:
    """No file name has a space in it."""
    for name, in_meta in _both_names(file):
        if re.search(r"\s", name):
            yield Breach("", f"a space in {shown(name)}", "a name without spaces", in_meta=in_meta)


@rule(
    "filename",
    published="warning",
    why="browsers and archives rename what they save; previews are called .preview.csv",
)
def check_filename_special(file: Subject) -> Iterable[Breach]:
    """File names are of letters, digits, hyphens and underscores."""
    for name, in_meta in _both_names(file):
        signs = re.findall(r"[^A-Za-z0-9_\-\s]", _stem(name))
        if signs:
            yield Breach("", listed(signs), "letters, digits, - and _ before the ending", in_meta=in_meta)


@rule(
    "filename",
    published="advisory",
    why="Explore Education Statistics keeps the metadata, so a download has none",
)
def check_filenames_match(file: Subject) -> Iterable[Breach]:
    """The metadata of ``x.csv`` is in ``x.meta.csv``."""
    expected = f"{file.data_file_name.removesuffix('.gz').removesuffix('.csv')}.meta.csv"
    if file.meta_file_name is None:
        if file.strict:
            yield Breach("", "no metadata file", shown(expected))
    elif file.meta_file_name.removesuffix(".gz") != expected:
        yield Breach("", shown(file.meta_file_name), shown(expected), in_meta=True)


@rule("precheck columns", needs_meta=True)
def precheck_col_req_meta(file: Subject) -> Iterable[Breach]:
    """The metadata has its eight columns."""
    header = file.meta.columns if file.meta else ()
    for name in META_COLUMNS:
        if name not in header:
            yield Breach(name, "no such column", f"a column {name}", HEADER, in_meta=True)


@rule(
    "precheck columns",
    needs_meta=True,
    published="warning",
    why="a column more in the metadata changes no figure",
)
def precheck_col_invalid_meta(file: Subject) -> Iterable[Breach]:
    """The metadata has no columns but those that DfE knows."""
    header = file.meta.columns if file.meta else ()
    for name in header:
        if name not in META_COLUMNS and name not in META_COLUMNS_ALLOWED:
            yield Breach(name, shown(name), "the columns that DfE names", HEADER, in_meta=True)


@rule("precheck columns")
def precheck_col_req_data(file: Subject) -> Iterable[Breach]:
    """The data has its five mandatory columns."""
    for name in DATA_COLUMNS:
        if name not in file.data:
            yield Breach(name, "no such column", f"a column {name}", HEADER)


@rule("precheck columns", needs_meta=True)
def precheck_col_to_rows(file: Subject) -> Iterable[Breach]:
    """Beside the five mandatory columns there is at least one for each row of metadata."""
    described, free = len(file.meta_rows), len(file.data.columns) - len(DATA_COLUMNS)
    if described > free:
        yield Breach(
            "", f"{described:,} rows", f"at most {free:,}, a row for each column of the data", in_meta=True
        )


@rule("precheck columns")
def check_col_dupes(file: Subject) -> Iterable[Breach]:
    """No two columns of the data have one name (DfE's old check; its new one reads them apart)."""
    repeated = [name for name, count in Counter(file.data.names).items() if count > 1]
    for name in repeated:
        count = file.data.names.count(name)
        yield Breach(name, f"{shown(name)} {count} times", "a name for each column", Rows(count, (1,)))


def _missing(file: Subject, key: str) -> Iterator[Breach]:
    """Names in one column of the metadata that no column of the data has."""
    for name in dict.fromkeys(row[key] for row in file.meta_rows if row[key]):
        if name not in file.data:
            places = [place for place, row in enumerate(file.meta_rows) if row[key] == name]
            yield Breach(name, shown(name), "a column of the data file", meta_lines(places), in_meta=True)


@rule("precheck cross-file", needs_meta=True)
def precheck_cross_meta_to_data(file: Subject) -> Iterable[Breach]:
    """Every column and group that the metadata names is in the data."""
    yield from _missing(file, "col_name")
    yield from _missing(file, "filter_grouping_column")


@rule("meta", needs_meta=True)
def check_meta_fil_grp_match(file: Subject) -> Iterable[Breach]:
    """Every group is a column of the data; DfE says it twice, and the cross-file stage comes first."""
    yield from _missing(file, "filter_grouping_column")


@rule("precheck cross-file", "warning", needs_meta=True)
def precheck_cross_data_to_meta(file: Subject) -> Iterable[Breach]:
    """Every column of the data with several texts is in the metadata."""
    yield from of_columns(file.roles.other, "a row of the metadata for each column with several texts")


@rule(
    "columns",
    published="warning",
    why="a name with a space can be read; only a column without a name can't be mapped",
)
def check_col_names_spaces(file: Subject) -> Iterable[Breach]:
    """No column of the data has a space in its name, or no name at all."""
    spaced = [name for name in file.data.names if re.search(r"\s", name)]
    yield from of_columns(spaced, "names without spaces")
    for column in file.data.columns:
        if not column.name:
            yield Breach(
                f"column {column.number}", "blank", "a name for each column", HEADER, published="fail"
            )


@rule(
    "columns",
    "warning",
    published="advisory",
    why="DfE's files up to 2024 have capitals nearly everywhere, and signs such as + and -",
)
def check_col_snake_case(file: Subject) -> Iterable[Breach]:
    """Names of columns are of small letters, digits and underscores."""
    odd = [name for name in file.data.names if re.search(r"[^a-z0-9_]", name)]
    yield from of_columns(odd, "names of small letters, digits and _")


@rule(
    "columns",
    "warning",
    published="advisory",
    why="DfE's files have names such as 1-10_days; each is quoted where it is used",
)
def check_col_var_start(file: Subject) -> Iterable[Breach]:
    """Names of columns start with a small letter."""
    odd = [name for name in file.data.names if not re.match(r"[a-z]", name)]
    yield from of_columns(odd, "names that start with a small letter")


@rule(
    "columns",
    published="advisory",
    why="DfE's files on children in need are wide: an indicator for each sex or ethnic group",
)
def check_col_ind_smushed(file: Subject) -> Iterable[Breach]:
    """No indicator is named after an item that belongs in a filter, such as female or irish."""
    smushed = [name for name in file.roles.indicator if _FILTER_WORD.search(name)]
    yield from of_columns(smushed, "a filter for what tells these indicators apart")


@rule(
    "columns",
    "warning",
    published="advisory",
    why="DfE's tables a5 and a7 are built so",
)
def check_col_var_characteristic(file: Subject) -> Iterable[Breach]:
    """No filter is called characteristic or characteristic_group."""
    old = [name for name in file.filters if name in ("characteristic", "characteristic_group")]
    yield from of_columns(old, "breakdown and breakdown_topic")
