"""Benchmark of the report: its pages for a made-up panel of all councils of England.

Target: under 60 s, and no page of 500 kB or more.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pathways.bench_rates import COUNCILS, YEARS, build_rates
from pathways.export.write import write_exports
from pathways.report.site import write_report
from pathways.settings import Settings
from pathways.warehouse import literal, quoted, table_names

MOST_SECONDS = 60.0
MOST_BYTES = 500_000
_ANSWERED = {"rpt_response": "response_key", "rpt_coverage": "coverage_key"}
"""Marts that say who was asked and what came, each with its key; the panel has no letters of its own."""


@dataclass(frozen=True)
class Written:
    """What writing the report of the panel took, and what came of it."""

    seconds: float
    page_count: int
    figure_count: int
    largest_page: str
    largest_bytes: int
    export_seconds: float
    """What writing the files for people took."""


def publish_panel(settings: Settings, folder: Path) -> Settings:
    """Makes a file like the published one in which all councils of England have answered.

    Returns:
        Settings under which that file is the published one, and exports are written beside it.
    """
    build_rates(settings, folder)
    shutil.copyfile(settings.published_file, folder / "pathways.duckdb")
    with duckdb.connect(str(folder / "pathways.duckdb")) as connection:
        connection.execute(f"attach {literal(str(folder / 'build.duckdb'))} as build (read_only)")
        connection.execute("use build")
        rebuilt = table_names(connection)
        connection.execute("use pathways")
        for table in rebuilt:
            there = quoted("marts", table)
            connection.execute(f"delete from {there}")
            connection.execute(f"insert into {there} by name from build.{there}")
        for table, key in _ANSWERED.items():
            connection.execute(
                f"""
                insert into marts.{table}
                select answered.* replace (
                    answered.{key} || council.authority_key as {key},
                    council.authority_key as authority_key
                )
                from marts.{table} as answered
                cross join (
                    select distinct authority_key from marts.fct_pathway where authority_key like 'E-___'
                ) as council
                where answered.question_set_code = 'england_2025'
                """
            )
    return replace(settings, warehouse=folder, exports=folder / "exports")


def write_panel_report(settings: Settings, folder: Path) -> Written:
    """Writes the report of the panel into a folder, and says what it took."""
    panel = publish_panel(settings, folder)
    begun = time.perf_counter()
    written = write_report(panel)
    seconds = time.perf_counter() - begun
    begun = time.perf_counter()
    write_exports(panel)
    exported = time.perf_counter() - begun
    pages = sorted(written.home.parent.rglob("*.html"), key=lambda page: page.stat().st_size)
    return Written(
        seconds,
        written.page_count,
        written.figure_count,
        pages[-1].relative_to(written.home.parent).as_posix(),
        pages[-1].stat().st_size,
        exported,
    )


def bench_report(settings: Settings) -> list[str]:
    """The part of the page on the report."""
    with tempfile.TemporaryDirectory() as name:
        written = write_panel_report(settings, Path(name))
    return [
        "",
        "## The report",
        "",
        f"`pathways report` for a made-up panel of {COUNCILS} councils that all answered, {YEARS} years: "
        f"{written.page_count} pages and {written.figure_count} charts, each for wide and narrow screens, "
        f"in {written.seconds:.1f} s; the largest page is `{written.largest_page}` with "
        f"{written.largest_bytes / 1000:,.0f} kB.",
        "",
        f"Target: under {MOST_SECONDS:.0f} s, pages under {MOST_BYTES / 1000:.0f} kB. The workbook, CSV, "
        f"Parquet and EES files of the same panel take {written.export_seconds:.1f} s.",
    ]
