"""What has been fetched: files under their sha256, and an index of where each came from."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pathways.fetch.names import safe_name

FOLDER = "fetched"
INDEX = "index.json"
INDEX_FORMAT = 1
PARTIAL = ".partial"
LOCK = ".lock"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Entry:
    """One line of the index: what an address gave, and when.

    ``sha256`` is that of the file as kept, after gzip was undone. ``rewritten_to`` is
    the ``x-middleware-rewrite`` header of the catalogue, where there is one.
    """

    sha256: str
    name: str
    fetched_at: str
    etag: str | None = None
    last_modified: str | None = None
    rewritten_to: str | None = None

    @property
    def conditions(self) -> dict[str, str]:
        """The headers that ask for the file only if it is another one now."""
        asked = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in asked.items() if value}


def sha256_of(path: Path) -> str:
    """The sha256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _entry(value: Any) -> Entry | None:
    """An entry of the index as read; None if anybody has made it something else."""
    try:
        entry = Entry(**value)
    except TypeError:
        return None
    texts = asdict(entry)
    if not all(text is None or isinstance(text, str) for text in texts.values()):
        return None
    if not isinstance(entry.name, str) or safe_name(entry.name) != entry.name:
        return None
    return entry if _SHA256.fullmatch(entry.sha256 or "") else None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Cache:
    """The folder ``fetched`` of the landing folder.

    A whole file is at ``<sha256>/<name>``; what is not whole is under ``.partial``,
    in a folder that its process has locked.
    """

    def __init__(self, landing: Path) -> None:
        self.folder = landing / FOLDER

    def path(self, entry: Entry) -> Path:
        """Where the file of an entry is."""
        return self.folder / entry.sha256 / entry.name

    def find(self, url: str) -> Entry | None:
        """The entry of an address; None if there is none, or its file is gone or damaged."""
        entry = self._read().get(url)
        if entry is None or not self.path(entry).is_file():
            return None
        return entry if sha256_of(self.path(entry)) == entry.sha256 else None

    def keep(self, url: str, part: Path, name: str, **origin: str | None) -> Entry:
        """Moves a whole file to its place and writes its entry; both in one step each.

        ``origin`` holds etag, last_modified and rewritten_to. Returns the entry.
        """
        _sync(part)
        entry = Entry(sha256=sha256_of(part), name=name, fetched_at=now(), **origin)
        place = self.path(entry)
        place.parent.mkdir(parents=True, exist_ok=True)
        part.replace(place)
        _sync(place.parent)
        with self._locked():
            self._write({**self._read(), url: entry})
        return entry

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        """A folder for one transfer, removed at its end; what dead runs left is cleared first."""
        room = self.folder / PARTIAL
        room.mkdir(parents=True, exist_ok=True)
        with self._locked():
            for left in room.iterdir():
                self._clear_if_dead(left)
            mine = Path(tempfile.mkdtemp(dir=room))
            handle = os.open(mine, os.O_RDONLY)
            fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield mine
        finally:
            shutil.rmtree(mine, ignore_errors=True)
            os.close(handle)

    @staticmethod
    def _clear_if_dead(left: Path) -> None:
        try:
            handle = os.open(left, os.O_RDONLY)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            shutil.rmtree(left, ignore_errors=True)
        finally:
            os.close(handle)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _read(self) -> dict[str, Entry]:
        """The index; empty if it is missing or can't be read: then all is fetched anew."""
        try:
            document = json.loads((self.folder / INDEX).read_text(encoding="utf-8"))
            lines = document["files"].items() if document["format"] == INDEX_FORMAT else ()
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return {}
        entries = {url: _entry(value) for url, value in lines}
        return {url: entry for url, entry in entries.items() if entry is not None}

    def _write(self, entries: dict[str, Entry]) -> None:
        document = {
            "format": INDEX_FORMAT,
            "files": {url: asdict(entry) for url, entry in sorted(entries.items())},
        }
        draft = self.folder / f".{INDEX}.draft"
        with draft.open("w", encoding="utf-8") as file:
            file.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / INDEX)
        _sync(self.folder)
