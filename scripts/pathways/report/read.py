"""What the report needs of the published file, read once and kept by council."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.errors import PathwaysError
from pathways.export.provenance import Provenance, read_provenance
from pathways.signs import Signs, read_signs, sign
from pathways.warehouse import fetched

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]

_AUTHORITIES = """
    select
        authority_key,
        authority_name,
        dfe_la_code,
        ons_la_code,
        region_name,
        nation_code,
        is_known,
        end_date,
        predecessor_authority_keys
    from marts.dim_authority
    where authority_key in (select authority_key from marts.rpt_council_profile)
    order by is_known desc, nation_code, authority_name, authority_key
"""
_PATHWAY = """
    select
        fct_pathway.*,
        dim_period.period_label,
        dim_period.reporting_year,
        dim_age_band.age_band_name,
        dim_age_band.age_band_order
    from marts.fct_pathway
    join marts.dim_period using (period_key)
    join marts.dim_age_band using (age_band_code)
    order by authority_key, period_key, age_band_order
"""
_NOTES = """
    select
        fct_pathway_figure.authority_key,
        dim_measure.measure_name,
        fct_pathway_figure.note,
        string_agg(distinct dim_period.period_label, ', ' order by dim_period.period_label) as period_labels
    from marts.fct_pathway_figure
    join marts.dim_measure using (measure_code)
    join marts.dim_period using (period_key)
    where fct_pathway_figure.is_in_force and fct_pathway_figure.note is not null
    group by
        fct_pathway_figure.authority_key,
        dim_measure.measure_order,
        dim_measure.measure_name,
        fct_pathway_figure.note
    order by fct_pathway_figure.authority_key, dim_measure.measure_order, fct_pathway_figure.note
"""
_RATES = """
    select
        fct_pathway_rate.*,
        dim_period.period_label,
        dim_rate.rate_name
    from marts.fct_pathway_rate
    join marts.dim_period using (period_key)
    join marts.dim_rate using (rate_code)
    where age_band_code = 'all'
    order by authority_key, period_key, rate_code
"""
_PROFILES = "select * from marts.rpt_council_profile order by authority_key, period_key"
_COMPARISONS = """
    select
        rpt_council_comparison.*,
        dim_period.period_label,
        dim_period.reporting_year,
        coalesce(dim_rate.rate_name, 'Re-referrals, percent of referrals (DfE)') as rate_name
    from marts.rpt_council_comparison
    join marts.dim_period using (period_key)
    left join marts.dim_rate using (rate_code)
    where age_band_code = 'all'
    order by authority_key, period_key, question_set_code, rate_code
"""
_AREAS = """
    select
        dim_authority.authority_name,
        dim_authority.area_level_code,
        dim_period.period_label,
        fct_rereferral.*
    from marts.fct_rereferral
    join marts.dim_authority using (authority_key)
    join marts.dim_period using (period_key)
    where dim_authority.area_level_code in ('nation', 'region')
    order by authority_key, period_key
"""
_COVERAGE = """
    select
        rpt_coverage.*,
        coalesce(dim_period.period_label, '') as period_label
    from marts.rpt_coverage
    left join marts.dim_period using (period_key)
    where not is_superseded
    order by authority_key, question_set_code, question_code, period_key
"""
_RESPONSES = """
    select
        rpt_response.*,
        dim_authority.authority_name
    from marts.rpt_response
    join marts.dim_authority using (authority_key)
    order by question_set_code, authority_name, authority_key
"""
_RECONCILIATIONS = """
    select
        rpt_reconciliation.*,
        dim_period.period_label
    from marts.rpt_reconciliation
    join marts.dim_period using (period_key)
    where reconciliation_code = 'foi_closed_against_dfe_not_in_need'
    order by authority_key, period_key
"""
_MEASURES = """
    select *
    from marts.dim_measure
    where
        figure_family_code = 'pathway'
        or measure_code in (select measure_code from marts.fct_release_figure)
    order by measure_order, measure_code
"""
_MEASURE_FIGURES = """
    select
        measure_code,
        definition_code,
        status_code,
        count(*) as figure_count,
        count(distinct authority_key) as council_count,
        min(period_key) as first_period_key,
        max(period_key) as last_period_key
    from marts.fct_pathway_figure
    where is_in_force
    group by all
    order by all
"""
_RELEASE_FIGURES = """
    select
        measure_code,
        data_set_code,
        release_code,
        status_code,
        count(*) as figure_count,
        min(time_period) as first_time_period,
        max(time_period) as last_time_period
    from marts.fct_release_figure
    where is_newest_release
    group by all
    order by all
"""
_ESTIMATES = """
    select
        fct_national_estimate.*,
        dim_period.period_label,
        dim_national_figure.figure_name,
        dim_national_figure.statement
    from marts.fct_national_estimate
    join marts.dim_period using (period_key)
    join marts.dim_national_figure using (figure_code)
    order by question_set_code, figure_code, period_key, estimator_code
"""
_STUDY = "select * from marts.rpt_study_comparison order by study_figure_code, estimator_code"
_CHECKS = """
    select *
    from marts.fct_check_result
    order by outcome_code = 'passed', rule_code, check_name
"""
_NAMED = {
    "rates_named": "select * from marts.dim_rate order by rate_code",
    "definitions": "select * from marts.dim_definition order by measure_code, definition_code",
    "sources": "select * from marts.dim_source order by source_basis_code, source_key",
    "periods": "select * from marts.dim_period order by period_key",
}


@dataclass(frozen=True)
class Council:
    """All that the published file holds of one council; rows in the order of their periods."""

    key: str
    name: str
    row: Row
    profiles: list[Row]
    pathways: list[Row]
    notes: list[Row]
    rates: list[Row]
    comparisons: list[Row]
    coverage: list[Row]
    responses: list[Row]
    reconciliations: list[Row]

    @property
    def page(self) -> str:
        """The page's place in the report."""
        return f"councils/{self.key}.html"

    @property
    def all_ages(self) -> list[Row]:
        """The pathway of all ages, a row a period that a letter asked for or a council spoke of."""
        return [row for row in self.pathways if row["age_band_code"] == "all" and row["question_set_code"]]


@dataclass(frozen=True, eq=False)
class Warehouse:
    """The published file as the report sees it."""

    provenance: Provenance
    councils: list[Council]
    areas: list[Row]
    responses: list[Row]
    measures: list[Row]
    measure_figures: list[Row]
    release_figures: list[Row]
    estimates: list[Row]
    study: list[Row]
    checks: list[Row]
    named: dict[str, list[Row]]
    signs: Signs

    @cached_property
    def council_names(self) -> dict[str, str]:
        """The name of each council by its key."""
        return {council.key: council.name for council in self.councils}

    @cached_property
    def steps(self) -> list[Row]:
        """The measures of the pathway in the order of the steps."""
        return [row for row in self.measures if row["figure_family_code"] == "pathway"]

    @cached_property
    def period_labels(self) -> dict[str, str]:
        """How people write each period."""
        return {row["period_key"]: row["period_label"] for row in self.named["periods"]}

    @cached_property
    def source_names(self) -> dict[str, Row]:
        """Each source by its key."""
        return {row["source_key"]: row for row in self.named["sources"]}

    @cached_property
    def newest_funnels(self) -> dict[tuple[str, str], list[Row]]:
        """The compared rates of the newest period, a row a council, by rate and letter."""
        kept: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for council in self.councils:
            for row in council.comparisons:
                kept[row["rate_code"], row["question_set_code"]].append(row)
        newest = {key: max(row["period_key"] for row in rows) for key, rows in kept.items()}
        return {key: [row for row in rows if row["period_key"] == newest[key]] for key, rows in kept.items()}

    def sign(self, code: str) -> str:
        """The shorthand of a status or reason in brackets."""
        return sign(code, self.signs)

    def area(self, name: str) -> dict[str, Row]:
        """DfE's figures of England or a region, by period."""
        return {row["period_key"]: row for row in self.areas if row["authority_name"] == name}


def _by_council(rows: list[Row]) -> dict[str, list[Row]]:
    kept: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        kept[row["authority_key"]].append(row)
    return kept


def read_warehouse(published_file: Path, place: str) -> Warehouse:
    """Reads what the report is made of; ``place`` is the file's name for people.

    Raises:
        PathwaysError: there is no such file, or it is not one that this version published.
    """
    import duckdb

    if not published_file.is_file():
        raise PathwaysError(f"There is no {place} to report on. Run `pathways build` first.")
    try:
        with duckdb.connect(str(published_file), read_only=True) as connection:
            return _read(connection, published_file)
    except duckdb.Error as fault:
        reason = " ".join(str(fault).split())
        raise PathwaysError(
            f"{place} can't be reported on: {reason} Run `pathways build`, which publishes it anew."
        ) from fault


def _read(connection: duckdb.DuckDBPyConnection, published_file: Path) -> Warehouse:
    responses = fetched(connection, _RESPONSES)
    kept = {
        "profiles": _by_council(fetched(connection, _PROFILES)),
        "pathways": _by_council(fetched(connection, _PATHWAY)),
        "notes": _by_council(fetched(connection, _NOTES)),
        "rates": _by_council(fetched(connection, _RATES)),
        "comparisons": _by_council(fetched(connection, _COMPARISONS)),
        "coverage": _by_council(fetched(connection, _COVERAGE)),
        "responses": _by_council(responses),
        "reconciliations": _by_council(fetched(connection, _RECONCILIATIONS)),
    }
    councils = [
        Council(key, row["authority_name"], row, **{name: rows.get(key, []) for name, rows in kept.items()})
        for row in fetched(connection, _AUTHORITIES)
        for key in (row["authority_key"],)
    ]
    return Warehouse(
        provenance=read_provenance(connection, published_file),
        councils=councils,
        areas=fetched(connection, _AREAS),
        responses=responses,
        measures=fetched(connection, _MEASURES),
        measure_figures=fetched(connection, _MEASURE_FIGURES),
        release_figures=fetched(connection, _RELEASE_FIGURES),
        estimates=fetched(connection, _ESTIMATES),
        study=fetched(connection, _STUDY),
        checks=fetched(connection, _CHECKS),
        named={name: fetched(connection, query) for name, query in _NAMED.items()},
        signs=read_signs(connection),
    )
