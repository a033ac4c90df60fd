"""Tables that are frames and hold no figures of their own: a question beside its answer in words or tables.

A frame is opened before figures are looked for: each question becomes a heading, and what stands beside it
follows as the paragraphs and tables that it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from pathways.foi.document import Block, Cell, Grid, Paragraph
from pathways.foi.layout import Reader
from pathways.foi.prose import figures_in
from pathways.foi.wording import leading_number

LONGEST_NUMBER = 8
"""Characters of a cell that holds the number of a question and nothing else, at most."""


def opened(reader: Reader, blocks: Sequence[Block]) -> list[Block]:
    """The blocks, with each frame as the headings, paragraphs and tables that it holds.

    Args:
        reader: What is known of labels and marks.
        blocks: The document's blocks; a table in a cell follows the table around it.
    """
    nested: dict[int, list[Grid]] = defaultdict(list)
    for block in blocks:
        if isinstance(block, Grid) and block.within:
            nested[block.within[0]].append(block)
    placed: set[int] = set()
    done: list[Block] = []
    for block in blocks:
        if not isinstance(block, Grid):
            done.append(block)
        elif block.number not in placed:
            inner = nested[block.number]
            answers = _answer_column(reader, block, inner)
            if answers is None:
                done.append(block)
                continue
            placed.update(grid.number for grid in inner)
            done.extend(_contents(reader, block, answers, inner))
    return done


def _answer_column(reader: Reader, grid: Grid, inner: Sequence[Grid]) -> int | None:
    """The column of a frame in which its answers stand; None where the table is none."""
    holds_table = {grid.within[1:] for grid in inner if grid.within}
    columns: set[int] = set()
    figures: set[int] = set()
    for row in range(1, grid.row_count + 1):
        cells = grid.row(row)
        asked = next((cell for cell in cells if _asks(reader, cells, cell)), None)
        for cell in cells:
            if asked is None or cell.column <= asked.column:
                continue
            if (cell.row, cell.column) in holds_table or _is_answer_in_words(reader, cell):
                columns.add(cell.column)
            elif reader.is_figure(cell.text):
                figures.add(cell.column)
    if len(columns) != 1 or not figures <= columns:
        return None
    column = columns.pop()
    heading = next((cell.text for cell in grid.cells if cell.column == column and cell.text), "")
    # under a year or an age stand figures, or what is wrong with them
    return None if {"period", "age"} & reader.label(heading).dimensions and len(heading) < 40 else column


def _asks(reader: Reader, cells: Sequence[Cell], cell: Cell) -> bool:
    """Whether a cell is a question of the letter, by its number or by more than the steps that it names."""
    if reader.is_figure(cell.text):
        return False
    text = _question_text(cells, cell)
    number, _ = leading_number(text)
    if number and len(text) > len(cell.text) and reader.question_set.numbered(number):
        return True
    question = reader.label(text).question
    return question is not None and question.strength > 1


def _question_text(cells: Sequence[Cell], cell: Cell) -> str:
    """The text of a question with the number that stands in a cell of its own at its left."""
    at = cells.index(cell)
    before = cells[at - 1].text if at else ""
    if before and len(before) <= LONGEST_NUMBER and leading_number(f"{before.rstrip('.')}. ")[0]:
        return f"{before.rstrip('.')}. {cell.text}"
    return cell.text


def _is_answer_in_words(reader: Reader, cell: Cell) -> bool:
    """Whether a cell holds figures among words, or several lines of them."""
    if reader.is_figure(cell.text) or len(figures_in(cell.text)) == 0:
        return False
    label = reader.label(cell.text)
    return len(cell.lines) > 1 or not label.dimensions or len(figures_in(cell.text)) > 1


def _contents(reader: Reader, grid: Grid, answers: int, inner: Sequence[Grid]) -> Iterator[Block]:
    for row in range(1, grid.row_count + 1):
        cells = [cell for cell in grid.row(row) if cell.row == row]
        asked = [cell for cell in cells if cell.column < answers]
        own = next((cell for cell in asked if _asks(reader, cells, cell)), None)
        if own is not None:
            yield Paragraph(_question_text(cells, own), True, grid.page, grid.sheet)
        else:
            yield from (Paragraph(cell.text, False, grid.page, grid.sheet) for cell in asked if cell.text)
        for cell in cells:
            if cell.column < answers:
                continue
            yield from (Paragraph(line, False, grid.page, grid.sheet) for line in _lines(reader, cell))
            yield from (table for table in inner if table.within and table.within[1:] == (row, cell.column))


def _lines(reader: Reader, cell: Cell) -> Iterator[str]:
    """The lines of an answer; one that is wrapped is put together again."""
    text = ""
    for line in cell.lines or (cell.text,):
        label = reader.label(line)
        begins = label.says_something or reader.is_figure(line) or not line[:1].islower()
        if text and begins:
            yield text
            text = ""
        text = f"{text} {line}".strip()
    if text:
        yield text
