"""Numbers and codes as people read them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Number = int | float | Decimal


def count(value: Number) -> str:
    """A count: ``1,234``."""
    return f"{int(value):,}"


def one_decimal(value: Number) -> str:
    """A percentage or difference to one decimal, halves away from zero: ``16.3``; never ``-0.0``."""
    rounded = Decimal(repr(value) if isinstance(value, float) else str(value)).quantize(
        Decimal("0.1"), rounding=ROUND_HALF_UP
    )
    return f"{rounded + 0:,}"


def two_decimals(value: Number) -> str:
    """A ratio to two decimals: ``1.38``."""
    return f"{float(value):,.2f}"


def span(lower: Number, upper: Number, ratio: bool = False) -> str:
    """Two ends: ``2.5 to 15.0``."""
    shown = two_decimals if ratio else one_decimal
    return f"{shown(lower)} to {shown(upper)}"


def phrase(code: str) -> str:
    """A code as words: ``partly_answered`` is ``partly answered``."""
    return code.replace("_", " ")


def letter_name(question_set_code: str) -> str:
    """A question set as people name it: ``england_2021`` is ``Letter of 2021, England``."""
    nation, year = question_set_code.rsplit("_", 1)
    return f"Letter of {year}, {nation.title()}"


def sentence_case(text: str) -> str:
    """The text with a capital first letter."""
    return text[:1].upper() + text[1:]


def listed(parts: list[str]) -> str:
    """Words as a list in a sentence: ``a, b and c``."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)


def marked(code: str, signs: Mapping[str, Mapping[str, Any]]) -> str:
    """Why there is no number: the shorthand in brackets, then the name: ``[x] not answered``.

    ``signs`` has a row with ``shorthand`` and ``name`` for each status and reason.
    """
    sign = signs[code]
    name = str(sign["name"])
    return f"[{sign['shorthand']}] {name[:1].lower()}{name[1:]}"


def size(byte_count: int) -> str:
    """A file's size: ``14 kB``, ``3.9 MB``."""
    if byte_count < 1_000_000:
        return f"{max(1, round(byte_count / 1000)):,} kB"
    return f"{byte_count / 1_000_000:,.1f} MB"
