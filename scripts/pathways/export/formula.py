"""Texts that a spreadsheet would run as a formula, and how they are kept from it.

The rule is OWASP's on CSV injection: what begins with one of ``= + - @``, a tab or a line's end is a formula
to some spreadsheet, also behind spaces or quotation marks, and so are the wide forms of the four signs. Such
a text gets an apostrophe in front, which a spreadsheet takes for "this is text". So does one that begins with
apostrophes before such a sign, so that taking one away again gives every text back.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"""[\s"']*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]""")
_NUMBER = re.compile(r"[+\-](?=.)\d[\d,. ]*%?|-")


def safe_text(text: str) -> str:
    """The text, behind an apostrophe where a spreadsheet would run it; a number or a lone dash is safe."""
    if _NUMBER.fullmatch(text) or not _FORMULA.match(text):
        return text
    return f"'{text}"


def original_text(text: str) -> str:
    """What ``safe_text`` was given."""
    return text[1:] if text.startswith("'") and safe_text(text[1:]) == text else text
