"""PDF documents: ruled tables, tables without rules, and text, page by page.

A table without rules is found by its columns: pieces of text that are set apart by more than a word's
space, and that line up over several lines. A number printed with a space between thousands is one piece.
"""

from __future__ import annotations

import io
import itertools
import re
import statistics
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pathways.errors import PathwaysError
from pathways.foi.document import Cell, Document, DocumentBuilder, raised, single_spaced
from pathways.foi.readers.packaged import MAX_CELLS, broken, encrypted, too_many_cells

MAX_PAGES = 100
LOOSE = 1.6
"""Distance of two lines, in sizes of the type, up to which a sentence goes on."""
COLUMN_GAP = 0.75
"""Space between two pieces of text, in sizes of the type, from which they are two cells."""
TIGHT = 1.32
"""Distance of two lines, in sizes of the type, up to which they may be one wrapped text."""
MARGIN = 0.12
"""Share of a page at its top and its bottom where a lone number is the page's."""
UNPAINTED = (3, 7)
"""Modes in which text is neither filled nor outlined (ISO 32000-1, 9.3.6)."""
_PAGE_NUMBER = re.compile(r"(?:page|tudalen)\s*\d+(?:\s*(?:of|/)\s*\d+)?|\d{1,3}", re.IGNORECASE)
TOP_LINES = 3
"""Lines at the top of a page among which the rest of a table is looked for."""
NEAR_COLUMN = 15
"""Points by which a figure may begin before the others of its column."""
_UNPAINTED_TAG = "pathways: not painted"
_BROKEN_YEAR = re.compile(r"\b20\d\d\s?[-–/]/?$")
_COUNT_OR_MARK = re.compile(r"(?!20[0-3]\d$)(?:\d{1,3}(?:,\d{3})*|\d{4})|[<≤]\s?\d{1,2}|\*+|\[\w{1,3}\]")
_FIGURE = re.compile(r"[\d*<~#-]|nil\b|n/?a\b|\[\w\]|not \w+|c$", re.IGNORECASE)


Box = tuple[float, float, float, float]

UNTOLD = "\ufffd"
"""What stands for a character that is printed over another."""
THIN = 2.0
"""Points: what is lower is a line."""
SHADE = 1.5
"""Points by which a character is printed again beside itself, at most."""
_BULLET = re.compile(r"^(?:\(cid:\d+\)\s*)+")
"""A bullet in a font that does not say which character it is."""


@dataclass(frozen=True)
class Piece:
    """Text that stands together on one line. Points from the top left of the page."""

    text: str
    x0: float
    x1: float


@dataclass(frozen=True)
class Line:
    """One printed line."""

    pieces: tuple[Piece, ...]
    top: float
    bottom: float
    size: float

    @property
    def text(self) -> str:
        """The pieces of the line, joined."""
        return " ".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Block:
    """A table or a paragraph of a page, by its height on it. ``rows`` is None for a paragraph."""

    top: float
    text: str = ""
    cells: tuple[Cell, ...] | None = None
    edges: tuple[float, ...] = ()
    is_heading: bool = False
    is_margin: bool = False


def read_portable(name: str, sha256: str, content: bytes) -> Document:
    """Reads a PDF.

    Raises:
        PathwaysError: it is damaged, encrypted, a scan, or longer than an answer can be.
    """
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    builder = DocumentBuilder(name, sha256)
    try:
        with pdfplumber.open(io.BytesIO(content)) as pdf:
            count = len(pdf.pages)
            if count > MAX_PAGES:
                raise PathwaysError(
                    f"{name} has {count:,} pages; up to {MAX_PAGES} are read. Save the pages with "
                    f"the answer as a file of their own."
                )
            pages: list[list[Block]] = []
            for page in pdf.pages:
                _lay_out(page)
                pages.append(_read_page(builder, page, _table_at_end(pages[-1]) if pages else None))
                page.close()
    except PathwaysError:
        raise
    except PDFPasswordIncorrect as fault:
        raise encrypted(name) from fault
    except PdfminerException as fault:
        if isinstance(fault.args[0] if fault.args else None, PDFPasswordIncorrect):
            raise encrypted(name) from fault
        raise broken(name) from fault
    except (RecursionError, MemoryError):
        raise
    except Exception as fault:  # pdfminer has no common class for what it meets in damaged files
        raise broken(name) from fault
    if not pages or not any(pages):
        raise PathwaysError(
            f"{name} has no text: it is a scan or a picture. A person must read it, or make its "
            f"text readable (OCR) first."
        )
    _add_pages(builder, pages)
    return builder.done()


# --- one page ---------------------------------------------------------------------------------------


def _lay_out(page: Any) -> None:
    """Lays out a page as pdfplumber does, and marks the characters that are not painted."""
    from pdfminer.pdfinterp import PDFPageInterpreter
    from pdfplumber.page import PDFPageAggregatorWithMarkedContent

    class Aggregator(PDFPageAggregatorWithMarkedContent):
        mode = 0

        def render_string(self, textstate: Any, *rest: Any) -> None:
            self.mode = textstate.render
            super().render_string(textstate, *rest)

        def render_char(self, *rest: Any, **named: Any) -> float:
            advance = super().render_char(*rest, **named)
            if self.mode in UNPAINTED and self.cur_item._objs:
                vars(self.cur_item._objs[-1])["tag"] = _UNPAINTED_TAG
            return float(advance)

    manager = page.pdf.rsrcmgr
    device = Aggregator(manager, pageno=page.page_number, laparams=page.pdf.laparams)
    PDFPageInterpreter(manager, device).process_page(page.page_obj)
    page._layout = device.get_result()


def _uncovered(builder: DocumentBuilder, page: Any, chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The characters over which nothing was drawn later: no box, picture or line through their middle."""
    orders: list[int] = []
    covers: list[tuple[int, Box]] = []
    strikes: list[tuple[float, float, float]] = []
    for at, one in enumerate(page.iter_layout_objects(page.layout._objs)):
        if one["object_type"] == "char":
            orders.append(at)
            continue
        box = (one["x0"], one["top"], one["x1"], one["bottom"])
        wide, high = box[2] - box[0], box[3] - box[1]
        if high < THIN < wide:
            strikes.append((box[0], box[2], (box[1] + box[3]) / 2))
        elif (
            one.get("fill") or one["object_type"] == "image"
        ) and wide * high < page.width * page.height / 2:
            # what lies over the whole page is its paper, or a tint that one sees through
            covers.append((at, box))
    drawn = {id(char): at for char, at in zip(page.chars, orders, strict=True)}
    kept = []
    for char in chars:
        middle, height = (char["x0"] + char["x1"]) / 2, char["bottom"] - char["top"]
        if any(at > drawn[id(char)] and _is_inside(char, box) for at, box in covers):
            builder.remark("text that is covered was left out")
        elif not char["text"].isspace() and any(
            left <= middle <= right and 0.38 * height < line - char["top"] < 0.72 * height
            for left, right, line in strikes
        ):
            builder.remark("text that is struck through was left out")
        else:
            kept.append(char)
    return kept


def _printed_once(chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The characters without those that are printed again at their own place, to look bold or shaded."""
    places: dict[tuple[str, int, int], list[dict[str, Any]]] = {}
    kept = []
    for char in chars:
        across, down = int(char["x0"] // SHADE), int(char["top"] // SHADE)
        near = (
            other
            for step in (-1, 0, 1)
            for drop in (-1, 0, 1)
            for other in places.get((char["text"], across + step, down + drop), ())
        )
        if not char["text"].isspace() and any(
            abs(other["x0"] - char["x0"]) < SHADE and abs(other["top"] - char["top"]) < SHADE
            for other in near
        ):
            continue
        places.setdefault((char["text"], across, down), []).append(char)
        kept.append(char)
    return kept


def _painted(builder: DocumentBuilder, page: Any, chars: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The characters that the eye sees, or that a program recognised on the picture of a scan."""
    painted = [char for char in chars if char.get("tag") != _UNPAINTED_TAG]
    if len(painted) == len(chars):
        return chars
    unpainted = [char for char in chars if char.get("tag") == _UNPAINTED_TAG]
    # a scan has more recognised text on its picture than stamps and headers that were printed over it
    scans = []
    for image in page.images:
        box = (image["x0"], image["top"], image["x1"], image["bottom"])
        recognised, printed = (sum(_is_inside(char, box) for char in each) for each in (unpainted, painted))
        if recognised > printed:
            scans.append(box)
    has_text = any(not char["text"].isspace() for char in painted)
    wanted = []
    for char in chars:
        if char.get("tag") == _UNPAINTED_TAG and not char["text"].isspace():
            if has_text and not any(_is_inside(char, box) for box in scans):
                builder.remark("text that is not shown was left out")
                continue
            builder.remark("text recognised on a scanned picture was read: compare it with the picture")
        wanted.append(char)
    return wanted


def _table_at_end(blocks: list[Block]) -> Block | None:
    """The table with which a page ends, what stands in its margin aside."""
    last = next((block for block in reversed(blocks) if block.cells or not block.is_margin), None)
    return last if last is not None and last.cells else None


def _read_page(builder: DocumentBuilder, page: Any, above: Block | None) -> list[Block]:
    """The blocks of a page; ``above`` is the table with which the page before it ended."""
    x0, top, x1, bottom = page.cropbox if page.cropbox else page.bbox
    chars = [
        char
        for char in page.chars
        if char.get("upright", True)
        and x0 - 1 <= (char["x0"] + char["x1"]) / 2 <= x1 + 1
        and top - 1 <= (char["top"] + char["bottom"]) / 2 <= bottom + 1
    ]
    chars = _painted(builder, page, _printed_once(_uncovered(builder, page, chars)))
    fills = [
        (one["x0"], one["top"], one["x1"], one["bottom"])
        for one in [*page.rects, *page.curves]
        if one.get("fill") and not _is_white(one.get("non_stroking_color"))
    ]
    seen = [char for char in chars if not _is_unseen(char, fills)]
    if len(seen) < len(chars):
        builder.remark("white text was left out")
    _raise_marks(seen)
    tables = [
        (table, block)
        for table in page.filter(_is_no_patch).find_tables(
            {"vertical_strategy": "lines", "horizontal_strategy": "lines"}
        )
        if (block := _ruled(table, seen, above)) is not None
    ]
    boxes = [table.bbox for table, _ in tables]
    free = [char for char in seen if not any(_is_inside(char, box) for box in boxes)]
    lines = _lines(free)
    blocks = [block for _, block in tables]
    if above is not None and (rest := _rest_of(above, lines)) is not None:
        at, end, block = rest
        blocks.append(block)
        lines = [*lines[:at], *lines[end:]]
    # a ruled table parts the text above it from the text below
    cuts = sorted(box[1] for box in boxes)
    for group in _parted(lines, cuts):
        blocks.extend(_unruled(group))
    return [
        replace(block, is_margin=not MARGIN < block.top / page.height < 1 - MARGIN)
        for block in sorted(blocks, key=lambda block: block.top)
    ]


def _is_no_patch(one: dict[str, Any]) -> bool:
    """Whether an object is not a white patch without an edge, which rules no table."""
    is_box = one.get("object_type") in ("rect", "curve")
    is_patch = one.get("fill") and not one.get("stroke") and _is_white(one.get("non_stroking_color"))
    return not (is_box and is_patch)


def _parted(lines: list[Line], cuts: list[float]) -> Iterator[list[Line]]:
    groups: dict[int, list[Line]] = {}
    for line in lines:
        groups.setdefault(sum(line.top > cut for cut in cuts), []).append(line)
    yield from (groups[key] for key in sorted(groups))


def _is_white(colour: object) -> bool:
    parts = colour if isinstance(colour, (tuple, list)) else (colour,)
    bright = [isinstance(part, (int, float)) and part >= 0.99 for part in parts]
    return len(bright) in (1, 3) and all(bright)


def _is_unseen(char: dict[str, Any], fills: Sequence[tuple[float, float, float, float]]) -> bool:
    """Whether a character is white on white; white headings on a dark ground are seen."""
    return _is_white(char.get("non_stroking_color")) and not any(_is_inside(char, box) for box in fills)


def _is_inside(char: dict[str, Any], box: tuple[float, float, float, float]) -> bool:
    x, y = (char["x0"] + char["x1"]) / 2, (char["top"] + char["bottom"]) / 2
    return bool(box[0] - 1 <= x <= box[2] + 1 and box[1] - 1 <= y <= box[3] + 1)


def _raise_marks(chars: list[dict[str, Any]]) -> None:
    """Makes small raised marks superscripts, and gives them the line of the text before them."""
    before: dict[str, Any] | None = None
    for char in chars:
        if before is not None and not char["text"].isspace():
            is_small = char["size"] < 0.82 * before["size"]
            is_raised = (
                char["bottom"] < before["bottom"] - 0.12 * before["size"] and char["bottom"] > before["top"]
            )
            is_next = -1 <= char["x0"] - before["x1"] <= 0.6 * before["size"]
            if is_small and is_raised and is_next:
                char.update(
                    text=raised(char["text"]), top=before["top"], bottom=before["bottom"], size=before["size"]
                )
        if not char["text"].isspace():
            before = char


def _ruled(table: Any, chars: list[dict[str, Any]], above: Block | None) -> Block | None:
    """A table with rules; None for a frame around text, or a lone line of boxes.

    A lone line with the columns of the table with which the page before it ended is the rest of that table.
    """
    boxes = [box for box in table.cells if box is not None]
    xs = _edges([edge for box in boxes for edge in (box[0], box[2])])
    ys = _edges([edge for box in boxes for edge in (box[1], box[3])])
    is_rest = above is not None and len(ys) == 2 and _goes_on(above, Block(0, edges=tuple(xs)))
    if len(xs) < 3 or (not is_rest and (len(ys) < 3 or len(boxes) < 4)):
        return None
    cells = []
    for box in boxes:
        column, row = _at(xs, box[0]), _at(ys, box[1])
        inside = [
            char for char in chars if _is_inside(char, (box[0] + 1, box[1] + 1, box[2] - 1, box[3] - 1))
        ]
        text = "\n".join(line.text for line in _lines(inside, gap=99))
        cells.append(
            Cell(text, row + 1, column + 1, max(1, _at(ys, box[3]) - row), max(1, _at(xs, box[2]) - column))
        )
    return (
        Block(table.bbox[1], cells=tuple(cells), edges=tuple(xs))
        if any(cell.text for cell in cells)
        else None
    )


def _edges(values: list[float]) -> list[float]:
    edges: list[float] = []
    for value in sorted(values):
        if not edges or value - edges[-1] > 3:
            edges.append(value)
    return edges


def _at(edges: list[float], value: float) -> int:
    return min(range(len(edges)), key=lambda at: abs(edges[at] - value))


def _lines(chars: list[dict[str, Any]], gap: float = COLUMN_GAP) -> list[Line]:
    """The characters as lines of pieces."""
    rows: list[list[dict[str, Any]]] = []
    for char in sorted(chars, key=lambda one: (one["bottom"], one["x0"])):
        if char["text"].isspace():
            continue
        middle = (char["top"] + char["bottom"]) / 2
        for row in reversed(rows[-6:]):
            first = row[0]
            if first["top"] < middle < first["bottom"] and abs(char["bottom"] - first["bottom"]) < 0.6 * max(
                char["size"], first["size"]
            ):
                row.append(char)
                break
        else:
            rows.append([char])
    lines = [_line(sorted(row, key=lambda one: one["x0"]), gap) for row in rows]
    return sorted(lines, key=lambda line: line.top)


def _line(row: list[dict[str, Any]], gap: float) -> Line:
    size = statistics.median(char["size"] for char in row) or 1.0
    pieces: list[Piece] = []
    text, x0, x1 = "", row[0]["x0"], row[0]["x0"]
    for char in row:
        space = char["x0"] - x1
        if text and -space > 0.5 * (char["x1"] - char["x0"]) > 0.1 * size:
            # another character stands below it: what the eye sees there is not told
            text += UNTOLD
        if text and space > gap * size:
            pieces.append(Piece(single_spaced(text), x0, x1))
            text, x0 = "", char["x0"]
        elif text and space > 0.13 * size:
            text += " "
        text += char["text"]
        x1 = max(x1, char["x1"])
    pieces.append(Piece(single_spaced(text), x0, x1))
    return Line(tuple(pieces), min(char["top"] for char in row), max(char["bottom"] for char in row), size)


# --- tables without rules ---------------------------------------------------------------------------


def _unruled(lines: list[Line]) -> list[Block]:
    blocks: list[Block] = []
    at = 0
    while at < len(lines):
        end = _table_end(lines, at)
        if end - at >= 2 and (table := _aligned(lines[at:end])) is not None:
            blocks.append(table)
            at = end
            continue
        text, length = _paragraph(lines, at)
        blocks.extend(Block(lines[at].top, text=one) for one in text)
        at += length
    return blocks


def _rest_of(above: Block, lines: list[Line]) -> tuple[int, int, Block] | None:
    """The row at the top of a page that goes on with the unruled table above, and the lines that it takes."""
    ends = [*above.edges[1:], float("inf")]
    for at, line in enumerate(lines[:TOP_LINES]):
        is_row = len(line.pieces) == len(above.edges) > 2 and all(
            start - NEAR_COLUMN < piece.x0 < end
            for piece, start, end in zip(line.pieces, above.edges, ends, strict=True)
        )
        if not is_row or not all(_is_figure(piece.text) for piece in line.pieces[1:]):
            continue
        end = at + 1
        label = line.pieces[0].text
        while end < len(lines) and len(lines[end].pieces) == 1 and _is_tight(lines[end - 1], lines[end]):
            label = f"{label} {lines[end].text}"
            end += 1
        texts = [label, *(piece.text for piece in line.pieces[1:])]
        cells = tuple(Cell(text, 1, column) for column, text in enumerate(texts, start=1))
        following = lines[end] if end < len(lines) else None
        if following is not None and len(following.pieces) == len(above.edges):
            # more rows follow: they are a table of their own
            return None
        return at, end, Block(line.top, cells=cells, edges=above.edges)
    return None


def _table_end(lines: list[Line], at: int) -> int:
    """Where lines that may be a table end: those of several pieces, and wrapped labels between."""
    if len(lines[at].pieces) < 2:
        wraps = at + 1 < len(lines) and len(lines[at + 1].pieces) > 2 and _is_tight(lines[at], lines[at + 1])
        if (
            not wraps
            or lines[at].pieces[0].x1 > lines[at + 1].pieces[1].x0
            or not _same_left(lines[at], lines[at + 1])
        ):
            return at
    end = at + 1
    while end < len(lines):
        line, before = lines[end], lines[end - 1]
        if line.top - before.top > 4.5 * max(line.size, before.size):
            break
        if len(line.pieces) < 2 and not _is_wrapped_label(lines, at, end):
            break
        end += 1
    while end > at and len(lines[end - 1].pieces) < 2 and not _is_wrapped_label(lines, at, end - 1):
        end -= 1
    return end


def _is_tight(first: Line, second: Line) -> bool:
    return second.top - first.top <= TIGHT * max(first.size, second.size)


def _same_left(first: Line, second: Line) -> bool:
    return abs(first.pieces[0].x0 - second.pieces[0].x0) < 2.5


def _is_wrapped_label(lines: list[Line], start: int, at: int) -> bool:
    """Whether a line of one piece is part of a label or cell of the table around it."""
    line = lines[at]
    piece = line.pieces[0]
    full = [one for one in lines[start:at] if len(one.pieces) > 1]
    if not full:
        return at + 1 < len(lines) and len(lines[at + 1].pieces) > 1 and _is_tight(line, lines[at + 1])
    neighbour = full[-1]
    near = _is_tight(lines[at - 1], line) or (
        at + 1 < len(lines) and len(lines[at + 1].pieces) > 1 and _is_tight(line, lines[at + 1])
    )
    # in its column: it does not reach into the next one
    columns = [other for other in neighbour.pieces if other.x0 < piece.x1 and other.x1 > piece.x0]
    return (
        near
        and len(columns) <= 1
        and (piece.x1 < neighbour.pieces[1].x0 or abs(piece.x0 - neighbour.pieces[0].x0) > 3)
    )


def _aligned(lines: list[Line]) -> Block | None:
    """The table that lines of pieces make; None where their columns do not line up."""
    most = Counter(len(line.pieces) for line in lines if len(line.pieces) > 1).most_common()
    if not most:
        return None
    width = (
        max(count for count, times in most if times >= max(2, most[0][1] * 0.4))
        if any(times >= 2 for _, times in most)
        else most[0][0]
    )
    model = [line for line in lines if len(line.pieces) == width]
    columns = [
        [line.pieces[at].x0 for line in model] + [line.pieces[at].x1 for line in model] for at in range(width)
    ]
    spans = [(min(edges), max(edges)) for edges in columns]
    if any(second[0] < first[1] - 1 for first, second in itertools.pairwise(spans)):
        return None
    if len(model) < 2:
        return None
    rows = _rows(lines, spans)
    cells: list[Cell] = []
    for number, row in enumerate(rows, start=1):
        cells.extend(
            Cell(text, number, first + 1, 1, last - first + 1) for (first, last), text in sorted(row.items())
        )
    return Block(lines[0].top, cells=tuple(cells), edges=tuple(start for start, _ in spans))


def _columns_of(piece: Piece, spans: Sequence[tuple[float, float]]) -> tuple[int, int]:
    """First and last column that a piece stands over."""
    over = [at for at, (x0, x1) in enumerate(spans) if piece.x0 < x1 - 0.5 and piece.x1 > x0 + 0.5]
    if over:
        return over[0], over[-1]
    middle = (piece.x0 + piece.x1) / 2
    nearest = min(range(len(spans)), key=lambda at: abs((spans[at][0] + spans[at][1]) / 2 - middle))
    return nearest, nearest


def _rows(lines: list[Line], spans: Sequence[tuple[float, float]]) -> list[dict[tuple[int, int], str]]:
    """The lines as rows: a line that is tighter to its neighbour than rows are belongs to the same row."""
    gaps = [second.top - first.top for first, second in itertools.pairwise(lines)]
    full = [
        gap
        for gap, first, second in zip(gaps, lines, lines[1:], strict=False)
        if len(first.pieces) == len(spans) == len(second.pieces)
        and _has_figures(first)
        and _has_figures(second)
    ]
    usual = statistics.median(full) if full else max(gaps, default=0.0)
    rows: list[dict[tuple[int, int], str]] = []
    joins = False
    for at, line in enumerate(lines):
        placed: dict[tuple[int, int], str] = {}
        for piece in line.pieces:
            columns = _columns_of(piece, spans)
            placed[columns] = f"{placed[columns]} {piece.text}" if columns in placed else piece.text
        if at and joins and _fits(rows[-1], placed):
            for columns, text in placed.items():
                key = next(
                    (other for other in rows[-1] if other[0] <= columns[0] and columns[1] <= other[1]),
                    columns,
                )
                rows[-1][key] = f"{rows[-1][key]} {text}" if key in rows[-1] else text
        else:
            rows.append(placed)
        if at < len(gaps):
            tight = gaps[at] < usual - 0.8 or (
                len(lines[at + 1].pieces) == 1 and _is_tight(line, lines[at + 1])
            )
            both_figures = _has_figures(line) and _has_figures(lines[at + 1])
            joins = _is_broken_year(line, lines[at + 1]) or (
                tight and _is_tight(line, lines[at + 1]) and not both_figures
            )
            if not joins and len(lines[at + 1].pieces) < len(spans) and not _has_figures(lines[at + 1]):
                joins = (
                    _is_tight(line, lines[at + 1])
                    and not _starts_row(lines[at + 1], spans)
                    and gaps[at] < 1.6 * line.size
                )
    return rows


def _is_broken_year(first: Line, second: Line) -> bool:
    """Whether years in narrow headings are broken over two lines: 2020- over 21."""
    broken = [piece for piece in first.pieces if _BROKEN_YEAR.search(piece.text)]
    ends = [piece for piece in second.pieces if re.match(r"(?:20)?\d\d\b", piece.text)]
    return len(broken) > 1 and all(
        any(end.x0 < piece.x1 + first.size and end.x1 > piece.x0 - first.size for end in ends)
        for piece in broken
    )


def _starts_row(line: Line, spans: Sequence[tuple[float, float]]) -> bool:
    """Whether a line begins in the first column."""
    return _columns_of(line.pieces[0], spans)[0] == 0


def _has_figures(line: Line) -> bool:
    """Whether a line has figures or marks behind its label."""
    return len(line.pieces) > 1 and any(
        _FIGURE.match(piece.text) and len(piece.text) <= 14 for piece in line.pieces[1:]
    )


def _fits(row: dict[tuple[int, int], str], placed: dict[tuple[int, int], str]) -> bool:
    """Whether the pieces of a line stand in the columns of a row, and none between them."""
    return all(
        any(other[0] <= key[0] and key[1] <= other[1] for other in row)
        or not any(other[0] <= key[1] and key[0] <= other[1] for other in row)
        for key in placed
    )


def _paragraph(lines: list[Line], at: int) -> tuple[list[str], int]:
    """The paragraph that begins at a line, its wrapped lines joined, and how many lines it takes."""
    line = lines[at]
    if len(line.pieces) > 1:
        return [piece.text for piece in line.pieces], 1
    text = line.text
    right = max((one.pieces[-1].x1 for one in lines if len(one.pieces) == 1), default=0.0)
    end = at + 1
    while end < len(lines) and len(lines[end].pieces) == 1:
        before, after = lines[end - 1], lines[end]
        word = after.text.split(" ", 1)[0]
        room = right - before.pieces[-1].x1
        is_full = room < (after.pieces[0].x1 - after.pieces[0].x0) / max(1, len(after.text)) * (len(word) + 2)
        goes_on = (is_full and _is_tight(before, after)) or _is_one_sentence(before, after)
        if not goes_on or re.match(r"\(?(?:\d{1,2}|[a-e])[.)]\s|[•*-]\s|(?:Q|Question )\d", after.text):
            break
        text = f"{text} {after.text}"
        end += 1
    return [text], end - at


def _is_one_sentence(before: Line, after: Line) -> bool:
    """Whether a line goes on with the sentence of the one before it, though there was room for more words.

    Questions are quoted in headings that are narrower than the page. A count behind a colon is an answer, and
    no part of a sentence.
    """
    return (
        _same_left(before, after)
        and after.top - before.top < LOOSE * before.size
        and abs(before.size - after.size) < 0.1
        and re.search(r"[A-Za-z,)]$", before.text) is not None
        and re.match(r"(?!of (?:which|whom|these|those)\b)[a-z(]", after.text) is not None
        and not re.search(r":\s*\S", after.text)
    )


# --- pages together ---------------------------------------------------------------------------------


def _add_pages(builder: DocumentBuilder, pages: list[list[Block]]) -> None:
    margins = _margins(pages)
    pending: Block | None = None
    pending_page = 1
    cell_count = 0
    for number, blocks in enumerate(pages, start=1):
        # a row of figures at the edge of a page is no row of page numbers
        figures = Counter(
            block.top for block in blocks if block.cells is None and _COUNT_OR_MARK.fullmatch(block.text)
        )
        for block in blocks:
            if block.cells is None:
                is_number = _PAGE_NUMBER.fullmatch(block.text) and figures[block.top] < 2
                if block.is_margin and (_bare(block.text) in margins or is_number):
                    continue
                _flush(builder, pending, pending_page)
                pending = None
                builder.paragraph(_BULLET.sub("", block.text), page=number)
                continue
            cell_count += len(block.cells)
            if cell_count > MAX_CELLS:
                raise too_many_cells(builder.name, MAX_CELLS)
            if pending is not None and pending_page < number and _goes_on(pending, block):
                pending = _with_rows(pending, block)
                continue
            _flush(builder, pending, pending_page)
            pending, pending_page = block, number
    _flush(builder, pending, pending_page)


def _is_figure(text: str) -> bool:
    """Whether a text alone is a figure or mark."""
    return len(text) <= 14 and _FIGURE.match(text) is not None


def _flush(builder: DocumentBuilder, block: Block | None, page: int) -> None:
    if block is not None and block.cells is not None:
        builder.grid(list(block.cells), page=page)


def _bare(text: str) -> str:
    """The text without the number of its page; other numbers stay, since they may be answers."""
    return re.sub(r"\b(?:page|tudalen|p\.?)\s*\d+(?:\s*(?:of|o|/)\s*\d+)?", "#", text, flags=re.IGNORECASE)


def _margins(pages: list[list[Block]]) -> set[str]:
    """Texts in the margins of several pages, their numbers aside: headers and footers."""
    ends: Counter[str] = Counter()
    for blocks in pages:
        texts = [block for block in blocks if block.cells is None]
        ends.update(
            {
                _bare(block.text)
                for block in [*texts[:2], *texts[-2:]]
                if block.is_margin and len(block.text) < 120
            }
        )
    return {text for text, count in ends.items() if count > 1 and len(pages) > 1}


def _goes_on(first: Block, second: Block) -> bool:
    """Whether a table on the next page has the columns of the one before it."""
    return len(first.edges) == len(second.edges) and all(
        abs(one - other) < 6 for one, other in zip(first.edges, second.edges, strict=True)
    )


def _with_rows(first: Block, second: Block) -> Block:
    """A table with the rows that stand on the next page, its headings once."""
    above, below = list(first.cells or ()), list(second.cells or ())
    last = max(cell.row + cell.row_span - 1 for cell in above)
    heading = {(cell.column, cell.text) for cell in above if cell.row == 1}
    repeated = {(cell.column, cell.text) for cell in below if cell.row == 1} == heading
    moved = [
        replace(cell, row=cell.row + last - (1 if repeated else 0))
        for cell in below
        if not repeated or cell.row > 1
    ]
    return replace(first, cells=(*above, *moved))
