"""The tests of the tests: each generic test on a table that should pass, one that should fail, and none.

Beside them how seeds and tests that are not stored are built, which is the project's own way on DuckDB.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import PROJECT

DICTIONARY = "select 'child' as unit_code"
MODELS = {
    "dictionary": DICTIONARY,
    "good": "select 1 as row_id, 'child' as unit_code, 5 as part, 5 as whole",
    "bad": "select 1 as row_id, 'chld' as unit_code, 6 as part, 5 as whole",
    "blank": "select 1 as row_id, cast(null as varchar) as unit_code, 1 as part, 2 as whole",
    "none": "select 1 as row_id, 'child' as unit_code, 5 as part, 5 as whole where false",
    # a list of findings is rightly empty where what it looked through is not
    "finding": "select 1 as row_id, 5 as part, 5 as whole where false",
}
NEVER = """
      - never:
          name: never__{name}
          arguments:
            condition: part > whole
            place: "'row ' || row_id"
            found: "'part ' || part"{population}"""
KNOWN = """
      - known_in:
          name: known_in__{name}{row}
          column_name: unit_code
          arguments: {{to: ref('dictionary'), field: unit_code, row: [row_id]{more}}}"""
SEEDS = {
    "declared_in_part": ('code,amount,note\n007,12,"two\nlines"\n,,""\n', "amount: integer"),
    "undeclared": ("b,a\n1,2.50\n", ""),
    "without_rows": ("a,b\n", "a: integer"),
}
NOT_STORED = """
      - never:
          name: not_stored__{name}
          arguments: {{condition: part > whole, place: "'row'", found: "'part'"}}
          config: {{store_failures: false}}"""
EXPECTED = {
    "never__good": [],
    "never__bad": [("row 1", "part 6")],
    "never__none": [("main.none", "nothing to check")],
    "never__finding": [],
    "known_in__good": [],
    "known_in__bad": [("main.bad, row_id 1", "unit_code chld")],
    "known_in__blank": [],
    "known_in__none": [("main.none", "nothing to check")],
    "known_in__none_allowed": [],
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, dbt: Callable[..., bool]) -> Path:
    """A small dbt project with the real macros and generic tests, built."""
    project = tmp_path_factory.mktemp("generic")
    shutil.copytree(PROJECT / "macros", project / "macros")
    shutil.copytree(PROJECT / "tests" / "generic", project / "tests" / "generic")
    shutil.copy(PROJECT / "profiles.yml", project)
    (project / "warehouse").mkdir()
    (project / "models").mkdir()
    (project / "dbt_project.yml").write_text(
        "name: pathways\nversion: 0.1.0\nprofile: pathways\n"
        "models: {+materialized: table}\ndata_tests: {+store_failures: true, +schema: quality}\n"
        "seeds: {+schema: raw, +full_refresh: true}\n"
    )
    tests = {
        "good": NEVER.format(name="good", population="")
        + KNOWN.format(name="good", row="", more="")
        + NOT_STORED.format(name="good"),
        "bad": NEVER.format(name="bad", population="")
        + KNOWN.format(name="bad", row="", more="")
        + NOT_STORED.format(name="bad"),
        "blank": KNOWN.format(name="blank", row="", more=""),
        "none": NEVER.format(name="none", population="")
        + KNOWN.format(name="none", row="", more="")
        + KNOWN.format(name="none", row="_allowed", more=", may_be_empty: true"),
        "finding": NEVER.format(name="finding", population="\n            population: ref('good')"),
    }
    properties = ["version: 2", "models:"]
    for name, query in MODELS.items():
        (project / "models" / f"{name}.sql").write_text(query + "\n")
        properties.append(f"  - name: {name}" + (f"\n    data_tests:{tests[name]}" if name in tests else ""))
    (project / "models" / "models.yml").write_text("\n".join(properties) + "\n")
    (project / "seeds").mkdir()
    properties = ["version: 2", "seeds:"]
    for name, (text, types) in SEEDS.items():
        (project / "seeds" / f"{name}.csv").write_text(text)
        properties.append(f"  - name: {name}\n    config: {{column_types: {{{types}}}}}")
    (project / "seeds" / "seeds.yml").write_text("\n".join(properties) + "\n")
    assert not dbt(project, "build")
    return project


@pytest.fixture(scope="module")
def failures(project: Path) -> dict[str, list[tuple[str, str]]]:
    """Each stored test of the small project: its name, and place and found of its failures."""
    run = json.loads((project / "target" / "run_results.json").read_text())
    found = {}
    with duckdb.connect(str(project / "warehouse" / "build.duckdb"), read_only=True) as connection:
        for result in run["results"]:
            if result["unique_id"].startswith("test.") and result["relation_name"]:
                rows = connection.execute(f"select place, found from {result['relation_name']}").fetchall()
                assert (result["status"] == "fail") == bool(rows)
                found[result["unique_id"].split(".")[2]] = rows
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_a_generic_test_fails_where_it_should_and_only_there(
    failures: dict[str, list[tuple[str, str]]], name: str
) -> None:
    assert failures[name] == EXPECTED[name]


def test_every_generic_test_is_tried() -> None:
    names = {path.stem for path in Path(PROJECT / "tests" / "generic").glob("*.sql")}
    assert names == {name.split("__")[0] for name in EXPECTED}


def test_a_test_that_is_not_stored_fails_where_it_should_and_leaves_no_table(project: Path) -> None:
    run = json.loads((project / "target" / "run_results.json").read_text())
    found = {
        result["unique_id"].split(".")[2]: (result["status"], result["failures"])
        for result in run["results"]
        if "not_stored" in result["unique_id"]
    }
    assert found == {"not_stored__good": ("pass", 0), "not_stored__bad": ("fail", 1)}
    with duckdb.connect(str(project / "warehouse" / "build.duckdb"), read_only=True) as connection:
        assert not connection.execute(
            "select table_name from duckdb_tables() where table_name like 'not_stored%'"
        ).fetchall()


def test_a_seed_has_every_column_of_its_file_in_the_declared_type_or_as_text(project: Path) -> None:
    with duckdb.connect(str(project / "warehouse" / "build.duckdb"), read_only=True) as connection:

        def seed(name: str) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
            found = connection.execute(f"from raw.{name}")
            return [(row[0], str(row[1])) for row in found.description or []], found.fetchall()

        columns, rows = seed("declared_in_part")
        assert columns == [("code", "VARCHAR"), ("amount", "INTEGER"), ("note", "VARCHAR")]
        assert rows == [("007", 12, "two\nlines"), (None, None, None)]
        assert seed("undeclared") == ([("b", "VARCHAR"), ("a", "VARCHAR")], [("1", "2.50")])
        assert seed("without_rows") == ([("a", "INTEGER"), ("b", "VARCHAR")], [])
