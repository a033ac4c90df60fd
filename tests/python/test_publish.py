"""Publishing: refuses what is not good, swaps in one step, and carries all that readers see."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from helpers_project import (
    INVOCATION,
    SCRIPTS,
    run_pathways,
    run_python,
    tables_of,
    write_artifacts,
    write_build_file,
    write_good_build,
    write_project,
)
from pathways import publish as publishing
from pathways.errors import PathwaysError
from pathways.files import only_one
from pathways.outcome import CheckOutcome, CheckReport
from pathways.publish import DRAFT, publish
from pathways.settings import Settings

OLD = b"the last published file"


def report(side: str, outcome: str = "passed") -> CheckReport:
    check = CheckOutcome(f"{side}__x", "x", "python", "x", "critical", outcome, 0, ["x broke."])
    return CheckReport(side, [check])


@pytest.fixture
def good(tmp_path: Path) -> Settings:
    return write_good_build(tmp_path)


@pytest.fixture
def no_gates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes door and window, which have tests of their own, out of the way."""
    monkeypatch.setattr(publishing, "door_of_these_seeds", lambda _: report("door"))
    monkeypatch.setattr(publishing, "check_open_window", lambda *_: report("window"))


def change(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.build_file)) as connection:
        connection.execute(sql)


def refused(settings: Settings, match: str) -> None:
    """Publishing is refused in these words and the published file is not touched."""
    if not settings.published_file.exists():
        settings.published_file.write_bytes(OLD)
    before = settings.published_file.read_bytes()
    with pytest.raises(PathwaysError, match=match):
        publish(settings)
    assert settings.published_file.read_bytes() == before
    assert not list(settings.warehouse.glob(f"{DRAFT}*"))


def test_published_file_holds_the_marts_and_nothing_else(good: Settings) -> None:
    published = publish(good)
    tables = tables_of(good.published_file)
    assert sorted(tables) == [
        "marts.dim_source",
        "marts.fct_check_result",
        "marts.fct_pathway_figure",
    ]
    assert tables["marts.fct_pathway_figure"] == [
        ("a", "letter_1", 12, 12, 12, "reported"),
        ("b", "letter_1", None, 1, 4, "suppressed"),
    ]
    assert published.row_counts["fct_pathway_figure"] == 2
    assert b"la_child_id" not in good.published_file.read_bytes()


@pytest.mark.usefixtures("no_gates")
def test_keys_checks_not_nulls_comments_and_order_come_through(good: Settings) -> None:
    publish(good)
    with duckdb.connect(str(good.published_file)) as connection:
        for row, fault in (
            ("('a', 'x', 1, 1, 1, 'reported')", "Duplicate key"),
            ("('z', null, 1, 1, 1, 'reported')", "NOT NULL"),
            ("('z', 'x', -1, 1, 1, 'reported')", "CHECK"),
        ):
            with pytest.raises(duckdb.ConstraintException, match=fault):
                connection.execute(f"insert into marts.fct_pathway_figure values {row}")
        assert connection.execute(
            "select comment from duckdb_tables() where table_name = 'fct_pathway_figure'"
        ).fetchall() == [("One row per figure. It's a test.",)]
        assert connection.execute(
            "select comment from duckdb_columns() where table_name = 'fct_pathway_figure' "
            "and column_name = 'value'"
        ).fetchall() == [('Count "as stated".',)]
        keys = connection.execute("select figure_key from marts.fct_pathway_figure").fetchall()
        assert keys == [("a",), ("b",)], "rows lie in the order of the key"


@pytest.mark.usefixtures("no_gates")
def test_names_that_need_quoting_come_through(good: Settings) -> None:
    change(
        good,
        'create table marts."odd ""table"" name" ("a ""b""" integer primary key, "select" text); '
        'comment on column marts."odd ""table"" name"."select" is \'it\'\'s\'; '
        'insert into marts."odd ""table"" name" values (2, null), (1, \'x\')',
    )
    published = publish(good)
    assert published.row_counts['odd "table" name'] == 2


@pytest.mark.usefixtures("no_gates")
def test_two_publishes_give_the_same_tables(good: Settings) -> None:
    publish(good)
    first = tables_of(good.published_file)
    publish(good)
    assert tables_of(good.published_file) == first


@pytest.mark.usefixtures("no_gates")
def test_an_older_duckdb_reads_the_published_file(good: Settings) -> None:
    older = os.environ.get("PATHWAYS_OLDEST_DUCKDB")
    if not older:
        pytest.skip("PATHWAYS_OLDEST_DUCKDB names no folder with an older DuckDB (1.1)")
    publish(good)
    code = (
        "import duckdb, sys\n"
        "c = duckdb.connect(sys.argv[1], read_only=True)\n"
        "print(duckdb.__version__)\n"
        "print(c.execute('select sum(value) from marts.fct_pathway_figure').fetchone()[0])\n"
        "print(c.execute('select count(*) > 0 from marts.fct_check_result').fetchone()[0])\n"
        "print(c.execute('select comment from duckdb_tables() order by 1').fetchall())\n"
    )
    run = subprocess.run(
        [sys.executable, "-S", "-c", code, str(good.published_file)],
        env={**os.environ, "PYTHONPATH": older},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    version, total, checked, comments = run.stdout.splitlines()
    assert version != duckdb.__version__
    assert (total, checked) == ("12", "True")
    assert "One row per source." in comments


# what is not good is refused, and the published file stays as it was


def test_no_run_at_all_is_refused(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    refused(settings, r"target/run_results\.json or the manifest beside it is missing")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"which": "run"}, "is of `dbt run`"),
        ({"which": "generate"}, "is of `dbt generate`"),
        ({"select": ["dim_source"]}, "was narrowed by --select"),
        ({"exclude": ["dim_source"]}, "was narrowed by --exclude"),
        ({"empty": True}, "on empty or sampled tables"),
    ],
)
def test_a_run_of_another_kind_is_refused(good: Settings, arguments: dict[str, Any], words: str) -> None:
    write_artifacts(good, arguments=arguments)
    refused(good, words)


def test_a_run_that_missed_a_node_is_refused(good: Settings) -> None:
    write_artifacts(good, leave_out="model.pathways.dim_source")
    refused(good, r"1 of 5 nodes have no result, model\.pathways\.dim_source first")


@pytest.mark.parametrize("status", ["error", "fail", "skipped", "runtime error"])
def test_a_run_in_which_something_failed_is_refused(good: Settings, status: str) -> None:
    write_artifacts(good, statuses={"model.pathways.dim_source": status})
    refused(good, rf"not everything went well: dim_source \({status}\)")


@pytest.mark.usefixtures("no_gates")
def test_a_warning_is_published(good: Settings) -> None:
    name = "test.pathways.fct_pathway_figure__figure_is_even"
    write_artifacts(good, statuses={name: "warn"})
    publish(good)
    with duckdb.connect(str(good.published_file), read_only=True) as connection:
        assert connection.execute(
            "select outcome_code from marts.fct_check_result where engine = 'dbt_test'"
        ).fetchall() == [("warned",)]


def test_a_build_file_of_another_run_is_refused(good: Settings) -> None:
    write_build_file(good, invocation_id="another")
    refused(good, rf"was not made by the run .*says another, the run is {INVOCATION}")


def test_a_build_file_that_names_no_run_is_refused(good: Settings) -> None:
    change(good, "drop table quality.build_run")
    refused(good, "build_run says nothing")


def test_a_seed_changed_after_the_build_is_refused(good: Settings) -> None:
    with (good.seeds / "foi" / "area.csv").open("a", encoding="utf-8") as file:
        file.write("E-3,West,,region\n")
    refused(good, r"seeds/foi/area\.csv changed after the last `dbt build`")


def test_a_view_among_the_marts_is_refused(good: Settings) -> None:
    change(good, "create view marts.rpt_view as select 1 as figure_count")
    refused(good, r"marts\.rpt_view is a view")


def test_the_door_is_run_if_its_report_is_missing_and_stops_the_publish(good: Settings) -> None:
    path = good.seeds / "foi" / "area.csv"
    path.write_text(path.read_text().replace("2012-04-01", "2012-13-01"), encoding="utf-8")
    write_artifacts(good)
    refused(good, r"area\.csv line 2, column start_date: found '2012-13-01'(.|\n)*at the door")


def test_a_failing_window_stops_the_publish(good: Settings) -> None:
    good.published_file.write_bytes(good.build_file.read_bytes())
    change(good, "update marts.fct_pathway_figure set value = 3 where figure_key = 'b'")
    refused(good, r"figure_key b: found status_code = suppressed, value = 3(.|\n)*at the window")


@pytest.mark.usefixtures("no_gates")
def test_rows_that_do_not_come_through_are_noticed(good: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = publishing.copy_table

    def lossy(connection: duckdb.DuckDBPyConnection, table: str, *more: Any) -> None:
        copy(connection, table, *more)
        connection.execute(f"delete from draft.marts.{table}")

    monkeypatch.setattr(publishing, "copy_table", lossy)
    refused(good, r"the rows of marts\.dim_source did not come through whole")


@pytest.mark.usefixtures("no_gates")
def test_a_comment_that_does_not_come_through_is_noticed(
    good: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = publishing.copy_table

    def silent(connection: duckdb.DuckDBPyConnection, table: str, *more: Any) -> None:
        copy(connection, table, *more)
        connection.execute(f"comment on table draft.marts.{table} is null")

    monkeypatch.setattr(publishing, "copy_table", silent)
    refused(good, r"the definition of marts\.dim_source, marts\.fct_pathway_figure did not")


# other processes


@contextmanager
def held(path: Path, read_only: bool) -> Iterator[int]:
    """Another process that holds a DuckDB file open; gives its process id."""
    code = (
        "import duckdb, sys\n"
        f"c = duckdb.connect(sys.argv[1], read_only={read_only})\n"
        "c.execute('select * from duckdb_tables()').fetchall()\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(c.execute('select sum(value) from marts.fct_pathway_figure').fetchone()[0])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "open\n"
        yield process.pid
        answer, _ = process.communicate("\n", timeout=60)
        assert answer == "12\n", "the reader goes on reading what it had open"
    finally:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("no_gates")
def test_a_reader_of_the_published_file_blocks_nothing(good: Settings) -> None:
    publish(good)
    with held(good.published_file, read_only=True):
        change(good, "update marts.fct_pathway_figure set value = 20 where figure_key = 'a'")
        publish(good)
        assert tables_of(good.published_file)["marts.fct_pathway_figure"][0][2] == 20


def test_a_build_file_held_by_a_writer_names_the_holder(good: Settings) -> None:
    with held(good.build_file, read_only=False) as pid:
        refused(good, rf"warehouse/build\.duckdb is in use by python.* \(process {pid}\)\. Close")
        for command in (["check", "window"], ["build"]):
            run = run_pathways(good.project, *command)
            assert run.returncode == 1
            assert f"(process {pid})" in run.stderr
            assert "Traceback" not in run.stderr


def test_a_build_file_held_by_a_reader_stops_a_build_before_dbt(good: Settings) -> None:
    with held(good.build_file, read_only=True) as pid:
        run = run_pathways(good.project, "build")
    assert run.returncode == 1
    assert "warehouse/build.duckdb is in use by python" in run.stderr
    assert f"(process {pid})" in run.stderr
    assert "Running with dbt" not in run.stdout


def test_a_second_build_at_once_is_refused_before_it_does_anything(good: Settings) -> None:
    before = {path: path.read_bytes() for path in good.target.rglob("*") if path.is_file()}
    with only_one(good.target, "unused"):
        run = run_pathways(good.project, "build")
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == (
        "Another build is writing to target. Wait until it is done, and run the command again.\n"
    )
    assert {path: path.read_bytes() for path in good.target.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("no_gates")
def test_a_second_publish_at_once_is_refused_and_leaves_the_first_its_draft(
    good: Settings,
) -> None:
    with publishing.only_publisher(good):
        draft = good.warehouse / f"{DRAFT}-1"
        draft.write_bytes(b"half")
        with pytest.raises(PathwaysError, match="Another publish is writing to warehouse"):
            publish(good)
        assert draft.read_bytes() == b"half"


_KILLED = """
import os, signal
from pathlib import Path
from pathways import publish as publishing
from pathways.settings import load_settings
from test_publish import report

publishing.door_of_these_seeds = lambda _: report("door")
publishing.check_open_window = lambda *_: report("window")
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
def then_die(work):
    def do(*arguments, **named):
        work(*arguments, **named)
        die()
    return do
{plant}
publishing.publish(load_settings())
"""


@pytest.mark.parametrize(
    "plant",
    [
        "publishing.copy_table = then_die(publishing.copy_table)",
        "publishing.write_check_results = die",
        "publishing.write_draft = then_die(publishing.write_draft)",
        "publishing.verify_draft = then_die(publishing.verify_draft)",
        "Path.replace = die",
    ],
)
@pytest.mark.usefixtures("no_gates")
def test_a_publish_killed_before_the_swap_leaves_the_last_file_and_is_cleared(
    good: Settings, plant: str
) -> None:
    publish(good)
    before = good.published_file.read_bytes()
    change(good, "update marts.fct_pathway_figure set value = 20 where figure_key = 'a'")
    run = run_python(_KILLED.format(plant=plant), good.project)
    assert run.returncode == -9, run.stderr
    assert good.published_file.read_bytes() == before
    assert list(good.warehouse.glob(f"{DRAFT}*")), "the dead run left its draft"
    publish(good)
    assert tables_of(good.published_file)["marts.fct_pathway_figure"][0][2] == 20
    assert not list(good.warehouse.glob(f"{DRAFT}*"))


@pytest.mark.usefixtures("no_gates")
def test_a_publish_killed_right_after_the_swap_leaves_the_whole_new_file(good: Settings) -> None:
    publish(good)
    change(good, "update marts.fct_pathway_figure set value = 20 where figure_key = 'a'")
    run = run_python(_KILLED.format(plant="Path.replace = then_die(Path.replace)"), good.project)
    assert run.returncode == -9, run.stderr
    assert tables_of(good.published_file)["marts.fct_pathway_figure"][0][2] == 20


# the whole way, with dbt


def test_build_publishes_a_good_build_and_a_bad_one_leaves_the_file(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    settings.warehouse.rmdir()
    run = run_pathways(tmp_path, "build")
    # this small warehouse lacks what the files for people are made of
    assert run.returncode == 1
    assert (
        "is published, but the files for people could not be written to exports: Binder Error" in run.stderr
    )
    assert "Traceback" not in run.stderr
    assert "Published warehouse/pathways.duckdb: 3 tables" in run.stdout
    assert "Sources: 1." in run.stdout
    assert "2 reported, 1 suppressed." in run.stdout
    assert (
        "Warning, 1 row: A figure is even. "
        "Look at quality.fct_pathway_figure__figure_is_even in warehouse/build.duckdb."
    ) in run.stdout
    assert "  figure c: found 13. A figure is even. Count again." in run.stdout
    before = settings.published_file.read_bytes()

    model = tmp_path / "models" / "marts" / "fct_pathway_figure.sql"
    model.write_text(model.read_text().replace("12, 12, 12", "5000, 12, 12"), encoding="utf-8")
    run = run_pathways(tmp_path, "build")
    assert run.returncode == 1
    assert "figure a: found 5000. A figure is below 1000. Ask the council." in run.stderr
    assert "Nothing is published" in run.stderr
    assert "Traceback" not in run.stderr
    assert settings.published_file.read_bytes() == before

    run = run_pathways(tmp_path, "publish")
    assert run.returncode == 1
    assert "fct_pathway_figure__figure_is_small (fail)" in run.stderr
    assert settings.published_file.read_bytes() == before


def test_the_package_under_test_is_the_one_in_the_project() -> None:
    assert Path(publishing.__file__).resolve().parent == SCRIPTS / "pathways"
