"""What has been landed: one row per file, in a file that people and dbt read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from pathways.errors import PathwaysError
from pathways.files import write_whole

NAME = "manifest.csv"
CELLS = "cell"
"""Folder beside the manifest with one Parquet file per landed file."""


@dataclass(frozen=True)
class Landed:
    """One landed file.

    ``sha256`` is that of the file, ``content_sha256`` that of its text without byte-order
    mark and with single line feeds: a copy that went through git is the same file.
    ``revision_number`` counts the files landed for one data set and release, from 1;
    ``constant_text`` and ``unit_text`` are JSON objects by column name.
    """

    sha256: str
    content_sha256: str
    file_name: str
    byte_count: int
    row_count: int
    cell_count: int
    data_set_code: str
    release_code: str
    revision_number: int
    first_time_period: str
    last_time_period: str
    constant_text: str
    unit_text: str
    meta_file_name: str
    source_url: str
    landed_at: str
    parquet_file_name: str


COLUMNS = tuple(field.name for field in fields(Landed))
_NUMBERS = ("byte_count", "row_count", "cell_count", "revision_number")


def read_manifest(folder: Path) -> list[Landed]:
    """The rows of the manifest in a folder; none where there is no manifest.

    Raises:
        PathwaysError: the manifest is not one that this program wrote.
    """
    path = folder / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    except UnicodeDecodeError as fault:
        raise _unreadable(path, "text that is not UTF-8") from fault
    rows = csv.DictReader(io.StringIO(text, newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        raise _unreadable(path, "other columns than landing writes")
    try:
        return [_landed(row) for row in rows]
    except (TypeError, ValueError, csv.Error) as fault:
        raise _unreadable(path, f"a row that landing did not write ({fault})") from fault


def _landed(row: dict[str, str]) -> Landed:
    cells: dict[str, Any] = {**row, **{name: int(row[name]) for name in _NUMBERS}}
    return Landed(**cells)


def _unreadable(path: Path, found: str) -> PathwaysError:
    return PathwaysError(
        f"{path}: found {found}. The manifest is written by `pathways land` alone: put back a copy, or "
        "empty the folder and land its files again."
    )


def write_manifest(folder: Path, landed: Iterable[Landed]) -> None:
    """Writes the manifest anew, in the order of data set, release and revision."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    order = ("data_set_code", "release_code", "revision_number")
    for row in sorted(landed, key=lambda entry: [getattr(entry, name) for name in order]):
        writer.writerow(asdict(row))
    write_whole(folder / NAME, text.getvalue().encode())
