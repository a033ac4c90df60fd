"""The review page: each table of a document as it stands, beside what was read, each linked to the other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader

from pathways.data_docs import STYLE
from pathways.foi.document import Cell, Grid
from pathways.foi.layout import Fact
from pathways.foi.marks import Reading
from pathways.foi.periods import Period
from pathways.foi.proposal import Proposal, ProposedCell, place_of


@dataclass(frozen=True)
class Counts:
    """How many cells of a document are sure, unsure and unreadable; each cell counts once."""

    sure: int
    unsure: int
    unread: int


def count(proposal: Proposal) -> Counts:
    """Counts the cells of a proposal."""
    unread = sum(cell.reading.status == "unreadable" for cell in proposal.cells)
    sure = sum(cell.is_sure for cell in proposal.cells)
    return Counts(sure, len(proposal.cells) - sure - unread, unread)


@dataclass(frozen=True)
class _Printed:
    text: str
    place: str
    row_span: int
    column_span: int
    state: str


@dataclass(frozen=True)
class _Line:
    place: str
    printed_place: str
    row: int
    column: int
    text: str
    question: str
    period: str
    age: str
    reading: str
    sure: str
    state: str


@dataclass(frozen=True)
class _Section:
    number: int
    title: str
    rows: list[list[_Printed]]
    paragraphs: list[tuple[str, str]]
    lines: list[_Line]


def words_of_reading(reading: Reading) -> str:
    """A reading in words: ``37``, ``suppressed, 1 to 4``, ``about 250``."""
    value, lower, upper = reading.value, reading.lower, reading.upper
    if value is not None:
        return (
            f"about {value}"
            if reading.is_approximate and lower is None
            else f"{value} ({lower} to {upper})"
            if lower != upper
            else str(value)
        )
    return f"{reading.status}, {lower} to {upper}" if upper is not None else reading.status.replace("_", " ")


def words_of_period(period: Period | None) -> str:
    """A period in words; empty for none."""
    return f"{period.start} to {period.end}" if period else ""


def write_pages(folder: Path, proposals: Sequence[Proposal], faults: Sequence[str]) -> Path:
    """Writes a page a document and an index; returns the index.

    Pages of earlier readings in the folder are taken away, so that the index is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    environment = Environment(
        loader=PackageLoader("pathways", "foi"), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(reading=words_of_reading, period=words_of_period, style=STYLE)
    documents = []
    for number, proposal in enumerate(proposals, start=1):
        page = f"{number:03d}-{re.sub(r'[^A-Za-z0-9._-]+', '_', proposal.document.name)[:80]}.html"
        text = environment.get_template("review_page.html").render(
            proposal=proposal, counts=count(proposal), sections=_sections(proposal)
        )
        (folder / page).write_text(text, encoding="utf-8")
        documents.append((page, proposal, count(proposal)))
    index = folder / "index.html"
    index.write_text(
        environment.get_template("review_index.html").render(documents=documents, faults=list(faults)),
        encoding="utf-8",
    )
    return index


def _sections(proposal: Proposal) -> list[_Section]:
    by_table: dict[int, list[ProposedCell]] = defaultdict(list)
    for cell in proposal.cells:
        by_table[cell.fact.table].append(cell)
    asides: dict[int, list[Fact]] = defaultdict(list)
    for fact in proposal.asides:
        asides[fact.table].append(fact)
    grids = {grid.number: grid for grid in proposal.grids}
    return [
        _section(number, grids.get(number), by_table[number], asides[number])
        for number in sorted({*by_table, *asides})
    ]


def _section(number: int, grid: Grid | None, cells: list[ProposedCell], asides: list[Fact]) -> _Section:
    lines = _lines(cells, asides, grid)
    states: dict[str, str] = {}
    for line in lines:
        states[line.printed_place] = max(states.get(line.printed_place, ""), line.state, key=_STATES.index)
    fact = cells[0].fact if cells else asides[0]
    where = place_of(fact)
    kind = "Table" if grid else "Text"
    rows = _printed(grid, states) if grid else []
    paragraphs = (
        list(dict.fromkeys((f"{one.row}", one.paragraph) for one in [*(c.fact for c in cells), *asides]))
        if not grid
        else []
    )
    return _Section(number, f"{kind} {number}" + (f", {where}" if where else ""), rows, paragraphs, lines)


_STATES = ("", "aside", "sure", "unsure", "unread")


def _lines(cells: list[ProposedCell], asides: list[Fact], grid: Grid | None) -> list[_Line]:
    lines: list[_Line] = []
    seen: dict[int, int] = {}
    for cell in cells:
        fact = cell.fact
        seen[id(fact)] = seen.get(id(fact), 0) + 1
        place = f"{fact.row}-{fact.column}" + (f"-{seen[id(fact)]}" if seen[id(fact)] > 1 else "")
        state = "unread" if cell.reading.status == "unreadable" else "sure" if cell.is_sure else "unsure"
        lines.append(
            _Line(
                place,
                _printed_place(fact, grid),
                fact.row,
                fact.column,
                fact.text,
                cell.question or "",
                words_of_period(cell.period),
                cell.age or "",
                words_of_reading(cell.reading),
                "sure" if cell.is_sure else f"unsure: {cell.reason}",
                state,
            )
        )
    lines.extend(
        _Line(
            f"{fact.row}-{fact.column}",
            _printed_place(fact, grid),
            fact.row,
            fact.column,
            fact.text,
            "",
            "",
            "",
            "left aside",
            fact.aside,
            "aside",
        )
        for fact in asides
    )
    return sorted(lines, key=lambda line: (line.row, line.column))


def _printed_place(fact: Fact, grid: Grid | None) -> str:
    if grid is None:
        return str(fact.row)
    cell = grid.at.get((fact.row, fact.column))
    return f"{cell.row}-{cell.column}" if cell else f"{fact.row}-{fact.column}"


def _printed(grid: Grid, states: dict[str, str]) -> list[list[_Printed]]:
    rows = []
    for row in range(1, grid.row_count + 1):
        cells: list[_Printed] = []
        for column in range(1, grid.column_count + 1):
            cell = grid.at.get((row, column)) or Cell("", row, column)
            if (cell.row, cell.column) != (row, column):
                continue
            place = f"{row}-{column}"
            cells.append(_Printed(cell.text, place, cell.row_span, cell.column_span, states.get(place, "")))
        rows.append(cells)
    return rows
