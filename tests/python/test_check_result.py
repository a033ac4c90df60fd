"""The published account of the checks, and the sentences of a failed dbt run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from helpers_project import write_build_file, write_project
from pathways.check_result import COLUMNS, TABLE_COMMENT, check_results, write_check_results
from pathways.dbt_run import DbtRun, NodeResult, essential, failure_sentences, rule_code
from pathways.outcome import CheckOutcome
from pathways.rules import Rule, RuleBook, load_rules
from pathways.settings import Settings


def result(
    unique_id: str,
    status: str,
    failures: int = 0,
    message: str = "",
    relation: str | None = None,
    **node: Any,
) -> NodeResult:
    kind, _, name = unique_id.split(".")[:3]
    node = {"resource_type": kind, "name": name, **node}
    return NodeResult(unique_id, status, failures, message, relation, node)


def run_of(*results: NodeResult) -> DbtRun:
    manifest = {"nodes": {item.unique_id: item.node for item in results}}
    return DbtRun("build", "i", {}, list(results), manifest, "i")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = write_project(tmp_path)
    write_build_file(settings)
    return settings


RUN = run_of(
    result("seed.pathways.area", "success"),
    result("model.pathways.dim_a", "success", config={"contract": {"enforced": True}}),
    result("model.pathways.stg_a", "success", config={"contract": {"enforced": False}}),
    result("unit_test.pathways.dim_a.leap_year", "pass", name="dim_a__leap_year", model="dim_a"),
    result(
        "test.pathways.not_null_dim_a_x.0123456789",
        "pass",
        test_metadata={"name": "not_null"},
        attached_node="model.pathways.dim_a",
    ),
    result(
        "test.pathways.dim_a__funnel",
        "warn",
        failures=3,
        config={"severity": "WARN", "meta": {"rule_code": "funnel"}},
        depends_on={"nodes": ["model.pathways.aaa", "model.pathways.dim_a"]},
    ),
    result("operation.pathways.pathways-on-run-end-0", "success"),
)
DOOR = CheckOutcome("door__a__seed_has_rows", "seed_has_rows", "python", "a", "critical", "passed")


def test_one_row_per_check_whatever_ran_it() -> None:
    rows = [
        (
            row.check_name,
            row.rule_code,
            row.engine,
            row.subject_name,
            row.severity_code,
            row.outcome_code,
            row.failed_row_count,
        )
        for row in check_results(RUN, [DOOR])
    ]
    assert rows == [
        ("contract__dim_a", "mart_has_its_shape", "contract", "dim_a", "critical", "passed", 0),
        ("dim_a__funnel", "funnel", "dbt_test", "dim_a", "warning", "warned", 3),
        (
            "dim_a__leap_year",
            "model_logic_holds",
            "dbt_unit_test",
            "dim_a",
            "critical",
            "passed",
            0,
        ),
        ("door__a__seed_has_rows", "seed_has_rows", "python", "a", "critical", "passed", 0),
        ("not_null_dim_a_x", "not_null", "dbt_test", "dim_a", "critical", "passed", 0),
    ]


def test_checks_of_one_name_are_told_apart_the_same_way_each_time() -> None:
    twins = [
        result(f"unit_test.pathways.{model}.same", "pass", name="same", model=model)
        for model in ("b", "a", "a")
    ]
    names = [row.check_name for row in check_results(run_of(*twins), [])]
    assert names == ["same__a", "same__a__2", "same__b"]
    assert names == [row.check_name for row in check_results(run_of(*reversed(twins)), [])]


def test_table_is_written_with_key_checks_and_comments() -> None:
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as draft; create schema draft.marts")
        write_check_results(connection, "draft", check_results(RUN, [DOOR]))
        table = "draft.marts.fct_check_result"
        counted = connection.execute(f"select count(*) from {table}").fetchone()
        assert counted == (5,)
        for row, fault in (
            ("('dim_a__funnel', 'r', 'python', 's', 'critical', 'passed', 0)", "Duplicate key"),
            ("('x', 'r', 'abacus', 's', 'critical', 'passed', 0)", "CHECK"),
            ("('x', 'r', 'python', 's', 'critical', 'passed', -1)", "CHECK"),
        ):
            with pytest.raises(duckdb.ConstraintException, match=fault):
                connection.execute(f"insert into {table} values {row}")
        assert connection.execute("select comment from duckdb_tables()").fetchall() == [(TABLE_COMMENT,)]
        comments = connection.execute(
            "select column_name, comment from duckdb_columns() where database_name = 'draft'"
        ).fetchall()
        assert dict(comments) == {name: comment for name, (_, comment) in COLUMNS.items()}


@pytest.mark.parametrize(
    ("node", "code"),
    [
        ({"config": {"meta": {"rule_code": "mine"}}, "test_metadata": {"name": "unique"}}, "mine"),
        ({"test_metadata": {"name": "unique"}}, "unique"),
        ({"test_metadata": {"name": "parts_sum"}}, "parts_sum"),
        ({"name": "dim_a__holds"}, "dim_a__holds"),
    ],
)
def test_a_test_stands_for_its_own_rule_or_that_of_its_kind(node: dict[str, Any], code: str) -> None:
    assert rule_code(node) == code


def store(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.build_file)) as connection:
        connection.execute(f"create table quality.failures as {sql}")


RELATION = '"build"."quality"."failures"'


def test_stored_failures_are_said_by_place_rule_and_remedy(settings: Settings) -> None:
    store(settings, "select 'row ' || i as place, i::text as found, 1 as more from range(30) t(i)")
    failed = result(
        "test.pathways.funnel",
        "fail",
        30,
        relation=RELATION,
        config={"meta": {"rule_code": "figure_is_small"}},
    )
    lines = failure_sentences(settings, run_of(failed), load_rules(settings.seeds))
    assert lines[0] == "funnel (30 rows):"
    assert lines[1] == "  row 0: found 0. A figure is below 1000. Ask the council."
    assert lines[-1] == "  ... and 10 more."
    assert len(lines) == 22


def test_rows_of_a_built_in_test_are_shown_column_by_column(settings: Settings) -> None:
    store(settings, "select 'a' as unique_field, null as other, 2 as n_records")
    failed = result("test.pathways.unique_a", "fail", 1, relation=RELATION, test_metadata={"name": "unique"})
    rules = RuleBook({"unique": Rule("unique", "A key stands once.", "Keep one.")})
    assert failure_sentences(settings, run_of(failed), rules) == [
        "unique_a (1 row):",
        "  unique_field = a, other = nothing, n_records = 2. A key stands once. Keep one.",
    ]


@pytest.mark.parametrize(
    "child_level",
    [{"schema": "census"}, {"schema": "staging", "fqn": ["pathways", "staging", "census", "m"]}],
)
def test_nothing_of_a_child_is_ever_printed(settings: Settings, child_level: dict[str, Any]) -> None:
    store(settings, "select 'child SECRET-1' as place, 'SECRET-2' as found")
    model = result("model.pathways.m", "error", message="Duplicate key SECRET-3", **child_level)
    test = result(
        "test.pathways.t",
        "fail",
        1,
        message="SECRET-4",
        relation=RELATION,
        depends_on={"nodes": ["model.pathways.m"]},
    )
    lines = failure_sentences(settings, run_of(model, test), RuleBook({}))
    assert "SECRET" not in " ".join(lines)
    assert len(lines) == 2
    assert "t: 1 rows" in lines[1]


def test_a_model_error_is_cut_to_what_is_wrong(settings: Settings) -> None:
    message = (
        "Runtime Error in model fct_a (models/marts/fct_a.sql)\n"
        "  Constraint Error: CHECK constraint failed on table fct_a\n\n"
        "  > in macro materialization_table\n  compiled code at target/run/fct_a.sql"
    )
    assert essential(message) == "Constraint Error: CHECK constraint failed on table fct_a"
    failed = result("model.pathways.fct_a", "error", message=message)
    unit = result("unit_test.pathways.fct_a.u", "fail", 1, "\n\nactual differs", name="u", model="fct_a")
    skipped = result("model.pathways.fct_b", "skipped")
    assert failure_sentences(settings, run_of(failed, unit, skipped), RuleBook({})) == [
        "Model fct_a: Constraint Error: CHECK constraint failed on table fct_a",
        "Unit test u of fct_a failed: actual differs",
        "1 more were skipped because of it.",
    ]
