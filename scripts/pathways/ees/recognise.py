"""Which data set and release a file is, by its name and its years."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pathways.ees.data_file import DataFile
from pathways.errors import PathwaysError

REGISTER = Path("reference") / "dfe_data_set.csv"
DICTIONARY = Path("reference") / "dfe_column.csv"
CODE = re.compile(r"[a-z0-9_]{1,80}")
LIKENESS = 0.5
"""Share of a file's columns that another data set must know for the file to be taken for it."""
RELEASE = re.compile(r"(?:19|20)[0-9]{2}")
"""A release is named by the year in which its last reporting year ends."""
_YEARS = re.compile(r"_(?:19|20)\d\d(?:_to_(?:19|20)\d\d|_\d\d)?(?=_|$)")


@dataclass(frozen=True)
class DataSet:
    """A row of ``seeds/reference/dfe_data_set.csv``, as far as files are recognised by it.

    ``columns`` are those that ``dfe_column.csv`` knows of it; without a pattern no file fits.
    """

    data_set_code: str
    file_name_pattern: str = ""
    years_until_release: int = 0
    columns: frozenset[str] = frozenset()


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load_data_sets(seeds: Path) -> tuple[DataSet, ...]:
    """Reads the register of data sets, with the columns that the dictionary knows of each.

    Raises:
        PathwaysError: a seed can't be read, or a pattern in it is no regular expression.
    """
    try:
        known = [(row["data_set_code"], row["column_name"]) for row in _rows(seeds / DICTIONARY)]
        sets = tuple(
            DataSet(
                row["data_set_code"],
                row["file_name_pattern"],
                int(row["years_until_release"] or 0),
                frozenset(column for code, column in known if code == row["data_set_code"]),
            )
            for row in _rows(seeds / REGISTER)
        )
        for entry in sets:
            re.compile(entry.file_name_pattern)
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError, TypeError, re.error) as fault:
        raise PathwaysError(
            f"seeds/{REGISTER.as_posix()} or seeds/{DICTIONARY.as_posix()} can't be read ({fault}). "
            "Run `pathways check door` and mend it."
        ) from fault
    return sets


def stem_of(name: str) -> str:
    """The name of a file without folders and endings: ``data/C1.a.csv.gz`` is ``C1``."""
    return Path(name).name.split(".", 1)[0]


def data_set_of(name: str, sets: tuple[DataSet, ...]) -> DataSet:
    """The data set whose pattern fits the file's name; else one named after the file, years left out.

    A data set keeps its code from release to release, so the years in its file's name
    are no part of it.
    """
    stem = re.sub(r"[^a-z0-9]+", "_", stem_of(name).lower()).strip("_")
    for entry in sets:
        if entry.file_name_pattern and re.search(entry.file_name_pattern, stem):
            return entry
    return DataSet((_YEARS.sub("", stem) or stem or "unnamed")[:80])


def looks_like(columns: Sequence[str], data_set: DataSet, sets: tuple[DataSet, ...]) -> DataSet | None:
    """Another data set that knows most of a file's columns, and more of them than its own does.

    A file that DfE has renamed would else start a data set of its own, whose symbols say
    nothing of the figures before.
    """
    wanted = set(columns)
    best = max(sets, key=lambda entry: len(wanted & entry.columns), default=data_set)
    count = len(wanted & best.columns)
    if count < 2 or count < LIKENESS * len(wanted) or count <= len(wanted & data_set.columns):
        return None
    return best


def last_year(data: DataFile) -> int:
    """The year in which the last period of a screened file ends.

    A six-digit period names two years (201718), of which the second is the end (DfE,
    open data standards).
    """
    years = [
        int(text[:4]) + (len(text) == 6)
        for text in data["time_period"].values
        if re.fullmatch(r"[0-9]{4}(?:[0-9]{2})?", text)
    ]
    return max(years)


def release_of(data: DataFile, data_set: DataSet) -> str:
    """The release that a screened file belongs to, by its last year."""
    return str(last_year(data) + data_set.years_until_release)
