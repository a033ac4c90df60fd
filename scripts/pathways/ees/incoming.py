"""What a user hands over: files, folders and archives, as the data files that are in them."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from pathways.census.names import is_return
from pathways.ees.data_file import SIZE_LIMIT, DataFileError
from pathways.ees.screening import Finding
from pathways.errors import PathwaysError
from pathways.fetch.names import release_code

FILE_IS_CSV = "landed_file_is_csv"
ARCHIVE_IS_WHOLE = "landed_archive_is_whole"

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    # zipfile's own: a kind of packing that it does not know, and an archive with a password
    NotImplementedError,
    RuntimeError,
    OSError,
)
_DATA = re.compile(r"(?P<stem>[^/]*?)\.csv(?:\.gz)?", re.IGNORECASE)


@dataclass(frozen=True)
class Source:
    """A file, archive or folder to land, with what its bringer knows of it."""

    path: Path
    release_code: str | None = None
    source_url: str = ""


@dataclass(frozen=True)
class Incoming:
    """One data file: ``place`` as the user knows it, and how its bytes are read.

    ``fault`` says why it can't be one; then nothing is read.
    """

    name: str
    place: str
    read: Callable[[], bytes]
    meta_name: str | None = None
    read_meta: Callable[[], bytes] | None = None
    release_code: str | None = None
    source_url: str = ""
    fault: Finding | None = None


def _stem(name: str) -> str | None:
    """The name of a data file without its ending; None if it is none."""
    found = _DATA.fullmatch(PurePosixPath(name).name)
    return found["stem"] if found and ".meta" not in found["stem"].lower() else None


def _is_meta(name: str) -> bool:
    return ".meta." in PurePosixPath(name).name.lower()


def _meta_of(name: str, names: Sequence[str]) -> str | None:
    """The metadata file beside a data file: ``x.meta.csv`` for ``x.csv``, else any ``x.meta.*``."""
    folder, stem = PurePosixPath(name).parent, (_stem(name) or "").lower()
    beside = sorted(
        other
        for other in names
        if PurePosixPath(other).parent == folder
        and PurePosixPath(other).name.lower().startswith(f"{stem}.meta.")
    )
    exact = [other for other in beside if PurePosixPath(other).name.lower() == f"{stem}.meta.csv"]
    return next(iter(exact or beside), None)


def _faulty(name: str, place: str, rule_code: str, found: str, allowed: str) -> Incoming:
    finding = Finding(rule_code, "fail", name, "", found, allowed, (), 0)
    return Incoming(name, place, lambda: b"", fault=finding)


def _from_files(files: Sequence[Path], source: Source, shown: Callable[[Path], str]) -> Iterator[Incoming]:
    for path in files:
        meta = _meta_of(path.name, [other.name for other in path.parent.iterdir() if other.is_file()])
        yield Incoming(
            name=path.name,
            place=shown(path),
            read=path.read_bytes,
            meta_name=meta,
            read_meta=(path.parent / meta).read_bytes if meta else None,
            release_code=source.release_code,
            source_url=source.source_url,
        )


def _entry(archive: Path, name: str) -> bytes:
    """One file out of an archive, read into memory and never written to a path of the archive's choice."""
    try:
        with zipfile.ZipFile(archive) as opened:
            if opened.getinfo(name).file_size > SIZE_LIMIT:
                raise DataFileError("more than 1 GiB once unpacked", "a file of at most 1 GiB")
            # never more than it declares
            content = opened.read(name)
    except _DAMAGE as fault:
        raise DataFileError(f"an entry that can't be read ({fault})", "a whole ZIP file") from fault
    return content


def _from_archive(source: Source, place: str, left_aside: list[str]) -> Iterator[Incoming]:
    path = source.path
    try:
        with zipfile.ZipFile(path) as opened:
            names = [entry.filename for entry in opened.infolist() if not entry.is_dir()]
    except _DAMAGE as fault:
        found = f"an archive that can't be opened ({fault})"
        yield _faulty(path.name, place, ARCHIVE_IS_WHOLE, found, "a whole ZIP file")
        return
    # a release of DfE has its data in one folder, and beside it what goes with them
    inside = [name for name in names if name.startswith("data/")] or names
    taken = [
        name
        for name in sorted(inside)
        if _stem(name) is not None
        and not any(part.startswith((".", "__MACOSX")) for part in PurePosixPath(name).parts)
    ]
    left_aside.extend(f"{place}/{name}" for name in names if name not in taken and not _is_meta(name))
    for name in taken:
        meta = _meta_of(name, inside)
        yield Incoming(
            name=PurePosixPath(name).name,
            place=f"{place}/{name}",
            read=lambda name=name: _entry(path, name),  # type: ignore[misc]
            meta_name=PurePosixPath(meta).name if meta else None,
            read_meta=(lambda meta=meta: _entry(path, meta)) if meta else None,  # type: ignore[misc]
            release_code=source.release_code or release_code(path.stem),
            source_url=source.source_url,
        )


def incoming(
    sources: Sequence[Source], shown: Callable[[Path], str], left_aside: list[str]
) -> Iterator[Incoming]:
    """Every data file in the given files, archives and folders, in the order of their names.

    Args:
        sources: What was handed over.
        shown: A path as the user knows it.
        left_aside: Gets the files in folders and archives that are no data files.

    Raises:
        PathwaysError: a path that is not there.
    """
    for source in sources:
        path = source.path
        if path.is_dir():
            inside = [
                entry
                for entry in sorted(path.rglob("*"))
                if entry.is_file() and not any(part.startswith(".") for part in entry.relative_to(path).parts)
            ]
            archives = [entry for entry in inside if entry.suffix.lower() == ".zip"]
            files = [entry for entry in inside if _stem(entry.name) is not None]
            left_aside.extend(
                shown(entry)
                for entry in inside
                if entry not in (*archives, *files) and not _is_meta(entry.name) and not is_return(entry.name)
            )
            yield from _from_files(files, source, shown)
            for archive in archives:
                yield from _from_archive(replace(source, path=archive), shown(archive), left_aside)
        elif not path.is_file():
            raise PathwaysError(f"{path}: there is no such file or folder. Nothing was landed from it.")
        elif path.suffix.lower() == ".zip":
            yield from _from_archive(source, shown(path), left_aside)
        elif _stem(path.name) is not None:
            yield from _from_files([path], source, shown)
        else:
            found = f"a file named {path.name}"
            yield _faulty(path.name, shown(path), FILE_IS_CSV, found, "a .csv, .csv.gz or .zip")
