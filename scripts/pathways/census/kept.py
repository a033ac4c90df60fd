"""Answers counted from census returns, kept as they were given out: later ones are held against them."""

from __future__ import annotations

import csv
from pathlib import Path

from pathways.errors import PathwaysError
from pathways.files import owner_only, write_whole
from pathways.settings import Settings

KEPT = "census_answers"
"""Folder of the landing area in which answers are kept: not among the returns, which may be emptied."""
COLUMNS = (
    "question",
    "period_start",
    "period_end",
    "age_band",
    "count",
    "note",
    "letter",
    "as_at",
    "is_synthetic",
)


def kept_answers(settings: Settings, la_code: str, question_set_code: str) -> list[Path]:
    """The files of a council's answers to a letter, oldest first."""
    folder = settings.landing / KEPT
    return sorted(folder.glob(f"{la_code}_{question_set_code}_[0-9][0-9][0-9][0-9].csv"))


def rows_of(settings: Settings, path: Path) -> list[dict[str, str]]:
    """The rows of a kept answer.

    Raises:
        PathwaysError: the file is not as it was written.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            table = csv.DictReader(file)
            rows = list(table)
    except (OSError, UnicodeDecodeError, csv.Error) as fault:
        raise spoilt(settings, path, "a file that cannot be read") from fault
    if tuple(table.fieldnames or ()) != COLUMNS:
        raise spoilt(settings, path, "other columns than an answer has")
    if any(None in row or None in row.values() for row in rows):
        raise spoilt(settings, path, "a line that breaks off")
    return rows


def spoilt(settings: Settings, path: Path, found: str) -> PathwaysError:
    """What is said of a kept answer that somebody changed."""
    return PathwaysError(
        f"{settings.relative(path)}: found {found}, which is no answer that was kept. Put back the file "
        "as it was written: what it gave away or kept back counts in every later answer."
    )


def require_whole(settings: Settings) -> None:
    """Sees that each kept answer can be read, before anything is built from them.

    Raises:
        PathwaysError: one of them cannot.
    """
    for path in sorted((settings.landing / KEPT).glob("*.csv")):
        rows_of(settings, path)


def keep_answer(settings: Settings, la_code: str, question_set_code: str, text: str) -> Path:
    """Keeps an answer; the same answer is kept once."""
    paths = kept_answers(settings, la_code, question_set_code)
    for path in paths:
        if path.read_text(encoding="utf-8") == text:
            return path
    # behind the newest, and not by how many there are: where one was taken away, none is written over
    number = int(paths[-1].stem[-4:]) + 1 if paths else 1
    path = settings.landing / KEPT / f"{la_code}_{question_set_code}_{number:04}.csv"
    with owner_only():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    return path
