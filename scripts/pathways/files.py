"""Files that are written whole or not at all."""

from __future__ import annotations

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
def draft_beside(place: Path) -> Iterator[Path]:
    """A place for a draft, which takes the place of a file or folder once it is whole.

    The old one stays until then, and comes back where the draft can't be put in its place. What a run that
    was killed left behind is cleared. One process at a time may do so for one place.
    """
    for left in place.parent.glob(f".{place.name}.draft*"):
        _remove(left)
    # a run that was killed between the two renames has left the old one aside
    old = place.with_name(f".{place.name}.old")
    if old.exists() and not place.exists():
        old.rename(place)
    _remove(old)
    draft = place.with_name(f".{place.name}.draft-{os.getpid()}")
    try:
        yield draft
        if place.exists():
            place.rename(old)
        try:
            draft.rename(place)
        except OSError:
            if old.exists():
                old.rename(place)
            raise
        _remove(old)
    finally:
        _remove(draft)


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
