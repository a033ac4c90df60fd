"""OpenDocument spreadsheets and texts (.ods, .odt): every table, cells as they are displayed."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pathways.foi.document import Cell, Document, DocumentBuilder, raised
from pathways.foi.readers.packaged import MAX_CELLS, Package, broken, encrypted, too_many_cells

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
MOST = 2_000
"""Rows or columns that one repetition or span may stand for."""
BEYOND = 20
"""Rows or columns that a span may reach beyond what is filled."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_HIDDEN = ("collapse", "filter")
DEEPEST = 50
"""Styles that one inherits from, one after another."""
_NOTHING = re.compile(r"0+(?:\.0*)?[a-z]*")


def read_opendocument(name: str, sha256: str, content: bytes) -> Document:
    """Reads an OpenDocument file.

    Raises:
        PathwaysError: it is damaged, encrypted, or larger than an answer can be.
    """
    package = Package.open(name, content)
    if package.has("META-INF/manifest.xml") and b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise encrypted(name)
    root = package.tree("content.xml")
    builder = DocumentBuilder(name, sha256)
    _Reader(builder, root, package).read()
    return builder.done()


class _Reader:
    def __init__(self, builder: DocumentBuilder, root: Any, package: Package) -> None:
        self.builder = builder
        self.root = root
        styles = list(root.iter(f"{_STYLE}style"))
        if package.has("styles.xml"):
            styles += package.tree("styles.xml").iter(f"{_STYLE}style")
        self.raised: set[str] = set()
        self.struck: set[str] = set()
        self.unseen: set[str] = set()
        self.columns: list[tuple[int, str]] = []
        for style in self._parents_first(styles):
            self._learn(style)
        self.cell_count = 0

    def _parents_first(self, styles: list[Any]) -> list[Any]:
        """The styles, each behind the one that it inherits from."""
        named = {style.get(f"{_STYLE}name") or "": style for style in reversed(styles)}
        ordered: dict[int, Any] = {}
        for style in styles:
            line: list[Any] = []
            one: Any = style
            while one is not None and id(one) not in ordered and not any(one is other for other in line):
                line.append(one)
                one = named.get(one.get(f"{_STYLE}parent-style-name") or "")
                if len(line) > DEEPEST:
                    break
            ordered.update((id(each), each) for each in reversed(line))
        return list(ordered.values())

    def _learn(self, style: Any) -> None:
        name = style.get(f"{_STYLE}name") or ""
        parent = style.get(f"{_STYLE}parent-style-name") or ""
        for looks in (self.raised, self.struck, self.unseen):
            if parent in looks:
                looks.add(name)
        for properties in style:
            if properties.get(f"{_STYLE}text-line-through-style") == "none":
                self.struck.discard(name)
            size = properties.get(f"{_STYLE}column-width") or properties.get(f"{_STYLE}row-height")
            if size and _NOTHING.fullmatch(size):
                self.unseen.add(name)
            if (properties.get(f"{_STYLE}text-position") or "").startswith(("super", "33%", "58%")):
                self.raised.add(name)
            if (properties.get(f"{_STYLE}text-line-through-style") or "none") != "none":
                self.struck.add(name)
            if properties.get(f"{_TEXT}display") == "none":
                self.unseen.add(name)
            if properties.get(f"{_TABLE}display") == "false":
                self.unseen.add(name)

    def read(self) -> None:
        body = self.root.find(f"{_OFFICE}body")
        if body is None:
            raise broken(self.builder.name)
        for part in body:
            is_sheet = part.tag == f"{_OFFICE}spreadsheet"
            self._blocks(part, is_sheet)

    def _blocks(self, element: Any, is_sheet: bool) -> None:
        for child in element:
            if child.tag == f"{_TABLE}table":
                self._table(child, is_sheet)
            elif child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                self.builder.paragraph(self.text(child), is_heading=child.tag == f"{_TEXT}h")
            elif child.tag in (f"{_TEXT}section", f"{_TEXT}list", f"{_TEXT}list-item"):
                self._blocks(child, is_sheet)

    def _table(self, table: Any, is_sheet: bool) -> None:
        title = table.get(f"{_TABLE}name") or ""
        if table.get(f"{_TABLE}style-name") in self.unseen:
            self.builder.remark(f"the hidden sheet '{title}' was left out")
            return
        hidden = self._hidden_columns(table)
        self.columns = self._column_defaults(table)
        cells: list[Cell] = []
        row_number = 0
        for row, is_hidden in self._rows(table, hidden_by_group=False):
            repeat = self._number(row, "number-rows-repeated")
            found = list(self._row_cells(row, row_number + 1, hidden, title, is_hidden))
            if found and row_number >= LAST_ROW:
                raise broken(self.builder.name)
            if found:
                for again in range(min(repeat, MOST)):
                    cells += [Cell(c.text, c.row + again, c.column, c.row_span, c.column_span) for c in found]
                    self.cell_count += len(found)
                    if self.cell_count > MAX_CELLS:
                        raise too_many_cells(self.builder.name, MAX_CELLS)
            row_number += repeat
        self.builder.grid(self._clipped(cells), sheet=title if is_sheet else None)

    def _clipped(self, cells: list[Cell]) -> list[Cell]:
        """The cells with spans that reach hardly further than the table is filled."""
        last_row = max((cell.row for cell in cells), default=0)
        last_column = max((cell.column for cell in cells), default=0)
        clipped = []
        area = 0
        for cell in cells:
            row_span = min(cell.row_span, max(BEYOND, last_row - cell.row + 1))
            column_span = min(cell.column_span, max(BEYOND, last_column - cell.column + 1))
            area += row_span * column_span
            if area > MAX_CELLS:
                raise too_many_cells(self.builder.name, MAX_CELLS)
            clipped.append(replace(cell, row_span=row_span, column_span=column_span))
        return clipped

    def _column_defaults(self, table: Any) -> list[tuple[int, str]]:
        """The last column of each run of columns, with the style that they give to their cells."""
        runs = []
        at = 0
        for column in table.iter(f"{_TABLE}table-column"):
            at += self._number(column, "number-columns-repeated")
            runs.append((at, column.get(f"{_TABLE}default-cell-style-name") or ""))
            if at >= LAST_COLUMN:
                break
        return runs

    def _default_style(self, row: Any, column: int) -> str:
        """The style of a cell that has none of its own: its row's, else its column's."""
        given = row.get(f"{_TABLE}default-cell-style-name")
        at = bisect.bisect_left(self.columns, (column, ""))
        return given or (self.columns[at][1] if at < len(self.columns) else "")

    def _hidden_columns(self, table: Any) -> set[int]:
        hidden: set[int] = set()
        at = 1
        for column in table.iter(f"{_TABLE}table-column"):
            repeat = self._number(column, "number-columns-repeated")
            if self._is_hidden(column):
                hidden.update(range(at, min(at + repeat, LAST_COLUMN + 1)))
            at += repeat
        return hidden

    def _rows(self, element: Any, *, hidden_by_group: bool) -> Iterator[tuple[Any, bool]]:
        for child in element:
            if child.tag == f"{_TABLE}table-row":
                yield child, hidden_by_group or self._is_hidden(child)
            elif child.tag in (
                f"{_TABLE}table-rows",
                f"{_TABLE}table-header-rows",
                f"{_TABLE}table-row-group",
            ):
                yield from self._rows(
                    child, hidden_by_group=hidden_by_group or child.get(f"{_TABLE}display") == "false"
                )

    def _row_cells(
        self, row: Any, number: int, hidden: set[int], title: str, is_hidden: bool
    ) -> Iterator[Cell]:
        column = 1
        for cell in row:
            if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
                continue
            repeat = self._number(cell, "number-columns-repeated")
            is_own = cell.tag == f"{_TABLE}table-cell"
            text = self._styled(cell, _TABLE, self._default_style(row, column)) if is_own else ""
            if text:
                for again in range(min(repeat, MOST)):
                    if is_hidden or column + again in hidden:
                        what = "rows" if is_hidden else "columns"
                        self.builder.remark(f"hidden {what} of sheet '{title}' were left out")
                        continue
                    yield Cell(
                        text,
                        number,
                        column + again,
                        min(self._number(cell, "number-rows-spanned"), MOST),
                        min(self._number(cell, "number-columns-spanned"), MOST),
                    )
            column += repeat

    def _is_hidden(self, element: Any) -> bool:
        """Whether a row or column is hidden, or has no height or width."""
        return (
            element.get(f"{_TABLE}visibility") in _HIDDEN or element.get(f"{_TABLE}style-name") in self.unseen
        )

    def _number(self, element: Any, attribute: str) -> int:
        text = element.get(f"{_TABLE}{attribute}") or "1"
        return max(1, int(text)) if text.isdecimal() and len(text) < 9 else 1

    def _shown(self, cell: Any) -> str:
        texts = [self.text(child) for child in cell if child.tag in (f"{_TEXT}p", f"{_TEXT}h")]
        text = "\n".join(one for one in texts if one.strip())
        if not text and cell.get(f"{_OFFICE}value"):
            # a format that shows nothing hides the number from the eye
            self.builder.remark("a number that its format does not show was left out")
        return text

    def text(self, element: Any) -> str:
        """What the eye sees of a paragraph."""
        return "".join(self._texts(element))

    def _texts(self, element: Any) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            if not isinstance(child.tag, str):
                pass
            elif child.tag == f"{_TEXT}s":
                yield (
                    " " * min(int(child.get(f"{_TEXT}c") or 1), 100)
                    if (child.get(f"{_TEXT}c") or "1").isdecimal()
                    else " "
                )
            elif child.tag in (f"{_TEXT}tab", f"{_TEXT}line-break"):
                yield " "
            elif child.tag == f"{_TEXT}note":
                citation = child.find(f"{_TEXT}note-citation")
                yield raised(citation.text or "") if citation is not None else ""
            elif child.tag in (f"{_OFFICE}annotation", f"{_TEXT}tracked-changes"):
                pass
            elif child.tag == f"{_TEXT}span":
                yield self._styled(child, _TEXT)
            else:
                yield from self._texts(child)
            yield child.tail or ""

    def _styled(self, element: Any, kind: str, default: str = "") -> str:
        """The text of a span or cell; none where its style strikes or hides it."""
        style = element.get(f"{kind}style-name") or default
        if style in self.struck or style in self.unseen:
            if any(text.strip() for text in element.itertext()):
                self.builder.remark("text that is struck through or hidden was left out")
            return ""
        text = self._shown(element) if kind == _TABLE else "".join(self._texts(element))
        return raised(text) if style in self.raised else text
