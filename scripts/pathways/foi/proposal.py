"""What was read from one document, cell by cell, before a person has looked at it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from pathways.export.formula import safe_text
from pathways.foi.document import Document, Grid
from pathways.foi.layout import Fact
from pathways.foi.marks import DocumentMark, Reading
from pathways.foi.periods import Period

COLUMNS = (
    "document",
    "sha256",
    "reference",
    "question_set",
    "question",
    "measure",
    "period_start",
    "period_end",
    "age_band",
    "cell_text",
    "value",
    "lower",
    "upper",
    "status",
    "is_approximate",
    "is_sure",
    "reason",
    "page_or_sheet",
    "table",
    "row",
    "column",
)
YES_NO_MEASURE = "process_to_refer"

# reasons that accept.py turns into rows of their own: reading.py writes them, nobody else
NO_KNOWN_MARK = "its text is no count or mark that is known"
PART_ABOVE_WHOLE = "of which it is a part"
AGES_ABOVE_ALL = "the age bands together are"


@dataclass(frozen=True)
class ProposedCell:
    """One printed cell with what it was read as.

    A cell printed once for several periods or ages is one proposed cell for each of them, and
    ``fact.is_row_wide``. ``reading`` holds counts of what the question asks for.
    """

    fact: Fact
    question: str | None
    measure: str | None
    period: Period | None
    age: str | None
    reading: Reading
    is_sure: bool
    reason: str

    @property
    def key(self) -> tuple[str | None, Period | None, str | None]:
        """Question, period and age."""
        return self.question, self.period, self.age


@dataclass(frozen=True)
class YesNo:
    """The answer to the question on a process: its text as printed; ``value`` None where it is neither."""

    question: str
    text: str
    value: bool | None


@dataclass(frozen=True)
class Note:
    """One row for foi_note.csv: what the document says of its own figures."""

    kind: str
    question: str | None
    period: Period | None
    age: str | None
    text: str
    as_at: date | None = None
    stated_label: str = ""
    rounded_to: int | None = None


@dataclass
class Proposal:
    """All that was read from one document."""

    document: Document
    question_set: str
    is_set_certain: bool
    nation: str
    letter_title: str
    reference: str
    authority_code: str
    publisher: str
    response_date: date | None
    licence: str
    cells: list[ProposedCell] = field(default_factory=list)
    yes_no: YesNo | None = None
    marks: dict[str, DocumentMark] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    asides: list[Fact] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    grids: list[Grid] = field(default_factory=list)
    """The tables that were read, those printed one cell a line put together again."""
    silent_count: int = 0
    """Figures that the letter asks for and no cell is about."""
    is_made_up: bool = False
    """Whether the document says that it was counted from made-up returns."""

    @property
    def unsure(self) -> list[ProposedCell]:
        """The cells at which a person must look."""
        return [cell for cell in self.cells if not cell.is_sure]

    @property
    def lost(self) -> list[Fact]:
        """Figures of tables and sentences that could not be placed: answers, or about something else."""
        return [fact for fact in self.asides if fact.is_lost]

    def rows(self) -> Iterable[dict[str, object]]:
        """One row a cell, by column name."""
        shared = {
            "document": self.document.name,
            "sha256": self.document.sha256,
            "reference": self.reference,
            "question_set": self.question_set,
        }
        for cell in self.cells:
            yield {
                **shared,
                "question": cell.question,
                "measure": cell.measure,
                "period_start": cell.period.start.isoformat() if cell.period else None,
                "period_end": cell.period.end.isoformat() if cell.period else None,
                "age_band": cell.age,
                "cell_text": cell.fact.text,
                "value": cell.reading.value,
                "lower": cell.reading.lower,
                "upper": cell.reading.upper,
                "status": cell.reading.status,
                "is_approximate": cell.reading.is_approximate,
                "is_sure": cell.is_sure,
                "reason": cell.reason,
                "page_or_sheet": place_of(cell.fact),
                "table": cell.fact.table,
                "row": cell.fact.row,
                "column": cell.fact.column,
            }
        if self.yes_no is not None:
            answer = self.yes_no.value
            yield {
                **shared,
                "question": self.yes_no.question,
                "measure": YES_NO_MEASURE,
                "cell_text": self.yes_no.text,
                "value": answer,
                "status": "reported" if answer is not None else "unreadable",
                "is_approximate": False,
                "is_sure": answer is not None,
                "reason": "" if answer is not None else "neither yes nor no",
            }


def place_of(fact: Fact) -> str:
    """Page or sheet of a fact, in words; empty where the document has neither."""
    if fact.sheet:
        return fact.sheet
    return f"page {fact.page}" if fact.page else ""


def _spelled(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return safe_text(str(value))


def as_csv(proposals: Iterable[Proposal]) -> str:
    """The proposals as CSV, one row a cell."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for proposal in proposals:
        writer.writerows({name: _spelled(row.get(name)) for name in COLUMNS} for row in proposal.rows())
    return text.getvalue()


def as_json(proposals: Iterable[Proposal]) -> str:
    """The proposals as JSON: a list of cells."""
    rows = [{name: row.get(name) for name in COLUMNS} for proposal in proposals for row in proposal.rows()]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"
