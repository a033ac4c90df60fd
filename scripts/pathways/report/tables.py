"""Tables of the report: cells in words, and nothing blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pathways.signs import Signs, marked
from pathways.words import count, one_decimal, span, two_decimals

Row = dict[str, Any]

NONE = "none"
"""What stands in a cell that has nothing to say."""


@dataclass(frozen=True)
class Cell:
    """A cell: its words, whether they are a number, whether they stand for one, and where they lead."""

    text: str
    is_number: bool = False
    is_mark: bool = False
    link: str = ""


@dataclass(frozen=True)
class Table:
    """A table with a caption; the first cell of a row is its heading."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def numbers(self) -> tuple[bool, ...]:
        """Whether each column is one of numbers."""
        return tuple(any(row[index].is_number for row in self.rows) for index in range(len(self.header)))


def table(caption: str, header: Sequence[str], rows: Sequence[Sequence[Cell | str]]) -> Table:
    """A table of cells and plain words."""
    return Table(
        caption,
        tuple(header),
        tuple(tuple(cell if isinstance(cell, Cell) else Cell(cell or NONE) for cell in row) for row in rows),
    )


def number(value: Any, decimals: int = 0) -> Cell:
    """A number that is there: a count, or one or two decimals."""
    shown = (count, one_decimal, two_decimals)[decimals]
    return Cell(shown(value), is_number=True)


def mark(code: str, signs: Signs) -> Cell:
    """What stands where there is no number."""
    return Cell(marked(code, signs), is_mark=True)


def counted(row: Row, stem: str, signs: Signs) -> Cell:
    """A count of a wide table, or why there is none, with the bounds that are known."""
    value, status = row[f"{stem}_count"], row[f"{stem}_status"]
    if value is not None:
        return number(value)
    lower, upper = row.get(f"{stem}_lower"), row.get(f"{stem}_upper")
    words = marked(status, signs)
    if lower is not None and upper is not None:
        words += f", {count(lower)} to {count(upper)}"
    return Cell(words, is_mark=True)


def percent(row: Row, name: str, signs: Signs) -> Cell:
    """A published percentage, or why there is none."""
    return number(row[name], 1) if row[name] is not None else mark(row[f"{name}_status"], signs)


def rate_with_interval(row: Row, signs: Signs) -> Cell:
    """A rate of ``fct_pathway_rate`` and its 95% interval, or why there is none and what bounds are known."""
    is_ratio = row["unit_code"] == "ratio"
    ends = (row["interval_lower"], row["interval_upper"])
    around = "" if None in ends else f" ({span(*ends, is_ratio)})"
    if row["rate_percent"] is not None:
        shown = (two_decimals if is_ratio else one_decimal)(row["rate_percent"])
        return Cell(shown + around, is_number=True)
    words = marked(row["reason_code"], signs)
    if row["lower_bound"] is not None and row["upper_bound"] is not None:
        words += f": {span(row['lower_bound'], row['upper_bound'], is_ratio)}{around}"
    return Cell(words, is_mark=True)
