"""What one printed cell text stands for: a count, a mark with its bounds, or nothing readable.

The general meanings are the rows of ``cell_mark.csv``, the same that the warehouse reads by; what a document
says of its own marks goes before them and becomes rows of ``foi_mark.csv``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pathways.foi.dictionary import Dictionary, MarkRule
from pathways.foi.document import single_spaced

RAISED_MARKS = "⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ⁽⁾"
NOTE_MARK = re.compile(rf"^(?P<figure>.*?[\w\])%])\s*(?P<mark>(?:\[\^?\w{{1,3}}\]|[{RAISED_MARKS}*†‡§^#])+)$")
"""A figure with the mark of a footnote behind it: raised, a star or dagger, or in brackets."""


@dataclass(frozen=True)
class Reading:
    """What a cell text was read as. Counts of children, or of what the question asks for."""

    status: str
    value: int | None = None
    lower: int | None = None
    upper: int | None = None
    is_approximate: bool = False


UNREADABLE = Reading("unreadable")


@dataclass(frozen=True)
class DocumentMark:
    """A mark whose meaning one document states itself, with the sentence that says it."""

    reading: Reading
    meaning: str
    evidence: str


def mark_text(text: str) -> str:
    """The text as the patterns see it: lower case, single spaces, as the macro of that name does it."""
    return single_spaced(text).lower()


def _number(match: re.Match[str], group: int) -> int | None:
    caught = match.group(group).replace(",", "").replace(" ", "")
    return int(caught) if len(caught) <= 14 else None


def _apply(rule: MarkRule, match: re.Match[str]) -> Reading:
    def of(code: str) -> int | None:
        if code == "zero":
            return 0
        if code in ("first_number", "first_number_less_one"):
            number = _number(match, 1)
            return number - 1 if number is not None and code == "first_number_less_one" else number
        return _number(match, 2) if code == "second_number" else None

    value = of(rule.value_rule)
    lower = value if rule.lower_rule == "value" else of(rule.lower_rule)
    upper = value if rule.upper_rule == "value" else of(rule.upper_rule)
    if rule.status == "reported" and value is None:
        return UNREADABLE
    if rule.status != "reported" and lower is not None and upper is not None and lower >= upper:
        return UNREADABLE
    return Reading(rule.status, value, lower, upper, rule.is_approximate)


@dataclass(frozen=True)
class MarkReader:
    """Reads cell texts by the general dictionary and by what the document says."""

    rules: tuple[MarkRule, ...]
    known: dict[str, Reading | None] = field(default_factory=dict, compare=False, repr=False)
    """What was read already: tables repeat their figures, and each is asked for many times."""

    @classmethod
    def of(cls, dictionary: Dictionary) -> MarkReader:
        """A reader by a dictionary."""
        return cls(dictionary.mark_rules)

    def general(self, text: str) -> Reading | None:
        """What the general dictionary says of a text; None where it has no word for it."""
        if text not in self.known:
            self.known[text] = _general(self.rules, mark_text(text))
        return self.known[text]

    def read(self, text: str, marks: Mapping[str, DocumentMark]) -> Reading | None:
        """What a text stands for in a document; None where nothing is known of it."""
        stated = marks.get(mark_text(text))
        return stated.reading if stated else self.general(text)


def _general(rules: tuple[MarkRule, ...], text: str) -> Reading | None:
    for rule in rules:
        if match := rule.pattern.search(text):
            return _apply(rule, match)
    return None


def without_zero(reading: Reading) -> Reading:
    """The reading of a suppressed figure where the document shows zeros as zeros: it is one at least."""
    if reading.status == "suppressed" and reading.lower == 0 and (reading.upper or 0) > 1:
        return replace(reading, lower=1)
    return reading
