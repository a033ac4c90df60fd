"""What is said around a table, and of a whole document, that changes what its figures are.

A caption such as "Girls only" or "Rate per 10,000", a sentence such as "All figures are in thousands": the
figures stand, and a person must look before they count as answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pathways.foi.dictionary import QuestionSet
from pathways.foi.document import Block, Document, Grid
from pathways.foi.layout import Reader
from pathways.foi.periods import MONTHS, Period, find_periods
from pathways.foi.wording import mentioned_numbers, said_otherwise

NEAR = 2
"""Paragraphs before a table that are looked at, up to another table."""
SHORT = 90
"""Characters of a caption or heading, at most; what a longer sentence says in passing is no caption."""
LONGEST = 400
"""Characters of a sentence that is looked at, at most."""

_NOT_THE_ANSWER = re.compile(
    r"\bwithdrawn\b|\b(?:are|is|was|were) (?:now )?(?:incorrect|wrong)\b|\bdummy\b|\billustrat\w+|"
    r"\bnot real\b|"
    r"\bexample (?:figures|data|of the layout)|\bnot (?:for|of) this council\b|\bneighbouring\b",
    re.IGNORECASE,
)
_PART_OF_AREA = re.compile(
    r"\b(?:north|south|east|west|central|northern|southern|eastern|western)\w*\b.{0,20}"
    r"\b(?:area|district|locality|hub|quadrant|team)\b|\b(?:area|district|locality|ward) \w+$|\bonly\b",
    re.IGNORECASE,
)
_OF_FIGURES = (
    (
        re.compile(r"\bfigures\b[^.;]{0,30}\b(?:in|to) thousands\b|\bin thousands\b", re.IGNORECASE),
        "in thousands",
    ),
    (re.compile(r"^\W*rates? per\b.*\.$|\bfigures are rates\b", re.IGNORECASE), "rates"),
    (
        re.compile(
            r"\b(?:all )?(?:figures|numbers|counts|data) (?:below |above )?are (?:all )?estimates?\b",
            re.IGNORECASE,
        ),
        "estimates",
    ),
    (re.compile(r"\brandom\w*|\bperturb\w*|\bstatistical noise\b", re.IGNORECASE), "changed at random"),
    (re.compile(r"^\W*cumulative\b.*\.$|\bfigures are cumulative\b", re.IGNORECASE), "cumulative"),
    (
        re.compile(
            r"\bcounts? (?:of )?(?:families|households|contacts|episodes)\b|"
            r"\b(?:families|households|contacts|episodes),? (?:rather than|and not|not) (?:individual )?"
            r"children\b",
            re.IGNORECASE,
        ),
        "no counts of children",
    ),
)
_CALENDAR = re.compile(r"\bcalendar years?\b|\bjanuary to (?:31(?:st)? )?december\b", re.IGNORECASE)
_ACADEMIC = re.compile(
    r"\b(?:academic|school) years?\b|\b(?:1(?:st)? )?september to (?:31(?:st)? )?(?:august|july)\b",
    re.IGNORECASE,
)
_TWO_YEARS = re.compile(r"\d\s*[/\-–]\s*(?:20)?\d\d\b")
_MONTH = "|".join(MONTHS)
_PART_YEAR = re.compile(
    rf"\b(?:covers?|includes?|is for|are for|relates? to)\b[^.;]{{0,40}}\b(?:{_MONTH})\s+(?:to|until|-|–)\s+"
    rf"(?:{_MONTH})\b[^.;]{{0,30}}|\bonly (?:covers?|includes?)\b[^.;]{{0,40}}\b(?:{_MONTH})\b",
    re.IGNORECASE,
)
_OTHER_UNIT = re.compile(r"what was counted, if not each child once:\s*(?P<unit>\S.*)", re.IGNORECASE)
"""A line of the template that goes with the letter."""
_NUMBER_KEY = re.compile(
    r"(?:^[^\w<≤]*|['\"“‘(;:]\s*|\b(?:value|figure) of )(?P<figure>\d{1,4})"
    r"['\"”’]?\s*(?:means?|=|indicates?|denotes?|stands for|is used (?:for|where|when))\s+"
    r"(?P<meaning>[^.;]{3,80})",
    re.IGNORECASE,
)
_ZERO = re.compile(
    r"\W*(?:that )?(?:a |an |true |there (?:are|were|is|was) )*(?:zero|none|nil|no\b|nought|0)", re.IGNORECASE
)


@dataclass(frozen=True)
class Caveat:
    """A sentence that speaks against figures: of some questions and periods, or of all."""

    words: str
    questions: frozenset[str] = frozenset()
    periods: frozenset[Period] = frozenset()
    texts: frozenset[str] = frozenset()
    slashed_alone: bool = False
    """Whether it speaks only of years written as two: 2020/21."""

    def holds(self, question: str | None, period: Period | None, label: str, text: str) -> bool:
        """Whether it speaks of a figure."""
        return (
            (not self.questions or question in self.questions)
            and (not self.periods or period in self.periods)
            and (not self.texts or text in self.texts)
            and (not self.slashed_alone or _is_short_financial(period, label))
        )


def _is_short_financial(period: Period | None, label: str) -> bool:
    """Whether a period from April to March is written as two years alone: 2020/21."""
    return _is_of_twelve_months_from_april(period) and _TWO_YEARS.search(label) is not None


_OF_ALL = re.compile(r"\ball\b|\bthroughout\b|\b(?:response|reply|letter|document)\b", re.IGNORECASE)
"""Words of a sentence that speaks of more than the question under which it stands."""


def caveats_of(
    reader: Reader, document: Document, said: Sequence[str], under: Mapping[str, str]
) -> list[Caveat]:
    """What the sentences of a document say against its own figures.

    Args:
        reader: What is known of labels and marks.
        document: The document; where its tables have calendar years, a word on them is about those.
        said: Its sentences.
        under: The question of those that stand between a question and its figures: they speak of it alone.
    """
    short = (cell.text for grid in document.grids for cell in grid.cells if 4 <= len(cell.text) <= SHORT)
    has_calendar = any(
        (period := reader.label(text).period) is not None and period.start.month == 1 for text in short
    )
    return [
        caveat
        for sentence in said
        if len(sentence) <= LONGEST
        for caveat in _caveats(reader.question_set, sentence, under.get(sentence, ""))
        if not (caveat.slashed_alone and has_calendar)
    ]


def _caveats(question_set: QuestionSet, sentence: str, under: str) -> Iterator[Caveat]:
    shown = sentence[:80]
    questions = frozenset(
        code for number in mentioned_numbers(sentence) for code in question_set.numbered(number)
    )
    if under and not questions and not _OF_ALL.search(sentence):
        questions = frozenset({under})
    for pattern, what in _OF_FIGURES:
        if pattern.search(sentence):
            yield Caveat(f"the document says that they are {what}: {shown}", questions)
    years = [span for span in find_periods(sentence) if span.period]
    is_of_other_years = _ACADEMIC.search(sentence) or (
        _CALENDAR.search(sentence) and "financial" not in sentence.lower()
    )
    is_worded = len(sentence.split()) > 4
    asked = (_is_of_twelve_months_from_april(span.period) for span in years if "/" not in span.words)
    if is_of_other_years and is_worded and not any(asked):
        yield Caveat(f"the document speaks of other years: {shown}", questions, slashed_alone=True)
    named = frozenset(span.period for span in years if span.period and not span.period.is_longer_than_a_year)
    if named & set(question_set.periods) and _PART_YEAR.search(sentence):
        yield Caveat(f"the document says that the period is not whole: {shown}", questions, named)
    if match := _OTHER_UNIT.match(sentence):
        yield Caveat(f"the document says that something else was counted: {match['unit'][:60]}")
    for match in _NUMBER_KEY.finditer(sentence):
        figure = match["figure"]
        is_year = len(figure) == 4 and figure.startswith(("19", "20"))
        if not is_year and not (figure == "0" and _ZERO.match(match["meaning"])):
            yield Caveat(f"the document has a key for it: {shown}", texts=frozenset({figure}))


def _is_of_twelve_months_from_april(period: Period | None) -> bool:
    return period is not None and (period.start.month, period.end.month) == (4, 3)


def said_around(reader: Reader, blocks: Sequence[Block], at: int) -> str:
    """Words of a table's caption or of the headings over it that change what it counts; empty if none.

    Args:
        reader: What is known of labels and marks.
        blocks: The document's blocks.
        at: Where the table stands among them.
    """
    grid = blocks[at]
    texts: list[str] = [grid.caption, grid.sheet or ""] if isinstance(grid, Grid) else []
    for block in reversed(blocks[max(0, at - NEAR) : at]):
        if isinstance(block, Grid):
            break
        texts.append(block.text)
    for text in texts:
        if match := _NOT_THE_ANSWER.search(text):
            return match.group()
        is_caption = 0 < len(text) <= SHORT and "=" not in text and not text.endswith(("?", ":"))
        if is_caption and not _is_prose(text) and reader.label(text).question is None:
            words = said_otherwise(reader.question_set, None, text)
            area = _PART_OF_AREA.search(text)
            if words or area:
                return words or (area.group() if area else "")
    return ""


def _is_prose(text: str) -> bool:
    """Whether a line is a sentence of a letter rather than a heading."""
    return text.endswith(".") and len(text.split()) > 8
