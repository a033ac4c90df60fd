"""A council's document in one shape, whatever its file format: paragraphs and grids, in reading order.

A reader of a format (``pathways.foi.readers``) says what stands where, as the eye sees it, and nothing of
what it means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property


@dataclass(frozen=True)
class Cell:
    """One printed cell of a grid.

    ``text`` is what the eye sees: a raised mark stands as a Unicode superscript (``37¹``), struck and hidden
    text is left out, white space is single. ``row`` and ``column`` count from 1, a merged cell standing at
    its top left with its spans. ``lines`` has the paragraphs of a cell of several.
    """

    text: str
    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    lines: tuple[str, ...] = ()

    @property
    def rows(self) -> range:
        """The rows that the cell covers."""
        return range(self.row, self.row + self.row_span)

    @property
    def columns(self) -> range:
        """The columns that the cell covers."""
        return range(self.column, self.column + self.column_span)


@dataclass(frozen=True)
class Grid:
    """One table, or one sheet of a workbook. ``number`` counts the tables of the document from 1.

    ``within`` is the number, row and column of the table in whose cell it stands.
    """

    number: int
    cells: tuple[Cell, ...]
    page: int | None = None
    sheet: str | None = None
    caption: str = ""
    within: tuple[int, int, int] | None = None

    @cached_property
    def row_count(self) -> int:
        """How many rows the grid has."""
        return max((cell.row + cell.row_span - 1 for cell in self.cells), default=0)

    @cached_property
    def column_count(self) -> int:
        """How many columns the grid has."""
        return max((cell.column + cell.column_span - 1 for cell in self.cells), default=0)

    @cached_property
    def at(self) -> dict[tuple[int, int], Cell]:
        """Every covered place, row and column, with the cell that covers it."""
        return {(row, column): cell for cell in self.cells for row in cell.rows for column in cell.columns}

    def row(self, number: int) -> list[Cell]:
        """The cells that start in or cover a row, from left to right, each once."""
        covering = (self.at.get((number, column)) for column in range(1, self.column_count + 1))
        return list({id(cell): cell for cell in covering if cell is not None}.values())


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, heading or line of text outside a table.

    ``is_quoted`` marks the words of the request between which the answers stand: they can be headings, and
    never answers. ``is_navigation`` marks what stands around a page, such as its menu: neither of them.
    """

    text: str
    is_heading: bool = False
    page: int | None = None
    sheet: str | None = None
    is_quoted: bool = False
    is_navigation: bool = False


Block = Paragraph | Grid


@dataclass(frozen=True)
class Document:
    """What a document holds. ``remarks`` says what the reader saw and left aside, such as hidden columns."""

    name: str
    sha256: str
    blocks: tuple[Block, ...]
    remarks: tuple[str, ...] = ()
    sent_date: date | None = None
    sender: str = ""

    @property
    def grids(self) -> list[Grid]:
        """The tables, in reading order."""
        return [block for block in self.blocks if isinstance(block, Grid)]

    @cached_property
    def texts(self) -> list[str]:
        """Every text of the document in reading order: paragraphs, captions and cells."""
        return list(self._texts())

    def _texts(self) -> Iterator[str]:
        for block in self.blocks:
            if isinstance(block, Paragraph):
                yield block.text
                continue
            if block.caption:
                yield block.caption
            for cell in block.cells:
                if cell.text:
                    yield cell.text


@dataclass
class DocumentBuilder:
    """Collects blocks in reading order and numbers the grids."""

    name: str
    sha256: str
    blocks: list[Block] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    sent_date: date | None = None
    sender: str = ""

    def paragraph(
        self,
        text: str,
        *,
        is_heading: bool = False,
        page: int | None = None,
        sheet: str | None = None,
        is_quoted: bool = False,
        is_navigation: bool = False,
    ) -> None:
        """Adds a paragraph; an empty one is left out."""
        text = single_spaced(text)
        if text:
            self.blocks.append(Paragraph(text, is_heading, page, sheet, is_quoted, is_navigation))

    def grid(
        self,
        cells: list[Cell],
        *,
        page: int | None = None,
        sheet: str | None = None,
        caption: str = "",
        within: tuple[int, int, int] | None = None,
    ) -> int:
        """Adds a grid and gives it the next number; one without any text is left out.

        Returns:
            The number of the newest grid of the document.
        """
        number = sum(isinstance(block, Grid) for block in self.blocks)
        if not any(cell.text for cell in cells):
            return number
        self.blocks.append(
            Grid(number + 1, tuple(map(_tidy, cells)), page, sheet, single_spaced(caption), within)
        )
        return number + 1

    def rows(
        self, rows: list[list[str]], *, page: int | None = None, sheet: str | None = None, caption: str = ""
    ) -> None:
        """Adds a grid of plain rows of texts, without merged cells."""
        cells = [
            Cell(text, row, column)
            for row, texts in enumerate(rows, start=1)
            for column, text in enumerate(texts, start=1)
        ]
        self.grid(cells, page=page, sheet=sheet, caption=caption)

    def remark(self, text: str) -> None:
        """Notes what was seen and left aside, once."""
        if text not in self.remarks:
            self.remarks.append(text)

    def done(self) -> Document:
        """The document as it was put together."""
        return Document(
            self.name, self.sha256, tuple(self.blocks), tuple(self.remarks), self.sent_date, self.sender
        )


def _tidy(cell: Cell) -> Cell:
    """The cell with single spaces, a break between paragraphs kept in its lines."""
    lines = tuple(line for line in map(single_spaced, cell.text.split("\n")) if line)
    return replace(cell, text=" ".join(lines), lines=lines if len(lines) > 1 else cell.lines)


RAISED = str.maketrans(
    "0123456789+-=()abcdefghijklmnoprstuvwxyz*", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ*"
)


def raised(text: str) -> str:
    """A superscript run as Unicode superscripts, so that a note's number is no digit of the count."""
    return text.lower().translate(RAISED)


_UNSHOWN = dict.fromkeys(
    [
        *range(0x00, 0x20),
        *range(0x7F, 0xA0),
        0x200B,
        *range(0x200E, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        0xFEFF,
    ],
    " ",
)
"""Characters that show nothing and steer what shows others: terminals, and the direction of a line."""


def single_spaced(text: str) -> str:
    """The text with runs of white space of all kinds as one space, and none around it."""
    return " ".join(text.translate(_UNSHOWN).split())
