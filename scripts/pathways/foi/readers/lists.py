"""Numbers that a program writes in front of the items of a list, and that stand in no text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

from pathways.foi.readers.packaged import whole

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_KINDS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}


def written(number: int, kind: str) -> str:
    """A number in the way that Word (``lowerRoman``) or HTML (``i``) names."""
    kind = _KINDS.get(kind, kind)
    text = str(number)
    if kind.endswith("Letter") and 0 < number < 1_000:
        # after z comes aa, then bb
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif kind.endswith("Roman") and 0 < number < 4_000:
        text = ""
        for value, letters in _ROMAN:
            text += letters * (number // value)
            number %= value
    elif kind == "decimalZero":
        text = text.zfill(2)
    elif kind == "ordinal":
        text += "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    elif kind == "chicago":
        text = "*†‡§"[(number - 1) % 4] * ((number - 1) // 4 + 1)
    return text.upper() if kind.startswith("upper") else text


@dataclass(frozen=True)
class _Level:
    kind: str = "bullet"
    text: str = ""
    start: int = 1


@dataclass
class Numbering:
    """Counts the items of the numbered lists of a Word document."""

    root: Any = None
    levels: dict[tuple[str, int], _Level] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    counts: dict[tuple[str, int], int] = field(default_factory=dict)
    restarts: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.root is None:
            return
        abstract = {
            one.get(qn("w:abstractNumId")) or "": one for one in self.root.findall(qn("w:abstractNum"))
        }
        for number in self.root.findall(qn("w:num")):
            identifier = number.get(qn("w:numId")) or ""
            reference = number.find(qn("w:abstractNumId"))
            name = reference.get(qn("w:val")) or "" if reference is not None else ""
            self.lists[identifier] = name
            for level in abstract[name].findall(qn("w:lvl")) if name in abstract else ():
                self.levels[identifier, whole(level.get(qn("w:ilvl")))] = _level(level)
            for override in number.findall(qn("w:lvlOverride")):
                at = whole(override.get(qn("w:ilvl")))
                own, start = override.find(qn("w:lvl")), override.find(qn("w:startOverride"))
                if own is not None:
                    self.levels[identifier, at] = _level(own)
                if start is not None:
                    self.restarts[identifier, at] = whole(start.get(qn("w:val")), 1)

    def label(self, listed: Any) -> str:
        """The number in front of a paragraph, such as ``2. ``; empty for a bullet or none.

        Args:
            listed: The numbering properties of the paragraph (``w:numPr``), or None.
        """
        if listed is None:
            return ""
        number, depth = listed.find(qn("w:numId")), listed.find(qn("w:ilvl"))
        identifier = number.get(qn("w:val")) or "" if number is not None else ""
        at = whole(depth.get(qn("w:val"))) if depth is not None else 0
        level = self.levels.get((identifier, at))
        if level is None:
            return ""
        # lists of one kind count on, but for those that say where they begin
        counted = self.lists.get(identifier, identifier)
        if (identifier, at) in self.restarts:
            self.counts[counted, at] = self.restarts.pop((identifier, at)) - 1
        self.counts[counted, at] = self.counts.get((counted, at), level.start - 1) + 1
        for deeper in [one for one in self.counts if one[0] == counted and one[1] > at]:
            del self.counts[deeper]
        if level.kind in ("bullet", "none"):
            return ""
        label = re.sub(
            r"%([1-9])", lambda match: self._count(identifier, counted, int(match[1]) - 1), level.text
        )
        return f"{label} " if label.strip() else ""

    def _count(self, identifier: str, counted: str, at: int) -> str:
        level = self.levels.get((identifier, at), _Level("decimal"))
        return written(self.counts.get((counted, at), level.start), level.kind)


def _level(element: Any) -> _Level:
    kind, text, start = (element.find(qn(tag)) for tag in ("w:numFmt", "w:lvlText", "w:start"))
    return _Level(
        kind.get(qn("w:val")) or "decimal" if kind is not None else "decimal",
        text.get(qn("w:val")) or "" if text is not None else "",
        whole(start.get(qn("w:val")), 1) if start is not None else 1,
    )
