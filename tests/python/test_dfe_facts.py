"""What is known of DfE's published files, held against whole releases: landed, built and published."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import PROJECT, Built, read_seed, shared

ENGLAND = """\
2013 593470 146770 24.7 85830 112590 19 511500 116920 22.9
2014 657780 154800 23.5 92450 128910 19.6 570790 124970 21.9
2015 635620 154070 24.2 87530 146300 23 553500 124060 22.4
2016 621470 139900 22.5 61800 158060 25.4 547330 113820 20.8
2017 646120 141680 21.9 66040 179930 27.8 571000 117770 20.6
2018 655630 143810 21.9 61690 186560 28.5 581280 120190 20.7
2019 650930 147150 22.6 52610 189390 29.1 575290 123020 21.4
2020 642980 145390 22.6 40400 194190 30.2 568600 121150 21.3
2021 597760 135850 22.7 35620 182070 30.5 529490 112740 21.3
2022 650270 139500 21.5 49430 187390 28.8 576420 116180 20.2
2023 640430 143770 22.4 45340 191460 29.9 566960 119310 21
2024 621880 139080 22.4 38920 188300 30.3 551060 115550 21
2025 632830 142900 22.6 41340 194620 30.8 557810 116950 21
"""
OVERCOUNT = "84400 88180 91760 95950 100620 109180 110720 110830 101710 113330 107900 105710 105800"
SETS = {"a": 6, "b": 5, "c": 2, "d": 2, "e": 1, "f": 2}
KNOWN = ("a4", "a6", "d1", "d2", "e1", "f2")
UNSHOWN = {2013: 8604, 2014: 5957, 2015: 1607, 2021: 5036, 2022: 5035, 2024: 31308}


@pytest.fixture(scope="module")
def whole(released: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file of three whole releases."""
    with duckdb.connect(str(released.published_file), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@pytest.fixture(scope="module")
def cells(released: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build file, with each release as it was published: view ``cell``, and C1 side by side: ``c1``."""
    with duckdb.connect(str(released.build_file), read_only=True) as connection:
        connection.execute(
            "create temp view cell as select *, try_cast(cell_text as decimal(18, 4)) as number"
            " from intermediate.int_dfe_cell__mapped"
        )
        measures = [
            row[0]
            for row in connection.execute(
                "select distinct measure_code from cell where data_set_code = 'c1'"
            ).fetchall()
        ]
        columns = ", ".join(
            f"max(cell_text) filter (where measure_code = '{name}') as {name}_text,"
            f" max(number) filter (where measure_code = '{name}') as {name}"
            for name in measures
        )
        connection.execute(
            f"create temp view c1 as select release_code, reporting_year as year, geographic_level as level,"
            f" area_code, area_name, {columns} from cell where data_set_code = 'c1' group by all"
        )
        yield connection


def one(connection: duckdb.DuckDBPyConnection, query: str) -> Any:
    """The one row of a query; the one value of a row."""
    (row,) = connection.execute(query).fetchall()
    return row[0] if len(row) == 1 else row


def manifest(released: Built) -> list[dict[str, str]]:
    path = Path(released.environment["PATHWAYS_LANDING"]) / "ees" / "manifest.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# A. Shape


@pytest.mark.parametrize(
    ("release", "rows", "years", "councils"),
    [("2025", 2132, 13, 1976), ("2024", 1967, 12, 1823), ("2023", 1802, 11, 1670)],
)
def test_every_release_of_c1_comes_in_whole(
    cells: duckdb.DuckDBPyConnection, release: str, rows: int, years: int, councils: int
) -> None:
    assert one(
        cells,
        "select count(*), count(distinct year), count(*) filter (where level = 'Local authority'),"
        " count(*) filter (where level = 'Regional'), count(*) filter (where level = 'National')"
        f" from c1 where release_code = '{release}'",
    ) == (rows, years, councils, 11 * years, years)


def test_councils_a_year_follow_the_reorganisations(whole: duckdb.DuckDBPyConnection) -> None:
    found = dict(
        whole.execute(
            "select reporting_year, count(*) from fct_rereferral join dim_authority using (authority_key)"
            " where area_level_code = 'council' group by 1"
        ).fetchall()
    )
    assert found == {
        **dict.fromkeys(range(2013, 2020), 152),
        **{2020: 151, 2021: 151, 2022: 152, 2023: 152, 2024: 153, 2025: 153},
    }


def test_an_area_and_year_stand_once_in_a_file_and_stay_in_the_next_release(
    cells: duckdb.DuckDBPyConnection,
) -> None:
    assert (
        one(
            cells,
            "select count(*) from (select source_key, row_key, column_name from cell"
            " group by all having count(*) > 1)",
        )
        == 0
    )
    assert (
        one(
            cells,
            "select count(*) from (select level, area_code, year from c1 where release_code < '2025'"
            " except select level, area_code, year from c1 where release_code = '2025')",
        )
        == 0
    )


def test_a_column_with_one_text_is_no_dimension(released: Built, cells: duckdb.DuckDBPyConnection) -> None:
    constants = {
        (row["data_set_code"], row["release_code"]): json.loads(row["constant_text"])
        for row in manifest(released)
    }
    assert constants["c1", "2023"] == {"Category": "Referrals and Re-referrals"}
    assert constants["c1", "2025"] == {"category": "Referrals and Re-referrals"}
    assert cells.execute(
        "select distinct filter_text from cell where data_set_code in ('b1', 'c1', 'd3')"
    ).fetchall() == [("{}",)]
    assert (
        one(cells, "select count(distinct filter_text ->> 'category') from cell where data_set_code = 'a1'")
        == 3
    )


def test_england_is_as_published(whole: duckdb.DuckDBPyConnection) -> None:
    rows = whole.execute(
        "select reporting_year, referral_count, rereferral_count, rereferral_percent,"
        " no_further_action_count, not_in_need_count, not_in_need_percent, referral_child_count,"
        " rereferral_child_count, rereferral_child_percent from fct_rereferral"
        " where authority_key = 'E-E92000001' order by 1"
    ).fetchall()
    assert rows == [tuple(Decimal(text) for text in line.split()) for line in ENGLAND.splitlines()]


# B. Counting twice


def test_inner_and_outer_london_are_parts_of_london(whole: duckdb.DuckDBPyConnection) -> None:
    rows = whole.execute(
        "select reporting_year,"
        " sum(referral_count) filter (where area_level_code in ('region', 'sub_region')) as eleven,"
        " sum(referral_count) filter (where area_level_code = 'region') as nine,"
        " sum(referral_count) filter (where area_level_code = 'sub_region') as halves,"
        " max(referral_count) filter (where authority_key = 'E-E12000007') as london,"
        " max(referral_count) filter (where area_level_code = 'nation') as england"
        " from fct_rereferral join dim_authority using (authority_key) group by 1 order by 1"
    ).fetchall()
    assert [eleven - england for _, eleven, _, _, _, england in rows] == [
        int(text) for text in OVERCOUNT.split()
    ]
    assert all(-10 <= nine - england <= 20 for _, _, nine, _, _, england in rows)
    assert all(abs(halves - london) <= 10 for _, _, _, halves, london, _ in rows)


def test_londons_boroughs_belong_to_london_here_whatever_the_file_says(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        whole,
        "select count(*), count(*) filter (where region_code = 'E12000007'),"
        " count(*) filter (where sub_region_code in ('E13000001', 'E13000002'))"
        " from dim_authority where sub_region_code is not null and area_level_code = 'council'",
    ) == (33, 33, 33)


def test_a_sum_over_all_levels_counts_every_referral_about_three_times(
    cells: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        cells,
        "select sum(rereferral_count), sum(rereferral_count) filter (where level = 'National')"
        " from c1 where release_code = '2025'",
    ) == (5837387, 1874670)


# C. Percentages and rounding


@pytest.mark.parametrize(
    ("part", "whole_count", "compared"),
    [
        ("rereferral", "referral", 1948),
        ("no_further_action", "referral", 1873),
        ("not_in_need", "referral", 1940),
        ("rereferral_child", "referral_child", 1952),
    ],
)
def test_a_councils_percentage_is_its_counts_rounded_half_up(
    whole: duckdb.DuckDBPyConnection, part: str, whole_count: str, compared: int
) -> None:
    assert one(
        whole,
        f"select count(*), count(*) filter (where {part}_percent"
        f" = floor((2000 * {part}_count + {whole_count}_count) / (2 * {whole_count}_count)) / 10)"
        " from fct_rereferral join dim_authority using (authority_key)"
        f" where area_level_code = 'council' and {part}_percent is not null and {whole_count}_count > 0"
        f" and {part}_count is not null",
    ) == (compared, compared)


def test_ties_are_rounded_up_as_dfe_rounds_them(whole: duckdb.DuckDBPyConnection) -> None:
    assert whole.execute(
        "select rereferral_count, referral_count, rereferral_percent from fct_rereferral"
        " where authority_key = 'E-800' and reporting_year = 2016"
    ).fetchall() == [(182, 1120, Decimal("16.3"))]
    assert whole.execute(
        "select not_in_need_count, referral_count, not_in_need_percent from fct_rereferral"
        " where authority_key = 'E-312' and reporting_year = 2020"
    ).fetchall() == [(1874, 4000, Decimal("46.9"))]


def test_a_regions_percentage_was_taken_before_its_counts_were_rounded(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    def off(part: str, whole_count: str, level: str) -> int:
        return one(
            whole,
            "select count(*) from fct_rereferral join dim_authority using (authority_key)"
            f" where area_level_code in ({level}) and {part}_percent"
            f" <> floor((2000 * {part}_count + {whole_count}_count) / (2 * {whole_count}_count)) / 10",
        )

    pairs = [
        ("rereferral", "referral"),
        ("no_further_action", "referral"),
        ("not_in_need", "referral"),
        ("rereferral_child", "referral_child"),
    ]
    assert [off(*pair, "'region', 'sub_region'") for pair in pairs] == [6, 5, 8, 6]
    assert [off(*pair, "'nation'") for pair in pairs] == [0, 0, 0, 0]


def test_area_counts_are_multiples_of_ten_and_council_counts_are_not(
    cells: duckdb.DuckDBPyConnection,
) -> None:
    measured = "from cell join raw.measure using (measure_code) where measure_kind_code in ('dfe_count',"
    measured += " 'release_count') and data_set_code <> 'population'"
    assert (
        one(
            cells,
            f"select count(*) {measured} and geographic_level <> 'Local authority' and number % 10 <> 0",
        )
        == 0
    )
    assert (
        one(
            cells, f"select count(*) {measured} and geographic_level = 'Local authority' and number % 10 <> 0"
        )
        > 100_000
    )


def test_numbers_are_plain(cells: duckdb.DuckDBPyConnection) -> None:
    """No separator, no minus, no trailing zero; one decimal at most in the children in need files."""
    assert one(
        cells,
        r"select count(*) filter (where cell_text like '%,%'), count(*) filter (where cell_text like '-%'),"
        r" count(*) filter (where regexp_matches(cell_text, '\.\d*0$')),"
        r" count(*) filter (where regexp_matches(cell_text, '\.\d\d')"
        r" and data_set_code not like 'rereferrals%'),"
        r" count(*) filter (where regexp_matches(cell_text, '\.\d\d'))"
        " from cell",
    )[:4] == (0, 0, 0, 0)
    assert one(cells, r"select count(*) from cell where regexp_matches(cell_text, '\.\d\d')") > 0, (
        "medians of the re-referrals release have two decimals"
    )


def test_what_rounds_to_zero_is_not_zero(cells: duckdb.DuckDBPyConnection) -> None:
    assert cells.execute(
        "select column_name, status_code, count(*) from cell where cell_text = 'k' group by all"
    ).fetchall() == [("RC3_Residence_Order_percent", "rounds_to_zero", 8)]


# D. Rates


def test_a_rate_belongs_to_the_population_of_the_year_before_and_to_its_vintage(
    cells: duckdb.DuckDBPyConnection,
) -> None:
    def exact(population_release: str, years: int) -> tuple[int, int]:
        return one(
            cells,
            "select count(*), count(*) filter (where c1.referral_per_10000"
            " = floor((200000 * c1.referral_count + p.number) / (2 * p.number)) / 10)"
            " from c1 join cell as p on p.data_set_code = 'population'"
            f" and p.release_code = '{population_release}' and p.geographic_level = c1.level"
            f" and p.area_code = c1.area_code and p.time_period = c1.year - {years} and p.number > 0"
            " where c1.release_code = '2024' and c1.referral_per_10000 is not null",
        )

    assert exact("2024", 1) == (1938, 1937)
    assert exact("2025", 1)[1] == 1614
    assert exact("2024", 0)[1] == 23
    assert (
        one(
            cells,
            "select count(*) from cell as old join cell as new using (data_set_code, row_key)"
            " where data_set_code = 'population' and old.release_code = '2024' and new.release_code = '2025'"
            " and old.number <> new.number",
        )
        == 329
    )


def test_englands_children_of_2023_were_restated(cells: duckdb.DuckDBPyConnection) -> None:
    assert cells.execute(
        "select release_code, number from cell where data_set_code = 'population' and time_period = 2023"
        " and geographic_level = 'National' order by 1"
    ).fetchall() == [("2024", 11998646), ("2025", 12059476)]


def test_councils_without_a_denominator_have_counts_and_no_rate(whole: duckdb.DuckDBPyConnection) -> None:
    assert one(
        whole,
        "select count(*), count(referral_per_10000), count(*) filter (where referral_count > 0),"
        " count(distinct population_0_17_status) from fct_rereferral"
        " where authority_key in ('E-835', 'E-836', 'E-837') and reporting_year between 2013 and 2019",
    ) == (21, 0, 21, 1)


def test_a_mid_year_is_the_base_of_the_next_reporting_year(whole: duckdb.DuckDBPyConnection) -> None:
    """Cumbria is in the population files to mid-2022, in C1 to 2023: both are the same rows here."""
    assert whole.execute(
        "select max(reporting_year), max(population_mid_year), count(*) filter"
        " (where population_0_17_count is null) from fct_rereferral where authority_key = 'E-909'"
    ).fetchall() == [(2023, 2022, 0)]


def test_rates_are_computed_and_name_their_population(whole: duckdb.DuckDBPyConnection) -> None:
    assert whole.execute(
        "select referral_per_10000, population_release_code, population_mid_year from fct_rereferral"
        " where authority_key = 'E-E92000001' and reporting_year = 2025"
    ).fetchall() == [(Decimal("519.4"), "2025", 2024)]


# E. Symbols


@pytest.mark.parametrize(
    ("release", "symbols"),
    [
        ("2025", {"c": 296, "u": 26, "x": 68}),
        ("2024", {"c": 280, "u": 28, "x": 120}),
        ("2023", {"c": 258, "x": 78}),
    ],
)
def test_every_symbol_of_c1_keeps_its_meaning(
    cells: duckdb.DuckDBPyConnection, release: str, symbols: dict[str, int]
) -> None:
    status = {"c": "suppressed", "u": "low_reliability", "x": "not_available"}
    found = cells.execute(
        "select status_code, count(*) from cell where data_set_code = 'c1' and status_code <> 'reported'"
        f" and release_code = '{release}' group by all"
    ).fetchall()
    assert dict(found) == {status[symbol]: count for symbol, count in symbols.items()}


def test_no_council_count_between_0_and_6_is_shown(
    cells: duckdb.DuckDBPyConnection, whole: duckdb.DuckDBPyConnection
) -> None:
    """Two cells of release 2023 did show a 5; DfE withheld them a year later, and so are they here."""
    is_count = (
        "coalesce(measure_kind_code in ('dfe_count', 'release_count'),"
        " not regexp_matches(lower(column_name), 'percent|rate|median') and data_set_code not like 'rere%')"
    )
    small = "between 1 and 5 and geographic_level = 'Local authority'"
    assert cells.execute(
        "select release_code, column_name, area_name, time_period, number from cell"
        f" left join raw.measure using (measure_code) where {is_count} and number {small} order by all"
    ).fetchall() == [
        ("2023", "Re_referrals", "City of London", 2022, 5),
        ("2023", "Re_referrals_child", "City of London", 2022, 5),
    ]
    assert (
        one(
            whole,
            "select count(*) from fct_release_figure left join dim_measure using (measure_code)"
            f" where {is_count} and value {small}",
        )
        == 0
    )
    assert (
        one(
            whole,
            "select min(value) from fct_release_figure join dim_measure using (measure_code)"
            f" where {is_count} and value > 0 and geographic_level = 'Local authority'",
        )
        == 6
    )


def test_a_zero_is_a_zero(cells: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            cells,
            "select count(*) from cell join raw.measure using (measure_code) where data_set_code = 'c1'"
            " and release_code = '2025' and geographic_level = 'Local authority' and cell_text = '0'"
            " and measure_kind_code = 'dfe_count' and status_code = 'reported'",
        )
        == 270
    )


def test_a_symbol_is_mirrored_in_its_percentage_and_not_in_the_whole_row(
    cells: duckdb.DuckDBPyConnection,
) -> None:
    for part in ("rereferral", "no_further_action", "not_in_need", "rereferral_child"):
        assert (
            one(
                cells,
                f"select count(*) from c1 where release_code = '2025' and {part}_count is null"
                f" and {part}_count_text <> {part}_percent_text",
            )
            == 0
        )
    assert one(
        cells,
        "select referral_count_text, rereferral_count_text from c1"
        " where release_code = '2025' and year = 2017 and area_code = '420'",
    ) == ("c", "0")


def test_the_missing_councils_are_the_known_ones(cells: duckdb.DuckDBPyConnection) -> None:
    found = cells.execute(
        "select referral_count_text, area_name, year from c1 where release_code = '2025'"
        " and level = 'Local authority' and referral_count_text in ('x', 'u') order by all"
    ).fetchall()
    assert found == [
        ("u", "Hampshire", 2024),
        ("u", "Herefordshire, County of", 2024),
        ("x", "Cornwall", 2014),
        ("x", "Hackney", 2021),
        ("x", "Hackney", 2022),
        ("x", "Norfolk", 2013),
        ("x", "South Tyneside", 2015),
    ]
    back = cells.execute(
        "select area_name, year from c1 where release_code = '2025' and level = 'Local authority'"
        " and rereferral_count_text in ('x', 'u') and referral_count is not null order by all"
    ).fetchall()
    assert back == [
        ("Bournemouth, Christchurch and Poole", 2020),
        ("Cornwall", 2015),
        ("Dorset", 2020),
        ("Havering", 2013),
        ("Herefordshire, County of", 2023),
        ("Newham", 2013),
        ("Norfolk", 2014),
        ("South Tyneside", 2016),
    ]


def test_a_gap_in_the_publishers_suppression_is_filled_in_nowhere(
    cells: duckdb.DuckDBPyConnection, whole: duckdb.DuckDBPyConnection
) -> None:
    """Three rows of B6 and sixteen of C2 show the total and all parts but one."""
    gaps = cells.execute(
        "select data_set_code, row_key, max(authority_key), max(reporting_year) from cell"
        " join raw.measure using (measure_code)"
        " where data_set_code in ('b6', 'c2') and whole_measure_code <> ''"
        " and geographic_level = 'Local authority' group by all"
        " having count(*) filter (where status_code = 'suppressed') = 1"
        " and count(*) filter (where status_code = 'reported') = count(*) - 1"
    ).fetchall()
    gaps = [
        gap
        for gap in gaps
        if one(
            cells,
            "select bool_and(status_code = 'reported') from cell where data_set_code ="
            f" '{gap[0]}' and row_key = '{gap[1]}' and measure_code in ('ended_episode_count',"
            " 'assessment_count')",
        )
    ]
    assert sorted(gap[0] for gap in gaps) == ["b6"] * 3 + ["c2"] * 16
    for data_set, row_key, authority, year in gaps:
        total, shown = one(
            cells,
            "select max(number) filter (where measure_code in ('ended_episode_count', 'assessment_count')),"
            " sum(number) filter (where whole_measure_code <> '') from cell"
            " join raw.measure using (measure_code)"
            f" where data_set_code = '{data_set}' and row_key = '{row_key}'",
        )
        hidden = total - shown
        assert hidden > 0
        # no bound is drawn from what is left over
        assert one(
            whole,
            "select count(*), count(value), count(lower_bound), count(upper_bound),"
            " count(*) filter (where cell_text <> 'c') from fct_release_figure"
            f" where data_set_code = '{data_set}' and authority_key = '{authority}'"
            f" and reporting_year = {year} and status_code = 'suppressed'"
            " and measure_code in"
            " (select measure_code from dim_measure where whole_measure_code is not null)",
        ) == (1, 0, 0, 0, 0)
        # in no mart does the withheld number stand beside its council and year
        for table in ("rpt_reconciliation", "rpt_year_on_year", "rpt_restatement"):
            columns = [row[0] for row in whole.execute(f"describe {table}").fetchall()]
            period = "period_key" if "reporting_year" not in columns else "reporting_year"
            wanted = f"{year - 1}-04-01_{year}-03-31" if period == "period_key" else str(year)
            for name in ("difference", "change_value"):
                if name in columns:
                    assert (
                        one(
                            whole,
                            f"select count(*) from {table} where authority_key = '{authority}'"
                            f" and cast({period} as varchar) = '{wanted}' and abs({name}) = {hidden}"
                            " and regexp_matches(measure_code, '^(ended_episode|assessment)')",
                        )
                        == 0
                    ), (table, authority, year)


def test_percentiles_that_can_not_be_are_not_applicable(cells: duckdb.DuckDBPyConnection) -> None:
    assert one(
        cells,
        "select count(*), count(distinct row_key), count(distinct column_name) from cell"
        " where data_set_code = 'c2' and status_code = 'not_applicable'",
    ) == (135, 45, 3)


# F. Totals hold what the parts do not show


def test_the_councils_never_add_up_to_more_than_england(cells: duckdb.DuckDBPyConnection) -> None:
    gaps = dict(
        cells.execute(
            "select year, cast(max(referral_count) filter (where level = 'National')"
            " - sum(referral_count) filter (where level = 'Local authority') as integer)"
            " from c1 where release_code = '2025' group by 1"
        ).fetchall()
    )
    assert {year: gap for year, gap in gaps.items() if gap > 8} == UNSHOWN
    assert all(gap >= -5 for gap in gaps.values())


def test_the_totals_are_reconciled_and_the_rest_is_named(whole: duckdb.DuckDBPyConnection) -> None:
    def outcome(area: str, year: int) -> tuple[Any, ...]:
        return one(
            whole,
            "select outcome_code, difference, carried_forward_names, unshown_names from rpt_reconciliation"
            f" where reconciliation_code = 'councils_against_area' and authority_key = 'E-{area}'"
            f" and measure_code = 'referral_count' and period_key = '{year - 1}-04-01_{year}-03-31'",
        )

    assert outcome("E12000008", 2024) == ("carried_forward", 0, "Hampshire", None)
    assert outcome("E12000007", 2021) == ("carried_forward", -4, "Hackney", None)
    assert outcome("E12000007", 2022) == ("carried_forward", -2, "Hackney", None)
    assert outcome("E12000005", 2024) == (
        "rest_of_unshown_councils",
        -807,
        None,
        "Herefordshire, County of (low_reliability)",
    )
    assert outcome("E92000001", 2024)[:3] == ("rest_of_unshown_councils", -806, "Hampshire")
    assert outcome("E12000003", 2025)[0] == "within_rounding"
    assert abs(outcome("E12000003", 2025)[1]) <= 5


def test_every_area_year_and_count_is_reconciled_with_its_councils(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    outcomes = dict(
        whole.execute(
            "select outcome_code, count(*) from rpt_reconciliation"
            " where reconciliation_code = 'councils_against_area' group by 1"
        ).fetchall()
    )
    assert set(outcomes) == {"within_rounding", "carried_forward", "rest_of_unshown_councils", "withheld"}
    # 12 areas: seven counts of 13 years, and assessments of 11
    assert sum(outcomes.values()) == 12 * (7 * 13 + 11)
    assert one(
        whole,
        "select count(*), count(compared_value), count(difference) from rpt_reconciliation"
        " where suppressed_count > 0",
    )[1:] == (0, 0)


# G. Restatement


def test_what_changed_in_c1(whole: duckdb.DuckDBPyConnection) -> None:
    rows = whole.execute(
        "select later_source_key, area_name, reporting_year, measure_code, earlier_status_code,"
        " later_status_code, earlier_value, later_value, difference from rpt_restatement"
        " where data_set_code = 'c1' and unit_code <> 'per_10000' order by all"
    ).fetchall()
    back = ("rereferral_child_count", "rereferral_child_percent", "rereferral_count", "rereferral_percent")
    stopped = ("no_further_action_count", "no_further_action_percent")
    nothing = (None, None, None)
    assert rows == [
        *(("dfe-c1-2024", "City of London", 2022, name, "reported", "suppressed", *nothing) for name in back),
        *(
            ("dfe-c1-2024", "Herefordshire, County of", 2023, name, "suppressed", "low_reliability", *nothing)
            for name in back
        ),
        *(("dfe-c1-2025", "Barnet", 2024, name, "reported", "low_reliability", *nothing) for name in stopped),
    ]


def test_what_the_newest_release_withholds_is_withheld_in_all(
    whole: duckdb.DuckDBPyConnection, cells: duckdb.DuckDBPyConnection
) -> None:
    shown = one(
        cells,
        "select count(*) from cell where data_set_code = 'c1' and area_code = '201' and reporting_year = 2022"
        " and measure_code like 'rereferral%' and number is not null",
    )
    assert shown == 4, "release 2023 did show them"
    assert whole.execute(
        "select distinct status_code, value, cell_text, lower_bound, upper_bound from fct_release_figure"
        " where data_set_code = 'c1' and area_code = '201' and reporting_year = 2022"
        " and measure_code like 'rereferral%' order by cell_text"
    ).fetchall() == [("suppressed", None, "c", None, None), ("suppressed", None, None, None, None)]
    assert (
        one(
            whole,
            "select count(*) from fct_release_figure as old join fct_release_figure as new"
            " on old.measure_code = new.measure_code and old.area_code = new.area_code"
            " and old.geographic_level = new.geographic_level and old.time_period = new.time_period"
            " and old.filter_text = new.filter_text and old.release_code < new.release_code"
            " and old.data_set_code = new.data_set_code and new.is_newest_release"
            " where new.value is null and old.value is not null",
        )
        == 0
    )


def test_a_rate_that_was_dropped_does_not_tell_the_count_that_is_withheld(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    """C1 2025 has no rate of referrals; where it suppresses the count, older rates would give it away."""
    withheld = "select authority_key, reporting_year from fct_rereferral where referral_status = 'suppressed'"
    assert (
        one(
            whole,
            f"select count(*), count(value) from fct_release_figure semi join ({withheld}) as hidden"
            " using (authority_key, reporting_year)"
            " where measure_code in ('referral_per_10000', 'referral_count')",
        )[1]
        == 0
    )
    assert one(whole, f"select count(*) from ({withheld})") > 0


def test_a_rebased_population_changes_rates_and_no_count(whole: duckdb.DuckDBPyConnection) -> None:
    found = whole.execute(
        "select unit_code, later_status_code, count(*) from rpt_restatement"
        " where data_set_code = 'b1' group by all order by all"
    ).fetchall()
    assert found == [("per_10000", "not_available", 168), ("per_10000", "reported", 13193)]


def test_an_empty_base_has_no_percentage(whole: duckdb.DuckDBPyConnection) -> None:
    found = whole.execute(
        "select data_set_code, change_code, later_status_code, count(*) from rpt_restatement"
        " where data_set_code in ('c3', 'd3', 'd5') group by all order by all"
    ).fetchall()
    assert found == [
        ("d3", "number_to_symbol", "not_applicable", 4),
        ("d3", "symbol_to_number", "reported", 1),
        ("d5", "number_to_symbol", "not_applicable", 30),
        ("d5", "symbol_to_number", "reported", 10),
    ]


def test_a_figure_carries_its_release(whole: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            whole,
            "select count(distinct release_code) from fct_release_figure"
            " where measure_code = 'referral_count' and authority_key = 'E-331' and reporting_year = 2020",
        )
        == 3
    )


# H. Parts and wholes


@pytest.mark.parametrize(
    ("data_set", "prefix", "equal", "compared"),
    [
        ("c6", "referral_in_", 1785, 1785),
        ("b6", "ended_episode_", 332, 332),
        ("c5", "referral_from_", 1144, 1151),
        ("c2", "assessment_", 1448, 1460),
    ],
)
def test_parts_of_council_rows_without_a_symbol_add_up(
    cells: duckdb.DuckDBPyConnection, data_set: str, prefix: str, equal: int, compared: int
) -> None:
    found = cells.execute(
        "with part as (select row_key, whole_measure_code as measure_code, sum(number) as parts,"
        " bool_and(number is not null) as is_whole from cell join raw.measure using (measure_code)"
        f" where data_set_code = '{data_set}' and release_code = '2024' and measure_code like '{prefix}%'"
        " and whole_measure_code <> '' and geographic_level = 'Local authority' group by all)"
        " select count(*) filter (where part.parts = whole.number), count(*),"
        " list(whole.number - part.parts order by abs(whole.number - part.parts) desc)[:2]"
        " from part join cell as whole using (row_key, measure_code)"
        f" where whole.data_set_code = '{data_set}' and whole.release_code = '2024' and part.is_whole"
        " and whole.number is not null"
    ).fetchall()
    assert found[0][:2] == (equal, compared)
    if data_set == "c5":
        assert {abs(gap) for gap in found[0][2]} == {1204, 187}


def test_one_figure_in_several_tables_is_the_same_figure(cells: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            cells,
            "select count(*), count(distinct row_key) from (select row_key from cell"
            " where release_code = '2024' and measure_code = 'referral_count'"
            " group by row_key having count(distinct cell_text) > 1)",
        )[0]
        == 0
    )
    assert cells.execute(
        "select data_set_code, count(*) from cell where release_code = '2024'"
        " and measure_code = 'referral_count' group by all order by all"
    ).fetchall() == [("c1", 1967), ("c5", 1803), ("c6", 1967)]
    (numbers,) = cells.execute(
        "select list(distinct number) from cell where data_set_code = 'a1' and time_period = 2024"
    ).fetchone() or ([],)
    assert {621880, 139080, 38920, 188300, 551060, 115550} <= {int(number) for number in numbers if number}


def test_services_ceased_for_another_reason_is_most_of_all_closures(
    cells: duckdb.DuckDBPyConnection,
) -> None:
    assert one(
        cells,
        "select max(number) filter (where measure_code = 'ended_episode_count'),"
        " max(number) filter (where measure_code = 'ended_episode_rc7_other_count'),"
        " max(number) filter (where measure_code = 'ended_episode_rc7_other_percent')"
        " from cell where data_set_code = 'b6' and geographic_level = 'National' and time_period = 2024",
    ) == (356690, 330000, Decimal("92.5"))
    assert (
        one(cells, "select count(*) from cell where column_name like 'RC8%' or column_name like 'RC9%'") == 0
    )


# I. Referrals and children


def test_referrals_and_children_are_two_units(whole: duckdb.DuckDBPyConnection) -> None:
    assert one(
        whole,
        "select count(*) filter (where rereferral_count > rereferral_child_count),"
        " count(*) filter (where rereferral_count = rereferral_child_count),"
        " count(*) filter (where rereferral_count < rereferral_child_count),"
        " count(*) filter (where rereferral_count is null or rereferral_child_count is null),"
        " count(*) filter (where rereferral_count < referral_count - referral_child_count)"
        " from fct_rereferral join dim_authority using (authority_key) where area_level_code = 'council'",
    ) == (1930, 18, 0, 28, 0)
    assert whole.execute(
        "select rereferral_count - rereferral_child_count, referral_count - referral_child_count"
        " from fct_rereferral where authority_key = 'E-E92000001' and reporting_year in (2024, 2025)"
        " order by reporting_year desc"
    ).fetchall() == [(25950, 75020), (23530, 70820)]


# J. Places


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("835", 2013, 2019),
        ("837", 2013, 2019),
        ("836", 2013, 2019),
        ("838", 2020, 2025),
        ("839", 2020, 2025),
        ("825", 2013, 2025),
        ("928", 2013, 2021),
        ("940", 2022, 2025),
        ("941", 2022, 2025),
        ("909", 2013, 2023),
        ("942", 2024, 2025),
        ("943", 2024, 2025),
        ("815", 2013, 2025),
        ("933", 2013, 2025),
        ("390", 2013, 2025),
        ("370", 2013, 2025),
    ],
)
def test_a_council_lasts_as_long_as_its_three_digit_code(
    whole: duckdb.DuckDBPyConnection, code: str, first: int, last: int
) -> None:
    assert one(
        whole,
        "select min(reporting_year), max(reporting_year), count(*) from fct_rereferral"
        f" where authority_key = 'E-{code}'",
    ) == (first, last, last - first + 1)


def test_a_changed_ons_code_loses_no_row(released: Built, cells: duckdb.DuckDBPyConnection) -> None:
    codes = cells.execute(
        "select data_set_code, list(distinct new_la_code order by new_la_code)"
        " from staging.stg_dfe__landed_cell join staging.stg_dfe__landed_file using (parquet_file_name)"
        " where old_la_code = '825' and time_period = 2020 and release_code = '2023'"
        " and data_set_code in ('c1', 'd3') group by all order by all"
    ).fetchall()
    assert codes == [("c1", ["E06000060"]), ("d3", ["E10000002"])]
    assert (
        one(
            cells,
            "select count(distinct authority_key) from cell where area_code = '825' and time_period = 2020",
        )
        == 1
    )


def test_a_new_councils_first_year_is_flagged(whole: duckdb.DuckDBPyConnection) -> None:
    assert whole.execute(
        "select authority_key, reporting_year, rereferral_percent, rereferral_status from fct_rereferral"
        " where is_first_year_of_authority order by all"
    ).fetchall() == [
        ("E-838", 2020, None, "not_available"),
        ("E-839", 2020, None, "not_available"),
        ("E-940", 2022, Decimal("21.4"), "reported"),
        ("E-941", 2022, Decimal("19.6"), "reported"),
        ("E-942", 2024, Decimal("10.7"), "reported"),
        ("E-943", 2024, Decimal("7.4"), "reported"),
    ]
    assert whole.execute(
        "select authority_key, earlier_value, value, cause_code from rpt_year_on_year"
        " where measure_code = 'rereferral_percent' and cause_code = 'after_first_year' order by all"
    ).fetchall() == [
        ("E-940", Decimal("21.4"), Decimal("29.3"), "after_first_year"),
        ("E-941", Decimal("19.6"), Decimal("26.5"), "after_first_year"),
        ("E-942", Decimal("10.7"), Decimal("22.7"), "after_first_year"),
        ("E-943", Decimal("7.4"), Decimal("16.5"), "after_first_year"),
    ]


def test_every_place_of_the_children_in_need_files_is_known(cells: duckdb.DuckDBPyConnection) -> None:
    assert one(cells, "select count(*) from cell where authority_key is null") == 0


def test_joined_codes_are_kept_as_text() -> None:
    _, rows = read_seed(PROJECT / "seeds" / "reference" / "ees_area.csv")
    joined = [row for row in rows if row[0] == "Local authority" and "/" in row[1]]
    assert ["Local authority", "E06000061 / E06000062", "940 / 941"] in [row[:3] for row in joined]
    assert len([row for row in rows if row[0] == "Local authority" and row[2] == "x"]) == 5


def test_yorkshire_is_spelled_as_dfe_spells_it(whole: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(whole, "select authority_name from dim_authority where authority_key = 'E-E12000003'")
        == "Yorkshire and The Humber"
    )


# K. Reading the files


def test_marks_line_ends_commas_and_blanks_are_read_alike(
    released: Built, cells: duckdb.DuckDBPyConnection
) -> None:
    folder = shared("data", "dfe")
    starts = {path.name: path.read_bytes()[:3] for path in folder.rglob("*.csv")}
    assert {row["file_name"] for row in manifest(released)} == set(starts)
    assert sum(start == b"\xef\xbb\xbf" for start in starts.values()) == 13
    assert cells.execute(
        "select distinct area_name from cell where data_set_code = 'c1' and area_name like '%,%' order by 1"
    ).fetchall() == [
        ("Bournemouth, Christchurch and Poole",),
        ("Bristol, City of",),
        ("Herefordshire, County of",),
        ("Kingston upon Hull, City of",),
    ]
    assert (
        one(
            cells,
            "select count(*) from staging.stg_dfe__landed_cell where old_la_code = '' or region_code = ''"
            " or la_name = ''",
        )
        == 0
    )


def test_codes_stay_text_and_symbols_stay_symbols(cells: duckdb.DuckDBPyConnection) -> None:
    assert one(cells, "select typeof(any_value(old_la_code)) from staging.stg_dfe__landed_cell") == "VARCHAR"
    assert cells.execute(
        "select status_code, count(*) from cell where data_set_code = 'c1' and release_code = '2025'"
        " and measure_code = 'rereferral_count' and status_code <> 'reported' group by 1 order by 1"
    ).fetchall() == [("low_reliability", 3), ("not_available", 12), ("suppressed", 12)]


def test_names_that_need_quoting_are_columns_like_any_other(cells: duckdb.DuckDBPyConnection) -> None:
    names = {row[0] for row in cells.execute("select distinct column_name from cell").fetchall()}
    assert {"1-10_days", "61+_days", "25th_Percentile_days", "2years+", "Duration_21+_days"} <= names


# The two families


def test_longitudinal_figures_stand_in_no_table_of_census_figures(whole: duckdb.DuckDBPyConnection) -> None:
    assert (
        one(
            whole,
            "select count(*) from fct_release_figure join dim_measure using (measure_code)"
            " where fct_release_figure.figure_family_code <> dim_measure.figure_family_code",
        )
        == 0
    )
    assert one(
        whole,
        "select max(value) from fct_release_figure where figure_family_code = 'longitudinal'"
        " and data_set_code = 'rereferrals_e1' and filter_text like '%No futher action%'",
    ) == Decimal(141760)
    assert (
        one(
            whole,
            "select no_further_action_count from fct_rereferral where authority_key = 'E-E92000001'"
            " and reporting_year = 2017",
        )
        == 66040
    )
    for table in ("rpt_year_on_year", "rpt_reconciliation"):
        assert (
            one(
                whole,
                f"select count(*) from {table} join dim_measure using (measure_code)"
                " where figure_family_code not in ('census', 'population', 'pathway')",
            )
            == 0
        )


def test_every_data_set_of_the_re_referrals_release_is_in_the_register() -> None:
    header, rows = read_seed(PROJECT / "seeds" / "reference" / "dfe_data_set.csv")
    entries = [dict(zip(header, row, strict=True)) for row in rows]
    sets = {entry["data_set_code"]: entry for entry in entries if entry["publication_code"] == "rereferrals"}
    wanted = [
        "a1",
        "a2",
        "a3",
        "a4",
        "a5",
        "a6",
        "b1",
        "b2",
        "b3",
        "b4",
        "b5",
        "c1",
        "c2",
        "d1",
        "d2",
        "e1",
        "f1",
        "f2",
    ]
    assert sorted(sets) == [f"rereferrals_{name}" for name in wanted]
    assert sorted(
        name.removeprefix("rereferrals_")
        for name, entry in sets.items()
        if entry["figure_family_code"] == "longitudinal"
    ) == ["a3", "a4", "a5", "a6", "d1", "d2", "e1"]


def test_the_previews_of_the_re_referrals_release_are_recognised_and_mapped(
    whole: duckdb.DuckDBPyConnection,
) -> None:
    found = whole.execute(
        "select data_set_code, count(*), count(measure_code) from fct_release_figure"
        " where data_set_code like 'rereferrals%' group by 1 order by 1"
    ).fetchall()
    assert [name for name, _, _ in found] == [
        f"rereferrals_{name}" for name in ["a4", "a6", "d1", "d2", "e1", "f2"]
    ]
    assert all(count == mapped for _, count, mapped in found)
