"""The pathway as a picture: a Sankey diagram of children, from closed to re-referred or not.

Heights are counts. A count that is not known has a dashed box of one fixed height, with the reason written
above it: nobody can take it for a zero, and no withheld count can be measured off the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import altair as alt

from pathways.report.charts import DARK_BLUE, GREY, INK, NARROW, ORANGE, Datasets, Row, Spec, finished

HEIGHT = 380
"""Pixels of the picture."""
SPACE = 36
"""Pixels above each box at the right: room for a line of words."""
UNKNOWN = 60.0
"""Pixels of a box whose count is not known."""
LEAST = 1.5
"""Pixels of a box of very few children, so that it is seen."""
BOX = 14
"""Pixels of a box's width."""
STEPS = 24
"""Points on the edge of a stream."""


@dataclass(frozen=True)
class Count:
    """A count of children, or None and the words that stand for it."""

    value: int | None
    words: str

    def less(self, part: Count) -> Count:
        """What is left without a part; not known where one of the two is not."""
        if self.value is None or part.value is None:
            return Count(None, self.words if self.value is None else part.words)
        return Count(self.value - part.value, f"{self.value - part.value:,}")


@dataclass(frozen=True)
class Pathway:
    """The four counts of one council and year; ``suffix`` follows the words of who came back."""

    closed: Count
    early_help: Count
    rereferred: Count
    both: Count
    suffix: str = ""

    def is_drawable(self) -> bool:
        """Whether anything can be drawn to scale: those closed, or those referred to early help."""
        return bool(self.closed.value or self.early_help.value)


@dataclass(frozen=True)
class Box:
    """One box: its column (0 to 2), top and height in pixels, words, colour, and the box it comes from."""

    column: int
    top: float
    height: float
    words: str
    colour: str
    is_known: bool
    parent: int | None = None


@dataclass(frozen=True)
class _Branch:
    name: str
    count: Count
    back: Count
    colour: str

    def leaves(self, scale: float, suffix: str) -> list[tuple[str, float, bool]]:
        """Words, height and whether it is known, of those who came back and those who did not."""
        if self.count.value is None or self.back.value is None:
            words = self.back.words if self.back.value is None else f"{self.back.words} of {self.count.words}"
            return [(f"Re-referred: {words}", _height(self.count, scale), False)]
        stayed = self.count.less(self.back)
        return [
            (f"Re-referred: {self.back.words}{suffix}", _height(self.back, scale), True),
            (f"Not re-referred: {stayed.words}{suffix}", _height(stayed, scale), True),
        ]


def _height(count: Count, scale: float) -> float:
    return UNKNOWN if count.value is None else max(LEAST, count.value * scale)


def boxes(pathway: Pathway) -> list[Box]:
    """The boxes of the picture from the left to the right, each with its place.

    The branches share the height by their counts; their boxes stand in the middle of where they lead.
    """
    branches = [
        _Branch("Early help", pathway.early_help, pathway.both, DARK_BLUE),
        _Branch(
            "No early help",
            pathway.closed.less(pathway.early_help),
            pathway.rereferred.less(pathway.both),
            ORANGE,
        ),
    ]
    known = sum(branch.count.value or 0 for branch in branches)
    leaf_count = sum(len(branch.leaves(1.0, "")) for branch in branches)
    unknown = UNKNOWN * sum(branch.count.value is None for branch in branches)
    scale = (HEIGHT - SPACE * leaf_count - unknown - 4 * LEAST) / known if known else 0.0
    top = 0.0
    middles: list[Box] = []
    ends: list[Box] = []
    for number, branch in enumerate(branches):
        begun = len(ends)
        for words, height, is_known in branch.leaves(scale, pathway.suffix):
            ends.append(Box(2, top + SPACE, height, words, branch.colour, is_known, number + 1))
            top += SPACE + height
        height = _height(branch.count, scale)
        middle = (ends[begun].top + ends[-1].top + ends[-1].height) / 2
        is_known = branch.count.value is not None
        words = f"{branch.name}: {branch.count.words}"
        middles.append(Box(1, middle - height / 2, height, words, branch.colour, is_known, 0))
    height = sum(box.height for box in middles)
    middle = (middles[0].top + middles[1].top + middles[1].height) / 2
    words = f"Closed: {pathway.closed.words}"
    first = Box(0, middle - height / 2, height, words, GREY, pathway.closed.value is not None)
    return [first, *middles, *ends]


def _streams(drawn: list[Box], left: list[float]) -> Iterator[Row]:
    """The edges of the streams between boxes, as points of areas."""
    taken: dict[int, float] = {}
    for number, box in enumerate(drawn):
        if box.parent is None:
            continue
        start = drawn[box.parent]
        begins = start.top + taken.get(box.parent, 0.0)
        taken[box.parent] = taken.get(box.parent, 0.0) + box.height
        from_x, to_x = left[start.column] + BOX, left[box.column]
        for step in range(STEPS + 1):
            part = step / STEPS
            bend = part * part * (3 - 2 * part)
            upper = begins + (box.top - begins) * bend
            yield {
                "stream": number,
                "x": from_x + (to_x - from_x) * part,
                "upper": upper,
                "lower": upper + box.height,
                "colour": box.colour if box.is_known else GREY,
                "opacity": 0.3 if box.is_known else 0.12,
            }


def pathway_picture(pathway: Pathway, width: int) -> Spec:
    """The spec of the diagram, ``width`` pixels wide; of a pathway that ``is_drawable``."""
    data = Datasets()
    drawn = boxes(pathway)
    left = [0.0, width * 0.36, width - BOX]
    size = 12 if width < NARROW else 15
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    y_scale = alt.Scale(domain=[HEIGHT, 0], nice=False)
    shape = [
        {
            "x": left[box.column],
            "x2": left[box.column] + BOX,
            "y": box.top,
            "y2": box.top + box.height,
            "colour": box.colour,
            "words": box.words,
            # words at the right end where their box ends, the others where theirs begins
            "at": width if box.column == 2 else left[box.column],
            "above": box.top - 6,
            "is_known": box.is_known,
            "is_end": box.column == 2,
        }
        for box in drawn
    ]

    def rectangles(rows: list[Row], **look: Any) -> alt.Chart:
        made: alt.Chart = (
            alt.Chart(data.of(rows))
            .mark_rect(**look)
            .encode(
                x=x,
                x2="x2:Q",
                y=alt.Y("y:Q", axis=None, scale=y_scale),
                y2="y2:Q",
                fill=alt.Fill("colour:N", scale=None),
            )
        )
        return made

    def words(rows: list[Row], align: Literal["left", "right"]) -> alt.Chart:
        made: alt.Chart = (
            alt.Chart(data.of(rows))
            .mark_text(align=align, baseline="bottom", fontSize=size, color=INK)
            .encode(
                x=alt.X("at:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False)),
                y=alt.Y("above:Q", axis=None, scale=y_scale),
                text="words:N",
            )
        )
        return made

    streams = (
        alt.Chart(data.of(list(_streams(drawn, left))))
        .mark_area(line=False)
        .encode(
            x=x,
            y=alt.Y("upper:Q", axis=None, scale=y_scale),
            y2="lower:Q",
            fill=alt.Fill("colour:N", scale=None),
            fillOpacity=alt.FillOpacity("opacity:Q", scale=None),
            detail="stream:N",
        )
    )
    known = rectangles([row for row in shape if row["is_known"]])
    unknown = rectangles(
        [row for row in shape if not row["is_known"]],
        fillOpacity=0.0,
        stroke=INK,
        strokeDash=[4, 3],
        strokeWidth=1.5,
    )
    labels = words([row for row in shape if not row["is_end"]], "left")
    ends = words([row for row in shape if row["is_end"]], "right")
    return finished(alt.layer(streams, known, unknown, labels, ends), data, width, HEIGHT + 10)
