"""Office documents are ZIP archives of XML: opened without inflating more than an answer can hold.

No DTD, entity, link or macro is followed: the parser resolves nothing, and a document type is refused.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import Any

from lxml import etree

from pathways.errors import PathwaysError

MAX_MEMBERS = 3_000
MAX_INFLATED = 200 * 1024 * 1024
"""Bytes that all members together may inflate to."""
MAX_MEMBER = 100 * 1024 * 1024
MAX_CELLS = 200_000
"""Cells that the tables of one document may have."""


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
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as fault:
            raise broken(name) from fault
        total = sum(member.file_size for member in members)
        if (
            len(members) > MAX_MEMBERS
            or total > MAX_INFLATED
            or any(one.file_size > MAX_MEMBER for one in members)
        ):
            raise PathwaysError(
                f"{name} would unpack to {total // 1024 // 1024:,} MiB in {len(members):,} parts, "
                f"more than an answer can "
                f"hold ({MAX_INFLATED // 1024 // 1024} MiB). It was not opened: ask the council "
                f"for another copy."
            )
        if any(member.flag_bits & 1 for member in members):
            raise encrypted(name)
        return cls(name, archive)

    def has(self, member: str) -> bool:
        """Whether the archive has a member."""
        return member in self.archive.namelist()

    def read(self, member: str) -> bytes:
        """The content of a member, no longer than declared.

        Raises:
            PathwaysError: it is missing or broken.
        """
        try:
            size = self.archive.getinfo(member).file_size
            with self.archive.open(member) as file:
                content = file.read(size + 1)
        except (
            KeyError,
            zipfile.BadZipFile,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            ValueError,
        ) as fault:
            raise broken(self.name) from fault
        except Exception as fault:  # zlib.error has no public base
            if type(fault).__module__ in ("zlib", "lzma", "bz2", "_lzma"):
                raise broken(self.name) from fault
            raise
        if len(content) > size:
            raise broken(self.name)
        return content

    def tree(self, member: str) -> Any:
        """A member as an XML tree.

        Raises:
            PathwaysError: it is no XML, or declares a document type.
        """
        return parse_xml(self.name, self.read(member))


def parse_xml(name: str, content: bytes) -> Any:
    """Untrusted XML as a tree.

    Raises:
        PathwaysError: it is broken, or declares a document type, by which entities could be expanded.
    """
    if b"<!DOCTYPE" in content[:10_000] or b"<!ENTITY" in content:
        raise PathwaysError(
            f"{name} declares a document type in its XML, as no office program does: it may be an "
            f"attack. It was not read."
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise broken(name) from fault


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
