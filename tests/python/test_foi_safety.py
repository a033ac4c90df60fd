"""Documents are untrusted: each attack ends in one plain sentence, in time, and the others are read."""

from __future__ import annotations

import io
import os
import re
import resource
import signal
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from conftest import PROJECT, pathways
from pathways.errors import PathwaysError
from pathways.foi.dictionary import load_dictionary
from pathways.foi.guarded import MEMORY_LIMIT, read_guarded
from pathways.foi.opening import open_content
from pathways.foi.reading import Told, read_document
from pathways.settings import environment_under

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY a{n} "{"&a;" if n == 0 else f"&a{n - 1};" * 10}">' for n in range(10))
    + "]><z>&a9;</z>"
)
ENTITY = '<?xml version="1.0"?><!DOCTYPE z [<!ENTITY x SYSTEM "file:///etc/hostname">]><z>&x;</z>'


def packed(**members: str | bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return out.getvalue()


def word() -> bytes:
    document = docx.Document()
    document.add_paragraph("Question 3: 2020/21")
    table = document.add_table(2, 2)
    table.cell(0, 1).text, table.cell(1, 0).text, table.cell(1, 1).text = "2020/21", "Q3", "1,234"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in (["", "2020/21"], ["Q3", 1234], ["Q4", "<5"]):
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet() -> bytes:
    body = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="A"><table:table-row><table:table-cell><text:p>Q3 2020/21</text:p></table:table-cell>'
        "<table:table-cell><text:p>12</text:p></table:table-cell></table:table-row></table:table>"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return packed(content_dot_xml=body)


def pdf(pages: int = 1, encrypt: bool = False) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret") if encrypt else None)
    for number in range(pages):
        canvas.drawString(72, 700, f"Page {number}: Q3 2020/21 1,234")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def mail(attachments: int = 0) -> bytes:
    parts = "".join(
        f'--x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename="{n}.csv"\r\n\r\nQ3,1\r\n'
        for n in range(attachments)
    )
    return (
        "From: a@b.example\r\nSubject: FOI 1234\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        f"--x\r\nContent-Type: text/plain\r\n\r\nQ3 2020/21: 12\r\n{parts}--x--\r\n"
    ).encode()


def million_cells() -> bytes:
    row = b'<row><c r="A1"><v>1</v></c></row>' * 10_000
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = (
                    content.split(b"<sheetData>")[0]
                    + b"<sheetData>"
                    + row * 300
                    + b"</sheetData></worksheet>"
                )
            new.writestr(name, content)
    return out.getvalue()


def with_member(content: bytes, name: str, body: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            new.writestr(member, body if member == name else old.read(member))
    return out.getvalue()


ATTACKS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a zip bomb": ("a.docx", lambda: packed(word__document_dot_xml=b"0" * 300_000_000), "would unpack to 286 MiB"),
    "many members": ("a.xlsx", lambda: packed(**{f"m{n}": b"" for n in range(4_000)}), "in 4,000 parts"),
    "billion laughs in docx": (
        "a.docx", lambda: with_member(word(), "word/document.xml", BOMB), "declares a document type",
    ),
    "billion laughs in xlsx": (
        "a.xlsx", lambda: with_member(workbook(), "xl/worksheets/sheet1.xml", BOMB), "declares a document type",
    ),
    "billion laughs in ods": ("a.ods", lambda: packed(content_dot_xml=BOMB), "declares a document type"),
    "an external entity": ("a.ods", lambda: packed(content_dot_xml=ENTITY), "declares a document type"),
    "three million cells": ("a.xlsx", million_cells, "more than an answer can hold"),
    "ten million cells of text": ("a.csv", lambda: b"," * 10_000_000, "has over 200,000 table cells"),
    "a colspan of a million": (
        "a.html", lambda: b"<table>" + b"<tr><td colspan=1000000 rowspan=1000000>1</td></tr>" * 9 + b"</table>",
        "more than an answer can hold",
    ),
    "500 pages": ("a.pdf", partial(pdf, 500), "has 500 pages; up to 100 are read"),
    "an encrypted pdf": ("a.pdf", partial(pdf, 1, True), "is encrypted and needs a password"),
    "an encrypted workbook": (
        "a.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "is encrypted",
    ),
    "a truncated docx": ("a.docx", lambda: word()[:-900], "is damaged or was cut off"),
    "a truncated xlsx": ("a.xlsx", lambda: workbook()[:2000], "is damaged or was cut off"),
    "a truncated pdf": ("a.pdf", lambda: pdf()[:600], "a.pdf"),
    "an empty file": ("a.docx", lambda: b"", "is empty"),
    "a picture": ("a.png", lambda: b"\x89PNG\r\n", "is a picture"),
    "an old document": ("a.doc", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 900, "save it as .docx"),
    "rich text": ("a.doc", lambda: b"{\\rtf1 hello}", "save it as .docx"),
    "an archive": ("a.zip", lambda: packed(a_dot_docx=word()), "is an archive, not a document"),
    "many attachments": ("a.eml", partial(mail, 50), "has 50 attachments, more than 20"),
    "text that is none": ("a.txt", lambda: b"a\0b" * 100, "is no text file"),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_ends_in_one_plain_sentence_and_in_time(attack: str) -> None:
    name, make, sentence = ATTACKS[attack]
    content = make()
    start = time.monotonic()
    with pytest.raises(PathwaysError) as fault:
        open_content(name, content)
    assert time.monotonic() - start < 20
    said = str(fault.value)
    assert sentence in said
    assert said.startswith(name)
    assert "\n" not in said
    assert not re.search(r"Error|Exception|Traceback|zlib|lxml|pdfminer", said)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("deep.html", b"<div>" * 20_000 + b"Q3 2020/21: 12" + b"</div>" * 20_000),
        ("deep.md", b">" * 5_000 + b" Q3"),
        ("long.txt", b"1,2 " * 2_000_000),
        ("spaces.txt", (b"Q3" + b" " * 3_000 + b"12\n") * 50),
        ("years.txt", b"2020/21 " * 20_000),
        ("questions.txt", b"Q1 Q2 Q3 questions 2 to 7 " * 5_000),
        ("digits.csv", b"Q3," + b"1" * 100_000 + b",2020/21\n"),
        ("quotes.txt", b"'\"([{" * 50_000),
        ("dashes.txt", (b"- - - = : * " * 300 + b"\n") * 100),
        ("comments.txt", b"<!---->" * 280 + b" Q3"),
        ("stars.csv", b"Q3,2020/21\n5-9,12" + b"*" * 45 + b"!\n"),
        ("raised.csv", b"Q3,2020/21\n5-9,12" + "¹".encode() * 45 + b"!\n"),
        ("council.txt", b"Q3 2020/21: 12\nKent " + b"County Borough " * 60 + b"\n"),
    ],
)
def test_a_text_that_is_made_to_be_slow_is_read_or_refused_in_time(name: str, content: bytes) -> None:
    start = time.monotonic()
    try:
        read_document(open_content(name, content), load_dictionary(PROJECT / "seeds"), Told("england_2025"))
    except PathwaysError as fault:
        assert "\n" not in str(fault)
    assert time.monotonic() - start < 20


def far_cells(place: str) -> bytes:
    book = openpyxl.Workbook()
    book.active["A1"], book.active[place] = "Q3", 12
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lying_archive() -> bytes:
    """An archive whose directory says that the large member in it is small."""
    content = packed(word__document_dot_xml=b"0" * 5_000_000)
    return content.replace((5_000_000).to_bytes(4, "little"), (500).to_bytes(4, "little"))


def mail_in_mail() -> bytes:
    content = mail()
    for number in range(400):
        content = (
            (
                f"From: a@b.example\nSubject: {number}\nMIME-Version: 1.0\n"
                f"Content-Type: multipart/mixed; boundary=y{number}\n\n--y{number}\n"
                "Content-Type: message/rfc822\n\n"
            ).encode()
            + content
            + f"\n--y{number}--\n".encode()
        )
    return content


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("items.html", lambda: b"<ol>" + b"<li>a" * 40_000 + b"</ol>"),
        ("bold.txt", lambda: b"**a " * 60_000),
        ("wide.txt", lambda: (b"a  " * 700 + b"\n") * 5_000),
        ("one_line.txt", lambda: b"x" * 50_000_000),
        ("mails.eml", mail_in_mail),
        (
            "quoted.eml",
            lambda: (
                b"From: a@b.example\nContent-Type: text/html\n\n<table><tr><td>1<td>2</table>"
                + b"<blockquote>" * 60_000
            ),
        ),
    ],
)
def test_a_document_that_is_made_to_be_slow_to_open_is_opened_in_time(
    name: str, make: Callable[[], bytes]
) -> None:
    content = make()
    start = time.monotonic()
    assert open_content(name, content).blocks
    assert time.monotonic() - start < 10


def test_an_archive_that_lies_of_its_sizes_is_refused() -> None:
    with pytest.raises(PathwaysError, match=r"^a\.docx cannot be opened: it is damaged or was cut off"):
        open_content("a.docx", lying_archive())


@pytest.mark.parametrize(
    "markup",
    [
        "<table><tr><td colspan=\u00b2>1<td>2</table>",
        "<ol start=\u00b2><li>1</ol>",
        "<ol><li value=\u00b2>1</ol>",
    ],
)
def test_a_digit_that_is_no_number_is_no_count(markup: str) -> None:
    assert open_content("a.html", markup.encode()).blocks


def nothing_is_fetched_page() -> bytes:
    return b'<html><body><img src="http://127.0.0.1:9/x"><iframe src="file:///etc/hostname"></iframe><p>Q3 2020/21: 12</p></body></html>'


def test_what_a_page_points_to_is_not_fetched() -> None:
    texts = open_content("a.html", nothing_is_fetched_page()).texts
    assert texts == ["Q3 2020/21: 12"]


# --- the guard --------------------------------------------------------------------------------------


def behave(path: Path) -> str:
    """What a document may make of what reads it."""
    kind = path.stem
    if kind == "hangs":
        time.sleep(60)
    if kind == "eats":
        return str(len(bytearray(3 * MEMORY_LIMIT)))
    if kind == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    if kind == "breaks":
        raise KeyError("x")
    if kind == "refused":
        raise PathwaysError("refused.txt is refused.")
    return kind


def test_a_document_that_hangs_eats_kills_or_breaks_is_said_and_the_others_are_read_in_order() -> None:
    names = ["first", "hangs", "eats", "kills", "breaks", "refused", "last"]
    outcomes = read_guarded([Path(f"{name}.txt") for name in names], behave, time_limit=2)
    assert [outcome.path.stem for outcome in outcomes] == names
    assert [outcome.result for outcome in outcomes] == ["first", None, None, None, None, None, "last"]
    faults = [outcome.fault for outcome in outcomes]
    assert "hangs.txt takes longer than 2 seconds" in faults[1]
    assert "eats.txt needs more memory" in faults[2]
    assert "kills.txt needs more memory than an answer can, or breaks what reads it" in faults[3]
    assert "breaks.txt cannot be read" in faults[4]
    assert faults[5] == "refused.txt is refused."
    assert all("\n" not in fault for fault in faults)


def test_the_command_reads_the_others_says_the_fault_and_writes_nothing(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.docx"
    good.write_text("Question,2020/21,2021/22\nQ3,12,13\nQ4,11,12\n")
    bad.write_bytes(word()[:-900])
    before = {path: path.read_bytes() for path in (PROJECT / "seeds" / "foi").glob("*.csv")}
    code, said = pathways(
        "foi", "read", str(bad), str(good), "--question-set", "england_2025", "--accept",
        project=PROJECT, environment=environment_under(tmp_path),
    )  # fmt: skip
    assert code == 1
    assert "bad.docx cannot be opened: it is damaged or was cut off." in said
    assert "good.csv" in said
    assert "Nothing was accepted" in said
    assert "Traceback" not in said
    assert before == {path: path.read_bytes() for path in before}


def test_a_link_that_leads_nowhere_stops_no_run_and_a_file_name_steers_no_terminal(tmp_path: Path) -> None:
    folder = tmp_path / "answers"
    folder.mkdir()
    (folder / "bad\n\x1b[31mname.csv").write_text("Question,2020/21\nQ3,12\n")
    (folder / "inside.txt").symlink_to(tmp_path / "nothing")
    (tmp_path / "link.txt").symlink_to(tmp_path / "nothing")
    code, said = pathways(
        "foi", "read", str(folder), str(tmp_path / "link.txt"), "--question-set", "england_2025",
        project=PROJECT, environment=environment_under(tmp_path),
    )  # fmt: skip
    assert code == 1
    assert "link.txt is no document, but a link that leads nowhere" in said
    assert "bad [31mname.csv" in said
    assert "\x1b[31mname" not in said
    assert "Traceback" not in said


def test_a_real_document_is_read_within_a_gigabyte() -> None:
    open_content("a.pdf", pdf(20))
    open_content("a.docx", word())
    open_content("a.xlsx", workbook())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert peak < 2 * MEMORY_LIMIT, "this process runs many tests; alone it takes about 150 MB"


SMALL: dict[str, bytes] = {
    "a.docx": word(), "a.xlsx": workbook(), "a.ods": sheet(), "a.pdf": pdf(), "a.eml": mail(1),
    "a.csv": b"Q,2020/21\nQ3,12\n", "a.html": b"<table><tr><td>Q3</td><td>12</td></tr></table>",
    "a.md": b"| Q | 2020/21 |\n|---|---|\n| Q3 | 12 |\n", "a.txt": b"Q\t2020/21\nQ3\t12\n",
}  # fmt: skip


@settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(sorted(SMALL)),
    st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=0, max_size=6)), min_size=1, max_size=6),
    st.floats(0.05, 1),
)
def test_a_spoilt_document_is_read_or_refused_and_never_crashes(
    name: str, changes: list[tuple[float, bytes]], kept: float
) -> None:
    content = bytearray(SMALL[name])
    for place, put in changes:
        at = int(place * len(content))
        content[at : at + len(put)] = put
    content = content[: int(len(content) * kept)] if kept < 0.5 else content
    try:
        document = open_content(name, bytes(content))
    except PathwaysError as fault:
        assert "\n" not in str(fault)
        return
    assert document.blocks


@pytest.mark.parametrize("place", ["XFD1048576", "AN200000"])
def test_a_cell_far_away_from_the_answer_is_a_sentence(place: str) -> None:
    start = time.monotonic()
    with pytest.raises(PathwaysError, match="reaches over"):
        read_document(
            open_content("far.xlsx", far_cells(place)),
            load_dictionary(PROJECT / "seeds"),
            Told("england_2025"),
        )
    assert time.monotonic() - start < 20
