"""Delimited text (.csv, .tsv): the whole file as one grid, every value as the text that stands there."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter

from pathways.errors import PathwaysError
from pathways.foi.document import Document, DocumentBuilder
from pathways.foi.readers.packaged import MAX_CELLS, too_many_cells

DELIMITERS = (",", ";", "\t", "|")
_OTHER_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
"""A comma that does not stand between thousands."""


def decoded(name: str, content: bytes) -> str:
    """The text of a file: UTF-8, UTF-16 with its mark, else Windows' Western European.

    Raises:
        PathwaysError: it is no text.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        raise PathwaysError(
            f"{name} has NUL characters and is no text file. Ask the council for another copy."
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_delimited(name: str, sha256: str, content: bytes) -> Document:
    """Reads delimited text.

    Raises:
        PathwaysError: it is no text, or larger than an answer can be.
    """
    text = decoded(name, content)
    builder = DocumentBuilder(name, sha256)
    rows: list[list[str]] = []
    count = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            count += len(row)
            if count > MAX_CELLS:
                raise too_many_cells(name, MAX_CELLS)
            rows.append(row)
    except csv.Error as fault:
        raise PathwaysError(
            f"{name}, row {len(rows) + 1}: a row that cannot be read as delimited text. Look for "
            f"a stray quote."
        ) from fault
    builder.rows(rows)
    return builder.done()


def _delimiter(text: str) -> str:
    """The delimiter that cuts most rows into the same number of columns, and into more than one.

    Commas that all stand between thousands (``1,204``) come last: where anything else cuts as many rows, it
    does.
    """
    lines = [line for line in text.splitlines()[:200] if line.strip()]

    def score(delimiter: str) -> tuple[int, bool, int]:
        try:
            widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            return 0, False, 0
        widths.pop(1, None)
        count, width = max(((count, width) for width, count in widths.items()), default=(0, 0))
        return count, delimiter != "," or any(map(_OTHER_COMMA.search, lines)), width

    return max(DELIMITERS, key=score)
