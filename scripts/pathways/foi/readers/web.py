"""Web pages (.html): headings, paragraphs, lists and data tables. Nothing is fetched or run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree, html

from pathways.errors import PathwaysError
from pathways.foi.document import Cell, Document, DocumentBuilder, raised, single_spaced
from pathways.foi.readers.delimited import decoded
from pathways.foi.readers.packaged import MAX_CELLS, too_many_cells
from pathways.foi.readers.sheets import Sheets

_UNSEEN = frozenset(
    [
        "script",
        "style",
        "template",
        "noscript",
        "head",
        "iframe",
        "object",
        "embed",
        "svg",
        "math",
        "select",
        "textarea",
        "audio",
        "video",
        "canvas",
        "map",
    ]
)
_STRUCK = frozenset(["del", "s", "strike"])
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
    ]
)
_NAVIGATION = frozenset(["nav", "menu"])
_NAVIGATION_ROLES = frozenset(["navigation", "menu", "menubar", "banner", "contentinfo", "search"])
_AROUND = frozenset(["header", "footer", "aside"])
"""Elements that stand around a page; within its main part they may be of the answer."""
_LEFT_AROUND = "the menu, header and footer of the page were read as no answer"
MOST_SPAN = 200


def read_web(name: str, sha256: str, content: bytes) -> Document:
    """Reads a web page.

    Raises:
        PathwaysError: it is empty, no text, or larger than an answer can be.
    """
    return read_markup(name, sha256, _text_of(name, content))


def _text_of(name: str, content: bytes) -> str:
    declared = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", content[:2_000], re.IGNORECASE)
    if declared and declared[1].lower() not in (b"utf-8", b"utf8"):
        try:
            return content.decode(declared[1].decode("ascii"))
        except (LookupError, UnicodeDecodeError):
            pass
    return decoded(name, content)


def read_markup(name: str, sha256: str, text: str, *, without: tuple[str, ...] = ()) -> Document:
    """Reads markup that is text already, without the elements of some tags.

    Raises:
        PathwaysError: nothing is in it, or it is larger than an answer can be.
    """
    builder = DocumentBuilder(name, sha256)
    parser = html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8"
    )
    try:
        root = html.document_fromstring(text.encode("utf-8", errors="replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as fault:
        raise PathwaysError(
            f"{name} has nothing in it that can be read. Ask the council for another copy."
        ) from fault
    dropped = [element for tag in without for element in root.iter(tag)]
    for element in dropped:
        element.clear(keep_tail=True)
        element.tag = "template"
    if dropped:
        builder.remark("what it quotes of earlier messages was left out")
    reader = _Reader(builder)
    for sheet in root.iter("style"):
        if not sheet.get("media") or re.search(r"\b(?:all|screen)\b", sheet.get("media").lower()):
            reader.sheets.add(sheet.text or "")
    reader.walk(root)
    return builder.done()


_OUT_OF_SIGHT = {
    "opacity": re.compile(r"0*(?:\.0*)?%?$(?<=.)"),
    "font-size": re.compile(r"0(?:\.0*)?(?:px|pt|em|rem|%)?$"),
    "text-indent": re.compile(r"-\d{3,}"),
    "left": re.compile(r"-\d{3,}"),
    "clip": re.compile(r"rect\(0(?:px)?[ ,]+0(?:px)?[ ,]+0(?:px)?[ ,]+0(?:px)?\)"),
}
"""How a page puts text out of sight without hiding it by name."""


class _Reader:
    def __init__(self, builder: DocumentBuilder) -> None:
        self.builder = builder
        self.item_numbers: dict[Any, int] = {}
        self.prefix = ""
        self.line = ""
        self.is_heading = self.is_navigation = False
        self.cell_count = 0
        self.sheets = Sheets()

    def end(self) -> None:
        """Ends the paragraph at hand."""
        if self.line.strip():
            self.builder.paragraph(
                self.prefix + self.line, is_heading=self.is_heading, is_navigation=self.is_navigation
            )
            if self.is_navigation and re.search(r"\d", self.line):
                self.builder.remark(_LEFT_AROUND)
            self.prefix = ""
        self.line = ""

    def walk(self, element: Any) -> None:
        """Adds what stands in an element, its text and that of its children."""
        if not isinstance(element.tag, str) or self._is_unseen(element):
            return
        tag = element.tag
        is_block = tag in _BLOCKS
        if tag == "table":
            self.end()
            self._table(element)
            return
        if is_block:
            self.end()
        was_heading, was_navigation = self.is_heading, self.is_navigation
        self.is_navigation |= is_block and _is_navigation(element)
        if re.fullmatch(r"h[1-6]", tag):
            self.is_heading = True
        if tag == "li":
            self.prefix = self._item_number(element)
        if tag == "br":
            self.end()
        inner = element.text or ""
        if tag == "sup":
            self.line += raised("".join(self._pieces(element)).strip())
        else:
            self.line += inner
            for child in element:
                self.walk(child)
                self.line += child.tail or ""
        if tag == "dt":
            self.line = self.line.rstrip() + ": "
            return
        if is_block:
            self.end()
        if tag == "li":
            self.prefix = ""
        self.is_heading, self.is_navigation = was_heading, was_navigation

    def _item_number(self, item: Any) -> str:
        """The number that a browser shows in front of an item of an ordered list."""
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return ""
        number = self.item_numbers.get(parent, _whole(parent.get("start"), 1))
        number = _whole(item.get("value"), number)
        self.item_numbers[parent] = number + 1
        kind = parent.get("type") or "1"
        if kind in ("a", "A"):
            letter = chr(ord("a") + (number - 1) % 26)
            return f"{letter if kind == 'a' else letter.upper()}. "
        return f"{number}. "

    def _is_unseen(self, element: Any) -> bool:
        if element.tag in _UNSEEN:
            return True
        style = self.sheets.of(element)
        if element.tag in ("html", "body"):
            # what hides the whole page is for the moment until its scripts have run
            return False
        is_hidden = (element.get("hidden") is not None and "display" not in style) or any(
            pattern.match(style.get(kind, "")) for kind, pattern in _OUT_OF_SIGHT.items()
        )
        if is_hidden or style.get("display") == "none" or style.get("visibility") in ("hidden", "collapse"):
            self.builder.remark("text that the page does not show was left out")
            return True
        if element.tag in _STRUCK or "line-through" in style.get("line", ""):
            self.builder.remark("text that is struck through was left out")
            return True
        return False

    def _table(self, table: Any) -> None:
        is_layout = (table.get("role") or "").lower() in ("presentation", "none") or any(
            inner is not table for inner in table.iter("table")
        )
        if is_layout:
            for child in table:
                self.walk(child)
                self.end()
            return
        cells: list[Cell] = []
        taken: set[tuple[int, int]] = set()
        caption = ""
        row_number = 0
        for row in self._rows(table):
            if row.tag == "caption":
                caption = single_spaced(self._cell_text(row))
                continue
            row_number += 1
            column = 1
            for cell in row:
                if not isinstance(cell.tag, str) or cell.tag not in ("td", "th") or self._is_unseen(cell):
                    continue
                while (row_number, column) in taken:
                    column += 1
                row_span, column_span = _span(cell.get("rowspan")), _span(cell.get("colspan"))
                self.cell_count += row_span * column_span
                if self.cell_count > MAX_CELLS:
                    raise too_many_cells(self.builder.name, MAX_CELLS)
                taken.update(
                    (row_number + down, column + right)
                    for down in range(row_span)
                    for right in range(column_span)
                )
                cells.append(Cell(self._cell_text(cell), row_number, column, row_span, column_span))
                column += column_span
        cells = [
            Cell(c.text, c.row, c.column, min(c.row_span, row_number - c.row + 1), c.column_span)
            for c in cells
        ]
        self.builder.grid(cells, caption=caption)

    def _rows(self, table: Any) -> Iterator[Any]:
        for child in table:
            if not isinstance(child.tag, str) or self._is_unseen(child):
                continue
            if child.tag in ("tr", "caption"):
                yield child
            elif child.tag in ("thead", "tbody", "tfoot"):
                yield from self._rows(child)

    def _cell_text(self, cell: Any) -> str:
        return "".join(self._pieces(cell))

    def _pieces(self, element: Any) -> Iterator[str]:
        yield _one_line(element.text)
        for child in element:
            if isinstance(child.tag, str) and not self._is_unseen(child):
                if child.tag == "sup":
                    yield raised("".join(self._pieces(child)).strip())
                elif child.tag == "br" or child.tag in _BLOCKS:
                    yield "\n"
                    yield from self._pieces(child)
                    yield "\n"
                else:
                    yield from self._pieces(child)
            yield _one_line(child.tail)


def _is_navigation(element: Any) -> bool:
    """Whether an element is a menu, or stands around the page, and holds no table."""
    is_around = element.tag in _AROUND and not any(
        above.tag in ("main", "article", "section") for above in element.iterancestors()
    )
    is_menu = element.tag in _NAVIGATION or (element.get("role") or "").lower() in _NAVIGATION_ROLES
    return (is_menu or is_around) and next(element.iter("table"), None) is None


def _one_line(text: str | None) -> str:
    """The text without the line breaks of the page's source, which the eye does not see."""
    return re.sub(r"\s+", " ", text or "")


def _span(text: str | None) -> int:
    return max(1, min(_whole(text, 1), MOST_SPAN))


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.strip().isdecimal() and len(text) < 9 else otherwise
