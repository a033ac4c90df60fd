"""A council's page: its pathway, its rates and how sure they are, and the council beside others."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pathways.report import charts
from pathways.report.figures import Figure, figure, single_out, svg_of
from pathways.report.flow import Count, Pathway, pathway_picture
from pathways.report.read import Council, Row, Warehouse
from pathways.report.tables import Cell, Table, counted, mark, number, percent, rate_with_interval, table
from pathways.signs import marked
from pathways.words import POSITIONS, count, letter_name, listed, one_decimal, phrase, sentence_case, span

WITH, WITHOUT = "rereferral_with_early_help", "rereferral_without_early_help"
DFE_RATE = "dfe_rereferral"
"""DfE's re-referral rate, as ``rpt_council_comparison`` calls it."""
FUNNEL_ENDS = ("funnel_95_lower", "funnel_95_upper", "funnel_99_8_lower", "funnel_99_8_upper")
UNLIKE = ("funnel_broken", "unit_differs", "base_differs", "relabelled")
"""Reasons that forbid to draw the four counts as parts of one whole."""

RATES = (
    "early_help_referral",
    "rereferral_of_closed",
    WITH,
    WITHOUT,
    "rereferral_difference",
    "rereferral_ratio",
)
"""The rates in the order of the pathway."""
BREAKS = {
    "first_year_of_council": "first year of the council: the records of the council before it are missing",
    "after_first_year_of_council": "the year before was the council's first",
    "other_letter": "another letter, or kind of source, than the year before it",
    "follow_up_incomplete": "counted before twelve months had passed: more children may come back",
    "follow_up_was_incomplete": "the year before was counted before its twelve months had passed",
    "year_missing": "the year before is missing",
}
"""What each of ``rpt_council_profile.break_codes`` means."""


@dataclass(frozen=True)
class Section:
    """A part of a page: a heading, sentences, charts, tables, and notes on their figures."""

    anchor: str
    title: str
    sentences: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


def _by_period(rows: list[Row], rate_code: str) -> dict[str, Row]:
    return {row["period_key"]: row for row in rows if row["rate_code"] == rate_code}


def _count(row: Row, stem: str, warehouse: Warehouse) -> Count:
    value = row[f"{stem}_count"]
    if value is not None:
        return Count(value, count(value))
    return Count(None, warehouse.sign(row[f"{stem}_status"]))


_FOUR = (
    "closed_after_assessment",
    "closed_referred_to_early_help",
    "closed_rereferred_within_12_months",
    "early_help_rereferred_within_12_months",
)


def _drawn_row(council: Council) -> Row | None:
    """The period whose picture is drawn: of those with most counts, the newest."""
    rows = [row for row in council.all_ages if row["nation_code"] == "E"]
    unlike = {row["period_key"] for row in council.rates if row["reason_code"] in UNLIKE}
    rows = [row for row in rows if row["period_key"] not in unlike]
    known = [
        (sum(row[f"{step}_count"] is not None for step in _FOUR), row["period_key"], row) for row in rows
    ]
    best = max(known, key=lambda item: item[:2], default=None)
    return best[2] if best and best[0] else None


def _pathway_section(council: Council, warehouse: Warehouse) -> Section:
    rows = council.all_ages
    asked = [
        step
        for step in warehouse.steps
        if any(row[f"{step['measure_code']}_status"] != "not_asked" for row in rows)
    ]
    figures: list[Figure] = []
    sentences = []
    drawn = _drawn_row(council)
    if drawn is not None:
        closed, early_help, back, both = (_count(drawn, step, warehouse) for step in _FOUR)
        is_over = drawn["is_follow_up_complete"] is not False
        pathway = Pathway(closed, early_help, back, both, "" if is_over else " so far")
        if pathway.is_drawable():
            words = (
                f"Children whose case was closed: {closed.words}. Of them referred to early help: "
                f"{early_help.words}. Re-referred within 12 months: {back.words}; of those with early help: "
                f"{both.words}."
            )
            figures.append(
                figure(
                    f"{council.key}_pathway_{drawn['period_key']}",
                    f"The pathway in {drawn['period_label']}: children whose case was closed after "
                    "assessment",
                    words,
                    lambda width: svg_of(pathway_picture(pathway, width)),
                    ("step", "children", "status"),
                    [
                        (
                            next(s["measure_name"] for s in warehouse.steps if s["measure_code"] == step),
                            drawn[f"{step}_count"],
                            drawn[f"{step}_status"],
                        )
                        for step in _FOUR
                    ],
                )
            )
            if not all(drawn[f"{step}_count"] is not None for step in _FOUR):
                sentences.append(
                    "Boxes with a dashed edge are counts that are not known; their height means nothing."
                )
    else:
        sentences.append("No picture is drawn: no two counts of the answer can be set beside one another.")
    header = ["Step", *(row["period_label"] for row in rows)]
    body: list[list[Cell | str]] = [
        [step["measure_name"], *(counted(row, step["measure_code"], warehouse.signs) for row in rows)]
        for step in asked
    ]
    body.append(
        [
            "Twelve months over when counted",
            *(
                Cell("yes", is_number=True)
                if row["is_follow_up_complete"]
                else Cell(
                    "no: more may come back" if row["is_follow_up_complete"] is False else "not known",
                    is_mark=True,
                )
                for row in rows
            ),
        ]
    )
    others = sorted({row["unit_code"] for row in rows if row["unit_code"]} - {"child"})
    sentences.append(
        "All ages, counted in children"
        + (
            f", but for years that the council answered in {listed([phrase(unit) + 's' for unit in others])}."
            if others
            else "."
        )
    )
    return Section(
        "pathway",
        "The pathway, step by step",
        tuple(sentences),
        tuple(figures),
        (table("Children at each step, by year", header, body),),
        tuple(f"{row['measure_name']}, {row['period_labels']}: {row['note']}" for row in council.notes),
    )


def _rate_row(row: Row, group: str, warehouse: Warehouse) -> Row:
    has_interval = row["interval_lower"] is not None
    return {
        "year": row["period_label"],
        "group": group,
        "value": row["rate_percent"],
        "lower": row["interval_lower"],
        "upper": row["interval_upper"],
        "mark": "" if has_interval else warehouse.sign(row["reason_code"] or "not_available"),
    }


def _rates_section(council: Council, warehouse: Warehouse) -> Section:
    groups = {WITH: "With early help", WITHOUT: "Without early help"}
    rows = [row for row in council.rates if row["question_set_code"]]
    years = list(dict.fromkeys(row["period_label"] for row in rows))
    drawn = [
        _rate_row(row, groups[row["rate_code"]], warehouse) for row in rows if row["rate_code"] in groups
    ]
    figures = []
    if any(row["lower"] is not None for row in drawn):
        words = "; ".join(
            f"{row['year']} {row['group'].lower()} "
            + (one_decimal(row["value"]) if row["value"] is not None else row["mark"] or "between bounds")
            for row in drawn
        )
        figures.append(
            figure(
                f"{council.key}_rates",
                "Re-referred within 12 months, with and without early help, with 95% intervals",
                f"Percent: {words}.",
                lambda width: svg_of(charts.rates_over_time(drawn, years, "Percent of children", width)),
                ("period", "rate", "numerator", "denominator", "percent", "lower_bound", "upper_bound",
                 "interval_lower", "interval_upper", "reason"),
                [
                    (row["period_label"], row["rate_name"], row["numerator"], row["denominator"],
                     row["rate_percent"], row["lower_bound"], row["upper_bound"], row["interval_lower"],
                     row["interval_upper"], row["reason_code"])
                    for row in rows
                ],
            )
        )  # fmt: skip
    by_period: dict[str, dict[str, Row]] = {}
    for row in rows:
        by_period.setdefault(row["period_label"], {})[row["rate_code"]] = row
    names = {row["rate_code"]: row["rate_name"] for row in rows}
    codes = [code for code in RATES if code in names]
    body: list[list[Cell | str]] = [
        [label, *(rate_with_interval(found[code], warehouse.signs) for code in codes)]
        for label, found in by_period.items()
    ]
    sentences = [
        "Percent of children; the difference in percentage points; the ratio as a number. A 95% interval "
        "says how far chance alone may have moved the figure. Where a count is kept back, the rate lies "
        "between the two bounds shown.",
        "Children are referred to early help because of their needs: a difference between those with and "
        "without it is no effect of early help.",
    ]
    return Section(
        "rates",
        "How many come back, and how sure that is",
        tuple(sentences),
        tuple(figures),
        (table("Rates, all ages, with 95% intervals", ("Year", *(names[code] for code in codes)), body),),
    )


def _against_section(council: Council, warehouse: Warehouse) -> Section | None:
    rows = council.reconciliations
    if not rows or all(row["reference_status"] == "authority_unknown" for row in rows):
        return None
    mine, theirs = "Closed, as the council counts (children)", "Not in need, as DfE counts (referrals)"
    drawn = []
    for row in rows:
        for group, name in ((mine, "compared"), (theirs, "reference")):
            status = row[f"{name}_status"]
            drawn.append(
                {
                    "year": row["period_label"],
                    "group": group,
                    "value": row[f"{name}_value"],
                    "mark": warehouse.sign(status),
                }
            )
    years = [row["period_label"] for row in rows]
    figures = []
    if any(row["value"] is not None for row in drawn):
        figures.append(
            figure(
                f"{council.key}_against_dfe",
                "The council's closed cases beside DfE's referrals assessed not in need",
                "; ".join(
                    f"{row['year']} {row['group'].split(',')[0].lower()} "
                    + (count(row["value"]) if row["value"] is not None else row["mark"])
                    for row in drawn
                )
                + ".",
                lambda width: svg_of(charts.bars_over_time(drawn, years, "Children, and referrals", width)),
                ("period", "council_closed", "council_status", "dfe_not_in_need", "dfe_status", "difference",
                 "comparability"),
                [
                    (row["period_label"], row["compared_value"], row["compared_status"],
                     row["reference_value"], row["reference_status"], row["difference"],
                     row["comparability_code"])
                    for row in rows
                ],
            )
        )  # fmt: skip

    def side(row: Row, name: str) -> Cell:
        value = row[f"{name}_value"]
        return number(value) if value is not None else mark(row[f"{name}_status"], warehouse.signs)

    body: list[list[Cell | str]] = [
        [
            row["period_label"],
            side(row, "compared"),
            side(row, "reference"),
            number(row["difference"])
            if row["difference"] is not None
            else Cell("not compared", is_mark=True),
            phrase(row["comparability_code"]),
        ]
        for row in rows
    ]
    return Section(
        "against-dfe",
        "Beside DfE's count",
        (
            "The two are not the same: DfE counts referrals assessed not in need (closure reasons RC8 "
            "and RC9, with no later service), the letter asks for children whose case was closed after "
            "the assessment, as the council understands it. A large difference says that the council "
            "counted something else.",
        ),
        tuple(figures),
        (
            table(
                "Closed cases and referrals assessed not in need",
                ("Year", "Council: closed", "DfE: not in need", "Difference", "Why they differ"),
                body,
            ),
        ),
    )


def _dfe_section(council: Council, warehouse: Warehouse) -> Section | None:
    rows = [
        row
        for row in council.profiles
        if row["dfe_referral_status"] not in ("not_loaded", "authority_unknown", "not_applicable")
    ]
    if not rows:
        return None
    england, region_name = warehouse.area("England"), council.row["region_name"]
    region = warehouse.area(region_name) if region_name else {}
    years = [row["period_label"] for row in rows]
    drawn = []
    segment = 0
    for row in rows:
        broken = (row["break_codes"] or "").split(",")
        if "first_year_of_council" in broken or "after_first_year_of_council" in broken:
            segment += 1
        value = row["dfe_rereferral_percent"]
        if value is None:
            segment += 1
        drawn.append(
            {
                "year": row["period_label"],
                "series": council.name,
                "segment": f"council {segment}",
                "value": None if value is None else float(value),
                "mark": warehouse.sign(row["dfe_rereferral_percent_status"]),
            }
        )
    for name, areas in ((region_name, region), ("England", england)):
        drawn.extend(
            {
                "year": row["period_label"],
                "series": name,
                "segment": name,
                "value": None if found is None else float(found),
                "mark": warehouse.sign(areas[row["period_key"]]["rereferral_percent_status"]),
            }
            for row in rows
            if row["period_key"] in areas
            for found in (areas[row["period_key"]]["rereferral_percent"],)
        )

    def beside(row: Row, areas: dict[str, Row]) -> Cell:
        found = areas.get(row["period_key"])
        return (
            percent(found, "rereferral_percent", warehouse.signs)
            if found
            else mark("not_loaded", warehouse.signs)
        )

    body: list[list[Cell | str]] = [
        [
            row["period_label"],
            counted(row, "dfe_referral", warehouse.signs),
            counted(row, "dfe_rereferral", warehouse.signs),
            percent(row, "dfe_rereferral_percent", warehouse.signs),
            *([beside(row, region)] if region_name else []),
            beside(row, england),
            counted(row, "dfe_not_in_need", warehouse.signs),
        ]
        for row in rows
    ]
    header = [
        "Year",
        "Referrals",
        "Re-referrals",
        "Percent",
        *([region_name] if region_name else []),
        "England",
        "Not in need",
    ]
    told = "; ".join(
        f"{row['year']} {one_decimal(row['value']) if row['value'] is not None else row['mark']}"
        for row in drawn
        if row["series"] == council.name
    )
    sentences = [
        "As DfE publishes it: of 100 referrals of the year, those that came within 365 days of the "
        "child's referral before. It looks back, is of all referrals, and is no part of the rates above.",
        *_break_sentences(rows, ("first_year_of_council",)),
    ]
    return Section(
        "dfe",
        "Re-referrals as DfE counts them",
        tuple(sentences),
        (
            figure(
                f"{council.key}_dfe",
                "Re-referrals, percent of referrals",
                f"{council.name}: {told}.",
                lambda width: svg_of(charts.lines_over_time(drawn, years, "Percent of referrals", width)),
                ("period", "area", "percent", "mark"),
                [
                    (row["year"], row["series"], row["value"], row["mark"] if row["value"] is None else "")
                    for row in drawn
                ],
            ),
        ),
        (table("DfE's figures, by year", header, body),),
    )


def _break_sentences(rows: list[Row], only: tuple[str, ...] = ()) -> list[str]:
    """Where a line over years may not be drawn, and why."""
    return [
        f"{row['period_label']}: {BREAKS[code]}."
        for row in rows
        for code in (row["break_codes"] or "").split(",")
        if code and (not only or code in only)
    ]


@lru_cache(maxsize=64)
def _funnel_drawing(warehouse: Warehouse, rate_code: str, question_set_code: str, width: int) -> str:
    """The funnel of a rate in its newest period, every council standing out."""
    rows = warehouse.newest_funnels[rate_code, question_set_code]
    base = _base(rate_code)
    drawn = [
        {
            "name": warehouse.council_names[row["authority_key"]],
            "base": row["denominator"],
            "value": row["rate_percent"],
            "inner_lower": row["funnel_95_lower"],
            "inner_upper": row["funnel_95_upper"],
            "outer_lower": row["funnel_99_8_lower"],
            "outer_upper": row["funnel_99_8_upper"],
        }
        for row in rows
    ]
    titles = (f"{sentence_case(base)} in the year", f"Percent of {base}")
    return svg_of(charts.funnel(drawn, _funnel_line(rows[0]), titles, width))


def _base(rate_code: str) -> str:
    return "referrals" if rate_code == DFE_RATE else "children"


def _funnel_line(row: Row) -> float | None:
    """What the line across a funnel stands at: England's rate by DfE, or that of all who answered."""
    line: float | None = (
        row["england_percent"] if row["rate_code"] == DFE_RATE else row["funnel_target_percent"]
    )
    return line


def _funnel_figure(council: Council, row: Row, funnel: list[Row], warehouse: Warehouse) -> Figure:
    """A rate of one year: all councils, the one of the page standing out."""
    base, line = _base(row["rate_code"]), _funnel_line(row)
    position = [other["authority_key"] for other in funnel].index(council.key)
    key = (row["rate_code"], row["question_set_code"])
    place = POSITIONS.get(row["funnel_position_code"] or "")
    words = (
        f"{len(funnel)} councils. {council.name}: {one_decimal(row['rate_percent'])}% of "
        f"{count(row['denominator'])} {base}"
        + (f", {place}" if place else "")
        + (f"; the line is at {one_decimal(line)}%." if line is not None else ".")
    )
    stem = "funnel" if row["rate_code"] == DFE_RATE else "_".join(("funnel", *key))
    return figure(
        f"{council.key}_{stem}",
        f"{council.name} and the other councils: {row['rate_name'][:1].lower()}{row['rate_name'][1:]}, "
        f"{row['period_label']}",
        words,
        lambda width: single_out(
            _funnel_drawing(warehouse, *key, width), (charts.SHOWN, charts.NAMED), position, len(funnel)
        ),
        ("council", base, "percent", *FUNNEL_ENDS),
        [
            (
                warehouse.council_names[other["authority_key"]],
                other["denominator"],
                other["rate_percent"],
                *(other[end] for end in FUNNEL_ENDS),
            )
            for other in funnel
        ],
    )


def _others_section(council: Council, warehouse: Warehouse) -> Section | None:
    rows = council.comparisons
    if not rows:
        return None
    newest: dict[tuple[str, str], Row] = {}
    for row in rows:
        newest[row["rate_code"], row["question_set_code"]] = row
    figures = []
    sentences = []
    for row in newest.values():
        funnel = warehouse.newest_funnels[row["rate_code"], row["question_set_code"]]
        is_dfe = row["rate_code"] == DFE_RATE
        has_limits = any(other["funnel_95_lower"] is not None for other in funnel)
        if row["period_key"] != funnel[0]["period_key"] or not (is_dfe or has_limits):
            continue
        figures.append(_funnel_figure(council, row, funnel, warehouse))
        if not has_limits:
            sentences.append(
                f"There are too few councils at hand ({len(funnel)}) to draw the limits of a funnel, so "
                "that no council can be called high or low."
            )
    if any(row["funnel_position_code"] for row in newest.values()):
        sentences.append(
            "Between the dashed lines lie 95 of 100 councils if they differ by chance and the usual "
            "spread alone, between the outer lines 99.8 of 100. Small councils move more by chance."
        )
    if figures:
        sentences.insert(
            0, "Each dot is a council; the line across is England's rate, or that of all who answered."
        )
    nothing = Cell("too few councils", is_mark=True)

    def of_others(row: Row, name: str) -> Cell:
        value = row[f"{name}_percent"]
        return number(value, 1) if value is not None else nothing

    body: list[list[Cell | str]] = [
        [
            f"{row['rate_name']}, {row['period_label']}",
            number(row["rate_percent"], 1),
            of_others(row, "england"),
            of_others(row, "region")
            if council.row["region_name"]
            else Cell("region not known", is_mark=True),
            of_others(row, "neighbour"),
            POSITIONS.get(row["funnel_position_code"] or "", "no funnel: too few councils"),
        ]
        for row in newest.values()
    ]
    return Section(
        "others",
        "Beside other councils",
        (
            *sentences,
            "England, the region and the statistical neighbours are without the council itself and "
            "within one letter; of DfE's rate they are as DfE publishes them. A place outside the limits "
            "is a reason to ask, no verdict.",
        ),
        tuple(figures),
        (
            table(
                "The newest year of each rate, in percent",
                ("Rate and year", council.name, "England", "Region", "Neighbours", "Where it lies"),
                body,
            ),
        ),
    )


def _ages_section(council: Council, warehouse: Warehouse) -> Section | None:
    rows = [row for row in council.pathways if row["question_set_code"]]
    if not any(row["age_band_code"] != "all" for row in rows):
        return None
    asked = [
        step
        for step in warehouse.steps
        if any(row[f"{step['measure_code']}_status"] != "not_asked" for row in rows)
    ]
    ages = {row["age_band_code"]: row for row in sorted(rows, key=lambda row: row["age_band_order"])}
    tables = []
    for period in dict.fromkeys(row["period_key"] for row in rows):
        found = {row["age_band_code"]: row for row in rows if row["period_key"] == period}
        if all(row[f"{step['measure_code']}_count"] is None for row in found.values() for step in asked):
            continue
        body: list[list[Cell | str]] = [
            [
                step["measure_name"],
                *(
                    counted(found[age], step["measure_code"], warehouse.signs)
                    if age in found
                    else mark("not_asked", warehouse.signs)
                    for age in ages
                ),
            ]
            for step in asked
        ]
        tables.append(
            table(
                f"Children by age, {warehouse.period_labels[period]}",
                ("Step", *(row["age_band_name"] for row in ages.values())),
                body,
            )
        )
    if not tables:
        return None
    return Section(
        "ages",
        "By age",
        ("The letters ask for no band below 5, so the bands do not add up to all children.",),
        (),
        tuple(tables),
    )


def _coverage_section(council: Council, warehouse: Warehouse) -> Section | None:
    if not council.coverage:
        return None
    tables = []
    for letter in dict.fromkeys(row["question_set_code"] for row in council.coverage):
        rows = [row for row in council.coverage if row["question_set_code"] == letter]
        years = list(dict.fromkeys(row["period_label"] for row in rows if row["period_label"]))
        body: list[list[Cell | str]] = []
        for code in dict.fromkeys(row["question_code"] for row in rows):
            found = [row for row in rows if row["question_code"] == code]
            by_year = {row["period_label"]: row for row in found}
            general = by_year.get("")
            cells: list[Cell | str] = [f"{code}: {found[0]['question_summary']}"]
            for year in years:
                row = by_year.get(year, general)
                cells.append(outcome_cell(row["outcome_code"] if row else "not_asked", row))
            body.append(cells)
        tables.append(table(f"{letter_name(letter)}: what came of each question", ("Question", *years), body))
    return Section("coverage", "What was asked, and what came", (), (), tuple(tables))


OUTCOMES = {
    "answered": "answered",
    "partly_answered": "partly answered",
    "no_response": "no response",
    "mixed": "mixed",
}


def outcome_cell(code: str, row: Row | None = None) -> Cell:
    """What came of a question, in words; of a yes-or-no question its answer."""
    words = OUTCOMES.get(code, phrase(code))
    if row is not None and row.get("answer_text"):
        words += f": {row['answer_text']}"
    return Cell(words, is_mark=code != "answered")


def _sources_section(council: Council, warehouse: Warehouse) -> Section:
    keys = {
        key
        for row in council.pathways
        for key in (row["source_keys"] or "").split(",")
        if key in warehouse.source_names
    }
    keys |= {row["source_key"] for row in council.coverage if row["source_key"] in warehouse.source_names}
    if any(row["dfe_referral_status"] == "reported" for row in council.profiles):
        keys |= {key for key, row in warehouse.source_names.items() if row["source_basis_code"] == "dfe"}
    body: list[list[Cell | str]] = [
        [
            row["source_title"],
            row["publisher_name"],
            row["source_reference"] or row["release_code"] or "none",
            str(row["response_date"] or "not stated"),
            row["licence"],
        ]
        for key, row in warehouse.source_names.items()
        if key in keys
    ]
    return Section(
        "sources",
        "Where the figures come from",
        (),
        (),
        (
            table(
                "Sources of this page",
                ("Source", "Publisher", "Reference or release", "Date of the answer", "Licence"),
                body,
            ),
        ),
    )


def in_short(council: Council, warehouse: Warehouse) -> list[str]:
    """The main findings on a council in sentences, each with how sure it is."""
    found: list[str] = []
    dfe = [row for row in council.comparisons if row["rate_code"] == DFE_RATE]
    if dfe:
        row = dfe[-1]
        words = (
            f"In {row['period_label']} {one_decimal(row['rate_percent'])}% of {count(row['denominator'])} "
            "referrals were re-referrals, as DfE counts them"
        )
        others = [
            f"{name} {one_decimal(row[f'{code}_percent'])}%"
            for name, code in (("England", "england"), ("the region", "region"))
            if row[f"{code}_percent"] is not None
        ]
        words += f" ({listed(others)})" if others else ""
        position = POSITIONS.get(row["funnel_position_code"] or "")
        found.append(words + (f": {position}." if position else "."))
    rates = council.rates
    given = [
        row for row in rates if row["rate_code"] == "early_help_referral" and row["rate_percent"] is not None
    ]
    if given:
        row = given[-1]
        found.append(
            f"In {row['period_label']}, of {count(row['denominator'])} children whose case was closed "
            f"after an assessment, {count(row['numerator'])} ({one_decimal(row['rate_percent'])}%, 95% "
            f"interval {span(row['interval_lower'], row['interval_upper'])}) were referred to early help."
        )
    with_help = [row for row in rates if row["rate_code"] == WITH and row["rate_percent"] is not None]
    if with_help:
        row = with_help[-1]
        words = (
            f"Of {count(row['denominator'])} with early help in {row['period_label']}, "
            f"{one_decimal(row['rate_percent'])}% ({span(row['interval_lower'], row['interval_upper'])}) "
            "were re-referred within 12 months"
        )
        other = _by_period(rates, WITHOUT).get(row["period_key"])
        if other and other["rate_percent"] is not None:
            words += (
                f"; of {count(other['denominator'])} without, {one_decimal(other['rate_percent'])}% "
                f"({span(other['interval_lower'], other['interval_upper'])})"
            )
        found.append(words + ".")
        difference = _by_period(rates, "rereferral_difference").get(row["period_key"])
        if difference and difference["rate_percent"] is not None:
            found.append(difference_sentence(difference))
    elif council.all_ages:
        reasons = sorted(
            {
                marked(row["reason_code"], warehouse.signs)
                for row in rates
                if row["rate_code"] == WITH and row["reason_code"]
            }
        )
        found.append(f"How many come back with early help is not known: {listed(reasons)}.")
    if not council.all_ages:
        found.append(
            "No answer of the council on early help is at hand, so its pathway is not known. DfE's "
            "figures are below."
        )
    unsure = [f"{sentence_case(text)}" for text in _break_sentences(council.profiles)]
    return [*found, *unsure]


def difference_sentence(row: Row) -> str:
    """What a difference between those with and without early help says, and does not say."""
    lower, upper = row["interval_lower"], row["interval_upper"]
    size = one_decimal(abs(row["rate_percent"]))
    way = "more" if row["rate_percent"] > 0 else "fewer"
    chance = "more than chance alone explains" if lower > 0 or upper < 0 else "which chance alone may explain"
    return (
        f"That is {size} percentage points {way} with early help (95% interval {span(lower, upper)}), "
        f"{chance}. It is no effect of early help: children are referred to it because of their needs."
    )


def council_context(council: Council, warehouse: Warehouse) -> dict[str, Any]:
    """What the template of a council's page needs."""
    has_answer = bool(council.all_ages)
    sections = [
        _pathway_section(council, warehouse) if has_answer else None,
        _rates_section(council, warehouse) if has_answer else None,
        _others_section(council, warehouse),
        _dfe_section(council, warehouse),
        _against_section(council, warehouse),
        _ages_section(council, warehouse),
        _coverage_section(council, warehouse),
        _sources_section(council, warehouse),
    ]
    return {
        "council": council,
        "findings": in_short(council, warehouse),
        "sections": [section for section in sections if section is not None],
    }
