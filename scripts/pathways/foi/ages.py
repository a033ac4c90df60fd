"""Age bands as councils write them."""

from __future__ import annotations

import re
from dataclasses import dataclass

ALL = "all"
UNKNOWN = "?"


@dataclass(frozen=True)
class AgeSpan:
    """An age band found in a text. ``code`` is one of age_band.csv, or ``?`` for a band that it lacks."""

    start: int
    end: int
    code: str
    words: str


_UNIT = r"(?:\s*-?\s*(?:yrs?\b\.?|years?\b(?:\s+olds?\b|\s+of\s+age\b)?|year[- ]olds?\b|y/?o\b|oed\b)\)?)"
_LEAD = (
    r"(?:\b(?:children|young people|people|those|cyp|plant|pobl ifanc)?\s*"
    r"(?:who\s+(?:are|were)\s+)?\b(?:aged?s?|age\s+(?:group|band|range)|oed(?:ran)?)\b[:\s]*(?:between\s+)?)"
)
_BAND = re.compile(
    rf"(?<![\w/.,£])(?P<lead>{_LEAD})?(?P<low>\d{{1,2}})(?:{_UNIT})?\s*(?:-|–|—|−|to|and|&|i)\s*"
    rf"(?:under\s+)?(?P<high>\d{{1,2}})(?!\d|[/.,]\d|\s*(?:months?|days?|weeks?|%|per\b))(?P<unit>{_UNIT})?(?:\s+inclusive)?",
    re.IGNORECASE,
)
_OPEN = re.compile(
    rf"(?<![\w/.,£<>])(?P<lead>{_LEAD})?(?P<low>\d{{1,2}})(?P<unit>{_UNIT})?\s*"
    rf"(?P<open>\+|plus\b|(?:&|and|or|a)\s+(?:over|above|older|upwards?|up\b|more|throsodd|hŷn)|years?\s*\+)(?:{_UNIT})?",
    re.IGNORECASE,
)
_OVER = re.compile(rf"(?<!\w)(?:aged?\s+)?over\s+(?P<low>15)(?:{_UNIT}|s\b)?(?!\w)", re.IGNORECASE)
_UNDER = re.compile(
    rf"(?<!\w)(?P<lead>{_LEAD})?under\s+(?:the\s+age\s+of\s+)?(?P<high>5|18)(?P<unit>{_UNIT}|s\b)?(?!\w)",
    re.IGNORECASE,
)
_ALL = re.compile(
    r"(?<!\w)(?:"
    r"(?:total\s+)?\(?(?:all|every|pob)\s+(?:(?:the\s+)?(?:ages?|age\s+(?:groups?|bands?|ranges?)|children"
    r"(?:\s+(?:and|&)\s+young\s+people)?|cyp|young\s+people|plentyn|plant|oedran))\)?"
    r"|children\s*\(\s*all\s*(?:ages)?\s*\)|all\s*\(\s*0\s*-\s*1[78]\s*\)|any\s+age"
    r")(?!\w)",
    re.IGNORECASE,
)
_ONLY_ALL = re.compile(
    r"(?:grand\s+|overall\s+|combined\s+)?(?:all|total|totals|overall|pawb|cyfanswm|overall total|all total|"
    r"total\s+(?:number|children|no\.?)(?:\s+of\s+children)?|total\s*\(all\)|all\s*\(total\)|"
    r"no\s+age\s+breakdown|everyone)\s*:?",
    re.IGNORECASE,
)

_MADE_A_DATE = re.compile(r"(?P<low>0?5-Sep|Sep-0?5)|(?:Oct-15|15-Oct)", re.IGNORECASE)
"""What spreadsheets make of 5-9 and of 10-15."""

_CODES = {(0, 4): "0-4", (5, 9): "5-9", (10, 15): "10-15"}


def _band_code(low: int, high: int) -> str:
    if (low, high) in _CODES:
        return _CODES[low, high]
    if low == 16 and high in (17, 18):
        return "16+"
    if low == 0 and high in (17, 18):
        return ALL
    return UNKNOWN


def is_made_a_date(text: str) -> bool:
    """Whether a spreadsheet made a date of an age band: 05-Sep of 5-9."""
    return _MADE_A_DATE.fullmatch(text.strip()) is not None


def find_ages(text: str) -> list[AgeSpan]:
    """The age bands that a text names, from left to right.

    ``16-17`` and ``16+`` are one band, since the letters ask of children; ``0-17`` is all children. A band
    that the dictionary lacks (``11-15``) is found, with the code ``?``: it must not be taken for its
    neighbour.
    """
    found: list[AgeSpan] = []

    def add(match: re.Match[str], code: str) -> None:
        start, end = match.span()
        lead = len(match.group()) - len(match.group().lstrip())
        found.append(AgeSpan(start + lead, end, code, match.group().strip()))

    for match in _ALL.finditer(text):
        add(match, ALL)
    for match in _OPEN.finditer(text):
        if int(match["low"]) < 5 and not (match["lead"] or match["unit"]):
            # "=1+1" is no age
            continue
        add(match, "16+" if match["low"] == "16" else UNKNOWN)
    for match in _OVER.finditer(text):
        add(match, "16+")
    for match in _UNDER.finditer(text):
        if match["high"] == "18" or match["lead"] or match["unit"]:
            add(match, ALL if match["high"] == "18" else "0-4")
    for match in _BAND.finditer(text):
        low, high = int(match["low"]), int(match["high"])
        code = _band_code(low, high)
        is_marked = bool(match["lead"] or match["unit"])
        if low < high <= 25 and (is_marked or code != UNKNOWN or text.strip() == match.group().strip()):
            add(match, code)
    if not found and (dated := _MADE_A_DATE.fullmatch(text.strip())):
        found.append(AgeSpan(0, len(text), "5-9" if dated["low"] else "10-15", dated.group()))
    if not found and (alone := _ONLY_ALL.fullmatch(text.strip())):
        found.append(AgeSpan(0, len(text), ALL, alone.group()))
    kept: list[AgeSpan] = []
    for span in sorted(found, key=lambda one: (one.start - one.end, one.start)):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)
