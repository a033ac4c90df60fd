"""What a download holds: gzip undone, and CSV and ZIP told from what only looks like them."""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pathways.errors import PathwaysError
from pathways.fetch.names import one_line

GZIP_SIGN = b"\x1f\x8b"
ZIP_LIMIT = 4 * 1024**3
"""Bytes of all entries of a ZIP together, unpacked."""
ENTRY_LIMIT = 5000
BLOCK = 1024**2
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def unzip_stream(packed: BinaryIO, plain: BinaryIO, limit: int, where: str) -> None:
    """Unpacks gzip from one file into another.

    Raises:
        PathwaysError: damaged, cut short, or longer than ``limit`` bytes.
    """
    done = 0
    try:
        with gzip.GzipFile(fileobj=packed) as file:
            while block := file.read(BLOCK):
                done += len(block)
                if done > limit:
                    raise PathwaysError(
                        f"{where} sent gzip that unpacks to more than {limit / 1024**2:,.0f} MiB, which no "
                        "EES answer should have. Nothing was kept."
                    )
                plain.write(block)
    except (EOFError, gzip.BadGzipFile, zlib.error) as fault:
        raise PathwaysError(
            f"{where} sent gzip that is damaged or cut short ({one_line(str(fault), 100)}); a whole file "
            "was expected. Nothing was kept. Run the command again."
        ) from fault


def undo_gzip(part: Path, declared: str, limit: int, where: str) -> None:
    """Unpacks the file in its place if it is gzip, whether the headers say so or not.

    ``declared`` is the Content-Encoding. A file may be packed twice: as sent, and itself.

    Raises:
        PathwaysError: another encoding, gzip declared of what is none, or damaged gzip.
    """
    if declared not in ("", "gzip", "x-gzip"):
        raise PathwaysError(
            f"{where} sent the encoding '{one_line(declared, 30)}'; gzip or none was asked for. "
            "Nothing was kept. A proxy on the way may have changed it."
        )
    for turn in range(2):
        with part.open("rb") as file:
            start = file.read(2)
        if start != GZIP_SIGN:
            if turn == 0 and declared and start:
                raise PathwaysError(
                    f"{where} says that it sent gzip, but the bytes are none; "
                    "gzip was expected. Nothing was kept. A proxy on the way may have changed it."
                )
            return
        plain = part.with_name(part.name + ".plain")
        try:
            with part.open("rb") as packed, plain.open("wb") as unpacked:
                unzip_stream(packed, unpacked, limit, where)
            plain.replace(part)
        finally:
            plain.unlink(missing_ok=True)


def require_csv(part: Path, where: str) -> None:
    """Makes sure that a file may be a CSV file with a header; the door looks closer.

    Raises:
        PathwaysError: nothing in it, a web page, JSON, or no text in lines of cells.
    """
    with part.open("rb") as file:
        start = file.read(65536)
    text = start.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if not text:
        raise PathwaysError(
            f"{where} answered 200 with nothing in it; a CSV file was expected. "
            "Nothing was kept. Run the command again, or look at the page of the data set."
        )
    header = text.splitlines()[0]
    if text[:1] == b"<":
        found = "a web page (HTML)"
    elif text[:1] in b"{[":
        found = "JSON"
    elif text[:4] == b"PK\x03\x04":
        found = "a ZIP file"
    elif b"\0" in start:
        found = "bytes that are not text"
    elif b"," not in header:
        found = "text without a header of columns"
    else:
        return
    shown = one_line(header[:60].decode("utf-8", errors="replace"))
    raise PathwaysError(
        f"{where} answered 200 with {found} in place of CSV (it begins with: {shown}). Nothing was kept. "
        "The data set may have moved or be under maintenance: open the address in a browser."
    )


def require_zip(part: Path, where: str) -> None:
    """Makes sure that a file is a whole ZIP of a release, every entry undamaged.

    Raises:
        PathwaysError: something else, cut short, damaged, hostile, or without ``data/*.csv``.
    """
    with part.open("rb") as file:
        start = file.read(4)
    if not start:
        raise PathwaysError(
            f"{where} answered 200 with nothing in it; a ZIP file was expected. Run the command again."
        )
    if start[:2] != b"PK":
        page = "a web page (HTML)" if start.lstrip()[:1] == b"<" else "something else"
        raise PathwaysError(
            f"{where} answered 200 with {page} in place of a ZIP file. Nothing was kept. "
            "Check the id of the release and PATHWAYS_EES_CONTENT."
        )
    try:
        with zipfile.ZipFile(part) as bundle:
            _require_entries(bundle, where)
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        RuntimeError,
        ValueError,
        OSError,
    ) as fault:
        raise PathwaysError(
            f"{where} sent a ZIP file that is cut short or damaged ({one_line(str(fault), 100)}); "
            "a whole one was expected. Nothing was kept. Run the command again."
        ) from fault


def _require_entries(bundle: zipfile.ZipFile, where: str) -> None:
    entries = bundle.infolist()
    if len(entries) > ENTRY_LIMIT or sum(entry.file_size for entry in entries) > ZIP_LIMIT:
        raise PathwaysError(
            f"{where} sent a ZIP file of {len(entries):,} entries that unpack to more than a release can "
            f"hold ({ENTRY_LIMIT:,} entries, {ZIP_LIMIT / 1024**3:.0f} GiB). Nothing was kept."
        )
    for entry in entries:
        path = PurePosixPath(entry.filename.replace("\\", "/"))
        if path.is_absolute() or ".." in path.parts or ":" in "".join(path.parts[:1]):
            raise PathwaysError(
                f"{where} sent a ZIP file with the entry '{one_line(entry.filename, 80)}', which lies "
                "outside its own folder. Nothing was kept. Tell DfE; don't unpack it by hand."
            )
    if not any(
        entry.filename.startswith("data/") and entry.filename.lower().endswith(".csv") for entry in entries
    ):
        raise PathwaysError(
            f"{where} sent a ZIP file of {len(entries):,} entries without any data/*.csv; "
            "a release with data was expected. Look at the release's page: it may have none."
        )
    if broken := bundle.testzip():
        raise zipfile.BadZipFile(f"{one_line(broken, 60)} does not have its checksum")
