"""Unit tests of dbt are run once for each state of the code; what they found is kept with later runs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from conftest import PROJECT
from pathways.dbt_run import WITHOUT_UNIT_TESTS, read_run, require_full_build
from pathways.errors import PathwaysError
from pathways.settings import Settings, load_settings
from pathways.unit_tests import KEPT, keep_passed, passed_before

MODEL, TEST, UNIT = "model.pathways.dim_a", "test.pathways.dim_a__key", "unit_test.pathways.dim_a.leap_year"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A project of one model, one macro, one seed."""
    for place in ("models/dim_a.sql", "models/dim_a.yml", "macros/a.sql", "seeds/a.csv", "dbt_project.yml"):
        path = tmp_path / place
        path.parent.mkdir(exist_ok=True)
        path.write_text("one", encoding="utf-8")
    (tmp_path / "target").mkdir()
    return replace(load_settings(PROJECT), project=tmp_path, target=tmp_path / "target")


def ran(settings: Settings, *unique_ids: str, **arguments: object) -> None:
    """Leaves what `dbt build` leaves behind."""
    metadata = {"invocation_id": "1"}
    nodes = {name: {"resource_type": name.split(".")[0], "name": name} for name in (MODEL, TEST)}
    manifest = {
        "metadata": metadata,
        "nodes": nodes,
        "unit_tests": {UNIT: {"resource_type": "unit_test", "name": UNIT}},
    }
    outcome = {
        "metadata": metadata,
        "args": {"which": "build", **arguments},
        "results": [{"unique_id": name, "status": "success"} for name in unique_ids],
    }
    (settings.target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (settings.target / "run_results.json").write_text(json.dumps(outcome), encoding="utf-8")


def test_what_passed_is_known_as_long_as_the_code_is_the_same(settings: Settings) -> None:
    assert passed_before(settings) == []
    keep_passed(settings, [UNIT])
    (settings.project / "seeds" / "a.csv").write_text("two", encoding="utf-8")
    assert passed_before(settings) == [UNIT]


@pytest.mark.parametrize("place", ["models/dim_a.sql", "models/dim_a.yml", "macros/a.sql", "dbt_project.yml"])
def test_a_change_of_the_code_has_them_run_again(settings: Settings, place: str) -> None:
    keep_passed(settings, [UNIT])
    (settings.project / place).write_text("two", encoding="utf-8")
    assert passed_before(settings) == []


def test_a_file_that_is_added_or_moved_has_them_run_again(settings: Settings) -> None:
    keep_passed(settings, [UNIT])
    added = settings.project / "models" / "dim_b.sql"
    added.write_text("one", encoding="utf-8")
    assert passed_before(settings) == []
    added.unlink()
    assert passed_before(settings) == [UNIT]
    (settings.project / "macros" / "a.sql").rename(settings.project / "macros" / "b.sql")
    assert passed_before(settings) == []


def test_another_version_of_an_engine_has_them_run_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_passed(settings, [UNIT])
    monkeypatch.setattr("pathways.unit_tests.version", lambda name: f"{name} 99")
    assert passed_before(settings) == []


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"code_sha256": 1}'])
def test_what_was_kept_and_cannot_be_read_has_them_run_again(settings: Settings, text: str) -> None:
    (settings.target / KEPT).write_text(text, encoding="utf-8")
    assert passed_before(settings) == []


def test_a_build_without_unit_tests_is_whole_if_they_passed_on_the_same_code(settings: Settings) -> None:
    keep_passed(settings, [UNIT])
    ran(settings, MODEL, TEST, exclude_resource_types=WITHOUT_UNIT_TESTS)
    run = require_full_build(settings, read_run(settings))
    assert {result.unique_id: result.status for result in run.results} == {
        MODEL: "success",
        TEST: "success",
        UNIT: "pass",
    }


def test_a_build_without_unit_tests_is_not_whole_on_other_code(settings: Settings) -> None:
    keep_passed(settings, [UNIT])
    ran(settings, MODEL, TEST, exclude_resource_types=WITHOUT_UNIT_TESTS)
    (settings.project / "macros" / "a.sql").write_text("two", encoding="utf-8")
    with pytest.raises(PathwaysError, match=rf"1 of 3 nodes have no result, {UNIT} first"):
        require_full_build(settings, read_run(settings))


def test_a_build_without_data_tests_is_not_whole(settings: Settings) -> None:
    keep_passed(settings, [UNIT])
    ran(settings, MODEL, exclude_resource_types=["unit_test", "test"])
    with pytest.raises(PathwaysError, match="narrowed by --exclude_resource_types"):
        require_full_build(settings, read_run(settings))
