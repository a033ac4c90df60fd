"""The window: each rule fires on a planted defect in a published table."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from helpers_project import run_python, write_build_file, write_project
from pathways.door import check_door
from pathways.errors import PathwaysError
from pathways.outcome import CheckReport
from pathways.settings import Settings
from pathways.window import (
    check_window,
    count_columns,
    is_personal,
    percent_columns,
    status_pairs,
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = write_project(tmp_path)
    write_build_file(settings)
    return settings


def change(settings: Settings, sql: str) -> None:
    with duckdb.connect(str(settings.build_file)) as connection:
        connection.execute(sql)


def broken(report: CheckReport) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for check in report.failures:
        found.setdefault(check.rule_code, []).extend(check.sentences)
    return found


def test_good_marts_pass_and_the_census_schema_is_not_looked_at(settings: Settings) -> None:
    report = check_window(settings)
    assert report.passed, broken(report)
    assert {check.subject for check in report.checks} == {
        "dim_source",
        "fct_pathway_figure",
        "published_column",
        "published_source",
    }


def test_every_rule_of_the_window_fires_and_names_the_key(settings: Settings) -> None:
    change(
        settings,
        """
        delete from marts.dim_source;
        alter table marts.fct_pathway_figure add column rate_percent double;
        alter table marts.fct_pathway_figure add column child_count bigint;
        insert into marts.fct_pathway_figure values
            ('c', 'letter_1', 3, 1, 4, 'suppressed', 50, 1),
            ('d', 'letter_1', null, 1, 4, 'reported', 50, 1),
            ('e', 'letter_1', null, 3, 3, 'suppressed', 50, 1),
            ('f', 'letter_1', 1, 1, 1, 'reported', 100.5, -2)
        """,
    )
    found = broken(check_window(settings))
    assert set(found) == {
        "published_table_has_rows",
        "published_columns_are_documented",
        "published_percent_is_a_percent",
        "published_count_is_not_negative",
        "withheld_figure_has_no_number",
    }
    place = "marts.fct_pathway_figure, figure_key"
    assert [line.split(". ")[0] for line in sorted(found["withheld_figure_has_no_number"])] == [
        f"{place} c: found status_code = suppressed, value = 3",
        f"{place} d: found status_code = reported, value = nothing",
        f"{place} e: found status_code = suppressed, lower_bound = 3, upper_bound = 3",
    ]
    assert found["published_percent_is_a_percent"][0].startswith(f"{place} f: found rate_percent = 100.5.")
    assert found["published_count_is_not_negative"][0].startswith(f"{place} f: found child_count = -2.")


def test_a_personal_column_stops_the_table_and_none_of_its_rows_is_shown(
    settings: Settings,
) -> None:
    change(
        settings,
        "alter table marts.fct_pathway_figure add column la_child_id varchar; "
        "update marts.fct_pathway_figure set la_child_id = 'SECRET-1', value = 3",
    )
    report = check_window(settings)
    assert broken(report)["no_personal_column_is_published"][0].startswith(
        "marts.fct_pathway_figure: found the column la_child_id."
    )
    assert "fct_pathway_figure" not in {check.subject for check in report.checks}
    for path in settings.target.rglob("*"):
        if path.is_file():
            assert b"SECRET-1" not in path.read_bytes(), path


@pytest.mark.parametrize(
    "name",
    [
        "child_id",
        "la_child_id",
        "LA_CHILD_ID",
        "upn",
        "former_upn",
        "date_of_birth",
        "child_birth_date",
        "person_birth_date",
        "child_first_name",
        "surname",
        "home_postcode",
        "nhs_number",
    ],
)
def test_names_that_a_childs_record_carries_are_personal(name: str) -> None:
    assert is_personal(name)


@pytest.mark.parametrize(
    "name",
    [
        "child_count",
        "rereferral_child_count",
        "authority_name",
        "measure_name",
        "period_start_date",
        "referral_count",
        "source_key",
        "publisher_name",
        "early_help_on_child_protection_plan_count",
    ],
)
def test_names_of_figures_are_not_personal(name: str) -> None:
    assert not is_personal(name)


def test_signed_columns_and_intervals_are_no_counts() -> None:
    names = ["a_count", "difference_count", "interval_lower", "a_lower", "value", "upper_bound"]
    assert count_columns(names) == ["a_count", "a_lower", "value", "upper_bound"]
    assert percent_columns(["a_percent", "difference_percent", "percent_code"]) == ["a_percent"]


def test_a_status_finds_its_own_figure_and_no_other_under_each_of_its_names() -> None:
    names = ["a_count", "a_lower", "a_upper", "a_status", "a_percent", "a_percent_status", "b_count"]
    names += ["b_count_status", "c_status", "d_value", "d_status"]
    assert status_pairs(names) == [
        ("a_status", "a_count", "a_lower", "a_upper"),
        ("a_percent_status", "a_percent", None, None),
        ("b_count_status", "b_count", None, None),
        ("d_status", "d_value", None, None),
    ]


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (
            "update marts.fct_pathway_figure set value = null, status_code = 'refused'",
            "0 figures where 1 were published before",
        ),
        ("delete from marts.dim_source", "no such source, where 1 figures were published before"),
    ],
)
def test_a_source_that_vanishes_or_loses_figures_is_a_warning(
    settings: Settings, sql: str, found: str
) -> None:
    settings.published_file.write_bytes(settings.build_file.read_bytes())
    change(settings, sql)
    (warning,) = check_window(settings).warnings
    assert warning.rule_code == "published_source_does_not_vanish"
    assert warning.sentences[0].startswith(f"marts.dim_source, source_key letter_1: found {found}.")


def test_pages_of_the_door_are_still_there_after_the_window_ran_elsewhere(
    settings: Settings,
) -> None:
    check_door(settings)
    run = run_python("from pathways.cli import app; app(['check', 'window'])", settings.project)
    assert run.returncode == 0, run.stderr
    index = (settings.data_docs / "index.html").read_text(encoding="utf-8")
    assert "door__area__seed_file_is_whole" in index
    assert "window__fct_pathway_figure__published_table_has_rows" in index
    assert list(settings.data_docs.rglob("door area-area.html"))
    assert list(settings.data_docs.rglob("window fct_pathway_figure-fct_pathway_figure.html"))


def test_nothing_is_written_outside_the_target_folder(settings: Settings) -> None:
    home = settings.project / "home"
    home.mkdir()
    before = {path for path in settings.project.rglob("*") if "target" not in path.parts}
    run = run_python(
        "from pathways.cli import app; app(['check', 'window'])",
        settings.project,
        HOME=str(home),
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert run.returncode == 0, run.stderr
    after = {path for path in settings.project.rglob("*") if "target" not in path.parts}
    assert after == before


def test_no_build_file_is_said_plainly(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    with pytest.raises(PathwaysError, match=r"There is no warehouse/build\.duckdb\. Run"):
        check_window(settings)


def test_a_build_file_without_marts_is_refused(settings: Settings) -> None:
    change(settings, "drop schema marts cascade")
    with pytest.raises(PathwaysError, match="has no table in the schema marts"):
        check_window(settings)
