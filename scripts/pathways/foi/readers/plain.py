"""Plain text (.txt): tab-separated, ruled and aligned tables, and everything else line by line."""

from __future__ import annotations

import re

from pathways.foi.document import Document, DocumentBuilder
from pathways.foi.periods import MONTHS
from pathways.foi.readers.delimited import decoded
from pathways.foi.readers.packaged import MAX_CELLS, too_many_cells

MOST_TRIED = 100
"""Lines of a run that is no table, up to which a table is looked for from each of them."""
LONGEST_MARKED = 5_000
"""Characters of a line, up to which its marks of bold text are looked for."""
NARROWEST_WRAP, WIDEST_WRAP = 55, 82
"""Characters at which programs wrap lines."""
FEWEST_WRAPPED = 4
"""Lines that reach the widest, from which a text counts as wrapped."""
_BEGINS = re.compile(
    r"\s*(?:[-*•>#|+]\s|\(?[a-z0-9]{1,3}[.)]\s|(?:questions?|q)\s?\d|[^:=]{1,40}(?::\s|\s?=|\s[-–]\s))",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.?!:;]\s*$")
_COUNT = re.compile(r"(?!20[0-3]\d$)\d[\d,]*")
_VALUE = re.compile(r"(?:[<≤~]\s?)?\d[\d,]*\W{0,2}|\W{0,3}|\[\w{1,4}\]|[A-Za-z][A-Za-z/ ]{0,24}\d{0,2}")
"""A count, a mark or a few words, as a cell of a table of figures has them."""
_GAP = re.compile(r" {2,}")
_DRAWN = re.compile(r"\s*\+(?:[-=]+\+)+\s*")
_RULE = re.compile(r"[\s|+:=_\-–—]+")


def read_plain(name: str, sha256: str, content: bytes) -> Document:
    """Reads a plain text.

    Raises:
        PathwaysError: it is no text, or larger than an answer can be.
    """
    builder = DocumentBuilder(name, sha256)
    add_plain(builder, decoded(name, content))
    return builder.done()


def add_plain(builder: DocumentBuilder, text: str) -> None:
    """Adds the lines of a text to a document: its tables as grids, the rest as paragraphs."""
    lines = text.splitlines()
    width = _width(lines)
    at = cell_count = 0
    run: list[str] = []
    while at < len(lines):
        rows, length = _table_at(lines, at)
        if rows:
            _add_lines(builder, run, width)
            run = []
            cell_count += sum(len(row) for row in rows)
            if cell_count > MAX_CELLS:
                raise too_many_cells(builder.name, MAX_CELLS)
            builder.rows(rows)
        else:
            run.extend(lines[at : at + max(1, length)])
        at += max(1, length)
    _add_lines(builder, run, width)


def _width(lines: list[str]) -> int | None:
    """The width at which the lines of a text are wrapped; None where they are not."""
    lengths = [len(line.rstrip()) for line in lines if len(line.rstrip()) <= WIDEST_WRAP]
    widest = max(lengths, default=0)
    if widest < NARROWEST_WRAP:
        return None
    return widest if sum(length > widest - 12 for length in lengths) >= FEWEST_WRAPPED else None


def _add_lines(builder: DocumentBuilder, lines: list[str], width: int | None) -> None:
    """Adds lines as paragraphs; those that are wrapped are put together again."""
    whole = ""
    for line in lines:
        if whole and not _continues(whole.rsplit("\n", 1)[-1], line, width):
            _add_line(builder, whole)
            whole = ""
        whole = f"{whole}\n{line.rstrip()}" if whole else line.rstrip()
    _add_line(builder, whole)


def _add_line(builder: DocumentBuilder, line: str) -> None:
    # a word that is parted at a hyphen of its own: "re-" and "referred"
    whole = re.sub(r"(?<=\w)-\n\s*(?=\w)", "-", line).replace("\n", " ")
    builder.paragraph(_unmarked(whole), is_heading=whole.lstrip().startswith("#"))


def _continues(line: str, following: str, width: int | None) -> bool:
    """Whether a line goes on in the next: its first word had no room, and nothing of its own begins there."""
    words = following.split()
    if width is None or not words or any(_RULE.fullmatch(one) for one in (line, following)):
        return False
    if _ENDS.search(line) or _BEGINS.match(following):
        return False
    if line[-1].isdigit() and words[0][0].isupper() and words[0].lower() not in MONTHS:
        # a list of figures ends in one
        return False
    return len(line) <= width < len(line) + 1 + len(words[0])


def _table_at(lines: list[str], at: int) -> tuple[list[list[str]], int]:
    """The rows of the table that begins at a line, and its length in lines.

    No rows, and a length: so many lines begin no table.
    """
    for cut, is_row in ((_by_tabs, _has_tab), (_by_bars, _has_bars)):
        end = at
        while end < len(lines) and is_row(lines[end]):
            end += 1
        if end > at:
            rows = [
                cut(line) for line in lines[at:end] if not (is_row is _has_bars and _RULE.fullmatch(line))
            ]
            return rows, end - at
    barred = _barred(lines, at)
    return (barred, len(barred)) if barred else _aligned(lines, at)


def _has_tab(line: str) -> bool:
    return "\t" in line.strip(" \r\n") and bool(line.strip())


def _by_tabs(line: str) -> list[str]:
    return line.split("\t")


def _has_bars(line: str) -> bool:
    return (line.strip().startswith("|") and line.count("|") > 1) or bool(_DRAWN.fullmatch(line))


def _by_bars(line: str) -> list[str]:
    return line.strip().strip("|").split("|")


def _barred(lines: list[str], at: int) -> list[list[str]]:
    """The rows of a table whose columns are parted by bars, with none around it or below its headings.

    Below the headings every cell but the first is a short value: "All 785 | 5-9 200" is a list in a line.
    """
    rows: list[list[str]] = []
    for line in lines[at:]:
        cells = [cell.strip() for cell in line.split("|")]
        is_as_wide = len(cells) == len(rows[0]) if rows else len(cells) > 1 and bool(cells[-1])
        if not is_as_wide or (rows and not all(_VALUE.fullmatch(cell) for cell in cells[1:])):
            break
        rows.append(cells)
    if len(rows) < 2 or any(_COUNT.fullmatch(cell) for cell in rows[0][1:]):
        return []
    return rows


def _aligned(lines: list[str], at: int) -> tuple[list[list[str]], int]:
    """A run of lines whose columns are set apart by two or more spaces, cut where the gaps line up."""
    end = at
    while end < len(lines) and (_GAP.search(lines[end].strip()) or (end > at and _is_drawn(lines[end]))):
        end += 1
    block = [line for line in lines[at:end] if not _RULE.fullmatch(line)]
    # a table may begin further down; in a long run that is not looked for from each of its lines
    passed = 0 if end - at <= MOST_TRIED else end - at
    if len(block) < 2:
        return [], passed
    width = max(len(line) for line in block)
    if width > 2_000:
        return [], passed
    filled = [any(at < len(line) and line[at] != " " for line in block) for at in range(width)]
    starts = [at for at in range(width) if filled[at] and (at == 0 or not filled[at - 1])]
    # a column begins where some line has a gap of two spaces before it; one space is inside a cell
    bounds = [
        start
        for start in starts
        if start == starts[0]
        or any(
            line[start - 1].isspace() and (start == 1 or line[start - 2].isspace())
            for line in block
            if len(line) > start and line[start] != " "
        )
    ]
    if len(bounds) < 2:
        return [], passed
    ends = [*bounds[1:], width]
    return [
        [line[start:stop].strip() for start, stop in zip(bounds, ends, strict=True)] for line in block
    ], end - at


def _is_drawn(line: str) -> bool:
    """Whether a line is a rule below headings or above a total."""
    return bool(line.strip()) and _RULE.fullmatch(line) is not None


def _unmarked(line: str) -> str:
    """A line without the marks of headings and of bold and slanted text."""
    line = re.sub(r"^\s{0,3}#{1,6}\s+", "", line)
    if len(line) > LONGEST_MARKED:
        return line
    return re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", line)
