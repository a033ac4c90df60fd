"""Councils land and are built independently of each other: what is built in part is what is built whole."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conftest import PROJECT
from helpers_project import write_build_file, write_project
from pathways.census.area import MANIFEST, return_area
from pathways.census.changed import NONE, SETTING, changed_councils, keep_built, setting
from pathways.census.landing import land_returns
from pathways.census.returns_xml import write_returns
from pathways.census.synthetic import make_children
from pathways.settings import Settings, load_settings
from test_census_marts import project_of_its_own

CENSUS = (
    *("build", "--exclude-resource-type", "unit_test", "test"),
    *("--select", "+path:models/marts/census", "+path:models/intermediate/census"),
)
YEARS = range(2022, 2025)
Tables = dict[str, list[tuple[Any, ...]]]


def land_council(settings: Settings, folder: Path, la_code: str, seed: int, years: range = YEARS) -> None:
    """Lands made-up returns of a council; another seed makes others for the same years."""
    made = make_children(la_code, 150, years, seed)
    place = folder / f"{la_code}_{seed}"
    place.mkdir()
    written = write_returns(made, place, la_code, years, seed=seed)
    assert land_returns(settings, list(written.files), amend=True, say=lambda text, style: None)


def tables(settings: Settings) -> Tables:
    """Every table of children and all that is made of it, with its rows in an order."""
    with duckdb.connect(str(settings.build_file), read_only=True) as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables "
            "where table_type = 'BASE TABLE' and table_schema in ('census', 'marts', 'intermediate')"
        ).fetchall()
        return {
            f"{schema}.{name}": connection.execute(f"from {schema}.{name} order by all").fetchall()
            for schema, name in names
        }


@pytest.fixture(scope="module")
def patch() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PATHWAYS_LANDING", raising=False)
        yield patch


@pytest.fixture(scope="module")
def in_part(
    tmp_path_factory: pytest.TempPathFactory, dbt: Callable[..., bool], patch: pytest.MonkeyPatch
) -> tuple[Settings, list[str], dict[str, Tables]]:
    """Three councils; one lands other returns, one is taken out, one comes: built in part and whole.

    Returns the settings, the councils that were found to have changed, and the tables before and after.
    """
    folder = tmp_path_factory.mktemp("councils")
    settings = load_settings(project_of_its_own(folder), {})
    for la_code in ("900", "901", "902"):
        land_council(settings, folder, la_code, seed=1)
    assert dbt(settings.project, *CENSUS)
    stages = {"before": tables(settings)}
    keep_built(settings, run_of(settings), "same")
    assert changed_councils(settings, "same") == []
    land_council(settings, folder, "901", seed=2, years=range(2023, 2025))
    land_council(settings, folder, "903", seed=1)
    with return_area(settings) as area:
        for row in [row for row in area.landed if row.la_code == "902"]:
            area.remove(row)
    changed = changed_councils(settings, "same")
    assert changed is not None
    patch.setenv(SETTING, setting(changed)[SETTING])
    assert dbt(settings.project, *CENSUS)
    stages["in part"] = tables(settings)
    patch.setenv(SETTING, NONE)
    assert dbt(settings.project, *CENSUS)
    stages["none"] = tables(settings)
    patch.delenv(SETTING)
    assert dbt(settings.project, *CENSUS)
    stages["whole"] = tables(settings)
    return settings, changed, stages


def run_of(settings: Settings) -> str:
    with duckdb.connect(str(settings.build_file), read_only=True) as connection:
        row = connection.execute("select invocation_id from quality.build_run").fetchone()
    assert row is not None
    return str(row[0])


def test_councils_whose_returns_came_changed_or_went_are_those_to_build(
    in_part: tuple[Settings, list[str], dict[str, Tables]],
) -> None:
    assert in_part[1] == ["901", "902", "903"]


def test_built_in_part_every_cell_is_as_built_whole(
    in_part: tuple[Settings, list[str], dict[str, Tables]],
) -> None:
    _, _, stages = in_part
    assert len(stages["whole"]["census.fct_referral"]) > 300
    assert stages["before"]["census.fct_referral"] != stages["whole"]["census.fct_referral"]
    for name, rows in stages["whole"].items():
        assert stages["in part"][name] == rows, name


def test_where_no_return_changed_every_cell_stays(
    in_part: tuple[Settings, list[str], dict[str, Tables]],
) -> None:
    _, _, stages = in_part
    assert stages["none"] == stages["in part"]


def test_only_rows_of_the_councils_that_changed_are_written(
    in_part: tuple[Settings, list[str], dict[str, Tables]],
    dbt: Callable[..., bool],
    patch: pytest.MonkeyPatch,
) -> None:
    settings, _, _ = in_part
    planted = "update census.fct_referral set primary_need_code = 'N9'"
    with duckdb.connect(str(settings.build_file)) as connection:
        connection.execute(planted)
    patch.setenv(SETTING, "901")
    assert dbt(settings.project, "run", "--select", "fct_referral")
    patch.delenv(SETTING)
    with duckdb.connect(str(settings.build_file), read_only=True) as connection:
        found = connection.execute(
            "select la_code, bool_and(primary_need_code = 'N9') from census.fct_referral "
            "group by la_code order by la_code"
        ).fetchall()
    assert found == [("900", True), ("901", False), ("903", True)]


def test_a_part_of_a_table_that_is_not_there_is_refused(
    in_part: tuple[Settings, list[str], dict[str, Tables]],
    dbt: Callable[..., bool],
    patch: pytest.MonkeyPatch,
) -> None:
    settings, _, _ = in_part
    with duckdb.connect(str(settings.build_file)) as connection:
        connection.execute("drop table census.fct_assessment_factor")
    patch.setenv(SETTING, "901")
    assert not dbt(settings.project, "run", "--select", "fct_assessment_factor")
    patch.delenv(SETTING)


@pytest.fixture
def known(tmp_path: Path) -> Settings:
    """A build without returns, whole and known."""
    settings = write_project(tmp_path)
    settings.target.mkdir()
    write_build_file(settings)
    with duckdb.connect(str(settings.build_file)) as connection:
        connection.execute("create schema if not exists census")
        connection.execute(
            "create or replace table quality.build_run as select '1' as invocation_id, true as is_good"
        )
        connection.execute(
            "create table census.stg_census__return "
            "(la_code text, return_key text, sha256 text, landed_at timestamp)"
        )
    keep_built(settings, "1", "same")
    return settings


def test_without_returns_there_is_nothing_to_build(known: Settings) -> None:
    assert changed_councils(known, "same") == []
    assert setting([]) == {SETTING: NONE}


def test_other_code_or_seeds_have_all_built(known: Settings) -> None:
    assert changed_councils(known, "other") is None
    assert setting(None) == {SETTING: ""}


@pytest.mark.parametrize(
    "word", ["'2' as invocation_id, true as is_good", "'1' as invocation_id, false as is_good"]
)
def test_a_build_by_hand_or_one_that_failed_has_all_built(known: Settings, word: str) -> None:
    with duckdb.connect(str(known.build_file)) as connection:
        connection.execute(f"create or replace table quality.build_run as select {word}")
    assert changed_councils(known, "same") is None


def test_a_build_that_was_killed_has_all_built(known: Settings) -> None:
    with duckdb.connect(str(known.build_file)) as connection:
        connection.execute("drop table quality.build_run")
    assert changed_councils(known, "same") is None


def test_without_a_build_file_all_is_built(known: Settings) -> None:
    known.build_file.unlink()
    assert changed_councils(known, "same") is None


def test_a_manifest_that_cannot_be_read_has_all_built_so_that_dbt_says_what_is_wrong(known: Settings) -> None:
    known.returns.mkdir(parents=True)
    (known.returns / MANIFEST).write_text("something else\n1,2\n", encoding="utf-8")
    assert changed_councils(known, "same") is None


def test_a_return_that_is_landed_again_is_one_that_changed(known: Settings) -> None:
    known.returns.mkdir(parents=True)
    row = "la_code,return_key,sha256,landed_at\n901,901_2024_ab,ab,{}\n"
    with duckdb.connect(str(known.build_file)) as connection:
        connection.execute(
            "insert into census.stg_census__return values ('901', '901_2024_ab', 'ab', '2026-01-01 10:00:00')"
        )
    for landed_at, changed in (("2026-01-01T10:00:00", []), ("2026-01-02T10:00:00", ["901"])):
        (known.returns / MANIFEST).write_text(row.format(landed_at), encoding="utf-8")
        assert changed_councils(known, "same") == changed


def test_a_model_that_reads_some_councils_keeps_the_rows_of_the_others_and_no_other_model_does() -> None:
    for path in (PROJECT / "models").rglob("*.sql"):
        text = path.read_text(encoding="utf-8")
        assert ("of_councils(" in text) == bool(re.search(r"meta=\{'council': ", text)), path.name
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    assert "council" not in str(project["models"])
