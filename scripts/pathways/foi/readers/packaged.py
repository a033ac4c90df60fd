"""Office documents are ZIP archives of XML: opened without inflating more than an answer can hold.

No DTD, entity, link or macro is followed: the parser resolves nothing, and a document type is refused.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pathways.errors import PathwaysError

MIB = 1024 * 1024
MAX_MEMBERS = 3_000
MAX_INFLATED = 200 * MIB
"""Bytes that all members together may inflate to."""
MAX_MEMBER = 100 * MIB
MAX_TREE = 40 * MIB
"""Bytes of XML that are made a tree, which takes some ten times as much memory."""
MAX_RATIO = 600
"""How many times its size a large member may inflate: text of figures stays below 100."""
LARGE = 20 * MIB
HEAD = 20_000
"""Bytes in which a document type would be declared."""
MAX_CELLS = 200_000
"""Cells that the tables of one document may have."""

# "Strict Open XML" says the same in the same words, under other names
_STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w+)/(\w+)")
_TRANSITIONAL = rb"http://schemas.openxmlformats.org/\1/2006/\2"


@dataclass(frozen=True)
class Relation:
    """Where a part of an Office document points to: the last word of its type, and a member."""

    kind: str
    target: str


@dataclass(frozen=True)
class Package:
    """An opened archive, its declared sizes checked."""

    name: str
    archive: zipfile.ZipFile

    @classmethod
    def open(cls, name: str, content: bytes) -> Package:
        """Opens an archive in memory.

        Raises:
            PathwaysError: it is broken, or would inflate to more than an answer can be.
        """
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
            members = archive.infolist()
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeError) as fault:
            raise broken(name) from fault
        total = sum(member.file_size for member in members)
        if len(members) > MAX_MEMBERS or total > MAX_INFLATED or any(map(_is_bomb, members)):
            raise PathwaysError(
                f"{name} would unpack to {total // MIB:,} MiB in {len(members):,} parts, more than an "
                f"answer can hold ({MAX_INFLATED // MIB} MiB). It was not opened: ask the council for "
                f"another copy."
            )
        if any(member.flag_bits & 1 for member in members):
            raise encrypted(name)
        return cls(name, archive)

    def has(self, member: str) -> bool:
        """Whether the archive has a member."""
        return member in self.archive.NameToInfo

    def read(self, member: str) -> bytes:
        """The content of a member, no longer than declared.

        Raises:
            PathwaysError: it is missing or broken.
        """
        with _told_as_broken(self.name):
            size = self.archive.getinfo(member).file_size
            with self.archive.open(member) as file:
                content = file.read(size + 1)
        if len(content) > size:
            raise broken(self.name)
        return content

    def tree(self, member: str) -> Any:
        """A member as an XML tree.

        Raises:
            PathwaysError: it is no XML, declares a document type, or is larger than an answer can be.
        """
        if self.has(member) and self.archive.getinfo(member).file_size > MAX_TREE:
            size = self.archive.getinfo(member).file_size
            raise PathwaysError(
                f"{self.name} has {size // MIB} MiB of text in {member}, more than an answer can hold "
                f"({MAX_TREE // MIB} MiB). It was not read: save the part with the answer as a file of "
                f"its own."
            )
        return parse_xml(self.name, _STRICT.sub(_TRANSITIONAL, self.read(member)))

    def elements(self, member: str) -> Iterator[Any]:
        """The elements of a member as they end, none kept: for parts too large for a tree.

        Raises:
            PathwaysError: it is no XML, or declares a document type.
        """
        with _told_as_broken(self.name):
            with self.archive.open(member) as file:
                _refuse_declaration(self.name, file.read(HEAD))
            with self.archive.open(member) as file:
                events = etree.iterparse(
                    file,
                    events=("end",),
                    resolve_entities=False,
                    no_network=True,
                    load_dtd=False,
                    huge_tree=False,
                )
                is_first = True
                for _, element in events:
                    if is_first:
                        _refuse_document_type(self.name, element)
                        is_first = False
                    yield element

    def relations(self, member: str = "") -> dict[str, Relation]:
        """Where a part, or the package itself, points to inside the package, by identifier."""
        folder, file = posixpath.split(member)
        described = posixpath.join(folder, "_rels", f"{file}.rels")
        if not self.has(described):
            return {}
        found = {}
        for one in self.tree(described):
            if not isinstance(one.tag, str) or (one.get("TargetMode") or "") == "External":
                continue
            target = posixpath.normpath(posixpath.join("/", folder, one.get("Target") or "")).lstrip("/")
            found[one.get("Id") or ""] = Relation((one.get("Type") or "").rsplit("/", 1)[-1], target)
        return found

    def main_part(self) -> str:
        """The member with the document itself; empty where the archive names none."""
        parts = [one.target for one in self.relations().values() if one.kind == "officeDocument"]
        return parts[0] if parts and self.has(parts[0]) else ""


class _told_as_broken:  # noqa: N801 - used like a function
    """What the libraries make of a damaged archive or damaged XML, as one sentence."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, trace: object) -> None:
        known = (
            KeyError,
            zipfile.BadZipFile,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            etree.LxmlError,
        )
        if fault is None or isinstance(fault, RecursionError):
            return
        # the faults of the decompressors have no base in common
        if isinstance(fault, known) or type(fault).__module__ in ("zlib", "lzma", "bz2", "_lzma"):
            raise broken(self.name) from fault


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > MAX_MEMBER or (
        member.file_size > LARGE and member.file_size > MAX_RATIO * max(1, member.compress_size)
    )


def parse_xml(name: str, content: bytes) -> Any:
    """Untrusted XML as a tree.

    Raises:
        PathwaysError: it is broken, or declares a document type, by which entities could be expanded.
    """
    _refuse_declaration(name, content[:HEAD])
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as fault:
        raise broken(name) from fault
    _refuse_document_type(name, root)
    return root


def _refuse_declaration(name: str, head: bytes) -> None:
    # before it is parsed: what it declares could grow as it is read; also in UTF-16
    head = head.replace(b"\0", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise _has_document_type(name)


def _refuse_document_type(name: str, element: Any) -> None:
    # whatever the encoding in which it stands
    information = element.getroottree().docinfo
    if information.internalDTD is not None or information.doctype:
        raise _has_document_type(name)


def _has_document_type(name: str) -> PathwaysError:
    return PathwaysError(
        f"{name} declares a document type in its XML, as no office program does: it may be an "
        f"attack. It was not read."
    )


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for a comment."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def attribute(element: Any, name: str) -> str:
    """An attribute by its name without namespace; empty where there is none."""
    found = element.get(name)
    if found is None:
        found = next((text for key, text in element.items() if key.rsplit("}", 1)[-1] == name), "")
    return str(found)


def whole(text: str | None, default: int = 0) -> int:
    """A whole number of an attribute; the default where it is none."""
    text = (text or "").strip()
    return int(text) if len(text) < 10 and text.removeprefix("-").isdecimal() else default


def broken(name: str) -> PathwaysError:
    """What to say of a document that is cut off or damaged."""
    return PathwaysError(
        f"{name} cannot be opened: it is damaged or was cut off. Download it again, or ask the "
        f"council for another copy."
    )


def encrypted(name: str) -> PathwaysError:
    """What to say of a document that needs a password."""
    return PathwaysError(
        f"{name} is encrypted and needs a password. Ask the council for a copy without one, or "
        f"save it without one."
    )


def too_many_cells(name: str, count: int) -> PathwaysError:
    """What to say of a document whose tables are larger than any answer."""
    return PathwaysError(
        f"{name} has over {count:,} table cells, more than an answer can hold ({MAX_CELLS:,}). It "
        f"was not read: "
        "save the sheet with the answer as a file of its own."
    )
