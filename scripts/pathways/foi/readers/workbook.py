"""Excel workbooks (.xlsx, .xlsm): every visible sheet as one grid, cells as they are displayed."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from datetime import date, datetime, time
from typing import Any

import openpyxl
from lxml import etree
from openpyxl.cell.rich_text import CellRichText, TextBlock

from pathways.foi.document import Cell, Document, DocumentBuilder, raised
from pathways.foi.readers.packaged import MAX_CELLS, Package, broken, parse_xml, too_many_cells

HIDDEN_NUMBER = "#FORMAT!"
"""Stands for a number that the cell's format replaces by something that could not be told."""
NO_RESULT = "#FORMULA!"
"""Stands for a formula without a stored result: formulas are never run."""


def read_workbook(name: str, sha256: str, content: bytes) -> Document:
    """Reads a workbook. Formulas are not run: the results that were stored with them are shown.

    Raises:
        PathwaysError: it is damaged, encrypted, or larger than an answer can be.
    """
    package = Package.open(name, content)
    _count_cells(package)
    books = [_load(name, content, data_only=data_only) for data_only in (True, False)]
    builder = DocumentBuilder(name, sha256)
    for sheet in books[0].worksheets:
        if sheet.sheet_state != "visible":
            builder.remark(f"the hidden sheet '{sheet.title}' was left out")
            continue
        _read_sheet(builder, sheet, books[1][sheet.title])
    return builder.done()


def _load(name: str, content: bytes, *, data_only: bool) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return openpyxl.load_workbook(
                io.BytesIO(content), data_only=data_only, rich_text=True, keep_links=False
            )
        except (
            KeyError,
            ValueError,
            TypeError,
            AttributeError,
            IndexError,
            OSError,
            etree.XMLSyntaxError,
            zipfile.BadZipFile,
        ) as fault:
            raise broken(name) from fault
        except SyntaxError as fault:  # xml.etree's ParseError
            raise broken(name) from fault


def _count_cells(package: Package) -> None:
    """Counts the cells of all sheets while they are inflated, before anything is kept of them."""
    count = 0
    for member in package.archive.namelist():
        if not member.endswith((".xml", ".rels")):
            continue
        if not re.match(r"xl/worksheets/", member):
            parse_xml(package.name, package.read(member))
            continue
        content = package.read(member)
        if b"<!DOCTYPE" in content[:10_000] or b"<!ENTITY" in content:
            parse_xml(package.name, content)
        count += content.count(b"<c ") + content.count(b"<c>") + content.count(b":c ")
        if count > MAX_CELLS:
            raise too_many_cells(package.name, MAX_CELLS)


def _read_sheet(builder: DocumentBuilder, sheet: Any, formulas: Any) -> None:
    spans = {
        (area.min_row, area.min_col): (area.max_row - area.min_row + 1, area.max_col - area.min_col + 1)
        for area in sheet.merged_cells.ranges
    }
    hidden_columns = _hidden_columns(sheet)
    formatted = [
        area
        for area in sheet.conditional_formatting
        if any(rule.dxf is not None and rule.dxf.numFmt is not None for rule in area.rules)
    ]
    hidden_rows = {number for number, dimension in sheet.row_dimensions.items() if dimension.hidden}
    cells = []
    # only the cells that are there: the range around them may have 17 thousand million places
    for place in sorted(sheet._cells):
        cell, formula = sheet._cells[place], formulas._cells.get(place)
        if cell.value is None and (formula is None or formula.value is None):
            continue
        row_span, column_span = spans.get(place, (1, 1))
        rows = range(cell.row, cell.row + min(row_span, 2_000))
        columns = range(cell.column, cell.column + min(column_span, 200))
        # a merged cell is seen as long as any of its rows and columns is
        row = next((one for one in rows if one not in hidden_rows), None)
        column = next((one for one in columns if one not in hidden_columns), None)
        if row is None:
            builder.remark(f"hidden rows of sheet '{sheet.title}' were left out")
            continue
        if column is None:
            builder.remark(f"hidden columns of sheet '{sheet.title}' were left out")
            continue
        text = _displayed(builder, cell, formula)
        if text and any(cell.coordinate in area for area in formatted):
            builder.remark("a conditional format replaces a number, and was not guessed")
            text = HIDDEN_NUMBER
        cells.append(Cell(text, row, column, rows.stop - row, columns.stop - column))
    builder.grid(cells, sheet=sheet.title)


def _hidden_columns(sheet: Any) -> set[int]:
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden and dimension.min:
            hidden.update(
                range(dimension.min, min(dimension.max or dimension.min, dimension.min + 2_000) + 1)
            )
    return hidden


def _displayed(builder: DocumentBuilder, cell: Any, formula: Any) -> str:
    value = cell.value
    if (
        value is None
        and formula is not None
        and isinstance(formula.value, str)
        and formula.value.startswith("=")
    ):
        builder.remark("a formula without a stored result was not run")
        return NO_RESULT
    if value is None:
        return ""
    font = cell.font
    if font is not None and (font.strike or False) and not isinstance(value, CellRichText):
        builder.remark("text that is struck through was left out")
        return ""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        shown = _split(cell.number_format or "General")
        if len(shown) > 3 and "@" not in shown[3]:
            # a format that shows nothing, or something else, in place of a text
            return re.sub(r'["\\]', "", shown[3]).strip()
    if isinstance(value, CellRichText):
        return "".join(_run(builder, part) for part in value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (datetime, date, time)):
        return _day(value, cell.number_format)
    if isinstance(value, (int, float)):
        return _number(builder, value, cell.number_format or "General")
    text = str(value)
    return raised(text) if font is not None and font.vertAlign == "superscript" else text


def _run(builder: DocumentBuilder, part: Any) -> str:
    if not isinstance(part, TextBlock):
        return str(part)
    if part.font is not None and part.font.strike:
        builder.remark("text that is struck through was left out")
        return ""
    if part.font is not None and part.font.vertAlign == "superscript":
        return raised(part.text)
    return str(part.text)


def _day(value: datetime | date | time, number_format: str) -> str:
    if isinstance(value, time):
        return value.isoformat()
    if "d" not in number_format.lower().replace("[$-", ""):
        return f"{value:%b-%y}" if "m" in number_format.lower() else f"{value:%Y}"
    return value.date().isoformat() if isinstance(value, datetime) else value.isoformat()


_PLAIN = re.compile(r"General|[#0,.\s_\-()]*[#0]+(?:,[#0]+)*(?:\.[0#]+)?[\s_\-()]*%?|@", re.IGNORECASE)


def _number(builder: DocumentBuilder, value: int | float, number_format: str) -> str:
    """A number as its format shows it; a format that shows something else never lets the number out."""
    section = _section(value, number_format)
    if section is None:
        builder.remark("a format shows something in place of a number, and was not guessed")
        return HIDDEN_NUMBER
    if section == "":
        return ""
    if re.fullmatch(r'(?:"[^"]*"|\\.)+', section):
        return re.sub(r'"|\\(?=.)', "", section)
    bare = re.sub(
        r"\[(?:\$[^\]]*|Red|Black|Blue|Green|White|Color\s?\d+)\]|[_*\\].", "", section, flags=re.IGNORECASE
    )
    around = re.fullmatch(
        r'(?:"(?P<before>[^"]*)")?\s*(?P<number>[^"]*?)\s*(?:"(?P<behind>[^"]*)")?', bare.strip()
    )
    if around is None or not _PLAIN.fullmatch(around["number"]):
        builder.remark("a format shows something in place of a number, and was not guessed")
        return HIDDEN_NUMBER
    return (around["before"] or "") + _written(value, around["number"]) + (around["behind"] or "")


def _section(value: int | float, number_format: str) -> str | None:
    """The part of a format that holds for a value; None where that cannot be told."""
    sections = _split(number_format)
    conditions = [re.match(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]", section) for section in sections]
    if any(conditions):
        for section, condition in zip(sections, conditions, strict=True):
            if condition is None:
                return section
            bound = float(condition[2])
            holds = {
                "<": value < bound,
                "<=": value <= bound,
                ">": value > bound,
                ">=": value >= bound,
                "=": value == bound,
                "<>": value != bound,
            }[condition[1]]
            if holds:
                return section[condition.end() :]
        return None
    if len(sections) == 1:
        return sections[0]
    if value > 0 or (value == 0 and len(sections) == 2):
        return sections[0]
    if value < 0:
        return sections[1]
    return sections[2]


def _split(number_format: str) -> list[str]:
    parts, quoted = [""], False
    for sign in number_format:
        if sign == '"':
            quoted = not quoted
        if sign == ";" and not quoted:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _written(value: int | float, shown: str) -> str:
    if "%" in shown:
        return f"{value * 100:.10g}%"
    if isinstance(value, float) and not value.is_integer():
        # what a format rounds away is no whole count
        return f"{value:.10g}"
    return f"{int(value):,}" if "," in shown else str(int(value))
