"""Answers outside tables: tables printed one cell a line, lists under a question, and sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pathways.foi.ages import ALL, UNKNOWN, find_ages
from pathways.foi.document import Block, Cell, Grid, Paragraph
from pathways.foi.labels import Label
from pathways.foi.layout import SPREADING, Context, Fact, Reader
from pathways.foi.periods import find_periods
from pathways.foi.wording import leading_number

WIDEST = 24
"""Columns of a table printed one cell a line, at most."""


def unflatten(reader: Reader, blocks: Sequence[Block], first_number: int) -> list[Block]:
    """The blocks, with runs of paragraphs that are the cells of a table put together again as a grid.

    Args:
        reader: What is known of labels and marks.
        blocks: The document's blocks.
        first_number: Number of the first grid that is made so.
    """
    done: list[Block] = []
    number, at = first_number, 0
    while at < len(blocks):
        run = _cells_from(reader, blocks, at)
        if run is None:
            done.append(blocks[at])
            at += 1
            continue
        rows, length = run
        first = blocks[at]
        assert isinstance(first, Paragraph)
        cells = tuple(
            Cell(text, row, column)
            for row, texts in enumerate(rows, start=1)
            for column, text in enumerate(texts, start=1)
        )
        done.append(Grid(number, cells, first.page, first.sheet))
        number, at = number + 1, at + length
    return done


def _cells_from(reader: Reader, blocks: Sequence[Block], at: int) -> tuple[list[list[str]], int] | None:
    """Rows of the widest table whose first cell is the paragraph at a place, and how many paragraphs it takes."""
    texts: list[str] = []
    for block in blocks[at : at + 800]:
        if not isinstance(block, Paragraph) or len(block.text) > 220:
            break
        texts.append(block.text)
    if len(texts) < 6:
        return None
    best: tuple[list[list[str]], int] | None = None
    for width in range(2, min(WIDEST, len(texts) // 2) + 1):
        for headings in (width, width - 1):
            if headings < 1 or not all(_is_heading(reader, text) for text in texts[:headings]):
                continue
            if not any(reader.label(text).dimensions for text in texts[1:headings]):
                continue
            rows = [["", *texts[:headings]] if headings < width else texts[:headings]]
            taken = headings
            while taken + width <= len(texts):
                row = texts[taken : taken + width]
                if not reader.label(row[0]).dimensions or not all(_is_value(reader, text) for text in row[1:]):
                    break
                rows.append(row)
                taken += width
            if len(rows) > 1 and (len(rows) > 2 or width > 2) and (best is None or taken > best[1]):
                best = rows, taken
    return best


def _is_heading(reader: Reader, text: str) -> bool:
    label = reader.label(text)
    return len(text) <= 200 and (label.says_something or label.is_total_word) and not (
        reader.is_figure(text) and not label.dimensions
    )


def _is_value(reader: Reader, text: str) -> bool:
    label = reader.label(text)
    return reader.is_figure(text) and not (label.period or (label.question and label.question.strength > 3))


_SEPARATOR = re.compile(r"\s*(?:[:=–—]|(?<=\s)-(?=\s)|\s->\s|→|\.{3,})\s*")
_FIGURE = re.compile(
    r"(?<![\w.,/£#])(?:(?:~|approx\.?|approximately|about|around|circa|c\.)\s?)?"
    r"(?:\d{1,3}(?:[,\u00a0]\d{3})+|\d{1,3}(?: \d{3})+(?!\d)|\d+)(?:\s?\(\d+(?:\.\d+)?\s?%\))?(?![\w/£%]|[.,]\d|\s?%|\s?(?:months?|days?|weeks?|per cent|hours?)\b)"
    r"|(?:<|≤|less than|fewer than|under|below)\s?(?:\d{1,2}|five|ten|six)\b|\b\d{1,2} or (?:fewer|less)\b|(?<!\w)\*+(?!\w)|\[[cuxz]\]|\bnil\b|\bzero\b|\bnone\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:children|child|young people|people|were|was|there|are|is|in|for|aged?|ages?|of|the|and|during|received|had|have|a|an|total|number|"
    r"of which|which|who|years?|yrs?|olds?|period|group|cases?|figure|figures|reported|recorded|to|from|at|on|as|follows|broken down|breakdown|by|these|those|this|with|including|comprising|made up|band)\b|[\s\W]",
    re.IGNORECASE,
)
_CORRECTED = re.compile(
    r"\b(?:should (?:read|be|have been|have read|say|state)|is (?:now )?corrected to|has been corrected to|is amended to|amended to read|corrected to)\s+(?:as\s+)?(?P<value>[^\s,.;]+(?:,\d{3})*)"
    r"(?:,?\s*(?:\(?not|instead of|rather than|and not)\s+(?P<old>[^\s,.;)]+))?",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(r"\b(?:per hour|an hour|hours?|£|working days|postcode|tel|telephone|section \d+ of)\b", re.IGNORECASE)
_REFUSED = re.compile(r"\bexempt|\bsection (?:12|14|22|40)\b|\bs\.?\s?(?:12|14|22|40)\b|\brefus|\bexceed the (?:appropriate|cost) limit|\bcost limit\b", re.IGNORECASE)
_NOT_HELD = re.compile(r"\bnot (?:held|recorded|collected|captured)\b|\b(?:do|does|did) not (?:currently )?(?:hold|record|collect|capture)\b|\bno information (?:is )?held\b", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\bpublicly available\b|\bpublic domain\b|\bsection 21\b|\bs\.?\s?21\b|\b(?:is|are|already) published\b|\bsee (?:the )?dfe\b|\bpublished (?:by|on|at) (?:the )?(?:dfe|department|gov)", re.IGNORECASE)
_NOT_AVAILABLE = re.compile(r"\bnot available\b|\bunavailable\b|\bcannot be provided\b|\bunable to provide\b|\bto be confirmed\b|\btbc\b", re.IGNORECASE)


@dataclass(frozen=True)
class Said:
    """One figure found in a sentence: its text, and the label that it was read with."""

    text: str
    label: Label
    doubt: str = ""


def _without_labels(text: str) -> str:
    """The text with its periods and ages blanked out, places kept."""
    shown = list(text)
    for start, end in [
        *((span.start, span.end) for span in find_periods(text)),
        *((span.start, span.end) for span in find_ages(text)),
    ]:
        shown[start:end] = " " * (end - start)
    return "".join(shown)


def figures_in(text: str) -> list[tuple[int, int, str]]:
    """The counts and marks that a sentence states, outside its periods and ages."""
    blanked = _without_labels(text)
    return [(match.start(), match.end(), match.group().strip()) for match in _FIGURE.finditer(blanked)]


def read_line(reader: Reader, text: str, context: Context) -> list[Said]:
    """The figures that one paragraph states; none where it is not plainly an answer.

    Args:
        reader: What is known of labels and marks.
        text: The paragraph.
        context: The question, period and age under which it stands.
    """
    if len(text) > 900 or _NO_ANSWER.search(text):
        return []
    if match := _CORRECTED.search(text):
        label = reader.label(text[: match.start()].strip(), context.parent)
        named = _question_within(reader, text[: match.start()])
        label = named or label
        if label.question and (label.period or context.period) and reader.is_figure(match["value"]):
            return [Said(match["value"], label)]
        return []
    plain = text.strip(" •-–*·\t")
    parts = _SEPARATOR.split(plain, maxsplit=1)
    if len(parts) == 2:
        label = reader.label(parts[0], context.parent)
        value = parts[1].strip().rstrip(".")
        if label.says_something and reader.is_figure(value) and _is_only_label(label):
            return [Said(value, label)]
        if label.question and not label.period and _is_only_label(label):
            inner = read_line(reader, parts[1], Context(label, context.period, context.age, context.parent))
            return [Said(one.text, _joined(label, one.label), one.doubt) for one in inner]
    several = _segments(reader, plain, context)
    if several:
        return several
    return _sentence(reader, plain, context)


def _question_within(reader: Reader, text: str) -> Label | None:
    """The label of a sentence that names a question in its middle: "the figure for question 7, 2024-2025"."""
    match = re.search(r"\b(?:questions?|q)\s*\.?\s*\d\s*\(?[a-e]?\)?(?![a-z])", text, re.IGNORECASE)
    if not match:
        return None
    number = reader.label(match.group())
    rest = reader.label(text[match.end() :].strip(" ,;:()"))
    return _joined(number, rest) if number.question else None


def _joined(first: Label, second: Label) -> Label:
    """Two labels as one: what the second says goes before."""
    return Label(
        f"{first.text} {second.text}".strip(),
        question=second.question or first.question,
        question_words=first.question_words,
        period=second.period or first.period,
        is_period_unclear=second.is_period_unclear or first.is_period_unclear,
        has_several_periods=second.has_several_periods or first.has_several_periods,
        age=second.age or first.age,
        has_several_ages=second.has_several_ages or first.has_several_ages,
        role=second.role or first.role,
    )


def _is_only_label(label: Label) -> bool:
    """Whether a label says nothing but question, period and age."""
    if label.role == "not_a_count" or label.has_several_periods or label.has_several_ages:
        return False
    return bool(label.question) or not _FILLER.sub("", label.question_words)


def _segments(reader: Reader, text: str, context: Context) -> list[Said]:
    """A list in one line: ``2020/21: 1,234 (All), 300 (5-9)`` or ``2020/21 1,234; 2021/22 1,300``."""
    pieces = [piece for piece in re.split(r"\s*;\s*|,\s+|\s+\|\s+|\s+and\s+(?=\d+[^\d]*\()", text) if piece.strip()]
    if len(pieces) < 2:
        return []
    said: list[Said] = []
    carried: Label | None = None
    for position, piece in enumerate(pieces):
        figures = figures_in(piece)
        if len(figures) != 1:
            return []
        start, end, figure = figures[0]
        lead = _SEPARATOR.split(piece[:start], maxsplit=1)
        words = f"{piece[:start]} {piece[end:]}"
        label = reader.label(" ".join(words.replace("(", " ").replace(")", " ").split()).strip(" :=-–—."), context.parent)
        if label.has_several_periods or label.has_several_ages or label.role == "not_a_count" or not reader.is_figure(figure):
            return []
        if not label.question and _FILLER.sub("", label.question_words):
            return []
        if position == 0:
            carried = label if label.period else (reader.label(lead[0]) if len(lead) == 2 else None)
        if carried is not None and not label.period and carried.period:
            label = _joined(Label(carried.text, question=carried.question, period=carried.period), label)
        said.append(Said(figure, label))
    dimensions = [one.label.dimensions - {"question"} for one in said]
    is_told_apart = len({(one.label.period, one.label.age, one.label.question) for one in said}) == len(said)
    return said if is_told_apart and all(dimensions[1:]) else []


def _sentence(reader: Reader, text: str, context: Context) -> list[Said]:
    """A sentence with one figure: ``In 2020/21 there were 1,234 children assessed.``"""
    figures = figures_in(text)
    if len(figures) != 1 or "%" in text or len(text) > 240:
        return []
    start, end, figure = figures[0]
    if not reader.is_figure(figure):
        return []
    number, _ = leading_number(text)
    if number and start < 3:
        return []
    words = f"{text[:start]} {text[end:]}"
    label = reader.label(" ".join(words.split()).strip(" :=-–—."), context.parent)
    if label.has_several_periods or label.has_several_ages or label.role in ("not_a_count", "replaced"):
        return []
    leftover = _FILLER.sub("", label.question_words)
    if leftover and label.question is None:
        return []
    if not (label.period or (label.age and context.period)):
        return []
    if label.question and context.question and context.question.question:
        if label.question.code != context.question.question.code and label.question.strength < 3:
            if label.question.strength > 1:
                return []
            label = Label(
                label.text, period=label.period, is_period_unclear=label.is_period_unclear, age=label.age
            )
    return [Said(figure, label)]


def status_of(reader: Reader, text: str) -> str | None:
    """The status that a sentence of the letter gives a whole question: refused, not held, published elsewhere."""
    plain = text.strip(" .:;–-")
    status = reader.status(plain)
    if status in SPREADING:
        return status
    if len(text) > 700:
        return None
    for name, pattern in (
        ("published_elsewhere", _ELSEWHERE),
        ("refused", _REFUSED),
        ("not_held", _NOT_HELD),
        ("not_available", _NOT_AVAILABLE),
    ):
        if pattern.search(text):
            return name
    return None


def fact_of(said: Said, context: Context, table: int, row: int, column: int, paragraph: Paragraph) -> Fact:
    """A figure of a sentence as a fact, what it does not name taken from what stands over it."""
    label = said.label
    fact = Fact(table, row, column, said.text, paragraph.page, paragraph.sheet, paragraph=paragraph.text)
    reading = label.question or (context.question.question if context.question else None)
    if reading:
        fact.question, fact.strength = reading.code, reading.strength
        fact.question_label = label.question_words if label.question else (context.question.text if context.question else "")
        if reading.doubt:
            fact.doubts.append(reading.doubt)
    over = context.period
    if label.period:
        fact.period, fact.period_label = label.period, label.text
    elif not label.is_period_unclear and over and over.period:
        fact.period, fact.period_label = over.period, over.text
    age = label.age or (context.age.age if context.age else None) or ALL
    fact.age, fact.age_label = age, label.text if label.age else (context.age.text if context.age else "")
    if age == UNKNOWN:
        fact.aside = f"an age band that the letter does not ask for ({label.text[:40]})"
    if said.doubt:
        fact.doubts.append(said.doubt)
    return fact
