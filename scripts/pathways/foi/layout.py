"""From a grid to facts: which of its cells are figures, and which question, period and age each is about.

Nothing is assumed of where question, period and age stand. Each row is told apart as headings, a section,
figures or a note by what its cells say; then every figure takes each dimension from the nearest place that
names it: the labels of its row, the headings of its column, the section that it stands in, the heading over
the table, the name of the sheet.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from pathways.foi.ages import ALL, UNKNOWN, is_made_a_date
from pathways.foi.columns import with_bands
from pathways.foi.dictionary import QuestionSet
from pathways.foi.document import Cell, Grid
from pathways.foi.labels import Label, read_label
from pathways.foi.marks import DocumentMark, MarkReader
from pathways.foi.periods import Period, YearKind
from pathways.foi.wording import QuestionReading, leading_number, said_otherwise

SPREADING = frozenset({"published_elsewhere", "not_held", "refused", "not_available", "not_applicable"})
"""Statuses that hold for a whole row where they are printed once, in its first figure or over all of them."""


@dataclass(frozen=True)
class Context:
    """What stands over a grid: nearest headings by dimension."""

    question: Label | None = None
    period: Label | None = None
    age: Label | None = None
    parent: str | None = None
    """Number of the question over labels such as a)."""
    series: tuple[Period, ...] = ()
    """Periods that a sentence names for the lists below it, in their order."""


@dataclass
class Fact:
    """One printed cell that is a figure or a mark, with what it was read to be about.

    ``age`` and ``period`` are None in a cell that stretches over them (``is_row_wide``). ``aside`` says why
    the cell is no figure that was asked for; ``doubts`` why a person must look at it.
    """

    table: int
    row: int
    column: int
    text: str
    page: int | None = None
    sheet: str | None = None
    question: str | None = None
    period: Period | None = None
    age: str | None = None
    is_row_wide: bool = False
    question_label: str = ""
    period_label: str = ""
    age_label: str = ""
    strength: int = 0
    doubts: list[str] = field(default_factory=list)
    aside: str = ""
    is_lost: bool = False
    """Whether it was left aside because nothing tells what it is about: it may be an answer."""
    paragraph: str = ""

    @property
    def is_placed(self) -> bool:
        """Whether question, period and age are known, or stretched over."""
        return bool(self.question) and (
            self.is_row_wide or (self.period is not None and self.age not in (None, UNKNOWN))
        )


@dataclass(frozen=True)
class Reader:
    """What reading one document needs: the letter, the marks, and what the document says of its years."""

    question_set: QuestionSet
    marks: MarkReader
    document_marks: dict[str, DocumentMark]
    year_kind: YearKind | None = None
    keys: dict[str, str] = field(default_factory=dict)
    """What the document says that its short headings stand for."""

    def label(self, text: str, parent: str | None = None) -> Label:
        """What a text says as a label."""
        if (words := self._by_key(text)) is not None:
            meant = read_label(self.question_set, words, self.year_kind, parent)
            if meant.question and (text[0].isdigit() or meant.question.strength > 1):
                return replace(meant, text=text)
        return read_label(self.question_set, text, self.year_kind, parent)

    def _by_key(self, text: str) -> str | None:
        """What a heading stands for by the document's own key: EH_ASSESS_5_9 begins with EH_ASSESS."""
        if text in self.keys:
            return self.keys[text]
        for code, words in self.keys.items():
            behind = text[len(code) :]
            if len(code) > 3 and text.startswith(code) and re.match(r"_\w", behind):
                return f"{words} ({behind.strip('_').replace('_', '-')})"
        return None

    def is_figure(self, text: str) -> bool:
        """Whether a text is a count or a mark that is known, readable or not."""
        return bool(text) and self.marks.read(text, self.document_marks) is not None

    def status(self, text: str) -> str | None:
        """Status of a text as a figure."""
        reading = self.marks.read(text, self.document_marks)
        return reading.status if reading else None


LONGEST_MARK = 8
"""Characters of a mark that a row of a table explains, at most."""
_BARE_YEAR = re.compile(r"20[0-3]\d")
_PART = re.compile(r"[(\[]?[a-e][)\].]*", re.IGNORECASE)
_QUESTION_DIGIT = re.compile(r"[1-9](?:\s?\(?[a-e]\)?)?")
_PART_OF_YEAR = re.compile(
    r"\bQ[1-4]\s*(?:20)?\d{2}\s*[/-]\s*\d{2}\b(?=.*quarter)|\bquarters?\b|\bH[12]\b|\bhalf[- ]year|"
    r"\b(?:first|second|third|last|final) (?:half|months?)\b",
    re.IGNORECASE,
)
_OTHER_GROUP = re.compile(
    r"(?:sex|gender|council|authority|local authority|area|district|region|ward|locality|ethnicity|"
    r"ethnic group|"
    r"disability|nationality|religion)\W*",
    re.IGNORECASE,
)
_EVERYONE = re.compile(r"(?:all|total|totals|persons?|both|everyone|any|overall)\b.*", re.IGNORECASE)
_OVER_17 = re.compile(r"\b18\s*(?:\+|plus|and (?:over|above)|or over|-\s*\d\d)", re.IGNORECASE)
_HANGING = re.compile(
    r"(?P<marks>(?:(?:[-–—•·>»]|\.{3}|…)\s*)*)"
    r"(?P<of>(?:of (?:which|whom|these|those|them)|thereof)\b[,:]?|(?<=[….] )and\b|(?<=[….])and\b)\s*",
    re.IGNORECASE,
)
_SHARE = re.compile(
    r"\W*(?:as |in )?(?:an? )?(?:%|per ?cent|percentage|share|rate)\b|\W*as % ", re.IGNORECASE
)
_SHORT_YEAR = re.compile(r"(?:20(?=\d{4}$))?(?P<first>\d{2})(?:\s?[-–—]\s?|(?<=20\d\d))(?P<second>\d{2})")
_SERIAL = re.compile(r"(?:row|line|record|id|ref|s/?n|#)\W*(?:no\.?|number|id)?", re.IGNORECASE)
_NOTE = re.compile(
    r"^\W*(?:notes?\b|nb\b|n\.b\.|\*|†|‡|source\b|please note|key\b|caveat|[⁰-⁹¹²³ᵃ-ᶻ]|\(?(?:i|ii|"
    r"iii|iv|v)\)|\[?[a-z\d]\]\s|\d{1,2}[.)]?\s+[A-Z]\w+ )",
    re.IGNORECASE,
)


SOMETHING_ELSE = re.compile(
    r"\bfor comparison\b|\bcomparators?\b|\bbenchmark|\bfor (?:information|context) only\b|"
    r"\bpublished (?:by|figures|statistics|data)\b|"
    r"\bnational (?:figures|statistics|data)\b|\bengland average\b|\bworkforce\b|"
    r"\bstaff(?:ing)?\b|\bbudget\b|\bcosts?\b|\bspend|\bby source\b|"
    r"\bby ward\b|\bby ethnic|\bby gender\b|\bby category\b|\bby month\b|\bcontacts?\b",
    re.IGNORECASE,
)
"""Headings of tables that stand in an answer and are none."""


class GridReader:
    """Reads one grid under what stands over it."""

    def __init__(self, reader: Reader, grid: Grid, context: Context) -> None:
        self.reader = reader
        self.grid = grid
        self.context = context
        self.rows = range(1, grid.row_count + 1)
        self.columns = range(1, grid.column_count + 1)

    # --- what each cell and row is ------------------------------------------------------------------

    def text(self, row: int, column: int) -> str:
        """The text at a place, that of the merged cell which covers it."""
        cell = self.grid.at.get((row, column))
        return cell.text if cell else ""

    @cached_property
    def labels(self) -> dict[tuple[int, int], Label]:
        """What each cell says as a label, by its own place."""
        return {
            (cell.row, cell.column): self.reader.label(cell.text, self.context.parent)
            for cell in self.grid.cells
        }

    def label_of(self, cell: Cell) -> Label:
        """What a cell says as a label; a digit in a column of questions is the number of one."""
        label = self.hanging.get((cell.row, cell.column)) or self.labels[cell.row, cell.column]
        is_numbering = cell.column in self.number_columns or cell.row in self.number_rows
        if is_numbering and not label.question and _QUESTION_DIGIT.fullmatch(cell.text):
            return replace(self.reader.label(f"Q{cell.text}"), text=cell.text)
        if cell.column in self.short_year_columns and (year := _short_year(cell.text)):
            return replace(self.reader.label(f"FY {year}"), text=cell.text)
        return label

    @cached_property
    def short_year_columns(self) -> set[int]:
        """Columns of years such as 20-21 or 202021 under a heading that says so: no age bands or counts."""
        return {
            cell.column
            for cell in self.grid.cells
            if self.labels[cell.row, cell.column].role == "period_head"
            and any(
                _short_year(self.text(row, cell.column))
                for row in range(cell.row + 1, self.grid.row_count + 1)
            )
        }

    @cached_property
    def hanging(self) -> dict[tuple[int, int], Label]:
        """The labels that begin with "of which" or dots, read behind those that they hang on.

        These stand above them in their column, or at their left in a row of headings.
        """
        down = [
            [self.grid.at.get((row, column)) for row in self.rows if self._starts(row, column)]
            for column in self.columns
        ]
        along = [[cell for cell in self.grid.row(row) if cell.row == row] for row in self.rows]
        return self._hung(along) | {
            place: label for place, label in self._hung(down).items() if label.question or label.age
        }

    def _starts(self, row: int, column: int) -> bool:
        """Whether a cell begins in a row, covering a column."""
        cell = self.grid.at.get((row, column))
        return cell is not None and cell.row == row

    def _hung(self, lines: Sequence[Sequence[Cell | None]]) -> dict[tuple[int, int], Label]:
        """The hanging labels of lines of cells, by their places."""
        found: dict[tuple[int, int], Label] = {}
        for line in lines:
            before: list[tuple[int, str]] = []
            for cell in line:
                if cell is None or not cell.text or self.reader.is_figure(cell.text):
                    continue
                match = _HANGING.match(cell.text)
                if match is None and (_SHARE.match(cell.text) or self._is_of_shares(cell.row)):
                    continue
                if match is None:
                    before = [(0, cell.text)]
                    continue
                depth = max(1, len(re.findall(r"[-–—•·>»]|\.{3}|…", match["marks"])))
                deeper = before if not match["marks"].strip() else []
                before = [one for one in before if one[0] < depth]
                if not before:
                    continue
                own = f"{match['of'] or ''} {cell.text[match.end() :]}".strip()
                found[cell.row, cell.column] = self._behind(before, deeper, own, cell.text)
                before.append((depth, own))
        return found

    def _behind(
        self, before: Sequence[tuple[int, str]], deeper: Sequence[tuple[int, str]], own: str, text: str
    ) -> Label:
        """A hanging label read behind those before it, with a doubt where it may hang on a deeper one."""

        def joint(over: Sequence[tuple[int, str]]) -> Label:
            return self.reader.label(" ".join([*(words for _, words in over), own]), self.context.parent)

        label, age = joint(before), self.reader.label(own).age
        label = replace(label, text=text)
        if age:
            # "All children" over "of which 5-9": its own
            label = replace(label, age=age, has_several_ages=False)
        elif label.question and own.lower().startswith("of "):
            whole = self.reader.label(" ".join(words for _, words in before), self.context.parent).question
            if whole and whole.code == label.question.code:
                doubt = "it is a part of what stands before it, and names no question of its own"
                return replace(label, question=replace(label.question, doubt=doubt))
        other = joint(deeper).question if len(deeper) > len(before) else None
        if label.question and other and other.code != label.question.code:
            doubt = "it may be a part of the row above or of the one over that"
            label = replace(label, question=replace(label.question, doubt=doubt))
        return label

    def _is_of_shares(self, row: int) -> bool:
        """Whether every figure of a row is a percentage: no counts hang on it."""
        figures = [cell.text for cell in self.grid.row(row) if self.reader.is_figure(cell.text)]
        return bool(figures) and all(text.endswith("%") for text in figures)

    @cached_property
    def year_columns(self) -> set[int]:
        """Columns of bare years that run on or repeat: labels, and no counts of about two thousand."""
        return {
            column
            for column in self.columns
            if self._are_years([self.text(row, column) for row in self.rows], repeats=True)
        }

    @cached_property
    def age_columns(self) -> set[int]:
        """Columns of age bands, wherever they stand: labels, and no ranges of counts."""
        found = set()
        for column in self.columns:
            shown = {
                (cell.row, cell.column): self.labels[cell.row, cell.column].age
                for cell in self.grid.cells
                if cell.column == column and cell.text
            }
            ages = [
                age
                for (row, at), age in shown.items()
                if age is not None or self.reader.is_figure(self.text(row, at))
            ]
            # some are not known: NK
            if len(set(ages) - {None, UNKNOWN}) > 1 and ages.count(None) * 5 <= len(ages):
                found.add(column)
        return found

    @cached_property
    def year_rows(self) -> set[int]:
        """Rows of bare years that run on."""
        return {
            row
            for row in self.rows
            if self._are_years([cell.text for cell in self.grid.row(row)], repeats=False)
        }

    def _are_years(self, texts: Sequence[str], *, repeats: bool) -> bool:
        shown = [text for text in texts if self.reader.is_figure(text)]
        if len(shown) < 2 or not all(_BARE_YEAR.fullmatch(text) for text in shown):
            return False
        years = [int(text) for text in shown]
        distinct = sorted(set(years))
        runs_on = distinct[-1] - distinct[0] == len(distinct) - 1
        return runs_on and len(distinct) > 1 and (repeats or len(distinct) == len(years))

    @cached_property
    def letter_rows(self) -> set[int]:
        """Rows of headings a, b, c: parts of a question, and no suppressed counts."""
        return {
            row
            for row in self.rows
            if len(
                {
                    cell.text.strip("()[]. ").lower()
                    for cell in self.grid.row(row)
                    if _PART.fullmatch(cell.text)
                }
            )
            > 2
        }

    @cached_property
    def number_columns(self) -> set[int]:
        """Columns of question numbers without a word: under a heading that says so."""
        return {
            cell.column
            for cell in self.grid.cells
            if self.labels[cell.row, cell.column].role == "question_head"
            and all(
                not text or _QUESTION_DIGIT.fullmatch(text) or not self.reader.is_figure(text)
                for row in range(cell.row + 1, self.grid.row_count + 1)
                for text in (self.text(row, cell.column),)
            )
        }

    @cached_property
    def number_rows(self) -> set[int]:
        """Rows of headings in which a digit stands beside other numbers of questions, and no count."""
        found = set()
        for row in self.rows:
            digits = [cell for cell in self.grid.row(row) if _QUESTION_DIGIT.fullmatch(cell.text)]
            numbered = [cell for cell in self.grid.row(row) if self._is_numbered(cell)]
            headings = [*digits, *numbered]
            is_all = all(cell in headings for cell in self.grid.row(row) if self.reader.is_figure(cell.text))
            if digits and len(numbered) > 1 and is_all:
                found.add(row)
        return found

    @cached_property
    def key_rows(self) -> set[int]:
        """Rows that explain a mark: the mark alone at the left, and words beside it."""
        found = set()
        for row in self.rows:
            cells = [cell for cell in self.grid.row(row) if cell.text]
            status = self.reader.status(cells[0].text) if len(cells) == 2 else None
            is_mark = (
                status not in (None, "reported") and not self.labels[cells[0].row, cells[0].column].dimensions
            )
            if is_mark and len(cells[0].text) <= LONGEST_MARK and len(cells[1].text.split()) > 1:
                found.add(row)
        return found

    def _is_numbered(self, cell: Cell) -> bool:
        """Whether a cell is the number of a question, or short for one by a key."""
        question = self.labels[cell.row, cell.column].question
        return cell.text in self.reader.keys or (question is not None and question.by_number)

    @cached_property
    def serial_columns(self) -> set[int]:
        """Columns that number the rows: 1, 2, 3 under a heading such as Row."""
        found = set()
        for cell in self.grid.cells:
            if not _SERIAL.fullmatch(cell.text):
                continue
            below = [self.text(row, cell.column) for row in range(cell.row + 1, self.grid.row_count + 1)]
            shown = [text for text in below if text]
            first = int(shown[0]) if len(shown) > 2 and shown[0].isdecimal() else None
            if first is not None and shown == [str(first + step) for step in range(len(shown))]:
                found.add(cell.column)
        return found

    @cached_property
    def label_columns(self) -> set[int]:
        """Columns in which labels stand more often than figures: ``n/a`` there is a label."""
        labels: dict[int, int] = {}
        figures: dict[int, int] = {}
        for row in self.rows:
            cells = [cell for cell in self.grid.row(row) if cell.text]
            if not any(self._may_be_value(row, cell.column) for cell in cells):
                continue
            for cell in cells:
                if self._may_be_value(row, cell.column):
                    figures[cell.column] = figures.get(cell.column, 0) + 1
                elif self.label_of(cell).dimensions or self.label_of(cell).is_date:
                    labels[cell.column] = labels.get(cell.column, 0) + 1
        return {column for column, count in labels.items() if count > figures.get(column, 0)}

    def is_value(self, row: int, column: int) -> bool:
        """Whether the cell is a count or mark, and not a label that looks like one."""
        return column not in self.label_columns and self._may_be_value(row, column)

    def _may_be_value(self, row: int, column: int) -> bool:
        cell = self.grid.at.get((row, column))
        if cell is None or not self.reader.is_figure(cell.text):
            return False
        if column in self.number_columns or column in self.serial_columns or row in self.letter_rows:
            return False
        if column in self.age_columns or row in self.number_rows or row in self.key_rows:
            return False
        label = self.label_of(cell)
        if label.is_date or label.has_several_periods:
            return False
        if _BARE_YEAR.fullmatch(cell.text):
            return column not in self.year_columns and row not in self.year_rows
        is_worded = label.dimensions or (label.role and re.search(r"[a-z]", cell.text, re.IGNORECASE))
        if is_worded and self.reader.status(cell.text) == "unreadable":
            # "16 years and over" is no broken number
            return False
        is_range = self._is_range_beside_age(row, column) or self._is_range_under_age(row, column)
        if label.age and not is_range and self._is_age_place(row, column):
            return False
        return not (
            label.period
            or (
                label.question
                and not cell.text.strip("*#").isdigit()
                and label.question.by_number
                and len(cell.text) > 3
            )
        )

    def _is_range_beside_age(self, row: int, column: int) -> bool:
        """Whether a text such as 1-4 is no age band of the letter and stands in a row that has its age."""
        cell = self.grid.at[row, column]
        before = [one for one in self.grid.row(row) if one.text and one.column < column]
        aged = [one for one in before if self.label_of(one).age not in (None, UNKNOWN)]
        return (
            self.label_of(cell).age == UNKNOWN
            and len(aged) == 1
            and (
                aged[0] is before[0]
                or aged[0].column in self.age_columns
                or self._has_all_labels(row, column, before)
            )
        )

    def _has_all_labels(self, row: int, column: int, before: list[Cell]) -> bool:
        """Whether a row has its question and period before a cell, and no other age behind it."""
        labels = [self.label_of(one) for one in before]
        behind = [one for one in self.grid.row(row) if one.text and one.column > column]
        return (
            any(label.question for label in labels)
            and any(label.period or label.is_date for label in labels)
            and not any(self.label_of(one).age for one in behind)
        )

    def _is_range_under_age(self, row: int, column: int) -> bool:
        """Whether a text such as 1 to 5 is no age band of the letter and stands under one, after a period."""
        if self.label_of(self.grid.at[row, column]).age != UNKNOWN:
            return False
        before = [one for one in self.grid.row(row) if one.text and one.column < column]
        if not any(self.label_of(one).period for one in before):
            return False
        for above in range(row - 1, 0, -1):
            heading = self.grid.at.get((above, column))
            if heading is None or not heading.text or self.label_of(heading).age == UNKNOWN:
                continue
            if self.label_of(heading).age:
                # a row of headings has no counts: with some it is a row of one age among others
                return not any(
                    self.reader.is_figure(one.text) and not self.label_of(one).age
                    for one in self.grid.row(above)
                )
            if not self.reader.is_figure(heading.text):
                return False
        return False

    def _is_age_place(self, row: int, column: int) -> bool:
        """Whether a text such as 5-9 stands where labels do: before any count, or in a row of labels."""
        texts = [cell for cell in self.grid.row(row) if cell.text]
        counts = [
            cell.column
            for cell in texts
            if self.reader.is_figure(cell.text)
            and not self.label_of(cell).age
            and not (self.label_of(cell).period and not _BARE_YEAR.fullmatch(cell.text))
        ]
        years = [at for at in counts if _BARE_YEAR.fullmatch(self.text(row, at))]
        return not counts or column < min(counts) or len(years) == len(counts)

    @cached_property
    def kinds(self) -> dict[int, str]:
        """Kind of each row: blank, figures, headings, section, note or title."""
        kinds = {row: self._first_kind(row) for row in self.rows}
        for row in self.rows:
            if kinds[row] in ("headings", "section", "text"):
                kinds[row] = self._second_kind(row, kinds)
        return kinds

    def _first_kind(self, row: int) -> str:
        cells = [cell for cell in self.grid.row(row) if cell.text]
        if not cells:
            return "blank"
        if any(self.is_value(row, cell.column) for cell in cells):
            return "figures"
        said = [self.label_of(cell) for cell in cells]
        if {label.question.code for label in said if label.question} == {self.reader.question_set.yes_no}:
            # the question that asks for yes or no is a heading of nothing
            return "note"
        if len(cells) == 1:
            return "section" if said[0].dimensions or said[0].several_questions else "text"
        return "headings" if any(label.says_something or label.is_total_word for label in said) else "text"

    def _nearest_figures(self, row: int, kinds: dict[int, str]) -> int | None:
        """The nearest row of figures that belongs to the same block: below first, then above."""
        for step in (1, -1):
            other = row + step
            # a row of blanks that was told to be one of figures has none to go by
            while other in kinds and not self._has_value(other):
                if step == -1 and kinds[other] == "headings":
                    break
                other += step
            if other in kinds and self._has_value(other):
                return other
        return None

    def _has_value(self, row: int) -> bool:
        """Whether a row holds a figure or mark."""
        return any(self.is_value(row, column) for column in self.columns)

    def _is_note(self, cell: Cell) -> bool:
        """Whether a cell says something in words behind a mark or number, and names no question or age."""
        label = self.label_of(cell)
        is_named = {"question", "age"} & label.dimensions
        return bool(_NOTE.search(cell.text) and label.question_words and not is_named)

    def _second_kind(self, row: int, kinds: dict[int, str]) -> str:
        cells = [cell for cell in self.grid.row(row) if cell.text]
        kind = kinds[row]
        near = self._nearest_figures(row, kinds)
        if near is not None:
            first = next(column for column in self.columns if self.is_value(near, column))
            own = [cell for cell in cells if cell.column < first]
            others = [cell for cell in cells if cell.column >= first]
            stub = [cell for cell in self.grid.row(near) if cell.column < first and cell.text]
            mine = frozenset().union(*(self.label_of(cell).dimensions for cell in own))
            theirs = frozenset().union(*(self.label_of(cell).dimensions for cell in stub))
            has_headings_over = any(
                kinds.get(other) == "headings" or kinds.get(other) == "figures" for other in range(1, row)
            )
            spans_all = any(cell.column_span > max(1, first - cell.column) for cell in own)
            same = bool(mine) and mine <= theirs and len(own) >= len(stub) - 1
            no_labels_in_figures = not any(
                self.label_of(cell).dimensions
                or self.label_of(cell).role
                or self.label_of(cell).is_total_word
                for cell in others
            )
            is_note = any(self._is_note(cell) for cell in own)
            if own and same and has_headings_over and not spans_all and no_labels_in_figures and not is_note:
                return "figures"
        if kind == "text":
            return (
                "note" if all(_NOTE.search(cell.text) or len(cell.text) > 90 for cell in cells) else "title"
            )
        said = self.label_of(cells[0])
        if kind == "section" and said.question_words and not said.question and _NOTE.search(cells[0].text):
            return "note"
        return kind

    # --- where the figures of a row begin -----------------------------------------------------------

    @cached_property
    def blocks(self) -> dict[int, int]:
        """Number of the block of each row; headings, a section or a title after figures begin a new one."""
        number, after_figures = 0, False
        blocks = {}
        for row in self.rows:
            kind = self.kinds[row]
            if kind == "figures":
                after_figures = True
            elif kind in ("headings", "section", "title") and after_figures:
                number, after_figures = number + 1, False
            blocks[row] = number
        return blocks

    @cached_property
    def first_value_column(self) -> dict[int, int]:
        """By block, the first column that holds a figure."""
        firsts: dict[int, int] = {}
        for row in self.rows:
            if self.kinds[row] != "figures":
                continue
            columns = [column for column in self.columns if self.is_value(row, column)]
            if columns:
                block = self.blocks[row]
                firsts[block] = min(firsts.get(block, columns[0]), columns[0])
        return firsts

    def value_columns(self, block: int) -> list[int]:
        """The columns of a block that hold figures in any of its rows, or stand under a label."""
        first = self.first_value_column.get(block)
        if first is None:
            return []
        rows = [row for row in self.rows if self.blocks[row] == block and self.kinds[row] == "figures"]
        return [
            column
            for column in self.columns
            if column >= first
            and column not in self.label_columns
            and (
                any(self.is_value(row, column) for row in rows)
                or any(label.dimensions for label in self.column_labels(rows[0], column))
            )
        ]

    # --- the labels of a figure ---------------------------------------------------------------------

    def stub_columns(self, row: int, column: int) -> list[int]:
        """The columns of the labels that belong to a figure: those beside it, up to other figures.

        Where a row has one run of figures, all its labels belong to them, on either side. Where tables
        stand side by side, a figure belongs to the labels at its left.
        """
        block = self.blocks[row]
        first = self.first_value_column.get(block, 1)
        values = self.value_columns(block)
        labels = [at for at in self.columns if at in self.label_columns or at < first]
        runs: list[list[int]] = []
        for at in values:
            if runs and not any(runs[-1][-1] < label < at for label in labels):
                runs[-1].append(at)
            else:
                runs.append([at])
        if len(runs) <= 1:
            return [at for at in labels if at not in self.note_columns.get(block, ())]
        own = next((number for number, run in enumerate(runs) if column in run), 0)
        start = runs[own - 1][-1] if own else 0
        between = [at for at in labels if start < at < runs[own][0]]
        return between or [at for at in labels if at < runs[0][0]]

    def _dates_rows(self, column: int) -> bool:
        """Whether most cells of a column are periods or ages."""
        cells = [cell for cell in self.grid.cells if cell.column == column and cell.text]
        dated = [cell for cell in cells if {"period", "age"} & self.labels[cell.row, cell.column].dimensions]
        return len(dated) * 2 > len(cells)

    def _hangs(self, column: int) -> bool:
        """Whether a column says of which part of what stands at its left a row is; then it has no notes."""
        return any(
            cell.column == column and _HANGING.match(cell.text) for cell in self.grid.cells if cell.text
        )

    @cached_property
    def note_columns(self) -> dict[int, set[int]]:
        """By block, the columns of notes: what they say in passing is no label of the figures beside them.

        Beside a column of questions that is headed so, columns under other words (Team, System) are notes.
        """
        found: dict[int, set[int]] = {}
        firsts = {self.blocks[row]: row for row in reversed(self.rows) if self.kinds[row] == "figures"}
        for block, row in firsts.items():
            first = self.first_value_column.get(block, 1)
            stub = [at for at in self.columns if at in self.label_columns or at < first]
            headings = {at: labels[0] for at in stub if (labels := self.column_labels(row, at))}
            has_questions = any(label.role == "question_head" for label in headings.values())
            found[block] = {
                at
                for at, label in headings.items()
                if label.role == "note"
                or (has_questions and _is_wordy(label) and not self._dates_rows(at) and not self._hangs(at))
            }
        return found

    def row_labels(self, row: int, column: int) -> list[Label]:
        """The labels beside a figure, with those printed once for several rows below."""
        block = self.blocks[row]
        stub = self.stub_columns(row, column)
        cells = [(at, self.grid.at.get((row, at))) for at in stub]
        labels = []
        has_own = any(cell is not None and cell.text for _, cell in cells)
        seen: set[Cell] = set()
        for at, cell in cells:
            if cell is not None and cell.text:
                if cell not in seen:
                    labels.append(self._in_its_line(cell, down=True))
                seen.add(cell)
            elif has_own:
                labels.extend(self._carried(row, at, block))
        return self._with_period_of_two(labels)

    def _with_period_of_two(self, labels: list[Label]) -> list[Label]:
        """The labels, with a period whose first and last day stand in two cells."""
        if any(label.period or label.is_period_unclear for label in labels):
            return labels
        for first, second in itertools.pairwise(labels):
            for joint in (f"{first.text} {second.text}", f"{first.text} to {second.text}"):
                label = self.reader.label(joint)
                if label.period and not label.question:
                    return [*labels, label]
        return labels

    def _carried(self, row: int, column: int, block: int) -> Iterator[Label]:
        for above in range(row - 1, 0, -1):
            if self.blocks[above] != block or self.kinds[above] not in ("figures", "blank"):
                return
            cell = self.grid.at.get((above, column))
            if cell is not None and cell.text:
                if not _HANGING.match(cell.text):
                    # "of which ..." is said of its own row
                    yield self._in_its_line(cell, down=True)
                return

    def _in_its_line(self, cell: Cell, *, down: bool) -> Label:
        """The label of a cell; ``Total`` is all ages only among ages, else a sum that nobody asked for."""
        label = self.label_of(cell)
        if not label.is_total_word:
            return label
        if down:
            line = [
                self.grid.at.get((row, cell.column))
                for row in self.rows
                if self.blocks[row] == self.blocks[cell.row]
            ]
        else:
            line = list(self.grid.row(cell.row))
        others = [
            self.label_of(other) for other in line if other is not None and other != cell and other.text
        ]
        if any(other.age and not other.is_total_word for other in others):
            return label
        if any(
            other.period or other.is_period_unclear or other.question
            for other in others
            if not other.is_total_word
        ):
            return Label(label.text, role="not_a_count")
        return label

    def column_labels(self, row: int, column: int) -> list[Label]:
        """The headings over a figure, the nearest first."""
        labels: list[Label] = []
        wordy: list[str] = []
        first = self.first_value_column.get(self.blocks[row], 1)
        is_closed = False
        for above in range(row - 1, 0, -1):
            kind = self.kinds[above]
            if kind == "figures" and labels:
                is_closed = True
            if kind != "headings" or is_closed:
                continue
            label = self._heading(above, column, first)
            if label is not None and label not in labels:
                labels.append(label)
                if not (label.period or label.age or label.role or label.is_total_word or label.is_date):
                    wordy.append(label.text)
        own = next((label for label in labels if label.text in wordy), None)
        if own is not None and own.question and own.question.by_number and leading_number(own.text)[0]:
            # it says its own number: "Of those closed (Q4)" over it names only what it is a part of
            labels = [replace(label, question=None) if label.text in wordy[1:] else label for label in labels]
        elif len(wordy) > 1:
            # a heading that is wrapped over several rows is one heading: "Closed:" over "early help"
            whole = self.reader.label(" ".join(reversed(wordy)), self.context.parent)
            labels = [whole, *(label for label in labels if label.text not in wordy)]
        return self._under_their_numbers(self._with_period_of_two(labels[::-1])[::-1])

    def _under_their_numbers(self, labels: list[Label]) -> list[Label]:
        """Headings such as ``a`` read under the number of the question that stands over them."""
        parent = next(
            (leading_number(label.text)[0] for label in labels if leading_number(label.text)[0]), None
        )
        if parent is None or any(label.question for label in labels):
            return labels
        return [self.reader.label(label.text, parent) for label in labels]

    def _heading(self, row: int, column: int, first: int) -> Label | None:
        cell = self.grid.at.get((row, column))
        if cell is not None and cell.text:
            return self._in_its_line(cell, down=False)
        # a heading over several columns that were not merged stands over the first of them
        if row + 1 in self.kinds and self.kinds[row + 1] == "headings" and self.text(row + 1, column):
            for left in range(column - 1, first - 1, -1):
                cell = self.grid.at.get((row, left))
                if left in self.label_columns:
                    return None
                if cell is not None and cell.text:
                    label = self._in_its_line(cell, down=False)
                    return label if label.dimensions else None
        return None

    def section_labels(self, row: int) -> list[Label]:
        """The sections that a row stands in, the nearest first, then what stands over the grid."""
        labels: list[Label] = []
        title_seen = is_closed = False
        for above in range(row - 1, 0, -1):
            kind = self.kinds[above]
            if kind == "title":
                title_seen = True
            elif kind == "figures" and title_seen:
                # another heading stands between: what was said before it is about something else
                is_closed = True
            elif kind == "section" and not is_closed:
                labels.append(self.label_of(next(cell for cell in self.grid.row(above) if cell.text)))
            elif kind == "headings" and not is_closed:
                labels.extend(self._corner(above))
        if is_closed:
            return labels
        if self.grid.caption:
            labels.append(self.reader.label(self.grid.caption))
        labels.extend(
            label for label in (self.context.question, self.context.period, self.context.age) if label
        )
        if self.grid.sheet:
            labels.append(self.reader.label(self.grid.sheet.rsplit(" / ", 1)[-1]))
        return labels

    def _corner(self, row: int) -> Iterator[Label]:
        """What stands over the labels at the left of a row of headings: the year or question of the table."""
        below = next(
            (other for other in range(row + 1, self.grid.row_count + 1) if self.kinds[other] == "figures"),
            None,
        )
        first = self.first_value_column.get(self.blocks[below], 1) if below else 1
        for cell in self.grid.row(row):
            if cell.text and cell.column < first and self.label_of(cell).dimensions:
                yield self.label_of(cell)

    # --- the facts ----------------------------------------------------------------------------------

    def facts(self) -> list[Fact]:
        """Every figure of the grid, placed as far as its labels tell."""
        facts = []
        for row in self.rows:
            if self.kinds[row] == "figures":
                found = list(self._row_facts(row))
                about = self._about(row)
                if about and SOMETHING_ELSE.search(about):
                    for fact in found:
                        fact.aside = fact.aside or f"a table about something else ({about[:60]})"
                facts.extend(found)
        return facts

    def _about(self, row: int) -> str:
        """The line of text nearest over the block of a row, if it stands after the block before."""
        block = self.blocks[row]
        for above in range(row - 1, 0, -1):
            if self.kinds[above] == "figures" and self.blocks[above] != block:
                return ""
            if self.kinds[above] in ("title", "note", "section"):
                return next(cell.text for cell in self.grid.row(above) if cell.text)
        return ""

    def _row_facts(self, row: int) -> Iterator[Fact]:
        columns = self.value_columns(self.blocks[row])
        if not columns:
            return
        sections = self.section_labels(row)
        placed = [self._fact(row, column, self.row_labels(row, column), sections) for column in columns]
        figures = [fact for fact in placed if not fact.aside]
        self._doubt_row(row, figures)
        spread = self._spread(row, figures)
        if spread is not None:
            yield spread
            figures = []
        yield from (fact for fact in placed if fact.aside)
        for fact in figures:
            yield self._merged_count(fact)

    def _doubt_row(self, row: int, facts: list[Fact]) -> None:
        """Doubts the figures of a row that is wider than its headings, or of one group among others."""
        bare = [fact for fact in facts if fact.text and not self._has_heading(row, fact.column)]
        if bare and len(facts) - len(bare) > 1:
            for fact in facts:
                fact.doubts.append("its row has more figures than there are headings")
        group = self._group_of(row)
        over_17 = any(_OVER_17.search(cell.text) for cell in self.grid.cells)
        for fact in facts:
            if group:
                fact.doubts.append(f"its row is about a part of the children ({group[:40]})")
            if over_17 and fact.age == "16+" and not _OVER_17.search(fact.age_label):
                fact.doubts.append("those of 18 and over stand beside it")

    def _has_heading(self, row: int, column: int) -> bool:
        """Whether anything stands over a figure; true where nothing stands over any figure of its row."""
        labels = {at: self.column_labels(row, at) for at in self.value_columns(self.blocks[row])}
        if sum(any(label.dimensions for label in over) for over in labels.values()) < 2:
            return True
        return bool(labels.get(column))

    def _group_of(self, row: int) -> str:
        """What a row says in a column of councils, sexes or the like, if it is not all of them."""
        first = self.first_value_column.get(self.blocks[row], 1)
        for at in (at for at in self.columns if at in self.label_columns or at < first):
            heading = next((label for label in self.column_labels(row, at)), None)
            if heading is None or not _OTHER_GROUP.fullmatch(heading.text):
                continue
            own = self.text(row, at)
            others = Counter(
                self.text(other, at)
                for other in self.rows
                if self.kinds[other] == "figures" and self.text(other, at)
            )
            is_place = heading.text.lower().startswith(("council", "auth", "local", "area"))
            if own and not _EVERYONE.fullmatch(own) and not (is_place and others.most_common(1)[0][0] == own):
                return own
        return ""

    def _merged_count(self, fact: Fact) -> Fact:
        cell = self.grid.at.get((fact.row, fact.column))
        if cell is None or self.reader.status(cell.text) != "reported":
            return fact
        if cell.column_span > 1:
            fact.doubts.append("one number is printed over several columns")
            fact.question = None
        elif sum(self.kinds[row] == "figures" for row in cell.rows) > 1:
            fact.doubts.append("one number is printed over several rows")
            fact.question = None
        return fact

    def _spread(self, row: int, facts: list[Fact]) -> Fact | None:
        """One fact for a mark that is printed once for all figures of a row; None where it is not so."""
        if len(facts) < 2 or not facts[0].question:
            return None
        texts = [fact.text for fact in facts]
        cell = self.grid.at.get((row, facts[0].column))
        is_merged = cell is not None and cell.column_span > 1 and facts[-1].column in cell.columns
        is_alone = bool(texts[0]) and not any(texts[1:])
        if not (is_merged or is_alone) or self.reader.status(texts[0]) not in SPREADING:
            return None
        one = facts[0]
        ages = {fact.age for fact in facts}
        periods = {fact.period for fact in facts}
        asked_ages, asked_periods = set(self.reader.question_set.ages), set(self.reader.question_set.periods)
        over_ages = len(ages) > 1
        over_periods = len(periods) > 1
        if (over_ages and not ages >= asked_ages) or (over_periods and not periods >= asked_periods):
            # it does not reach over all that was asked: each figure has the mark
            for fact in facts:
                fact.text = texts[0]
            return None
        if not over_ages and not over_periods:
            return None
        one.is_row_wide = True
        if over_ages:
            one.age, one.age_label = None, ""
        if over_periods:
            one.period, one.period_label = None, ""
        return one

    def _fact(self, row: int, column: int, stub: list[Label], sections: list[Label]) -> Fact:
        cell = self.grid.at.get((row, column))
        fact = Fact(self.grid.number, row, column, cell.text if cell else "", self.grid.page, self.grid.sheet)
        headings = self.column_labels(row, column)
        headings = self._by_the_letters_list(stub, headings)
        for label in [*stub, *headings]:
            if label.role in ("not_a_count", "replaced", "note"):
                fact.aside = {
                    "not_a_count": "not a count that was asked for",
                    "replaced": "an earlier figure, replaced in the same table",
                    "note": "a note",
                }[label.role] + f" ({label.text[:60]})"
                return fact
        if self._is_of_another_kind(row, column, headings):
            fact.aside = f"its heading names no question, year or age ({headings[0].text[:60]})"
            fact.is_lost = bool(fact.text)
            return fact
        self._place_question(fact, stub, headings, sections)
        self._hold_against(fact, stub, headings)
        self._place_period(fact, [stub, headings, *([label] for label in sections)])
        if fact.period is None and not fact.doubts and not fact.aside:
            self._place_period(fact, [self._labels_over_ages(row, stub)])
        self._place_age(fact, [stub, headings, *([label] for label in sections)])
        self._place_item(fact, [*stub, *headings])
        return fact

    def _by_the_letters_list(self, stub: list[Label], headings: list[Label]) -> list[Label]:
        """The headings, with a, b, c read as items of the letter's own list of periods or ages.

        Only beside labels that name the question: else they are parts of one.
        """
        question_set = self.reader.question_set
        kind = question_set.lettered
        if not any(label.question for label in stub) or any(kind in label.dimensions for label in stub):
            return headings
        read = []
        for label in headings:
            letter = label.text.strip("()[]. ").lower()
            item = question_set.item(letter) if _PART.fullmatch(label.text) else None
            if isinstance(item, Period):
                label = Label(label.text, period=item)
            elif item is not None:
                label = Label(label.text, age=item)
            read.append(label)
        return read

    def _is_of_another_kind(self, row: int, column: int, headings: list[Label]) -> bool:
        """Whether a column stands under words that name nothing, beside columns of years or ages."""
        if any(label.dimensions for label in headings) or not any(map(_is_wordy, headings)):
            return False
        others = [at for at in self.value_columns(self.blocks[row]) if at != column]
        named = [at for at in others if any(label.dimensions for label in self.column_labels(row, at))]
        return bool(named) and len(named) * 2 >= len(others)

    def _place_question(
        self, fact: Fact, stub: list[Label], headings: list[Label], sections: list[Label]
    ) -> None:
        for rank in (stub, headings, *([label] for label in sections)):
            said = [label for label in rank if label.question or label.several_questions]
            named = [label for label in said if label.question]
            unknown = next((label for label in rank if _hangs_unknown(label)), None)
            if unknown is not None and rank is stub:
                fact.doubts.append(f"it is a part that names no question of the letter: {unknown.text[:80]}")
                return
            if said and not named and rank is not stub:
                continue
            if not named:
                if rank is stub and any(_is_wordy(label) for label in rank):
                    # a row that is about something that the letter does not ask
                    fact.doubts.append(
                        f"its label names no question of the letter: {_first_wordy(rank)[:80]}"
                    )
                    return
                continue
            reading, label = self._joint(named)
            if reading is None:
                fact.doubts.append("its labels name two questions")
                return
            fact.question, fact.strength = reading.code, reading.strength
            fact.question_label = label
            if reading.doubt:
                fact.doubts.append(reading.doubt)
            return

    def _joint(self, named: list[Label]) -> tuple[QuestionReading | None, str]:
        """The question that the labels of one place name together: number here, wording there.

        One that hangs on another goes before that: "Closed", and in the next cell "of which re-referred".
        """
        named = [label for label in named if _HANGING.match(label.text)] or named
        codes = {label.question.code for label in named if label.question}
        best = max(
            (label for label in named if label.question),
            key=lambda label: label.question.strength if label.question else 0,
        )
        if len(codes) == 1:
            return best.question, best.text
        joint = " ".join(label.question_words for label in named)
        numbers = {leading_number(label.question_words)[0] for label in named} - {None}
        reading = self.reader.label(joint).question if len(numbers) == 1 else named[0].question
        return reading, joint if len(numbers) == 1 else named[0].text

    def _hold_against(self, fact: Fact, stub: list[Label], headings: list[Label]) -> None:
        """Doubts a figure whose labels say another part of the year, group or area, or another question."""
        question_set = self.reader.question_set
        has_own = any(label.question for label in stub)
        for label in [*stub, *headings]:
            words = "" if label.question else said_otherwise(question_set, None, label.text)
            if words:
                fact.doubts.append(f"'{label.text[:60]}' is not all that the letter asks for ({words})")
                return
            if match := _PART_OF_YEAR.search(label.text[:200]):
                fact.doubts.append(f"'{label.text[:60]}' may be a part of the year ({match.group()})")
                return
            if label in headings and label.question and label.question.by_number and has_own:
                fact.doubts.append(f"'{label.text[:60]}' names another question, or a quarter")
                return

    def _place_item(self, fact: Fact, labels: list[Label]) -> None:
        """Gives a figure the period or age that the letter's own list names, where no label names one."""
        items = {label.item for label in labels if label.item is not None}
        if len(items) != 1:
            return
        item = items.pop()
        label = next(label.text for label in labels if label.item is not None)
        if isinstance(item, Period):
            if fact.period is None and not fact.doubts and not fact.aside:
                fact.period, fact.period_label = item, label
        elif not fact.age_label:
            fact.age, fact.age_label = item, label

    def _labels_over_ages(self, row: int, stub: list[Label]) -> list[Label]:
        """The labels of the row of all children that stands over rows of ages, in the same column."""
        if not stub or any(label.period or label.age in (None, ALL) for label in stub if label.text):
            return []
        for above in range(row - 1, 0, -1):
            if self.blocks[above] != self.blocks[row] or self.kinds[above] != "figures":
                return []
            cells = [self.grid.at.get((above, at)) for at in self.stub_columns(above, self.grid.column_count)]
            labels = [self.label_of(cell) for cell in cells if cell is not None and cell.text]
            if any(label.period or label.question for label in labels):
                return labels
        return []

    def _place_period(self, fact: Fact, ranks: list[list[Label]]) -> None:
        for rank in ranks:
            said = [
                label
                for label in rank
                if label.period or label.is_period_unclear or label.has_several_periods
            ]
            if not said:
                continue
            periods = {label.period for label in said if label.period}
            if len(periods) == 1:
                label = next(label for label in said if label.period)
                fact.period, fact.period_label = label.period, label.text
                return
            if len(periods) > 1:
                fact.doubts.append("its labels name two periods")
                return
            if said[0].is_period_unclear and rank in ranks[:2]:
                fact.doubts.append(
                    f"the document does not say which twelve months '{said[0].text[:40]}' means"
                )
                fact.period_label = said[0].text
                return
            if rank is ranks[0] or rank is ranks[1]:
                fact.aside = f"a total over several years ({said[0].text[:60]})"
                return

    def _place_age(self, fact: Fact, ranks: list[list[Label]]) -> None:
        for rank in ranks:
            said = [label for label in rank if label.age]
            if not said:
                continue
            ages = {label.age for label in said}
            if len(ages) > 1 and ALL in ages and len(ages) == 2:
                said = (
                    [label for label in said if label.age != ALL]
                    if not any(label.is_total_word for label in said)
                    else said
                )
                ages = {label.age for label in said}
            if len(ages) > 1:
                fact.doubts.append("its labels name two age bands")
                return
            label = said[0]
            fact.age, fact.age_label = label.age, label.text
            if is_made_a_date(label.text):
                fact.doubts.append(f"a spreadsheet made a date of its age band ({label.text})")
            if label.age == UNKNOWN:
                fact.aside = f"an age band that the letter does not ask for ({label.text[:40]})"
            return
        fact.age = ALL


def _headings_of(reader: Reader, grid: Grid, context: Context) -> list[Cell]:
    """The cells of the rows of headings with which a table begins."""
    kinds = GridReader(reader, grid, context).kinds
    rows = list(itertools.takewhile(lambda row: kinds[row] in ("headings", "blank"), sorted(kinds)))
    return [cell for cell in grid.cells if cell.row in rows and cell.text]


def _under_headings(reader: Reader, grid: Grid, context: Context, headings: list[Cell]) -> list[Fact]:
    """The figures of a grid under the headings of the table that it goes on with."""
    moved = max(cell.row + cell.row_span - 1 for cell in headings)
    below = (replace(cell, row=cell.row + moved) for cell in grid.cells)
    facts = read_grid(reader, replace(grid, cells=(*headings, *below)), context)
    for fact in facts:
        fact.row -= moved
    return [fact for fact in facts if fact.row > 0]


def _short_year(text: str) -> str:
    """Two years that follow each other, in two digits each or as DfE codes them (202021), else empty."""
    match = _SHORT_YEAR.fullmatch(text)
    if match is None or int(match["second"]) != int(match["first"]) + 1:
        return ""
    return f"{match['first']}-{match['second']}"


def _is_wordy(label: Label) -> bool:
    """Whether a label says something in words that is no period, age, total or heading word."""
    return (
        not label.dimensions
        and not label.role
        and not label.is_total_word
        and len(re.findall(r"[A-Za-z]{3,}", label.text)) >= 1
    )


def _hangs_unknown(label: Label) -> bool:
    """Whether a label names a part of what stands before it, and neither question, year nor age."""
    return bool(_HANGING.match(label.text)) and _is_wordy(label)


def _first_wordy(labels: list[Label]) -> str:
    return next(label.text for label in labels if _is_wordy(label))


def read_grid(reader: Reader, grid: Grid, context: Context, before: Grid | None = None) -> list[Fact]:
    """The figures of a grid, with what they are about.

    Args:
        reader: The letter, the marks and the document's years.
        grid: The grid.
        context: What stands over it.
        before: The table before it, whose headings hold for a grid of as many columns that has none.
    """
    if before is not None and before.column_count == grid.column_count:
        headings = _headings_of(reader, before, context)
        if headings and not _headings_of(reader, grid, context):
            return _under_headings(reader, grid, context, headings)
    return GridReader(reader, with_bands(grid), context).facts()
