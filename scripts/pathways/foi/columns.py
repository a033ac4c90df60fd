"""Tables in which a band stands in two columns: youngest and oldest age, first and last day."""

from __future__ import annotations

import re
from dataclasses import replace

from pathways.foi.document import Cell, Grid
from pathways.foi.periods import find_dates

_BANDS = (
    (
        re.compile(
            r"(?:min(?:imum)?\.? age|age (?:from|min\w*|start|lower)|lower age|from age)", re.IGNORECASE
        ),
        re.compile(r"(?:max(?:imum)?\.? age|age (?:to|max\w*|end|upper)|upper age|to age)", re.IGNORECASE),
        "Age band",
        "aged {0} to {1}",
    ),
    (
        re.compile(
            r"(?:(?:period |year |date )?(?:start|from|begins?|beginning)(?: date)?|first day)", re.IGNORECASE
        ),
        re.compile(
            r"(?:(?:period |year |date )?(?:end|to|until|ends|ending)(?: date)?|last day)", re.IGNORECASE
        ),
        "Period",
        "{0} to {1}",
    ),
)
"""Headings of the lower and upper column, and how the two are said in one."""


def _words(cell: Cell) -> str:
    """A heading in words: exports write period_start."""
    return cell.text.replace("_", " ")


def with_bands(grid: Grid) -> Grid:
    """The grid, with each band that stands in two columns put together in the first of them."""
    joined: dict[tuple[int, int], str] = {}
    for cell in grid.cells:
        beside = grid.at.get((cell.row, cell.column + 1))
        for lower, upper, heading, words in _BANDS:
            if beside is None or not (lower.fullmatch(_words(cell)) and upper.fullmatch(_words(beside))):
                continue
            joined |= {(cell.row, cell.column): heading, (cell.row, cell.column + 1): ""}
            for row in range(cell.row + 1, grid.row_count + 1):
                pair = [grid.at.get((row, cell.column + step)) for step in (0, 1)]
                low, high = (one.text if one else "" for one in pair)
                if all(text.isdecimal() or find_dates(text) for text in (low, high)):
                    joined |= {(row, cell.column): words.format(low, high), (row, cell.column + 1): ""}
    if not joined:
        return grid
    cells = (replace(cell, text=joined.get((cell.row, cell.column), cell.text)) for cell in grid.cells)
    return replace(grid, cells=tuple(cells))
