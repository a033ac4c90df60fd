"""Files that are written whole or not at all."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pathways.errors import PathwaysError

PRIVATE = 0o600
"""What a file may be that holds personal data: its owner's alone."""


def write_whole(path: Path, content: bytes) -> None:
    """Writes a file so that it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.draft")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    put_on_disk(path.parent)


@contextmanager
def owner_only() -> Iterator[None]:
    """What is made meanwhile can be read by its owner alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def keep_to_owner(path: Path) -> None:
    """Takes a file away from all but its owner, if it is there.

    Raises:
        PathwaysError: it is someone else's.
    """
    if not path.exists() or stat.S_IMODE(path.stat().st_mode) == PRIVATE:
        return
    try:
        path.chmod(PRIVATE)
    except PermissionError as fault:
        raise PathwaysError(
            f"{path}: personal data of children may be in it, others can read it, and only its owner can end "
            "that. Let the owner run this command, or make the file theirs alone (chmod 600)."
        ) from fault


@contextmanager
def only_one(folder: Path, refusal: str) -> Iterator[None]:
    """Keeps all other processes that ask for it out of a folder meanwhile.

    The lock is on the folder itself and goes with its process, however that ends.

    Raises:
        PathwaysError: another process is in; ``refusal`` says at what.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise PathwaysError(f"{refusal} Wait until it is done, and run the command again.") from fault
        yield
    finally:
        os.close(descriptor)


@contextmanager
def entries_replaced(folder: Path) -> Iterator[Path]:
    """A draft folder: what is in it at the end takes the place of what has the same name in ``folder``.

    What has another name stays. Where an entry can't be put in its place, all old ones come back; where the
    run is killed meanwhile, each entry is the old or the new one, whole, and the next call clears what is
    left. One process at a time may do so for one folder.
    """
    draft, old = folder / ".draft", folder / ".old"
    folder.mkdir(parents=True, exist_ok=True)
    _put_back(old, folder, is_over_new=False)
    _remove(draft)
    draft.mkdir()
    try:
        yield draft
        old.mkdir()
        try:
            for entry in sorted(draft.iterdir()):
                place = folder / entry.name
                if place.exists():
                    place.rename(old / entry.name)
                entry.rename(place)
        except OSError:
            _put_back(old, folder, is_over_new=True)
            raise
    finally:
        _remove(draft)
        _remove(old)


def _put_back(old: Path, folder: Path, *, is_over_new: bool) -> None:
    """Takes old entries back where there is no new one, or instead of it; then there are none aside."""
    for entry in old.iterdir() if old.is_dir() else ():
        place = folder / entry.name
        if is_over_new:
            _remove(place)
        if not place.exists():
            entry.rename(place)
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def put_on_disk(path: Path) -> None:
    """Sees that a file or folder has reached the disk, so that a power cut does not undo it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
