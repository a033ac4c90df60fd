"""Tables in which a band is said in two cells: youngest and oldest age, first and last day, kind of year."""

from __future__ import annotations

import re
from calendar import month_name
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


_ENDING = re.compile(
    r"(?:financial |reporting )?(?:years?|periods?|(?:12|twelve) months|FY) "
    r"(?:ending|ended|to|end)(?: on)?\W*",
    re.IGNORECASE,
)
"""A heading over dates that are the last days of periods."""
_ENDING_ON = re.compile(
    r"(?:(?:financial |reporting )?(?:years?|(?:12|twelve) months|FY)\W*(?:ending|ended|to|end)|y/?e|fye)"
    r"(?: on)?(?: the)? (?P<day>(?:\d{1,2}(?:st|nd|rd|th)?(?: of)? )?(?:"
    + "|".join(month_name[1:])
    + r")(?: \d{1,2}(?:st|nd|rd|th)?)?)\W*",
    re.IGNORECASE,
)
"""A heading over bare years that says on which day, or with which month, each ends."""
_BARE_YEAR = re.compile(r"20[0-3]\d(?:\s?(?:[*†‡§⁰¹²³⁴-⁹]+|\([a-z][^()]{0,30}\)))?", re.IGNORECASE)
"""A year, with what sends to a note behind it."""
_NUMBER = re.compile(r"[\d,. *<>]*\d[\d,. *<>]*")
_HEAD_OF_YEARS = re.compile(r"(?:\w+ )?(?:years?|periods?)(?: \w+){0,3}\W*", re.IGNORECASE)
_OTHER_YEARS = re.compile(r"(?P<kind>academic|school|calendar) years?\b[^\d]*(?:\([^)]*\))?", re.IGNORECASE)
"""A heading over years that are not from April to March."""
_YEAR = re.compile(r"(?:19|20)\d{2}(?:\s?[/\-–—]\s?(?:20)?\d{2})?")


def _ends(grid: Grid) -> dict[tuple[int, int], str]:
    """The dates and years under a heading such as Year ending, each with its words: along a row or down."""
    found: dict[tuple[int, int], str] = {}
    for cell in grid.cells:
        other = _OTHER_YEARS.fullmatch(_words(cell))
        if not other and not _ENDING.fullmatch(_words(cell)):
            continue
        words = f"{other['kind']} year" if other else _words(cell)
        along = ((cell.row + 1, column) for column in range(cell.column, grid.column_count + 1))
        down = ((row, cell.column) for row in range(cell.row + 1, grid.row_count + 1))
        for places in (along, down):
            for place in places:
                text = grid.at[place].text if place in grid.at else ""
                is_date = any((start, end) == (0, len(text)) for start, end, _ in find_dates(text))
                if not (_YEAR.fullmatch(text) if other else is_date):
                    break
                found[place] = f"{words} {text}"
    return found | _bare_ends(grid)


def _bare_ends(grid: Grid) -> dict[tuple[int, int], str]:
    """The bare years beside or under a heading such as Year ending 31 March, each with that day.

    Down a column, words may stand between them (the question that the next years are about), but no number.
    """
    found: dict[tuple[int, int], str] = {}
    for cell in grid.cells:
        match = _ENDING_ON.fullmatch(_words(cell))
        if match is None:
            continue
        beside = [
            (cell.row, column) for column in range(cell.column + cell.column_span, grid.column_count + 1)
        ]
        along = [(cell.row + 1, column) for column in range(cell.column, grid.column_count + 1)]
        down = [(row, cell.column) for row in range(cell.row + cell.row_span, grid.row_count + 1)]
        for places in (beside, along, down):
            for place in places:
                text = grid.at[place].text if place in grid.at else ""
                if _BARE_YEAR.fullmatch(text):
                    found[place] = _ending_on(match["day"], text)
                elif places is not down or _HEAD_OF_YEARS.fullmatch(text) or _NUMBER.fullmatch(text):
                    break
    return found


def _ending_on(day: str, year: str) -> str:
    """A year in words by its last day, which some headings write behind its month: March 31."""
    month, number = (re.search(pattern, day) for pattern in (r"[A-Za-z]{3,}", r"\d{1,2}"))
    return " ".join(["Year ending", *(one.group() for one in (number, month) if one), year])


def _words(cell: Cell) -> str:
    """A heading in words: exports write period_start."""
    return cell.text.replace("_", " ")


_CODED = re.compile(
    r"q(?:uestion)?_?(?P<number>\d[a-e]?)[_.](?:ages?_?)?"
    r"(?:(?P<all>all|total)|(?P<low>\d{1,2})(?:_?to_?|_|-)(?P<high>\d{1,2})|(?P<over>\d{1,2})_?(?:plus|\+|over))",
    re.IGNORECASE,
)
"""Question and age in one code: q2_all, q2_5to9, q7_16plus."""
_CODED_YEAR = re.compile(r"(?:fin|financial|fiscal|reporting)?_?year(?:_?code)?|time_period", re.IGNORECASE)


def _decoded(grid: Grid) -> dict[tuple[int, int], str]:
    """The headings of an export that code question and age in one, in words; one alone may be a name."""
    found: dict[tuple[int, int], str] = {}
    for row in range(1, grid.row_count + 1):
        cells = grid.row(row)
        coded = {cell: match for cell in cells if (match := _CODED.fullmatch(cell.text))}
        if len(coded) < 2:
            continue
        for cell, match in coded.items():
            low, high, over = match["low"], match["high"], match["over"]
            age = f"aged {low} to {high}" if low else f"aged {over} and over" if over else "All children"
            found[cell.row, cell.column] = f"Q{match['number'].lower()}, {age}"
        found |= {(cell.row, cell.column): "Year" for cell in cells if _CODED_YEAR.fullmatch(cell.text)}
    return found


def with_bands(grid: Grid) -> Grid:
    """The grid, with bands in two columns put together in the first of them, and coded headings in words."""
    joined = _ends(grid) | _decoded(grid)
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
