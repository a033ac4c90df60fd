"""The settings: where the project is, and what the environment asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers_project import run_pathways, write_project
from pathways.errors import PathwaysError
from pathways.settings import find_project, load_settings


def test_project_is_found_from_a_folder_deep_inside_it(tmp_path: Path) -> None:
    write_project(tmp_path)
    assert find_project(tmp_path / "seeds" / "foi") == tmp_path.resolve()


def test_no_project_is_said_plainly(tmp_path: Path) -> None:
    with pytest.raises(PathwaysError, match=r"No dbt_project\.yml was found in .* Go to"):
        find_project(tmp_path)


def test_folders_are_relative_to_the_project_wherever_one_stands(tmp_path: Path) -> None:
    write_project(tmp_path)
    settings = load_settings(
        tmp_path / "seeds", {"PATHWAYS_WAREHOUSE": "elsewhere", "DBT_TARGET_PATH": "out"}
    )
    assert settings.build_file == tmp_path / "elsewhere" / "build.duckdb"
    assert settings.published_file == tmp_path / "elsewhere" / "pathways.duckdb"
    assert settings.data_docs == tmp_path / "out" / "data_docs"
    assert settings.landing == tmp_path / "landing"
    assert settings.exports == tmp_path / "exports"


def test_an_absolute_warehouse_stays_where_it_is(tmp_path: Path) -> None:
    write_project(tmp_path / "project")
    settings = load_settings(tmp_path / "project", {"PATHWAYS_WAREHOUSE": str(tmp_path / "data")})
    assert settings.warehouse == tmp_path / "data"


def test_limits_reach_the_settings_as_given(tmp_path: Path) -> None:
    write_project(tmp_path)
    settings = load_settings(tmp_path, {"PATHWAYS_MEMORY": "2GB", "PATHWAYS_THREADS": "3"})
    assert (settings.memory_limit, settings.threads) == ("2GB", 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [("PATHWAYS_THREADS", "many"), ("PATHWAYS_THREADS", "0"), ("PATHWAYS_MEMORY", "lots")],
)
def test_a_setting_that_cannot_be_read_is_named(tmp_path: Path, name: str, value: str) -> None:
    write_project(tmp_path)
    with pytest.raises(PathwaysError, match=f"{name} is '{value}'"):
        load_settings(tmp_path, {name: value})


def test_addresses_of_ees_reach_the_settings_without_the_last_slash(tmp_path: Path) -> None:
    write_project(tmp_path)
    settings = load_settings(tmp_path, {"PATHWAYS_EES_API": "http://localhost:8080/v1/"})
    assert settings.ees_api == "http://localhost:8080/v1"
    assert settings.ees_site == "https://explore-education-statistics.service.gov.uk"
    assert settings.ees_content == "https://content.explore-education-statistics.service.gov.uk"


@pytest.mark.parametrize("value", ["file:///etc", "ees.example", "https://", "https://a b", "http://a:x"])
@pytest.mark.parametrize("name", ["PATHWAYS_EES_API", "PATHWAYS_EES_SITE", "PATHWAYS_EES_CONTENT"])
def test_an_address_that_is_none_is_named(tmp_path: Path, name: str, value: str) -> None:
    write_project(tmp_path)
    with pytest.raises(PathwaysError, match=f"{name} is '{value}'; an address such as https://"):
        load_settings(tmp_path, {name: value})


def test_command_outside_a_project_exits_1_without_a_traceback(tmp_path: Path) -> None:
    run = run_pathways(tmp_path, "publish")
    assert run.returncode == 1
    assert "No dbt_project.yml was found" in run.stderr
    assert "Traceback" not in run.stderr


def test_wrong_usage_exits_2(tmp_path: Path) -> None:
    write_project(tmp_path)
    run = run_pathways(tmp_path, "check", "roof")
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
