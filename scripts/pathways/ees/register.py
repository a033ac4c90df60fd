"""How a screening rule is written down: its stage, its levels, what it sees and what it finds."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pathways.ees.areas import Areas
from pathways.ees.data_file import SHOWN_ROWS, DataFile, MetaFile, Rows
from pathways.ees.roles import Roles

Level = Literal["advisory", "warning", "fail"]

STAGES = (
    "filename",
    "precheck columns",
    "precheck cross-file",
    "columns",
    "precheck meta",
    "meta",
    "precheck time",
    "precheck filters",
    "precheck geography",
    "time",
    "filters",
    "geography",
    "general",
    "indicators",
    "harmonised",
    "API",
)
"""In the order of DfE's own screening."""
PRESUPPOSED = ("precheck columns",)
"""Stages without which no later rule has anything to look at."""

SHOWN_TEXTS = 5
SHOWN_LENGTH = 60
NO_ROWS = Rows(0, ())
HEADER = Rows(1, (1,))


@dataclass(frozen=True)
class Subject:
    """What a rule sees: both files, their names, and what the columns are."""

    data: DataFile
    meta: MetaFile | None
    areas: Areas
    roles: Roles
    data_file_name: str
    meta_file_name: str | None
    strict: bool

    @cached_property
    def meta_rows(self) -> tuple[dict[str, str], ...]:
        """The rows of the metadata; a column that it lacks is blank."""
        rows = self.meta.rows if self.meta else ()
        names = ("col_name", "col_type", "label", "filter_grouping_column")
        return tuple({**dict.fromkeys(names, ""), **row} for row in rows)

    @cached_property
    def filters(self) -> tuple[str, ...]:
        """Filters and their groups."""
        return (*self.roles.filter, *self.roles.filter_group)

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The geographic levels in the file."""
        return tuple(self.data["geographic_level"].values)


@dataclass(frozen=True)
class Breach:
    """One way in which a file breaks a rule: what was found in which column and rows.

    A level given here goes before that of the rule.
    """

    column: str
    found: str
    allowed: str
    rows: Rows = NO_ROWS
    in_meta: bool = False
    strict: Level | None = None
    published: Level | None = None


Search = Callable[[Subject], Iterable[Breach]]


@dataclass(frozen=True)
class Check:
    """A rule with its stage and levels: DfE's own, and that for a file as DfE published it."""

    rule_code: str
    stage: str
    strict: Level
    published: Level
    needs_meta: bool
    search: Search


REGISTER: dict[str, Check] = {}
"""Every rule by its code, which is the name of DfE's check."""


def rule(
    stage: str,
    strict: Level = "fail",
    *,
    published: Level | None = None,
    why: str = "",
    needs_meta: bool = False,
) -> Callable[[Search], Search]:
    """Registers a function as the rule that it is named after.

    Args:
        stage: One of ``STAGES``.
        strict: DfE's level.
        published: Level for a file as DfE published it, where it is another.
        why: The reason for the other level.
        needs_meta: Whether the rule is left out where there is no metadata.
    """
    if stage not in STAGES or (published is not None and not why):
        raise ValueError("a rule needs a stage, and a relaxed one its reason")

    def register(search: Search) -> Search:
        code = str(getattr(search, "__name__", ""))
        REGISTER[code] = Check(code, stage, strict, published or strict, needs_meta, search)
        return search

    return register


def shown(text: str) -> str:
    """A text for a sentence: in quotes, cut, control characters made visible; blank in words."""
    if not text:
        return "blank"
    cut = text if len(text) <= SHOWN_LENGTH else f"{text[: SHOWN_LENGTH - 1]}…"
    return "'" + "".join(f"\\x{ord(sign):02x}" if _is_hidden(sign) else sign for sign in cut) + "'"


def _is_hidden(sign: str) -> bool:
    return sign != " " and unicodedata.category(sign)[0] in "CZ"


def listed(texts: Iterable[str]) -> str:
    """Texts for a sentence: each once, the first few quoted, the rest counted."""
    distinct = list(dict.fromkeys(texts))
    words = ", ".join(shown(text) for text in distinct[:SHOWN_TEXTS])
    more = len(distinct) - SHOWN_TEXTS
    return f"{words} and {more:,} more" if more > 0 else words


def meta_lines(places: Sequence[int]) -> Rows:
    """Rows of the metadata by their places, the first of which is line 2."""
    return Rows(len(places), tuple(place + 2 for place in places[:SHOWN_ROWS]))


def of_columns(names: Sequence[str], allowed: str, found: str = "") -> Iterable[Breach]:
    """One breach for all columns whose names are at fault, at the header."""
    if names:
        column = names[0] if len(set(names)) == 1 else ""
        yield Breach(column, found or listed(names), allowed, Rows(len(names), (1,)))
