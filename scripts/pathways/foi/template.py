"""An accessible workbook that goes with the letter: a council fills it in, and the reader reads it back.

It is laid out as the Government Analysis Function asks of spreadsheets: a cover, one marked table a sheet
from column A on, no merged cells, no heading left empty, nothing that colour alone says. It is written with
openpyxl: gptables writes tables of figures, and takes an empty cell for a fault.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table, TableStyleInfo

from pathways.errors import PathwaysError
from pathways.foi.dictionary import Question, QuestionSet, load_dictionary, seed_rows
from pathways.foi.document import Document, Paragraph
from pathways.foi.periods import Period
from pathways.foi.statements import find_reference

LANGUAGE = "en-GB"
HEADER_ROW = 3
"""Row of a sheet's headings: the title and a line on what to do stand over it."""
TEXT_WIDTH = 90
PERIOD_WIDTH = 34
FIGURE_WIDTH = 22
NOTE_LINES = 3
"""Notes of any kind for which there is a line."""

_TITLE = Font(name="Arial", size=15, bold=True)
_HEADING = Font(name="Arial", size=12, bold=True)
_TEXT = Font(name="Arial", size=12)
_LINE = Side(style="thin")
_BOX = Border(_LINE, _LINE, _LINE, _LINE)
# else Excel makes a date of 1-4
_AS_TYPED = "@"

_HOW_TO = (
    "Each question has a sheet of its own, with one table. Each cell of a table is one count of children.",
    "Write a whole number, and 0 for none.",
    "Write <5, or another limit, where a small number is kept back; write [c] where it is kept back and no "
    "limit can be given.",
    "Write 'not held' where the council has no record of it.",
    "Write 'published elsewhere' where the figure is public already, and on the sheet Notes where it is.",
    "Write 'refused' with the section of the Act, such as 'refused section 12', where it is refused.",
    "Where one of these three holds for a whole row, it is enough to write it in the first cell of the row.",
    "Leave a cell empty only where there is nothing to say. Please leave the titles, the headings and the "
    "names of the sheets as they are.",
)


def question_title(question_set: QuestionSet, question: Question, measure_names: dict[str, str]) -> str:
    """Title of a question's sheet; where one number asks for two counts, the name of the measure tells."""
    which = ""
    if len(question_set.numbered(question.number)) > 1:
        name = measure_names.get(question.measure or "", question.code)
        which = f" ({name[:1].lower()}{name[1:]})"
    return f"Question {question.number}{which}: {question.summary}"


def period_name(period: Period) -> str:
    """A period as the letter writes it: 1 April 2020 to 31 March 2021."""
    return " to ".join(f"{day.day} {day:%B %Y}" for day in (period.start, period.end))


def template_content(
    seeds: Path, question_set_code: str, reference: str | None = None, *, about: str | None = None
) -> bytes:
    """The workbook for a letter.

    Args:
        seeds: Folder of the seeds, which say what the letter asks for.
        question_set_code: Code of the letter.
        reference: Reference of the request, if one is known beforehand.
        about: What the cover says of an answer that fills it in at once; how to fill it in, else.

    Raises:
        PathwaysError: there is no such letter, or the reference could not be read back.
    """
    question_set = load_dictionary(seeds).question_set(question_set_code)
    if reference is not None:
        reference = _readable(reference)
    measure_names = {row["measure_code"]: row["measure_name"] for row in seed_rows(seeds, "measure")}
    age_names = {row["age_band_code"]: row["age_band_name"] for row in seed_rows(seeds, "age_band")}
    book = Workbook()
    book.properties.title = f"{question_set.title}: figures asked for"
    book.properties.subject = "Request under the Freedom of Information Act"
    book.properties.language = LANGUAGE
    book.properties.creator = "pathways foi template"
    _cover(book.active, question_set, reference, about)
    for question in question_set.questions:
        sheet = book.create_sheet(question.code)
        title = question_title(question_set, question, measure_names)
        if question.measure is None:
            _yes_no_sheet(sheet, title, is_answer=about is not None)
        else:
            ages = [age_names[code] for code in question_set.ages]
            _count_sheet(sheet, title, question_set, ages, is_answer=about is not None)
    _notes_sheet(book.create_sheet("Notes"), question_set, is_answer=about is not None)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _readable(reference: str) -> str:
    """The reference, if the reader finds it in an answer.

    Raises:
        PathwaysError: it does not.
    """
    reference = " ".join(reference.split())
    line = Document("cover", "", (Paragraph(_reference_line(reference)),))
    if not reference or find_reference(line) != reference:
        raise PathwaysError(
            f"--reference '{reference}' could not be read back from an answer. Give it without blanks and "
            f"with two digits at least, such as FOI-2025-0123; or leave it out: the council writes its own."
        )
    return reference


def _reference_line(reference: str | None) -> str:
    return f"Reference: {reference or ''}"


def _cover(sheet: Any, question_set: QuestionSet, reference: str | None, about: str | None) -> None:
    sheet.title = "Cover"
    lines: list[tuple[str, Font]] = [
        (f"{question_set.title}: figures asked for", _TITLE),
        (about or "This workbook goes with a request under the Freedom of Information Act. Please fill it in "
         "and send it back as a spreadsheet.", _TEXT),
        ("About this answer", _HEADING),
        *([] if about else [("Please write behind the colon, in the same cell.", _TEXT)]),
        (_reference_line(reference), _TEXT),
        ("Council: ", _TEXT),
        ("Date: ", _TEXT),
        *([] if about else [("How to fill it in", _HEADING), *((line, _TEXT) for line in _HOW_TO)]),
    ]  # fmt: skip
    for row, (text, font) in enumerate(lines, start=1):
        _put(sheet, row, 1, text, font)
    _set_page(sheet, [TEXT_WIDTH])


def _count_sheet(
    sheet: Any, title: str, question_set: QuestionSet, ages: list[str], *, is_answer: bool
) -> None:
    where = (
        "What was counted stands on the sheet Definitions."
        if is_answer
        else "How to fill in the cells stands on the sheet Cover."
    )
    _head(sheet, title, f"One row for each period. {where}")
    rows = [[period_name(period), *([None] * len(ages))] for period in question_set.periods]
    _table(sheet, ["Period", *ages], rows)
    _set_page(sheet, [PERIOD_WIDTH, *([FIGURE_WIDTH] * len(ages))])


def _yes_no_sheet(sheet: Any, title: str, *, is_answer: bool) -> None:
    what_to_do = "Please write Yes or No beside the question; more may follow in the same cell."
    _head(sheet, title, "Yes or No stands beside the question." if is_answer else what_to_do)
    _table(sheet, ["Question", "Answer"], [[title, None]])
    choice = DataValidation("list", formula1='"Yes,No"', allow_blank=True, showErrorMessage=False)
    choice.add(f"B{HEADER_ROW + 1}")
    sheet.add_data_validation(choice)
    _set_page(sheet, [TEXT_WIDTH, PERIOD_WIDTH])


def _notes_sheet(sheet: Any, question_set: QuestionSet, *, is_answer: bool) -> None:
    what_to_do = "Please complete the lines that apply, each in its own cell."
    _head(sheet, "Notes on the figures", "Lines that apply are completed." if is_answer else what_to_do)
    numbers = dict.fromkeys(question.number for question in question_set.questions if question.measure)
    rows: list[list[str | None]] = [[f"Question {number}, figures as at "] for number in numbers]
    rows.append(["What was counted, if not each child once: "])
    rows.extend([f"Other note {number}: "] for number in range(1, NOTE_LINES + 1))
    _table(sheet, ["Note"], rows)
    _set_page(sheet, [TEXT_WIDTH])


def _head(sheet: Any, title: str, what_to_do: str) -> None:
    _put(sheet, 1, 1, title, _TITLE, wrap=False)
    _put(sheet, 2, 1, what_to_do, _TEXT, wrap=False)


def _table(sheet: Any, headings: list[str], rows: list[list[str | None]]) -> None:
    """Writes a table and marks it as one; its empty cells are to be filled in."""
    for column, heading in enumerate(headings, start=1):
        _put(sheet, HEADER_ROW, column, heading, _HEADING)
    for row, texts in enumerate(rows, start=HEADER_ROW + 1):
        for column, text in enumerate(texts, start=1):
            _put(sheet, row, column, text, _TEXT)
    last = f"{get_column_letter(len(headings))}{HEADER_ROW + len(rows)}"
    for line in sheet[f"A{HEADER_ROW}:{last}"]:
        for cell in line:
            cell.border = _BOX
    # Q2 alone would be the address of a cell
    name = "table_" + re.sub(r"\W", "_", sheet.title)
    table = Table(displayName=name, ref=f"A{HEADER_ROW}:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
    table._initialise_columns()
    for column, heading in zip(table.tableColumns, headings, strict=True):
        column.name = heading
    # no arrows over the headings
    table.autoFilter = None
    sheet.add_table(table)


def _put(sheet: Any, row: int, column: int, text: str | None, font: Font, *, wrap: bool = True) -> None:
    cell = sheet.cell(row, column, text)
    cell.font = font
    cell.alignment = Alignment(wrap_text=wrap, vertical="top", horizontal="left")
    cell.number_format = _AS_TYPED


def _set_page(sheet: Any, widths: list[int]) -> None:
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
