"""An EES data file and its metadata file, read as text and kept column by column."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from numpy.typing import NDArray

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
GZIP_MARK = b"\x1f\x8b"
SIZE_LIMIT = 1024**3
"""Bytes of one file once unpacked; what is larger is refused before it fills the memory."""
SHOWN_ROWS = 5
"""How many broken rows of a kind are named by their line."""
NUMBER = r"^-?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)$"
"""A plain number: no thousands commas, signs of a unit or powers of ten (DfE, open data standards)."""
_LARGEST = 2**62
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "upright strokes"}
"""What stands between the names of a header that isn't comma-separated."""


class DataFileError(Exception):
    """A file that can't be read as comma-separated text: where, what was found and expected."""

    def __init__(self, found: str, expected: str, lines: Sequence[int] = (), row_count: int = 0) -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.lines = tuple(lines)
        self.row_count = row_count


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a data file for which something holds: how many, and the first lines.

    ``lines`` are lines of the file: the header is line 1, the first row line 2.
    """

    count: int
    lines: tuple[int, ...]

    def __bool__(self) -> bool:
        return self.count > 0


@dataclass(frozen=True, eq=False)
class Column:
    """One column as text: its distinct ``texts``, and for each row the number of its text.

    ``number`` counts from 1, and ``lines`` are those of the rows in the file. A cell
    without text is ``""``, however it was quoted.
    """

    name: str
    number: int
    texts: pa.Array
    codes: NDArray[np.int32]
    lines: NDArray[np.int32]

    @cached_property
    def values(self) -> list[str]:
        """The distinct texts as a list, in the order in which they first stand."""
        return [str(text) for text in self.texts.to_pylist()]

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """For each distinct text the number of its rows."""
        return np.bincount(self.codes, minlength=len(self.texts))

    @cached_property
    def words(self) -> dict[str, int]:
        """The distinct texts that are no number, each with its place among ``texts``.

        A column of figures has thousands of numbers and a handful of these, so a rule on
        symbols or blanks looks here.
        """
        places = pc.indices_nonzero(pc.invert(pc.match_substring_regex(self.texts, NUMBER)))
        words = self.texts.take(places).to_pylist()
        return dict(zip(words, places.to_pylist(), strict=True))

    def rows_at(self, places: Sequence[int]) -> Rows:
        """The rows whose text stands at one of these places among ``texts``."""
        chosen = np.zeros(len(self.texts), dtype=bool)
        chosen[list(places)] = True
        return self.rows_where(chosen)

    def holds(self, text: str) -> NDArray[np.bool_]:
        """A mask over all rows: whose text is this one. Not for numbers."""
        return np.asarray(self.codes == self.words.get(text, -1))

    def rows_where(self, chosen: NDArray[np.bool_]) -> Rows:
        """The rows whose text is chosen; ``chosen`` has one entry per distinct text."""
        if not chosen.any():
            return Rows(0, ())
        return _rows(chosen[self.codes], self.lines)


def _rows(mask: NDArray[np.bool_], lines: NDArray[np.int32]) -> Rows:
    places = np.flatnonzero(mask)
    return Rows(int(places.size), tuple(int(line) for line in lines[places[:SHOWN_ROWS]]))


@dataclass(frozen=True, eq=False)
class Combinations:
    """The distinct combinations of the texts of some columns, and for each row which it has."""

    texts: list[tuple[str, ...]]
    codes: NDArray[np.int64]
    lines: NDArray[np.int32]

    def where(self, chosen: Sequence[bool]) -> list[tuple[str, ...]]:
        """The chosen combinations; ``chosen`` has one entry per combination."""
        return [texts for texts, is_chosen in zip(self.texts, chosen, strict=True) if is_chosen]

    def rows_where(self, chosen: Sequence[bool]) -> Rows:
        """The rows whose combination is chosen; ``chosen`` has one entry per combination."""
        if not any(chosen):
            return Rows(0, ())
        return _rows(np.asarray(chosen, dtype=bool)[self.codes], self.lines)


@dataclass(frozen=True, eq=False)
class DataFile:
    """A data file: its ``name`` as published, its columns in order, its number of rows.

    Names of columns may repeat or be blank in a file that is to be refused. ``lines``
    are those of the rows in the file, which has blank lines and texts of several lines too.
    """

    name: str
    columns: tuple[Column, ...]
    row_count: int
    lines: NDArray[np.int32]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The header, from left to right."""
        return tuple(column.name for column in self.columns)

    @cached_property
    def _by_name(self) -> dict[str, Column]:
        return {column.name: column for column in reversed(self.columns)}

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Column:
        """The first column of that name."""
        return self._by_name[name]

    def rows_of(self, mask: NDArray[np.bool_]) -> Rows:
        """The rows at which a mask over all rows holds."""
        return _rows(mask, self.lines)

    def group_codes(self, names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """For each row the number of its combination of texts, and the first row of each."""
        combined = np.zeros(self.row_count, dtype=np.int64)
        size = 1
        for name in names:
            column = self[name]
            base = max(len(column.texts), 1)
            if size > _LARGEST // base:
                # numbered anew, so that the product can't run over
                _, combined = np.unique(combined, return_inverse=True)
                size = self.row_count
            combined = combined * base + column.codes
            size *= base
        _, first, codes = np.unique(combined, return_index=True, return_inverse=True)
        return codes.astype(np.int64), first

    def combinations(self, names: Sequence[str]) -> Combinations:
        """The distinct combinations of texts of these columns."""
        codes, first = self.group_codes(names)
        columns = [self[name] for name in names]
        parts = [[column.values[place] for place in column.codes[first]] for column in columns]
        return Combinations(list(zip(*parts, strict=True)), codes, self.lines)


@dataclass(frozen=True)
class MetaFile:
    """A metadata file: its ``name``, header, and rows as text by column; line 2 is the first row."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


def unpacked(content: bytes) -> bytes:
    """The bytes of a file, out of gzip if it is packed so (by its first bytes, not its name).

    Raises:
        DataFileError: damaged, or larger than ``SIZE_LIMIT``.
    """
    text = content
    try:
        if content[:2] == GZIP_MARK:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                text = packed.read(SIZE_LIMIT + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise DataFileError(f"gzip that breaks off or is damaged ({fault})", "a whole gzip file") from fault
    if len(text) > SIZE_LIMIT:
        raise DataFileError("more than 1 GiB once unpacked", "a file of at most 1 GiB")
    return text


def _text(content: bytes) -> bytes:
    """The content without byte-order mark, once it is known to be UTF-8 text.

    Raises:
        DataFileError: empty, not UTF-8, or with a NUL in it.
    """
    body = content.removeprefix(BYTE_ORDER_MARK)
    if not body.strip():
        raise DataFileError("an empty file", "a header and rows")
    if b"\x00" in body:
        line = body[: body.index(b"\x00")].count(b"\n") + 1
        raise DataFileError("a NUL byte, as in a spreadsheet, an archive or UTF-16", "UTF-8 text", [line], 1)
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = body[: fault.start].count(b"\n") + 1
        raise DataFileError(
            f"the byte 0x{body[fault.start]:02X}, which is not UTF-8", "UTF-8 text", [line], 1
        ) from fault
    if body.count(b'"') % 2:
        odd = next(line for line, text in enumerate(body.split(b"\n"), 1) if text.count(b'"') % 2)
        raise DataFileError("a quotation mark without its partner", "quotation marks in pairs", [odd], 1)
    return body


def _header(body: bytes) -> list[str]:
    first = body.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8")
    if first.count('"') % 2:
        raise DataFileError("a header with an open quotation mark", "one line with a name per column", [1])
    if b"\r" in body.replace(b"\r\n", b"\n").split(b"\n", 1)[0]:
        raise DataFileError("lines that end in a carriage return alone", "line ends LF or CRLF", [1], 1)
    try:
        header = next(csv.reader([first]), [])
    except csv.Error as fault:
        raise DataFileError(f"a header that can't be read ({fault})", "a name per column", [1], 1) from fault
    if not header:
        raise DataFileError("a blank first line", "the header in the first line", [1], 1)
    for sign, words in SEPARATORS.items():
        if len(header) == 1 and sign in header[0]:
            found = f"a header of one name with {words} in it"
            raise DataFileError(found, "commas between the names", [1], 1)
    return header


def _line_numbers(body: bytes, skips_blank: bool, skips_spaces: bool = False) -> NDArray[np.int32]:
    """The line on which each record starts, the header being the first."""
    signs = np.frombuffer(body, dtype=np.uint8)
    ends = np.flatnonzero(signs == ord("\n"))
    if not body.endswith(b"\n"):
        ends = np.append(ends, signs.size)
    starts = np.concatenate(([0], ends[:-1] + 1))
    quotes = np.concatenate(([0], np.cumsum(signs == ord('"'))))
    begins = quotes[starts] % 2 == 0
    if skips_blank:
        kept = " \t" if skips_spaces else ""
        for place in np.flatnonzero(begins & np.isin(np.append(signs, 10)[starts], tuple(b"\n\r \t"))):
            if not body[starts[place] : ends[place]].strip(f"\r{kept}".encode()):
                begins[place] = False
    return (np.flatnonzero(begins) + 1).astype(np.int32)


def _lines(body: bytes, width: int, row_count: int) -> NDArray[np.int32]:
    """The line of each row."""
    plain = np.arange(2, row_count + 2, dtype=np.int32)
    if body.rstrip(b"\r\n").count(b"\n") == row_count:
        return plain
    found = _line_numbers(body, skips_blank=width > 1, skips_spaces=True)[1:]
    return found if found.size == row_count else plain


def _table(body: bytes, width: int) -> pa.Table:
    """The rows as a table of dictionary-encoded text, columns named by their place.

    Raises:
        DataFileError: rows wider or narrower than the header.
    """
    broken: list[tuple[int, int]] = []

    def note(row: pa_csv.InvalidRow) -> str:
        # a blank line holds no row
        if row.text.strip():
            broken.append((int(row.number or 0), row.actual_columns))
        return "skip"

    names = [str(place) for place in range(width)]
    text = pa.dictionary(pa.int32(), pa.string())
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(body),
            read_options=pa_csv.ReadOptions(
                use_threads=False, block_size=max(len(body), 1 << 20), column_names=names, skip_rows=1
            ),
            parse_options=pa_csv.ParseOptions(
                newlines_in_values=True, ignore_empty_lines=width > 1, invalid_row_handler=note
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(names, text), strings_can_be_null=False, check_utf8=False
            ),
        )
    except pa.ArrowInvalid as fault:
        if "Empty CSV" in str(fault):
            raise DataFileError("a header without rows", "a header and rows") from fault
        raise DataFileError(f"text that is not comma-separated ({fault})", "comma-separated text") from fault
    if broken:
        widths = sorted({found for _, found in broken})
        lines = _line_numbers(body, skips_blank=width > 1)
        raise DataFileError(
            f"{', '.join(map(str, widths))} {'cell' if widths == [1] else 'cells'} in a row",
            f"{width}, as many as the header has names; quote a cell that holds a comma",
            [int(lines[min(row, lines.size) - 1]) for row, _ in broken[:SHOWN_ROWS]],
            len(broken),
        )
    return table


def _numbers(indices: pa.Array) -> NDArray[np.int32]:
    # through the buffer, since to_numpy would import pandas
    whole = np.frombuffer(indices.buffers()[1], dtype=np.int32)
    return whole[indices.offset : indices.offset + len(indices)]


def read_data_file(content: bytes, name: str) -> DataFile:
    """Reads a data file; every cell stays the text that it is.

    Args:
        content: The bytes of the file: UTF-8 with or without byte-order mark, line
            ends of either kind, packed with gzip or not.
        name: The name under which it was published.

    Raises:
        DataFileError: it is no comma-separated text, or not of one width.
    """
    body = _text(unpacked(content))
    header = _header(body)
    if b"\n" not in body:
        raise DataFileError("a header without rows", "a header and rows")
    table = _table(body, len(header)).unify_dictionaries().combine_chunks()
    if not table.num_rows:
        raise DataFileError("a header without rows", "a header and rows")
    lines = _lines(body, len(header), table.num_rows)
    columns = []
    for place, column_name in enumerate(header):
        chunk = table.column(place).chunk(0)
        columns.append(Column(column_name, place + 1, chunk.dictionary, _numbers(chunk.indices), lines))
    return DataFile(name, tuple(columns), table.num_rows, lines)


def read_meta_file(content: bytes, name: str) -> MetaFile:
    """Reads a metadata file.

    Raises:
        DataFileError: it is no comma-separated text, or not of one width.
    """
    data = read_data_file(content, name)
    columns = [column.values for column in data.columns]
    rows = tuple(
        {column.name: texts[column.codes[row]] for column, texts in zip(data.columns, columns, strict=True)}
        for row in range(data.row_count)
    )
    return MetaFile(name, data.names, rows)
