"""E-mails (.eml): the newest message and its attachments; what it quotes of older messages is left out."""

from __future__ import annotations

import email
import email.policy
import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from email.message import EmailMessage, Message
from email.utils import parsedate_to_datetime

from pathways.errors import PathwaysError
from pathways.foi.document import Document, DocumentBuilder, Grid, Paragraph
from pathways.foi.readers.plain import add_plain
from pathways.foi.readers.web import read_markup

MAX_ATTACHMENTS = 20
MAX_DEPTH = 3
FEWEST_PLACES = 3
"""Places at which own lines follow quoted ones, from which the quoted are the questions that they answer."""
Opener = Callable[[str, bytes, int], Document]

_QUOTE_STARTS = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|ail-anfon).*|_{10,}\s*|"
    r"on .{6,200}\bwrote:?\s*|ar .{6,200}ysgrifennodd.*"
    r"|begin forwarded message:.*|from:\s.+)$",
    re.IGNORECASE,
)
_HEADER_LINE = re.compile(r"^\s*\**(?:sent|to|date|subject|cc)\**:", re.IGNORECASE)


def read_mail(name: str, sha256: str, content: bytes, open_attachment: Opener, depth: int = 0) -> Document:
    """Reads an e-mail.

    Args:
        name: Name of the document.
        sha256: Its checksum.
        content: Its bytes.
        open_attachment: Opens an attachment by its name, bytes and depth.
        depth: How many e-mails it stands in.

    Raises:
        PathwaysError: it is no e-mail, or has more in it than an answer can have.
    """
    message = email.message_from_bytes(content, policy=email.policy.default)
    if not message.keys() or depth >= MAX_DEPTH:
        raise PathwaysError(
            f"{name} is no e-mail that can be read. Save it again as .eml, or save its attachments."
        )
    builder = DocumentBuilder(name, sha256)
    builder.sent_date = _sent(message)
    builder.sender = _header(message, "From")
    builder.paragraph(_header(message, "Subject"), is_heading=True)
    _add_body(builder, message)
    attachments = list(_attachments(message))
    if len(attachments) > MAX_ATTACHMENTS:
        raise PathwaysError(
            f"{name} has {len(attachments)} attachments, more than {MAX_ATTACHMENTS}. Save the "
            f"one with the answer, and read that."
        )
    for part in attachments:
        _add_attachment(builder, part, open_attachment, depth)
    return builder.done()


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message[name] or "")
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        return ""


def _sent(message: EmailMessage) -> date | None:
    try:
        return parsedate_to_datetime(_header(message, "Date")).date()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _content(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset() or "utf-8", errors="replace")
    except LookupError:
        return payload.decode("utf-8", errors="replace")


def _add_body(builder: DocumentBuilder, message: EmailMessage) -> None:
    try:
        plain, page = message.get_body(("plain",)), message.get_body(("html",))
    except (AttributeError, KeyError, ValueError, TypeError):
        plain = page = None
    text = _content(plain) if plain is not None else ""
    markup = _content(page) if page is not None else ""
    if markup and ("<table" in markup.lower() or not text.strip()):
        # a table lies flat in the plain part
        _add_markup(builder, markup)
        return
    lines = text.splitlines()
    if _answers_stand_between(lines):
        builder.remark("the answers stand between lines that the e-mail quotes: those were read as headings")
        _add_between(builder, lines)
        return
    kept, quoted = _newest(lines)
    if quoted:
        builder.remark("what the e-mail quotes of earlier messages was left out")
    add_plain(builder, "\n".join(kept))


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith(">")


def _answers_stand_between(lines: list[str]) -> bool:
    """Whether own lines stand between quoted ones at several places."""
    shown = [line for line in lines if line.strip(" >")]
    places = itertools.pairwise([_is_quoted(line) for line in shown])
    return sum(before and not after for before, after in places) >= FEWEST_PLACES


def _add_between(builder: DocumentBuilder, lines: list[str]) -> None:
    for is_quoted, run in itertools.groupby(lines, _is_quoted):
        if not is_quoted:
            add_plain(builder, "\n".join(run))
            continue
        text = ""
        for line in (one.lstrip("> \t") for one in run):
            if text and not re.match(r"[a-z](?![.)])", line):
                builder.paragraph(text, is_quoted=True)
                text = ""
            text = f"{text} {line}"
        builder.paragraph(text, is_quoted=True)


def _add_markup(builder: DocumentBuilder, markup: str) -> None:
    document = read_markup(builder.name, builder.sha256, markup, without=("blockquote",))
    for remark in document.remarks:
        builder.remark(remark)
    blocks = list(document.blocks)
    for at, block in enumerate(blocks):
        if isinstance(block, Paragraph) and _starts_quote(
            block.text, [one.text for one in blocks[at + 1 : at + 5] if isinstance(one, Paragraph)]
        ):
            builder.remark("what the e-mail quotes of earlier messages was left out")
            blocks = blocks[:at]
            break
    _append(builder, replace(document, blocks=tuple(blocks)), None)


def _starts_quote(line: str, following: list[str]) -> bool:
    """Whether an earlier message begins here: its heading, or "On ... wrote:"."""
    wrapped = re.match(r"\s*(?:on|ar)\s.*\d", line, re.IGNORECASE) and len(line) < 200 and following
    if wrapped and re.search(r"(?:wrote|ysgrifennodd)\s*:?\s*$", following[0], re.IGNORECASE):
        return True
    if not _QUOTE_STARTS.match(line):
        return False
    if re.match(r"^\s*from:", line, re.IGNORECASE):
        return sum(bool(_HEADER_LINE.match(one)) for one in following[:5]) >= 2 or bool(
            re.search(r"\bsent:.*\bto:", line, re.IGNORECASE)
        )
    if re.match(r"^\s*_{10,}", line):
        return any(re.match(r"^\s*from:", one, re.IGNORECASE) for one in following[:3])
    return True


def _newest(lines: list[str]) -> tuple[list[str], bool]:
    """The lines of the newest message, and whether anything quoted was left out."""
    kept: list[str] = []
    quoted = False
    for at, line in enumerate(lines):
        if line.lstrip().startswith(">"):
            quoted = True
            continue
        if _starts_quote(line, lines[at + 1 : at + 6]) and any(one.strip() for one in kept):
            return kept, True
        kept.append(line)
    return kept, quoted


def _attachments(message: EmailMessage) -> list[EmailMessage]:
    try:
        return [part for part in message.iter_attachments() if isinstance(part, EmailMessage)]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def _add_attachment(
    builder: DocumentBuilder, part: EmailMessage, open_attachment: Opener, depth: int
) -> None:
    try:
        kind, name = part.get_content_type(), part.get_filename() or "attachment without a name"
    except (ValueError, IndexError, AttributeError, TypeError, LookupError):
        kind, name = "", "attachment without a name"
    if kind == "message/rfc822":
        builder.remark("an attached message was left out: it is a document of its own")
        return
    if kind.startswith("image/"):
        return
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload:
        return
    try:
        document = open_attachment(name, payload, depth + 1)
    except PathwaysError as fault:
        builder.remark(f"the attachment {name} was left out: {fault}")
        return
    for remark in document.remarks:
        builder.remark(f"{name}: {remark}")
    _append(builder, document, name)


def _append(builder: DocumentBuilder, document: Document, name: str | None) -> None:
    """Adds the blocks of another document, under its name where it has one."""
    before = sum(isinstance(block, Grid) for block in builder.blocks)
    for block in document.blocks:
        sheet = block.sheet if name is None else f"{name} / {block.sheet}" if block.sheet else name
        if isinstance(block, Grid):
            within = (block.within[0] + before, *block.within[1:]) if block.within else None
            builder.grid(
                list(block.cells), page=block.page, sheet=sheet, caption=block.caption, within=within
            )
        else:
            builder.paragraph(
                block.text,
                is_heading=block.is_heading,
                page=block.page,
                sheet=sheet,
                is_quoted=block.is_quoted,
                is_navigation=block.is_navigation,
            )
