"""Reading a data file: what is text of one width is read as it stands, all else refused by its line."""

from __future__ import annotations

import csv
import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathways.ees import data_file
from pathways.ees.data_file import DataFile, DataFileError, read_data_file, read_meta_file

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def cells(data: DataFile) -> list[list[str]]:
    """The rows as lists of text."""
    columns = [[column.values[code] for code in column.codes] for column in data.columns]
    return [list(row) for row in zip(*columns, strict=True)]


def refused(content: bytes) -> DataFileError:
    with pytest.raises(DataFileError) as caught:
        read_data_file(content, "x.csv")
    return caught.value


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n3,\n",
        b"a,b\r\n1,2\r\n3,\r\n",
        b"a,b\n1,2\n3,",
        BYTE_ORDER_MARK + b"a,b\n1,2\n3,\n",
        b'"a","b"\n"1","2"\n"3",""\n',
        b"a,b\n1,2\n\n3,\n\n\n",
        b"a,b\r\n1,2\r\n   \r\n3,\r\n",
        gzip.compress(b"a,b\n1,2\n3,\n"),
        gzip.compress(BYTE_ORDER_MARK + b"a,b\r\n1,2\r\n3,\r\n"),
    ],
)
def test_one_table_in_many_guises(content: bytes) -> None:
    data = read_data_file(content, "x.csv")
    assert data.names == ("a", "b")
    assert cells(data) == [["1", "2"], ["3", ""]]
    assert data.row_count == 2


@pytest.mark.parametrize(
    "text", ["007", " 1 ", "1.0", "NA", "null", "TRUE", "2025-01-01", "£", "é", "'", "-"]
)
def test_every_cell_stays_the_text_that_it_is(text: str) -> None:
    assert cells(read_data_file(f"a,b\n{text},x\n".encode(), "x.csv")) == [[text, "x"]]


def test_a_cell_may_hold_a_comma_a_quotation_mark_and_a_line_end() -> None:
    data = read_data_file(b'a,b\n"1,2","say ""so"""\n"x\ny",z\n3,4\n', "x.csv")
    assert cells(data) == [["1,2", 'say "so"'], ["x\ny", "z"], ["3", "4"]]
    assert data.lines.tolist() == [2, 3, 5]


def test_names_may_repeat_or_be_blank_until_they_are_screened() -> None:
    data = read_data_file(b"a,a,\n1,2,3\n", "x.csv")
    assert data.names == ("a", "a", "")
    assert [column.number for column in data.columns] == [1, 2, 3]
    assert data["a"].values == ["1"]


@pytest.mark.parametrize(
    ("content", "found", "lines", "count"),
    [
        (b"", "empty", (), 0),
        (b"  \n\n", "empty", (), 0),
        (BYTE_ORDER_MARK, "empty", (), 0),
        (b"a,b\n", "header without rows", (), 0),
        (b"a,b", "header without rows", (), 0),
        (b"a,b\n\n\n", "header without rows", (), 0),
        (b"\na,b\n1,2\n", "blank first line", (1,), 1),
        (b"a,b\n1,2,3\n4,5\n6\n", "1, 3 cells", (2, 4), 2),
        (b"a,b\n1,2\n\n3\n4,5\n", "1 cell ", (4,), 1),
        (b'a,b\n1,"x\ny"\n3\n', "1 cell ", (4,), 1),
        (b"a,b\n" + b"1\n" * 9, "1 cell ", (2, 3, 4, 5, 6), 9),
        (b'a,b\n1,2\n3,"4\n5,6\n', "quotation mark", (3,), 1),
        (b'"a,b\n1,2\n3,"4\n', "open quotation mark", (1,), 0),
        (b"a;b\n1;2\n", "semicolons", (1,), 1),
        (b"a\tb\n1\t2\n", "tabs", (1,), 1),
        (b"a|b\n1|2\n", "upright strokes", (1,), 1),
        (b"a,b\r1,2\r3,4\r", "carriage return", (1,), 1),
        ("a,b\n1,2\n3,é\n".encode("latin-1"), "0xE9", (3,), 1),
        (b"a,b\n1,\x96\n", "0x96", (2,), 1),
        ("a,b\n1,2\n".encode("utf-16"), "NUL", (1,), 1),
        (b"a,b\n1,2\n3,\x00\n", "NUL", (3,), 1),
        (b"PK\x03\x04\x00\x00", "NUL", (1,), 1),
        (gzip.compress(b"a,b\n1,2\n")[:-6], "gzip", (), 0),
        (gzip.compress(b"a,b\n1,2\n")[:5] + b"x" * 20, "gzip", (), 0),
    ],
)
def test_what_is_no_table_is_refused_by_its_line(
    content: bytes, found: str, lines: tuple[int, ...], count: int
) -> None:
    error = refused(content)
    assert found in error.found
    assert error.expected
    assert (error.lines, error.row_count) == (lines, count)


def test_a_file_larger_than_the_limit_is_refused_before_it_fills_the_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(data_file, "SIZE_LIMIT", 1000)
    assert "once unpacked" in refused(gzip.compress(b"a,b\n" + b"1,2\n" * 1000)).found


def test_a_large_file_is_read_in_one_piece_with_its_lines() -> None:
    count = 300_000
    content = b"a,b\n" + b"".join(b"%d,z\n" % number for number in range(count))
    data = read_data_file(content, "x.csv")
    assert (data.row_count, data["b"].values) == (count, ["z"])
    assert data["a"].rows_at([count - 1]).lines == (count + 1,)


def test_metadata_is_rows_of_text_by_column() -> None:
    meta = read_meta_file(BYTE_ORDER_MARK + b"col_name,label\r\na,\r\nb,B\r\n", "x.meta.csv")
    assert meta.columns == ("col_name", "label")
    assert meta.rows == ({"col_name": "a", "label": ""}, {"col_name": "b", "label": "B"})


def test_combinations_of_texts_know_their_rows() -> None:
    data = read_data_file(b"a,b,c\n1,x,p\n2,x,p\n1,x,q\n1,y,p\n", "x.csv")
    found = data.combinations(("a", "b"))
    assert sorted(found.texts) == [("1", "x"), ("1", "y"), ("2", "x")]
    rows = found.rows_where([texts == ("1", "x") for texts in found.texts])
    assert (rows.count, rows.lines) == (2, (2, 4))
    assert not found.rows_where([False] * 3)


def test_combinations_of_very_many_columns_do_not_run_over() -> None:
    names = [f"c{number}" for number in range(30)]
    rows = [",".join(str((row + number) % 200) for number in range(30)) for row in range(200)]
    data = read_data_file("\n".join([",".join(names), *rows, rows[0]]).encode(), "x.csv")
    codes, first = data.group_codes(names)
    assert len(first) == 200
    assert codes[0] == codes[200]


@settings(deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(
                st.text(st.characters(exclude_characters="\x00\r", exclude_categories=["Cs"]), max_size=8),
                min_size=width,
                max_size=width,
            ),
            min_size=1,
            max_size=6,
        )
    )
)
def test_what_is_written_is_read(rows: list[list[str]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow([f"c{number}" for number in range(len(rows[0]))])
    ends = []
    for row in rows:
        ends.append(text.getvalue().count("\n") + 1)
        writer.writerow(row)
    data = read_data_file(text.getvalue().encode(), "x.csv")
    assert cells(data) == rows
    assert data.lines.tolist() == ends
