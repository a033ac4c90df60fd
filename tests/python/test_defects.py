"""One planted defect per rule: each shows that its rule fires, and names the row it was planted in."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from conftest import KEPT_OUT, PROJECT, add_row, edit_seed, read_seed, write_seed

CELL = {"response_id": "request_18908", "table_number": "1"}


def fired(project: Path) -> dict[str, list[str]]:
    """Rules that fired in the last run of a project: rule -> what the failing rows say."""
    run = json.loads((project / "target" / "run_results.json").read_text())
    manifest = json.loads((project / "target" / "manifest.json").read_text())
    nodes = {**manifest["nodes"], **manifest["unit_tests"]}
    rules: dict[str, list[str]] = {}
    with duckdb.connect(str(project / "warehouse" / "build.duckdb"), read_only=True) as connection:
        for result in run["results"]:
            if result["status"] not in ("fail", "warn", "error"):
                continue
            node = nodes[result["unique_id"]]
            if node["resource_type"] == "test":
                rule = node["config"]["meta"]["rule_code"]
                rows = connection.execute(
                    f"select place || ': ' || found from {result['relation_name']}"
                ).fetchall()
                rules.setdefault(rule, []).extend(row[0] for row in rows)
            elif node["resource_type"] == "unit_test":
                rules.setdefault("model_logic_holds", []).append(node["name"])
            else:
                rules.setdefault("mart_has_its_shape", []).append(result["message"])
    return rules


@pytest.fixture(scope="module")
def spoilt(
    tmp_path_factory: pytest.TempPathFactory, dbt: Callable[..., bool]
) -> Callable[..., tuple[Path, bool]]:
    """A copy of the project, spoilt by a function and built; its folder, and whether it built."""

    def spoil(plant: Callable[[Path], None], *arguments: str) -> tuple[Path, bool]:
        project = tmp_path_factory.mktemp("spoilt") / "project"
        shutil.copytree(PROJECT, project, ignore=KEPT_OUT)
        (project / "warehouse").mkdir()
        plant(project)
        return project, dbt(project, *(arguments or ("build", "--exclude-resource-type", "unit_test")))

    return spoil


@pytest.fixture(scope="module")
def bad_rows(spoilt: Callable[..., tuple[Path, bool]]) -> tuple[Path, dict[str, list[str]]]:
    """Every defect that a row of a seed can have, in one seed set."""

    def plant(project: Path) -> None:
        foi = project / "seeds" / "foi"
        reference = project / "seeds" / "reference"
        cell = foi / "foi_cell.csv"

        def change(row: str, column: str, **cells: str) -> None:
            edit_seed(cell, {**CELL, "row_number": row, "column_number": column}, cells)

        change("2", "2", question_code="Q9")
        change("2", "3", period_end_date="2021-12-31")
        change("2", "4", age_band_code="10-14")
        change("2", "5", cell_text="see letter")
        change("6", "2", cell_text="2,2O7")
        # more children of 5 to 9 re-referred than of all ages, and than were referred to early help
        change("7", "3", cell_text="90")
        change("3", "2", period_start_date="2020-04-01", age_band_code="all")
        add_row(
            cell,
            response_id="request_nobody",
            table_number="1",
            row_number="2",
            column_number="2",
            cell_text="5",
            is_row_wide="false",
            question_code="Q2",
            period_start_date="2020-04-01",
            period_end_date="2021-03-31",
            age_band_code="all",
        )
        # the same figure again, with another value
        add_row(
            cell,
            response_id="request_359730326",
            table_number="3",
            row_number="2",
            column_number="2",
            cell_text="2034",
            is_row_wide="false",
            question_code="Q4b",
            period_start_date="2015-04-01",
            period_end_date="2016-03-31",
            age_band_code="all",
        )
        # a contradiction that a person compared with the document
        edit_seed(
            cell,
            {
                "response_id": "request_359730326",
                "table_number": "2",
                "row_number": "6",
                "column_number": "6",
            },
            {"cell_text": "21"},
        )
        add_row(
            foi / "foi_note.csv",
            response_id="request_359730326",
            note_number="1",
            note_kind_code="contradiction",
            question_code="Q4e",
            period_start_date="2019-04-01",
            period_end_date="2020-03-31",
            note_text="Compared with the document, which says so.",
        )
        edit_seed(
            foi / "foi_response.csv",
            {"response_id": "request_wales_2025"},
            {"authority_code": "331", "is_answered": "true"},
        )
        # a year that the letter does not ask for
        add_row(
            cell,
            response_id="request_359730326",
            table_number="3",
            row_number="3",
            column_number="2",
            cell_text="4400",
            is_row_wide="false",
            question_code="Q4a",
            period_start_date="2020-04-01",
            period_end_date="2021-03-31",
            age_band_code="all",
        )
        add_row(
            reference / "correction.csv",
            response_id="request_18908",
            table_number="2",
            row_number="2",
            column_number="2",
            expected_text="2261",
            corrected_text="2260",
            reason="typing error",
            evidence="letter",
            corrected_on_date="2026-01-01",
        )
        c1 = project / "seeds" / "dfe" / "dfe_c1_release_2025.csv"
        coventry = {"old_la_code": "331", "time_period": "2024"}
        edit_seed(c1, coventry, {"no_further_action_count": "?", "rereferral_child_count": "999"})
        edit_seed(c1, {"old_la_code": "850", "time_period": "2023"}, {"old_la_code": "999"})
        header, rows = read_seed(reference / "dfe_column.csv")
        kept = [row for row in rows if row[header.index("column_name")] != "Assessments_completed_rate"]
        assert len(kept) == len(rows) - 1
        write_seed(reference / "dfe_column.csv", header, kept)

    project, good = spoilt(plant)
    assert not good
    return project, fired(project)


BAD_ROWS = {
    "foi_response_is_known": "response request_nobody, table 1, row 2, column 2: response_id request_nobody",
    "foi_question_is_known": "response request_18908, table 1, row 2, column 2: question_code Q9",
    "foi_period_is_known": "table 1, row 2, column 3: period 2020-04-01 to 2021-12-31",
    "foi_age_band_is_known": "response request_18908, table 1, row 2, column 4: age_band_code 10-14",
    "foi_cell_text_is_known": 'response request_18908, table 1, row 2, column 5: text "see letter"',
    "foi_text_is_readable": 'response request_18908, table 1, row 6, column 2: text "2,2O7"',
    "foi_authority_is_known": "response request_wales_2025: authority_code 331",
    "foi_figure_is_stated_once": 'response request_359730326, table 3, row 2, column 2: text "2034"',
    "foi_answer_has_cells": "response request_wales_2025: is_answered true and 0 cells",
    "row_wide_cell_leaves_an_axis_blank": "response request_18908, table 1, row 3, column 2",
    "correction_still_applies": 'table 2, row 2, column 2: text "2260" where expected_text is "2261"',
    "pathway_step_is_a_part_of_the_step_before": (
        "response request_18908, table 1, row 7, column 3: early_help_rereferred_within_12_months 90"
        " against closed_referred_to_early_help 79"
    ),
    "age_band_is_a_part_of_all_children": (
        "response request_18908, table 1, row 7, column 3: early_help_rereferred_within_12_months 90"
        " against early_help_rereferred_within_12_months 39"
    ),
    "contradiction_goes_back_to_the_council": (
        "response request_359730326, table 2, row 6, column 6: early_help_rereferred_within_12_months 21"
        " against closed_referred_to_early_help 20"
    ),
    "figure_was_asked_for": (
        "response request_359730326, table 3, row 3, column 2: age all, 2020-04-01 to 2021-03-31"
    ),
    "dfe_text_is_known": 'dfe-c1-2025, column no_further_action_count: text "?"',
    "dfe_part_is_not_above_its_whole": "E-331, 2024: rereferral_child_count 999 against rereferral_count 941",
    "dfe_area_is_known": "dfe-c1-2025: Local authority 999 Hampshire",
    "dfe_column_is_known": "dfe-c2-2024: column Assessments_completed_rate",
}


@pytest.mark.parametrize("rule", BAD_ROWS)
def test_a_bad_row_is_caught_by_its_rule_with_its_place(
    bad_rows: tuple[Path, dict[str, list[str]]], rule: str
) -> None:
    _, rules = bad_rows
    assert any(BAD_ROWS[rule] in message for message in rules.get(rule, [])), rules.get(rule)


def test_a_contradiction_nobody_compared_stops_what_is_made_from_it(
    bad_rows: tuple[Path, dict[str, list[str]]],
) -> None:
    project, _ = bad_rows
    with duckdb.connect(str(project / "warehouse" / "build.duckdb"), read_only=True) as connection:
        tables = connection.sql(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    assert ("fct_pathway_figure",) not in tables
    assert ("dim_authority",) in tables


def test_silence_is_never_inferred_from_a_cell_that_was_not_placed(
    bad_rows: tuple[Path, dict[str, list[str]]],
) -> None:
    project, _ = bad_rows
    with duckdb.connect(str(project / "warehouse" / "build.duckdb"), read_only=True) as connection:
        statuses = connection.sql(
            "select distinct status_code from intermediate.int_foi_figure__panel"
            " where response_id = 'request_18908' and stated_count = 0"
        ).fetchall()
    assert statuses == [("unreadable",)]


def test_a_row_that_makes_no_sense_by_itself_is_caught_by_its_rule(
    spoilt: Callable[..., tuple[Path, bool]],
) -> None:
    def plant(project: Path) -> None:
        reference = project / "seeds" / "reference"
        edit_seed(
            reference / "definition.csv",
            {"definition_code": "foi_2021_assessed"},
            {"measure_code": "asessed"},
        )
        edit_seed(
            reference / "period.csv",
            {"period_start_date": "2025-04-01"},
            {"period_end_date": "2026-03-30"},
        )
        edit_seed(
            project / "seeds" / "foi" / "foi_response.csv",
            {"response_id": "request_359730326"},
            {"request_date": "2021-10-02", "supersedes_response_id": "request_359730326"},
        )
        # a circle of two; a council that only the later answer names; an answer to another letter
        for response, supersedes, authority, letter in (
            ("there", "back", "", "england_2025"),
            ("back", "there", "", "england_2025"),
            ("named", "request_18908", "850", "england_2025"),
            ("astray", "request_18908", "", "england_2021"),
        ):
            add_row(
                project / "seeds" / "foi" / "foi_response.csv",
                response_id=response,
                authority_code=authority,
                nation_code="E",
                question_set_code=letter,
                publisher_name="made up",
                source_title=response,
                is_answered="false",
                supersedes_response_id=supersedes,
                source_file_name=f"{response}.txt",
                sha256="0" * 64,
                licence="made up",
            )
        add_row(
            project / "seeds" / "foi" / "foi_note.csv",
            response_id="request_18908",
            note_number="5",
            note_kind_code="contradiction",
            question_code="Q2",
            note_text="Compared, but not said which year.",
        )
        add_row(
            project / "seeds" / "foi" / "foi_note.csv",
            response_id="request_18908",
            note_number="6",
            note_kind_code="rounded",
            note_text="Rounded, but not said to what.",
        )
        add_row(
            project / "seeds" / "foi" / "foi_mark.csv",
            response_id="request_18908",
            mark_text="few",
            status_code="suppressed",
            lower_bound="5",
            upper_bound="3",
            meaning="fewer than five",
            evidence="footnote",
        )
        request = project / "seeds" / "foi" / "foi_request.csv"
        edit_seed(request, {"authority_code": "331"}, {"request_date": "2021-10-03"})
        add_row(request, question_set_code="wales_2025", authority_code="850", evidence="made up")
        add_row(request, question_set_code="england_2025", authority_code="999", evidence="made up")
        edit_seed(
            project / "seeds" / "foi" / "foi_response.csv",
            {"response_id": "request_wales_2025"},
            {"nation_code": "E"},
        )
        edit_seed(
            project / "seeds" / "foi" / "foi_question.csv",
            {"question_set_code": "england_2021", "question_code": "Q4e"},
            {"definition_code": "foi_2021_closed_rereferred_within_12_months"},
        )
        add_row(
            reference / "measure.csv",
            measure_code="early_help_declined",
            measure_name="Early help declined",
            unit_code="child",
            measure_kind_code="pathway_step",
            measure_order="24",
            has_follow_up="false",
            description="Children whose family declined early help",
        )
        for council, neighbour in (("331", "331"), ("331", "W06000015"), ("331", "336")):
            add_row(
                reference / "statistical_neighbour.csv",
                authority_code=council,
                neighbour_code=neighbour,
                neighbour_rank="1",
                source="made up",
            )

    project, good = spoilt(plant)
    assert not good
    rules = fired(project)
    assert (
        "seeds/reference/definition.csv, definition_code foi_2021_assessed: measure_code asessed"
        in rules["reference_code_is_known"]
    )
    assert (
        "seeds/foi/foi_question.csv, england_2021: definition_code"
        " foi_2021_closed_rereferred_within_12_months for 2 questions"
    ) in rules["definition_is_asked_once"]
    circle = "supersedes_response_id that leads back to itself"
    assert sorted(rules["superseded_answer_is_an_earlier_one"]) == [
        "seeds/foi/foi_response.csv, response astray:"
        " supersedes_response_id request_18908, an answer to another letter",
        f"seeds/foi/foi_response.csv, response back: {circle}",
        "seeds/foi/foi_response.csv, response named:"
        " supersedes_response_id request_18908 with authority_code (blank) where its own is 850",
        f"seeds/foi/foi_response.csv, response request_359730326: {circle}",
        f"seeds/foi/foi_response.csv, response there: {circle}",
    ]
    assert sorted(rules["letter_dates_are_in_order"]) == [
        "seeds/foi/foi_request.csv, england_2021, authority_code 331:"
        " request_date 2021-10-03 and response_date 2021-10-01 of response request_359730326",
        "seeds/foi/foi_response.csv, response request_359730326:"
        " request_date 2021-10-02 and response_date 2021-10-01",
    ]
    assert sorted(rules["letter_goes_to_its_own_nation"]) == [
        "seeds/foi/foi_request.csv, wales_2025, authority_code 850: a council of E, asked by a letter of W",
        "seeds/foi/foi_response.csv, response request_wales_2025:"
        " nation_code E, and an answer to a letter of W",
    ]
    assert (
        "seeds/foi/foi_request.csv, question_set_code england_2025, authority_code 999: authority_code 999"
        in rules["reference_code_is_known"]
    )
    assert sorted(rules["neighbour_is_another_english_council"]) == [
        "seeds/reference/statistical_neighbour.csv, authority_code 331: neighbour_code 331",
        "seeds/reference/statistical_neighbour.csv, authority_code 331: neighbour_code W06000015",
    ]
    assert rules["document_mark_can_be_read"] == [
        'seeds/foi/foi_mark.csv, response request_18908: mark "few" as suppressed 5 3'
    ]
    assert sorted(rules["note_says_what_its_kind_needs"]) == [
        "seeds/foi/foi_note.csv, response request_18908, note 5: a note of kind contradiction with a blank",
        "seeds/foi/foi_note.csv, response request_18908, note 6: a note of kind rounded with a blank",
    ]
    assert any(
        "pathway_step early_help_declined" in message for message in rules["pathway_columns_are_the_measures"]
    )
    assert any("CHECK constraint failed" in message for message in rules["mart_has_its_shape"])


MODEL_DEFECTS = {
    # rule: model, what stands in it, what is put in its place
    "printed_cell_reaches_a_figure": (
        "models/intermediate/int_foi_figure__expanded.sql",
        "where not cell.is_row_wide",
        "where not cell.is_row_wide and cell.table_number <> 4",
    ),
    "asked_figure_has_a_row": (
        "models/intermediate/int_foi_figure__panel.sql",
        "inner join asked on response.question_set_code = asked.question_set_code\n),",
        "inner join asked on response.question_set_code = asked.question_set_code\n"
        "    where asked.age_band_code <> '16+'\n),",
    ),
    "figure_refers_to_dimensions": (
        "models/marts/pathways/dim_status.sql",
        "from {{ ref('stg_reference__status') }}",
        "from {{ ref('stg_reference__status') }} where status_code <> 'published_elsewhere'",
    ),
}
LOST_AREA = (
    "models/intermediate/int_dfe_figure__newest.sql",
    "authority_key is not null\n",
    "authority_key <> 'E-420'\n",
)


def replace_once(path: Path, old: str, new: str) -> None:
    """Changes one place of a file, which must be there."""
    text = path.read_text()
    assert text.count(old) == 1, (path.name, text.count(old))
    path.write_text(text.replace(old, new))


def test_models_that_lose_rows_and_a_region_that_is_too_large_are_caught(
    spoilt: Callable[..., tuple[Path, bool]],
) -> None:
    def plant(project: Path) -> None:
        for path, old, new in MODEL_DEFECTS.values():
            replace_once(project / path, old, new)
        edit_seed(
            project / "seeds" / "dfe" / "dfe_c1_release_2025.csv",
            {"geographic_level": "Regional", "region_code": "E12000001", "time_period": "2020"},
            {"rereferral_count": "9990"},
        )

    project, good = spoilt(plant)
    assert not good
    rules = fired(project)
    assert set(MODEL_DEFECTS) <= set(rules)
    assert any(
        message.startswith("rpt_reconciliation, rereferral_count, 2019-04-01_2020-03-31: regions")
        for message in rules["regions_add_up_to_england"]
    )


def test_a_model_that_loses_an_area_is_caught(spoilt: Callable[..., tuple[Path, bool]]) -> None:
    path, old, new = LOST_AREA
    project, good = spoilt(
        lambda project: replace_once(project / path, old, new),
        *("build", "--exclude-resource-type", "unit_test", "--select", "+fct_rereferral"),
    )
    assert not good
    assert any("E-420" in message for message in fired(project)["published_area_has_its_figures"])


def test_two_reports_on_who_answered_that_disagree_are_caught(
    spoilt: Callable[..., tuple[Path, bool]],
) -> None:
    def plant(project: Path) -> None:
        replace_once(
            project / "models" / "marts" / "pathways" / "rpt_response.sql",
            "status_code = 'published_elsewhere')",
            "status_code = 'blank')",
        )
        # and one who was asked is lost
        add_row(
            project / "seeds" / "foi" / "foi_request.csv",
            question_set_code="england_2025",
            authority_code="850",
            evidence="made up",
        )
        replace_once(
            project / "models" / "marts" / "pathways" / "rpt_coverage.sql",
            "where not has_response",
            "where has_response is null",
        )

    selected = ["+rpt_response", "+rpt_coverage"]
    project, good = spoilt(plant, "build", "--exclude-resource-type", "unit_test", "--select", *selected)
    assert not good
    assert sorted(fired(project)["response_agrees_with_coverage"]) == [
        "rpt_response, england_2025/E-850: in rpt_response alone",
        "rpt_response, england_2025/unknown-request_18908: 120 asked, of which 48 0 0 0 48 24;"
        " in rpt_coverage 120, of which 48 0 48 0 0 24",
    ]


def test_dfe_figures_that_contradict_each_other_are_said_and_kept(
    spoilt: Callable[..., tuple[Path, bool]],
) -> None:
    def plant(project: Path) -> None:
        c1 = project / "seeds" / "dfe" / "dfe_c1_release_2025.csv"
        # less than Coventry alone, and another share than its own counts
        region = {"geographic_level": "Regional", "region_code": "E12000005", "time_period": "2019"}
        edit_seed(c1, region, {"referral_count": "1000"})
        edit_seed(c1, {"old_la_code": "331", "time_period": "2018"}, {"rereferral_percent": "18.7"})
        # no further action is no referral by month: taken for one, the parts no longer add up
        edit_seed(
            project / "seeds" / "reference" / "measure.csv",
            {"measure_code": "no_further_action_count"},
            {"whole_measure_code": "referral_count"},
        )

    selected = [
        "+int_dfe_area__councils_do_not_exceed_it",
        "+int_dfe_cell__percentage_is_that_of_its_counts",
        "+int_dfe_cell__parts_add_up",
    ]
    project, good = spoilt(plant, "build", "--exclude-resource-type", "unit_test", "--select", *selected)
    assert good
    rules = fired(project)
    area = "E-E12000005, 2019: referral_count of the councils above that of their area"
    assert any(area in message for message in rules["councils_do_not_exceed_their_area"])
    row = "dfe-c1-2025, Local authority/331/Reporting year/2018/{}"
    assert f"{row}: rereferral_percent 18.7000" in rules["dfe_percent_is_that_of_its_counts"]
    assert any(message.startswith(row) for message in rules["dfe_parts_add_up"])


def test_a_column_with_two_meanings_or_of_another_family_is_caught(
    spoilt: Callable[..., tuple[Path, bool]],
) -> None:
    def plant(project: Path) -> None:
        column = project / "seeds" / "reference" / "dfe_column.csv"
        add_row(
            column,
            data_set_code="c1",
            column_name="referral_count",
            first_release_code="2025",
            measure_code="rereferral_count",
        )
        edit_seed(
            column,
            {"data_set_code": "rereferrals_e1", "column_name": "referrals"},
            {"measure_code": "referral_count"},
        )

    selected = ["+dfe_column__has_one_meaning", "+dfe_column__stays_in_its_family"]
    project, good = spoilt(plant, "build", "--select", *selected)
    assert not good
    rules = fired(project)
    assert rules["dfe_column_has_one_meaning"] == [
        "seeds/reference/dfe_column.csv, c1, column referral_count:"
        " referral_count to release 9999 and rereferral_count from release 2025"
    ]
    assert rules["figure_families_stay_apart"] == [
        "seeds/reference/dfe_column.csv, rereferrals_e1, column referrals:"
        " a longitudinal figure as referral_count, which is a census measure"
    ]


def test_a_model_whose_logic_changed_fails_its_unit_tests(
    spoilt: Callable[..., tuple[Path, bool]],
) -> None:
    path = "models/intermediate/int_foi_figure__panel.sql"
    project, good = spoilt(
        lambda project: replace_once(project / path, "known_to_date >=", "known_to_date >"),
        *("build", "--select", "+int_foi_figure__panel"),
    )
    assert not good
    assert any("panel" in name for name in fired(project)["model_logic_holds"])
