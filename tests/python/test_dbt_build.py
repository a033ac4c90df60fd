"""How dbt is started and how it writes tables: a small project, the real dbt and DuckDB."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import PROJECT
from helpers_project import write_project
from pathways.dbt_run import dbt_ahead
from pathways.settings import Settings

Dbt = Callable[..., bool]
TABLES = "from information_schema.tables where table_schema = 'marts' order by all"
PROPERTIES = """
models:
  - name: dim_day
    description: Days.
    config: {contract: {enforced: true}}
    columns:
      - {name: day_key, data_type: integer, description: "It's a day.", constraints: [{type: not_null}]}
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project of one table with a contract, a view over it, and the project's own way to write both."""
    settings = write_project(tmp_path)
    shutil.rmtree(tmp_path / "models")
    shutil.rmtree(tmp_path / "tests")
    shutil.copy(PROJECT / "macros" / "duckdb_adapter.sql", tmp_path / "macros")
    write(tmp_path, "dim_day", "select cast(1 as integer) as day_key")
    write(tmp_path, "rpt_day", "{{ config(materialized='view') }} select * from {{ ref('dim_day') }}")
    (tmp_path / "models" / "marts" / "marts.yml").write_text(PROPERTIES, encoding="utf-8")
    return settings


def write(project: Path, name: str, sql: str) -> None:
    path = project / "models" / "marts" / f"{name}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(sql, encoding="utf-8")


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(settings.build_file), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_a_table_that_breaks_its_contract_stays_as_it_was(settings: Settings, dbt: Dbt) -> None:
    assert dbt(settings.project, "run")
    write(settings.project, "dim_day", "select cast(null as integer) as day_key")
    assert not dbt(settings.project, "run")
    assert rows(settings, "select day_key from marts.rpt_day") == [(1,)]


def test_a_table_and_a_view_may_change_places(settings: Settings, dbt: Dbt) -> None:
    assert dbt(settings.project, "run")
    write(
        settings.project, "dim_day", "{{ config(materialized='view') }} select cast(2 as integer) as day_key"
    )
    write(settings.project, "rpt_day", "select * from {{ ref('dim_day') }}")
    assert dbt(settings.project, "run")
    found = rows(settings, f"select table_name, table_type {TABLES}")
    assert found == [("dim_day", "VIEW"), ("rpt_day", "BASE TABLE")]
    assert rows(settings, "select day_key from marts.rpt_day") == [(2,)]


def test_nothing_is_left_beside_the_tables(settings: Settings, dbt: Dbt) -> None:
    assert dbt(settings.project, "run") and dbt(settings.project, "run")
    assert rows(settings, f"select table_name {TABLES}") == [("dim_day",), ("rpt_day",)]


def test_comments_are_the_descriptions(settings: Settings, dbt: Dbt) -> None:
    assert dbt(settings.project, "run")
    found = rows(settings, "select comment from duckdb_columns() where table_name = 'dim_day'")
    assert found == [("It's a day.",)]


def test_dbt_that_waits_runs_the_command_and_says_how_it_ended(settings: Settings) -> None:
    with dbt_ahead(settings) as run:
        assert run(["run"]) == 0
    assert rows(settings, "select day_key from marts.rpt_day") == [(1,)]
    write(settings.project, "dim_day", "select cast(null as integer) as day_key")
    with dbt_ahead(settings) as run:
        assert run(["run"]) == 1


def test_what_changes_while_dbt_waits_is_what_is_built(settings: Settings) -> None:
    with dbt_ahead(settings) as run:
        write(settings.project, "dim_day", "select cast(3 as integer) as day_key")
        assert run(["run"]) == 0
    assert rows(settings, "select day_key from marts.rpt_day") == [(3,)]


def test_dbt_that_gets_no_command_builds_nothing_and_leaves_the_manifest_as_it_was(
    settings: Settings,
) -> None:
    with dbt_ahead(settings):
        pass
    assert not settings.build_file.exists()
    assert not (settings.target / "manifest.json").exists()


def test_a_project_that_cannot_be_read_is_said_once_by_the_command(
    settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    write(settings.project, "dim_day", "select {{ ref('nothing') }}")
    with dbt_ahead(settings) as run:
        assert run(["run"]) == 2
    said = capfd.readouterr()
    assert (said.out + said.err).count("depends on a node named 'nothing'") == 1
    assert "Traceback" not in said.out + said.err
