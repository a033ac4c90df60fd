"""Who was asked, who answered, corrected, is silent: in the warehouse, and by `pathways foi status`."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from conftest import KEPT_OUT, PROJECT, Built, add_row, pathways

LETTERS = {
    # response: council, date, the answer that it corrects
    "first": ("850", "2026-01-05", ""),
    "corrected": ("850", "2026-02-05", "first"),
    # a council that is not named corrects its answer twice
    "unnamed": ("", "2026-01-05", ""),
    "unnamed_2": ("", "2026-02-05", "unnamed"),
    "unnamed_3": ("", "2026-03-05", "unnamed_2"),
}
CELLS = [
    ("first", "Q4", "3000"),
    ("first", "Q6", "4"),
    ("first", "Q7", "-"),
    ("corrected", "Q4", "3100"),
    ("corrected", "Q6", "<5"),
    ("unnamed", "Q4", "50"),
    ("unnamed", "Q6", "15"),
    ("unnamed_2", "Q4", "10"),
    ("unnamed_3", "Q6", "20"),
]
OUTCOMES = {
    ("england_2021", "Coventry"): "answered",
    ("england_2025", "Council not named (request_18908)"): "partly_answered",
    ("england_2025", "Council not named (unnamed)"): "partly_answered",
    ("england_2025", "Hackney"): "no_response",
    ("england_2025", "Hampshire"): "partly_answered",
    ("wales_2025", "Council not named (request_wales_2025)"): "not_answered",
}


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory, dbt: Callable[..., bool]) -> Path:
    """A copy of the project with corrected answers, a rounded one, and a council that is silent; built."""
    project = tmp_path_factory.mktemp("answered") / "project"
    shutil.copytree(PROJECT, project, ignore=KEPT_OUT)
    (project / "warehouse").mkdir()
    foi = project / "seeds" / "foi"
    for response, (authority, date, supersedes) in LETTERS.items():
        add_row(
            foi / "foi_response.csv",
            response_id=response,
            authority_code=authority,
            nation_code="E",
            question_set_code="england_2025",
            publisher_name="made up",
            source_title=response,
            response_date=date,
            is_answered="true",
            supersedes_response_id=supersedes,
            source_file_name=f"{response}.txt",
            sha256="0" * 64,
            licence="made up",
        )
    for row, (response, question, text) in enumerate(CELLS, start=2):
        add_row(
            foi / "foi_cell.csv",
            response_id=response,
            table_number="1",
            row_number=str(row),
            column_number="2",
            cell_text=text,
            is_row_wide="false",
            question_code=question,
            period_start_date="2022-04-01",
            period_end_date="2023-03-31",
            age_band_code="all",
        )
    add_row(
        foi / "foi_note.csv",
        response_id="unnamed_3",
        note_number="1",
        note_kind_code="rounded",
        rounded_to="5",
        note_text="Figures are rounded to the nearest 5.",
    )
    for authority in ("850", "204"):
        add_row(
            foi / "foi_request.csv",
            question_set_code="england_2025",
            authority_code=authority,
            request_date="2025-11-03",
            evidence="made up",
        )
    assert dbt(project, "build", "--exclude-resource-type", "unit_test")
    return project


@pytest.fixture(scope="module")
def warehouse(answered: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(answered / "warehouse" / "build.duckdb"), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def environment_of(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PATHWAYS_WAREHOUSE": str(folder / "warehouse"),
        "PATHWAYS_EXPORTS": str(folder / "exports"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }


def status(project: Path, *arguments: str) -> tuple[int, str]:
    return pathways("foi", "status", *arguments, project=project, environment=environment_of(project))


def figures(warehouse: duckdb.DuckDBPyConnection, authority: str) -> list[tuple[object, ...]]:
    return warehouse.execute(
        "select source_key, measure_code, value, status_code, cell_text, is_in_force from fct_pathway_figure"
        " where authority_key = ? and stated_count > 0 order by measure_code, source_key desc",
        [authority],
    ).fetchall()


def test_a_corrected_answer_counts_once_and_keeps_what_it_leaves_out(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert figures(warehouse, "E-850") == [
        ("foi-first", "closed_after_assessment", 3000, "reported", "3000", False),
        ("foi-corrected", "closed_after_assessment", 3100, "reported", "3100", True),
        # the number that is withheld now is nowhere any more
        ("foi-first", "closed_referred_to_early_help", None, "suppressed", None, False),
        ("foi-corrected", "closed_referred_to_early_help", None, "suppressed", "<5", True),
        ("foi-first", "early_help_rereferred_within_12_months", None, "blank", "-", True),
    ]
    assert warehouse.sql(
        "select closed_after_assessment_count, closed_referred_to_early_help_upper,"
        " early_help_rereferred_within_12_months_status, assessed_status, source_keys"
        " from fct_pathway where authority_key = 'E-850' and age_band_code = 'all'"
        " and period_key = '2022-04-01_2023-03-31'"
    ).fetchall() == [(3100, 4, "blank", "not_answered", "foi-corrected")]
    assert warehouse.sql(
        "select sum(asked_figure_count) from rpt_coverage where authority_key = 'E-850' and not is_superseded"
    ).fetchall() == [(120,)]


def test_the_corrections_of_a_council_that_is_not_named_replace_its_first_answer(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert figures(warehouse, "unknown-unnamed") == [
        ("foi-unnamed_2", "closed_after_assessment", 10, "reported", "10", True),
        ("foi-unnamed", "closed_after_assessment", 50, "reported", "50", False),
        ("foi-unnamed_3", "closed_referred_to_early_help", 20, "reported", "20", True),
        ("foi-unnamed", "closed_referred_to_early_help", 15, "reported", "15", False),
    ]
    assert warehouse.sql(
        "select authority_key, authority_name from dim_authority where authority_key like 'unknown-unnamed%'"
    ).fetchall() == [("unknown-unnamed", "Council not named (unnamed)")]


def test_a_rounded_figure_has_the_bounds_of_its_rounding(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.sql(
        "select source_key, value, lower_bound, upper_bound, is_approximate, note from fct_pathway_figure"
        " where authority_key = 'unknown-unnamed' and measure_code = 'closed_referred_to_early_help'"
        " and status_code = 'reported' order by source_key desc"
    ).fetchall() == [
        ("foi-unnamed_3", 20, 18, 22, True, "Figures are rounded to the nearest 5."),
        ("foi-unnamed", 15, 15, 15, False, None),
    ]


def test_a_silent_council_has_a_row_for_all_that_it_was_asked(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.sql(
        "select count(*), count(period_key), count(source_key), sum(asked_figure_count),"
        " sum(not_answered_figure_count), min(outcome_code), max(outcome_code), min(coverage_key)"
        " from rpt_coverage where authority_key = 'E-204'"
    ).fetchall() == [(31, 30, 0, 120, 120, "no_response", "no_response", "england_2025-E-204/Q1")]
    # it was asked for nothing that a council without a row was not: no source says it
    assert warehouse.sql(
        "select count(*) from fct_pathway_figure where authority_key = 'E-204'"
    ).fetchall() == [(0,)]


def test_status_shows_who_was_asked_and_what_came_of_it(answered: Path, tmp_path: Path) -> None:
    output = tmp_path / "status.json"
    # nothing is published here: the build file is read
    code, said = status(answered, "--output", str(output))
    assert code == 0, said
    rows = json.loads(output.read_text(encoding="utf-8"))
    assert {
        (row["question_set_code"], row["authority_name"]): row["outcome_code"] for row in rows
    } == OUTCOMES
    hampshire = next(row for row in rows if row["authority_name"] == "Hampshire")
    assert (hampshire["request_date"], hampshire["response_date"], hampshire["response_count"]) == (
        "2025-11-03",
        "2026-02-05",
        2,
    )
    assert "england_2025: 4 councils asked: 1 no response, 3 partly answered." in said
    assert "wales_2025: 1 council asked: 1 not answered." in said
    (line,) = (line for line in said.splitlines() if line.startswith("Hackney"))
    assert "0 of 120" in line
    assert "120 not answered" in line
    assert "run make build" not in said


def test_status_of_one_letter_and_of_one_that_there_is_not(answered: Path) -> None:
    code, said = status(answered, "--question-set", "wales_2025")
    assert code == 0
    assert "wales_2025" in said
    assert "england" not in said
    code, said = status(answered, "--question-set", "wales_2021")
    assert (code, said.strip()) == (
        1,
        "Nobody was asked by the letter 'wales_2021', or there is no such letter.",
    )


def test_status_counts_the_answers_that_are_accepted_and_not_built(
    built: Built, tmp_path: Path, project_copy: Path
) -> None:
    shutil.copytree(built.folder, tmp_path / "warehouse")
    shutil.copytree(built.target, tmp_path / "target", ignore=shutil.ignore_patterns("data_docs"))

    def said() -> str:
        code, text = pathways("foi", "status", project=project_copy, environment=environment_of(tmp_path))
        assert code == 0, text
        return text

    assert "run make build" not in said()
    path = project_copy / "seeds" / "foi" / "foi_response.csv"
    for number, sentence in enumerate(("1 response is", "2 responses are")):
        add_row(path, response_id=f"new_{number}", nation_code="E", question_set_code="england_2025")
        assert f"{sentence} accepted and not built yet: run make build." in said()
    # the door alone does not build them
    pathways("check", "door", project=project_copy, environment=environment_of(tmp_path))
    assert "2 responses are accepted and not built yet: run make build." in said()


def test_status_says_so_where_the_door_saw_a_change_that_no_build_got_to(
    built: Built, tmp_path: Path, project_copy: Path
) -> None:
    shutil.copytree(built.folder, tmp_path / "warehouse")
    path = project_copy / "seeds" / "foi" / "foi_note.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("Stated", "stated"), encoding="utf-8")
    pathways("check", "door", project=project_copy, environment=environment_of(tmp_path))
    code, said = pathways("foi", "status", project=project_copy, environment=environment_of(tmp_path))
    assert code == 0
    assert "Answers were accepted since the last build: run make build." in said


def test_status_of_a_file_that_an_older_version_published_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "warehouse").mkdir()
    file = tmp_path / "warehouse" / "pathways.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema marts")
    code, said = pathways("foi", "status", project=PROJECT, environment=environment_of(tmp_path))
    assert code == 1
    assert "was made by an older version, or is not whole: run make build." in " ".join(said.split())
    file.write_bytes(b"no database")
    code, said = pathways("foi", "status", project=PROJECT, environment=environment_of(tmp_path))
    assert code == 1
    assert "can't be opened" in said
    assert "Traceback" not in said
