"""Numbers and codes as people read them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

Number = int | float | Decimal
SOURCES = {"foi": "Answer to the letter", "census": "Council's own census returns"}
"""Kinds of source, by ``source_basis_code``."""
POSITIONS = {
    "below_99_8": "far below what chance and the usual spread between councils explain",
    "below_95": "below what chance and the usual spread between councils explain in 95 of 100",
    "within": "within what chance and the usual spread between councils explain",
    "above_95": "above what chance and the usual spread between councils explain in 95 of 100",
    "above_99_8": "far above what chance and the usual spread between councils explain",
}
"""What each of ``rpt_council_comparison.funnel_position_code`` means."""


def count(value: Number) -> str:
    """A count: ``1,234``."""
    return f"{int(value):,}"


def rounded(value: Number, decimals: int) -> Decimal:
    """A number to so many decimals, halves away from zero; never minus zero."""
    exact = Decimal(repr(value) if isinstance(value, float) else str(value))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP) + 0


def one_decimal(value: Number) -> str:
    """A percentage or difference to one decimal: ``16.3``."""
    return f"{rounded(value, 1):,}"


def two_decimals(value: Number) -> str:
    """A ratio to two decimals: ``1.38``."""
    return f"{rounded(value, 2):,}"


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


def size(byte_count: int) -> str:
    """A file's size: ``14 kB``, ``3.9 MB``."""
    if byte_count < 1_000_000:
        return f"{max(1, round(byte_count / 1000)):,} kB"
    return f"{byte_count / 1_000_000:,.1f} MB"
