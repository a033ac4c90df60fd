"""Word documents (.docx): body, tables, text boxes, notes, headers and footers, in reading order."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import docx
from docx.oxml.ns import qn

from pathways.foi.document import Cell, Document, DocumentBuilder, raised
from pathways.foi.readers.packaged import MAX_CELLS, Package, broken, parse_xml, too_many_cells

_SKIPPED = frozenset(
    [
        *(qn(name) for name in ("w:del", "w:moveFrom", "w:pPr", "w:rPr", "w:instrText", "w:delText")),
        "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
    ]
)
_OFF = ("0", "false", "off", "none")


def read_word(name: str, sha256: str, content: bytes) -> Document:
    """Reads a Word document.

    Raises:
        PathwaysError: it is damaged, encrypted, or larger than an answer can be.
    """
    package = Package.open(name, content)
    for member in package.archive.namelist():
        if member.endswith((".xml", ".rels")):
            parse_xml(name, package.read(member))
    try:
        document = docx.Document(io.BytesIO(content))
    except (KeyError, ValueError, AttributeError) as fault:
        raise broken(name) from fault
    builder = DocumentBuilder(name, sha256)
    _Reader(builder, document).read()
    return builder.done()


class _Styles:
    """What a style says of text that says nothing itself, such as that it is raised, struck or numbered."""

    def __init__(self, document: Any) -> None:
        self.by_id = {style.style_id: style.element for style in document.styles}

    def find(self, style_id: str, holder: str, tag: str) -> Any:
        """A property of a style, or of the nearest one that it is based on; None where none has it."""
        seen: set[str] = set()
        while style_id in self.by_id and style_id not in seen:
            seen.add(style_id)
            style = self.by_id[style_id]
            properties = style.find(qn(holder))
            found = properties.find(qn(tag)) if properties is not None else None
            if found is not None:
                return found
            base = style.find(qn("w:basedOn"))
            style_id = (base.get(qn("w:val")) or "") if base is not None else ""
        return None


def _whole(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else otherwise


def _style_of(properties: Any, tag: str) -> str:
    style = properties.find(qn(tag)) if properties is not None else None
    return (style.get(qn("w:val")) or "") if style is not None else ""


@dataclass
class _Numbering:
    """Counts the automatic numbers of lists, which stand in no text."""

    formats: dict[tuple[str, str], tuple[str, str, int]]
    styles: _Styles
    counts: dict[tuple[str, int], int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Any, styles: _Styles) -> _Numbering:
        formats: dict[tuple[str, str], tuple[str, str, int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return cls(formats, styles)
        abstract = {one.get(qn("w:abstractNumId")): one for one in root.findall(qn("w:abstractNum"))}
        for number in root.findall(qn("w:num")):
            reference = number.find(qn("w:abstractNumId"))
            levels = abstract.get(reference.get(qn("w:val"))) if reference is not None else None
            for level in levels.findall(qn("w:lvl")) if levels is not None else ():
                kind, text, start = (level.find(qn(tag)) for tag in ("w:numFmt", "w:lvlText", "w:start"))
                formats[number.get(qn("w:numId")), level.get(qn("w:ilvl"))] = (
                    kind.get(qn("w:val")) if kind is not None else "bullet",
                    text.get(qn("w:val")) or "" if text is not None else "",
                    _whole(start.get(qn("w:val")), 1) if start is not None else 1,
                )
        return cls(formats, styles)

    def label(self, paragraph: Any) -> str:
        """The number in front of a paragraph, such as ``2.``; empty for a bullet or none."""
        properties = paragraph.find(qn("w:pPr"))
        listed = properties.find(qn("w:numPr")) if properties is not None else None
        if listed is None:
            listed = self.styles.find(_style_of(properties, "w:pStyle"), "w:pPr", "w:numPr")
        if listed is None:
            return ""
        number, level = listed.find(qn("w:numId")), listed.find(qn("w:ilvl"))
        key = number.get(qn("w:val")) if number is not None else ""
        depth = level.get(qn("w:val")) if level is not None else "0"
        if (key, depth) not in self.formats:
            return ""
        kind, text, start = self.formats[key, depth]
        at = _whole(depth, 0)
        self.counts[key, at] = self.counts.get((key, at), start - 1) + 1
        for deeper in [one for one in self.counts if one[0] == key and one[1] > at]:
            del self.counts[deeper]
        if kind in ("bullet", "none"):
            return ""
        return re.sub(r"%(\d)", lambda match: self._written(key, int(match[1]) - 1), text) + " "

    def _written(self, key: str, level: int) -> str:
        kind = self.formats.get((key, str(level)), ("decimal", "", 1))[0]
        count = self.counts.get((key, level), 1)
        if kind in ("lowerLetter", "upperLetter"):
            letter = chr(ord("a") + (count - 1) % 26)
            return letter.upper() if kind == "upperLetter" else letter
        if kind in ("lowerRoman", "upperRoman"):
            roman = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")[(count - 1) % 10]
            return roman.upper() if kind == "upperRoman" else roman
        return str(count)


class _Reader:
    def __init__(self, builder: DocumentBuilder, document: Any) -> None:
        self.builder = builder
        self.document = document
        self.styles = _Styles(document)
        self.numbering = _Numbering.of(document, self.styles)
        self.headings = {
            style.style_id
            for style in document.styles
            if (style.name or "").lower().startswith(("heading", "title", "caption"))
        }
        self.cell_count = 0

    def read(self) -> None:
        seen: set[str] = set()
        for section in self.document.sections:
            for part in (section.header, section.first_page_header):
                self._margin(part, seen)
        self._body(self.document.element.body)
        for section in self.document.sections:
            for part in (section.footer, section.first_page_footer):
                self._margin(part, seen)
        for kind in ("footnotes", "endnotes"):
            self._notes(kind)

    def _margin(self, part: Any, seen: set[str]) -> None:
        """A header or footer, once, its tables cell by cell as text."""
        for paragraph in part._element.iter(qn("w:p")):
            text = self.text(paragraph)
            if text.strip() and text not in seen:
                seen.add(text)
                self.builder.paragraph(text)

    def _notes(self, kind: str) -> None:
        for relation in self.document.part.rels.values():
            if relation.is_external or not relation.reltype.endswith(f"/{kind}"):
                continue
            root = parse_xml(self.builder.name, relation.target_part.blob)
            for note in root:
                if note.get(qn("w:type")) in ("separator", "continuationSeparator"):
                    continue
                text = " ".join(self.text(paragraph) for paragraph in note.iter(qn("w:p"))).strip()
                if text:
                    self.builder.paragraph(f"{raised(note.get(qn('w:id')) or '')} {text}")

    # --- body ---------------------------------------------------------------------------------------

    def _body(self, element: Any) -> None:
        for child in element:
            if child.tag == qn("w:p"):
                self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif child.tag in (qn("w:sdt"), qn("w:ins"), qn("w:moveTo"), qn("w:smartTag"), qn("w:customXml")):
                self._body(child.find(qn("w:sdtContent")) if child.tag == qn("w:sdt") else child) if len(
                    child
                ) else None

    def _paragraph(self, paragraph: Any) -> None:
        properties = paragraph.find(qn("w:pPr"))
        style = properties.find(qn("w:pStyle")) if properties is not None else None
        is_heading = style is not None and style.get(qn("w:val")) in self.headings
        number = self.numbering.label(paragraph)
        for line in self.text(paragraph).split("\n"):
            if line.strip():
                self.builder.paragraph(number + line, is_heading=is_heading)
                number = ""
        for box in paragraph.iter(qn("w:txbxContent")):
            if not any(parent.tag.endswith("}Fallback") for parent in box.iterancestors()):
                self._body(box)

    def _table(self, table: Any) -> None:
        cells: dict[tuple[int, int], Cell] = {}
        nested: list[Any] = []
        open_merges: dict[int, tuple[int, int]] = {}
        row_number = 0
        for row in self._rows(table):
            row_number += 1
            column = 1 + self._skipped(row, "w:gridBefore")
            for cell in self._cells(row):
                self.cell_count += 1
                if self.cell_count > MAX_CELLS:
                    raise too_many_cells(self.builder.name, MAX_CELLS)
                properties = cell.find(qn("w:tcPr"))
                span = self._span(properties)
                merge = properties.find(qn("w:vMerge")) if properties is not None else None
                if merge is not None and merge.get(qn("w:val")) != "restart" and column in open_merges:
                    at = open_merges[column]
                    top = cells[at]
                    cells[at] = Cell(top.text, top.row, top.column, row_number - top.row + 1, top.column_span)
                else:
                    cells[row_number, column] = Cell(
                        self._cell_text(cell, nested), row_number, column, 1, span
                    )
                    if merge is not None:
                        open_merges[column] = (row_number, column)
                    else:
                        open_merges.pop(column, None)
                column += span
        if row_number == 1 and len(cells) == 1 and nested:
            # a frame around other tables
            self.builder.paragraph(next(iter(cells.values())).text)
        else:
            self.builder.grid(list(cells.values()))
        for inner in nested:
            self._table(inner)

    def _rows(self, table: Any) -> Iterator[Any]:
        for child in table:
            if child.tag == qn("w:tr"):
                properties = child.find(qn("w:trPr"))
                if properties is not None and properties.find(qn("w:del")) is not None:
                    self.builder.remark("a deleted table row was left out")
                    continue
                yield child
            elif child.tag in (qn("w:sdt"), qn("w:ins"), qn("w:customXml")):
                yield from self._rows(child.find(qn("w:sdtContent")) if child.tag == qn("w:sdt") else child)

    def _cells(self, row: Any) -> Iterator[Any]:
        for child in row:
            if child.tag == qn("w:tc"):
                yield child
            elif child.tag == qn("w:sdt"):
                content = child.find(qn("w:sdtContent"))
                if content is not None:
                    yield from self._cells(content)

    def _skipped(self, row: Any, tag: str) -> int:
        properties = row.find(qn("w:trPr"))
        before = properties.find(qn(tag)) if properties is not None else None
        return min(_whole(before.get(qn("w:val")), 0), 200) if before is not None else 0

    def _span(self, properties: Any) -> int:
        span = properties.find(qn("w:gridSpan")) if properties is not None else None
        text = span.get(qn("w:val")) or "1" if span is not None else "1"
        return max(1, min(int(text), 200)) if text.isdecimal() and len(text) < 9 else 1

    def _cell_text(self, cell: Any, nested: list[Any]) -> str:
        texts = []
        for child in self._cell_children(cell):
            if child.tag == qn("w:tbl"):
                nested.append(child)
            else:
                texts.append(self.numbering.label(child) + self.text(child))
        return " ".join(text for text in texts if text.strip())

    def _cell_children(self, cell: Any) -> Iterator[Any]:
        for child in cell:
            if child.tag in (qn("w:p"), qn("w:tbl")):
                yield child
            elif child.tag in (qn("w:sdt"), qn("w:ins"), qn("w:customXml")):
                yield from self._cell_children(
                    child.find(qn("w:sdtContent")) if child.tag == qn("w:sdt") else child
                )

    # --- text ---------------------------------------------------------------------------------------

    def text(self, paragraph: Any) -> str:
        """What the eye sees of a paragraph: no deleted, hidden or struck text; raised marks raised."""
        return "".join(self._texts(paragraph))

    def _texts(self, element: Any) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or tag in _SKIPPED:
                if tag == qn("w:del"):
                    self.builder.remark("text that was deleted with tracked changes was left out")
                continue
            if tag == qn("w:r"):
                yield self._run(child)
            elif tag not in (qn("w:txbxContent"), qn("w:tbl"), qn("w:drawing"), qn("w:pict")):
                yield from self._texts(child)

    def _run(self, run: Any) -> str:
        text = ""
        for child in run:
            if child.tag == qn("w:t"):
                text += child.text or ""
            elif child.tag == qn("w:tab"):
                text += "\t"
            elif child.tag in (qn("w:br"), qn("w:cr")):
                text += "\n"
            elif child.tag == qn("w:noBreakHyphen"):
                text += "-"
            elif child.tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
                text += raised(child.get(qn("w:id")) or "")
        if not text:
            return text
        found = self._look_up(run)
        if self._is_on(found("w:vanish")) or self._is_on(found("w:webHidden")):
            self.builder.remark("hidden text was left out")
            return ""
        if self._is_on(found("w:strike")) or self._is_on(found("w:dstrike")):
            if text.strip():
                self.builder.remark("text that is struck through was left out")
            return ""
        align = found("w:vertAlign")
        if align is not None and align.get(qn("w:val")) == "superscript":
            return raised(text)
        return text

    def _look_up(self, run: Any) -> Callable[[str], Any]:
        """Finds a property of a run: its own, else its style's, else that of the paragraph's style."""
        own = run.find(qn("w:rPr"))
        paragraph = next(run.iterancestors(qn("w:p")), None)
        around = paragraph.find(qn("w:pPr")) if paragraph is not None else None
        styles = _style_of(own, "w:rStyle"), _style_of(around, "w:pStyle")

        def found(tag: str) -> Any:
            property_ = own.find(qn(tag)) if own is not None else None
            for style in styles:
                if property_ is None and style:
                    property_ = self.styles.find(style, "w:rPr", tag)
            return property_

        return found

    def _is_on(self, found: Any) -> bool:
        return found is not None and (found.get(qn("w:val")) or "true").lower() not in _OFF
