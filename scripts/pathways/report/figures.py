"""A chart as it stands on a page: a drawing for wide and one for narrow screens, words, and its data."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import vl_convert

from pathways.report.charts import Spec

WIDE, NARROW = 660, 288
"""Pixels of the two drawings; a phone of 320 pixels has 288 between its margins."""

Draw = Callable[[int], str]
"""Makes a drawing (SVG) that is so many pixels wide."""

_SPOKEN = re.compile(r' (?:role|aria-[a-z]+|class|pointer-events)="[^"]*"')
_MARK = re.compile(r"<path [^>]*/>|<text [^>]*>.*?</text>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_POINT = re.compile(r"(\d+\.\d)\d+")


@dataclass(frozen=True)
class Figure:
    """A chart on a page.

    ``name`` is the stem of its data file; ``words`` say what a reader would see in the drawing. ``header``
    and ``rows`` are its data: numbers as numbers, and the reason in words where there is none.
    """

    name: str
    title: str
    words: str
    wide: str
    narrow: str
    header: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def data_file(self) -> str:
        """The data file's place in the report."""
        return f"data/{self.name}.csv"


def svg_of(spec: Spec) -> str:
    """A chart as SVG, as Vega draws it."""
    svg: str = vl_convert.vegalite_to_svg(spec)
    return svg


def inline(svg: str) -> str:
    """A drawing to stand inside a page, which says in words what it shows.

    What it says to readers of its own marks is taken out, as are the digits of places that nobody can see.
    """
    svg = _TAG.sub(lambda tag: _POINT.sub(r"\1", _SPOKEN.sub("", tag[0])), svg)
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)


def single_out(svg: str, layers: Sequence[str], position: int, count: int) -> str:
    """The drawing with one mark of each of the named layers, which have ``count`` marks; the others go.

    Raises:
        ValueError: a layer has another number of marks, so that its marks cannot be told apart by position.
    """
    for layer in layers:
        group = re.compile(rf'(<g class="mark-\w+ role-mark {layer}_marks"[^>]*>)(.*?)(</g>)', re.DOTALL)
        found = group.search(svg)
        marks = _MARK.findall(found[2]) if found else []
        if found is None or len(marks) != count:
            raise ValueError(f"layer {layer} has {len(marks)} marks where {count} were expected")
        svg = svg[: found.start(2)] + marks[position] + svg[found.end(2) :]
    return svg


def figure(
    name: str,
    title: str,
    words: str,
    draw: Draw,
    header: Sequence[str],
    rows: Sequence[Sequence[Any]],
) -> Figure:
    """Draws a chart in both widths."""
    return Figure(
        name,
        title,
        words,
        inline(draw(WIDE)),
        inline(draw(NARROW)),
        tuple(header),
        tuple(tuple(row) for row in rows),
    )
