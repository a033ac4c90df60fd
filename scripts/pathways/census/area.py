"""The landing area of census returns: a folder of Parquet files a return, and the manifest that names them.

Child-level data is personal: folders and files are for their owner alone. A return counts from the moment
the manifest names it, which is written in one step; what a stop half-way left behind is cleared away by the
next landing.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pathways.census.return_file import Header, Rows
from pathways.census.tables import TABLES
from pathways.errors import PathwaysError
from pathways.files import only_one, owner_only, put_on_disk, write_whole
from pathways.settings import Settings

MANIFEST = "manifest.csv"
RETURNS = "returns"
GONE = "gone.csv"
"""Which files were landed and are no longer: those that stay in the inbox must not come back unasked."""


@dataclass(frozen=True)
class LandedReturn:
    """One landed return, without a word of any child."""

    return_key: str
    la_code: str
    census_year: int
    reference_date: str
    sha256: str
    file_name: str
    child_count: int
    referral_count: int
    set_aside_count: int
    is_synthetic: bool
    software_code: str
    landed_at: str


COLUMNS = tuple(field.name for field in fields(LandedReturn))


@dataclass(frozen=True)
class GoneReturn:
    """A return that was landed once: by its checksum, and what became of it."""

    sha256: str
    la_code: str
    census_year: str
    reason: str


AMENDED, TAKEN_OUT = "amended", "taken out"


def return_key(header: Header, sha256: str) -> str:
    """Name of a return: council, census year and the beginning of its checksum."""
    return f"{header.la_code}_{header.census_year}_{sha256[:8]}"


class ReturnWriter:
    """Writes the tables of one return into a folder that nobody looks at yet."""

    def __init__(self, folder: Path, sha256: str) -> None:
        self.folder = folder
        self.sha256 = sha256
        self._writers: dict[str, pq.ParquetWriter] = {}

    def flush(self, header: Header, rows: Rows) -> None:
        """Adds the rows of some children."""
        key = return_key(header, self.sha256)
        for table in TABLES:
            found = rows.lists[table.name]
            count = len(found)
            columns = list(zip(*found, strict=True)) if found else [()] * table.width
            writer = self._writers.get(table.name)
            if writer is None:
                writer = self._writers[table.name] = pq.ParquetWriter(
                    self.folder / f"{table.name}.parquet", table.schema, compression="snappy"
                )
            arrays = [pa.array([key] * count, pa.string())]
            for name, values in zip(table.columns, columns, strict=True):
                kind = table.schema.field(name).type
                # days are counted as whole numbers: far faster than dates
                arrays.append(pa.array(values, pa.int32() if kind == pa.date32() else kind).cast(kind))
            writer.write_table(pa.Table.from_arrays(arrays, schema=table.schema))

    def close(self) -> None:
        """Ends the files and sees them on the disk."""
        for writer in self._writers.values():
            writer.close()
        for path in self.folder.iterdir():
            put_on_disk(path)
        put_on_disk(self.folder)


class ReturnArea:
    """The landed returns, held by one landing at a time."""

    def __init__(self, folder: Path, landed: list[LandedReturn]) -> None:
        self.folder = folder
        self.landed = landed
        self.gone = _read_gone(folder)

    def of(self, la_code: str, census_year: int) -> LandedReturn | None:
        """The return of a council for a census year, if it is landed."""
        return next(
            (one for one in self.landed if (one.la_code, one.census_year) == (la_code, census_year)), None
        )

    def known(self, sha256: str) -> LandedReturn | None:
        """The landed return of the same content, if there is one."""
        return next((one for one in self.landed if one.sha256 == sha256), None)

    def draft(self, sha256: str) -> ReturnWriter:
        """A writer into a new folder for drafts."""
        folder = self.folder / RETURNS / f".draft_{sha256[:16]}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return ReturnWriter(folder, sha256)

    def add(self, writer: ReturnWriter, row: LandedReturn) -> None:
        """Makes a written return part of the area, in the place of an earlier one for the same year."""
        writer.close()
        place = self.folder / RETURNS / row.return_key
        shutil.rmtree(place, ignore_errors=True)
        writer.folder.replace(place)
        put_on_disk(place.parent)
        earlier = self.of(row.la_code, row.census_year)
        if earlier is not None:
            self._note(earlier, AMENDED)
        self.write([one for one in self.landed if one is not earlier] + [row])
        if earlier is not None and earlier.return_key != row.return_key:
            shutil.rmtree(self.folder / RETURNS / earlier.return_key, ignore_errors=True)
        if self.gone.pop(row.sha256, None) is not None:
            self._write_gone()

    def remove(self, row: LandedReturn) -> None:
        """Takes a return out again."""
        self._note(row, TAKEN_OUT)
        self.write([one for one in self.landed if one != row])
        shutil.rmtree(self.folder / RETURNS / row.return_key, ignore_errors=True)

    def write(self, landed: list[LandedReturn]) -> None:
        """Makes the area one of these returns, whose folders are there."""
        self.landed = sorted(landed, key=lambda one: (one.la_code, one.census_year))
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in self.landed:
            writer.writerow({**asdict(row), "is_synthetic": str(row.is_synthetic).lower()})
        write_whole(self.folder / MANIFEST, text.getvalue().encode("utf-8"))

    def _note(self, row: LandedReturn, reason: str) -> None:
        """Notes that a return goes, before it does: one that is still landed is known all the same."""
        self.gone[row.sha256] = GoneReturn(row.sha256, row.la_code, str(row.census_year), reason)
        self._write_gone()

    def _write_gone(self) -> None:
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, _GONE_COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(one) for one in self.gone.values())
        write_whole(self.folder / GONE, text.getvalue().encode("utf-8"))


_GONE_COLUMNS = tuple(field.name for field in fields(GoneReturn))


def _read_gone(folder: Path) -> dict[str, GoneReturn]:
    """The returns that were landed once, by checksum.

    Raises:
        PathwaysError: the file is not one that landing wrote.
    """
    try:
        rows = list(csv.DictReader(io.StringIO((folder / GONE).read_text(encoding="utf-8"), newline="")))
        return {row["sha256"]: GoneReturn(**row) for row in rows}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, KeyError, csv.Error) as fault:
        raise PathwaysError(
            f"{folder / GONE}: found what landing does not write. It keeps returns that were amended or "
            "taken out from coming back from the inbox: put back a copy, or empty the inbox and remove it."
        ) from fault


def read_manifest(folder: Path) -> list[LandedReturn]:
    """The landed returns of a folder; none where nothing is landed.

    Raises:
        PathwaysError: the manifest is not one that landing wrote.
    """
    path = folder / MANIFEST
    try:
        rows = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))
        if tuple(rows.fieldnames or ()) != COLUMNS:
            raise ValueError("other columns than landing writes")
        return [_landed(row) for row in rows]
    except FileNotFoundError:
        return []
    except (ValueError, TypeError, csv.Error) as fault:
        raise PathwaysError(
            f"{path}: found {fault}. The manifest is written by `pathways land` alone: put back a copy, or "
            "empty the folder and land the returns again."
        ) from fault


def _landed(row: dict[str, str]) -> LandedReturn:
    cells: dict[str, Any] = dict(row)
    for name in ("census_year", "child_count", "referral_count", "set_aside_count"):
        cells[name] = int(row[name])
    cells["is_synthetic"] = row["is_synthetic"] == "true"
    return LandedReturn(**cells)


@contextmanager
def return_area(settings: Settings) -> Iterator[ReturnArea]:
    """The area of census returns, held; its files are for their owner alone.

    Raises:
        PathwaysError: another landing is at work, or the area is damaged.
    """
    folder = settings.returns
    with owner_only():
        (folder / RETURNS).mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        with only_one(folder, f"Another landing is writing to {settings.relative(folder)}."):
            area = ReturnArea(folder, read_manifest(folder))
            named = {one.return_key for one in area.landed}
            for path in (folder / RETURNS).iterdir():
                if path.name not in named:
                    shutil.rmtree(path, ignore_errors=True)
            missing = sorted(named - {path.name for path in (folder / RETURNS).iterdir()})
            if missing:
                raise PathwaysError(
                    f"{settings.relative(folder / RETURNS)}: {missing[0]} is in the manifest and is not "
                    "there. Put it back, or empty the folder and land its returns again."
                )
            yield area
