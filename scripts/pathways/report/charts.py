"""The charts of the report, by Altair: each makes a Vega-Lite spec from rows of plain values and a width.

Colours are those that the government's Analysis Function found to be told apart by most readers, and each
series has a shape or a dash of its own beside its colour. What has no number is written where the number
would stand: no gap, no zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

Row = dict[str, Any]
Spec = dict[str, Any]

DARK_BLUE = "#12436D"
TURQUOISE = "#28A197"
DARK_PINK = "#801650"
ORANGE = "#C14A09"
"""Darker than the palette's orange, which is too pale for text and thin lines on white."""
GREY = "#6B7276"
INK = "#0b0c0c"
FONT = "Arial, Helvetica, sans-serif"
NARROW = 400
"""Pixels; a chart below that width is for a phone."""


class Datasets(dict[str, list[Row]]):
    """The data of a chart's layers. Altair is given names alone: it would copy and check every value."""

    def of(self, rows: Sequence[Row]) -> alt.NamedData:
        """Keeps rows, and returns what names them."""
        name = f"rows_{len(self)}"  # Vega-Lite itself names data_0 and on
        self[name] = list(rows)
        return alt.NamedData(name)


def finished(
    chart: alt.LayerChart | alt.FacetChart, data: Datasets, width: int, height: int, title: str = ""
) -> Spec:
    """The spec of a chart with the report's own look, as wide and high as said, axes and all.

    ``title`` says what is on the upright axis, and stands above it, where it can be read without turning.
    """
    size = 13 if width < NARROW else 15
    spec: Spec = chart.to_dict(validate=False)
    text = {"labelFontSize": size, "labelColor": INK}
    return {
        **spec,
        "datasets": data,
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "title": {
            "text": title,
            "anchor": "start",
            "frame": "bounds",
            "fontSize": size,
            "fontWeight": "normal",
            "color": INK,
        },
        "config": {
            "font": FONT,
            "background": "white",
            "padding": 4,
            "view": {"stroke": None},
            "axis": {
                **text,
                "titleFontSize": size,
                "titleFontWeight": "normal",
                "titleColor": INK,
                "gridColor": "#e3e6e8",
                "domainColor": GREY,
                "tickColor": GREY,
                "titlePadding": 8,
            },
            "legend": {
                **text,
                "orient": "top",
                "direction": "vertical" if width < NARROW else "horizontal",
                "title": None,
                "labelLimit": width - 40,
                "symbolSize": 110,
                "symbolOpacity": 1,
                "columnPadding": 20,
            },
        },
    }


def _year_axis(labels: Sequence[str], width: int) -> alt.X:
    upright = len(labels) * (52 if width >= NARROW else 46) > width - 60
    return alt.X(
        "year:O",
        sort=list(labels),
        scale=alt.Scale(domain=list(labels)),
        axis=alt.Axis(title=None, labelAngle=-90 if upright else 0, labelOverlap=False),
    )


def _value_axis(top: float, field: str = "value") -> alt.Y:
    return alt.Y(
        f"{field}:Q",
        scale=alt.Scale(domain=[0, top], nice=True, clamp=True),
        axis=alt.Axis(title=None),
    )


def rates_over_time(rows: Sequence[Row], years: Sequence[str], title: str, width: int) -> Spec:
    """Rates of some groups over years, each with its 95% interval.

    A row has ``year``, ``group``, ``mark`` and ``value``, ``lower``, ``upper``: the rate and its interval, or
    only the interval where the rate lies between bounds; or nothing but ``mark``, which is written instead.
    """
    data = Datasets()
    groups = list(dict.fromkeys(row["group"] for row in rows))
    offset = alt.XOffset("group:N", sort=groups, scale=alt.Scale(domain=groups, padding=0.6))
    colour = alt.Color(
        "group:N", sort=groups, scale=alt.Scale(domain=groups, range=[DARK_BLUE, ORANGE, TURQUOISE])
    )
    shape = alt.Shape(
        "group:N", sort=groups, scale=alt.Scale(domain=groups, range=["circle", "diamond", "square"])
    )
    top = max([row["upper"] for row in rows if row.get("upper") is not None], default=10.0) * 1.05
    x, y = _year_axis(years, width), _value_axis(top)
    spread = [row for row in rows if row.get("lower") is not None]
    known = [row for row in rows if row.get("value") is not None]
    blank = [{**row, "value": 0} for row in rows if row.get("lower") is None]
    lines = (
        alt.Chart(data.of(spread))
        .mark_rule(strokeWidth=2.5)
        .encode(x, xOffset=offset, y=_value_axis(top, "lower"), y2=alt.Y2("upper:Q"), color=colour)
    )
    points = (
        alt.Chart(data.of(known))
        .mark_point(filled=True, size=110, opacity=1)
        .encode(x, xOffset=offset, y=y, color=colour, shape=shape)
    )
    marks = (
        alt.Chart(data.of(blank))
        .mark_text(baseline="bottom", dy=-4, fontSize=13 if width >= NARROW else 11)
        .encode(x, xOffset=offset, y=y, text="mark:N", color=colour)
    )
    return finished(alt.layer(lines, points, marks), data, width, 320, title)


def lines_over_time(rows: Sequence[Row], years: Sequence[str], title: str, width: int) -> Spec:
    """Values of some series over years as lines.

    A row has ``year``, ``series``, ``segment`` (lines are drawn within a segment), and ``value`` or ``mark``.
    """
    data = Datasets()
    names = list(dict.fromkeys(row["series"] for row in rows))
    top = max([row["value"] for row in rows if row.get("value") is not None], default=10.0) * 1.05
    legend = alt.Legend(symbolType="stroke", symbolStrokeWidth=3, symbolSize=400)
    colour = alt.Color(
        "series:N",
        sort=names,
        scale=alt.Scale(domain=names, range=[DARK_BLUE, ORANGE, TURQUOISE]),
        legend=legend,
    )
    dash = alt.StrokeDash(
        "series:N",
        sort=names,
        scale=alt.Scale(domain=names, range=[[1, 0], [7, 4], [2, 3]]),
        legend=legend,
    )
    x, y = _year_axis(years, width), _value_axis(top)
    known = [row for row in rows if row.get("value") is not None]
    # a mark of the first series stands on the axis, of the next above it
    height = {name: index * top * 0.06 for index, name in enumerate(names)}
    blank = [{**row, "value": height[row["series"]]} for row in rows if row.get("value") is None]
    lines = (
        alt.Chart(data.of(known))
        .mark_line(strokeWidth=2.5, point=False)
        .encode(x, y, color=colour, strokeDash=dash, detail="segment:N")
    )
    points = (
        alt.Chart(data.of([row for row in known if row["series"] == names[0]]))
        .mark_point(filled=True, size=70, opacity=1)
        .encode(x, y, color=colour)
    )
    marks = (
        alt.Chart(data.of(blank))
        .mark_text(baseline="bottom", dy=-4, fontSize=13 if width >= NARROW else 11)
        .encode(x, y, text="mark:N", color=colour)
    )
    return finished(alt.layer(lines, points, marks), data, width, 320, title)


def bars_over_time(rows: Sequence[Row], years: Sequence[str], title: str, width: int) -> Spec:
    """Counts of two groups side by side by year; a row has ``year``, ``group``, and ``value`` or ``mark``."""
    data = Datasets()
    groups = list(dict.fromkeys(row["group"] for row in rows))
    offset = alt.XOffset("group:N", sort=groups, scale=alt.Scale(domain=groups))
    colour = alt.Color("group:N", sort=groups, scale=alt.Scale(domain=groups, range=[DARK_BLUE, ORANGE]))
    top = max([row["value"] for row in rows if row.get("value") is not None], default=10) * 1.05
    x, y = _year_axis(years, width), _value_axis(top)
    bars = (
        alt.Chart(data.of([row for row in rows if row.get("value") is not None]))
        .mark_bar()
        .encode(x, xOffset=offset, y=y, color=colour)
    )
    marks = (
        alt.Chart(data.of([{**row, "value": 0} for row in rows if row.get("value") is None]))
        .mark_text(baseline="bottom", dy=-4, fontSize=13 if width >= NARROW else 11)
        .encode(x, xOffset=offset, y=y, text="mark:N", color=colour)
    )
    return finished(alt.layer(bars, marks), data, width, 320, title)


SHOWN, NAMED = "shown", "named"
"""Layers of a funnel that hold each council as the one that stands out: its sign and its name."""
LIMIT_POINTS = 40
"""Points on each limit of a funnel; more make the page heavier and the curve no smoother."""


def funnel(rows: Sequence[Row], line: float | None, titles: tuple[str, str], width: int) -> Spec:
    """Councils by their base and rate, with the limits of the funnel where there are any.

    A row has ``name``, ``base``, ``value`` and the ends ``inner_lower``, ``inner_upper``, ``outer_lower``,
    ``outer_upper``, all null where there is no funnel. ``line`` is the rate of England, ``titles`` are those
    of the two axes. The layers ``SHOWN`` and ``NAMED`` hold every council, in the order of the rows: it is
    drawn once, and all but one are taken out of the drawing for a page.
    """
    data = Datasets()
    top = max([row["value"] for row in rows], default=10.0) * 1.1
    right = max([row["base"] for row in rows], default=10) * 1.05
    tick_count = 3 if width < NARROW else 6
    x = alt.X(
        "base:Q",
        scale=alt.Scale(domain=[0, right], nice=True),
        axis=alt.Axis(title=titles[0], grid=False, tickCount=tick_count, format=",d", labelFlush=False),
    )
    y = _value_axis(top)
    layers: list[alt.Chart] = []
    limits = [
        {"base": row["base"], "value": row[field], "limit": field, "kind": field.split("_")[0]}
        for row in _thinned(sorted(rows, key=lambda row: row["base"]))
        for field in ("inner_lower", "inner_upper", "outer_lower", "outer_upper")
        if row.get(field) is not None and 0 <= row[field] <= top
    ]
    if limits:
        layers.append(
            alt.Chart(data.of(limits))
            .mark_line(color=GREY, strokeWidth=1.5)
            .encode(
                x,
                y,
                detail="limit:N",
                strokeDash=alt.StrokeDash(
                    "kind:N", legend=None, scale=alt.Scale(domain=["inner", "outer"], range=[[5, 4], [1, 0]])
                ),
            )
        )
    if line is not None:
        layers.append(
            alt.Chart(data.of([{"value": line}])).mark_rule(color=ORANGE, strokeWidth=2).encode(y=y)
        )
    councils = data.of(rows)
    layers.append(
        alt.Chart(councils).mark_point(filled=True, size=50, opacity=0.75, color=TURQUOISE).encode(x, y)
    )
    layers.append(
        alt.Chart(councils)
        .mark_point(filled=True, size=190, opacity=1, color=DARK_PINK, shape="diamond")
        .encode(x, y)
        .properties(name=SHOWN)
    )
    is_right = f"datum.base > {right / 2}"
    layers.append(
        alt.Chart(councils)
        .mark_text(
            align=alt.expr(f"{is_right} ? 'right' : 'left'"),
            dx=alt.expr(f"{is_right} ? -12 : 12"),
            dy=-12,
            fontSize=14,
            fontWeight="bold",
            color=DARK_PINK,
        )
        .encode(x, y, text="name:N")
        .properties(name=NAMED)
    )
    return finished(alt.layer(*layers), data, width, 340, titles[1])


def _thinned(rows: Sequence[Row]) -> Sequence[Row]:
    """Some of many rows, spread evenly, the first and the last among them."""
    if len(rows) <= LIMIT_POINTS:
        return rows
    return [rows[round(step * (len(rows) - 1) / (LIMIT_POINTS - 1))] for step in range(LIMIT_POINTS)]


def differences(rows: Sequence[Row], title: str, width: int) -> Spec:
    """Differences with their intervals, one line each, from the smallest to the largest, around nought.

    A row has ``name``, ``value``, ``lower`` and ``upper``. More than forty are drawn without their names.
    """
    data = Datasets()
    ordered = sorted(rows, key=lambda row: (row["value"], row["name"]))
    names = [row["name"] for row in ordered]
    is_named = len(rows) <= 40
    y = alt.Y(
        "name:N",
        sort=names,
        axis=alt.Axis(
            title=None, labelLimit=width // 2, labels=is_named, ticks=False, domain=False, grid=False
        ),
    )
    ends = [end for row in rows for end in (row["lower"], row["upper"], 0)]
    x = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[min(ends), max(ends)], nice=True),
        axis=alt.Axis(title=title, tickCount=5),
    )
    nought = alt.Chart(data.of([{"value": 0}])).mark_rule(color=GREY, strokeDash=[4, 3]).encode(x=x)
    lines = (
        alt.Chart(data.of(ordered))
        .mark_rule(strokeWidth=2 if is_named else 1, color=DARK_BLUE)
        .encode(alt.X("lower:Q", scale=alt.Scale(domain=[min(ends), max(ends)])), x2="upper:Q", y=y)
    )
    points = (
        alt.Chart(data.of(ordered))
        .mark_point(filled=True, size=90 if is_named else 25, opacity=1, color=DARK_BLUE)
        .encode(x, y)
    )
    return finished(
        alt.layer(nought, lines, points), data, width, max(90, len(rows) * (26 if is_named else 5) + 60)
    )
