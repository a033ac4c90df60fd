"""The house in order: everything typed, described and tested, and every check under a rule."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conftest import PROJECT, Built, read_seed
from pathways.census.return_file import (
    BOOLEAN_RULE,
    COUNT_RULE,
    DATE_RULE,
    REPEATED_RULE,
    UNKNOWN_RULE,
)
from pathways.check_result import COLUMNS, TABLE_COMMENT
from pathways.ees.register import REGISTER
from pathways.ees.screening import READ_RULES
from pathways.landing import LANDING_RULES

SCREENING = "screening"
AT_LANDING = (SCREENING, "landing")
SEEDS = sorted((PROJECT / "seeds").rglob("*.csv"))
RULES = {
    row[0]: dict(zip(("engine", "severity"), row[2:4], strict=True))
    for row in read_seed(PROJECT / "seeds" / "reference" / "quality_rule.csv")[1]
}


@pytest.fixture(scope="module")
def manifest(built: Built) -> dict[str, Any]:
    return json.loads((built.target / "manifest.json").read_text())


@pytest.mark.parametrize("seed", SEEDS, ids=lambda path: path.stem)
def test_every_seed_column_is_typed_described_and_checked(seed: Path) -> None:
    header, _ = read_seed(seed)
    (properties,) = yaml.safe_load(seed.with_suffix(".yml").read_text())["seeds"]
    assert properties["name"] == seed.stem
    assert properties["description"].strip().startswith("One row per ")
    assert list(properties["config"]["column_types"]) == header
    assert set(properties["config"]["column_types"].values()) == {"string"}
    assert properties["config"]["meta"]["key"]
    columns = properties["columns"]
    assert [column["name"] for column in columns] == header
    for column in columns:
        assert column["description"].strip(), column["name"]
        assert column["config"]["meta"]["format"], column["name"]


def test_every_model_and_column_is_described_beside_it(manifest: dict[str, Any], built: Built) -> None:
    with duckdb.connect(str(built.build_file), read_only=True) as connection:
        columns = connection.sql(
            "select table_schema, table_name, list(column_name order by ordinal_position)"
            " from information_schema.columns group by all"
        ).fetchall()
    tables = {(schema, table): names for schema, table, names in columns}
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert len(models) > 40
    for model in models:
        beside = PROJECT / Path(model["original_file_path"]).with_suffix(".yml")
        assert model["patch_path"].endswith(str(beside.relative_to(PROJECT))), model["name"]
        assert model["description"].startswith("One row per "), model["name"]
        described = [name for name, column in model["columns"].items() if column["description"]]
        assert described == tables[model["schema"], model["name"]], model["name"]


def test_the_exposure_of_the_published_file_names_every_model_in_it(manifest: dict[str, Any]) -> None:
    (exposure,) = (one for one in manifest["exposures"].values() if one["name"] == "published_warehouse")
    # the table of checks is no model: publishing writes it
    marts = {
        name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] == "marts"
    }
    assert set(exposure["depends_on"]["nodes"]) == marts


def test_every_mart_has_key_checks_and_comments(published: duckdb.DuckDBPyConnection) -> None:
    tables = published.sql(
        "select table_name, comment from duckdb_tables() where schema_name = 'marts'"
    ).fetchall()
    keyed = {
        name
        for (name,) in published.sql(
            "select table_name from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
        ).fetchall()
    }
    checked = {
        name
        for (name,) in published.sql(
            "select table_name from duckdb_constraints() where constraint_type = 'CHECK'"
        ).fetchall()
    }
    assert len(tables) == 26
    assert checked == {name for name, _ in tables}
    assert keyed == {name for name, _ in tables}
    assert [name for name, comment in tables if not comment] == []
    assert (
        published.sql(
            "select table_name, column_name from duckdb_columns()"
            " where schema_name = 'marts' and comment is null"
        ).fetchall()
        == []
    )


def test_the_published_file_holds_the_marts_and_nothing_else(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert published.sql(
        "select distinct schema_name from duckdb_tables() union select distinct schema_name"
        " from duckdb_views() where not internal"
    ).fetchall() == [("marts",)]


def test_every_data_test_is_named_described_and_under_a_rule_of_its_engine_and_severity(
    manifest: dict[str, Any],
) -> None:
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert len(tests) > 60
    severity = {"critical": "error", "warning": "warn"}
    for test in tests:
        assert re.fullmatch(r"[a-z0-9_]{10,90}", test["name"]), test["name"]
        assert test["description"], test["name"]
        rule = RULES[test["config"]["meta"]["rule_code"]]
        assert rule["engine"] == "dbt_test", test["name"]
        assert test["config"]["severity"].lower() == severity[rule["severity"]], test["name"]


def test_every_rule_has_a_check_and_every_check_a_rule_of_its_engine(
    published: duckdb.DuckDBPyConnection,
) -> None:
    checks = published.sql("select distinct rule_code, engine from fct_check_result").fetchall()
    in_a_build = {rule: entry for rule, entry in RULES.items() if entry["engine"] not in AT_LANDING}
    assert dict(checks) == {rule: entry["engine"] for rule, entry in in_a_build.items()}


def test_every_rule_of_screening_has_its_check_and_severity() -> None:
    severity = {"fail": "critical", "warning": "warning", "advisory": "advisory"}
    checks = {code: severity[check.strict] for code, check in REGISTER.items()}
    checks |= dict.fromkeys((*READ_RULES, *LANDING_RULES), "critical")
    registered = {rule: entry["severity"] for rule, entry in RULES.items() if entry["engine"] == SCREENING}
    assert checks == registered
    assert {entry["severity"] for rule, entry in RULES.items() if rule not in checks} <= {
        "critical",
        "warning",
    }


def test_every_rule_of_landing_a_return_is_one_of_its_reader() -> None:
    registered = {rule for rule, entry in RULES.items() if entry["engine"] == "landing"}
    assert registered == {DATE_RULE, BOOLEAN_RULE, COUNT_RULE, REPEATED_RULE, UNKNOWN_RULE}


def test_every_rule_is_seen_to_fire_by_a_planted_defect() -> None:
    tests = "".join(path.read_text() for path in (PROJECT / "tests" / "python").glob("test_*.py"))
    assert [rule for rule in RULES if f'"{rule}"' not in tests] == []


def test_fct_check_result_is_documented_as_it_is_written() -> None:
    path = PROJECT / "models" / "marts" / "quality" / "fct_check_result.yml"
    ((table,),) = [source["tables"] for source in yaml.safe_load(path.read_text())["sources"]]
    assert " ".join(table["description"].split()) == TABLE_COMMENT
    assert {column["name"]: " ".join(column["description"].split()) for column in table["columns"]} == {
        name: comment for name, (_, comment) in COLUMNS.items()
    }


def test_nothing_in_the_repository_belongs_to_one_machine() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    texts = {
        name: (PROJECT / name).read_text(encoding="utf-8", errors="replace")
        for name in tracked
        if name and (PROJECT / name).is_file()
    }
    assert len(texts) > 100
    address = re.compile(r"index-url|(?<![\w.])/(?:root|home/\w+)/")
    this = str(Path(__file__).relative_to(PROJECT))
    assert [name for name, text in texts.items() if name != this and address.search(text)] == []
