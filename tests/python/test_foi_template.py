"""The template for councils: it reads back whole whatever is filled in, and is accessible."""

from __future__ import annotations

import io
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import PROJECT, edit_seed, pathways
from pathways.errors import PathwaysError
from pathways.foi.dictionary import Dictionary, QuestionSet, load_dictionary
from pathways.foi.marks import Reading
from pathways.foi.opening import open_document
from pathways.foi.periods import Period
from pathways.foi.proposal import Proposal
from pathways.foi.reading import Told, read_document
from pathways.foi.template import template_content

SEEDS = PROJECT / "seeds"
DICTIONARY: Dictionary = load_dictionary(SEEDS)
SETS = [question_set.code for question_set in DICTIONARY.question_sets]
REFERENCE = "FOI-2025-0123"
Key = tuple[str, Period, str]

BLANK = Reading("blank")
SMALL = Reading("suppressed", None, 0, 4)
MARKS: dict[str, Reading] = {
    "[c]": Reading("suppressed"),
    "not held": Reading("not_held"),
    "Not held": Reading("not_held"),
    "published elsewhere": Reading("published_elsewhere"),
    "refused": Reading("refused"),
    "refused section 12": Reading("refused"),
    "refused section 40(2)": Reading("refused"),
}
WHOLE_ROW = {"not_held", "published_elsewhere", "refused"}
"""What the cover says may stand in the first cell for a whole row."""


@dataclass
class Filled:
    """A template with its cells filled in, and what must be read from it."""

    content: bytes
    yes_no: bool | None
    cells: dict[Key, Reading] = field(default_factory=dict)


def number(value: int) -> Reading:
    return Reading("reported", value, value, value)


def grid_of(question_set: QuestionSet) -> Iterator[tuple[str, int, Period, int, str]]:
    """Question, row, period, column and age of every count cell, by the place where it must stand."""
    for question in question_set.questions:
        if question.measure is None:
            continue
        for row, period in enumerate(question_set.periods, start=4):
            for column, age in enumerate(question_set.ages, start=2):
                yield question.code, row, period, column, age


def counts(question_set: QuestionSet, chance: random.Random) -> dict[Key, int]:
    """Random counts that contradict each other nowhere: parts within wholes, ages within all."""
    subsets = [(part, whole) for code, part, whole in DICTIONARY.subsets if code == question_set.code]
    found: dict[Key, int] = {}

    def fill(code: str) -> None:
        wholes = [whole for part, whole in subsets if part == code]
        for whole in wholes:
            if (whole, question_set.periods[0], "all") not in found:
                fill(whole)
        bands = [age for age in question_set.ages if age != "all"]
        for period in question_set.periods:
            for age in bands:
                tops = [found[whole, period, age] for whole in wholes] or [chance.choice((0, 5, 40, 3000))]
                found[code, period, age] = chance.randint(0, min(tops))
            together = sum(found[code, period, age] for age in bands)
            tops = [found[whole, period, "all"] for whole in wholes] or [
                together + chance.choice((0, 5, 40, 3000))
            ]
            found[code, period, "all"] = chance.randint(together, min(tops))

    for question in question_set.questions:
        if question.measure is not None:
            fill(question.code)
    return found


def fill_in(question_set: QuestionSet, seed: int) -> Filled:
    """Fills a template in as councils do, by chance."""
    chance = random.Random(seed)
    book = openpyxl.load_workbook(
        io.BytesIO(template_content(SEEDS, question_set.code, REFERENCE if seed % 2 else None))
    )
    if seed % 2 == 0:
        line = next(cell for cell in book["Cover"]["A"] if str(cell.value).startswith("Reference:"))
        line.value = f"{line.value}{REFERENCE}"
    true_counts = counts(question_set, chance)
    share_of_marks = chance.choice((0.0, 0.2, 0.9))
    filled = Filled(b"", chance.choice((True, False, None)))
    for code, row, period, column, age in grid_of(question_set):
        key = code, period, age
        count = true_counts[key]
        written: Any = count
        reading = number(count)
        if chance.random() < share_of_marks:
            written = chance.choice(("<5", None, *MARKS))
            if written == "<5" and count > 4:
                written = "[c]"
            reading = SMALL if written == "<5" else MARKS[written] if written else BLANK
        elif chance.random() < 0.3:
            # typed into a cell of text
            written = chance.choice((f"{count:,}", str(count)))
        book[code].cell(row, column).value = written
        filled.cells[key] = reading
    _spread(question_set, filled.cells)
    if filled.yes_no is not None and question_set.yes_no:
        words = chance.choice(("Yes", "yes, since 2019") if filled.yes_no else ("No", "No."))
        book[question_set.yes_no]["B4"].value = words
    out = io.BytesIO()
    book.save(out)
    filled.content = out.getvalue()
    return filled


def _spread(question_set: QuestionSet, cells: dict[Key, Reading]) -> None:
    """What the cover says: a reason that stands alone in the first cell of a row is that of the row."""
    first, *others = question_set.ages
    for code, period in {(code, period) for code, period, _ in cells}:
        reading = cells[code, period, first]
        if reading.status in WHOLE_ROW and all(cells[code, period, age] == BLANK for age in others):
            for age in others:
                cells[code, period, age] = reading


def read(content: bytes, folder: Path) -> Proposal:
    path = folder / f"answer-{os.getpid()}.xlsx"
    path.write_bytes(content)
    return read_document(open_document(path), DICTIONARY, Told())


def found_in(proposal: Proposal) -> dict[Key, Reading]:
    found: dict[Key, Reading] = {}
    for cell in proposal.cells:
        assert cell.is_sure, (cell.key, cell.fact.text, cell.reason)
        assert cell.question and cell.period and cell.age
        key = cell.question, cell.period, cell.age
        assert key not in found, f"{key} twice"
        found[key] = cell.reading
    return found


@pytest.mark.parametrize("code", SETS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**9))
def test_what_is_filled_in_comes_back_whole(code: str, seed: int, tmp_path: Path) -> None:
    question_set = DICTIONARY.question_set(code)
    filled = fill_in(question_set, seed)
    proposal = read(filled.content, tmp_path)
    found = found_in(proposal)
    expected = {key: reading for key, reading in filled.cells.items() if reading != BLANK}
    assert {key: reading for key, reading in found.items() if reading != BLANK} == expected
    assert (proposal.question_set, proposal.is_set_certain) == (code, True)
    assert proposal.reference == REFERENCE
    assert (proposal.yes_no.value if proposal.yes_no else None) == filled.yes_no
    assert not proposal.asides and not proposal.notes and not proposal.remarks and not proposal.marks
    # a cell left empty beside a figure is a blank one, not one that is not there
    with_figures = {(key[0], key[1]) for key in expected}
    assert {key for key in filled.cells if (key[0], key[1]) in with_figures} <= set(found)


@pytest.mark.parametrize("code", SETS)
def test_two_empty_rows_at_the_end(code: str, tmp_path: Path) -> None:
    question_set = DICTIONARY.question_set(code)
    book = openpyxl.load_workbook(io.BytesIO(template_content(SEEDS, code)))
    for name, row, _, column, _ in grid_of(question_set):
        if row < 2 + len(question_set.periods):
            book[name].cell(row, column).value = 0
    out = io.BytesIO()
    book.save(out)
    found = found_in(read(out.getvalue(), tmp_path))
    for name, _, period, _, age in grid_of(question_set):
        is_empty = period in question_set.periods[-2:]
        assert found[name, period, age] == (BLANK if is_empty else number(0))


@pytest.mark.parametrize("code", SETS)
@pytest.mark.parametrize("reference", [None, REFERENCE, "12345", "FOI 4711"])
def test_an_empty_template_has_no_figures(code: str, reference: str | None, tmp_path: Path) -> None:
    proposal = read(template_content(SEEDS, code, reference), tmp_path)
    assert all(reading == BLANK for reading in found_in(proposal).values())
    assert proposal.question_set == code and proposal.is_set_certain
    assert proposal.reference == (reference or "")
    assert proposal.yes_no is None and not proposal.asides and not proposal.notes
    assert proposal.publisher == "" and proposal.response_date is None


@pytest.mark.parametrize("code", SETS)
def test_cover_and_notes_are_read(code: str, tmp_path: Path) -> None:
    question_set = DICTIONARY.question_set(code)
    council = next(one for one in DICTIONARY.councils if one.nation == question_set.nation)
    last = next(one for one in reversed(question_set.questions) if one.measure)
    book = openpyxl.load_workbook(io.BytesIO(template_content(SEEDS, code)))
    completed = {
        "Reference: ": "RFI 8812",
        "Council: ": f"{council.name} Council",
        "Date: ": "3 March 2025",
        f"Question {last.number}, figures as at ": "30 September 2024",
    }
    for sheet in (book["Cover"], book["Notes"]):
        for cell in sheet["A"]:
            cell.value = f"{cell.value or ''}{completed.pop(cell.value, '')}"
    assert not completed
    for name, row, _, column, _ in grid_of(question_set):
        book[name].cell(row, column).value = 0
    out = io.BytesIO()
    book.save(out)
    proposal = read(out.getvalue(), tmp_path)
    assert proposal.reference == "RFI 8812"
    assert proposal.publisher == f"{council.name} Council"
    assert proposal.authority_code == council.code
    assert proposal.response_date == date(2025, 3, 3)
    notes = {(note.kind, note.question, note.as_at) for note in proposal.notes}
    assert notes == {("as_at_date", last.code, date(2024, 9, 30))}
    assert set(found_in(proposal).values()) == {number(0)}


@pytest.mark.parametrize("code", SETS)
def test_structure(code: str) -> None:
    question_set = DICTIONARY.question_set(code)
    book = openpyxl.load_workbook(io.BytesIO(template_content(SEEDS, code)))
    assert book.sheetnames == ["Cover", *(one.code for one in question_set.questions), "Notes"]
    ages = [row["age_band_name"] for row in _rows("age_band") if row["age_band_code"] in question_set.ages]
    titles = []
    for question in question_set.questions:
        sheet = book[question.code]
        titles.append(sheet["A1"].value)
        if len(question_set.numbered(question.number)) == 1:
            assert sheet["A1"].value == f"Question {question.number}: {question.summary}"
        (table,) = sheet.tables.values()
        headings, *rows = ([cell.value for cell in row] for row in sheet[table.ref])
        if question.measure is None:
            assert (headings, rows) == (["Question", "Answer"], [[sheet["A1"].value, None]])
            continue
        assert headings == ["Period", *ages]
        assert len(rows) == len(question_set.periods)
        for row, period in zip(rows, question_set.periods, strict=True):
            assert row[0] == f"1 April {period.start.year} to 31 March {period.end.year}"
            assert row[1:] == [None] * len(ages)
    assert len(set(titles)) == len(titles)


def test_two_counts_of_one_number_have_titles_of_their_own() -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_content(SEEDS, "england_2021")))
    title = book["Q2-CPP"]["A1"].value
    assert title.startswith("Question 2 (early help while on a child protection plan): Of the children")
    assert book["Q2-CIN"]["A1"].value.startswith("Question 2 (early help while on a child in need plan): ")


@pytest.mark.parametrize("code", SETS)
def test_accessible(code: str) -> None:
    content = template_content(SEEDS, code, REFERENCE)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.properties.title and book.properties.language == "en-GB"
    names = [table.displayName for sheet in book for table in sheet.tables.values()]
    assert len(set(names)) == len(names)
    for sheet in book:
        assert sheet.sheet_state == "visible" and not sheet.merged_cells.ranges
        assert len(sheet.title) <= 31 and not sheet.title.startswith("Sheet")
        assert sheet["A1"].value and sheet["A1"].font.size > sheet["A2"].font.size
        assert sheet.freeze_panes is None and not sheet.protection.sheet
        assert len(sheet.tables) == (0 if sheet.title == "Cover" else 1)
        assert sheet.title == "Cover" or sheet.max_row == _last_row(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                # nothing by colour, nothing too small, nothing cut off
                assert cell.fill.fill_type is None
                if cell.value is not None:
                    assert cell.font.color is None and cell.font.size >= 12
                    assert cell.row <= 2 or cell.alignment.wrap_text
        # text that stands in one column without a gap between
        assert all(sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1))
        for table in sheet.tables.values():
            headings = [cell.value for cell in sheet[table.ref][0]]
            assert all(headings) and len(set(headings)) == len(headings)
            assert [column.name for column in table.tableColumns] == headings
            assert table.autoFilter is None and table.headerRowCount != 0
            assert not re.fullmatch(r"[A-Za-z]{1,3}\d+", table.displayName)
        for column in range(1, sheet.max_column + 1):
            letter = openpyxl.utils.get_column_letter(column)
            assert sheet.column_dimensions[letter].width >= 20


def _last_row(sheet: Any) -> int:
    (table,) = sheet.tables.values()
    return int(re.findall(r"\d+", table.ref)[-1])


def _rows(name: str) -> list[dict[str, str]]:
    from pathways.foi.dictionary import seed_rows

    return seed_rows(SEEDS, name)


def test_the_seeds_say_what_is_asked(project_copy: Path) -> None:
    seeds = project_copy / "seeds"
    where = {"question_set_code": "wales_2025", "question_code": "Q2"}
    edit_seed(seeds / "foi" / "foi_question.csv", where, {"question_summary": "Children who were assessed"})
    edit_seed(
        seeds / "reference" / "age_band.csv", {"age_band_code": "5-9"}, {"age_band_name": "Aged 5 to 9"}
    )
    book = openpyxl.load_workbook(io.BytesIO(template_content(seeds, "wales_2025")))
    assert book["Q2"]["A1"].value == "Question 2: Children who were assessed"
    assert "Aged 5 to 9" in [cell.value for cell in book["Q2"][3]]


@pytest.mark.parametrize("reference", ["", "abc", "2025", "a letter of 3 March"])
def test_a_reference_that_would_not_read_back_is_refused(reference: str) -> None:
    with pytest.raises(PathwaysError, match="could not be read back"):
        template_content(SEEDS, SETS[0], reference)


def test_the_command(tmp_path: Path) -> None:
    output = tmp_path / "template.xlsx"
    given = ("foi", "template", "--question-set", SETS[0], "--reference", REFERENCE, "--output")
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "300"}
    code, said = pathways(*given, str(output), project=PROJECT, environment=environment)
    assert (code, said.startswith("Written: ")) == (0, True), said
    assert read(output.read_bytes(), tmp_path).reference == REFERENCE
    kept = output.read_bytes()
    for wrong, words in (
        (output, "is there already"),
        (tmp_path / "template.csv", "ends in .xlsx"),
        (tmp_path / "none" / "template.xlsx", "There is no folder"),
    ):
        code, said = pathways(*given, str(wrong), project=PROJECT, environment=environment)
        assert code == 1 and words in said and "Traceback" not in said, said
    assert output.read_bytes() == kept


def test_what_a_council_notes_is_not_lost(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(template_content(SEEDS, "england_2025")))
    for cell in book["Notes"]["A"]:
        if cell.value == "Other note 1: ":
            cell.value += "Question 5 figures for 2024/25 cover those known to the new system"
    book["Q5"].cell(4, 2).value = 12
    out = io.BytesIO()
    book.save(out)
    proposal = read(out.getvalue(), tmp_path)
    assert [(note.kind, note.question) for note in proposal.notes] == [("limit", "Q5")]
    assert all(cell.is_sure for cell in proposal.cells if cell.fact.text)
    for cell in book["Notes"]["A"]:
        if str(cell.value).startswith("What was counted"):
            cell.value += "assessments"
    out = io.BytesIO()
    book.save(out)
    assert not any(cell.is_sure for cell in read(out.getvalue(), tmp_path).cells if cell.fact.text)
