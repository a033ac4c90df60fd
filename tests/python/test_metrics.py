"""The metrics layer, asked as a user asks it: what it says is what the marts say."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Built

Query = Callable[..., list[dict[str, str]]]

RATES = {
    "early_help_referral_rate": "early_help_referral",
    "rereferral_of_closed_rate": "rereferral_of_closed",
    "rereferral_with_early_help_rate": "rereferral_with_early_help",
    "rereferral_without_early_help_rate": "rereferral_without_early_help",
    "rereferral_difference": "rereferral_difference",
    "rereferral_ratio": "rereferral_ratio",
}


@pytest.fixture(scope="module")
def query(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Query:
    """Runs `mf query` on the built warehouse; gives back its rows."""
    folder = tmp_path_factory.mktemp("metrics")
    command = Path(sys.executable).with_name("mf")

    def run(metrics: list[str], group_by: list[str], *more: str) -> list[dict[str, str]]:
        answer = folder / "answer.csv"
        answer.unlink(missing_ok=True)
        arguments = ["--metrics", ",".join(metrics), "--csv", str(answer), *more]
        if group_by:
            arguments += ["--group-by", ",".join(group_by)]
        done = subprocess.run(
            [command, "query", *arguments],
            cwd=PROJECT,
            env=built.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        with answer.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return run


def numbers(row: dict[str, str], names: list[str]) -> list[float | None]:
    return [float(row[name]) if row[name] not in ("", "None", "nan") else None for name in names]


def test_each_rate_of_a_council_year_and_age_is_that_of_the_mart(
    query: Query, published: duckdb.DuckDBPyConnection
) -> None:
    keys = ["pathway_rate__authority", "pathway_rate__period", "pathway_rate__age_band_code"]
    asked = query(list(RATES), keys)
    found = {
        (*(row[key] for key in keys), rate): value
        for row in asked
        for rate, value in zip(RATES.values(), numbers(row, list(RATES)), strict=True)
        if value is not None
    }
    expected = {
        tuple(row[:4]): row[4]
        for row in published.execute(
            "select authority_key, period_key, age_band_code, rate_code, rate_percent from fct_pathway_rate"
            " where rate_percent is not null"
        ).fetchall()
    }
    assert len(expected) == 42
    assert found == pytest.approx(expected)


def test_years_of_a_council_are_added_up_and_all_ages_taken_where_ages_are_not_told_apart(
    query: Query, published: duckdb.DuckDBPyConnection
) -> None:
    (expected,) = published.execute(
        "select 100.0 * sum(numerator) / sum(denominator) from fct_pathway_rate"
        " where authority_key = 'unknown-request_18908' and age_band_code = 'all'"
        " and rate_code = 'rereferral_with_early_help'"
    ).fetchall()
    rows = query(["rereferral_with_early_help_rate"], ["pathway_rate__authority"])
    found = {row["pathway_rate__authority"]: row["rereferral_with_early_help_rate"] for row in rows}
    assert float(found["unknown-request_18908"]) == pytest.approx(expected[0])


def test_letters_and_levels_of_area_are_never_added_up(query: Query) -> None:
    # Coventry answered the letter of 2021, request 18908 that of 2025
    rate = "rereferral_with_early_help_rate"
    assert numbers(query([rate], [])[0], [rate]) == [None]
    rows = query([rate], ["pathway_rate__question_set_code"])
    assert {row["pathway_rate__question_set_code"] for row in rows} >= {"england_2021", "england_2025"}
    assert None not in numbers(rows[0], [rate])
    # councils are parts of regions, and these of England
    assert numbers(query(["dfe_rereferral_rate"], [])[0], ["dfe_rereferral_rate"]) == [None]


def test_dfes_rate_is_that_of_its_counts(query: Query, published: duckdb.DuckDBPyConnection) -> None:
    rows = query(["dfe_rereferral_rate"], ["rereferral__authority", "rereferral__period"])
    found = {
        (row["rereferral__authority"], row["rereferral__period"]): float(row["dfe_rereferral_rate"])
        for row in rows
    }
    expected = {
        (authority, period): rate
        for authority, period, rate in published.execute(
            "select authority_key, period_key, 100.0 * rereferral_count / referral_count from fct_rereferral"
            " where rereferral_count is not null and referral_count > 0"
        ).fetchall()
    }
    assert len(expected) > 300
    assert found == pytest.approx(expected)
