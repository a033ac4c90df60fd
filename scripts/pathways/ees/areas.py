"""The combinations of code and name of an area that DfE accepts."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from pathways.errors import PathwaysError

REGISTER = Path("reference") / "ees_area.csv"
ANY_LEVEL = "Any"
CUSTOM_CODE = "z"


@dataclass(frozen=True)
class Areas:
    """Accepted areas: by level (level, code, second code, name), and at every level (code, name)."""

    by_level: frozenset[tuple[str, str, str, str]]
    anywhere: frozenset[tuple[str, str]]

    def accepts(self, level: str, code: str, name: str, second: str = "") -> bool:
        """Whether an area of this level may be written so, letter by letter.

        A place of no list has ``z`` for every code (DfE, Open data standards, geography).
        """
        if (level, code, second, name) in self.by_level:
            return True
        return (code, name) in self.anywhere and second in ("", CUSTOM_CODE)


def load_areas(seeds: Path) -> Areas:
    """Reads the list of areas under the seeds folder.

    Raises:
        PathwaysError: it can't be read.
    """
    try:
        with (seeds / REGISTER).open(encoding="utf-8", newline="") as file:
            rows = [
                (row["geographic_level"], row["area_code"], row["second_code"], row["area_name"])
                for row in csv.DictReader(file)
            ]
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as fault:
        raise PathwaysError(
            f"seeds/{REGISTER.as_posix()} can't be read ({fault}). Run `pathways check door` and mend it."
        ) from fault
    return Areas(
        frozenset(row for row in rows if row[0] != ANY_LEVEL),
        frozenset((code, name) for level, code, _, name in rows if level == ANY_LEVEL),
    )
