"""Excel workbooks (.xlsx, .xlsm): every visible sheet as one grid, cells as they are displayed.

The sheets are read as a stream, so that a workbook of ten million cells costs no memory, and a lone cell in
the last row no time. Nothing is run: no macro, no formula, no link. A formula shows the result that Excel
stored with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from openpyxl.styles.numbers import BUILTIN_FORMATS

from pathways.errors import PathwaysError
from pathways.foi.document import Cell, Document, DocumentBuilder, raised
from pathways.foi.readers.packaged import (
    MAX_CELLS,
    Package,
    attribute,
    broken,
    local,
    too_many_cells,
    whole,
)
from pathways.foi.readers.shown import is_day, shown_day, shown_number, shown_text

HIDDEN_NUMBER = "#FORMAT!"
"""Stands for a number that the cell's format replaces by something that could not be told."""
NO_RESULT = "#FORMULA!"
"""Stands for a formula without a stored result: formulas are never run."""
MAX_SHEETS = 50
BEYOND = 20
"""Rows or columns that a merged cell may reach beyond the last one that holds something."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_WHITE = "white text on white was left out"
_STRUCK = "text that is struck through was left out"
_REPLACED = "a format shows something in place of a number, and was not guessed"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True)
class _Font:
    is_struck: bool = False
    is_raised: bool = False
    is_white: bool = False
    is_on_colour: bool = False
    """Whether the cell has a fill."""


@dataclass(frozen=True)
class _Rule:
    """Another format, or a line through the text, where a condition holds."""

    priority: int
    area: tuple[tuple[int, int, int, int], ...]
    kind: str
    operator: str
    bounds: tuple[float, ...] | None
    code: str | None
    is_struck: bool


@dataclass
class _Styles:
    """The format and font of each style number, and those that conditions set."""

    codes: list[str] = field(default_factory=list)
    fonts: list[_Font] = field(default_factory=list)
    conditional: list[tuple[str | None, bool]] = field(default_factory=list)

    def of(self, number: int) -> tuple[str, _Font]:
        """Format and font of a style."""
        if 0 <= number < len(self.codes):
            return self.codes[number], self.fonts[number]
        return "General", _Font()


@dataclass
class _Raw:
    """One cell as it is stored. ``pieces`` are runs of text, each with its font where it has its own."""

    row: int
    column: int
    style: int
    kind: str
    value: str | None
    pieces: list[tuple[str, _Font | None]]
    has_formula: bool


@dataclass
class _Sheet:
    title: str
    cells: list[_Raw] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    rules: list[_Rule] = field(default_factory=list)
    shows_zeros: bool = True
    has_table: bool = False
    """Whether part of it is a table with a style of its own, which may put a colour behind cells."""
    drawing: str = ""


def read_workbook(name: str, sha256: str, content: bytes) -> Document:
    """Reads a workbook.

    Raises:
        PathwaysError: it is damaged, encrypted, or larger than an answer can be.
    """
    package = Package.open(name, content)
    builder = DocumentBuilder(name, sha256)
    _Workbook(builder, package).read()
    return builder.done()


class _Workbook:
    def __init__(self, builder: DocumentBuilder, package: Package) -> None:
        self.builder = builder
        self.package = package
        self.part = package.main_part() or "xl/workbook.xml"
        self.relations = package.relations(self.part)
        self.styles = self._styles()
        self.texts = self._texts()
        self.since_1904 = False
        self.count = 0

    def read(self) -> None:
        root = self.package.tree(self.part)
        for one in _all(root, "workbookPr"):
            self.since_1904 = attribute(one, "date1904") in ("1", "true")
        sheets = list(self._sheets(root))
        if len(sheets) > MAX_SHEETS:
            raise PathwaysError(
                f"{self.builder.name} has {len(sheets)} sheets, more than an answer can have ({MAX_SHEETS}). "
                f"It was not read: save the sheet with the answer as a file of its own."
            )
        for title, member in sheets:
            sheet = self._sheet(title, member)
            self._add(sheet)
            self._add_drawing(sheet)

    def _sheets(self, root: Any) -> Iterator[tuple[str, str]]:
        for one in _all(root, "sheet"):
            title = attribute(one, "name")
            relation = self.relations.get(attribute(one, "id"))
            if relation is None or relation.kind != "worksheet":
                continue
            if attribute(one, "state") in ("hidden", "veryHidden"):
                self.builder.remark(f"the hidden sheet '{title}' was left out")
            else:
                yield title, relation.target

    def _part(self, kind: str) -> str:
        return next(
            (
                one.target
                for one in self.relations.values()
                if one.kind == kind and self.package.has(one.target)
            ),
            "",
        )

    # --- what all sheets share ------------------------------------------------------------------------

    def _styles(self) -> _Styles:
        member = self._part("styles")
        styles = _Styles()
        if not member:
            return styles
        root = self.package.tree(member)
        codes = {
            whole(attribute(one, "numFmtId"), -1): attribute(one, "formatCode")
            for one in _all(root, "numFmt")
        }
        fonts = [_font(one) for block in _children(root, "fonts") for one in _children(block, "font")]
        fills = [_is_filled(one) for block in _children(root, "fills") for one in _children(block, "fill")]
        for block in _children(root, "cellXfs"):
            for one in _children(block, "xf"):
                identifier = whole(attribute(one, "numFmtId"))
                styles.codes.append(codes.get(identifier) or BUILTIN_FORMATS.get(identifier) or "General")
                at = whole(attribute(one, "fontId"))
                font = fonts[at] if 0 <= at < len(fonts) else _Font()
                fill = whole(attribute(one, "fillId"))
                is_on_colour = fills[fill] if 0 <= fill < len(fills) else False
                styles.fonts.append(replace(font, is_on_colour=is_on_colour))
        for block in _children(root, "dxfs"):
            for one in _children(block, "dxf"):
                code = next((attribute(inner, "formatCode") for inner in _children(one, "numFmt")), None)
                styles.conditional.append(
                    (code, any(_font(inner).is_struck for inner in _children(one, "font")))
                )
        return styles

    def _texts(self) -> list[list[tuple[str, _Font | None]]]:
        member = self._part("sharedStrings")
        texts: list[list[tuple[str, _Font | None]]] = []
        if not member:
            return texts
        for element in self.package.elements(member):
            if local(element) == "si":
                texts.append(_pieces(element))
                _drop(element)
                if len(texts) > 5 * MAX_CELLS:
                    raise too_many_cells(self.builder.name, MAX_CELLS)
        return texts

    # --- one sheet ------------------------------------------------------------------------------------

    def _sheet(self, title: str, member: str) -> _Sheet:
        sheet = _Sheet(title)
        if not self.package.has(member):
            raise broken(self.builder.name)
        row = column = ended = 0
        for element in self.package.elements(member):
            name = local(element)
            if name == "c":
                above = element.getparent()
                # rows and cells that do not say where they stand follow the one before them
                at = whole(attribute(above, "r") if above is not None else "") or ended + 1
                row, column = (row, column) if at == row else (at, 0)
                column = self._keep(sheet, element, row, column)
                _drop(element)
            elif name == "row":
                ended = whole(attribute(element, "r")) or ended + 1
                if _is_true(element, "hidden") or attribute(element, "ht") in ("0", "0.0"):
                    sheet.hidden_rows.add(ended)
                _drop(element)
            elif name == "col":
                self._learn_columns(sheet, element)
            elif name == "mergeCell":
                sheet.merged += _areas(attribute(element, "ref"))
            elif name == "conditionalFormatting":
                sheet.rules += self._rules(element)
            elif name == "sheetView":
                sheet.shows_zeros = attribute(element, "showZeros") not in ("0", "false")
            elif name == "tablePart":
                sheet.has_table = True
            elif name == "drawing":
                relation = self.package.relations(member).get(attribute(element, "id"))
                sheet.drawing = relation.target if relation is not None else ""
        sheet.rules.sort(key=lambda rule: rule.priority)
        return sheet

    def _keep(self, sheet: _Sheet, element: Any, row: int, column: int) -> int:
        """Keeps a cell that holds something; returns its column."""
        reference = _REFERENCE.fullmatch(attribute(element, "r"))
        column = _column(reference[1]) if reference else column + 1
        row = int(reference[2]) if reference else row
        if not (1 <= row <= LAST_ROW and 1 <= column <= LAST_COLUMN):
            raise broken(self.builder.name)
        value: str | None = None
        pieces: list[tuple[str, _Font | None]] = []
        has_formula = False
        for child in element:
            name = local(child)
            if name == "v":
                value = child.text or ""
            elif name == "f":
                has_formula = True
            elif name == "is":
                pieces = _pieces(child)
        if value is None and not pieces and not has_formula:
            return column
        self.count += 1
        if self.count > MAX_CELLS:
            raise too_many_cells(self.builder.name, MAX_CELLS)
        sheet.cells.append(
            _Raw(
                row,
                column,
                whole(attribute(element, "s")),
                attribute(element, "t") or "n",
                value,
                pieces,
                has_formula,
            )
        )
        return column

    def _learn_columns(self, sheet: _Sheet, element: Any) -> None:
        first, last = whole(attribute(element, "min")), whole(attribute(element, "max"))
        is_hidden = _is_true(element, "hidden") or attribute(element, "width") in ("0", "0.0")
        if is_hidden and len(sheet.hidden_columns) < LAST_COLUMN:
            sheet.hidden_columns.update(range(max(1, first), min(last, LAST_COLUMN) + 1))

    def _rules(self, element: Any) -> Iterator[_Rule]:
        area = tuple(_areas(attribute(element, "sqref")))
        for one in _children(element, "cfRule"):
            at = whole(attribute(one, "dxfId"), -1)
            code, is_struck = (
                self.styles.conditional[at] if 0 <= at < len(self.styles.conditional) else (None, False)
            )
            if code is None and not is_struck:
                continue
            formulas = [(inner.text or "").strip() for inner in _children(one, "formula")]
            bounds = None
            if formulas and all(re.fullmatch(r"-?\d+(?:\.\d+)?", text) for text in formulas):
                bounds = tuple(float(text) for text in formulas)
            yield _Rule(
                whole(attribute(one, "priority")),
                area,
                attribute(one, "type"),
                attribute(one, "operator"),
                bounds,
                code,
                is_struck,
            )

    # --- what the eye sees ----------------------------------------------------------------------------

    def _add(self, sheet: _Sheet) -> None:
        spans, covered = self._merges(sheet)
        cells = []
        for raw in sheet.cells:
            row, column = raw.row, raw.column
            if (row, column) in covered:
                continue
            row, column, row_span, column_span = spans.get((row, column), (row, column, 1, 1))
            if row in sheet.hidden_rows:
                self.builder.remark(f"hidden rows of sheet '{sheet.title}' were left out")
                continue
            if column in sheet.hidden_columns:
                self.builder.remark(f"hidden columns of sheet '{sheet.title}' were left out")
                continue
            cells.append(Cell(self._displayed(sheet, raw), row, column, row_span, column_span))
        cells.sort(key=lambda cell: (cell.row, cell.column))
        self.builder.grid(cells, sheet=sheet.title)

    def _merges(
        self, sheet: _Sheet
    ) -> tuple[dict[tuple[int, int], tuple[int, int, int, int]], set[tuple[int, int]]]:
        """Where each merged cell stands and how far it reaches, and the places that it covers.

        It stands at its first place that is not hidden, and reaches hardly further than the sheet is filled.
        """
        last_row = max((raw.row for raw in sheet.cells), default=0)
        last_column = max((raw.column for raw in sheet.cells), default=0)
        spans: dict[tuple[int, int], tuple[int, int, int, int]] = {}
        covered: set[tuple[int, int]] = set()
        area = 0
        for top, left, bottom, right in sheet.merged:
            rows = range(top, min(bottom, max(top + BEYOND, last_row)) + 1)
            columns = range(left, min(right, max(left + BEYOND, last_column)) + 1)
            area += len(rows) * len(columns)
            if area > MAX_CELLS:
                raise too_many_cells(self.builder.name, MAX_CELLS)
            covered.update(
                (row, column) for row in rows for column in columns if (row, column) != (top, left)
            )
            row = next((one for one in rows if one not in sheet.hidden_rows), top)
            column = next((one for one in columns if one not in sheet.hidden_columns), left)
            spans[top, left] = (row, column, rows.stop - row, columns.stop - column)
        return spans, covered

    def _displayed(self, sheet: _Sheet, raw: _Raw) -> str:
        code, font = self.styles.of(raw.style)
        if raw.has_formula and not raw.pieces and not raw.value and raw.kind != "str":
            self.builder.remark("a formula without a stored result was not run")
            return NO_RESULT
        if raw.kind in ("s", "inlineStr", "str"):
            return self._text(sheet, raw, code, font)
        if unseen := _unseen(font, font, sheet):
            self.builder.remark(unseen)
            return ""
        value = (raw.value or "").strip()
        if raw.kind == "b":
            return "TRUE" if value in ("1", "true") else "FALSE"
        if raw.kind in ("e", "d") or not value:
            return value.partition("T")[0] if raw.kind == "d" else value
        try:
            number = float(value)
        except ValueError:
            return value
        if abs(number) > 1e15 or number != number:
            return value
        return self._number(sheet, raw, int(number) if number.is_integer() else number, code)

    def _text(self, sheet: _Sheet, raw: _Raw, code: str, font: _Font) -> str:
        pieces = raw.pieces
        if raw.kind == "s":
            at = whole(raw.value, -1)
            if not 0 <= at < len(self.texts):
                raise broken(self.builder.name)
            pieces = self.texts[at]
        elif raw.value is not None and not pieces:
            pieces = [(_unescaped(raw.value), None)]
        text = ""
        for piece, own in pieces:
            look = own or font
            if unseen := _unseen(look, font, sheet):
                self.builder.remark(unseen)
            else:
                text += raised(piece) if look.is_raised else piece
        return shown_text(text, code)

    def _number(self, sheet: _Sheet, raw: _Raw, number: int | float, code: str) -> str:
        rule = next((rule for rule in sheet.rules if _applies(rule, raw, number) is not False), None)
        if rule is not None:
            if _applies(rule, raw, number) is None or rule.is_struck:
                self.builder.remark(_STRUCK if rule.is_struck else _REPLACED)
                return "" if rule.is_struck and _applies(rule, raw, number) else HIDDEN_NUMBER
            code = rule.code or code
        if number == 0 and not sheet.shows_zeros:
            self.builder.remark(f"sheet '{sheet.title}' shows no zeros: they were left out")
            return ""
        shown = (
            shown_day(number, code, since_1904=self.since_1904)
            if is_day(code)
            else shown_number(number, code)
        )
        if shown is None:
            self.builder.remark(_REPLACED)
            return HIDDEN_NUMBER
        return shown

    # --- text boxes -----------------------------------------------------------------------------------

    def _add_drawing(self, sheet: _Sheet) -> None:
        """The text boxes that lie on a sheet, below its cells."""
        if not sheet.drawing or not self.package.has(sheet.drawing):
            return
        for box in _all(self.package.tree(sheet.drawing), "sp"):
            for paragraph in _all(box, "p"):
                text = "".join(self._drawn(run) for run in _children(paragraph, "r"))
                self.builder.paragraph(text, sheet=sheet.title)

    def _drawn(self, run: Any) -> str:
        text = "".join(one.text or "" for one in _children(run, "t"))
        for look in _children(run, "rPr"):
            if attribute(look, "strike") not in ("", "noStrike"):
                self.builder.remark(_STRUCK)
                return ""
            if whole(attribute(look, "baseline")) > 0:
                return raised(text)
        return text


def _children(element: Any, name: str) -> list[Any]:
    return [child for child in element if local(child) == name]


def _all(element: Any, name: str) -> list[Any]:
    return [one for one in element.iter() if local(one) == name]


def _drop(element: Any) -> None:
    """Forgets an element that has been read, while the stream goes on."""
    element.clear(keep_tail=False)
    above = element.getparent()
    if above is not None:
        while above[0] is not element:
            del above[0]


def _is_true(element: Any, name: str) -> bool:
    return attribute(element, name) in ("1", "true")


def _font(element: Any) -> _Font:
    """What a font, or the properties of a run, say of its look."""
    look: dict[str, str] = {local(child): attribute(child, "val") for child in element}
    return _Font(
        "strike" in look and look["strike"] not in ("0", "false"),
        look.get("vertAlign") == "superscript",
        any(_is_white(child) for child in _children(element, "color")),
    )


def _is_white(color: Any) -> bool:
    """Whether a colour is white: as AARRGGBB, or the first of the theme, on which sheets are written."""
    is_first = attribute(color, "theme") == "0" and not attribute(color, "tint").startswith("-")
    return is_first or attribute(color, "rgb").upper()[-6:] == "FFFFFF"


def _is_filled(fill: Any) -> bool:
    """Whether a fill puts anything but white behind a cell."""
    patterns = list(_children(fill, "patternFill"))
    if not patterns:
        return len(fill) > 0
    fore = next((_is_white(one) for one in _children(patterns[0], "fgColor")), False)
    return attribute(patterns[0], "patternType") not in ("", "none") and not fore


def _unseen(look: _Font, font: _Font, sheet: _Sheet) -> str:
    """Why a text of a look is not to be seen in a cell with a font; empty where it is."""
    if look.is_struck:
        return _STRUCK
    return _WHITE if look.is_white and not font.is_on_colour and not sheet.has_table else ""


def _pieces(element: Any) -> list[tuple[str, _Font | None]]:
    """The runs of a text; those in phonetic guides stand over it and are left out."""
    pieces: list[tuple[str, _Font | None]] = []
    for child in element:
        if local(child) == "t":
            pieces.append((_unescaped(child.text or ""), None))
        elif local(child) == "r":
            text = "".join(_unescaped(one.text or "") for one in _children(child, "t"))
            pieces.append((text, next((_font(one) for one in _children(child, "rPr")), None)))
    return pieces


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _areas(text: str) -> list[tuple[int, int, int, int]]:
    """Areas such as ``A1:D2 F5`` as top, left, bottom and right."""
    areas = []
    for part in text.split():
        ends = [_REFERENCE.fullmatch(end) for end in part.split(":")]
        if not ends or ends[0] is None or ends[-1] is None:
            continue
        rows = sorted(int(end[2]) for end in (ends[0], ends[-1]))
        columns = sorted(_column(end[1]) for end in (ends[0], ends[-1]))
        areas.append((rows[0], columns[0], rows[-1], columns[-1]))
    return areas


_OPERATORS: dict[str, Callable[[float, tuple[float, ...]], bool]] = {
    "lessThan": lambda value, bounds: value < bounds[0],
    "lessThanOrEqual": lambda value, bounds: value <= bounds[0],
    "greaterThan": lambda value, bounds: value > bounds[0],
    "greaterThanOrEqual": lambda value, bounds: value >= bounds[0],
    "equal": lambda value, bounds: value == bounds[0],
    "notEqual": lambda value, bounds: value != bounds[0],
    "between": lambda value, bounds: bounds[0] <= value <= bounds[-1],
    "notBetween": lambda value, bounds: not bounds[0] <= value <= bounds[-1],
}


def _applies(rule: _Rule, raw: _Raw, value: int | float) -> bool | None:
    """Whether a conditional format holds for a cell; None where that would need a formula to be run."""
    if not any(
        top <= raw.row <= bottom and left <= raw.column <= right for top, left, bottom, right in rule.area
    ):
        return False
    if rule.kind == "cellIs" and rule.bounds and rule.operator in _OPERATORS:
        return _OPERATORS[rule.operator](float(value), rule.bounds)
    return None
