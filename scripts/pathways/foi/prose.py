"""Answers outside tables: tables printed one cell a line, lists under a question, and sentences."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pathways.foi.ages import ALL, UNKNOWN, find_ages
from pathways.foi.document import Block, Cell, Grid, Paragraph
from pathways.foi.labels import TABLE_NUMBER, Label
from pathways.foi.layout import SPREADING, Context, Fact, Reader
from pathways.foi.periods import MONTHS, Period, find_dates, find_periods, years_of
from pathways.foi.statements import explains_a_mark
from pathways.foi.wording import QuestionReading, leading_number, measure_named, said_otherwise

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


def without_item_numbers(reader: Reader, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with the numbers before the items of a list of periods or ages left out.

    A list begins with 1, goes on without a gap, and each of its items names another period or age and no
    question; the numbers are no questions then.
    """
    done = list(blocks)
    run: list[tuple[int, Paragraph, str]] = []
    for at, block in enumerate([*blocks, None]):
        number, rest = leading_number(block.text) if isinstance(block, Paragraph) else (None, "")
        if run and number != str(len(run) + 1):
            items = {
                (label.period, label.age) for _, _, text in run if (label := reader.label(text)).dimensions
            }
            if len(items) == len(run) > 1:
                for place, paragraph, text in run:
                    done[place] = replace(paragraph, text=text)
            run = []
        if isinstance(block, Paragraph) and number == str(len(run) + 1):
            label = reader.label(rest)
            if label.dimensions and not label.question and not reader.label(f"Q{number}. {rest}").role:
                run.append((at, block, rest))
    return done


def _cells_from(reader: Reader, blocks: Sequence[Block], at: int) -> tuple[list[list[str]], int] | None:
    """Rows of the longest table whose first cell is the paragraph at a place, and its length."""
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
                if not reader.label(row[0]).dimensions or not all(
                    _is_value(reader, text) for text in row[1:]
                ):
                    break
                rows.append(row)
                taken += width
            if len(rows) > 1 and (len(rows) > 2 or width > 2) and (best is None or taken > best[1]):
                best = rows, taken
    return best


def _is_heading(reader: Reader, text: str) -> bool:
    label = reader.label(text)
    behind = _SEPARATOR.split(text, maxsplit=1)[1:]
    is_statement = bool(behind) and reader.is_figure(behind[0]) and not find_dates(text)
    return (
        len(text) <= 200
        and (label.says_something or label.is_total_word)
        and not (reader.is_figure(text) and not label.dimensions)
        and not (is_statement and not find_periods(behind[0]))
    )


def _is_value(reader: Reader, text: str) -> bool:
    label = reader.label(text)
    return reader.is_figure(text) and not (label.period or (label.question and label.question.strength > 3))


_LISTED = re.compile(r"[;|]|,?\s+(?=\(?[b-e][).]\s)")
"""What parts the items of a list in one line."""
_COMMAS = re.compile(r",\s+")
_ANSWER = re.compile(r"^(?:our )?(?:answer|response|reply|ateb)\s*[:\-–—]\s*", re.IGNORECASE)
"""What stands before an answer and says nothing."""
_SEPARATOR = re.compile(r"\s*(?:(?:[:=–—]\s*)?\b[nN]\s?=|[:=–—]|(?<=\s)-(?=\s)|\s->\s|→|\.{3,})\s*")
_FIGURE = re.compile(
    r"(?<![\w.,/£#&])(?:(?:~|approx\.?|approximately|about|around|circa|c\.)\s?)?"
    r"(?:\d{1,3}(?:[,\u00a0]\d{3})+|\d{1,3}(?: \d{3})+(?!\d)|"
    r"\d+)(?:\s?\(\d+(?:\.\d+)?\s?%[^)]{0,40}\))?(?![\w/£%]|[.,]\d|\s?%|\s?(?:months?|days?|"
    r"weeks?|per cent|hours?)\b)"
    r"|(?:<|≤|less than|fewer than|under|below|llai na)\s?(?:\d{1,2}|five|six|ten)\b|"
    r"\b\d{1,2} or (?:fewer|less)\b|(?<!\w)\*+(?!\w)|\[[cuxz]\]|\bnil\b|\bzero\b",
    re.IGNORECASE,
)
_STATUS = re.compile(
    r"\b(?:information |data |figures? )?(?:is |are |was |were )?(?:not (?:yet |currently )?(?:held|"
    r"recorded|available|collected)|publicly available)\b|\bwe (?:do|did) not (?:hold|record)\b",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"\b(?:children|child|young people|people|were|was|there|are|is|in|for|aged?|ages?|of|the|and|"
    r"during|received|had|have|a|an|total|numbers?|it|they|our|"
    r"of which|which|whom?|years?|yrs?|olds?|period|group|cases?|figure|figures|reported|recorded|"
    r"(?:rose|fell|up|down|increased|decreased) from|to|from|at|on|as|follows|broken down|breakdown|by|these|"
    r"those|this|with|including|comprising|made up|band|only|followed|up)\b|[\s\W]",
    re.IGNORECASE,
)
_BASE = re.compile(
    r"^\W*(?:in [^,]{4,20}, )?(?:of|from|out of|among)\s+(?:the |these |those |our )?$", re.IGNORECASE
)
_CORRECTED = re.compile(
    r"\b(?:should (?:now )?(?:read|be|have been|have read|say|state)|is (?:now )?corrected to|"
    r"has been corrected to|is amended to|amended to read|"
    r"corrected to)\s+(?:as\s+)?['\"‘“]?(?P<value>not held|not recorded|not available|\d[\d,]*|"
    r"<\s?\d+|[^\s,.;'\"]+)"
    r"|(?P<instead>\d[\d,]*|<\s?\d+),?\s+(?:\(?not|instead of|rather than|in place of)\s+(?:\d|<|tbc)"
    r"|\b(?:changes?|changed|amended|corrected|revised|moves?) from \S+ to (?P<changed>\d[\d,]*|"
    r"<\s?\d+|not held)",
    re.IGNORECASE,
)
_NO_ANSWER = re.compile(
    r"\b(?:per hour|an hour|hours?|£|working days|postcode|tel|telephone|section \d+ of)\b", re.IGNORECASE
)
_REFUSED = re.compile(
    r"\bexempt|\bsection (?:12|14|22|40)\b|\bs\.?\s?(?:12|14|22|40)\b|\brefus|"
    r"\bexceed the (?:appropriate|cost) limit|\bcost limit\b",
    re.IGNORECASE,
)
_NOT_HELD = re.compile(
    r"\bnot (?:held|recorded|collected|captured)\b|\b(?:do|does|did) not (?:currently )?(?:hold|"
    r"record|collect|capture)\b|\bno information (?:is )?held\b|\bni (?:chedwir|chofnodir)\b|"
    r"\bnid ydym yn (?:cadw|cofnodi)\b|\bheb ei (?:gofnodi|chadw)\b",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(
    r"\bpublicly available\b|\bpublic domain\b|\bsection 21\b|\bs\.?\s?21\b|\b(?:is|are|"
    r"already) published\b|\bsee (?:the )?dfe\b|\bpublished (?:by|on|at) (?:the )?(?:dfe|"
    r"department|gov)",
    re.IGNORECASE,
)
_NOT_AVAILABLE = re.compile(
    r"\bnot available\b|\bunavailable\b|\bcannot be provided\b|\bunable to provide\b|"
    r"\bto be confirmed\b|\btbc\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Said:
    """One figure found in a sentence: its text, and the label that it was read with."""

    text: str
    label: Label
    doubt: str = ""
    of_each: bool = False
    """Whether it is said of each period that the letter asks for."""


def _without_labels(text: str) -> str:
    """The text with its periods and ages blanked out, places kept."""
    shown = list(text)
    for start, end in [
        *((span.start, span.end) for span in find_periods(text)),
        *((span.start, span.end) for span in find_ages(text)),
        *((start, end) for start, end, _ in find_dates(text)),
    ]:
        shown[start:end] = " " * (end - start)
    return "".join(shown)


def figures_in(text: str) -> list[tuple[int, int, str]]:
    """The counts and marks that a sentence states, outside its periods and ages."""
    blanked = _NO_COUNT.sub(lambda match: " " * len(match.group()), _without_labels(text))
    return [(match.start(), match.end(), match.group().strip()) for match in _FIGURE.finditer(blanked)]


def read_line(reader: Reader, text: str, context: Context) -> list[Said]:
    """The figures that one paragraph states; none where it is not plainly an answer.

    Args:
        reader: What is known of labels and marks.
        text: The paragraph.
        context: The question, period and age under which it stands.
    """
    if len(text) > 1_200 or _NO_ANSWER.search(text) or TABLE_NUMBER.match(text):
        return []
    plain = _ANSWER.sub("", text.lstrip(" •-–*·\t").rstrip()) or text
    if not reader.label(text, context.parent).dimensions and explains_a_mark(text):
        return []
    corrected = _corrections(reader, plain, context)
    if corrected:
        return corrected
    number, behind = leading_number(plain)
    if number and reader.question_set.numbered(number):
        codes = reader.question_set.numbered(number)
        behind = behind.strip(" .:–—-")
        label = reader.label(plain[: len(plain) - len(behind)].strip(), context.parent)
        if reader.question_set.by_code[codes[0]].measure is None or not behind:
            return []
        over = Context(
            label if label.question else None,
            context.period,
            context.age,
            number if len(codes) > 1 else context.parent,
            context.series,
        )
        return [Said(one.text, _joined(label, one.label), one.doubt) for one in _answer(reader, behind, over)]
    return _answer(reader, plain, context)


_NO_COUNT = re.compile(
    r"\b(?:questions?|qu?s?|sections?|s|regulations?|articles?|codes?|rc|lines?|records?|tables?|pages?|part|annex|periods?|year|group|band|row|column|tier|level|stage)"
    r"\s?\.?\s?\(?\d+[a-e]?\)?(?:\s*(?:,|and|&|or|to|-|–)\s*\(?\d+[a-e]?\)?)*|\b\d+\s?(?:months?|weeks?|hours?|years?|"
    r"working|minutes?|days?)\b|\b\d\([ivx]+\)|\b\d{1,2}(?:st|nd|rd|th)?\s(?:" + "|".join(MONTHS) + r")\b",
    re.IGNORECASE,
)
_OF_MARKS = re.compile(
    r"\b(?:shown|given as|suppress\w*|replaced|rounded|means?|denotes?|redacted|withh?eld|please|"
    r"calculated)\b|\?\s*$",
    re.IGNORECASE,
)


def unplaced(reader: Reader, text: str, context: Context) -> list[str]:
    """The counts of a sentence on the letter's steps, or under a question, that was not read.

    They may be answers: a person must look, and the answer is not called silent.
    """
    if len(text) > 1_200 or _NO_ANSWER.search(text) or _OF_MARKS.search(text) or TABLE_NUMBER.match(text):
        return []
    behind = re.sub(r"^\W*\d{1,2}[.)]\s+", "", leading_number(text)[1])
    counts = [figure for _, _, figure in figures_in(behind) if reader.status(figure) == "reported"]
    if not counts or find_dates(text):
        return []
    label = reader.label(text, context.parent)
    is_about = measure_named(_without_labels(behind)) not in (None, "yes_no")
    return counts if is_about or (context.question and (label.period or label.age)) else []


def _answer(reader: Reader, text: str, context: Context) -> list[Said]:
    if context.series and (listed := _in_series(reader, text, context)):
        return listed
    said = _of_each_period(reader, text, context) or _with_a_list_behind(reader, text, context)
    if said:
        return said
    for parting in (_LISTED, _COMMAS):
        pieces = [piece for piece in parting.split(text.rstrip(" .")) if piece.strip()]
        pairs = [_pair(reader, piece, context) or _side_by_side(reader, piece, context) for piece in pieces]
        if len(pairs) > 1 and all(one is not None and _is_value_text(reader, one[1]) for one in pairs):
            return _distinct(_carried_on([one for one in pairs if one]))
    pair = _pair(reader, text, context)
    if pair is not None:
        label, value = pair
        if _is_value_text(reader, value):
            return [Said(value, label)]
        if figures_in(value) and not figures_in(text[: text.index(value)]):
            # "5-9: 2020/21 = 466; 2021/22 = 322": what stands in front is said of all that follows
            return [
                Said(one.text, _joined(label, one.label), one.doubt)
                for one in _answer(reader, value, _under(context, label))
            ]
    said = []
    carried: Label | None = None
    for sentence in re.split(r"(?<=[.;!])\s+(?=[A-Z0-9])", text):
        found = _clauses(reader, sentence.strip().rstrip("."), context, carried)
        if found is None:
            return []
        said.extend(found)
        carried = next((one.label for one in reversed(found) if one.label.period), carried)
    return _distinct(said)


def _carried_on(pairs: Sequence[tuple[Label, str]]) -> list[Said]:
    """The items of a list; an item of ages alone is of the year of the item before it."""
    said: list[Said] = []
    period: Label | None = None
    year_count = 0
    for label, value in pairs:
        doubt = ""
        if label.period:
            period, year_count = label, year_count + 1
        elif period is not None and label.dimensions == {"age"}:
            label = _joined(Label(period.text, period=period.period), label)
            doubt = "it may be of either of the years before it" if year_count > 1 else ""
            year_count = year_count if doubt else 0
        said.append(Said(value, label, doubt))
    return said


def _in_series(reader: Reader, text: str, context: Context) -> list[Said]:
    """A list of as many figures as a sentence above names periods, in their order: ``5-9: 12; 14 and 15``."""
    pair = _pair(reader, text, context)
    label, listed = pair if pair else (Label(""), text.rstrip("."))
    values = [value.strip() for value in re.split(r";|, | and ", listed) if value.strip()]
    if label.period or len(values) != len(context.series):
        return []
    if not all(_is_value_text(reader, value) for value in values):
        return []
    return [
        Said(value, replace(label, period=period))
        for value, period in zip(values, context.series, strict=True)
    ]


def periods_in_order(reader: Reader, text: str) -> tuple[Period, ...]:
    """The periods that a sentence names, in their order; from the first to the last of years, all of them."""
    named = [span.period for span in find_periods(text, reader.year_kind) if span.period]
    years = years_of(named[0]) if len(named) == 1 else named
    return tuple(years) if len(set(years)) == len(years) > 1 else ()


def in_order(reader: Reader, text: str, context: Context) -> list[Said]:
    """The figures of a sentence that names as many periods, in their order: ``respectively``."""
    series = periods_in_order(reader, text)
    figures = [figure for _, _, figure in figures_in(text)]
    label = reader.label(_without_labels(text), context.parent)
    is_agreed = context.question is not None and _question_of(reader, label, context) == (None, True)
    is_count = not said_otherwise(reader.question_set, None, text)
    is_whole = len(figures) == len(series) and is_count and not label.has_several_ages
    if not (is_agreed and is_whole and all(reader.status(figure) != "unreadable" for figure in figures)):
        return []
    said = Label("", age=label.age)
    return [
        Said(figure, replace(said, text=text, period=period))
        for figure, period in zip(figures, series, strict=True)
    ]


_EACH_PERIOD = re.compile(
    r"(?P<mark>.{1,40}?),?\s+(?:in|for) (?:each|every)(?: one)?(?: of (?:the|these|those))?(?: \w+)? "
    r"(?:years?|periods?)",
    re.IGNORECASE,
)


def _of_each_period(reader: Reader, text: str, context: Context) -> list[Said]:
    """A mark or count that a line gives to every period: ``Fewer than 10 in each year``."""
    match = _EACH_PERIOD.fullmatch(text.strip().rstrip("."))
    if match is None or context.question is None or context.period is not None:
        return []
    return [Said(match["mark"], Label(text), of_each=True)] if _is_value_text(reader, match["mark"]) else []


_LIST_BEHIND = re.compile(r"(?P<head>[^()]+?)\s*\((?P<list>[^()]*:[^()]*)\)")


def _with_a_list_behind(reader: Reader, text: str, context: Context) -> list[Said]:
    """A figure with its parts in brackets behind it: ``2020/21: 785 (5-9: not held; 10-15: 310)``."""
    match = _LIST_BEHIND.fullmatch(text.rstrip(". "))
    pair = _pair(reader, match["head"], context) if match else None
    if match is None or pair is None or not _is_value_text(reader, pair[1]):
        return []
    parts = _answer(reader, match["list"], _under(context, pair[0]))
    if not all(part.label.age for part in parts):
        return []
    behind = [Said(part.text, _joined(pair[0], part.label), part.doubt) for part in parts]
    figures = figures_in(pair[1])
    own = figures[0][2] if len(figures) == 1 else pair[1]
    return _distinct([Said(own, pair[0]), *behind]) if behind else []


def _pair(reader: Reader, text: str, context: Context) -> tuple[Label, str] | None:
    """A label that says nothing but question, period and age, and what stands behind its colon or dash."""
    text = text.strip()
    # the dash between the first and the last day of a period parts nothing
    periods = [(span.start, span.end) for span in find_periods(text[:200])]
    parting = next(
        (
            match
            for match in _SEPARATOR.finditer(text)
            if not any(start < match.start() and match.end() < end for start, end in periods)
        ),
        None,
    )
    if parting is None or parting.start() >= 200:
        return None
    parts = text[: parting.start()], text[parting.end() :]
    label, value = reader.label(parts[0], context.parent), parts[1].strip().rstrip(".")
    return (label, value) if value and label.says_something and _is_only_label(label) else None


def _side_by_side(reader: Reader, text: str, context: Context) -> tuple[Label, str] | None:
    """A label and a value with nothing between them: ``5-9 158``, ``All not recorded``."""
    words = text.split()
    for at in range(1, len(words)):
        label, value = reader.label(" ".join(words[:at]), context.parent), " ".join(words[at:])
        if label.says_something and _is_only_label(label) and _is_value_text(reader, value):
            return label, value
    return None


def _is_value_text(reader: Reader, value: str) -> bool:
    """Whether a text is one count or mark and nothing else."""
    status = reader.status(value)
    return status is not None and (status != "unreadable" or len(value) <= 12)


def _distinct(said: list[Said]) -> list[Said]:
    """The figures, if each is about something else; none where two are about the same."""
    keys = {
        (one.label.period, one.label.age, one.label.item, one.label.question and one.label.question.code)
        for one in said
    }
    return said if len(keys) == len(said) else []


def _under(context: Context, label: Label) -> Context:
    """What stands over a text that follows a label: what the label names, and else what stood over it."""
    return Context(
        label if label.question else context.question,
        label if label.period else context.period,
        label if label.age else context.age,
        context.parent,
        context.series,
    )


def _corrections(reader: Reader, text: str, context: Context) -> list[Said]:
    """The figures of a sentence that corrects an answer: ``should read 31, not 13``."""
    said = []
    for sentence in re.split(r"(?<=[.;])\s+", text):
        match = _CORRECTED.search(sentence)
        if not match:
            continue
        value = (match["value"] or match["changed"] or match["instead"]).strip().rstrip(".,;")
        label = _question_within(reader, sentence[: match.start()]) or reader.label(
            sentence[: match.start()].strip(), context.parent
        )
        if label.question is None and context.question:
            label = _joined(context.question, label)
        if label.question and (label.period or context.period) and reader.is_figure(value):
            said.append(Said(value, label))
    return said


def _question_within(reader: Reader, text: str) -> Label | None:
    """The label of a sentence that names a question in its middle: "the figure for question 7, 2024-2025"."""
    match = re.search(
        r"\b(?:questions?|qu|q)\s*\.?\s*\d\s*\(?(?:[a-e](?![a-z]))?\)?(?![a-z])", text, re.IGNORECASE
    )
    if not match:
        return None
    number = reader.label(match.group())
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    periods = reader.label(_dimensions_alone(rest))
    return _joined(number, periods) if number.question else None


def _dimensions_alone(text: str) -> str:
    """The periods and ages of a text without its other words."""
    spans = sorted(
        [(span.start, span.end) for span in find_periods(text)]
        + [(span.start, span.end) for span in find_ages(text)]
    )
    return " ".join(text[start:end] for start, end in spans)


def _joined(first: Label, second: Label) -> Label:
    """Two labels as one: what the second says goes before."""
    return Label(
        f"{first.text} {second.text}".strip() if first.text != second.text else first.text,
        question=second.question or first.question,
        question_words=first.question_words or second.question_words,
        period=second.period or first.period,
        is_period_unclear=second.is_period_unclear or (first.is_period_unclear and not second.period),
        has_several_periods=second.has_several_periods or first.has_several_periods,
        age=second.age or first.age,
        has_several_ages=second.has_several_ages or first.has_several_ages,
        role=second.role or first.role,
        item=second.item or first.item,
    )


def _is_only_label(label: Label) -> bool:
    """Whether a label says nothing but question, period and age."""
    if label.role == "not_a_count" or label.has_several_periods or label.has_several_ages:
        return False
    return bool(label.question) or not _FILLER.sub("", label.question_words)


def _clauses(reader: Reader, sentence: str, context: Context, carried: Label | None) -> list[Said] | None:
    """The figures of one sentence, each with the words of its own clause; None where one of them is unclear.

    ``2020/21: 1,234 (All), 300 (5-9)`` and ``In 2020/21 there were 1,782 children: 544 were aged 5 to 9`` are
    clauses; what a clause does not name is that of the clause before it.
    """
    figures = figures_in(sentence)
    if len(figures) > 1 and _BASE.match(sentence[: figures[0][0]]):
        # "Of the 903 children closed in 2020/21, 144 were re-referred": the second is a part of the first
        start, end, _ = figures[0]
        sentence = sentence[:start] + " " * (end - start) + sentence[end:]
        figures = figures[1:]
    if not figures:
        return _stated_status(sentence, context)
    if "%" in re.sub(r"\([^)]*%[^)]*\)", "", sentence):
        return None
    bounds = _clause_bounds(sentence, figures)
    if bounds is None:
        return None
    said: list[Said] = []
    for (start, end), (at, behind, figure) in zip(bounds, figures, strict=True):
        if not reader.is_figure(figure) or reader.status(figure) == "unreadable":
            return None
        words = f"{sentence[start:at]} {sentence[behind:end]}".replace("(", " ").replace(")", " ")
        label = reader.label(" ".join(words.split()).strip(" :=-–—.,;"), context.parent)
        if label.has_several_periods or label.has_several_ages or label.role in ("not_a_count", "replaced"):
            return None
        question, is_agreed = _question_of(reader, label, context)
        if not is_agreed:
            return None
        if question is None and not label.question and _FILLER.sub("", label.question_words):
            return None
        before = said[-1].label if said else carried
        if before is not None and not label.period and before.period and not label.is_period_unclear:
            label = _joined(Label(before.text, period=before.period), label)
        if not (label.dimensions or (said and said[-1].label.dimensions)) and _FILLER.sub(
            "", label.question_words
        ):
            return None
        if not (label.period or (context.period and context.period.period) or label.is_period_unclear):
            return None
        own = (
            label.question
            if label.question and label.question.strength >= 3 and not context.question
            else None
        )
        said.append(Said(figure, replace(label, question=question or own)))
    return said


def _clause_bounds(sentence: str, figures: list[tuple[int, int, str]]) -> list[tuple[int, int]] | None:
    """Where the clause of each figure begins and ends; None where labels stand on either side of figures."""
    has_label = [_has_label_before(sentence, figures, at) for at in range(len(figures))]
    if len(figures) > 1 and has_label[-1] and not sentence[figures[-1][1] :].strip(" ).;"):
        # labels lead; the first may be that of what stands over it: "2,803 (aged 5 to 9: 785; ...)"
        is_first_bare = not re.search(r"\w", sentence[: figures[0][0]])
        if not all(has_label[1:]) or not (has_label[0] or is_first_bare):
            return None
        return list(itertools.pairwise([0, *(end for _, end, _ in figures[:-1]), len(sentence)]))
    blanked = _without_labels(sentence).replace("children and young people", "children & young people")
    cuts = [0]
    for (_, end, _), (start, _, _) in itertools.pairwise(figures):
        between = blanked[end:start]
        cut = end + len(between) // 2
        for pattern, take_last in (
            (r";", False),
            (r"[,:]|\s/\s", False),
            (r"\band\b", True),
            (r"\s[-–—]\s|\(", False),
            (r"\bto\b", True),
        ):
            places = [match.start() for match in re.finditer(pattern, between)]
            if places:
                cut = end + places[-1 if take_last else 0]
                break
        cuts.append(cut)
    cuts.append(len(sentence))
    return list(itertools.pairwise(cuts))


_LEADS = re.compile(r"\)?[\s:=\-–—(]*(?:(?:was|were|is|are|there were)\s+)?", re.IGNORECASE)


def _has_label_before(sentence: str, figures: list[tuple[int, int, str]], at: int) -> bool:
    """Whether a period or age stands directly before a figure, behind the figure before."""
    start, floor = figures[at][0], figures[at - 1][1] if at else 0
    spans = [(span.start, span.end) for span in find_periods(sentence)]
    spans += [(span.start, span.end) for span in find_ages(sentence)]
    behind = max((end for first, end in spans if floor <= first and end <= start), default=None)
    return behind is not None and bool(_LEADS.fullmatch(sentence[behind:start]))


_COMPATIBLE = frozenset(
    {
        ("early_help_rereferred_within_12_months", "closed_rereferred_within_12_months"),
        ("early_help_assessed", "assessed"),
        ("early_help_assessed", "early_help_received"),
        ("closed_rereferred_within_12_months", "closed_after_assessment"),
        ("closed_referred_to_early_help", "closed_after_assessment"),
        ("closed_referred_to_early_help", "early_help_received"),
        ("care_and_support_plan", "assessed"),
    }
)
"""What a sentence under a question may name in short: "were re-referred" under that on early help."""


def _question_of(reader: Reader, label: Label, context: Context) -> tuple[QuestionReading | None, bool]:
    """The question that a clause names itself, if another than its context, and whether both fit."""
    by_code = reader.question_set.by_code
    named = label.question
    over = context.question.question if context.question else None
    if named is None:
        return None, True
    if over is None:
        is_part = context.parent is not None and by_code[named.code].number[:1] == context.parent[:1]
        return named, named.strength >= 2 or is_part
    if named.code == over.code:
        return None, True
    if (by_code[over.code].measure, by_code[named.code].measure) in _COMPATIBLE:
        return None, True
    return named, named.by_number


def _stated_status(sentence: str, context: Context) -> list[Said]:
    """A sentence without a figure that gives years a status: ``2015/16 and 2016/17: not held``."""
    match = _STATUS.search(sentence)
    periods = list(
        dict.fromkeys(
            span.period
            for span in find_periods(sentence)
            if span.period and not span.period.is_longer_than_a_year
        )
    )
    if not match or not periods or context.question is None or len(sentence) > 200:
        return []
    text = sentence[match.start() :].strip(" .:()")
    return [
        Said(text, Label(sentence[: match.start()].strip(" :–-") or sentence, period=period))
        for period in periods
    ]


def status_of(reader: Reader, text: str) -> str | None:
    """The status that a sentence gives a whole question: refused, not held, published elsewhere."""
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
        fact.question_label = (
            label.question_words if label.question else (context.question.text if context.question else "")
        )
        if reading.doubt:
            fact.doubts.append(reading.doubt)
    over = context.period
    if label.period:
        fact.period, fact.period_label = label.period, label.text
    elif isinstance(label.item, Period):
        fact.period, fact.period_label = label.item, label.text
    elif not label.is_period_unclear and over and over.period:
        fact.period, fact.period_label = over.period, over.text
    fact.is_row_wide = said.of_each
    item = label.item if isinstance(label.item, str) else None
    age = label.age or item or (context.age.age if context.age else None) or ALL
    fact.age, fact.age_label = age, label.text if label.age else (context.age.text if context.age else "")
    if age == UNKNOWN:
        fact.aside = f"an age band that the letter does not ask for ({label.text[:40]})"
    if said.doubt:
        fact.doubts.append(said.doubt)
    return fact
