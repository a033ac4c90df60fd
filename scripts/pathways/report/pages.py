"""The pages that are about no one council: home, coverage, measures, data quality, and the method."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from pathways.report import charts
from pathways.report.council import (
    OUTCOMES,
    WITH,
    WITHOUT,
    difference_sentence,
    outcome_cell,
)
from pathways.report.figures import Figure, figure, svg_of
from pathways.report.read import Council, Row, Warehouse
from pathways.report.tables import Cell, Table, mark, number, table
from pathways.rules import RuleBook
from pathways.words import count, letter_name, listed, one_decimal, phrase, sentence_case, span

ENGINES = {
    "contract": "contract of a table",
    "dbt_test": "dbt test",
    "dbt_unit_test": "dbt unit test",
    "great_expectations": "Great Expectations",
    "python": "Python",
}
"""What runs a check, as its users spell it."""


def _newest(council: Council, rate_code: str) -> Row | None:
    """The newest rate of a kind that is given."""
    rows = [r for r in council.rates if r["rate_code"] == rate_code and r["rate_percent"] is not None]
    return rows[-1] if rows else None


def _england_figure(warehouse: Warehouse) -> Figure | None:
    rows = list(warehouse.area("England").values())
    if not rows:
        return None
    drawn = [
        {
            "year": row["period_label"],
            "series": name,
            "segment": name,
            "value": None if row[field] is None else float(row[field]),
            "mark": warehouse.sign(row[f"{field}_status"]),
        }
        for name, field in (
            ("Re-referrals", "rereferral_percent"),
            ("Assessed not in need", "not_in_need_percent"),
        )
        for row in rows
    ]
    years = [row["period_label"] for row in rows]
    told = "; ".join(f"{row['period_label']} {one_decimal(row['rereferral_percent'])}" for row in rows)
    return figure(
        "england",
        "England: of 100 referrals, re-referrals and those assessed not in need",
        f"Re-referrals: {told}.",
        lambda width: svg_of(charts.lines_over_time(drawn, years, "Percent of referrals", width)),
        ("period", "series", "percent", "mark"),
        [(r["year"], r["series"], r["value"], r["mark"] if r["value"] is None else "") for r in drawn],
    )


def _difference_figure(warehouse: Warehouse) -> Figure | None:
    found = [
        (council, row)
        for council in warehouse.councils
        if council.row["nation_code"] == "E"
        for row in (_newest(council, "rereferral_difference"),)
        if row is not None
    ]
    if not found:
        return None
    drawn = [
        {
            "name": f"{council.name}, {row['period_label']}",
            "value": row["rate_percent"],
            "lower": row["interval_lower"],
            "upper": row["interval_upper"],
        }
        for council, row in found
    ]
    higher = sum(row["lower"] > 0 for row in drawn)
    lower = sum(row["upper"] < 0 for row in drawn)
    return figure(
        "differences",
        "Re-referral rate with early help less that without, newest year of each council",
        f"{len(drawn)} councils: in {higher} more children with early help came back by more than chance, "
        f"in {lower} fewer, in {len(drawn) - higher - lower} chance may explain it.",
        lambda width: svg_of(charts.differences(drawn, "Percentage points, with 95% intervals", width)),
        ("council_and_period", "difference_points", "interval_lower", "interval_upper"),
        [tuple(row.values()) for row in drawn],
    )


def findings(warehouse: Warehouse) -> list[str]:
    """The main findings of all that is at hand, each with its caveat."""
    said: list[str] = []
    asked = len(warehouse.responses)
    came = sum(row["reported_figure_count"] > 0 for row in warehouse.responses)
    said.append(
        f"Of {_councils(asked)} known to have been asked, {came} gave at least one figure. What each was "
        "asked, and what came, is under Coverage."
    )
    pairs = [
        row
        for council in warehouse.councils
        if council.row["nation_code"] == "E"
        for row in council.rates
        if row["rate_code"] == "rereferral_difference" and row["rate_percent"] is not None
    ]
    if pairs:
        more = [row for row in pairs if row["rate_percent"] > 0]
        sure = [row for row in pairs if row["interval_lower"] > 0]
        less = [row for row in pairs if row["interval_upper"] < 0]
        councils = len({row["authority_key"] for row in pairs})
        said.append(
            f"In {len(more):,} of {len(pairs):,} years of {_councils(councils)} for which both rates are "
            "known, children with early help were re-referred more often than those without; in "
            f"{len(sure)} of them by more than chance alone explains, and in {len(less)} less often "
            "by more than chance. That is no effect of early help: children are referred to it because "
            "of their needs."
        )
        if councils == 1:
            said.append(
                difference_sentence(pairs[-1]).replace("That is", f"In {pairs[-1]['period_label']} it was", 1)
            )
    else:
        said.append("For no council are both rates known, with and without early help.")
    given = [row for row in warehouse.estimates if row["estimate"] is not None]
    if given:
        newest = max(row["period_key"] for row in given)
        for row in given:
            if row["period_key"] == newest and row["figure_code"].endswith("early_help_percent"):
                said.append(
                    f"England, {row['period_label']} ({letter_name(row['question_set_code'])}), estimated "
                    f"from {row['council_count']} councils: "
                    f"{row['statement'][:1].lower()}{row['statement'][1:]}: "
                    f"{one_decimal(row['estimate'])} (95% interval "
                    f"{span(row['interval_lower'], row['interval_upper'])})."
                )
    elif warehouse.estimates:
        nearest = max(warehouse.estimates, key=lambda row: (row["council_count"] or 0, row["period_key"]))
        said.append(f"Of England as a whole nothing can be said yet: {nearest['missing']}")
    england = list(warehouse.area("England").values())
    if england:
        row = england[-1]
        said.append(
            f"DfE counts {count(row['referral_count'])} referrals in England in {row['period_label']}; "
            f"{one_decimal(row['rereferral_percent'])}% were re-referrals and "
            f"{one_decimal(row['not_in_need_percent'])}% were assessed not in need. What became of those "
            "children DfE does not say."
        )
    return said


def _councils(number_of_them: int) -> str:
    return "1 council" if number_of_them == 1 else f"{number_of_them} councils"


def council_list(warehouse: Warehouse) -> list[tuple[str, Table]]:
    """All councils with a page, by region, each with its newest figures."""
    groups: dict[str, list[Council]] = {}
    for council in warehouse.councils:
        if not council.row["is_known"]:
            name = "Councils that are not named"
        elif council.row["nation_code"] == "W":
            name = "Wales"
        else:
            name = council.row["region_name"] or "Region not known"
        groups.setdefault(name, []).append(council)
    ordered = sorted(groups, key=lambda name: (name == "Councils that are not named", name == "Wales", name))
    tables = []
    for name in ordered:
        body: list[list[Cell | str]] = []
        for council in groups[name]:
            dfe = [r for r in council.profiles if r["dfe_rereferral_percent"] is not None]
            with_help, without = _newest(council, WITH), _newest(council, WITHOUT)
            body.append(
                [
                    Cell(council.name, link=council.page),
                    _newest_rate(with_help),
                    _newest_rate(without),
                    Cell(
                        f"{one_decimal(dfe[-1]['dfe_rereferral_percent'])} ({dfe[-1]['period_label']})",
                        is_number=True,
                    )
                    if dfe
                    else Cell("not at hand", is_mark=True),
                ]
            )
        tables.append(
            (
                name,
                table(
                    name,
                    ("Council", "Re-referred with early help, %", "Without, %", "DfE re-referral rate, %"),
                    body,
                ),
            )
        )
    return tables


def _newest_rate(row: Row | None) -> Cell:
    if row is None:
        return Cell("not known", is_mark=True)
    return Cell(f"{one_decimal(row['rate_percent'])} ({row['period_label']})", is_number=True)


def home_context(warehouse: Warehouse) -> dict[str, Any]:
    """What the template of the home page needs."""
    figures = [made for made in (_difference_figure(warehouse), _england_figure(warehouse)) if made]
    return {
        "findings": findings(warehouse),
        "figures": figures,
        "councils": council_list(warehouse),
        "study": _study_table(warehouse),
    }


def _study_table(warehouse: Warehouse) -> Table:
    body: list[list[Cell | str]] = [
        [
            row["statement"],
            phrase(row["estimator_code"]),
            number(row["study_value"]),
            number(row["estimate"])
            if row["estimate"] is not None
            else mark("not_available", warehouse.signs),
            span(row["interval_lower"], row["interval_upper"])
            if row["interval_lower"] is not None
            else mark("not_available", warehouse.signs),
            phrase(row["finding_code"]),
        ]
        for row in warehouse.study
    ]
    return table(
        "What the study of 2022 printed of England, and what the answers at hand say",
        ("Figure", "Estimated by", "The study", "Here", "95% interval", "Finding"),
        body,
    )


def coverage_context(warehouse: Warehouse) -> dict[str, Any]:
    """The coverage grid: councils down, questions across, a cell for what came over all years."""
    names = {council.key: council for council in warehouse.councils}
    tables = []
    for letter in dict.fromkeys(row["question_set_code"] for row in warehouse.responses):
        asked = [row for row in warehouse.responses if row["question_set_code"] == letter]
        grids = {
            row["authority_key"]: [
                r for r in names[row["authority_key"]].coverage if r["question_set_code"] == letter
            ]
            for row in asked
            if row["authority_key"] in names
        }
        questions = sorted(
            {(row["question_code"], row["question_summary"]) for rows in grids.values() for row in rows}
        )
        body: list[list[Cell | str]] = []
        for row in asked:
            council = names.get(row["authority_key"])
            rows = grids.get(row["authority_key"], [])
            cells: list[Cell | str] = [
                Cell(row["authority_name"], link=council.page if council else ""),
                phrase(row["outcome_code"]),
            ]
            for code, _ in questions:
                found = [r for r in rows if r["question_code"] == code]
                cells.append(_over_years(found))
            body.append(cells)
        tables.append(
            {
                "title": letter_name(letter),
                "table": table(
                    f"{letter_name(letter)}: councils and questions",
                    ("Council", "All of it", *(code for code, _ in questions)),
                    body,
                ),
                "questions": [f"{code}: {summary}" for code, summary in questions],
            }
        )
    counted = Counter(row["outcome_code"] for row in warehouse.responses)
    return {
        "grids": tables,
        "summary": [
            f"{OUTCOMES.get(code, phrase(code))}: {number_of}" for code, number_of in sorted(counted.items())
        ],
        "totals": {
            name: sum(row[f"{name}_figure_count"] for row in warehouse.responses)
            for name in ("asked", "reported", "suppressed", "published_elsewhere", "refused", "not_held",
                         "not_answered", "other")
        },
    }  # fmt: skip


def _over_years(rows: list[Row]) -> Cell:
    """What came of a question over all its years: the one outcome, or how many years had which."""
    if not rows:
        return mark_text("not asked")
    outcomes = Counter(row["outcome_code"] for row in rows)
    if len(outcomes) == 1:
        return outcome_cell(rows[0]["outcome_code"], rows[0] if len(rows) == 1 else None)
    said = ", ".join(
        f"{number_of} {OUTCOMES.get(code, phrase(code))}" for code, number_of in outcomes.most_common()
    )
    return Cell(said, is_mark=True)


def mark_text(text: str) -> Cell:
    """Words that stand for a number."""
    return Cell(text, is_mark=True)


def measure_contexts(warehouse: Warehouse) -> list[dict[str, Any]]:
    """What the template needs of each measure and rate, a page each."""
    contexts = []
    for row in warehouse.measures:
        contexts.append(
            {
                "code": row["measure_code"],
                "name": row["measure_name"],
                "unit": row["unit_name"],
                "kind": "Asked of councils" if row["figure_family_code"] == "pathway" else "Published by DfE",
                "description": row["description"],
                "tables": _measure_tables(row, warehouse),
                "comparability": _comparability(row),
                "where": "fct_pathway_figure, fct_pathway"
                if row["figure_family_code"] == "pathway"
                else "fct_rereferral, fct_release_figure",
            }
        )
    for row in warehouse.named["rates_named"]:
        contexts.append(
            {
                "code": row["rate_code"],
                "name": row["rate_name"],
                "unit": phrase(row["unit_code"]),
                "kind": "Worked out here",
                "description": row["statement"],
                "tables": [_rate_table(row, warehouse)],
                "comparability": [
                    f"Numerator: {row['numerator']}. Denominator: {row['denominator']}. 95% interval: "
                    f"{row['interval_method']}.",
                    *([row["caveat"]] if row["caveat"] else []),
                    "Within one letter only: the letters of 2021 and 2025, England and Wales, answers "
                    "and census returns are never mixed in one rate.",
                ],
                "where": "fct_pathway_rate",
            }
        )
    return contexts


def _comparability(row: Row) -> list[str]:
    said = []
    if row["figure_family_code"] == "pathway":
        said.append(
            "Each letter defines it in its own words (above). Figures under two definitions are never "
            "added, averaged or ranked together; neither are England's and Wales's."
        )
        said.append("As each council understood the letter: two councils may have counted differently.")
        if row["has_follow_up"]:
            said.append(
                "Complete only where the council counted at least twelve months after the last referral "
                "of the year."
            )
    else:
        said.append(
            "Counts of England and its regions are rounded to 10 by DfE; those of councils are exact, "
            "and 1 to 5 is kept back. A new release may restate older years: the newest is shown."
        )
    if row["measure_code"] == "closed_after_assessment":
        said.append(
            "Not the same as DfE's referrals assessed not in need, which counts referrals closed with "
            "reason RC8 or RC9 and no later service; the letter also names RC7."
        )
    if row["measure_code"] == "not_in_need_count":
        said.append("Not the same as what councils count as closed after assessment, which is of children.")
    return said


def _measure_tables(row: Row, warehouse: Warehouse) -> list[Table]:
    definitions: list[list[Cell | str]] = [
        [found["definition_name"], found["statement"]]
        for found in warehouse.named["definitions"]
        if found["measure_code"] == row["measure_code"]
    ]
    tables = [table("What each source counts", ("Source", "Definition"), definitions)] if definitions else []
    labels = {found["definition_code"]: found["definition_name"] for found in warehouse.named["definitions"]}
    figures: list[list[Cell | str]] = [
        [
            str(labels.get(found["definition_code"], found["definition_code"])),
            str(warehouse.signs[found["status_code"]]["name"]),
            number(found["figure_count"]),
            number(found["council_count"]),
            f"{warehouse.period_labels[found['first_period_key']]} to "
            f"{warehouse.period_labels[found['last_period_key']]}",
        ]
        for found in warehouse.measure_figures
        if found["measure_code"] == row["measure_code"]
    ]
    if figures:
        tables.append(
            table("Figures at hand", ("Definition", "Status", "Figures", "Councils", "Years"), figures)
        )
    released: list[list[Cell | str]] = [
        [
            f"Data set {found['data_set_code']}, release {found['release_code']}",
            str(warehouse.signs[found["status_code"]]["name"]),
            number(found["figure_count"]),
            f"{found['first_time_period']} to {found['last_time_period']}",
        ]
        for found in warehouse.release_figures
        if found["measure_code"] == row["measure_code"]
    ]
    if released:
        tables.append(table("Published cells at hand", ("Release", "Status", "Cells", "Years"), released))
    return tables


def _rate_table(row: Row, warehouse: Warehouse) -> Table:
    outcomes: Counter[str] = Counter()
    for council in warehouse.councils:
        for found in council.rates:
            if found["rate_code"] == row["rate_code"]:
                outcomes[found["reason_code"] or ""] += 1
    body: list[list[Cell | str]] = [
        [
            str(warehouse.signs[code]["name"]) if code else "Given",
            number(number_of),
            str(warehouse.signs[code]["meaning"]) if code else "The rate is known, with its interval",
        ]
        for code, number_of in sorted(outcomes.items(), key=lambda item: (item[0] != "", -item[1], item[0]))
    ]
    return table("Rates of all ages at hand, a row a reason", ("What came", "Rates", "Meaning"), body)


def quality_context(warehouse: Warehouse, rules: RuleBook) -> dict[str, Any]:
    """What the template of the page on data quality needs."""
    engines: dict[str, Counter[str]] = {}
    for row in warehouse.checks:
        engines.setdefault(row["engine"], Counter())[row["outcome_code"]] += 1
    outcomes = sorted({row["outcome_code"] for row in warehouse.checks})
    by_rule: dict[str, list[Row]] = {}
    for row in warehouse.checks:
        by_rule.setdefault(row["rule_code"], []).append(row)
    broken: list[list[Cell | str]] = [
        [
            row["check_name"],
            rules[row["rule_code"]].statement,
            row["severity_code"],
            row["outcome_code"],
            number(row["failed_row_count"]),
        ]
        for row in warehouse.checks
        if row["outcome_code"] != "passed"
    ]
    rule_rows: list[list[Cell | str]] = [
        [
            rules[code].statement,
            listed(sorted({ENGINES.get(row["engine"], phrase(row["engine"])) for row in rows})),
            number(len(rows)),
            number(sum(row["outcome_code"] != "passed" for row in rows)),
            number(sum(row["failed_row_count"] or 0 for row in rows)),
        ]
        for code, rows in sorted(by_rule.items())
    ]
    return {
        "check_count": len(warehouse.checks),
        "broken_count": len(broken),
        "engines": table(
            "Checks of the last build",
            ("Kind", *(sentence_case(phrase(outcome)) for outcome in outcomes)),
            [
                [
                    sentence_case(ENGINES.get(engine, phrase(engine))),
                    *(number(counts[outcome]) for outcome in outcomes),
                ]
                for engine, counts in sorted(engines.items())
            ],
        ),
        "broken": table(
            "Checks that did not pass", ("Check", "What must hold", "Severity", "Outcome", "Rows"), broken
        )
        if broken
        else None,
        "rules": table(
            "Every rule, and what came of it",
            ("What must hold", "Kind of check", "Checks", "Not passed", "Rows"),
            rule_rows,
        ),
        "statuses": table(
            "Why there is no number, in the councils' answers",
            ("Status", "Sign", "Figures", "Meaning"),
            _status_rows(warehouse),
        ),
    }


def _status_rows(warehouse: Warehouse) -> list[list[Cell | str]]:
    totals: Counter[str] = Counter()
    for row in warehouse.measure_figures:
        totals[row["status_code"]] += row["figure_count"]
    return [
        [
            str(warehouse.signs[code]["name"]),
            f"[{warehouse.signs[code]['shorthand']}]" if warehouse.signs[code]["shorthand"] else "a number",
            number(number_of),
            str(warehouse.signs[code]["meaning"]),
        ]
        for code, number_of in totals.most_common()
    ]


def sources_table(warehouse: Warehouse) -> Table:
    """All that the figures come from, with its licence."""
    body: list[list[Cell | str]] = [
        [row.title, row.publisher, row.reference, row.licence] for row in warehouse.provenance.sources
    ]
    return table("Sources", ("Source", "Publisher", "Reference or release", "Licence"), body)


def method_html(project: Path) -> str:
    """The method, from ``docs/methods.md``, as HTML to stand under the page's own heading."""
    from markdown_it import MarkdownIt

    text = (project / "docs" / "methods.md").read_text(encoding="utf-8")
    body = text.split("\n", 1)[1] if text.startswith("# ") else text
    html: str = MarkdownIt("commonmark", {"html": False}).enable("table").render(body)
    # each table scrolls by itself, and is told apart by its number
    html, *tables = html.split("<table>")
    for number_of, table_html in enumerate(tables, 1):
        html += f'<div class="scroll" role="region" aria-label="Table {number_of}" tabindex="0"><table>'
        html += table_html.replace("</table>", "</table></div>", 1)
    return html
