"""From the blocks of a document to facts: each read under the headings that stand over it, top to bottom."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pathways.foi.dictionary import QuestionSet
from pathways.foi.document import Block, Document, Grid, Paragraph, single_spaced
from pathways.foi.labels import Label
from pathways.foi.layout import SOMETHING_ELSE, Context, Fact, Reader, read_grid
from pathways.foi.marks import DocumentMark, Reading, mark_text
from pathways.foi.periods import Period, find_periods, years_of
from pathways.foi.prose import (
    Said,
    fact_of,
    figures_in,
    in_order,
    periods_in_order,
    read_line,
    status_of,
    unplaced,
)
from pathways.foi.statements import plain_mark
from pathways.foi.surroundings import said_around
from pathways.foi.wording import leading_number, likeness, mentioned_numbers, several_numbers
from pathways.foi.yes_no import answer_within

MANY_QUESTIONS = 3
"""Questions in a row without an answer between them: the request, quoted."""

_CONTINUED = re.compile(r"\bcont(?:inued|'?d|\.)|\bparhad", re.IGNORECASE)
_IN_ORDER = re.compile(r"\brespectively\b|\bin (?:this|that|the same) order\b|\byn y drefn\b", re.IGNORECASE)
REQUEST = re.compile(r"\bplease\b|\bi'?d like\b|\bwe are interested\b|\bif no\b|\brequest", re.IGNORECASE)
"""Words with which a letter asks, and does not answer."""
_AS_ANOTHER = re.compile(
    r"\bas (?:(?:for|in|with|per|at) )?(?:the )?(?:answer to )?(?:question|q)\.?\s*\d", re.IGNORECASE
)
_OF_A_PART = re.compile(
    r"\b(?:fewer|less) than\b|\bunder (?:five|\d)|\bsmall (?:number|count|cohort)|\bsuppress|\bbelow \d|"
    r"\bby age\b|\bbreakdowns?\b|\bbroken down\b|\bage (?:group|band)|\bsome (?:of\b|\w+ data\b)|"
    r"\bpart(?:ly|ially)\b|\bin part\b|"
    r"\battach|\benclos|\bspreadsheet|\bworkbook|\bappendix|\bhowever\b|\bbut\b",
    re.IGNORECASE,
)
"""Words of a sentence that refuses a part of a question, or gives the rest of it elsewhere."""


@dataclass(frozen=True)
class Remark:
    """A paragraph under a question; ``is_ahead`` where no figure stands between them.

    ``fact_count`` is how many figures stand before it in the document.
    """

    text: str
    question: str
    is_ahead: bool
    fact_count: int


class Walk:
    """Goes through the blocks of a document and keeps what stands over each of them."""

    def __init__(
        self, reader: Reader, document: Document, blocks: Sequence[Block], notes_by_mark: dict[str, str]
    ) -> None:
        self.reader = reader
        self.question_set: QuestionSet = reader.question_set
        self.blocks = blocks
        self.notes_by_mark = notes_by_mark
        self.grid_count = len(document.grids)
        texts = (block.text for block in document.blocks if isinstance(block, Paragraph))
        self.repeated = {text for text, count in Counter(texts).items() if count > 1}
        self.prose_table = max((block.number for block in blocks if isinstance(block, Grid)), default=0)
        self.prose_row = 0
        self.below = self._captions_below()
        self.facts: list[Fact] = []
        self.status_lines: list[tuple[Paragraph, list[str]]] = []
        self.remarks: list[Remark] = []
        # what stands over the next block
        self.question: Label | None = None
        self.period: Label | None = None
        self.age: Label | None = None
        self.parent: str | None = None
        self.series: tuple[Period, ...] = ()
        self.scope: list[str] = []
        self.line: Label | None = None
        self.year_lines = 0
        self.run: list[str] = []
        self.last_title = ""
        self.is_used = self.period_is_inner = self.age_is_inner = False
        self.question_at = self.period_at = self.age_at = self.figures_at = self.line_at = -2

    def walk(self) -> list[Fact]:
        """The figures of tables and sentences, then the questions that a sentence answers as a whole."""
        for at, block in enumerate(self.blocks):
            if isinstance(block, Grid):
                self._grid(at, block)
            elif not self._is_margin(block.text):
                self._paragraph(at, block)
        return [*self.facts, *self._whole_questions()]

    def _context(self, at: int, label: Label | None = None) -> Context:
        over = None if len(self.run) >= MANY_QUESTIONS else self.question
        period = self.period
        if label is not None and label.dimensions == {"age"} and self.line_at == at - 1:
            # "5-9: 200" directly below "2020/21: 785"
            period = self.line or period
        return Context(self.below.get(at, over), period, self.age, self.parent, self.series)

    def _grid(self, at: int, grid: Grid) -> None:
        found = read_grid(self.reader, grid, self._context(at), self._goes_on_from(at))
        if words := said_around(self.reader, self.blocks, at):
            for fact in found:
                fact.doubts.append(f"what stands over the table says '{words}'")
        self.facts.extend(self._of_grid(found, grid, self.last_title))
        if any(fact.is_placed for fact in found):
            self._answered(at)
            self.period_is_inner |= self.period is not None and self.period_at > self.question_at >= 0
            self.age_is_inner |= self.age is not None and self.age_at > self.question_at >= 0
        self.run, self.last_title = [], ""
        if grid.number > self.grid_count and (flat := self._over_flat(grid)) is not None:
            # its heading was taken for a cell of a table printed one cell a line
            self.question, self.question_at = flat, at

    def _answered(self, at: int) -> None:
        """Notes that figures were found; then a sentence further down answers no list of questions."""
        self.is_used, self.figures_at = True, at
        if len(self.scope) > 1:
            self.scope = []

    def _paragraph(self, at: int, block: Paragraph) -> None:
        text = block.text
        label = self.reader.label(text, self.parent)
        if _IN_ORDER.search(text) and not block.is_quoted:
            self.series = periods_in_order(self.reader, text)
            self._said(at, block, label, in_order(self.reader, text, self._context(at)))
            return
        said = [] if block.is_quoted else read_line(self.reader, text, self._context(at, label))
        number, _ = leading_number(text)
        if said:
            self._said(at, block, label, said)
        elif label.several_questions:
            self.scope = self._numbered(label.several_questions)
            self.status_lines.append((block, self.scope))
            self.facts.extend(self._unplaced_figures(block, self._context(at)))
            self.question, self.run, self.period, self.age = None, [], None, None
        elif self._is_question_heading(block, label):
            self._asked(at, block, label)
        elif number and label.question is None and self._has_parts(number) and len(text) < 200:
            self.parent, self.question, self.run = number, None, []
            self.scope = [
                question.code for question in self.question_set.questions if question.number[0] == number[0]
            ]
        elif label.dimensions and not label.question and self._is_heading(block) and not figures_in(text):
            self._headed(at, text, label)
        else:
            self._told(at, block, label)

    def _said(self, at: int, block: Paragraph, label: Label, said: Sequence[Said]) -> None:
        """Takes the figures of a line; a number in a sentence that names no question is no answer."""
        if not said:
            return
        self.prose_row += 1
        context = self._context(at, label)
        stated = [
            fact_of(one, context, self.prose_table + 1, self.prose_row, column, block)
            for column, one in enumerate(said, start=2)
        ]
        self.facts.extend(fact for fact in stated if fact.question)
        self._answered(at)
        if label.question and label.question.by_number:
            self.question, self.question_at = label, at
            self.scope = [label.question.code]
        periods = {fact.period for fact in stated}
        if label.dimensions == {"age"}:
            self.year_lines = 0
        else:
            # below two lines of years, ages may be of either
            self.year_lines = self.year_lines + 1 if self.line_at == at - 1 else 1
            is_plain = len(periods) == 1 and label.period in periods and self.year_lines == 1
            self.line = label if is_plain else None
        self.line_at = at
        self.run = []

    def _asked(self, at: int, block: Paragraph, label: Label) -> None:
        """Takes a question of the letter as the heading of what follows."""
        text = block.text
        code = label.question.code if label.question else ""
        context = self._context(at)
        self.series = ()
        self.run = [*self.run, code] if code not in self.run else [code]
        if status_of(self.reader, text) or answer_within(self.question_set, text):
            self.run = []
        if self.period_is_inner:
            self.period, self.period_is_inner = None, False
        if self.age_is_inner:
            self.age, self.age_is_inner = None, False
        self.question, self.question_at, self.is_used = label, at, False
        self.scope = [code]
        self.parent = (leading_number(text)[0] or "")[:1] or self.parent
        if label.period:
            self.period, self.period_at = label, at
        if label.age:
            self.age, self.age_at = label, at
        if not block.is_quoted:
            self.status_lines.append((block, [code]))
        self.facts.extend(self._unplaced_figures(block, context))

    def _headed(self, at: int, text: str, label: Label) -> None:
        """Takes a period or age as a heading.

        One after the other without figures between them is a list in the request, and no heading.
        """
        if label.period or label.is_period_unclear:
            is_list = self.period_at > self.figures_at and self.period_at == at - 1
            self.period, self.period_at = (None if is_list else label), at
        if label.age:
            is_list = self.age_at > self.figures_at and self.age_at == at - 1
            self.age, self.age_at = (None if is_list else label), at
        self.last_title = text

    def _told(self, at: int, block: Paragraph, label: Label) -> None:
        """Keeps a sentence that may answer questions as a whole, and the figures in it that were not read."""
        text = block.text
        if self.question and self.question.question and text not in self.repeated:
            code = self.question.question.code
            self.remarks.append(Remark(text, code, self.figures_at < self.question_at, len(self.facts)))
        mentioned = mentioned_numbers(text)
        if self.scope and _AS_ANOTHER.search(text):
            mentioned = []
        if not block.is_quoted and mentioned and status_of(self.reader, text):
            self.status_lines.append((block, self._numbered(mentioned)))
        elif self.scope and not block.is_quoted:
            self.status_lines.append((block, self.scope))
        self.run = []
        self.facts.extend(self._unplaced_figures(block, self._context(at)))
        if self._is_title(block, label):
            self.last_title = text
            if self.is_used:
                self.question = self.period = self.age = None
                self.scope, self.is_used = [], False

    def _numbered(self, numbers: Sequence[str]) -> list[str]:
        """The codes of the questions with these numbers; one without parts stands for all its parts."""
        codes = []
        for number in numbers:
            own = self.question_set.numbered(number)
            parts = [one.code for one in self.question_set.questions if one.number[:-1] == number]
            codes.extend(own or parts)
        return codes

    def _unplaced_figures(self, block: Paragraph, context: Context) -> list[Fact]:
        """The figures of a sentence that may be answers and were not read; a footnote has none."""
        mark = re.match(r"\W*([¹²³⁴-⁹\d]{1,2}|[a-z])[.)]?\s", block.text)
        is_footnote = mark is not None and plain_mark(mark[1]) in self.notes_by_mark
        if block.is_quoted or is_footnote or REQUEST.search(block.text):
            return []
        figures = unplaced(self.reader, block.text, context)
        self.prose_row += bool(figures)
        aside = f"a figure in a sentence that could not be placed ({block.text[:60]})"
        return [
            Fact(
                self.prose_table + 1,
                self.prose_row,
                column,
                figure,
                block.page,
                block.sheet,
                aside=aside,
                is_lost=True,
                paragraph=block.text,
            )
            for column, figure in enumerate(figures, start=2)
        ]

    def _goes_on_from(self, at: int) -> Grid | None:
        """The table that a table goes on with: the one before it, with no more than a line between them."""
        for block in reversed(self.blocks[max(0, at - 2) : at]):
            if isinstance(block, Grid):
                return block
            if not _CONTINUED.search(block.text) and not self._is_margin(block.text):
                return None
        return None

    def _captions_below(self) -> dict[int, Label]:
        """The question in the caption of each table, where all captions stand below."""
        found: dict[int, Label] = {}
        grids = [at for at, block in enumerate(self.blocks) if isinstance(block, Grid)]
        for at in grids:
            after = self.blocks[at + 1] if at + 1 < len(self.blocks) else None
            label = self.reader.label(after.text) if isinstance(after, Paragraph) else None
            if label is None or label.question is None or not isinstance(after, Paragraph):
                return {}
            if not self._is_question_heading(after, label):
                return {}
            found[at] = label
        before = self.blocks[grids[0] - 1] if grids and grids[0] else None
        over = self.reader.label(before.text).question if isinstance(before, Paragraph) else None
        # the question that asks for yes or no is a heading of no table
        is_headed = over is not None and over.code != self.question_set.yes_no
        return {} if is_headed or len(grids) < 2 else found

    def _is_margin(self, text: str) -> bool:
        """Whether a text is the header or footer of pages: printed again, and saying no figure."""
        return (
            text in self.repeated
            and len(text) < 120
            and not self.reader.label(text).says_something
            and status_of(self.reader, text) is None
        )

    def _over_flat(self, grid: Grid) -> Label | None:
        """The one question in the headings of a table put together from lines."""
        labels = [self.reader.label(cell.text) for cell in grid.row(1)]
        named = [label for label in labels if label.question]
        return named[0] if len(named) == 1 else None

    def _has_parts(self, number: str) -> bool:
        """Whether a question number stands for several figures: 4 for 4a to 4e, 2 for two plans."""
        return len(self.question_set.numbered(number)) > 1 or bool(self.question_set.numbered(number + "a"))

    def _is_heading(self, block: Paragraph) -> bool:
        text = block.text
        return block.is_heading or (len(text) <= 80 and not text.endswith((".", ";", "?", ",")))

    def _is_question_heading(self, block: Paragraph, label: Label) -> bool:
        if label.question is None:
            return False
        if label.question.by_number or label.question.strength >= 3:
            return len(block.text) < 700
        return not block.text.endswith((".", ";", ",")) and len(block.text) <= 140

    def _is_title(self, block: Paragraph, label: Label) -> bool:
        text = block.text
        if re.match(r"^\W*(?:notes?\b|nb\b|\*|source\b|please|page \d|[⁰-⁹¹²³]|\d\s)", text, re.IGNORECASE):
            return False
        words = len(text.split())
        return (
            (block.is_heading or (words <= 14 and not text.endswith((".", ":", ";", ",", "?"))))
            and words >= 2
            and not label.says_something
        )

    def _of_grid(self, found: list[Fact], grid: Grid, title: str) -> list[Fact]:
        """The facts of a grid; all aside where the table is about something else."""
        about = f"{title} {grid.caption} {grid.sheet or ''}"
        if SOMETHING_ELSE.search(about):
            for fact in found:
                if not fact.aside:
                    fact.aside = f"a table about something else ({single_spaced(about)[:60]})"
            return found
        if not any(fact.is_placed for fact in found):
            for fact in found:
                if not fact.aside:
                    why = f" ({fact.doubts[0]})" if fact.doubts else ""
                    fact.aside = f"no question, year and age were found for any figure of this table{why}"
                    fact.is_lost = bool(fact.text)
        return found

    # --- questions answered by a sentence -----------------------------------------------------------

    def _whole_questions(self) -> list[Fact]:
        """One fact for each question that the letter's text refuses, does not hold, or finds published."""
        have = {fact.question for fact in self.facts if fact.question and not fact.aside and fact.text}
        more: list[Fact] = []
        for block, codes in self.status_lines:
            label = self.reader.label(block.text)
            periods = (span.period for span in find_periods(block.text) if span.period)
            years = {year for period in periods for year in years_of(period)}
            if years and not years >= set(self.question_set.periods) and not several_numbers(block.text):
                # it speaks of some of the years
                continue
            if not label.question and _OF_A_PART.search(block.text):
                continue
            answer = block.text
            if label.question:
                _, answer = leading_number(block.text)
                answer = answer.rsplit("?", 1)[-1] if "?" in answer else answer
                score = likeness(self.question_set, answer)[1]
                if score >= 80 and len(answer) > 60 and "?" not in block.text:
                    continue
            if not answer.strip() or (status := status_of(self.reader, answer)) is None:
                continue
            for code in codes:
                question = self.question_set.by_code.get(code)
                if question is None or question.measure is None or code in have:
                    continue
                have.add(code)
                self.prose_row += 1
                fact = Fact(
                    self.prose_table + 1,
                    self.prose_row,
                    2,
                    answer.strip(" :"),
                    block.page,
                    block.sheet,
                    paragraph=block.text,
                )
                fact.question, fact.question_label, fact.is_row_wide = code, code, True
                fact.strength = 3
                more.append(fact)
                if self.reader.status(fact.text) in (None, "unreadable"):
                    self.reader.document_marks[mark_text(fact.text)] = DocumentMark(
                        Reading(status), "The letter says so of the whole question.", block.text
                    )
        return more
