"""Opens a document of any format that councils send; what cannot be read is said in one plain sentence."""

from __future__ import annotations

import hashlib
from pathlib import Path

from pathways.errors import PathwaysError
from pathways.foi.document import Document
from pathways.foi.readers.packaged import Package, broken, encrypted

MAX_BYTES = 60 * 1024 * 1024
"""Size of the largest document that is read."""
READABLE = ".docx, .xlsx, .ods, .csv, .pdf, .html, .md, .txt or .eml"

_TEXT_KINDS = {
    ".csv": "delimited",
    ".tsv": "delimited",
    ".htm": "web",
    ".html": "web",
    ".xhtml": "web",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".text": "plain",
    "": "plain",
    ".eml": "mail",
}
_OLD = {
    ".doc": "Word document in the old format",
    ".xls": "workbook in the old format",
    ".msg": "message in Outlook's own format",
    ".rtf": "document in the rich text format",
    ".ppt": "presentation",
    ".pptx": "presentation",
    ".zip": "archive",
}
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")


def open_document(path: Path) -> Document:
    """Reads a document.

    Raises:
        PathwaysError: it cannot be read; one sentence says why, and what to do.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PathwaysError(
                f"{path.name} has {size // 1024 // 1024} MiB; an answer of up to {MAX_BYTES // 1024 // 1024} "
                f"MiB can be read. "
                "Save the pages or the sheet with the answer as a file of its own."
            )
        content = path.read_bytes()
    except OSError as fault:
        raise PathwaysError(f"{path} cannot be opened: {fault.strerror or fault}.") from fault
    return open_content(path.name, content)


def open_content(name: str, content: bytes, depth: int = 0) -> Document:
    """Reads a document from its bytes, by what they are and then by the name.

    Raises:
        PathwaysError: it cannot be read.
    """
    if not content.strip(b"\0 \t\r\n"):
        raise PathwaysError(f"{name} is empty. Ask the council for another copy.")
    try:
        document = _read(name, content, depth)
    except RecursionError as fault:
        raise PathwaysError(
            f"{name} is nested deeper than any answer. It was not read: save its text or its "
            f"table as a file of its own."
        ) from fault
    except MemoryError as fault:
        raise PathwaysError(
            f"{name} needs more memory than an answer can. Save the part with the answer as a "
            f"file of its own."
        ) from fault
    except PathwaysError:
        raise
    except Exception as fault:  # what a damaged document makes of a library is no user's concern
        raise broken(name) from fault
    if not document.blocks:
        raise PathwaysError(
            f"{name} has no text in it. If it is a scan, a person must read it, or make its text "
            f"readable first."
        )
    return document


def _read(name: str, content: bytes, depth: int) -> Document:
    sha256 = hashlib.sha256(content).hexdigest()
    suffix = Path(name).suffix.lower()
    if content.startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in content[:1024]):
        from pathways.foi.readers.portable import read_portable

        return read_portable(name, sha256, content)
    if content.startswith(b"PK\x03\x04"):
        return _read_package(name, sha256, content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise encrypted(name)
        raise _not_readable(name, _OLD.get(suffix, "document in an old Office format"))
    if content.startswith(_IMAGES) or (content.startswith(b"RIFF") and content[8:12] == b"WEBP"):
        raise PathwaysError(
            f"{name} is a picture. A person must read it: type the figures into a copy of the template."
        )
    if content.startswith(b"{\\rtf") or suffix in (".doc", ".xls", ".msg", ".rtf"):
        raise _not_readable(name, _OLD.get(suffix, _OLD[".rtf"]))
    if suffix in (".docx", ".xlsx", ".xlsm", ".ods", ".odt", ".pdf"):
        raise broken(name)
    kind = _TEXT_KINDS.get(suffix)
    if kind is None:
        raise _not_readable(name, f"file of the kind '{suffix}'")
    if kind == "plain" and content.lstrip()[:200].lower().startswith((b"<!doctype html", b"<html")):
        kind = "web"
    return _read_text(kind, name, sha256, content, depth)


def _read_package(name: str, sha256: str, content: bytes) -> Document:
    package = Package.open(name, content)
    members = set(package.archive.namelist())
    if "word/document.xml" in members:
        from pathways.foi.readers.word import read_word

        return read_word(name, sha256, content)
    if "xl/workbook.xml" in members:
        from pathways.foi.readers.workbook import read_workbook

        return read_workbook(name, sha256, content)
    if "content.xml" in members:
        from pathways.foi.readers.opendocument import read_opendocument

        return read_opendocument(name, sha256, content)
    if Path(name).suffix.lower() in (".docx", ".xlsx", ".xlsm", ".ods"):
        raise broken(name)
    raise PathwaysError(f"{name} is an archive, not a document. Unpack it and read the documents in it.")


def _read_text(kind: str, name: str, sha256: str, content: bytes, depth: int) -> Document:
    if kind == "delimited":
        from pathways.foi.readers.delimited import read_delimited

        return read_delimited(name, sha256, content)
    if kind == "web":
        from pathways.foi.readers.web import read_web

        return read_web(name, sha256, content)
    if kind == "markdown":
        from pathways.foi.readers.markdown import read_markdown

        return read_markdown(name, sha256, content)
    if kind == "mail":
        from pathways.foi.readers.mail import read_mail

        return read_mail(name, sha256, content, open_content, depth)
    from pathways.foi.readers.plain import read_plain

    return read_plain(name, sha256, content)


def _not_readable(name: str, what: str) -> PathwaysError:
    return PathwaysError(f"{name} is a {what}, which is not read. Open it and save it as {READABLE}.")
