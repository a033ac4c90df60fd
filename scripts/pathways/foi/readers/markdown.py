"""Markdown (.md): made a web page by markdown-it, then read as one."""

from __future__ import annotations

from markdown_it import MarkdownIt

from pathways.foi.document import Document
from pathways.foi.readers.delimited import decoded
from pathways.foi.readers.web import read_markup


def read_markdown(name: str, sha256: str, content: bytes) -> Document:
    """Reads a Markdown document; a line break in the source is one in the document.

    Raises:
        PathwaysError: it is empty, no text, or larger than an answer can be.
    """
    reader = MarkdownIt("commonmark", {"html": True, "breaks": True}).enable(["table", "strikethrough"])
    return read_markup(name, sha256, f"<body>{reader.render(decoded(name, content))}</body>")
