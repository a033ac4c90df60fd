"""Each reader says what the eye sees: what a format hides stays hidden, what it adds is added."""

# ruff: noqa: E501

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from pathways.foi.document import Document, Grid, Paragraph
from pathways.foi.opening import open_content
from pathways.foi.readers.lists import written
from pathways.foi.readers.shown import shown_day, shown_number, shown_text


def saved(thing: Any) -> bytes:
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()


def paragraphs(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Paragraph)]


def table(grid: Grid) -> dict[tuple[int, int], str]:
    return {(cell.row, cell.column): cell.text for cell in grid.cells}


def spans(grid: Grid) -> dict[str, tuple[int, int]]:
    return {cell.text: (cell.row_span, cell.column_span) for cell in grid.cells if cell.text}


def rewritten(content: bytes, member: str, change: Callable[[str], str]) -> bytes:
    """A package with one part changed, or added where it is not there."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body.decode()) if name == member else body)
        if member not in old.namelist():
            new.writestr(member, change(""))
    return out.getvalue()


# --- Word -------------------------------------------------------------------------------------------

W = nsdecls("w")
NOT_STRUCK = "<w:strike w:val='0'/>"


def word(*bodies: str) -> Document:
    """A document whose body is raw markup, read."""
    return open_content("a.docx", word_content(*bodies))


def word_content(*bodies: str) -> bytes:
    document = docx.Document()
    body = document.element.body
    for markup in bodies:
        wrapped = parse_xml(
            f"<w:body {W} {nsdecls('w14', 'wp', 'a', 'pic', 'r', 'm')}"
            ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
            f' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape">{markup}</w:body>'
        )
        for child in list(wrapped):
            body.insert(len(body) - 1, child)
    return saved(document)


def p(inner: str) -> str:
    return f"<w:p>{inner}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def tc(inner: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc>"


def test_docx_insertions_stay_and_deletions_hidden_and_struck_text_go_with_a_remark() -> None:
    document = word(
        p(
            f'<w:ins w:id="1" w:author="a">{r("22")}</w:ins>'
            '<w:del w:id="2" w:author="a"><w:r><w:delText>99</w:delText></w:r></w:del>'
            f"{r('7')}{r('88', '<w:vanish/>')}{r('77', '<w:strike/>')}{r('66', '<w:dstrike/>')}{r(' kept', NOT_STRUCK)}"
        )
    )
    assert paragraphs(document) == ["227 kept"]
    assert len(document.remarks) == 3
    assert any("deleted" in remark for remark in document.remarks)
    assert any("hidden" in remark for remark in document.remarks)
    assert any("struck" in remark for remark in document.remarks)


def test_docx_moved_text_stands_only_where_it_was_moved_to() -> None:
    moved = f'<w:moveFrom w:id="1">{r("Q3: 12")}</w:moveFrom>'
    document = word(p(moved), p(f'<w:moveTo w:id="2">{r("Q3: 12")}</w:moveTo>'))
    assert paragraphs(document) == ["Q3: 12"]


def test_docx_a_raised_run_is_no_digit_of_the_number_also_by_style_or_position() -> None:
    document = docx.Document()
    style = document.styles.add_style("Mark", docx.enum.style.WD_STYLE_TYPE.CHARACTER)
    style.font.superscript = True
    paragraph = document.add_paragraph("37")
    paragraph.add_run("1").font.superscript = True
    paragraph.add_run(" 38")
    paragraph.add_run("2", style="Mark")
    paragraph.add_run(" 39")
    paragraph.add_run("3")._r.get_or_add_rPr().append(parse_xml(f'<w:position {W} w:val="6"/>'))
    assert paragraphs(open_content("a.docx", saved(document))) == ["37¹ 38² 39³"]


def test_docx_text_hidden_or_struck_by_its_style_is_left_out() -> None:
    document = docx.Document()
    hidden = document.styles.add_style("Draft", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    hidden.font.hidden = True
    struck = document.styles.add_style("Old", docx.enum.style.WD_STYLE_TYPE.CHARACTER)
    struck.font.strike = True
    based = document.styles.add_style("Older", docx.enum.style.WD_STYLE_TYPE.CHARACTER)
    based.base_style = struck
    document.add_paragraph("99", style="Draft")
    paragraph = document.add_paragraph("new 12 ")
    paragraph.add_run("34", style="Old")
    paragraph.add_run("56", style="Older")
    assert paragraphs(open_content("a.docx", saved(document))) == ["new 12"]


def test_docx_merged_cells_keep_their_columns_and_spans() -> None:
    document = docx.Document()
    grid = document.add_table(3, 4)
    grid.cell(0, 0).merge(grid.cell(1, 0)).text = "Question"
    grid.cell(0, 1).merge(grid.cell(0, 3)).text = "2020/21"
    for column, text in enumerate(("All", "5-9", "16+"), start=1):
        grid.cell(1, column).text = text
    for column, text in enumerate(("Q3", "1", "2", "3")):
        grid.cell(2, column).text = text
    (read,) = open_content("a.docx", saved(document)).grids
    assert spans(read)["Question"] == (2, 1) and spans(read)["2020/21"] == (1, 3)
    assert {(2, 2): "All", (2, 4): "16+", (3, 4): "3"}.items() <= table(read).items()


def test_docx_tables_in_content_controls_and_rows_and_cells_in_them_are_read() -> None:
    row = f"<w:tr>{tc(p(r('Q3')))}<w:sdt><w:sdtContent>{tc(p(r('12')))}</w:sdtContent></w:sdt></w:tr>"
    document = word(
        f"<w:sdt><w:sdtContent><w:tbl>{row}<w:sdt><w:sdtContent><w:tr>{tc(p(r('Q4')))}"
        f"{tc('<w:sdt><w:sdtContent>' + p(r('11')) + '</w:sdtContent></w:sdt>')}</w:tr></w:sdtContent></w:sdt>"
        "</w:tbl></w:sdtContent></w:sdt>"
    )
    assert table(document.grids[0]) == {(1, 1): "Q3", (1, 2): "12", (2, 1): "Q4", (2, 2): "11"}


def test_docx_a_deleted_or_hidden_row_is_left_out_and_a_deleted_cell_is_empty() -> None:
    gone = tc(p(r("99")), "<w:cellDel w:id='2'/>")
    document = word(
        f"<w:tbl><w:tr>{tc(p(r('Q3')))}{tc(p(r('12')))}</w:tr>"
        f"<w:tr><w:trPr><w:del w:id='1'/></w:trPr>{tc(p(r('Q9')))}</w:tr>"
        f"<w:tr><w:trPr><w:hidden/></w:trPr>{tc(p(r('Q8')))}</w:tr>"
        f"<w:tr>{tc(p(r('Q4')))}{gone}{tc(p(r('11')))}</w:tr></w:tbl>"
    )
    assert table(document.grids[0]) == {(1, 1): "Q3", (1, 2): "12", (2, 1): "Q4", (2, 2): "", (2, 3): "11"}


def test_docx_old_horizontal_merges_and_columns_left_empty_keep_the_figures_in_their_columns() -> None:
    first = tc(p(r("2020/21")), "<w:hMerge w:val='restart'/>")
    document = word(
        f"<w:tbl><w:tr>{first}{tc(p(''), '<w:hMerge/>')}{tc(p(r('b')))}</w:tr>"
        f"<w:tr><w:trPr><w:gridBefore w:val='1'/></w:trPr>{tc(p(r('1')))}{tc(p(r('2')))}</w:tr></w:tbl>"
    )
    assert spans(document.grids[0])["2020/21"] == (1, 2)
    assert table(document.grids[0]) == {(1, 1): "2020/21", (1, 3): "b", (2, 2): "1", (2, 3): "2"}


def test_docx_a_table_in_a_cell_is_a_grid_of_its_own() -> None:
    document = docx.Document()
    outer = document.add_table(1, 1)
    outer.cell(0, 0).text = "Answer"
    inner = outer.cell(0, 0).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "Q3", "12"
    read = open_content("a.docx", saved(document))
    assert paragraphs(read) == ["Answer"] and table(read.grids[0]) == {(1, 1): "Q3", (1, 2): "12"}


def test_docx_paragraphs_and_text_boxes_of_a_cell_are_joined_by_spaces() -> None:
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx><w:txbxContent>"
        f"{p(r('boxed'))}</w:txbxContent></wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><w:txbxContent>{p(r('boxed'))}</w:txbxContent></w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    document = word(
        f"<w:tbl><w:tr>{tc(p(r('1 April 2020')) + p(r('to 31 March')))}{tc(p(r('12') + box))}</w:tr></w:tbl>",
        p(r("before") + box),
    )
    assert table(document.grids[0]) == {(1, 1): "1 April 2020 to 31 March", (1, 2): "12 boxed"}
    assert paragraphs(document) == ["before", "boxed"]


def test_docx_automatic_numbers_stand_in_front_and_bullets_give_nothing() -> None:
    document = docx.Document()
    for style in ("List Number", "List Number", "List Bullet"):
        document.add_paragraph(style, style=style)
    assert paragraphs(open_content("a.docx", saved(document))) == [
        "1. List Number",
        "2. List Number",
        "List Bullet",
    ]


def numbered_content() -> bytes:
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="{start}"/><w:numFmt w:val="{kind}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (start, kind, text) in enumerate(
            (
                (2, "decimal", "%1."),
                (1, "lowerLetter", "%2)"),
                (1, "lowerRoman", "(%3)"),
                (1, "decimal", "%1.%4"),
            )
        )
    )
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {W} w:abstractNumId="77">{levels}</w:abstractNum>'))
    for identifier, extra in (
        (77, ""),
        (78, ""),
        (79, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'),
    ):
        numbering.append(
            parse_xml(f'<w:num {W} w:numId="{identifier}"><w:abstractNumId w:val="77"/>{extra}</w:num>')
        )
    for identifier, level in (
        (77, 0),
        (77, 1),
        (77, 1),
        (77, 2),
        (77, 0),
        (77, 1),
        (78, 0),
        (79, 0),
        (77, 3),
    ):
        paragraph = document.add_paragraph("x")
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {W}><w:ilvl w:val="{level}"/><w:numId w:val="{identifier}"/></w:numPr>')
        )
    return saved(document)


def test_docx_levels_starts_restarts_and_lists_that_count_on() -> None:
    assert paragraphs(open_content("a.docx", numbered_content())) == [
        "2. x", "a) x", "b) x", "(i) x", "3. x", "a) x", "4. x", "1. x", "1.1 x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [(27, "lowerLetter", "aa"), (26, "a", "z"), (14, "lowerRoman", "xiv"), (49, "I", "XLIX"), (3, "ordinal", "3rd"), (7, "decimalZero", "07"), (2, "unknown", "2")],
)  # fmt: skip
def test_numbers_of_lists_go_on_after_z_and_x(number: int, kind: str, text: str) -> None:
    assert written(number, kind) == text


def footnoted_content() -> bytes:
    """Notes whose identifiers are not their numbers, and an endnote."""
    body = p(r("37") + '<w:r><w:footnoteReference w:id="5"/></w:r>') + p(
        r("38") + '<w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:endnoteReference w:id="1"/></w:r>'
    )
    content = word_content(body)
    notes = (
        f'<w:footnotes {W}><w:footnote w:type="separator" w:id="-1"><w:p/></w:footnote>'
        f'<w:footnote w:id="2">{p(r("second"))}</w:footnote><w:footnote w:id="5">{p(r("first"))}</w:footnote></w:footnotes>'
    )
    content = rewritten(content, "word/footnotes.xml", lambda _: notes)
    content = rewritten(
        content,
        "word/endnotes.xml",
        lambda _: f'<w:endnotes {W}><w:endnote w:id="1">{p(r("at the end"))}</w:endnote></w:endnotes>',
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    return rewritten(
        content,
        "word/_rels/document.xml.rels",
        lambda text: text.replace(
            "</Relationships>",
            "".join(
                f'<Relationship Id="n{name}" Type="{kind}/{name}" Target="{name}.xml"/>'
                for name in ("footnotes", "endnotes")
            )
            + "</Relationships>",
        ),
    )


def test_docx_notes_are_numbered_by_their_marks_in_the_text_and_stand_at_the_end() -> None:
    texts = paragraphs(open_content("a.docx", footnoted_content()))
    assert texts == ["37¹", "38²ⁱ", "¹ first", "² second", "ⁱ at the end"]


def test_docx_headers_come_first_footers_last_and_a_first_page_header_only_where_it_is_shown() -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Freedom of information"
    section.first_page_header.paragraphs[0].text = "Shire Council"
    section.footer.paragraphs[0].text = "Page"
    document.add_paragraph("Q3: 12")
    assert paragraphs(open_content("a.docx", saved(document))) == ["Freedom of information", "Q3: 12", "Page"]
    section.different_first_page_header_footer = True
    assert "Shire Council" in paragraphs(open_content("a.docx", saved(document)))


def test_docx_headings_are_known_by_their_style() -> None:
    document = docx.Document()
    document.add_heading("Question 3", 2)
    document.add_paragraph("text")
    read = open_content("a.docx", saved(document))
    assert [block.is_heading for block in read.blocks if isinstance(block, Paragraph)] == [True, False]


def test_docx_a_limit_in_a_symbol_font_is_not_lost_in_front_of_its_number() -> None:
    document = word(
        p('<w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r>' + r("5")),
        p('<w:r><w:sym w:font="Symbol" w:char="F03C"/></w:r>' + r("5")),
        p('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + r(" Yes")),
        p('<w:r><w:sym w:font="Other" w:char="F0E1"/></w:r>' + r("5")),
        p(
            "<m:oMath><m:sSup><m:e><m:r><m:t>37</m:t></m:r></m:e><m:sup><m:r><m:t>1</m:t></m:r></m:sup></m:sSup></m:oMath>"
        ),
    )
    assert paragraphs(document) == ["≤5", "<5", "☑ Yes", "\ufffd5", "37¹"]


def test_docx_what_may_hold_figures_and_is_no_text_is_said() -> None:
    picture = "<w:r><w:drawing><wp:inline><wp:extent cx='{}' cy='9'/><a:graphic><a:graphicData><pic:pic/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
    document = word(p(r("x") + picture.format(5_000_000) + "<w:r><w:object/></w:r>"))
    assert any("large picture" in remark for remark in document.remarks)
    assert any("embedded object" in remark for remark in document.remarks)
    assert word(p(r("x") + picture.format(900_000))).remarks == ()


@pytest.mark.parametrize("kind", ["macroEnabled.main+xml", "template.main+xml"])
def test_docx_with_macros_and_templates_and_other_part_names_are_read_and_no_macro_is_run(kind: str) -> None:
    content = word_content(p(r("Q3: 12")))
    content = rewritten(
        content,
        "[Content_Types].xml",
        lambda text: re.sub(
            r"vnd\.openxml\S*wordprocessingml\.document\.main\+xml", f"vnd.ms-word.document.{kind}", text
        ),
    )
    assert paragraphs(open_content("a.docm", content)) == ["Q3: 12"]
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            other = name.replace("word/document.xml", "word/document2.xml").replace(
                "/document.xml.rels", "/document2.xml.rels"
            )
            new.writestr(other, old.read(name).replace(b"word/document.xml", b"word/document2.xml"))
    assert paragraphs(open_content("a.docx", out.getvalue())) == ["Q3: 12"]


def test_docx_strict_open_xml_is_read_alike() -> None:
    def strict(text: str) -> str:
        return re.sub(
            r"http://schemas\.openxmlformats\.org/(\w+)/2006/(\w+)", r"http://purl.oclc.org/ooxml/\1/\2", text
        )

    content = word_content(p(r("37") + r("1", '<w:vertAlign w:val="superscript"/>')))
    for member in ("word/document.xml", "word/styles.xml", "word/_rels/document.xml.rels", "_rels/.rels"):
        content = rewritten(content, member, strict)
    assert paragraphs(open_content("a.docx", content)) == ["37¹"]


# --- Excel ------------------------------------------------------------------------------------------


def book(*rows: list[Any]) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    return workbook


def sheet(workbook: openpyxl.Workbook) -> dict[tuple[int, int], str]:
    return table(open_content("a.xlsx", saved(workbook)).grids[0])


def test_xlsx_hidden_rows_columns_and_sheets_are_left_out_and_the_others_keep_their_places() -> None:
    workbook = book(["Q", "draft", "2020/21"], ["Q3", 99, 12], ["Q9", 98, 97], ["Q4", 96, 11])
    workbook.active.column_dimensions["B"].hidden = True
    workbook.active.row_dimensions[3].hidden = True
    workbook.create_sheet("Old").append(["95"])
    workbook.create_sheet("Older").append(["94"])
    workbook["Old"].sheet_state, workbook["Older"].sheet_state = "hidden", "veryHidden"
    document = open_content("a.xlsx", saved(workbook))
    (grid,) = document.grids
    assert table(grid) == {
        (1, 1): "Q",
        (1, 3): "2020/21",
        (2, 1): "Q3",
        (2, 3): "12",
        (4, 1): "Q4",
        (4, 3): "11",
    }
    assert grid.sheet == "Sheet"
    assert len(document.remarks) == 4


def test_xlsx_grouped_columns_share_one_hidden_mark() -> None:
    workbook = book(["a", 1, 2, 3, "b"])
    workbook.active.column_dimensions.group("B", "D", hidden=True)
    assert sheet(workbook) == {(1, 1): "a", (1, 5): "b"}


def test_xlsx_a_merged_cell_stands_at_its_first_visible_place_and_hardly_beyond_the_sheet() -> None:
    workbook = book(["2020/21", None, None], ["All", "5-9", "x"])
    workbook.active.merge_cells("A1:B1")
    workbook.active.merge_cells("C2:XFD9")
    workbook.active.column_dimensions["A"].hidden = True
    (grid,) = open_content("a.xlsx", saved(workbook)).grids
    assert table(grid) == {(1, 2): "2020/21", (2, 2): "5-9", (2, 3): "x"}
    assert spans(grid) == {"2020/21": (1, 1), "5-9": (1, 1), "x": (8, 21)}


def test_xlsx_what_lies_under_a_merged_cell_is_not_seen() -> None:
    workbook = book(["2020/21", "x"], ["1", "2"])
    content = rewritten(
        saved(workbook),
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells>'
        ),
    )
    assert table(open_content("a.xlsx", content).grids[0]) == {(1, 1): "2020/21"}


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (1234, "General", "1234"), (1234, "#,##0", "1,234"), (1234567.0, "#,##0", "1,234,567"), (12.0, "General", "12"),
        (12.5, "0", "12.5"), (12, "0.00", "12"), (0.12, "0%", "12%"), (0.125, "0%", "12.5%"), (226.99999999999997, "0", "227"),
        (7, "000", "007"), (-5, "0", "-5"), (-5, "0;(0)", "(5)"), (-5, "#,##0;[Red]-#,##0", "-5"), (5, '0"*"', "5*"),
        (1200, '[$£-809]#,##0', "£1,200"), (0, "#", ""), (0, "#,###", ""), (5, "@", "5"), (5, "0_);(0)", "5"),
        # accounts: a zero is shown as a dash
        (0, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "-"), (4321, '_-* #,##0_-;\\-* #,##0_-;_-* "-"??_-;_-@_-', "4,321"),
        # the number under these never gets out
        (3, '[<5]"<5";0', "<5"), (5, '[<5]"<5";0', "5"), (3, '[<5]\\*;[<10]"5 to 9";0', "*"), (7, '[<5]\\*;[<10]"5 to 9";0', "5 to 9"),
        (70, '[<5]\\*;[<10]"5 to 9";0', "70"), (3, ";;;", ""), (3, '"*"', "*"), (3, '"c"', "c"), (0, '0;0;"Nil"', "Nil"),
        (3, '[=3]"a;b";0', "a;b"), (3, '[Red][<5]"<5";General', "<5"), (8, '[>=5]0;"<5"', "8"), (3, '[>=5]0;"<5"', "<5"),
        # and what cannot be told exactly is not guessed
        (7, '[<5]"<5"', None), (1234, "#,##0,", None), (1234, "0.0E+0", None), (0.5, "# ?/?", None), (12, "0-0", None),
        (7, '[<5]"<5";0;0.0', None), (-1, '[<5]"<5";0', None), (1.5, "[h]:mm", None), (3, "0;0;0;0;0", None),
    ],
)  # fmt: skip
def test_a_number_is_what_its_format_shows(value: float, code: str, shown: str | None) -> None:
    assert shown_number(value, code) == shown


@pytest.mark.parametrize(
    ("serial", "code", "shown"),
    [
        (43922, "dd/mm/yyyy", "2020-04-01"), (43922, "mmm-yy", "Apr-20"), (43922, "mmmm yyyy", "Apr 2020"), (43922, "yyyy", "2020"),
        (43922, '[$-809]d mmmm yyyy;@', "2020-04-01"), (45905, "d-mmm", "05-Sep"), (43922, '"Year to "dd mmm yyyy', "Year to 2020-04-01"),
        (0.6041666667, "hh:mm", "14:30"), (43921.9999999999, "dd/mm/yyyy", "2020-04-01"), (1, "yyyy-mm-dd", "1900-01-01"),
        (61, "yyyy-mm-dd", "1900-03-01"), (1.5, "[h]:mm", None), (-1, "dd/mm/yyyy", None), (9e9, "dd/mm/yyyy", None),
    ],
)  # fmt: skip
def test_a_day_is_as_much_of_it_as_its_format_shows(serial: float, code: str, shown: str | None) -> None:
    assert shown_day(serial, code) == shown


def test_days_since_1904_are_four_years_later() -> None:
    assert shown_day(42460, "dd/mm/yyyy", since_1904=True) == "2020-04-01"
    workbook = book([datetime(2020, 4, 1)])
    workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert sheet(workbook) == {(1, 1): "2020-04-01"}


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [("Q3", "General", "Q3"), ("Q3", "@", "Q3"), ("Q3", "0;0;0", "Q3"), ("12", ";;;", ""), ("12", '0;0;0;"c"', "c"), ("12", '"no. "@', "no. 12")],
)  # fmt: skip
def test_a_format_may_add_to_a_text_or_hide_it(text: str, code: str, shown: str) -> None:
    assert shown_text(text, code) == shown


def test_xlsx_numbers_texts_errors_and_truth_values_as_displayed() -> None:
    workbook = book([1234, "1,234", True, "#REF!", date(2020, 4, 1), "  <5 ", 0])
    for cell, code in zip(
        workbook.active[1],
        ("#,##0", "General", "General", "General", "mmm-yy", "General", ";;;"),
        strict=True,
    ):
        cell.number_format = code
    assert list(sheet(workbook).values()) == ["1,234", "1,234", "TRUE", "#REF!", "Apr-20", "<5", ""]


def test_xlsx_a_number_under_a_format_that_cannot_be_told_never_gets_out() -> None:
    workbook = book([4321])
    workbook.active["A1"].number_format = '[<9999]"x"0"y"0'
    document = open_content("a.xlsx", saved(workbook))
    assert document.texts == ["#FORMAT!"] and any("not guessed" in remark for remark in document.remarks)


def conditional(kind: str, formula: list[str], operator: str | None = None) -> openpyxl.Workbook:
    workbook = book([3, 30])
    style = DifferentialStyle(numFmt=NumberFormat(numFmtId=200, formatCode='"<5"'))
    workbook.active.conditional_formatting.add(
        "A1:B9", Rule(type=kind, operator=operator, dxf=style, formula=formula, priority=1)
    )
    return workbook


def test_xlsx_a_conditional_format_that_hides_a_number_hides_it() -> None:
    assert list(sheet(conditional("cellIs", ["5"], "lessThan")).values()) == ["<5", "30"]
    assert list(sheet(conditional("expression", ["A1<$Z$1"])).values()) == ["#FORMAT!", "#FORMAT!"]


def test_xlsx_a_sheet_that_shows_no_zeros_shows_none() -> None:
    workbook = book(["Q3", 0, 12])
    workbook.active.sheet_view.showZeros = False
    assert sheet(workbook) == {(1, 1): "Q3", (1, 2): "", (1, 3): "12"}


def test_xlsx_formulas_show_their_stored_result_and_are_never_run() -> None:
    workbook = book([1, "=A1+1", "=A1+2", '=""', "=1/0"])
    stored = {"B1": "<v>77</v>", "D1": "<v></v>", "E1": "<v>#DIV/0!</v>"}

    def store(text: str) -> str:
        for reference, value in stored.items():
            text = re.sub(
                rf'(<c r="{reference}"[^>]*>)(<f>.*?</f>)(?:<v\s*/>|<v></v>)', rf"\1\2{value}", text
            )
        text = text.replace('<c r="D1"', '<c t="str" r="D1"')
        return text.replace('<c r="E1"', '<c t="e" r="E1"')

    document = open_content("a.xlsx", rewritten(saved(workbook), "xl/worksheets/sheet1.xml", store))
    assert table(document.grids[0]) == {
        (1, 1): "1",
        (1, 2): "77",
        (1, 3): "#FORMULA!",
        (1, 4): "",
        (1, 5): "#DIV/0!",
    }
    assert document.remarks == ("a formula without a stored result was not run",)


def test_xlsx_raised_and_struck_runs_and_cells() -> None:
    workbook = book(["a", "b", "c", "d", 12])
    cells = workbook.active[1]
    cells[0].value = CellRichText("37", TextBlock(InlineFont(vertAlign="superscript"), "1"))
    cells[1].value = CellRichText(TextBlock(InlineFont(strike=True), "99"), "12")
    cells[2].font = Font(vertAlign="superscript")
    cells[3].font = Font(strike=True)
    cells[4].font = Font(strike=True)
    document = open_content("a.xlsx", saved(workbook))
    assert table(document.grids[0]) == {(1, 1): "37¹", (1, 2): "12", (1, 3): "ᶜ", (1, 4): "", (1, 5): ""}
    assert document.remarks == ("text that is struck through was left out",)


def test_xlsx_comments_and_links_are_no_text() -> None:
    workbook = book(["12"])
    workbook.active["A1"].comment = openpyxl.comments.Comment("was 99", "a")
    workbook.active["A1"].hyperlink = "http://127.0.0.1:9/"
    assert open_content("a.xlsx", saved(workbook)).texts == ["12"]


def test_xlsx_a_lone_cell_in_the_last_row_and_column_costs_nothing() -> None:
    workbook = book(["Q3", 12])
    workbook.active["XFD1048576"] = "end"
    assert sheet(workbook)[1_048_576, 16_384] == "end"


def test_xlsx_rows_and_cells_without_places_follow_each_other() -> None:
    body = '<row><c t="str"><v>a</v></c><c><v>1</v></c></row><row><c/><c><v>2</v></c></row>'
    content = rewritten(
        saved(book(["x"])),
        "xl/worksheets/sheet1.xml",
        lambda text: re.sub(r"<sheetData>.*</sheetData>", f"<sheetData>{body}</sheetData>", text),
    )
    assert table(open_content("a.xlsx", content).grids[0]) == {(1, 1): "a", (1, 2): "1", (2, 2): "2"}


def test_xlsx_with_styles_that_other_programs_write_wrongly_is_read_all_the_same() -> None:
    content = rewritten(
        saved(book(["Q3", 12])),
        "xl/styles.xml",
        lambda text: text.replace("<fills", '<fills bad="1"').replace("<patternFill", "<unknownFill"),
    )
    assert list(table(open_content("a.xlsx", content).grids[0]).values()) == ["Q3", "12"]


def test_xlsx_strict_open_xml_is_read_alike() -> None:
    def strict(text: str) -> str:
        return re.sub(
            r"http://schemas\.openxmlformats\.org/(\w+)/2006/(\w+)", r"http://purl.oclc.org/ooxml/\1/\2", text
        )

    content = saved(book(["Q3", 12]))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.namelist()
    for member in members:
        if member.startswith(("xl/", "_rels")):
            content = rewritten(content, member, strict)
    assert list(table(open_content("a.xlsx", content).grids[0]).values()) == ["Q3", "12"]


def test_xlsx_text_boxes_are_read_below_the_cells() -> None:
    a = "http://schemas.openxmlformats.org/drawingml/2006/main"
    x = "http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    drawing = (
        f'<x:wsDr xmlns:x="{x}" xmlns:a="{a}"><x:twoCellAnchor><x:sp><x:txBody><a:p><a:r><a:t>* means 1 to 4</a:t></a:r>'
        '<a:r><a:rPr strike="sngStrike"/><a:t>old</a:t></a:r></a:p></x:txBody></x:sp></x:twoCellAnchor></x:wsDr>'
    )
    content = rewritten(saved(book(["Q3", 12])), "xl/drawings/drawing1.xml", lambda _: drawing)
    content = rewritten(
        content,
        "xl/worksheets/_rels/sheet1.xml.rels",
        lambda _: (
            f'<Relationships><Relationship Id="d1" Type="{kind}/drawing" Target="../drawings/drawing1.xml"/></Relationships>'
        ),
    )
    content = rewritten(
        content,
        "xl/worksheets/sheet1.xml",
        lambda text: text.replace("</worksheet>", f'<drawing xmlns:r="{kind}" r:id="d1"/></worksheet>'),
    )
    document = open_content("a.xlsx", content)
    assert paragraphs(document) == ["* means 1 to 4"] and document.blocks[-1].sheet == "Sheet"
