"""Which data set and release a file is, by its name and its years."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from pathways.ees.data_file import DataFile
from pathways.errors import PathwaysError

REGISTER = Path("reference") / "dfe_data_set.csv"
RELEASE = re.compile(r"(?:19|20)[0-9]{2}")
"""A release is named by the year in which its last reporting year ends."""
_YEARS = re.compile(r"_(?:19|20)\d\d(?:_to_(?:19|20)\d\d|_\d\d)?(?=_|$)")


@dataclass(frozen=True)
class DataSet:
    """A row of ``seeds/reference/dfe_data_set.csv``, as far as files are recognised by it."""

    data_set_code: str
    file_name_pattern: str
    years_until_release: int = 0


def load_data_sets(seeds: Path) -> tuple[DataSet, ...]:
    """Reads the register of data sets.

    Raises:
        PathwaysError: it can't be read, or a pattern in it is no regular expression.
    """
    path = seeds / REGISTER
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        sets = tuple(
            DataSet(row["data_set_code"], row["file_name_pattern"], int(row["years_until_release"] or 0))
            for row in rows
        )
        for entry in sets:
            re.compile(entry.file_name_pattern)
    except (OSError, UnicodeDecodeError, csv.Error, KeyError, ValueError, TypeError, re.error) as fault:
        raise PathwaysError(
            f"seeds/{REGISTER.as_posix()} can't be read ({fault}). Run `pathways check door` and mend it."
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
        if re.search(entry.file_name_pattern, stem):
            return entry
    return DataSet(_YEARS.sub("", stem) or stem or "unnamed", "")


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
