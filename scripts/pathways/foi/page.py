"""The review page: each table of a document as it stands, beside what was read, each linked to the other."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment

from pathways.data_docs import STYLE
from pathways.foi.document import Cell, Grid
from pathways.foi.layout import Fact
from pathways.foi.proposal import Proposal, ProposedCell, place_of

_PAGE = """\
<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ proposal.document.name }}: what was read</title>
<style>{{ style }}
.sides { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1.5rem; align-items: start; }
@media (max-width: 60rem) { .sides { grid-template-columns: minmax(0, 1fr); } }
.side { overflow-x: auto; }
.printed td, .printed th { border: 1px solid #b1b4b6; font-size: .9rem; padding: .2rem .4rem; overflow-wrap: normal; }
.read td, .read th { font-size: .9rem; padding: .2rem .4rem; overflow-wrap: normal; }
.sure { background: #e3f1ea; } .unsure { background: #fff3d6; } .unread { background: #f8dfe2; }
.aside { color: #505a5f; }
:target { outline: 3px solid #0b0c0c; }
caption { text-align: left; font-weight: bold; padding: .3rem 0; }
</style></head>
<body>
<p><a href="index.html">All documents</a></p>
<h1>{{ proposal.document.name }}</h1>
<table class="facts"><tbody>
<tr><th scope="row">Letter</th><td>{{ proposal.question_set }}{% if not proposal.is_set_certain %} (not certain: say it with --question-set){% endif %}</td></tr>
<tr><th scope="row">Council</th><td>{{ proposal.publisher or "not named" }}{% if proposal.authority_code %} ({{ proposal.authority_code }}){% endif %}</td></tr>
<tr><th scope="row">Reference</th><td>{{ proposal.reference or "none printed" }}</td></tr>
<tr><th scope="row">Date of the answer</th><td>{{ proposal.response_date or "not stated" }}</td></tr>
{% if proposal.yes_no %}<tr><th scope="row">Process to refer ({{ proposal.yes_no.question }})</th><td>{{ proposal.yes_no.text }}</td></tr>{% endif %}
<tr><th scope="row">SHA-256</th><td><code>{{ proposal.document.sha256 }}</code></td></tr>
<tr><th scope="row">Cells</th><td>{{ counts.sure }} sure, {{ counts.unsure }} unsure, {{ counts.unread }} unreadable</td></tr>
</tbody></table>
<p>Each printed cell links to what was read of it, and back. Colour and the word beside it say the same:
<span class="sure">sure</span>, <span class="unsure">unsure: look at it</span>, <span class="unread">unreadable</span>.</p>
{% if proposal.remarks %}<h2>Left out of the document</h2><ul>{% for remark in proposal.remarks %}<li>{{ remark }}</li>{% endfor %}</ul>{% endif %}
{% if proposal.marks %}<h2>Marks that the document explains</h2>
<table><thead><tr><th scope="col">Mark</th><th scope="col">Read as</th><th scope="col">Sentence</th></tr></thead><tbody>
{% for text, mark in proposal.marks.items() %}<tr><td><code>{{ text }}</code></td><td>{{ reading(mark.reading) }}</td><td>{{ mark.evidence }}</td></tr>{% endfor %}
</tbody></table>{% endif %}
{% if proposal.notes %}<h2>Notes</h2><ul>{% for note in proposal.notes %}<li>{{ note.kind }}{% if note.question %}, {{ note.question }}{% endif %}{% if note.period %}, {{ period(note.period) }}{% endif %}: {{ note.text }}</li>{% endfor %}</ul>{% endif %}
{% for section in sections %}
<h2>{{ section.title }}</h2>
<div class="sides">
<div class="side">{% if section.rows %}<table class="printed"><caption>As printed</caption><tbody>
{% for row in section.rows %}<tr>{% for cell in row %}<td{% if cell.row_span > 1 %} rowspan="{{ cell.row_span }}"{% endif %}{% if cell.column_span > 1 %} colspan="{{ cell.column_span }}"{% endif %} class="{{ cell.state }}" id="printed-{{ section.number }}-{{ cell.place }}">{% if cell.state %}<a href="#read-{{ section.number }}-{{ cell.place }}">{{ cell.text or "(empty)" }}</a>{% else %}{{ cell.text }}{% endif %}</td>{% endfor %}</tr>
{% endfor %}</tbody></table>{% else %}<ol>{% for place, text in section.paragraphs %}<li id="printed-{{ section.number }}-{{ place }}">{{ text }}</li>{% endfor %}</ol>{% endif %}</div>
<div class="side"><table class="read"><caption>As read</caption>
<thead><tr><th scope="col">Row, column</th><th scope="col">Printed</th><th scope="col">Question</th><th scope="col">Period</th><th scope="col">Age</th><th scope="col">Read as</th><th scope="col">How sure</th></tr></thead><tbody>
{% for line in section.lines %}<tr class="{{ line.state }}" id="read-{{ section.number }}-{{ line.place }}"><td><a href="#printed-{{ section.number }}-{{ line.printed_place }}">{{ line.row }}, {{ line.column }}</a></td><td>{{ line.text or "(empty)" }}</td><td>{{ line.question }}</td><td>{{ line.period }}</td><td>{{ line.age }}</td><td>{{ line.reading }}</td><td>{{ line.sure }}</td></tr>
{% endfor %}</tbody></table></div>
</div>
{% endfor %}
</body></html>
"""

_INDEX = """\
<!doctype html>
<html lang="en-GB">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Answers that were read</title><style>{{ style }}</style></head>
<body><h1>Answers that were read</h1>
<table><thead><tr><th scope="col">Document</th><th scope="col">Letter</th><th scope="col">Council</th><th scope="col">Reference</th><th scope="col">Date</th><th scope="col">Sure</th><th scope="col">Unsure</th><th scope="col">Unreadable</th></tr></thead><tbody>
{% for page, proposal, counts in documents %}<tr><td><a href="{{ page }}">{{ proposal.document.name }}</a></td><td>{{ proposal.question_set }}</td><td>{{ proposal.publisher or "not named" }}</td><td>{{ proposal.reference }}</td><td>{{ proposal.response_date or "" }}</td><td>{{ counts.sure }}</td><td>{{ counts.unsure }}</td><td>{{ counts.unread }}</td></tr>
{% endfor %}</tbody></table>
{% if faults %}<h2>Not read</h2><ul>{% for fault in faults %}<li>{{ fault }}</li>{% endfor %}</ul>{% endif %}
</body></html>
"""


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


def words_of_reading(reading: object) -> str:
    """A reading in words: ``37``, ``suppressed, 1 to 4``, ``about 250``."""
    value, lower, upper = (getattr(reading, name) for name in ("value", "lower", "upper"))
    status, is_approximate = getattr(reading, "status"), getattr(reading, "is_approximate")  # noqa: B009
    if value is not None:
        return f"about {value}" if is_approximate and lower is None else f"{value} ({lower} to {upper})" if lower != upper else str(value)
    return f"{status}, {lower} to {upper}" if upper is not None else status.replace("_", " ")


def words_of_period(period: object) -> str:
    """A period in words."""
    return f"{getattr(period, 'start')} to {getattr(period, 'end')}" if period else ""  # noqa: B009


def write_pages(folder: Path, proposals: Sequence[Proposal], faults: Sequence[str]) -> Path:
    """Writes a page a document and an index; returns the index.

    Pages of earlier readings in the folder are taken away, so that the index is whole.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.html"):
        old.unlink()
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(reading=words_of_reading, period=words_of_period, style=STYLE)
    documents = []
    for number, proposal in enumerate(proposals, start=1):
        page = f"{number:03d}-{re.sub(r'[^A-Za-z0-9._-]+', '_', proposal.document.name)[:80]}.html"
        text = environment.from_string(_PAGE).render(
            proposal=proposal, counts=count(proposal), sections=_sections(proposal)
        )
        (folder / page).write_text(text, encoding="utf-8")
        documents.append((page, proposal, count(proposal)))
    index = folder / "index.html"
    index.write_text(
        environment.from_string(_INDEX).render(documents=documents, faults=list(faults)), encoding="utf-8"
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
    paragraphs = list(dict.fromkeys((f"{one.row}", one.paragraph) for one in [*(c.fact for c in cells), *asides])) if not grid else []
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
                place, _printed_place(fact, grid), fact.row, fact.column, fact.text, cell.question or "", words_of_period(cell.period),
                cell.age or "", words_of_reading(cell.reading), "sure" if cell.is_sure else f"unsure: {cell.reason}", state,
            )
        )  # fmt: skip
    lines.extend(
        _Line(f"{fact.row}-{fact.column}", _printed_place(fact, grid), fact.row, fact.column, fact.text, "", "", "", "left aside", fact.aside, "aside")
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
