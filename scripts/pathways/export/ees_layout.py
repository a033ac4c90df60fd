"""The pathway in the layout of Explore Education Statistics (EES): a data file, its metadata, its guidance.

The rules are those that `pathways land --strict` holds a file against; they are DfE's own for statistics that
are about to be published.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pathways.ees.cells import AREA_COLUMNS
from pathways.ees.vocabulary import DEFAULT_ITEM, META_COLUMNS
from pathways.export import EES_NAME
from pathways.export.provenance import Provenance
from pathways.signs import named_signs, read_statuses
from pathways.warehouse import fetched
from pathways.words import SOURCES, letter_name

if TYPE_CHECKING:
    import duckdb

_FILTERS = {
    "question_set": ("Letter that asked", "The letters ask in different words: never compare across them"),
    "source": ("Kind of source", "An answer to the letter, or a council's count of its own census returns"),
    "age_band": ("Age band", "The letters ask for no band below 5: bands do not add up to the total"),
}
_META = (*META_COLUMNS, "filter_default")
_ROWS = r"""
    select
        fct_pathway.*,
        dim_period.reporting_year,
        dim_authority.region_code,
        dim_authority.region_name,
        dim_authority.dfe_la_code,
        dim_authority.ons_la_code,
        -- DfE's list has the bare name, also of a council that has ended
        regexp_replace(dim_authority.authority_name, ' \(to [0-9]{4}\)$', '') as la_name,
        dim_age_band.age_band_name
    from marts.fct_pathway
    join marts.dim_authority using (authority_key)
    join marts.dim_period using (period_key)
    join marts.dim_age_band using (age_band_code)
    where fct_pathway.question_set_code is not null
    order by dim_period.reporting_year, fct_pathway.authority_key, dim_age_band.age_band_order
"""
_OUTSIDE = (
    ("of Wales, which EES does not hold", lambda row: row["nation_code"] != "E"),
    ("of councils that are not named", lambda row: row["dfe_la_code"] is None),
    ("of years that are no reporting years", lambda row: row["reporting_year"] is None),
    ("that count something else than children", lambda row: row["unit_code"] != "child"),
)


@dataclass(frozen=True)
class Layout:
    """The file in EES's layout: rows of texts by column, what indicators count, and what was left out."""

    rows: list[dict[str, str]]
    indicators: dict[str, tuple[str, str]]
    """Name and description of each indicator by its column."""
    left_out: list[str]

    @property
    def columns(self) -> list[str]:
        """The columns of the data file."""
        return [*AREA_COLUMNS, *_FILTERS, *self.indicators]

    @property
    def filters(self) -> list[str]:
        """The filters that have a choice; a filter of one value stays out of the metadata."""
        return [name for name in _FILTERS if len({row[name] for row in self.rows}) > 1]


def read_layout(connection: duckdb.DuckDBPyConnection) -> Layout:
    """The pathway of the published file, which ``connection`` has open, as EES has it."""
    found = fetched(connection, _ROWS)
    left_out = []
    for words, is_outside in _OUTSIDE:
        outside = [row for row in found if is_outside(row)]
        if outside:
            left_out.append(f"{len(outside)} rows {words}")
        found = [row for row in found if not is_outside(row)]
    statuses = read_statuses(connection)
    steps = connection.execute(
        "select measure_code, measure_name, description from marts.dim_measure "
        "where figure_family_code = 'pathway' order by measure_order"
    ).fetchall()
    asked = [
        (code, name, words)
        for code, name, words in steps
        if any(row[f"{code}_status"] != "not_asked" for row in found)
    ]
    rows = [
        {
            "time_period": str(row["reporting_year"]),
            "time_identifier": "Reporting year",
            "geographic_level": "Local authority",
            "country_code": "E92000001",
            "country_name": "England",
            "region_code": row["region_code"],
            "region_name": row["region_name"],
            "old_la_code": row["dfe_la_code"],
            "new_la_code": row["ons_la_code"],
            "la_name": row["la_name"],
            "question_set": letter_name(row["question_set_code"]),
            "source": SOURCES[row["source_basis_code"]],
            "age_band": DEFAULT_ITEM if row["age_band_code"] == "all" else row["age_band_name"],
            **{
                f"{code}_count": statuses[row[f"{code}_status"]]["shorthand"]
                if row[f"{code}_count"] is None
                else str(row[f"{code}_count"])
                for code, _, _ in asked
            },
        }
        for row in found
    ]
    return Layout(rows, {f"{code}_count": (name, words) for code, name, words in asked}, left_out)


def meta_rows(layout: Layout) -> list[dict[str, str]]:
    """The rows of the metadata file."""
    rows = []
    for name in layout.filters:
        label, hint = _FILTERS[name]
        values = sorted({row[name] for row in layout.rows})
        rows.append(
            {
                "col_name": name,
                "col_type": "Filter",
                "label": label,
                "filter_hint": hint,
                "filter_default": DEFAULT_ITEM if DEFAULT_ITEM in values else values[-1],
            }
        )
    for name, (label, _) in layout.indicators.items():
        rows.append(
            {
                "col_name": name,
                "col_type": "Indicator",
                "label": label,
                "indicator_grouping": "Children",
                "indicator_dp": "0",
            }
        )
    return [{column: row.get(column, "") for column in _META} for row in rows]


def guidance(layout: Layout, provenance: Provenance, signs: Sequence[tuple[str, str]]) -> str:
    """The text that explains the file to its readers; ``signs`` are the symbols and what they mean."""
    years = sorted({row["time_period"] for row in layout.rows})
    lines = [
        "Early help pathways: data guidance",
        "",
        "What becomes of children whose case is closed after a child in need assessment, as councils",
        "answered under the Freedom of Information Act, or counted from their own census returns.",
        "",
        f"Version: {provenance.version}",
        f"Date: {provenance.date.isoformat()}",
        f"Licence: {provenance.licence}",
        "",
        f"Filename: {EES_NAME}.csv",
        "Geographic levels: Local authority",
        f"Time period: {years[0]} to {years[-1]}" if years else "Time period: none",
        "Content summary: children at each step of the pathway, by council, reporting year (the year that",
        "ends on 31 March) and age band. Each letter asks in its own words; never compare across letters.",
        "A council counts a case as closed by its own reading of the letter.",
        *(
            [f"Left out: {'; '.join(layout.left_out)}. They are in the other files."]
            if layout.left_out
            else []
        ),
        "",
        "Variable name | Variable description",
        *(f"{name} | {label}: {hint}" for name, (label, hint) in _FILTERS.items()),
        *(f"{name} | {words}, number of children" for name, (_, words) in layout.indicators.items()),
        "",
        "Symbols",
        *(f"{sign} | {words}" for sign, words in signs),
        "",
        "Sources",
        *(f"{s.publisher} | {s.title} | {s.reference} | {s.licence}" for s in provenance.sources),
    ]
    return "\n".join(lines) + "\n"


def write_ees(connection: duckdb.DuckDBPyConnection, folder: Path, provenance: Provenance) -> None:
    """Writes the data file, its metadata and its guidance; the guidance alone where no row belongs in EES."""
    layout = read_layout(connection)
    signs = named_signs(read_statuses(connection))
    (folder / "data-guidance.txt").write_text(guidance(layout, provenance, signs), encoding="utf-8")
    if layout.rows:
        _write(folder / f"{EES_NAME}.csv", layout.columns, layout.rows)
        _write(folder / f"{EES_NAME}.meta.csv", _META, meta_rows(layout))


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
