"""Names that come from a server, made safe: file names, releases, text for the terminal."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote_to_bytes

NAME_LIMIT = 150
"""Bytes of a file name; file systems end at 255."""

_EXTENDED = re.compile(r"filename\*\s*=\s*([\w-]+)'[^']*'([^;\s]+)", re.IGNORECASE)
_QUOTED = re.compile(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_TOKEN = re.compile(r"filename\s*=\s*([^;\"\s][^;]*)", re.IGNORECASE)
_YEAR_PAIR = re.compile(r"(?<!\d)(20\d\d)\s*[-/]\s*(\d\d)\s*$")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*$")


def one_line(text: str, limit: int = 300) -> str:
    """A server's text in one line without control characters, which a terminal would obey."""
    kept = "".join(" " if unicodedata.category(sign)[0] in "CZ" else sign for sign in text[: limit * 4])
    words = " ".join(kept.split())
    return words if len(words) <= limit else words[: limit - 1] + "…"


def safe_name(text: str) -> str | None:
    """A file name that stays in its folder; None if nothing is left of it.

    Only what follows the last slash or backslash counts. Control and format
    characters go, and so do dots, dashes and spaces in front; signs that a shell or
    another system reads as something else become an underscore.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", text))[-1]
    plain = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    name = re.sub(r'[<>:"|?*]', "_", plain).lstrip(" .-").rstrip(" .")
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix) > 8:
        stem, dot, suffix = name, "", ""
    room = NAME_LIMIT - len((dot + suffix).encode())
    stem = stem.encode()[:room].decode(errors="ignore")
    return (stem + dot + suffix) or None


def disposition_name(header: str | None) -> str | None:
    """The safe file name in a Content-Disposition header; None if it holds none.

    ``filename*`` (RFC 6266, RFC 8187) goes before ``filename``.
    """
    if not header:
        return None
    if extended := _EXTENDED.search(header):
        charset, coded = extended.groups()
        encoding = "latin-1" if charset.lower() == "iso-8859-1" else "utf-8"
        name = safe_name(unquote_to_bytes(coded).decode(encoding, errors="replace"))
        if name:
            return name
    if quoted := _QUOTED.search(header):
        return safe_name(_as_utf8(re.sub(r"\\([\"\\])", r"\1", quoted[1])))
    token = _TOKEN.search(header)
    return safe_name(_as_utf8(token[1])) if token else None


def _as_utf8(text: str) -> str:
    """Header bytes, which HTTP hands over as Latin-1, as the UTF-8 that they most likely are."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def with_suffix(name: str, suffix: str) -> str:
    """The name as that of an unpacked file: ``a.csv.gz`` and ``a`` both become ``a.csv``."""
    bare = re.sub(r"\.gz$", "", name, flags=re.IGNORECASE)
    return bare if bare.lower().endswith(suffix) else bare + suffix


def release_code(*texts: str | None) -> str | None:
    """The four-digit year at the end of a release's slug or title; the first text that has one.

    ``reporting-year-2024`` is 2024; a year over two calendar years counts by the
    second one, so ``2023-24`` is 2024 too.
    """
    for text in texts:
        if not text:
            continue
        if (pair := _YEAR_PAIR.search(text)) and (int(pair[1]) + 1) % 100 == int(pair[2]):
            return str(int(pair[1]) + 1)
        if year := _YEAR.search(text):
            return year[1]
    return None
