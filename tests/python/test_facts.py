"""The figures of the sources, in the published file: taken from the documents, never from the seeds."""

from __future__ import annotations

import csv
import re

import duckdb
import pytest

from conftest import PROJECT, read_seed, shared

DOCUMENTS = {
    "foi-request_359730326": "foi-coventry-359730326.txt",
    "foi-request_18908": "foi-request-18908.txt",
    "foi-request_wales_2025": "foi-request-wales.txt",
}

COVENTRY = {
    # reporting year: assessed, closed, to early help, re-referred, early help re-referred
    "2015-04-01_2016-03-31": (5642, 2033, 230, 475, 71),
    "2019-04-01_2020-03-31": (4380, 1117, 20, 141, 6),
}

REQUEST_18908 = {
    # period: early help assessments, to early help, of those re-referred; all, 5-9, 10-15, 16+
    "2020-04-01_2021-03-31": ((2242, 707, 881, 230), (227, 79, 79, 13), (39, 12, 8, 3)),
    "2024-04-01_2025-03-31": ((2698, 823, 1175, 282), (118, 34, 40, 7), (31, 6, 8, 2)),
}


def printed_numbers(document: str) -> list[tuple[int, int, int, int]]:
    """Every number in the tables of a document: table, row, column, number.

    A table is a run of lines with tabs; its first line holds the headings and its
    first column the labels.
    """
    numbers = []
    table = row = 0
    for line in document.splitlines():
        fields = line.split("\t")
        if len(fields) == 1:
            row = 0
            continue
        if row == 0:
            table += 1
        row += 1
        numbers += [
            (table, row, column, int(field))
            for column, field in enumerate(fields, start=1)
            if column > 1 and row > 1 and re.fullmatch(r"\d+", field.strip())
        ]
    return numbers


def test_the_88_numbers_of_the_documents_are_published_once_each_and_no_other_number(
    published: duckdb.DuckDBPyConnection,
) -> None:
    expected = sorted(
        (source, *place)
        for source, name in DOCUMENTS.items()
        for place in printed_numbers(shared("source-documents", name).read_text(encoding="utf-8"))
    )
    assert len(expected) == 88
    found = published.sql(
        "select source_key, table_number, row_number, column_number, value "
        "from fct_pathway_figure where value is not null"
    ).fetchall()
    assert sorted(found) == expected


def test_every_cell_text_is_published_as_it_stands_in_its_document(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.sql(
        "select source_key, cell_text from fct_pathway_figure where cell_text is not null"
    ).fetchall()
    assert len(rows) == 136
    texts = {
        source: set(re.split(r"[\t\n]", shared("source-documents", name).read_text("utf-8")))
        for source, name in DOCUMENTS.items()
    }
    assert [row for row in rows if row[1] not in texts[row[0]]] == []


def test_no_status_but_these_comes_from_the_two_answers_and_the_silent_request(
    published: duckdb.DuckDBPyConnection,
) -> None:
    counts = published.sql(
        "select source_key, status_code, count(*) from fct_pathway_figure group by all"
    ).fetchall()
    assert sorted(counts) == [
        ("foi-request_18908", "not_answered", 24),
        ("foi-request_18908", "published_elsewhere", 48),
        ("foi-request_18908", "reported", 48),
        ("foi-request_359730326", "reported", 40),
        ("foi-request_wales_2025", "not_answered", 120),
    ]


def test_a_cell_printed_once_for_a_row_holds_for_its_four_ages(
    published: duckdb.DuckDBPyConnection,
) -> None:
    ages = published.sql(
        "select table_number, row_number, list(age_band_code order by age_band_code) "
        "from fct_pathway_figure where status_code = 'published_elsewhere' group by all"
    ).fetchall()
    assert len(ages) == 12
    assert {tuple(bands) for _, _, bands in ages} == {("10-15", "16+", "5-9", "all")}


@pytest.mark.parametrize("period", COVENTRY)
def test_coventry_as_it_answered(published: duckdb.DuckDBPyConnection, period: str) -> None:
    row = published.execute(
        "select assessed_count, closed_after_assessment_count, closed_referred_to_early_help_count,"
        " closed_rereferred_within_12_months_count, early_help_rereferred_within_12_months_count"
        " from fct_pathway where authority_key = 'E-331' and period_key = ?",
        [period],
    ).fetchall()
    assert row == [COVENTRY[period]]


def test_coventry_early_help_received_and_plans_in_the_first_and_last_year(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.sql(
        "select early_help_received_count, early_help_on_child_protection_plan_count,"
        " early_help_on_child_in_need_plan_count from fct_pathway where authority_key = 'E-331'"
        " and period_key in ('2015-04-01_2016-03-31', '2019-04-01_2020-03-31') order by period_key"
    ).fetchall()
    assert rows == [(3785, 182, 358), (2851, 66, 137)]


def test_coventry_closed_differs_from_dfe_not_in_need_as_the_two_definitions_do(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.sql(
        "select difference, comparability_code from rpt_reconciliation"
        " where reconciliation_code = 'foi_closed_against_dfe_not_in_need'"
        " and authority_key = 'E-331' order by period_key"
    ).fetchall()
    assert rows == [(difference, "definition_and_unit_differ") for difference in (-1179, -235, 76, 196, -537)]


@pytest.mark.parametrize("period", REQUEST_18908)
def test_request_18908_as_it_answered(published: duckdb.DuckDBPyConnection, period: str) -> None:
    rows = published.execute(
        "select early_help_assessed_count, closed_referred_to_early_help_count,"
        " early_help_rereferred_within_12_months_count from fct_pathway"
        " join dim_age_band using (age_band_code)"
        " where authority_key = 'unknown-request_18908' and period_key = ?"
        " order by age_band_order",
        [period],
    ).fetchall()
    assert tuple(zip(*rows, strict=True)) == REQUEST_18908[period]


def test_request_18908_last_year_is_cut_at_the_date_its_note_gives(
    published: duckdb.DuckDBPyConnection,
) -> None:
    rows = published.sql(
        "select period_key, is_follow_up_complete, cast(as_at_date as varchar)"
        " from fct_pathway_figure where source_key = 'foi-request_18908'"
        " and measure_code = 'early_help_rereferred_within_12_months' and status_code = 'reported'"
        " and age_band_code = 'all' order by period_key"
    ).fetchall()
    assert rows == [
        ("2020-04-01_2021-03-31", True, "2025-11-23"),
        ("2021-04-01_2022-03-31", True, "2025-11-23"),
        ("2023-04-01_2024-03-31", True, "2025-11-23"),
        ("2024-04-01_2025-03-31", False, "2025-11-23"),
    ]


def test_request_18908_relabelled_questions_are_noted_on_their_figures(
    published: duckdb.DuckDBPyConnection,
) -> None:
    noted = published.sql(
        "select distinct measure_code from fct_pathway_figure"
        " where source_key = 'foi-request_18908' and note like '%row label names%'"
    ).fetchall()
    assert sorted(noted) == [
        ("assessed",),
        ("closed_rereferred_within_12_months",),
        ("early_help_assessed",),
    ]


def test_england_2025_as_dfe_published_it(published: duckdb.DuckDBPyConnection) -> None:
    row = published.sql(
        "select referral_count, rereferral_count, not_in_need_count, referral_child_count,"
        " rereferral_child_count, referral_lower, referral_upper, assessment_status"
        " from fct_rereferral where authority_key = 'E-E92000001' and reporting_year = 2025"
    ).fetchall()
    assert row == [
        (632830, 142900, 194620, 557810, 116950, 632825, 632835, "not_loaded"),
    ]


def test_rates_are_dfes_own_where_the_population_is_the_one_that_dfe_used(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """Assessments per 10,000 as published, against the rate computed here, up to mid-2021.

    Later mid-years were restated after the release, so their published rates belong
    to another population.
    """
    seed = PROJECT / "seeds" / "dfe" / "dfe_c2_release_2024.csv"
    header, rows = read_seed(seed)
    place = {name: header.index(name) for name in header}
    published_rates = {
        (
            row[place["old_la_code"]] or row[place["region_code"]] or row[place["country_code"]],
            int(row[place["time_period"]]),
        ): row[place["Assessments_completed_rate"]]
        for row in rows
    }
    computed = {
        (key.removeprefix("E-"), year): rate
        for key, year, rate in published.sql(
            "select authority_key, reporting_year, assessment_per_10000 from fct_rereferral"
            " where assessment_per_10000 is not null and reporting_year <= 2022"
        ).fetchall()
    }
    assert len(computed) > 200
    wrong = {
        key: (rate, published_rates[key])
        for key, rate in computed.items()
        if abs(float(rate) - float(published_rates[key])) > (0.1 if key[0].startswith("E") else 0)
    }
    # counts of regions and of England are rounded, so their rates may be 0.1 off; councils' may not
    assert wrong == {}


def test_london_is_counted_once(published: duckdb.DuckDBPyConnection) -> None:
    regions, england, all_eleven = published.sql(
        "select sum(referral_count) filter (where area_level_code = 'region'),"
        " sum(referral_count) filter (where area_level_code = 'nation'),"
        " sum(referral_count) filter (where area_level_code in ('region', 'sub_region'))"
        " from fct_rereferral join dim_authority using (authority_key)"
        " where reporting_year = 2025"
    ).fetchall()[0]
    assert abs(regions - england) <= 20
    assert all_eleven - england > 100_000


def test_every_figure_is_in_force_while_no_answer_was_corrected(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert published.sql(
        "select count(*), count(*) filter (where is_in_force) from fct_pathway_figure"
    ).fetchall() == [(280, 280)]


def test_the_wide_table_says_what_the_documents_say_of_its_figures(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """A reader of request 18908's early help assessments must learn that they may not be children."""
    rows = published.sql(
        "select source_keys, note from fct_pathway where authority_key = 'unknown-request_18908'"
        " and age_band_code = 'all' and period_key = '2024-04-01_2025-03-31'"
    ).fetchall()
    ((source, note),) = rows
    assert source == "foi-request_18908"
    assert "early_help_assessed: The question asks for children; the row label names assessments." in note
    assert "early_help_rereferred_within_12_months: NB figures for question 7" in note


def test_wales_stands_apart_and_in_no_english_comparison(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert published.sql(
        "select distinct dfe_referral_status, definition_comparability_code from fct_pathway"
        " where nation_code = 'W'"
    ).fetchall() == [("not_applicable", "other_nation")]
    assert published.sql(
        "select count(*) from rpt_reconciliation join dim_authority using (authority_key)"
        " where nation_code = 'W'"
    ).fetchall() == [(0,)]
    assert published.sql(
        "select count(*) from dim_definition where definition_code in"
        " (select definition_code from fct_pathway_figure where authority_key like '%wales%')"
        " and definition_family_code <> 'wales_2025'"
    ).fetchall() == [(0,)]


def test_the_welsh_last_step_is_a_part_of_no_other_step() -> None:
    """Its base is the closure of the care and support plan, which is no step of the set."""
    _, rows = read_seed(PROJECT / "seeds" / "reference" / "definition_subset.csv")
    last = "wales_2025_early_help_rereferred_within_12_months"
    assert [row for row in rows if last in row] == []
    assert len([row for row in rows if row[0].startswith("wales_2025")]) == 4


def test_dfe_figures_stand_on_all_ages_rows_only_so_that_sums_do_not_quadruple(
    published: duckdb.DuckDBPyConnection,
) -> None:
    assert published.sql(
        "select count(*) from fct_pathway where age_band_code <> 'all'"
        " and (dfe_referral_count is not null or dfe_referral_status <> 'not_applicable')"
    ).fetchall() == [(0,)]


def test_what_dfe_withholds_in_its_newest_release_has_no_number_anywhere(
    published: duckdb.DuckDBPyConnection,
) -> None:
    """City of London 2022 is suppressed now; an older release shows it."""
    row = published.sql(
        "select rereferral_status, rereferral_count, rereferral_lower, rereferral_upper,"
        " rereferral_percent, rereferral_child_status, rereferral_child_count"
        " from fct_rereferral where authority_key = 'E-201' and reporting_year = 2022"
    ).fetchall()
    assert row == [("suppressed", None, None, None, None, "suppressed", None)]


def test_the_extract_is_dfes_file_cell_by_cell() -> None:
    files = {
        "dfe_c1_release_2025": (
            "cin_2025",
            "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv",
        ),
        "dfe_c2_release_2024": (
            "cin_2024",
            "c2_children_in_need_assessments_duration_2014_to_2024.csv",
        ),
        "dfe_population_release_2025": (
            "population",
            "ons_mid-year_population_estimates_2012_to_2024.csv",
        ),
    }
    for seed, parts in files.items():
        header, rows = read_seed(PROJECT / "seeds" / "dfe" / f"{seed}.csv")
        with shared("data", "dfe", *parts).open(encoding="utf-8-sig", newline="") as file:
            whole = {tuple(row[name] for name in header) for row in csv.DictReader(file)}
        assert [row for row in rows if tuple(row) not in whole] == []


def test_every_seed_is_loaded_cell_by_cell(build_file: duckdb.DuckDBPyConnection) -> None:
    """The loader guesses how a file is written; a cell it split, trimmed or dropped shows here."""
    seeds = sorted((PROJECT / "seeds").rglob("*.csv"))
    assert len(seeds) > 20
    for path in seeds:
        header, rows = read_seed(path)
        relation = build_file.sql(f'select * from raw."{path.stem}"')
        assert relation.columns == header
        loaded = sorted([cell or "" for cell in row] for row in relation.fetchall())
        assert loaded == sorted(rows), path.name
