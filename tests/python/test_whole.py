"""The whole thing as a user runs it: built twice, read meanwhile, killed, spoilt, resolved by one cell."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb

from conftest import PROJECT, Built, add_row, edit_seed, pathways, read_seed, write_seed
from pathways.settings import environment_under


def content(file: Path) -> dict[str, str]:
    """A digest of every table of a published file, whatever the order of its rows."""
    with duckdb.connect(str(file), read_only=True) as connection:
        tables = connection.sql(
            "select table_name, sql, comment from duckdb_tables() where schema_name = 'marts'"
        ).fetchall()
        return {
            name: hashlib.sha256(
                repr((ddl, comment, connection.sql(f"from marts.{name} order by all").fetchall())).encode()
            ).hexdigest()
            for name, ddl, comment in tables
        }


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


READER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=True)
print("open", flush=True)
sys.stdin.readline()
print(connection.sql("select count(*) from marts.fct_pathway_figure").fetchall()[0][0], flush=True)
"""


def copied(built: Built, folder: Path) -> Built:
    """The built warehouse in a folder of its own: other tests read the shared one while this one writes."""
    shutil.copytree(built.folder, folder / "warehouse")
    return Built(folder / "warehouse", folder / "target", environment_under(folder), built.output)


def test_a_second_build_publishes_identical_marts_past_a_reader_that_holds_the_file(
    tmp_path: Path, built: Built
) -> None:
    built = copied(built, tmp_path)
    before = content(built.published_file)
    inode = built.published_file.stat().st_ino
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(built.published_file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        code, output = pathways("build", project=PROJECT, environment=built.environment)
        assert code == 0, output
        reader.stdin.write("\n")
        reader.stdin.flush()
        assert reader.stdout.readline() == "280\n"
    assert built.published_file.stat().st_ino != inode
    assert content(built.published_file) == before


def test_a_build_that_is_killed_leaves_the_published_file_as_it_was(tmp_path: Path, built: Built) -> None:
    environment = environment_under(tmp_path)
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    published = warehouse / "pathways.duckdb"
    published.write_bytes(built.published_file.read_bytes())
    before = digest(published)
    process = subprocess.Popen(
        [sys.executable, "-m", "pathways", "build"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    build_file = warehouse / "build.duckdb"
    deadline = time.monotonic() + 240
    while not build_file.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(1)
    assert process.poll() is None, "the build was over before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert build_file.exists()
    assert digest(published) == before


def test_a_bad_row_stops_the_build_in_plain_words_and_publishes_nothing(
    project_copy: Path, tmp_path: Path, built: Built
) -> None:
    environment = environment_under(tmp_path / "out")
    published = tmp_path / "out" / "warehouse" / "pathways.duckdb"
    published.parent.mkdir(parents=True)
    published.write_bytes(built.published_file.read_bytes())
    before = digest(published)
    foi = project_copy / "seeds" / "foi"
    edit_seed(
        foi / "foi_cell.csv",
        {"response_id": "request_18908", "table_number": "1", "row_number": "2", "column_number": "2"},
        {"question_code": "Q9"},
    )
    code, output = pathways("build", project=project_copy, environment=environment)
    assert code == 1
    assert "Traceback" not in output
    assert (
        "seeds/foi/foi_cell.csv, response request_18908, table 1, row 2, column 2: found question_code Q9"
        ' for the label "Completed Early Help Assessments". Every printed cell answers a question of its'
        " letter. Compare the label with the letter; correct question_code, or add the question to"
        " foi_question.csv."
    ) in " ".join(output.split())
    assert digest(published) == before


def test_the_door_stops_a_bad_file_before_dbt_starts(project_copy: Path, tmp_path: Path) -> None:
    path = project_copy / "seeds" / "foi" / "foi_cell.csv"
    header, rows = read_seed(path)
    rows[3][header.index("period_start_date")] = "1 April 2016"
    write_seed(path, header, rows)
    code, output = pathways("build", project=project_copy, environment=environment_under(tmp_path / "out"))
    assert code == 1
    assert "foi_cell.csv line 5, column period_start_date: found '1 April 2016'" in output
    assert "Running with dbt" not in output
    assert not (tmp_path / "out" / "warehouse" / "pathways.duckdb").exists()


def test_one_cell_resolves_the_council_of_request_18908_everywhere(
    project_copy: Path, dbt: Callable[..., bool]
) -> None:
    edit_seed(
        project_copy / "seeds" / "foi" / "foi_response.csv",
        {"response_id": "request_18908"},
        {"authority_code": "850"},
    )
    assert dbt(
        project_copy, "build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "test"
    )
    with duckdb.connect(str(project_copy / "warehouse" / "build.duckdb"), read_only=True) as warehouse:
        warehouse.execute("set schema = 'marts'")
        rows = warehouse.sql(
            "select reporting_year, early_help_assessed_count, dfe_referral_count, dfe_referral_status,"
            " dfe_assessment_status, definition_comparability_code"
            " from fct_pathway join dim_period using (period_key)"
            " where authority_key = 'E-850' and age_band_code = 'all' order by reporting_year"
        ).fetchall()
        unknown = [
            warehouse.sql(
                f"select count(*) from {table} where authority_key = 'unknown-request_18908'"
            ).fetchall()[0][0]
            for table in ("dim_authority", "fct_pathway_figure", "fct_pathway", "rpt_coverage")
        ]
    assert [row[:4] for row in rows] == [
        (2021, 2242, 21331, "reported"),
        (2022, 2260, 27374, "reported"),
        (2023, None, 30502, "reported"),
        (2024, 2522, None, "low_reliability"),
        (2025, 2698, 41142, "reported"),
    ]
    assert {row[5] for row in rows} == {"definition_differs"}
    assert rows[-1][4] == "not_loaded"
    assert unknown == [0, 0, 0, 0]


def test_a_correction_settles_a_figure_and_keeps_what_was_printed(
    project_copy: Path, dbt: Callable[..., bool]
) -> None:
    add_row(
        project_copy / "seeds" / "reference" / "correction.csv",
        response_id="request_359730326",
        table_number="2",
        row_number="2",
        column_number="3",
        expected_text="2033",
        corrected_text="2,034",
        reason="The council corrected the figure by letter.",
        evidence="Letter of the council",
        corrected_on_date="2026-01-31",
    )
    assert dbt(
        project_copy, "build", "--exclude-resource-type", "unit_test", "--select", "+fct_pathway_figure"
    )
    with duckdb.connect(str(project_copy / "warehouse" / "build.duckdb"), read_only=True) as warehouse:
        rows = warehouse.sql(
            "select value, cell_text, note from marts.fct_pathway_figure where authority_key = 'E-331'"
            " and measure_code = 'closed_after_assessment' and period_key = '2015-04-01_2016-03-31'"
        ).fetchall()
    assert rows == [(2034, "2033", "The council corrected the figure by letter.")]


def test_the_documentation_is_one_page_with_every_mart(tmp_path: Path, built: Built) -> None:
    built = copied(built, tmp_path)
    done = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "--quiet", "docs", "generate", "--static"],
        cwd=PROJECT,
        env={**built.environment, "DBT_TARGET_PATH": str(built.target.parent / "docs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (built.target.parent / "docs" / "static_index.html").read_text(encoding="utf-8")
    for words in ("Early help pathway warehouse", "fct_pathway_figure", "published_warehouse"):
        assert words in page
