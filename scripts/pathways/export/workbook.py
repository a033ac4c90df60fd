"""The figures as an accessible workbook: cover, contents, notes, and tables without a blank cell.

After the government's guidance on statistics in spreadsheets
(https://analysisfunction.civilservice.gov.uk/policy-store/releasing-statistics-in-spreadsheets/): one table a
sheet from the first column on, no merged cells, and a shorthand in brackets where there is no number. Beside
each such row stands in words why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.export.provenance import Provenance
from pathways.signs import Signs, marked, named_signs, read_signs, sign
from pathways.warehouse import fetched
from pathways.words import POSITIONS, SOURCES, letter_name, phrase, rounded, sentence_case

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

TITLE = "Early help pathways"
INTRODUCTION = (
    "What becomes of children whose case is closed after a child in need assessment: are they referred "
    "to early help, and do they come back within 12 months? As councils answered under the Freedom of "
    "Information Act, beside the figures of the Department for Education (DfE)."
)
COVER_WIDTH, WIDEST = 100, 60
"""Characters of the cover's column, and of the widest column of a table."""
LINE_POINTS = 15.5
"""Height of a line of text."""
NONE = "none"
"""What stands in a cell that has nothing to say."""
Row = dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A sheet: one table, its rows as people read them.

    ``columns`` makes each cell of a row from a row of the query and the signs. ``notes`` are those that its
    title refers to, beside the one on signs.
    """

    label: str
    title: str
    scope: str
    notes: tuple[str, ...]
    query: str
    columns: Mapping[str, Callable[[Row, Signs], Any]]


def _field(name: str) -> Callable[[Row, Signs], Any]:
    return lambda row, signs: NONE if row[name] in (None, "") else row[name]


def _date(name: str) -> Callable[[Row, Signs], Any]:
    return lambda row, signs: "not stated" if row[name] is None else row[name].isoformat()


def _words(name: str, said: Mapping[str, str] | None = None, none: str = NONE) -> Callable[[Row, Signs], Any]:
    """A code in words; ``none`` where there is no code."""
    return lambda row, signs: (
        none if row[name] is None else sentence_case((said or {}).get(row[name], phrase(row[name])))
    )


def _letter(row: Row, signs: Signs) -> str:
    return letter_name(row["question_set_code"]) if row["question_set_code"] else NONE


def _count(name: str, status: str) -> Callable[[Row, Signs], Any]:
    """A count, or the sign of its status."""
    return lambda row, signs: sign(row[status], signs) if row[name] is None else int(row[name])


def _rounded(name: str, missing: Callable[[Row, Signs], str]) -> Callable[[Row, Signs], Any]:
    """A percentage to one decimal or a ratio to two, or what ``missing`` says."""
    return lambda row, signs: (
        missing(row, signs)
        if row[name] is None
        else rounded(row[name], 2 if row.get("unit_code") == "ratio" else 1)
    )


def _of_reason(row: Row, signs: Signs) -> str:
    """The sign of the reason why a rate is not given; not applicable where it has no such end."""
    return sign(row["reason_code"], signs) if row["reason_code"] else "[z]"


def _of_rate(name: str) -> Callable[[Row, Signs], Any]:
    return lambda row, signs: _of_reason(row, signs) if row[name] is None else row[name]


def _of_status(name: str) -> Callable[[Row, Signs], str]:
    return lambda row, signs: sign(row[name], signs)


def _not_available(row: Row, signs: Signs) -> str:
    return "[x]"


def _why(stems: Mapping[str, str]) -> Callable[[Row, Signs], str]:
    """In words which of the counts are missing, why, and between which bounds they lie."""

    def said(row: Row, signs: Signs) -> str:
        parts = []
        for stem, name in stems.items():
            status = row[f"{stem}_status"]
            if row[f"{stem}_count"] is None and status != "not_asked":
                lower, upper = row.get(f"{stem}_lower"), row.get(f"{stem}_upper")
                between = f", {lower} to {upper}" if lower is not None and upper is not None else ""
                parts.append(f"{name}: {marked(status, signs)}{between}")
        return "; ".join(parts) or "all numbers are given"

    return said


def _yes_no(name: str) -> Callable[[Row, Signs], str]:
    return lambda row, signs: {True: "yes", False: "no", None: "not known"}[row[name]]


def _pathway_sheet(steps: Sequence[tuple[str, str]]) -> Sheet:
    return Sheet(
        "Pathway",
        "Children at each step of the pathway, by council, year and age",
        "Children. Each letter asks in its own words; figures of two letters are never compared or "
        "added. The age bands leave out children below 5 and do not add up to all.",
        ("signs", "letters"),
        """
        select fct_pathway.*, authority_name, period_label, age_band_name
        from marts.fct_pathway
        join marts.dim_authority using (authority_key)
        join marts.dim_period using (period_key)
        join marts.dim_age_band using (age_band_code)
        where question_set_code is not null
        order by fct_pathway.nation_code, authority_name, authority_key, period_key, age_band_order
        """,
        {
            "Council": _field("authority_name"),
            "Nation": lambda row, signs: {"E": "England", "W": "Wales"}[row["nation_code"]],
            "Year": _field("period_label"),
            "Age": _field("age_band_name"),
            "Letter": _letter,
            "Source": _words("source_basis_code", SOURCES),
            "Counted in": _words("unit_code"),
            **{name: _count(f"{code}_count", f"{code}_status") for code, name in steps},
            "Twelve months over when counted": _yes_no("is_follow_up_complete"),
            "Why numbers are missing": _why(dict(steps)),
            "What the source says": _field("note"),
        },
    )


_RATES = Sheet(
    "Rates",
    "Early help referral and re-referral rates, with bounds and 95% intervals",
    "All ages. Percent of children; a difference in percentage points; a ratio as a number. Where counts "
    "are kept back the rate lies between lowest and highest. A difference between those with and without "
    "early help is no effect of early help: children are referred to it because of their needs.",
    ("signs", "effect", "interval", "letters", "rounding"),
    """
    select fct_pathway_rate.*, authority_name, period_label, rate_name
    from marts.fct_pathway_rate
    join marts.dim_authority using (authority_key)
    join marts.dim_period using (period_key)
    join marts.dim_rate using (rate_code)
    where age_band_code = 'all'
    order by fct_pathway_rate.nation_code, authority_name, authority_key, period_key, rate_code
    """,
    {
        "Council": _field("authority_name"),
        "Year": _field("period_label"),
        "Letter": _letter,
        "Source": _words("source_basis_code", SOURCES),
        "Rate": _field("rate_name"),
        "Unit": _words("unit_code"),
        "Value": _rounded("rate_percent", _of_reason),
        "Lowest": _rounded("lower_bound", _of_reason),
        "Highest": _rounded("upper_bound", _of_reason),
        "95% interval from": _rounded("interval_lower", _of_reason),
        "95% interval to": _rounded("interval_upper", _of_reason),
        "Of them": _of_rate("numerator"),
        "Of children": _of_rate("denominator"),
        "Why there is no rate": lambda row, signs: (
            marked(row["reason_code"], signs) if row["reason_code"] else "it is given"
        ),
        "Caveat": _field("caveat"),
    },
)
_COMPARISON = Sheet(
    "Comparison",
    "Each council beside the other councils of England, its region and its statistical neighbours",
    "All ages. Percent. England, region and neighbours are without the council itself and within one "
    "letter. The limits of the funnel say how far chance and the usual spread go for a council of its "
    "size; a place outside is a reason to ask, no verdict.",
    ("signs", "effect", "letters", "rounding"),
    """
    select
        rpt_council_comparison.*,
        authority_name,
        period_label,
        coalesce(rate_name, 'Re-referrals, percent of referrals (DfE)') as rate_name
    from marts.rpt_council_comparison
    join marts.dim_authority using (authority_key)
    join marts.dim_period using (period_key)
    left join marts.dim_rate using (rate_code)
    where age_band_code = 'all'
    order by authority_name, authority_key, period_key, rate_code, question_set_code
    """,
    {
        "Council": _field("authority_name"),
        "Year": _field("period_label"),
        "Rate": _field("rate_name"),
        "Letter": lambda row, signs: "DfE" if row["rate_code"] == "dfe_rereferral" else _letter(row, signs),
        "Of children or referrals": _field("denominator"),
        "Council's rate": _rounded("rate_percent", _not_available),
        "England": _rounded("england_percent", _not_available),
        "Region": _rounded("region_percent", _not_available),
        "Statistical neighbours": _rounded("neighbour_percent", _not_available),
        "95 in 100 lie from": _rounded("funnel_95_lower", _not_available),
        "95 in 100 lie to": _rounded("funnel_95_upper", _not_available),
        "998 in 1,000 lie from": _rounded("funnel_99_8_lower", _not_available),
        "998 in 1,000 lie to": _rounded("funnel_99_8_upper", _not_available),
        "Where the council lies": _words(
            "funnel_position_code", POSITIONS, "Not said: too few councils have answered"
        ),
    },
)
_DFE_COUNTS = {
    "referral": "Referrals",
    "rereferral": "Re-referrals",
    "referral_child": "Children referred",
    "rereferral_child": "Children re-referred",
    "no_further_action": "No further action",
    "not_in_need": "Assessed not in need",
    "assessment": "Assessments",
    "population_0_17": "Children aged 0 to 17",
}
_DFE = Sheet(
    "DfE",
    "Referrals and re-referrals as the Department for Education publishes them",
    "Newest release at hand. Counts of England and its regions are rounded to 10. A re-referral came "
    "within 365 days of the same child's referral before; a first year of a council has too few, since "
    "the records of the council before it are missing.",
    ("signs", "rounding"),
    """
    select fct_rereferral.*, authority_name, area_level_code, period_label
    from marts.fct_rereferral
    join marts.dim_authority using (authority_key)
    join marts.dim_period using (period_key)
    order by area_level_code = 'council', area_level_code, authority_name, authority_key, period_key
    """,
    {
        "Area": _field("authority_name"),
        "Level": _words("area_level_code"),
        "Year": _field("period_label"),
        **{name: _count(f"{stem}_count", f"{stem}_status") for stem, name in _DFE_COUNTS.items()},
        "Re-referrals, percent of referrals": _rounded(
            "rereferral_percent", _of_status("rereferral_percent_status")
        ),
        "Assessed not in need, percent of referrals": _rounded(
            "not_in_need_percent", _of_status("not_in_need_percent_status")
        ),
        "First year of the council": _yes_no("is_first_year_of_authority"),
        "Why numbers are missing": _why(_DFE_COUNTS),
    },
)
_COVERAGE = Sheet(
    "Coverage",
    "What each council was asked, and what came",
    "Figures: one for each age band asked for.",
    ("letters",),
    """
    select rpt_coverage.*, authority_name, coalesce(period_label, 'all years') as period_label
    from marts.rpt_coverage
    join marts.dim_authority using (authority_key)
    left join marts.dim_period using (period_key)
    where not is_superseded
    order by question_set_code, authority_name, authority_key, question_code, period_key, coverage_key
    """,
    {
        "Council": _field("authority_name"),
        "Letter": _letter,
        "Question": _field("question_code"),
        "What it asks": _field("question_summary"),
        "Year": _field("period_label"),
        "Asked for": _field("asked_figure_count"),
        "Given": _field("reported_figure_count"),
        "Suppressed": _field("suppressed_figure_count"),
        "Said to be published elsewhere": _field("published_elsewhere_figure_count"),
        "Refused or not held": _field("refused_or_not_held_figure_count"),
        "Something else": _field("other_figure_count"),
        "Not answered": _field("not_answered_figure_count"),
        "Outcome": _words("outcome_code"),
        "Answer in words": _field("answer_text"),
    },
)
_AGAINST = Sheet(
    "FOI against DfE",
    "Councils' answers beside DfE's figures of the same year",
    "The two count different things and are never expected to agree: children whose case was closed, as "
    "the council understands the letter, and referrals that DfE counts as assessed not in need (closure "
    "reasons RC8 and RC9).",
    ("signs",),
    """
    select
        rpt_reconciliation.*,
        authority_name,
        period_label,
        compared.measure_name as compared_name,
        reference.measure_name as reference_name
    from marts.rpt_reconciliation
    join marts.dim_authority using (authority_key)
    join marts.dim_period using (period_key)
    join marts.dim_measure as compared on compared.measure_code = rpt_reconciliation.measure_code
    join marts.dim_measure as reference
        on reference.measure_code = rpt_reconciliation.reference_measure_code
    where reconciliation_code like 'foi%'
    order by authority_name, authority_key, period_key, reconciliation_code
    """,
    {
        "Council": _field("authority_name"),
        "Year": _field("period_label"),
        "The council's figure is of": _field("compared_name"),
        "Council's figure": _count("compared_value", "compared_status"),
        "DfE's figure is of": _field("reference_name"),
        "DfE's figure": _count("reference_value", "reference_status"),
        "Council's less DfE's": lambda row, signs: "[x]" if row["difference"] is None else row["difference"],
        "How they compare": _words("comparability_code"),
        "Why numbers are missing": lambda row, signs: (
            "; ".join(
                f"{whose}: {marked(row[f'{side}_status'], signs)}"
                for whose, side in (("council", "compared"), ("DfE", "reference"))
                if row[f"{side}_value"] is None
            )
            or "both numbers are given"
        ),
    },
)
_ENGLAND = Sheet(
    "England",
    "What the answers at hand say of England",
    "Estimates are made only where enough councils have answered; else the last column says what is missing.",
    ("signs", "interval", "letters", "rounding"),
    """
    select fct_national_estimate.*, figure_name, period_label, dim_national_figure.unit_code
    from marts.fct_national_estimate
    join marts.dim_national_figure using (figure_code)
    join marts.dim_period using (period_key)
    order by question_set_code, source_basis_code, period_key, figure_code, estimator_code
    """,
    {
        "Letter": _letter,
        "Source": _words("source_basis_code", SOURCES),
        "Year": _field("period_label"),
        "Figure": _field("figure_name"),
        "Estimated by": _words("estimator_code"),
        "Estimate": _rounded("estimate", _not_available),
        "95% interval from": _rounded("interval_lower", _not_available),
        "95% interval to": _rounded("interval_upper", _not_available),
        "Councils": _field("council_count"),
        "What is missing": _field("missing"),
    },
)
_DEFINITIONS = Sheet(
    "Definitions",
    "What each source counts",
    "Two figures under two definitions are two figures.",
    (),
    """
    select dim_definition.*, measure_name
    from marts.dim_definition
    join marts.dim_measure using (measure_code)
    order by measure_order, measure_code, definition_code
    """,
    {
        "Measure": _field("measure_name"),
        "Definition": _field("definition_name"),
        "What is counted": _field("statement"),
        "Code": _field("definition_code"),
    },
)
_SOURCES = Sheet(
    "Sources",
    "Where the figures come from, and under which licence",
    "A document is named by its SHA-256.",
    (),
    "select * from marts.dim_source order by source_basis_code, source_title, source_key",
    {
        "Source": _field("source_title"),
        "Publisher": _field("publisher_name"),
        "Reference of the request": _field("source_reference"),
        "Release": _field("release_code"),
        "Asked on": _date("request_date"),
        "Answered on": _date("response_date"),
        "Licence": _field("licence"),
        "File": _field("source_file_name"),
        "SHA-256": _field("sha256"),
    },
)


def sheets(connection: duckdb.DuckDBPyConnection) -> list[Sheet]:
    """The sheets of the workbook, in their order; the steps of the pathway are those that a letter asks."""
    steps = fetched(
        connection,
        "select measure_code, measure_name from marts.dim_measure "
        "where figure_family_code = 'pathway' order by measure_order",
    )
    asked = fetched(connection, "select distinct measure_code from marts.fct_pathway_figure")
    codes = {row["measure_code"] for row in asked}
    named = [(row["measure_code"], row["measure_name"]) for row in steps if row["measure_code"] in codes]
    return [
        _pathway_sheet(named),
        _RATES,
        _COMPARISON,
        _DFE,
        _COVERAGE,
        _AGAINST,
        _ENGLAND,
        _DEFINITIONS,
        _SOURCES,
    ]


def _cell(value: Any) -> Any:
    """A value as Excel holds it: numbers as numbers, texts without what gptables would take for a note."""
    if isinstance(value, str):
        return value.replace("$$", "$ $")
    return float(value) if isinstance(value, Decimal) else value


def sign_lines(signs: Signs) -> list[str]:
    """Each sign and what it stands for."""
    return [f"[{short}]: {names}" for short, names in named_signs(signs)]


def notes(signs: Signs) -> dict[str, str]:
    """The text of each note by its reference, in the order in which the sheets refer to them."""
    shown = "; ".join(sign_lines(signs))
    return {
        "signs": (
            f"Where there is no number stands a sign: {shown}. Why stands in words in the same row. A "
            "zero is a number that the source gave."
        ),
        "letters": (
            "The letters of 2021 and 2025, and the one to Wales, ask in different words. Their figures are "
            "never compared, added or averaged together."
        ),
        "effect": (
            "A difference between children with and without early help is no effect of early help: children "
            "are referred to it because of their needs, and would come back at another rate without it too."
        ),
        "interval": (
            "A 95% interval says how far chance alone may have moved a figure. It says nothing of a council "
            "that counts otherwise."
        ),
        "rounding": (
            "Percentages are rounded to one decimal and ratios to two, halves up. The files in the "
            "folders csv and parquet have them unrounded, and everything that is not in this workbook."
        ),
    }


def _formats(table: pd.DataFrame) -> list[dict[str, Any]]:
    """How gptables is to show each column: counts by thousands, other numbers by one decimal or two."""
    formats = []
    for name in table.columns:
        kinds = {type(value) for value in table[name]}
        shown: dict[str, Any] = {"text_wrap": True, "valign": "top"}
        if float in kinds:
            shown["num_format"] = "0.0#"
        elif int in kinds:
            shown["num_format"] = "#,##0"
        if kinds & {int, float}:
            shown["align"] = "right"
        formats.append({"column": {"columns": [name], "format": shown, "include_names": True}})
    return formats


def _widths(columns: Iterable[Sequence[str]]) -> list[int]:
    """Widths in characters; a heading wraps at its words, so it needs room for the longest of them alone."""
    return [
        max(
            min(WIDEST, max((len(text) + 4 for text in body), default=0)),
            max(len(word) for word in heading.split()) + 3,
        )
        for heading, *body in columns
    ]


def _fit(
    worksheet: Any, top: int, rows: Sequence[Sequence[Any]], widths: Sequence[int] | None = None
) -> None:
    """Sets widths and heights, since not every program works out the height of a row that wraps.

    ``rows`` are the cells from the row ``top`` on; without ``widths``, each column is as wide as its texts.
    """
    texts = [[f"{value:,}" if isinstance(value, int) else str(value) for value in row] for row in rows]
    if widths is None:
        widths = _widths(zip(*texts, strict=True))
    for number, width in enumerate(widths):
        worksheet.set_column(number, number, width)
    for number, row in enumerate(texts):
        lines = max(-(-len(text) // (width - 3)) for text, width in zip(row, widths, strict=True))
        worksheet.set_row(top + number, LINE_POINTS * (lines + (number == 0)))


def write_workbook(connection: duckdb.DuckDBPyConnection, path: Path, provenance: Provenance) -> None:
    """Writes the workbook of the published file, which ``connection`` has open.

    Raises:
        OSError: it could not be written.
    """
    import gptables
    import pandas as pd
    from xlsxwriter.exceptions import FileCreateError

    signs = read_signs(connection)
    texts = notes(signs)
    tables: dict[str, pd.DataFrame] = {}
    made: dict[str, Any] = {}
    for sheet in sheets(connection):
        rows = [
            [_cell(cell(row, signs)) for cell in sheet.columns.values()]
            for row in fetched(connection, sheet.query)
        ]
        table = pd.DataFrame(rows, columns=list(sheet.columns), dtype=object)
        tables[sheet.label] = table
        made[sheet.label] = gptables.GPTable(
            table=table,
            table_name=sheet.label.lower().replace(" ", "_"),
            title=sheet.title + "".join(f"$${reference}$$" for reference in sheet.notes),
            subtitles=[sheet.scope],
            legend=sign_lines(signs) if "signs" in sheet.notes else [],
            index_columns={},
            additional_formatting=_formats(table),
        )
    about = [
        f"Version {provenance.version}. Figures as published on {provenance.date.day} "
        f"{provenance.date:%B %Y}.",
        f"Licence. {provenance.licence}",
        "Sources: on the sheet Sources, each with its licence.",
        *texts.values(),
    ]
    workbook = gptables.produce_workbook(
        filename=str(path),
        sheets=made,
        cover=gptables.Cover(title=TITLE, intro=[INTRODUCTION], about=about, width=COVER_WIDTH),
        notes_table=pd.DataFrame(list(texts.items()), columns=["Note reference", "Note text"]),
        workbook_options={
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # above the cover's texts stand its title and a heading; above the notes a title, a line, the headings
    cover, noted = (workbook.get_worksheet_by_name(label) for label in ("Cover", "Notes"))
    _fit(cover, 2, [[INTRODUCTION], ["About"], *([text] for text in about)], [COVER_WIDTH])
    _fit(noted, 3, [[number, text] for number, text in enumerate(texts.values(), 1)], [14, COVER_WIDTH])
    for label, table in tables.items():
        _fit(
            workbook.get_worksheet_by_name(label),
            made[label].data_range[0],
            [list(table.columns), *table.itertuples(index=False)],
        )
    try:
        workbook.close()
    except FileCreateError as fault:
        # it holds what the system said
        raise fault.args[0] from None
