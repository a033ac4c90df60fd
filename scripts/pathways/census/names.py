"""Which files are census returns, by their names."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


def is_return(name: str) -> bool:
    """Whether a file is taken for a census return."""
    return name.lower().endswith((".xml", ".xml.gz"))


def return_files(paths: Sequence[Path]) -> list[Path]:
    """The census returns among files and in folders, in the order of their names."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = (
                entry
                for entry in path.rglob("*")
                if entry.is_file() and not any(part.startswith(".") for part in entry.relative_to(path).parts)
            )
            found.extend(sorted(entry for entry in inside if is_return(entry.name)))
        elif is_return(path.name):
            found.append(path)
    return found
