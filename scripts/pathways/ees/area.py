"""The landing area: Parquet files of cells, and the manifest that says which of them count."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq

from pathways.ees.cells import cells_of
from pathways.ees.data_file import DataFile
from pathways.ees.manifest import CELLS, Landed, read_manifest, write_manifest
from pathways.ees.roles import Roles
from pathways.errors import PathwaysError
from pathways.files import only_one, put_on_disk
from pathways.settings import Settings


class LandingArea:
    """The folder of landed files, held by one landing at a time."""

    def __init__(self, folder: Path, landed: list[Landed]) -> None:
        self.folder = folder
        self.landed = landed
        self._new: list[Path] = []

    def known(self, content_sha256: str) -> Landed | None:
        """The landed file of the same content, if there is one."""
        return next((row for row in self.landed if row.content_sha256 == content_sha256), None)

    def of_release(self, data_set_code: str, release_code: str) -> list[Landed]:
        """What has been landed for one release of a data set."""
        return [
            row
            for row in self.landed
            if (row.data_set_code, row.release_code) == (data_set_code, release_code)
        ]

    def remove(self, rows: list[Landed]) -> None:
        """Takes files out of the manifest; the next landing clears their cells away."""
        self.landed = [row for row in self.landed if row not in rows]
        write_manifest(self.folder, self.landed)

    def add(self, data: DataFile, kinds: Roles, row: Landed) -> None:
        """Writes the cells of a file; they count from the moment the manifest names them."""
        path = self.folder / CELLS / row.parquet_file_name
        draft = path.with_name(f".{path.name}.draft")
        try:
            pq.write_table(cells_of(data, kinds, row.parquet_file_name), draft, compression="snappy")
            draft.replace(path)
        except OSError as fault:
            draft.unlink(missing_ok=True)
            raise PathwaysError(
                f"{path.parent}: {row.file_name} could not be written ({fault}). See that there is room on "
                "the disk and that you may write there, and run the command again; files before it are "
                "landed."
            ) from fault
        self._new.append(path)
        self.landed.append(row)

    def commit(self) -> None:
        """Makes what was added part of the landing area, in one step."""
        if not self._new:
            return
        for path in (*self._new, self.folder / CELLS):
            put_on_disk(path)
        write_manifest(self.folder, self.landed)
        self._new.clear()


def _require_whole(settings: Settings, landed: list[Landed]) -> None:
    folder = settings.landed / CELLS
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    missing = sorted({row.parquet_file_name for row in landed} - there)
    if missing:
        raise PathwaysError(
            f"{settings.relative(folder)}: {missing[0]} is in the manifest and is not there. "
            "Put it back, or empty the folder and land its files again."
        )


@contextmanager
def landing_area(settings: Settings, *, read_only: bool = False) -> Iterator[LandingArea]:
    """The landing area, held; what was landed before a stop half-way stays landed.

    With ``read_only`` nothing is made, held or cleared away.

    Raises:
        PathwaysError: another landing is at work, or the landing area is damaged.
    """
    folder = settings.landed
    if read_only:
        yield LandingArea(folder, read_manifest(folder))
        return
    (folder / CELLS).mkdir(parents=True, exist_ok=True)
    with only_one(folder, f"Another landing is writing to {settings.relative(folder)}."):
        landed = read_manifest(folder)
        _require_whole(settings, landed)
        named = {row.parquet_file_name for row in landed}
        for path in (folder / CELLS).iterdir():
            # left by a landing that was killed before it was part of the manifest
            if path.name not in named:
                path.unlink()
        area = LandingArea(folder, landed)
        try:
            yield area
        finally:
            area.commit()
