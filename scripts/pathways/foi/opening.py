"""Opens a document of any format that councils send; what cannot be read is said in one plain sentence."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from pathways.errors import PathwaysError
from pathways.foi.document import Document, single_spaced
from pathways.foi.readers.packaged import MIB, Package, broken, encrypted

MAX_BYTES = 60 * MIB
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
    ".odp": "presentation",
    ".xlsb": "workbook in a binary format",
}
_PACKAGES = (".docx", ".docm", ".dotx", ".xlsx", ".xlsm", ".xltx", ".ods", ".odt")
_ARCHIVES = (b"PK\x05\x06", b"PK\x07\x08", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"\x1f\x8b", b"BZh")
# one comment reaches over several: repeated, a page of comments would be tried in every way to part them
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?<(?:!doctype\s+html|html|head|body|table)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?(?:received|mime-version|message-id):\s",
    re.IGNORECASE,
)
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"BM")


def open_document(path: Path) -> Document:
    """Reads a document.

    Raises:
        PathwaysError: it cannot be read; one sentence says why, and what to do.
    """
    name, shown = single_spaced(path.name), single_spaced(str(path))
    try:
        if path.exists() and not path.is_file():
            raise PathwaysError(f"{shown} is a folder or a device, not a document. Name the documents in it.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PathwaysError(
                f"{name} has {size // MIB} MiB; an answer of up to {MAX_BYTES // MIB} MiB can be read. "
                f"Save the pages or the sheet with the answer as a file of its own."
            )
        content = path.read_bytes()
    except OSError as fault:
        raise PathwaysError(f"{shown} cannot be opened: {fault.strerror or fault}.") from fault
    return open_content(name, content)


def open_content(name: str, content: bytes, depth: int = 0) -> Document:
    """Reads a document from its bytes, by what they are and then by the name.

    Whatever a damaged document makes of a library that reads it, only PathwaysError comes out.

    Args:
        name: Name of the file; signs that could move the cursor of a terminal are left out.
        content: What the file holds.
        depth: How many e-mails it stands in.

    Raises:
        PathwaysError: it cannot be read.
    """
    name = single_spaced("".join(sign if sign.isprintable() else " " for sign in name))
    if not content.strip(b"\0 \t\r\n"):
        raise PathwaysError(f"{name} is empty. Ask the council for another copy.")
    try:
        document = _read(name, hashlib.sha256(content).hexdigest(), content, depth)
    except (PathwaysError, ImportError, SyntaxError):
        # a fault of this program is not one of the document
        raise
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
    except Exception as fault:
        raise broken(name) from fault
    if not document.blocks:
        raise PathwaysError(
            f"{name} has no text in it. If it is a scan, a person must read it, or make its text "
            f"readable first."
        )
    return document


def _read(name: str, sha256: str, content: bytes, depth: int) -> Document:
    suffix = Path(name).suffix.lower()
    if b"%PDF-" in content[:1024]:
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
    if content.startswith(b"{\\rtf"):
        raise _not_readable(name, _OLD[".rtf"])
    if content.startswith(_ARCHIVES):
        raise PathwaysError(f"{name} is an archive, not a document. Unpack it and read the documents in it.")
    if suffix in _PACKAGES or suffix == ".pdf":
        raise broken(name)
    kind = _TEXT_KINDS.get(suffix)
    # case systems call a web page .xls, or a mail .txt
    if kind in (None, "plain", "delimited") and _MARKUP.match(content[:2_000]):
        kind = "web"
    elif kind in (None, "plain") and _MAIL.match(content[:2_000]):
        kind = "mail"
    if kind is None:
        raise _not_readable(name, _OLD.get(suffix, f"file of the kind '{suffix}'"))
    return _read_text(kind, name, sha256, content, depth)


def _read_package(name: str, sha256: str, content: bytes) -> Document:
    package = Package.open(name, content)
    suffix = Path(name).suffix.lower()
    # the main part has another name where another program than Word or Excel wrote it
    main = package.main_part() if package.has("_rels/.rels") else ""
    folder = main.partition("/")[0]
    if folder == "word" and main.endswith(".xml"):
        from pathways.foi.readers.word import read_word

        return read_word(name, sha256, content)
    if folder == "xl" and main.endswith(".xml"):
        from pathways.foi.readers.workbook import read_workbook

        return read_workbook(name, sha256, content)
    if package.has("content.xml"):
        from pathways.foi.readers.opendocument import read_opendocument

        return read_opendocument(name, sha256, content)
    if (
        suffix in (".xlsb", ".pptx", ".numbers", ".pages", ".odp", ".epub")
        or folder == "ppt"
        or main.endswith(".bin")
    ):
        raise _not_readable(name, _OLD.get(suffix, "document in a format of its program"))
    if suffix in _PACKAGES:
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
