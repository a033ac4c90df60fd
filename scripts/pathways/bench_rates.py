"""Benchmark of the rates: what they add to a build, for a made-up panel of all councils of England.

Target: under 5 s for 153 councils, 10 years and 4 age bands. The panel is laid into a copy of the last build,
and dbt builds from it what is made of rates; its start-up and parsing are left out.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from pathways.errors import PathwaysError
from pathways.settings import Settings

COUNCILS, YEARS = 153, 10
AGES = {"all": 1.0, "5-9": 0.3, "10-15": 0.4, "16+": 0.1}
MOST_SECONDS = 5.0
MEASURES = (
    "closed_after_assessment",
    "closed_referred_to_early_help",
    "closed_rereferred_within_12_months",
    "early_help_rereferred_within_12_months",
)
_PANEL = ("fct_rereferral", "fct_pathway")
_RATES = ("int_pathway_rate__counted+", "int_area_rate__published+", "int_bootstrap_weight__drawn")


@dataclass(frozen=True)
class Added:
    """What building the rates took, by dbt's clock, and how many rates and estimates there are."""

    elapsed: float
    seconds: dict[str, float]
    """Of each model; several are built at a time."""
    rate_count: int
    all_ages_count: int
    estimate_count: int


def lay_panel(build_file: Path, seed: int = 1) -> None:
    """Puts a made-up panel in the place of the answers and of DfE's figures of councils.

    Raises:
        PathwaysError: if there are too few councils or years in the build file.
    """
    random = np.random.default_rng(seed)
    with duckdb.connect(str(build_file)) as connection:
        councils = _column(
            connection,
            "select authority_key from marts.dim_authority where nation_code = 'E' and is_known"
            f" and area_level_code = 'council' and end_date is null order by authority_key limit {COUNCILS}",
        )
        years = connection.execute(
            "select period_key, reporting_year from marts.dim_period where reporting_year is not null"
            f" order by reporting_year desc limit {YEARS}"
        ).fetchall()
        if (len(councils), len(years)) != (COUNCILS, YEARS):
            raise PathwaysError(f"There are {len(councils)} councils and {len(years)} years: build first.")
        steps: list[dict[str, Any]] = []
        dfe: list[dict[str, Any]] = []
        for council in councils:
            size = float(np.exp(random.normal(6.5, 0.7)))
            for period, year in years:
                for age, part in AGES.items():
                    closed = int(random.poisson(size * part)) + 10
                    early_help = int(random.binomial(closed, 0.2))
                    both = int(random.binomial(early_help, 0.25))
                    back = both + int(random.binomial(closed - early_help, 0.2))
                    for measure, value in zip(MEASURES, (closed, early_help, back, both), strict=True):
                        steps.append(_step(council, period, age, measure, value))
                for measure, factor in (("not_in_need", 1), ("population_0_17", 60), ("any_point_child", 3)):
                    dfe.append(_figure(council, year, f"{measure}_count", int(size * factor)))
                dfe.append(_figure(council, year, "referral_count", int(size * 4)))
                dfe.append(_figure(council, year, "rereferral_count", int(size * random.uniform(0.6, 1.2))))
        _put(connection, "intermediate.int_pathway_step__in_force", steps)
        connection.execute("delete from intermediate.int_dfe_figure__newest where authority_key like 'E-___'")
        _put(connection, "intermediate.int_dfe_figure__newest", dfe, is_added=True)


def build_rates(settings: Settings, folder: Path) -> Added:
    """Builds the rates of the panel in a copy of the last build.

    Raises:
        PathwaysError: if there is no build, or the rates can't be built.
    """
    source = settings.warehouse / "build.duckdb"
    if not source.exists():
        raise PathwaysError("There is no build to lay the panel into: run 'make build' first.")
    shutil.copyfile(source, folder / "build.duckdb")
    lay_panel(folder / "build.duckdb")
    _dbt(settings, folder, _PANEL)
    elapsed, seconds = _dbt(settings, folder, _RATES)
    with duckdb.connect(str(folder / "build.duckdb"), read_only=True) as connection:
        rates, all_ages, estimates = (
            int(_column(connection, f"select count(*) from marts.{rows}")[0])
            for rows in (
                "fct_pathway_rate where rate_percent is not null",
                "fct_pathway_rate where rate_percent is not null and age_band_code = 'all'",
                "fct_national_estimate where estimate is not null",
            )
        )
    return Added(elapsed, seconds, rates, all_ages, estimates)


def bench_rates(settings: Settings) -> list[str]:
    """The part of the page on rates."""
    with tempfile.TemporaryDirectory() as name:
        added = build_rates(settings, Path(name))
    slowest = sorted(added.seconds.items(), key=lambda item: -item[1])[:3]
    return [
        "",
        "## Rates and the national picture",
        "",
        f"A made-up panel of {COUNCILS} councils, {YEARS} years and {len(AGES)} age bands: "
        f"{added.rate_count:,} rates with bounds and intervals, {added.estimate_count} estimates for England "
        "with a bootstrap over councils, comparisons, funnels and profiles. dbt builds these "
        f"{len(added.seconds)} models in "
        f"{added.elapsed:.1f} s. The slowest: "
        + ", ".join(f"`{model}` {seconds:.2f} s" for model, seconds in slowest)
        + ".",
        "",
        f"Target: under {MOST_SECONDS:.0f} s.",
    ]


def _step(council: str, period: str, age: str, measure: str, value: int) -> dict[str, Any]:
    return {
        "authority_key": council,
        "period_key": period,
        "age_band_code": age,
        "measure_code": measure,
        "definition_code": f"foi_2025_{measure}",
        "source_basis_code": "foi",
        "question_set_code": "england_2025",
        "unit_code": "child",
        "value": value,
        "lower_bound": value,
        "upper_bound": value,
        "status_code": "reported",
        "is_approximate": False,
        "is_follow_up_complete": True if "rereferred" in measure else None,
        "has_contradiction": False,
        "is_relabelled": False,
    }


def _figure(council: str, year: int, measure: str, value: int) -> dict[str, Any]:
    return {
        "authority_key": council,
        "reporting_year": year,
        # a population is of the mid-year before
        "time_period": year - 1 if measure.startswith("population") else year,
        "measure_code": measure,
        "status_code": "reported",
        "value": value,
        "lower_bound": value,
        "upper_bound": value,
    }


def _put(
    connection: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]], *, is_added: bool = False
) -> None:
    connection.register("panel", pa.Table.from_pylist(rows))
    if not is_added:
        connection.execute(f"truncate {table}")
    connection.execute(f"insert into {table} by name from panel")
    connection.unregister("panel")


def _column(connection: duckdb.DuckDBPyConnection, query: str) -> list[Any]:
    return [row[0] for row in connection.execute(query).fetchall()]


def _dbt(settings: Settings, folder: Path, select: tuple[str, ...]) -> tuple[float, dict[str, float]]:
    """Runs models in the folder's build file; the seconds that all took together, and each."""
    environment = {
        **os.environ,
        "PATHWAYS_LANDING": str(folder / "landing"),
        "PATHWAYS_WAREHOUSE": str(folder),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "run", "--select", *select]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    done = subprocess.run(
        command, cwd=settings.project, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PathwaysError(f"The rates of the panel could not be built: {done.stdout[-500:]}")
    run = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))
    seconds = {row["unique_id"].rsplit(".", 1)[1]: float(row["execution_time"]) for row in run["results"]}
    return float(run["elapsed_time"]), seconds
