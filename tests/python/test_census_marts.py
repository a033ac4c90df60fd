"""Census returns in the build file, held against the answers of the specimen, counted by plain loops."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import KEPT_OUT, PROJECT, read_seed, shared
from pathways.census.answer import make_answer
from pathways.census.area import RETURNS
from pathways.census.kept import COLUMNS
from pathways.census.landing import land_returns
from pathways.settings import load_settings

SPECIMEN = ("data", "census_specimen")
CENSUS = ("build", "--select", "+path:models/marts/census", "path:tests/singular/census")
NO_UNIT_TESTS = ("--exclude-resource-type", "unit_test")


def project_of_its_own(folder: Path) -> Path:
    """A copy of the project with nothing landed in it."""
    project = folder / "project"
    shutil.copytree(PROJECT, project, ignore=KEPT_OUT)
    (project / "warehouse").mkdir()
    return project


def project_with_returns(folder: Path, years: str = "") -> Path:
    """A copy of the project with the specimen landed in it, all of its years or some."""
    specimen = shared(*SPECIMEN)
    project = project_of_its_own(folder)
    files = [path for path in sorted(specimen.glob("*.xml")) if path.stem[-4:] in (years or path.stem)]
    assert land_returns(load_settings(project, {}), files, say=lambda text, style: None)
    return project


def opened(project: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(project / "warehouse" / "build.duckdb"), read_only=True)


def expected(name: str) -> Any:
    return json.loads(shared(*SPECIMEN, name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def at_home(monkeypatch_module: pytest.MonkeyPatch) -> None:
    """The landing area is that of the project, whatever the shell says."""
    monkeypatch_module.delenv("PATHWAYS_LANDING", raising=False)


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def project(at_home: None, tmp_path_factory: pytest.TempPathFactory, dbt: Callable[..., bool]) -> Path:
    """The specimen, landed and built with its tests."""
    project = project_with_returns(tmp_path_factory.mktemp("census"))
    assert dbt(project, *CENSUS)
    return project


@pytest.fixture(scope="module")
def census(project: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with opened(project) as connection:
        connection.execute("set schema = 'census'")
        yield connection


def test_the_scorecard_counts_the_children_who_break_a_rule_and_has_the_rules_that_nobody_breaks(
    census: duckdb.DuckDBPyConnection,
) -> None:
    broken = census.sql(
        "select la_code, census_year, rule_code, count(*) from fct_census_issue group by all"
    ).fetchall()
    shown = census.sql(
        "select la_code, census_year, rule_code, child_with_issue_count from rpt_census_scorecard"
    ).fetchall()
    assert {row for row in shown if row[3]} == set(broken)
    assert sum(row[3] == 0 for row in shown) > 50
    assert census.sql("select count(*) from fct_census_issue where message is null").fetchall() == [(0,)]


def test_every_measure_is_the_expected_one_and_no_other_is_there(census: duckdb.DuckDBPyConnection) -> None:
    wanted: dict[tuple[str, int, str, str], float | None] = {}
    for cell in expected("expected.json")["cells"]:
        for code, value in cell["values"].items():
            key = (cell["la"], cell["census_year"], cell["age_band"])
            parts = value if isinstance(value, dict) else {"": value}
            for part, figure in parts.items():
                wanted[(*key, f"{code}.{part}" if part else code)] = figure
    assert len(wanted) > 2000
    found = {
        (la_code, census_year, age_band, code): value
        for la_code, census_year, age_band, code, value in census.sql(
            "select la_code, census_year, age_band_code, measure_code, value from fct_census_measure"
        ).fetchall()
    }
    # both ways: a measure that is missing differs, and so does one that nobody asked for
    nothing = object()
    differing = {
        key: (wanted.get(key, nothing), found.get(key, nothing))
        for key in wanted.keys() | found.keys()
        if wanted.get(key, nothing) != found.get(key, nothing)
    }
    assert differing == {}


@pytest.fixture(scope="module")
def gapped(at_home: None, tmp_path_factory: pytest.TempPathFactory, dbt: Callable[..., bool]) -> Path:
    """The specimen without its second year."""
    project = project_with_returns(tmp_path_factory.mktemp("census_gap"), "2022 2024 2025")
    assert dbt(project, *CENSUS, *NO_UNIT_TESTS)
    return project


def test_beside_a_year_that_is_not_landed_nothing_is_counted_that_would_be_looked_for_in_it(
    gapped: Path,
) -> None:
    wanted = {
        (cell["census_year"], code): cell["values"][code]
        for cell in expected("expected.json")["cells"]
        if cell["age_band"] == "all"
        for code in ("q3.children_assessed", "q4.code_only.foi_2025")
    }
    with opened(gapped) as connection:
        found = {
            (year, code): (value, reason, is_complete)
            for year, code, value, reason, is_complete in connection.sql(
                "select census_year, measure_code, value, no_value_reason_code, is_follow_up_complete"
                " from census.fct_census_measure where age_band_code = 'all'"
            ).fetchall()
        }
    for (year, code), value in wanted.items():
        if year != 2023:
            assert found[year, code] == (value, None, None), (year, code)
    closed, back = "q4.assessed.foi_2025", "q5.assessed.foi_2025.initial_365"
    assert found[2022, closed][0]
    assert found[2022, back] == (None, "next_return_missing", False)
    assert found[2024, closed] == (None, "previous_return_missing", None)
    assert found[2024, back] == (None, "previous_return_missing", True)
    assert found[2024, "rereferrals"][:2] == (None, "previous_return_missing")
    assert found[2024, "q5.code_only.foi_2025.initial_365"][1:] == (None, True)
    assert found[2025, back][1:] == (None, False)


def test_an_answer_says_which_return_its_missing_counts_would_be_looked_for_in(gapped: Path) -> None:
    answer = make_answer(load_settings(gapped, {}), "england_2025", None)
    said = {(code, period.end.year): note for (code, period), note in answer.notes.items()}
    rows = list(csv.DictReader(io.StringIO(answer.as_csv())))
    told = {
        (row["question"], int(row["period_end"][:4])): (row["count"], row["as_at"])
        for row in rows
        if row["age_band"] == "all"
    }
    gap = "it would be looked for in the return of census year 2023 too, which is not at hand."
    assert said["Q5", 2022] == f"No count for 2021/22: {gap}"
    assert said["Q4", 2024] == f"No count for 2023/24: {gap}"
    assert said["Q3", 2023] == "No count for 2022/23: the return of census year 2023 is not at hand."
    assert "an assessment before 1 April 2021" in said["Q4", 2022]
    assert "returns reach to 31 March 2025" in said["Q5", 2025]
    # the run of returns ends before the gap, whatever was landed behind it
    assert told["Q5", 2022] == ("not available", "2022-03-31")
    assert told["Q4", 2024] == told["Q5", 2024] == ("not available", "2025-03-31")
    assert told["Q3", 2024][0].isdecimal()
    assert all(said.get((row["question"], int(row["period_end"][:4])), "") in row["note"] for row in rows)


@pytest.mark.parametrize(
    ("counted", "condition"),
    [
        ("rereferrals", "is_rereferral"),
        ("assessed_not_in_need", "is_assessed_not_in_need"),
        ("initial_later_rereferred", "split_code = 'initial_later_rereferred'"),
    ],
)
def test_the_referrals_behind_a_count_are_the_expected_ones(
    census: duckdb.DuckDBPyConnection, counted: str, condition: str
) -> None:
    for year, detail in expected("expected_detail.json")["detail"]["990"].items():
        rows = census.execute(
            f"select la_child_id, referral_date from fct_referral where census_year = ? and {condition}",
            [int(year)],
        ).fetchall()
        wanted = sorted((child, date.fromisoformat(day)) for child, day in detail[counted])
        assert sorted(rows) == wanted, year


@pytest.mark.parametrize("definition", ["dfe_not_in_need", "foi_2021", "foi_2025"])
def test_the_children_closed_are_the_same_in_referrals_and_measures(
    census: duckdb.DuckDBPyConnection, definition: str
) -> None:
    for year, detail in expected("expected_detail.json")["detail"]["990"].items():
        rows = census.execute(
            f"select distinct la_child_id from fct_referral where closed_census_year = ?"
            f" and is_closed_{definition}",
            [int(year)],
        ).fetchall()
        assert sorted(child for (child,) in rows) == sorted(detail[f"q4.assessed.{definition}"]), year


def test_the_children_who_break_a_rule_are_the_expected_ones(census: duckdb.DuckDBPyConnection) -> None:
    answers = expected("expected_rules.json")
    rules = list(answers["rules"])
    wanted = {
        (la_code, int(year), rule, child)
        for la_code, years in answers["broken"].items()
        for year, broken in years.items()
        for rule, children in broken.items()
        for child in children
    }
    assert len(wanted) > 100
    found = census.execute(
        "select la_code, census_year, rule_code, la_child_id from fct_census_issue"
        " where list_contains(?, rule_code)",
        [rules],
    ).fetchall()
    assert set(found) ^ wanted == set()


def test_every_validation_rule_is_checked_in_a_model() -> None:
    header, rows = read_seed(PROJECT / "seeds" / "reference" / "census_rule.csv")
    assert len(rows) == 49
    folder = PROJECT / "models" / "intermediate" / "census"
    checks = "".join(path.read_text(encoding="utf-8") for path in folder.glob("int_census_issue__*.sql"))
    codes = [row[header.index("rule_code")] for row in rows]
    assert [
        code for code in codes if f"as rule_{code.lower()}" not in checks and f"'{code}'" not in checks
    ] == []
    assert [
        row for row in rows if row[0].endswith("Q") != (row[header.index("severity_code")] == "query")
    ] == []


def test_a_case_of_two_years_is_there_once(census: duckdb.DuckDBPyConnection) -> None:
    cases, rows, numbers = census.sql(
        "select count(*), (select count(*) from stg_census__referral), count(distinct referral_key)"
        " from fct_referral"
    ).fetchall()[0]
    assert cases == numbers < rows
    # 1424 rows of returns that are not repeated, and each case is spoken for by one of them
    assert census.sql(
        "select count(*) filter (where is_row_of_case), count(*) from int_census_referral__linked"
    ).fetchall() == [(cases, 1424)]


def test_child_level_tables_and_stored_failures_are_in_the_schema_census_alone(project: Path) -> None:
    manifest = json.loads((project / "target" / "manifest.json").read_text())
    nodes = [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "test") and "census" in node["fqn"]
    ]
    assert len(nodes) > 20
    assert {node["schema"] for node in nodes} == {"census"}


def test_nothing_landed_is_an_empty_table_of_the_same_types(
    at_home: None, project: Path, tmp_path: Path, dbt: Callable[..., bool]
) -> None:
    empty = project_of_its_own(tmp_path)
    assert dbt(empty, *CENSUS, *NO_UNIT_TESTS)
    types = (
        "select table_name, column_name, data_type from duckdb_columns() where schema_name = 'census'"
        " and (table_name like 'stg_%' or table_name like 'fct_%') order by all"
    )
    with opened(empty) as nothing, opened(project) as something:
        assert nothing.sql(types).fetchall() == something.sql(types).fetchall()
        assert nothing.sql("select count(*) from census.fct_referral").fetchall() == [(0,)]
        assert nothing.sql("select count(*) from census.fct_census_measure").fetchall() == [(0,)]


def fired(project: Path) -> dict[str, list[str]]:
    """Rules that fired in the last run of a project: rule -> what the stored failures say."""
    run = json.loads((project / "target" / "run_results.json").read_text())
    nodes = json.loads((project / "target" / "manifest.json").read_text())["nodes"]
    rules: dict[str, list[str]] = {}
    with opened(project) as connection:
        for result in run["results"]:
            if result["status"] in ("fail", "warn"):
                rows = connection.execute(
                    f"select place || ': ' || found from {result['relation_name']} order by all"
                ).fetchall()
                code = nodes[result["unique_id"]]["config"]["meta"]["rule_code"]
                rules.setdefault(code, []).extend(row[0] for row in rows)
    return rules


def test_a_return_whose_files_went_away_is_named(
    at_home: None, tmp_path: Path, dbt: Callable[..., bool]
) -> None:
    project = project_with_returns(tmp_path)
    (gone,) = (project / "landing" / "census" / RETURNS).glob("990_2023_*")
    shutil.rmtree(gone)
    assert not dbt(project, *CENSUS, *NO_UNIT_TESTS)
    assert fired(project)["census_return_reaches_the_models"] == [
        "return of 990 for 2023: 0 children and 0 referrals where 308 and 360 were landed"
    ]


def test_a_cell_of_a_kept_answer_that_would_fall_out_in_silence_is_named(
    at_home: None, tmp_path: Path, dbt: Callable[..., bool]
) -> None:
    project = project_of_its_own(tmp_path)
    folder = project / "landing" / "census_answers"
    folder.mkdir(parents=True)
    cells = [
        ("Q3", "2024-04-01", "2025-03-31", "all", "12"),
        ("Q9", "2024-04-01", "2025-03-31", "all", "12"),
        ("Q3", "2014-04-01", "2015-03-31", "all", "12"),
        ("Q3", "2024-04-01", "2025-03-31", "16+", "a dozen"),
    ]
    lines = [",".join((*cell, "", "england_2025", "2025-03-31", "false")) for cell in cells]
    path = folder / "990_england_2025_0001.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    assert not dbt(project, "build", "--select", "+stg_census__answer__is_of_its_letter", *NO_UNIT_TESTS)
    place = "landing/census_answers/990_england_2025_0001.csv, question"
    assert fired(project)["census_answer_is_of_its_letter"] == [
        f"{place} Q3, period from 2014-04-01, age band all: the period or age band",
        f"{place} Q3, period from 2024-04-01, age band 16+: count a dozen",
        f"{place} Q9, period from 2024-04-01, age band all: question Q9",
    ]


def test_a_model_that_counts_otherwise_is_found_out(
    at_home: None, tmp_path: Path, dbt: Callable[..., bool]
) -> None:
    project = project_with_returns(tmp_path)
    model = project / "models" / "intermediate" / "census" / "int_census_referral__in_order.sql"
    text = model.read_text(encoding="utf-8")
    rule = "coalesce(previous_referral_days <= 365, false)"
    assert text.count(rule) == 1
    model.write_text(text.replace(rule, "coalesce(previous_referral_days <= 30, false)"), encoding="utf-8")
    assert not dbt(project, *CENSUS, *NO_UNIT_TESTS)
    found = fired(project)["census_counts_agree"]
    assert "council 990, census year 2025, age all: fewer re-referrals than referrals less children" in found
