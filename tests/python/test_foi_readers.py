"""Each reader shows a document as the eye sees it: places, spans, raised marks, nothing hidden or struck."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import RGBColor
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Color, Font, PatternFill
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import SimpleDocTemplate, Table

from pathways.errors import PathwaysError
from pathways.foi.document import Document, Grid, Paragraph
from pathways.foi.opening import open_content, open_document

# --- what the tests share ---------------------------------------------------------------------------


def shown(grid: Grid) -> list[list[str]]:
    """The rows of a grid, a merged cell where it starts."""
    by_place = {(cell.row, cell.column): cell.text for cell in grid.cells}
    return [
        [by_place.get((row, column), "") for column in range(1, grid.column_count + 1)]
        for row in range(1, grid.row_count + 1)
    ]


def spans(grid: Grid, text: str) -> tuple[int, int, int, int]:
    """Row, column and spans of the one cell with a text."""
    (cell,) = [cell for cell in grid.cells if cell.text == text]
    return cell.row, cell.column, cell.row_span, cell.column_span


def paragraphs(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def saved(thing: Any) -> bytes:
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()


# --- docx -------------------------------------------------------------------------------------------


def word(build: Callable[[Any], None]) -> Document:
    document = docx.Document()
    build(document)
    return open_content("a.docx", saved(document))


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def word_paragraph(inner: str) -> Document:
    def build(document: Any) -> None:
        document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))

    return word(build)


def test_docx_merged_cells_keep_their_spans() -> None:
    def build(document: Any) -> None:
        table = document.add_table(3, 3)
        for row in range(3):
            for column in range(3):
                table.cell(row, column).text = f"{row}{column}"
        table.cell(0, 1).text = table.cell(0, 2).text = ""
        table.cell(0, 1).merge(table.cell(0, 2)).text = "wide"
        table.cell(2, 0).text = ""
        table.cell(1, 0).merge(table.cell(2, 0)).text = "tall"

    (grid,) = word(build).grids
    assert shown(grid) == [["00", "wide", ""], ["tall", "11", "12"], ["", "21", "22"]]
    assert spans(grid, "wide") == (1, 2, 1, 2)
    assert spans(grid, "tall") == (2, 1, 2, 1)


def test_docx_a_raised_note_is_no_digit_of_the_count() -> None:
    document = word_paragraph(run("37") + run("1", '<w:vertAlign w:val="superscript"/>'))
    assert document.texts == ["37¹"]


@pytest.mark.parametrize(
    ("properties", "remark"),
    [
        ("<w:strike/>", "struck through"),
        ("<w:dstrike/>", "struck through"),
        ("<w:vanish/>", "hidden text"),
    ],
)
def test_docx_what_is_struck_or_hidden_is_left_out_and_said(properties: str, remark: str) -> None:
    document = word_paragraph(run("12") + run("99", properties))
    assert document.texts == ["12"]
    assert any(remark in one for one in document.remarks)


WHITE = '<w:color w:val="FFFFFF"/>'


def test_docx_white_text_on_white_is_left_out_and_said() -> None:
    document = word_paragraph(run("12") + run("99", WHITE))
    assert document.texts == ["12"]
    assert "white text on white was left out" in document.remarks


@pytest.mark.parametrize(
    "shading",
    ['<w:shd w:val="clear" w:fill="1F4E79"/>', '<w:shd w:val="solid"/>', '<w:highlight w:val="blue"/>'],
)
def test_docx_white_text_on_a_colour_is_read(shading: str) -> None:
    assert word_paragraph(run("12", WHITE + shading)).texts == ["12"]


@pytest.mark.parametrize(
    ("style", "texts"), [("Table Grid", ["x"]), ("Medium Shading 1 Accent 1", ["99", "x"])]
)
def test_docx_white_text_in_a_table_is_read_where_its_style_shades(style: str, texts: list[str]) -> None:
    def build(document: Any) -> None:
        table = document.add_table(1, 2)
        table.style = style
        table.cell(0, 1).text = "x"
        run = table.cell(0, 0).paragraphs[0].add_run("99")
        run.font.color.rgb = RGBColor(255, 255, 255)

    assert word(build).texts == texts


def test_docx_strike_that_is_switched_off_strikes_nothing() -> None:
    assert word_paragraph(run("12", '<w:strike w:val="0"/>')).texts == ["12"]


def test_docx_a_tracked_deletion_is_left_out_and_an_insertion_kept() -> None:
    document = word_paragraph(
        run("12")
        + '<w:del w:id="1" w:author="x"><w:r><w:delText>99</w:delText></w:r></w:del>'
        + f'<w:ins w:id="2" w:author="x">{run("3")}</w:ins>'
    )
    assert document.texts == ["123"]
    assert "text that was deleted with tracked changes was left out" in document.remarks


def test_docx_what_a_style_strikes_or_hides_is_left_out() -> None:
    def build(document: Any) -> None:
        for name, attribute in (("Struck", "strike"), ("Unseen", "hidden")):
            setattr(document.styles.add_style(name, 2).font, attribute, True)
        paragraph = document.add_paragraph("12")
        paragraph.add_run("99", "Struck")
        paragraph.add_run("98", "Unseen")

    assert word(build).texts == ["12"]


def test_docx_a_style_that_raises_a_mark_raises_it() -> None:
    def build(document: Any) -> None:
        document.styles.add_style("Mark", 2).font.superscript = True
        document.add_paragraph("37").add_run("1", "Mark")

    assert word(build).texts == ["37¹"]


def test_docx_automatic_list_numbers_are_shown() -> None:
    def build(document: Any) -> None:
        for text in ("first", "second"):
            document.add_paragraph(text, style="List Number")

    assert paragraphs(word(build)) == ["1. first", "2. second"]


def test_docx_a_table_in_a_cell_is_a_table_of_its_own() -> None:
    def build(document: Any) -> None:
        outer = document.add_table(2, 2)
        outer.cell(0, 0).text = "outer"
        outer.cell(0, 1).text = "x"
        inner = outer.cell(1, 1).add_table(1, 2)
        inner.cell(0, 0).text, inner.cell(0, 1).text = "inner", "7"

    document = word(build)
    assert [shown(grid) for grid in document.grids] == [[["outer", "x"], ["", "(table)"]], [["inner", "7"]]]


def test_docx_headings_are_told_from_text_and_headers_are_read() -> None:
    def build(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "Council name"
        document.add_heading("Answers", 1)
        document.add_paragraph("Text")

    document = word(build)
    assert paragraphs(document) == ["Council name", "Answers", "Text"]
    assert [block.is_heading for block in document.blocks if isinstance(block, Paragraph)][1:] == [
        True,
        False,
    ]


def test_docx_a_footnote_is_read_and_its_mark_raised() -> None:
    content = saved(_with_paragraph(run("37") + '<w:r><w:footnoteReference w:id="2"/></w:r>'))
    notes = (
        f"<w:footnotes {nsdecls('w')}><w:footnote w:id='2'><w:p>{run('Rounded.')}</w:p></w:footnote>"
        "</w:footnotes>"
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "[Content_Types].xml":
                put = f'<Override PartName="/word/footnotes.xml" ContentType="{kind}"/></Types>'
                text = text.replace(b"</Types>", put.encode())
            if name == "word/_rels/document.xml.rels":
                put = f'<Relationship Id="rId99" Type="{link}" Target="footnotes.xml"/></Relationships>'
                text = text.replace(b"</Relationships>", put.encode())
            new.writestr(name, text)
        new.writestr("word/footnotes.xml", notes)
    texts = open_content("a.docx", out.getvalue()).texts
    marked = texts[0].removeprefix("37")
    assert marked and marked not in "0123456789"
    assert any("Rounded." in text and marked in text for text in texts[1:])


def _with_paragraph(inner: str) -> Any:
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
    return document


# --- xlsx -------------------------------------------------------------------------------------------


def workbook(build: Callable[[Any, Any], None]) -> Document:
    book = openpyxl.Workbook()
    build(book, book.active)
    return open_content("a.xlsx", saved(book))


def test_xlsx_hidden_rows_columns_and_sheets_are_left_out_and_said() -> None:
    def build(book: Any, sheet: Any) -> None:
        for row in ([1, 2, 3], [4, 5, 6], [7, 8, 9]):
            sheet.append(row)
        sheet.row_dimensions[2].hidden = True
        sheet.column_dimensions["B"].hidden = True
        other = book.create_sheet("Workings")
        other.append([99])
        other.sheet_state = "hidden"

    document = workbook(build)
    (grid,) = document.grids
    assert shown(grid) == [["1", "", "3"], ["", "", ""], ["7", "", "9"]]
    assert set(document.remarks) == {
        "hidden rows of sheet 'Sheet' were left out",
        "hidden columns of sheet 'Sheet' were left out",
        "the hidden sheet 'Workings' was left out",
    }


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (1234, "General", "1234"),
        (1234, "#,##0", "1,234"),
        (1234567, "#,##0", "1,234,567"),
        (0.253, "0.0%", "25.3%"),
        (date(2021, 3, 1), "yyyy-mm-dd", "2021-03-01"),
        (date(2021, 3, 1), "mmm-yy", "Mar-21"),
        (date(2021, 3, 1), "yyyy", "2021"),
        (3, '[<5]"<5";0', "<5"),
        (7, '[<5]"<5";0', "7"),
        (3, ";;;", ""),
        (3, '"c"', "c"),
        (0, '0;-0;"-"', "-"),
        (7, '0" children"', "7 children"),
    ],
)
def test_xlsx_a_value_is_shown_as_its_format_shows_it(value: Any, number_format: str, text: str) -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.append(["x", value])
        sheet["B1"].number_format = number_format

    (grid,) = workbook(build).grids
    assert shown(grid)[0] == ["x", text]


@pytest.mark.parametrize(
    "number_format",
    [
        '[<5]"<5";0',
        '[<5] "fewer than 5";General',
        '[<=5]"1 to 5";#,##0',
        '"<5"',
        ";;;",
        '"*";"*";"*"',
        '[Red][<5]"<5";0',
        '[<5][Red]"<5";0',
        '"a;b"',
        r"\<\5",
        "**",
        ";",
    ],
)
def test_xlsx_a_format_that_stands_in_place_of_a_number_never_lets_it_out(number_format: str) -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.append(["x", 3])
        sheet["B1"].number_format = number_format

    assert "3" not in "".join(workbook(build).texts)


def test_xlsx_a_formula_without_a_result_and_an_error_are_no_blanks() -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.append(["x", "=1+1", "#REF!"])

    document = workbook(build)
    assert shown(document.grids[0]) == [["x", "#FORMULA!", "#REF!"]]
    assert "a formula without a stored result was not run" in document.remarks


def test_xlsx_rich_text_and_fonts_raise_and_strike() -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.append(["x", 98, "1"])
        sheet["A1"] = CellRichText(
            "37",
            TextBlock(InlineFont(vertAlign="superscript"), "1"),
            TextBlock(InlineFont(strike=True), "99"),
        )
        sheet["B1"].font = Font(strike=True)
        sheet["C1"].font = Font(vertAlign="superscript")

    document = workbook(build)
    assert document.texts == ["37¹", "¹"]
    assert "text that is struck through was left out" in document.remarks


@pytest.mark.parametrize("colour", [Color(rgb="FFFFFFFF"), Color(theme=0)])
def test_xlsx_white_text_is_left_out_and_said_unless_its_cell_has_a_colour(colour: Color) -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.append(["x", 98, 99, "y"])
        for place in ("B1", "C1", "D1"):
            sheet[place].font = Font(color=colour)
        sheet["C1"].fill = PatternFill("solid", fgColor="1F4E79")

    document = workbook(build)
    assert document.texts == ["x", "99"]
    assert "white text on white was left out" in document.remarks


def test_xlsx_merged_cells_keep_their_spans() -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.append(["wide", None, "x"])
        sheet.merge_cells("A1:B2")

    (grid,) = workbook(build).grids
    assert spans(grid, "wide") == (1, 1, 2, 2)


def test_xlsx_a_merged_cell_over_a_hidden_column_is_not_lost_with_it() -> None:
    def build(book: Any, sheet: Any) -> None:
        sheet.append(["x", "2020/21", None])
        sheet.append(["Q3", 98, 12])
        sheet.merge_cells("B1:C1")
        sheet.column_dimensions["B"].hidden = True

    (grid,) = workbook(build).grids
    assert shown(grid)[0][2] == "2020/21"
    assert "98" not in "".join(cell.text for cell in grid.cells)


# --- ods --------------------------------------------------------------------------------------------


def ods(rows: str, styles: str = "") -> Document:
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
        for short in ("office", "table", "text", "style")
    )
    body = (
        f"<office:document-content{names}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{rows}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", body)
    return open_content("a.ods", out.getvalue())


def ods_cell(text: str, attributes: str = "", tag: str = "table-cell") -> str:
    return f"<table:{tag} {attributes}>{f'<text:p>{text}</text:p>' if text else ''}</table:{tag}>"


def ods_table(*rows: str, columns: str = "", attributes: str = 'table:name="A"') -> str:
    body = "".join(
        row if row.startswith("<table:table-row") else f"<table:table-row>{row}</table:table-row>"
        for row in rows
    )
    return f"<table:table {attributes}>{columns}{body}</table:table>"


def test_ods_repeated_cells_and_rows_keep_the_places_of_what_follows() -> None:
    document = ods(
        ods_table(
            ods_cell("a", 'table:number-columns-repeated="2"')
            + ods_cell("", 'table:number-columns-repeated="2"')
            + ods_cell("b"),
            '<table:table-row table:number-rows-repeated="2"><table:table-cell/></table:table-row>',
            f'<table:table-row table:number-rows-repeated="2">{ods_cell("c")}</table:table-row>',
            '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>',
        )
    )
    assert shown(document.grids[0]) == [
        ["a", "a", "", "", "b"],
        [""] * 5,
        [""] * 5,
        ["c", "", "", "", ""],
        ["c", "", "", "", ""],
    ]


def test_ods_covered_cells_are_part_of_the_merged_one() -> None:
    document = ods(
        ods_table(
            ods_cell("wide", 'table:number-columns-spanned="2" table:number-rows-spanned="1"')
            + ods_cell("99", tag="covered-table-cell")
            + ods_cell("x")
        )
    )
    assert shown(document.grids[0]) == [["wide", "", "x"]]
    assert spans(document.grids[0], "wide") == (1, 1, 1, 2)


def test_ods_hidden_columns_rows_and_sheets_are_left_out_and_said() -> None:
    unseen = (
        '<style:style style:name="ta9" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    document = ods(
        ods_table(
            ods_cell("a") + ods_cell("99") + ods_cell("b"),
            f'<table:table-row table:visibility="collapse">{ods_cell("98")}</table:table-row>',
            columns='<table:table-column/><table:table-column table:visibility="collapse"/>',
        )
        + ods_table(ods_cell("97"), attributes='table:name="B" table:style-name="ta9"'),
        unseen,
    )
    assert document.texts == ["a", "b"]
    assert set(document.remarks) == {
        "hidden columns of sheet 'A' were left out",
        "hidden rows of sheet 'A' were left out",
        "the hidden sheet 'B' was left out",
    }


def test_ods_raised_and_struck_spans() -> None:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties {say}/></style:style>'
        for name, say in (
            ("T1", 'style:text-position="super 58%"'),
            ("T2", 'style:text-line-through-style="solid"'),
        )
    )
    inner = '37<text:span text:style-name="T1">1</text:span><text:span text:style-name="T2">99</text:span>'
    assert ods(ods_table(ods_cell(inner)), styles).texts == ["37¹"]


def test_ods_a_cell_whose_style_is_struck_is_left_out() -> None:
    struck = (
        '<style:style style:name="ce1" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
    )
    document = ods(ods_table(ods_cell("a") + ods_cell("99", 'table:style-name="ce1"')), struck)
    assert document.texts == ["a"]


def test_ods_text_that_is_lowered_or_level_is_not_raised() -> None:
    level = (
        '<style:style style:name="T1" style:family="text">'
        '<style:text-properties style:text-position="0% 100%"/></style:style>'
    )
    assert ods(ods_table(ods_cell('37<text:span text:style-name="T1">1</text:span>')), level).texts == ["371"]


def test_ods_a_huge_span_or_repetition_ends_fast_and_reaches_hardly_further_than_the_sheet_is_filled() -> (
    None
):
    wide = 'table:number-columns-spanned="16384" table:number-rows-spanned="1048576"'
    hidden = '<table:table-column table:visibility="collapse" table:number-columns-repeated="99999999"/>'
    document = ods(ods_table(ods_cell("a", wide), columns="<table:table-column/>" + hidden * 3_000))
    assert len(document.grids[0].at) < 1_000
    many = "".join(ods_cell(f"{at}", wide) for at in range(2_000))
    with pytest.raises(PathwaysError, match="table cells"):
        ods(ods_table(many))


def test_ods_what_stands_below_the_last_row_that_a_sheet_has_is_no_sheet() -> None:
    gap = '<table:table-row table:number-rows-repeated="{}"><table:table-cell/></table:table-row>'
    assert ods(ods_table(gap.format(1_048_575), ods_cell("a"))).grids[0].row_count == 1_048_576
    with pytest.raises(PathwaysError, match="damaged"):
        ods(ods_table(gap.format(1_048_576), ods_cell("a")))


@pytest.mark.parametrize("given", ["column", "row", "cell"])
def test_ods_a_style_that_a_column_or_row_gives_its_cells_or_that_is_inherited_strikes(given: str) -> None:
    styles = (
        '<style:style style:name="base" style:family="table-cell">'
        '<style:text-properties style:text-line-through-style="solid"/></style:style>'
        '<style:style style:name="ce1" style:family="table-cell" style:parent-style-name="base"/>'
        '<style:style style:name="ce2" style:family="table-cell" style:parent-style-name="base">'
        '<style:text-properties style:text-line-through-style="none"/></style:style>'
    )
    default = 'table:default-cell-style-name="ce1"'
    column = f"<table:table-column {default if given == 'column' else ''}/><table:table-column/>"
    own = 'table:style-name="ce1"' if given == "cell" else ""
    keeps = ods_cell("b", 'table:style-name="ce2"')
    row = (
        f"<table:table-row {default if given == 'row' else ''}>{ods_cell('99', own)}{keeps}</table:table-row>"
    )
    document = ods(ods_table(row, columns=column), styles)
    assert document.texts == ["b"]
    assert document.remarks == ("text that is struck through or hidden was left out",)


def test_ods_columns_and_rows_without_width_or_height_are_hidden() -> None:
    styles = (
        '<style:style style:name="co1" style:family="table-column">'
        '<style:table-column-properties style:column-width="0cm"/></style:style>'
        '<style:style style:name="ro1" style:family="table-row">'
        '<style:table-row-properties style:row-height="0.00in"/></style:style>'
    )
    document = ods(
        ods_table(
            ods_cell("a") + ods_cell("99"),
            f'<table:table-row table:style-name="ro1">{ods_cell("98")}</table:table-row>',
            columns='<table:table-column/><table:table-column table:style-name="co1"/>',
        ),
        styles,
    )
    assert document.texts == ["a"]


# --- csv --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"Name,n\nA,1\n",
        b"Name;n\nA;1\n",
        b"Name\tn\r\nA\t1\r\n",
        b"Name|n\nA|1\n",
        b"\xef\xbb\xbfName,n\nA,1\n",
        "Name,n\nA,1\n".encode("utf-16"),
        b'"Name","n"\n"A","1"\n',
    ],
)
def test_csv_of_each_delimiter_and_encoding_is_the_same_table(content: bytes) -> None:
    assert shown(open_content("a.csv", content).grids[0]) == [["Name", "n"], ["A", "1"]]


def test_csv_of_windows_and_a_comma_in_quotes_and_rows_of_other_lengths() -> None:
    content = 'Môn;"1;234"\nx\n;;3\n'.encode("cp1252")
    assert shown(open_content("a.csv", content).grids[0]) == [
        ["Môn", "1;234", ""],
        ["x", "", ""],
        ["", "", "3"],
    ]


@pytest.mark.parametrize("sign", [";", "|", "\t"])
def test_csv_commas_between_thousands_are_no_delimiter(sign: str) -> None:
    content = f"Q3{sign}1,204{sign}1,305\nQ4{sign}11,100{sign}1,200\n".encode()
    assert shown(open_content("a.csv", content).grids[0]) == [
        ["Q3", "1,204", "1,305"],
        ["Q4", "11,100", "1,200"],
    ]


def test_csv_figures_of_three_digits_between_commas_are_cut_there() -> None:
    content = b"Q3; closed,120,130\nQ4; referred,110,140\n"
    assert shown(open_content("a.csv", content).grids[0])[0] == ["Q3; closed", "120", "130"]
    assert shown(open_content("a.csv", b"3,120,130\n4,110,140\n").grids[0])[0] == ["3", "120", "130"]


# --- html and md ------------------------------------------------------------------------------------


def page(body: str) -> Document:
    return open_content("a.html", f"<!DOCTYPE html><html><body>{body}</body></html>".encode())


def test_html_tables_for_the_layout_are_walked_through() -> None:
    document = page(
        "<table><tr><td>Dear A<table><tr><td>Q3</td><td>12</td></tr></table></td></tr></table>"
        "<table role=presentation><tr><td>Bye</td></tr></table>"
    )
    assert paragraphs(document) == ["Dear A", "Bye"]
    assert [shown(grid) for grid in document.grids] == [[["Q3", "12"]]]


def test_html_spans_push_what_follows_to_its_place() -> None:
    (grid,) = page(
        "<table><caption>T</caption><tr><th rowspan=2>a<th colspan=2>b</tr><tr><td>c<td>d</tr></table>"
    ).grids
    assert grid.caption == "T"
    assert shown(grid) == [["a", "b", ""], ["", "c", "d"]]
    assert spans(grid, "a") == (1, 1, 2, 1)
    assert spans(grid, "b") == (1, 2, 1, 2)


@pytest.mark.parametrize(
    "inner",
    [
        "12<s>99</s>",
        "12<del>99</del>",
        '12<span style="text-decoration: line-through">99</span>',
        '12<span style="display : none">99</span>',
        "12<span hidden>99</span>",
        "12<script>99</script>",
        "12<style>99</style>",
        "12<!-- 99 -->",
        "12<template>99</template>",
    ],
)
def test_html_what_the_eye_does_not_see_is_left_out(inner: str) -> None:
    assert page(f"<p>{inner}</p>").texts == ["12"]
    assert page(f"<table><tr><td>{inner}<td>x</table>").texts == ["12", "x"]


@pytest.mark.parametrize(
    ("rules", "text"),
    [
        (".x { display: none }", "12"),
        ("h2, td .x{color:red;display :none !important}", "1299"),
        ("p .x, td > span.x { display:none }", "12"),
        ("#one { visibility: hidden }", "12"),
        ("span.x.y { text-decoration: line-through }", "12"),
        ("/* a */ .x { display: none } /* b */", "12"),
        ("@media screen { .x { display: none } }", "12"),
        ("@media print { .x { display: none } } .z { display: none }", "1299"),
        (".x { display: none } .x { display: block }", "1299"),
        ("span.x { display: none } .x { display: block }", "12"),
        (".x:hover, .xx, div .x, .x a { display: none }", "1299"),
        ("} .x {{ display: none", "1299"),
    ],
)
def test_html_what_a_style_sheet_of_the_page_hides_is_left_out(rules: str, text: str) -> None:
    inner = 'id="one" class="a x y"'
    body = f"<style>{rules}</style><p>12<span {inner}>99</span></p>"
    if "td" in rules and text == "12":
        body += f"<table><tr><td>12<span {inner}>99</span><td>b</table>"
    document = page(body)
    assert document.texts == ([text] if "<table" not in body else [text, text, "b"])
    assert bool(document.remarks) == (text == "12")


def test_html_a_style_of_its_own_shows_what_the_style_sheet_hides() -> None:
    assert page('<style>.x{display:none}</style><p class=x style="display: block">12</p>').texts == ["12"]


def test_html_a_page_that_is_hidden_until_its_scripts_have_run_is_read() -> None:
    assert page("<style>body { display: none }</style><p>12</p>").texts == ["12"]


def test_html_a_long_style_sheet_ends_fast() -> None:
    rules = "".join(f".c{at} .d{at}, p.e{at} {{ display: none }}\n" for at in range(20_000))
    assert page(f"<style>{rules}{'@media x {' * 5_000}</style>" + "<p>12</p>" * 2_000).texts == ["12"] * 2_000


def test_html_a_raised_note_is_no_digit_of_the_count() -> None:
    document = page("<p>37<sup>1</sup></p><table><tr><td>38<sup>2</sup><td>x</table>")
    assert document.texts == ["37¹", "38²", "x"]


def test_html_struck_text_in_a_raised_mark_is_left_out() -> None:
    assert page("<p>37<sup>1<s>9</s></sup></p>").texts == ["37¹"]


def test_html_items_have_the_numbers_that_a_browser_shows() -> None:
    assert paragraphs(page("<ol start=3><li>a</li><li>b</li></ol><ul><li>c</li></ul>")) == [
        "3. a",
        "4. b",
        "c",
    ]


def test_html_counting_goes_on_from_an_item_with_a_number_of_its_own() -> None:
    assert paragraphs(page("<ol><li value=5>a</li><li>b</li></ol>")) == ["5. a", "6. b"]


def test_html_a_paragraph_in_an_item_keeps_its_number() -> None:
    assert paragraphs(page("<ol><li><p>a</p></li></ol>")) == ["1. a"]


def test_md_pipe_tables_headings_and_struck_text() -> None:
    document = open_content(
        "a.md", b"# Title\n\nText ~~99~~\n\n| Q | 2020/21 |\n|---|---:|\n| Q3 | 1,234 |\n"
    )
    assert paragraphs(document) == ["Title", "Text"]
    assert shown(document.grids[0]) == [["Q", "2020/21"], ["Q3", "1,234"]]


# --- txt --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Q\t2020/21\t2021/22\nQ3\t12\t13\n",
        "Q    2020/21  2021/22\nQ3   12       13\n",
        "| Q | 2020/21 | 2021/22 |\n|---|---|---|\n| Q3 | 12 | 13 |\n",
    ],
)
def test_txt_tables_of_tabs_spaces_and_bars_are_the_same(text: str) -> None:
    document = open_content("a.txt", f"Before\n\n{text}\nBehind\n".encode())
    assert paragraphs(document) == ["Before", "Behind"]
    assert [shown(grid) for grid in document.grids] == [[["Q", "2020/21", "2021/22"], ["Q3", "12", "13"]]]


def test_txt_an_empty_cell_between_bars_or_at_their_end_keeps_its_place() -> None:
    document = open_content("a.txt", b"| Q | a | b |\n| | 1 | |\n| Q4 | | 2 |\n")
    assert shown(document.grids[0]) == [["Q", "a", "b"], ["", "1", ""], ["Q4", "", "2"]]


def test_txt_of_many_aligned_lines_ends_fast() -> None:
    def seconds(count: int) -> float:
        text = "\n".join(f"Locality  {at % 997:>6}  {at % 83:>4}" for at in range(count))
        start = time.process_time()
        assert open_content("a.txt", text.encode()).grids[0].row_count == count
        return time.process_time() - start

    seconds(1_000)
    assert seconds(60_000) < 2


def test_txt_tables_are_numbered_from_one() -> None:
    document = open_content("a.txt", b"a\tb\n1\t2\n\ntext\n\nc\td\n3\t4\n")
    assert [grid.number for grid in document.grids] == [1, 2]


# --- eml --------------------------------------------------------------------------------------------


def mail(text: str = "", page: str = "", *attached: tuple[str, bytes]) -> Document:
    message = EmailMessage()
    message["From"] = "FOI Team <foi@council.example>"
    message["Date"] = "Tue, 04 Mar 2025 10:00:00 +0000"
    message["Subject"] = "Your request 1234"
    message.set_content(text)
    if page:
        message.add_alternative(page, subtype="html")
    for name, content in attached:
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return open_content("a.eml", message.as_bytes())


@pytest.mark.parametrize(
    "quoted",
    [
        "> Q3: 99",
        "On Mon, 3 Mar 2025 at 10:00, A <a@b.example> wrote:\nQ3: 99",
        "-----Original Message-----\nQ3: 99",
        "From: A\nSent: Monday\nTo: B\nSubject: C\nQ3: 99",
    ],
)
def test_eml_what_is_quoted_of_earlier_messages_is_left_out_and_said(quoted: str) -> None:
    document = mail(f"Q3: 12\n\n{quoted}\n")
    assert document.texts == ["Your request 1234", "Q3: 12"]
    assert "what the e-mail quotes of earlier messages was left out" in document.remarks


def test_eml_date_and_sender_are_those_of_the_message() -> None:
    document = mail("Q3: 12")
    assert (document.sent_date, document.sender) == (date(2025, 3, 4), "FOI Team <foi@council.example>")


def test_eml_an_attachment_is_read_under_its_name() -> None:
    document = mail("See attached.", "", ("answer.csv", b"Q,n\nQ3,12\n"), ("bad.docx", b"PK\x03\x04"))
    (grid,) = document.grids
    assert grid.sheet == "answer.csv"
    assert shown(grid) == [["Q", "n"], ["Q3", "12"]]
    assert any("bad.docx was left out" in remark for remark in document.remarks)


def test_eml_a_table_in_the_html_body_is_a_table() -> None:
    document = mail(
        "Q3 12",
        "<p>Dear A</p><table><tr><td>Q3<td>12</table>"
        "<blockquote>one <blockquote>two</blockquote> Q3: 99</blockquote>",
    )
    assert shown(document.grids[0]) == [["Q3", "12"]]
    assert not any("99" in text for text in document.texts)


# --- pdf --------------------------------------------------------------------------------------------


def pdf(draw: Callable[[Canvas], None], rotation: int = 0) -> Document:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    if rotation:
        canvas.setPageRotation(rotation)
    canvas.setFont("Helvetica", 11)
    draw(canvas)
    canvas.save()
    return open_content("a.pdf", out.getvalue())


def ruled(rows: list[list[str]], **options: Any) -> Document:
    out = io.BytesIO()
    style = [("GRID", (0, 0), (-1, -1), 1, "black"), *options.pop("style", [])]
    SimpleDocTemplate(out, pagesize=A4).build([Table(rows, style=style, **options)])
    return open_content("a.pdf", out.getvalue())


def draw_rows(canvas: Canvas, rows: list[list[str]], top: float = 700) -> None:
    for down, row in enumerate(rows):
        for across, text in enumerate(row):
            canvas.drawString(72 + 120 * across, top - 20 * down, text)


ROWS = [["Question", "2020/21", "2021/22"], ["Q3", "2 310", "<5"], ["Q4", "12", "13"]]


def test_pdf_a_ruled_table_with_a_merged_heading() -> None:
    document = ruled([["Year", "", "x"], ["a", "b", "c"], ["1", "2", "3"]], style=[("SPAN", (0, 0), (1, 0))])
    assert shown(document.grids[0]) == [["Year", "", "x"], ["a", "b", "c"], ["1", "2", "3"]]
    assert spans(document.grids[0], "Year") == (1, 1, 1, 2)


def test_pdf_a_table_without_rules_has_a_spaced_number_in_one_cell() -> None:
    assert shown(pdf(lambda canvas: draw_rows(canvas, ROWS)).grids[0]) == ROWS


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_pdf_a_page_that_is_shown_turned_is_read_as_it_is_shown(rotation: int) -> None:
    def draw(canvas: Canvas) -> None:
        width, height = A4
        # the library swaps the sides of a turned page
        turn = {90: (0, -height), 180: (-width, -height), 270: (-width, 0)}[rotation]
        canvas.rotate(rotation)
        canvas.translate(*turn)
        draw_rows(canvas, ROWS, 500)

    assert shown(pdf(draw, rotation).grids[0]) == ROWS


def test_pdf_a_small_raised_mark_is_no_digit_of_the_count() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "37")
        canvas.setFont("Helvetica", 7)
        canvas.drawString(72 + 12.5, 704, "1")

    assert pdf(draw).texts == ["37¹"]


def test_pdf_a_table_that_goes_on_over_the_page_end_is_one_and_its_headings_stand_once() -> None:
    rows = [["Question", "n"], *([f"Row {at}", str(at)] for at in range(60))]
    document = ruled(rows, repeatRows=1)
    (grid,) = document.grids
    assert shown(grid) == rows


def test_pdf_a_heading_of_two_lines_is_one_cell() -> None:
    document = ruled([["Question", "Number of\nchildren"], ["Q3", "12"]])
    assert shown(document.grids[0]) == [["Question", "Number of children"], ["Q3", "12"]]


def test_pdf_years_that_narrow_headings_break_are_one_cell() -> None:
    rows = [["Age", "2020-", "2021-", "Total"], ["", "21", "22", ""], ["All", "814", "773", "1587"]]

    def draw(canvas: Canvas) -> None:
        for top, row in zip((700, 687, 670), rows, strict=True):
            for across, text in enumerate(row):
                canvas.drawString(72 + 120 * across, top, text)

    assert shown(pdf(draw).grids[0]) == [["Age", "2020- 21", "2021- 22", "Total"], rows[2]]


def test_pdf_a_question_quoted_over_narrow_lines_is_one_text_and_an_answer_below_it_another() -> None:
    lines = (
        "This line is as wide as the page and is all that tells how much room there would have been here.",
        "Question 7: Of those who had been referred on to early help services",
        "following the closure of their case, how many were re-referred for an",
        "assessment within 12 months?",
        "all: 25",
        "of whom boys: 12",
    )

    def draw(canvas: Canvas) -> None:
        for down, line in enumerate(lines):
            canvas.drawString(72, 700 - 15 * down, line)

    assert pdf(draw).texts == [lines[0], " ".join(lines[1:4]), *lines[4:]]


def test_pdf_white_text_is_left_out_and_said() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "12")
        canvas.setFillColorRGB(1, 1, 1)
        canvas.drawString(72, 600, "99")

    document = pdf(draw)
    assert document.texts == ["12"]
    assert document.remarks == ("white text was left out",)


def hidden_text(canvas: Canvas, x: float, y: float, text: str, mode: int = 3) -> None:
    drawn = canvas.beginText(x, y)
    drawn.setTextRenderMode(mode)
    drawn.textOut(text)
    canvas.drawText(drawn)


def picture(canvas: Canvas) -> None:
    canvas.drawInlineImage(Image.new("RGB", (8, 8), "grey"), 0, 0, *A4)


@pytest.mark.parametrize("mode", [3, 7])
def test_pdf_invisible_text_beside_visible_text_is_left_out_and_said(mode: int) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Answer 12")
        hidden_text(canvas, 72, 600, "99", mode)

    document = pdf(draw)
    assert document.texts == ["Answer 12"]
    assert document.remarks == ("text that is not shown was left out",)


def test_pdf_invisible_text_is_left_out_also_where_a_picture_lies_under_the_page() -> None:
    def draw(canvas: Canvas) -> None:
        picture(canvas)
        canvas.drawString(72, 700, "Answer 12")
        hidden_text(canvas, 72, 600, "99")

    assert pdf(draw).texts == ["Answer 12"]


def test_pdf_text_that_a_program_recognised_on_a_scan_is_read_and_said() -> None:
    def draw(canvas: Canvas) -> None:
        picture(canvas)
        canvas.drawString(72, 820, "Stamp")
        hidden_text(canvas, 72, 600, "Question 3: 12 children")

    document = pdf(draw)
    assert "Question 3: 12 children" in document.texts
    assert document.remarks == ("text recognised on a scanned picture was read: compare it with the picture",)


def test_pdf_text_in_outlines_is_shown() -> None:
    assert pdf(lambda canvas: hidden_text(canvas, 72, 600, "12", 1)).texts == ["12"]


# --- by name and content ----------------------------------------------------------------------------


def test_a_document_is_known_by_its_content_before_its_name(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(saved(_with_paragraph(run("12"))))
    assert open_document(path).texts == ["12"]


def test_pdf_a_lone_figure_is_an_answer_and_in_the_margin_it_is_the_page_number() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 500, "Question 3")
        canvas.drawString(72, 400, "12")
        canvas.drawString(300, 30, "7")

    assert pdf(draw).texts == ["Question 3", "12"]


def test_pdf_an_answer_that_begins_each_page_is_no_header() -> None:
    def draw(canvas: Canvas) -> None:
        for figure in (12, 13):
            canvas.drawString(72, 810, "Council letterhead")
            canvas.drawString(72, 650, f"Answer: {figure}")
            canvas.showPage()

    assert pdf(draw).texts == ["Answer: 12", "Answer: 13"]
