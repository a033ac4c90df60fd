"""Word documents (.docx, .docm): body, tables, text boxes, notes, headers and footers, in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from docx.oxml.ns import qn

from pathways.foi.document import Cell, Document, DocumentBuilder, raised
from pathways.foi.readers.lists import Numbering, written
from pathways.foi.readers.packaged import MAX_CELLS, Package, broken, too_many_cells, whole

MAX_SPAN = 200
LARGE_PICTURE = 8 * 360_000
"""Width from which a picture may hold a table, in English Metric Units: 8 cm."""

_OFF = ("0", "false", "off", "none")
_WRAPPERS = tuple(
    qn(name) for name in ("w:ins", "w:moveTo", "w:smartTag", "w:customXml", "w:sdtContent", "w:hyperlink")
)
_SYMBOLS = {0xA3: "≤", 0xB3: "≥", 0xB1: "±", 0xB7: "•", 0xB4: "×", 0xB9: "≠", 0xBB: "≈", 0xBC: "…", 0x2D: "−"}
_BOXES = {0xFC: "✓", 0xFE: "☑", 0xFB: "✗", 0xFD: "☒", 0xA8: "☐", 0x6F: "☐", 0x78: "☒", 0x52: "☑", 0x50: "✓"}


def read_word(name: str, sha256: str, content: bytes) -> Document:
    """Reads a Word document.

    Raises:
        PathwaysError: it is damaged, encrypted, or larger than an answer can be.
    """
    package = Package.open(name, content)
    builder = DocumentBuilder(name, sha256)
    _Reader(builder, package).read()
    return builder.done()


TABLE_INSIDE = "(table)"
"""Text of a cell that holds nothing but a table."""


@dataclass(frozen=True)
class _Look:
    """How a run of text looks, as far as it changes what is read."""

    is_hidden: bool = False
    is_struck: bool = False
    is_raised: bool = False
    is_white: bool = False

    def changed(self, properties: Any) -> _Look:
        """The look with what run properties say on top of it."""
        if properties is None:
            return self
        look = self
        for name, tags in (("is_hidden", ("w:vanish",)), ("is_struck", ("w:strike", "w:dstrike"))):
            for tag in tags:
                found = properties.find(qn(tag))
                if found is not None:
                    look = replace(look, **{name: _is_on(found)})
                    if _is_on(found):
                        break
        color = properties.find(qn("w:color"))
        if color is not None:
            look = replace(look, is_white=_is_white(color.get(qn("w:val"))))
        align = properties.find(qn("w:vertAlign"))
        if align is not None:
            look = replace(look, is_raised=align.get(qn("w:val")) == "superscript")
        position = properties.find(qn("w:position"))
        if position is not None and whole(position.get(qn("w:val"))) > 2:
            look = replace(look, is_raised=True)
        return look


@dataclass
class _Notes:
    """The notes of one kind in the order of their marks, which is that of their numbers."""

    kind: str
    format: str
    marks: dict[str, str] = field(default_factory=dict)

    def mark(self, identifier: str) -> str:
        """The raised mark of a note, the same wherever it is referred to."""
        if identifier not in self.marks:
            number = sum(bool(mark) for mark in self.marks.values()) + 1
            self.marks[identifier] = raised(written(number, self.format))
        return self.marks[identifier]


class _Styles:
    def __init__(self, root: Any) -> None:
        styles = root.findall(qn("w:style")) if root is not None else []
        self.by_id = {one.get(qn("w:styleId")) or "": one for one in styles}
        self.default = next(
            (
                one.get(qn("w:styleId")) or ""
                for one in styles
                if one.get(qn("w:type")) == "paragraph" and one.get(qn("w:default")) in ("1", "true")
            ),
            "",
        )
        self.looks: dict[str, _Look] = {}

    def chain(self, identifier: str) -> list[Any]:
        """A style and those that it is based on, the most general first."""
        found: list[Any] = []
        while identifier in self.by_id and len(found) < 12:
            style = self.by_id[identifier]
            if style in found:
                break
            found.insert(0, style)
            base = style.find(qn("w:basedOn"))
            identifier = base.get(qn("w:val")) or "" if base is not None else ""
        return found

    def look(self, identifier: str, under: _Look) -> _Look:
        """The look that a style gives to text of another look."""
        for style in self.chain(identifier):
            under = under.changed(style.find(qn("w:rPr")))
        return under

    def numbering(self, identifier: str) -> Any:
        """The list numbering that a paragraph style brings along."""
        for style in reversed(self.chain(identifier)):
            found = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
            if found is not None:
                return found
        return None

    def is_heading(self, identifier: str) -> bool:
        """Whether a style is one of headings."""
        for style in self.chain(identifier):
            name = style.find(qn("w:name"))
            text = (name.get(qn("w:val")) or "").lower() if name is not None else ""
            if text.startswith(("heading", "title", "caption")):
                return True
        return False


class _Reader:
    def __init__(self, builder: DocumentBuilder, package: Package) -> None:
        self.builder = builder
        self.package = package
        self.part = package.main_part() or "word/document.xml"
        self.relations = package.relations(self.part)
        self.body = self.package.tree(self.part).find(qn("w:body"))
        if self.body is None:
            raise broken(builder.name)
        self.styles = _Styles(self._related("styles"))
        self.numbering = Numbering(self._related("numbering"))
        settings = self._related("settings")
        self.has_even_margins = settings is not None and settings.find(qn("w:evenAndOddHeaders")) is not None
        self.notes = {
            "footnotes": _Notes("footnotes", self._note_format(settings, "footnotePr", "decimal")),
            "endnotes": _Notes("endnotes", self._note_format(settings, "endnotePr", "lowerRoman")),
        }
        self.cell_count = 0

    def _related(self, kind: str) -> Any:
        for relation in self.relations.values():
            if relation.kind == kind and self.package.has(relation.target):
                return self.package.tree(relation.target)
        return None

    def _note_format(self, settings: Any, tag: str, default: str) -> str:
        for place in (self.body.find(qn("w:sectPr")), settings):
            found = place.find(f"{qn(f'w:{tag}')}/{qn('w:numFmt')}") if place is not None else None
            if found is not None:
                return found.get(qn("w:val")) or default
        return default

    def read(self) -> None:
        margins = list(self._margins())
        seen: set[str] = set()
        for kind, root in margins:
            if kind == "header":
                self._margin(root, seen)
        self._blocks(self.body)
        for kind, root in margins:
            if kind == "footer":
                self._margin(root, seen)
        for kind in ("footnotes", "endnotes"):
            self._notes(kind)

    def _margins(self) -> Iterator[tuple[str, Any]]:
        """The headers and footers that are shown, in the order of the sections."""
        for section in self.body.iter(qn("w:sectPr")):
            has_first = section.find(qn("w:titlePg"))
            for tag in ("w:headerReference", "w:footerReference"):
                for one in section.findall(qn(tag)):
                    kind = one.get(qn("w:type"))
                    is_shown = (
                        (has_first is not None and _is_on(has_first))
                        if kind == "first"
                        else self.has_even_margins
                        if kind == "even"
                        else True
                    )
                    relation = self.relations.get(one.get(qn("r:id")) or "")
                    if is_shown and relation is not None and self.package.has(relation.target):
                        yield relation.kind, self.package.tree(relation.target)

    def _margin(self, root: Any, seen: set[str]) -> None:
        """A header or footer, once, its tables cell by cell as text."""
        for paragraph in root.iter(qn("w:p")):
            if self._is_fallback(paragraph):
                continue
            text = self.text(paragraph)
            if text.strip() and text not in seen:
                seen.add(text)
                self.builder.paragraph(text)

    def _notes(self, kind: str) -> None:
        notes = self.notes[kind]
        root = self._related(kind) if notes.marks else None
        if root is None:
            return
        by_id = {note.get(qn("w:id")): note for note in root if isinstance(note.tag, str)}
        for identifier, mark in notes.marks.items():
            note = by_id.get(identifier)
            paragraphs = note.iter(qn("w:p")) if note is not None else ()
            text = " ".join(self.text(paragraph) for paragraph in paragraphs).strip()
            if text:
                self.builder.paragraph(f"{mark} {text}")

    # --- body ---------------------------------------------------------------------------------------

    def _blocks(self, element: Any) -> None:
        tabbed: list[list[str]] = []
        for child in element:
            pieces = self._tabbed(child)
            if pieces is None or (tabbed and len(pieces) != len(tabbed[0])):
                self._end_of_tabbed(tabbed)
                tabbed = []
            if pieces is not None:
                tabbed.append(pieces)
            elif child.tag == qn("w:p"):
                self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                self._table(child)
            elif child.tag in _WRAPPERS or child.tag == qn("w:sdt"):
                self._blocks(child)
            elif child.tag == qn("w:altChunk"):
                self.builder.remark("a document that is embedded in this one was left out")

        self._end_of_tabbed(tabbed)

    def _tabbed(self, element: Any) -> list[str] | None:
        """The pieces of a paragraph between its tabs; None where it has none, or more than text."""
        if element.tag != qn("w:p") or next(self._boxes(element), None) is not None:
            return None
        text = self.text(element).strip("\n")
        pieces = [piece.strip() for piece in text.split("\t")]
        return pieces if len(pieces) > 1 and sum(map(bool, pieces)) > 1 and "\n" not in text else None

    def _end_of_tabbed(self, rows: list[list[str]]) -> None:
        """Adds paragraphs whose pieces stand below each other at the same tabs as the table that they are."""
        if len(rows) > 1:
            self.builder.rows(rows)
        elif rows:
            self.builder.paragraph(" ".join(rows[0]))

    def _paragraph(self, paragraph: Any) -> None:
        is_heading = self.styles.is_heading(_style(paragraph))
        number = self._label(paragraph)
        for line in self.text(paragraph).split("\n"):
            if line.strip():
                self.builder.paragraph(number + line, is_heading=is_heading)
                number = ""
        for box in self._boxes(paragraph):
            self._blocks(box)

    def _label(self, paragraph: Any) -> str:
        properties = paragraph.find(qn("w:pPr"))
        listed = properties.find(qn("w:numPr")) if properties is not None else None
        if listed is None or listed.find(qn("w:numId")) is None:
            inherited = self.styles.numbering(_style(paragraph) or self.styles.default)
            listed = inherited if inherited is not None else listed
        mark = properties.find(qn("w:rPr")) if properties is not None else None
        if mark is not None and mark.find(qn("w:del")) is not None and not self.text(paragraph).strip():
            # a paragraph that is deleted is no item any more
            return ""
        return self.numbering.label(listed)

    def _boxes(self, paragraph: Any) -> Iterator[Any]:
        for box in paragraph.iter(qn("w:txbxContent")):
            if not self._is_fallback(box) and next(box.iterancestors(qn("w:p")), None) is paragraph:
                yield box

    def _is_fallback(self, element: Any) -> bool:
        """Whether an element stands in what older programs show in place of another."""
        return any(
            isinstance(above.tag, str) and above.tag.endswith("}Fallback")
            for above in element.iterancestors()
        )

    def _table(self, table: Any, within: tuple[int, int, int] | None = None) -> None:
        cells: dict[tuple[int, int], Cell] = {}
        nested: list[tuple[Any, tuple[int, int]]] = []
        open_merges: dict[int, tuple[int, int]] = {}
        row_number = 0
        for row in self._rows(table):
            row_number += 1
            column = 1 + self._skipped(row)
            left: tuple[int, int] | None = None
            for cell in self._cells(row):
                self.cell_count += 1
                if self.cell_count > MAX_CELLS:
                    raise too_many_cells(self.builder.name, MAX_CELLS)
                properties = cell.find(qn("w:tcPr"))
                span = _span(properties)
                merge = properties.find(qn("w:vMerge")) if properties is not None else None
                beside = properties.find(qn("w:hMerge")) if properties is not None else None
                at = open_merges.get(column)
                if beside is not None and beside.get(qn("w:val")) != "restart" and left is not None:
                    cells[left] = replace(cells[left], column_span=cells[left].column_span + span)
                elif merge is not None and merge.get(qn("w:val")) != "restart" and at is not None:
                    cells[at] = replace(cells[at], row_span=row_number - cells[at].row + 1)
                else:
                    left = (row_number, column)
                    tables: list[Any] = []
                    text = self._cell_text(cell, tables)
                    # a cell that holds nothing but a table is not blank
                    cells[left] = Cell(text or (TABLE_INSIDE if tables else ""), *left, 1, span)
                    nested.extend((inner, left) for inner in tables)
                    if merge is not None:
                        open_merges[column] = left
                    else:
                        open_merges.pop(column, None)
                column += span
        if row_number == 1 and len(cells) == 1 and nested:
            # a frame around other tables
            for line in next(iter(cells.values())).text.split("\n"):
                self.builder.paragraph(line)
            for inner, _ in nested:
                self._table(inner, within)
            return
        number = self.builder.grid(list(cells.values()), within=within)
        for inner, place in nested:
            self._table(inner, (number, *place))

    def _rows(self, table: Any) -> Iterator[Any]:
        for child in table:
            if child.tag == qn("w:tr"):
                properties = child.find(qn("w:trPr"))
                if properties is not None and properties.find(qn("w:del")) is not None:
                    self.builder.remark("a deleted table row was left out")
                elif properties is not None and _has(properties, "w:hidden"):
                    self.builder.remark("hidden text was left out")
                else:
                    yield child
            elif child.tag in _WRAPPERS or child.tag == qn("w:sdt"):
                yield from self._rows(child)

    def _cells(self, row: Any) -> Iterator[Any]:
        for child in row:
            if child.tag == qn("w:tc"):
                yield child
            elif child.tag in _WRAPPERS or child.tag == qn("w:sdt"):
                yield from self._cells(child)

    def _skipped(self, row: Any) -> int:
        """Columns of the grid that a row leaves empty at its left."""
        before = row.find(f"{qn('w:trPr')}/{qn('w:gridBefore')}")
        return max(0, min(whole(before.get(qn("w:val"))), MAX_SPAN)) if before is not None else 0

    def _cell_text(self, cell: Any, nested: list[Any]) -> str:
        if cell.find(f"{qn('w:tcPr')}/{qn('w:cellDel')}") is not None:
            self.builder.remark("text that was deleted with tracked changes was left out")
            return ""
        texts = []
        for child in self._cell_children(cell):
            if child.tag == qn("w:tbl"):
                nested.append(child)
                continue
            text = self._label(child) + self.text(child)
            for box in self._boxes(child):
                text += " " + self._cell_text(box, nested)
            texts.append(text)
        return "\n".join(text for text in texts if text.strip())

    def _cell_children(self, cell: Any) -> Iterator[Any]:
        for child in cell:
            if child.tag in (qn("w:p"), qn("w:tbl")):
                yield child
            elif child.tag in _WRAPPERS or child.tag == qn("w:sdt"):
                yield from self._cell_children(child)

    # --- text ---------------------------------------------------------------------------------------

    def text(self, paragraph: Any) -> str:
        """What the eye sees of a paragraph: no deleted, hidden or struck text; raised marks raised."""
        return "".join(
            self._texts(paragraph, self.styles.look(_style(paragraph) or self.styles.default, _Look()))
        )

    def _texts(self, element: Any, look: _Look) -> Iterator[str]:
        for child in element:
            tag = child.tag
            if not isinstance(tag, str):
                continue
            if tag in (qn("w:del"), qn("w:moveFrom")):
                self.builder.remark("text that was deleted with tracked changes was left out")
            elif tag == qn("w:r"):
                yield self._run(child, look)
            elif tag == qn("m:sSup"):
                base, above = child.find(qn("m:e")), child.find(qn("m:sup"))
                yield "".join(base.itertext()) if base is not None else ""
                yield raised("".join(above.itertext())) if above is not None else ""
            elif tag == qn("m:t"):
                yield child.text or ""
            elif tag not in _UNREAD and not tag.endswith("}Fallback"):
                yield from self._texts(child, look)

    def _run(self, run: Any, look: _Look) -> str:
        properties = run.find(qn("w:rPr"))
        style = properties.find(qn("w:rStyle")) if properties is not None else None
        if style is not None:
            look = self.styles.look(style.get(qn("w:val")) or "", look)
        look = look.changed(properties)
        text = mark = ""
        for child in run:
            if child.tag == qn("w:t"):
                text += child.text or ""
            elif child.tag in (qn("w:tab"), qn("w:ptab")):
                text += "\t"
            elif child.tag in (qn("w:br"), qn("w:cr")):
                text += "\n"
            elif child.tag == qn("w:noBreakHyphen"):
                text += "-"
            elif child.tag == qn("w:sym"):
                text += _symbol(child)
            elif child.tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
                mark += self._mark(child)
            else:
                for one in child.iter(qn("w:object"), qn("w:drawing")):
                    self._look_at(one)
        left_out = (
            "hidden text"
            if look.is_hidden
            else "text that is struck through"
            if look.is_struck
            else "white text on white"
            if look.is_white and not self._is_on_colour(run)
            else ""
        )
        if left_out:
            if (text + mark).strip():
                self.builder.remark(f"{left_out} was left out")
            return ""
        return (raised(text) if look.is_raised else text) + mark

    def _is_on_colour(self, run: Any) -> bool:
        """Whether anything may lie behind a text: shading or a highlight, a box, a coloured page."""
        root = self.body.getparent()
        if root is not None and root.find(qn("w:background")) is not None:
            return True
        for element in (run, *run.iterancestors()):
            if element.tag == qn("w:txbxContent"):
                return True
            name = _PROPERTIES.get(element.tag)
            properties = element.find(name) if name else None
            if properties is None:
                continue
            named = [properties.find(qn(tag)) for tag in ("w:rStyle", "w:pStyle", "w:tblStyle")]
            styles = [style for one in named if one is not None for style in self.styles.chain(_value(one))]
            places = [properties, *(place for style in styles for place in style.iter(*_PROPERTIES.values()))]
            if any(_is_filled(place) for place in places):
                return True
        return False

    def _mark(self, reference: Any) -> str:
        notes = self.notes["footnotes" if reference.tag == qn("w:footnoteReference") else "endnotes"]
        identifier = reference.get(qn("w:id")) or ""
        if (reference.get(qn("w:customMarkFollows")) or "0") not in _OFF:
            # the mark stands in the text, as the author wrote it
            notes.marks.setdefault(identifier, "")
            return ""
        return notes.mark(identifier)

    def _look_at(self, element: Any) -> None:
        """Says of a picture or an embedded sheet that may hold figures that it was not read."""
        if element.tag == qn("w:object"):
            self.builder.remark("an embedded object, such as a sheet of a workbook, was left out")
        elif element.tag == qn("w:drawing"):
            for extent in element.iter(qn("wp:extent")):
                if (
                    whole(extent.get("cx")) >= LARGE_PICTURE
                    and element.find(f".//{qn('pic:pic')}") is not None
                ):
                    self.builder.remark("a large picture was left out: look whether it holds figures")
                if element.find(f".//{qn('c:chart')}") is not None:
                    self.builder.remark("a chart was left out: look whether it holds figures")


_PROPERTIES = {qn(tag): qn(f"{tag}Pr") for tag in ("w:r", "w:p", "w:tc", "w:tbl")}
"""Where the look of an element is said."""


def _value(element: Any) -> str:
    return element.get(qn("w:val")) or ""


def _is_white(color: str | None) -> bool:
    """Whether a colour, as RRGGBB, is white or hardly to be told from it."""
    return color is not None and re.fullmatch(r"(?:F[A-F\d]){3}", color, re.IGNORECASE) is not None


def _is_filled(properties: Any) -> bool:
    """Whether properties put a colour behind the text."""
    shading, marker = properties.find(qn("w:shd")), properties.find(qn("w:highlight"))
    fill = shading.get(qn("w:fill")) if shading is not None else "auto"
    pattern = shading.get(qn("w:val")) if shading is not None else "clear"
    has_shading = fill not in (None, "auto") and not _is_white(fill)
    return has_shading or pattern not in (None, "clear", "nil") or marker is not None


_UNREAD = frozenset(
    qn(name)
    for name in (
        "w:pPr",
        "w:rPr",
        "w:sdtPr",
        "w:sdtEndPr",
        "w:txbxContent",
        "w:tbl",
        "w:drawing",
        "w:pict",
        "w:object",
    )
)


def _style(paragraph: Any) -> str:
    found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return found.get(qn("w:val")) or "" if found is not None else ""


def _is_on(element: Any) -> bool:
    return (element.get(qn("w:val")) or "true").lower() not in _OFF


def _has(properties: Any, tag: str) -> bool:
    found = properties.find(qn(tag))
    return found is not None and _is_on(found)


def _span(properties: Any) -> int:
    span = properties.find(qn("w:gridSpan")) if properties is not None else None
    return max(1, min(whole(span.get(qn("w:val")), 1), MAX_SPAN)) if span is not None else 1


def _symbol(element: Any) -> str:
    """A sign of a symbol font; one that cannot be told is shown as unknown, so that no limit gets lost."""
    try:
        code = int(element.get(qn("w:char")) or "", 16) & 0xFF
    except ValueError:
        return "\ufffd"
    if "wing" in (element.get(qn("w:font")) or "").lower():
        return _BOXES.get(code, "\ufffd")
    return _SYMBOLS.get(code) or (chr(code) if 0x20 <= code < 0x40 else "\ufffd")
