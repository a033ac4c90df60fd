"""DfE's screening rules: each fires on its defect, and what DfE published is let in."""

from __future__ import annotations

import csv
import io
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conftest import PROJECT, SHARED, shared
from pathways.ees.data_file import Column, DataFileError, MetaFile, read_data_file, read_meta_file
from pathways.ees.register import REGISTER, shown
from pathways.ees.roles import SIGNS
from pathways.ees.rules_time import is_consecutive
from pathways.ees.screening import (
    RULE_CODES,
    Areas,
    Finding,
    Roles,
    Screening,
    findings_of,
    load_areas,
    roles,
    screen,
    subject_of,
    unreadable,
)

AREAS = load_areas(PROJECT / "seeds")

TIME = {"time_period": "2025", "time_identifier": "Reporting year"}
ENGLAND = {"country_code": "E92000001", "country_name": "England"}
NORTH_EAST = {"region_code": "E12000001", "region_name": "North East"}
DARLINGTON = {"old_la_code": "841", "new_la_code": "E06000005", "la_name": "Darlington"}
PLACES = (
    {"geographic_level": "National", **ENGLAND},
    {"geographic_level": "Regional", **ENGLAND, **NORTH_EAST},
    {"geographic_level": "Local authority", **ENGLAND, **NORTH_EAST, **DARLINGTON},
)
META_HEADER = (
    *("col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp"),
    *("filter_hint", "filter_grouping_column"),
)

Row = dict[str, str]


def as_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


@dataclass
class Pair:
    """A data file and its metadata, to be spoilt; lines count from 1, the header's."""

    header: list[str] = field(
        default_factory=lambda: [
            *TIME,
            *dict.fromkeys(name for place in PLACES for name in place),
            *("sex", "pupil_count", "pupil_percent"),
        ]
    )
    rows: list[Row] = field(
        default_factory=lambda: [
            {**TIME, **place, "sex": sex, "pupil_count": count, "pupil_percent": percent}
            for place in PLACES
            for sex, count, percent in (("Total", "120", "100"), ("Female", "61", "50.8"))
        ]
    )
    meta_header: list[str] = field(default_factory=lambda: list(META_HEADER))
    meta_rows: list[Row] = field(
        default_factory=lambda: [
            {"col_name": "sex", "col_type": "Filter", "label": "Sex"},
            {"col_name": "pupil_count", "col_type": "Indicator", "label": "Pupils", "indicator_dp": "0"},
            {
                "col_name": "pupil_percent",
                "col_type": "Indicator",
                "label": "Share of pupils",
                "indicator_unit": "%",
                "indicator_dp": "1",
            },
        ]
    )
    data_name: str = "good_pair.csv"
    meta_name: str | None = "good_pair.meta.csv"
    repeated: str = ""

    def cell(self, line: int, **cells: str) -> None:
        """Writes cells of the row on a line of the data."""
        self.rows[line - 2].update(cells)

    def every(self, **cells: str) -> None:
        """Writes the same cells into every row."""
        for row in self.rows:
            row.update(cells)

    def meta(self, line: int, **cells: str) -> None:
        """Writes cells of the row on a line of the metadata."""
        self.meta_rows[line - 2].update(cells)

    def describe(self, **cells: str) -> None:
        """Adds a row to the metadata."""
        self.meta_rows.append(cells)

    def column(self, name: str, texts: Sequence[str]) -> None:
        """Adds a column, its texts over and over."""
        self.header.append(name)
        for place, row in enumerate(self.rows):
            row[name] = texts[place % len(texts)]

    def rename(self, old: str, new: str) -> None:
        """Gives a column another name in both files."""
        self.header[self.header.index(old)] = new
        for row in self.rows:
            row[new] = row.pop(old)
        for row in self.meta_rows:
            if row["col_name"] == old:
                row["col_name"] = new

    def drop(self, name: str) -> None:
        """Takes a column out of the data."""
        self.header.remove(name)

    def keep(self, *levels: str) -> None:
        """Keeps the rows of these levels only."""
        self.rows = [row for row in self.rows if row["geographic_level"] in levels]

    def area(self, level: str, **cells: str) -> None:
        """Adds a row about an area, with the columns that it needs."""
        self.header += [name for name in cells if name not in self.header]
        figures = {"sex": "Total", "pupil_count": "1", "pupil_percent": "2"}
        self.rows.append({**TIME, "geographic_level": level, **ENGLAND, **figures, **cells})

    def data_bytes(self) -> bytes:
        header = [*self.header, *([self.repeated] if self.repeated else [])]
        return as_csv(header, [[row.get(name, "") for name in header] for row in self.rows])

    def meta_bytes(self) -> bytes:
        return as_csv(
            self.meta_header, [[row.get(name, "") for name in self.meta_header] for row in self.meta_rows]
        )

    def read_meta(self) -> MetaFile | None:
        return read_meta_file(self.meta_bytes(), self.meta_name) if self.meta_name else None

    def screen(self, strict: bool = True) -> Screening:
        return screen(
            read_data_file(self.data_bytes(), self.data_name),
            self.read_meta(),
            AREAS,
            strict=strict,
            meta_file_name=self.meta_name,
        )

    def broken(self, rule_code: str, strict: bool = True) -> list[Finding]:
        """What one rule finds, whatever stops the screening before it."""
        data = read_data_file(self.data_bytes(), self.data_name)
        return list(findings_of(rule_code, subject_of(data, self.read_meta(), AREAS, strict=strict)))


Spoil = Callable[[Pair], object]


def many(*steps: Spoil) -> Spoil:
    def spoil(pair: Pair) -> None:
        for step in steps:
            step(pair)

    return spoil


def names(data: str, meta: str | None) -> Spoil:
    def spoil(pair: Pair) -> None:
        pair.data_name, pair.meta_name = data, meta

    return spoil


def grouped(items: Sequence[str] = ("Any", "Any")) -> Spoil:
    """Puts the filter sex under a group column called topic."""
    return many(
        lambda pair: pair.column("topic", items), lambda pair: pair.meta(2, filter_grouping_column="topic")
    )


def described_topic(pair: Pair) -> None:
    pair.describe(col_name="topic", col_type="Filter", label="Topic")


def one_item(pair: Pair) -> None:
    pair.rows = pair.rows[::2]


def thousands_of_items(pair: Pair) -> None:
    pair.rows = [{**pair.rows[0], "sex": f"item {number}"} for number in range(25_001)]


def characteristics(group: str, item: str) -> Spoil:
    return many(
        lambda pair: pair.column("characteristic_group", ("Total", group)),
        lambda pair: pair.column("characteristic", ("Total", item)),
        lambda pair: pair.describe(
            col_name="characteristic",
            col_type="Filter",
            label="Characteristic",
            filter_grouping_column="characteristic_group",
        ),
    )


def trusts(*areas: tuple[str, str]) -> Spoil:
    return many(
        *(
            lambda pair, code=code, name=name: pair.area("MAT", trust_id=code, trust_name=name)
            for code, name in areas
        )
    )


def six_digits(pair: Pair) -> None:
    pair.every(time_period="202425", time_identifier="Academic year")
    pair.cell(4, time_period="202426")


DEFECTS: tuple[tuple[str, Spoil, str, int | None], ...] = (
    ("check_filename_spaces", names("good pair.csv", "good pair.meta.csv"), "", None),
    ("check_filename_special", names("good+pair.csv", "good+pair.meta.csv"), "", None),
    ("check_filenames_match", names("good_pair.csv", "good.meta.csv"), "", None),
    ("precheck_col_req_meta", lambda p: p.meta_header.remove("filter_hint"), "filter_hint", 1),
    ("precheck_col_invalid_meta", lambda p: p.meta_header.append("note"), "note", 1),
    ("precheck_col_req_data", lambda p: p.drop("country_name"), "country_name", 1),
    (
        "precheck_col_to_rows",
        many(*[lambda p: p.describe(col_name="sex", col_type="Filter", label="?")] * 6),
        "",
        None,
    ),
    ("check_col_dupes", lambda p: setattr(p, "repeated", "pupil_count"), "pupil_count", 1),
    (
        "precheck_cross_meta_to_data",
        lambda p: p.describe(col_name="school_count", col_type="Indicator", label="Schools"),
        "school_count",
        5,
    ),
    ("precheck_cross_data_to_meta", lambda p: p.column("shade", ("light", "dark")), "shade", 1),
    ("check_col_names_spaces", lambda p: p.rename("pupil_count", "pupil count"), "pupil count", 1),
    ("check_col_names_spaces", lambda p: p.column("", ("1", "2")), "column 14", 1),
    ("check_col_snake_case", lambda p: p.rename("pupil_count", "pupil_Count"), "pupil_Count", 1),
    ("check_col_var_start", lambda p: p.rename("pupil_count", "1_pupil_count"), "1_pupil_count", 1),
    ("check_col_ind_smushed", lambda p: p.rename("pupil_count", "female_count"), "female_count", 1),
    ("check_col_var_characteristic", lambda p: p.rename("sex", "characteristic"), "characteristic", 1),
    ("precheck_meta_col_type", lambda p: p.meta(2, col_type="filter"), "col_type", 2),
    (
        "precheck_meta_ob_unit",
        lambda p: p.describe(col_name="region_name", col_type="Filter", label="Region"),
        "col_name",
        5,
    ),
    ("precheck_meta_col_name", lambda p: p.describe(col_type="Filter", label="?"), "col_name", 5),
    ("check_meta_dupe_label", lambda p: p.meta(4, label="Pupils"), "label", 3),
    ("check_meta_fil_grp", lambda p: p.meta(3, filter_grouping_column="sex"), "filter_grouping_column", 3),
    (
        "check_meta_fil_grp_dupe",
        many(
            grouped(),
            lambda p: p.column("age", ("0", "All")),
            lambda p: p.describe(
                col_name="age", col_type="Filter", label="Age", filter_grouping_column="topic"
            ),
        ),
        "filter_grouping_column",
        2,
    ),
    ("check_meta_fil_grp_is_fil", grouped(), "filter_grouping_column", 2),
    ("check_meta_fil_grp_match", lambda p: p.meta(2, filter_grouping_column="topic"), "topic", 2),
    ("check_meta_fil_grp_stripped", grouped(("All ages", "All-ages")), "topic", 2),
    ("check_meta_label", lambda p: p.meta(3, label=" "), "label", 3),
    ("check_meta_filter_hint", lambda p: p.meta(4, filter_hint="Choose"), "filter_hint", 4),
    ("check_meta_geog_catch", lambda p: p.rename("sex", "ward"), "col_name", 2),
    ("check_meta_geog_catch", lambda p: p.rename("sex", "School_Type_Code"), "col_name", 2),
    ("check_meta_indicator_dp", lambda p: p.meta(2, indicator_dp="1"), "indicator_dp", 2),
    ("check_meta_col_name_spaces", lambda p: p.rename("sex", "the sex"), "col_name", 2),
    (
        "check_meta_col_name_dupe",
        lambda p: p.describe(col_name="sex", col_type="Filter", label="Sex again"),
        "col_name",
        2,
    ),
    ("check_meta_ind_dp_set", lambda p: p.meta(3, indicator_dp=""), "indicator_dp", 3),
    ("check_meta_ind_dp_values", lambda p: p.meta(3, indicator_dp="-1"), "indicator_dp", 3),
    ("check_meta_ind_dp_values", lambda p: p.meta(3, indicator_dp="1.5"), "indicator_dp", 3),
    ("check_meta_ind_unit", lambda p: p.meta(2, indicator_unit="%"), "indicator_unit", 2),
    ("check_meta_ind_unit_validation", lambda p: p.meta(3, indicator_unit="$"), "indicator_unit", 3),
    ("check_meta_indicator_grouping", lambda p: p.meta(2, indicator_grouping="A"), "indicator_grouping", 2),
    ("precheck_time_period_num", lambda p: p.cell(3, time_period="2025Q1"), "time_period", 3),
    ("precheck_time_period_num", lambda p: p.cell(3, time_period=""), "time_period", 3),
    ("precheck_time_id_valid", lambda p: p.cell(3, time_identifier="Reporting Year"), "time_identifier", 3),
    ("precheck_time_id_mix", lambda p: p.cell(3, time_identifier="Calendar year"), "time_identifier", 3),
    ("precheck_filter_not_singular", one_item, "sex", 2),
    ("precheck_geog_level", lambda p: p.cell(2, geographic_level="Nation"), "geographic_level", 2),
    ("precheck_geog_level_present", lambda p: p.drop("la_name"), "la_name", 6),
    ("check_time_period", lambda p: p.cell(5, time_period="202425"), "time_period", 5),
    ("check_time_period_six", six_digits, "time_period", 4),
    ("check_filter_defaults", lambda p: [p.cell(line, sex="Male") for line in (2, 4, 6)], "sex", 1),
    ("check_filter_group_level", many(grouped(("a", "b", "c")), described_topic), "topic", 2),
    ("check_filter_item_limit", thousands_of_items, "sex", None),
    ("check_filter_whitespace", lambda p: p.cell(3, sex=" Female"), "sex", 3),
    ("check_filter_whitespace", lambda p: p.cell(4, region_name="North East\u00a0"), "region_name", 4),
    ("check_filter_ob_total", lambda p: p.cell(2, region_name="All"), "region_name", 2),
    ("check_filter_ob_total", lambda p: p.column("estab", ("z", "Total")), "estab", 3),
    ("check_filter_blanks", lambda p: p.cell(3, sex=""), "sex", 3),
    ("check_geog_country_combos", lambda p: p.cell(2, country_code="E92000002"), "country_code", 2),
    ("check_geog_region_combos", lambda p: p.cell(5, region_name="North-East"), "region_code", 5),
    ("check_geog_region_combos", lambda p: p.cell(5, region_code="x"), "region_code", 5),
    (
        "check_geog_ward_combos",
        lambda p: p.area("Ward", ward_code="E06000005", ward_name="Mowden"),
        "ward_code",
        8,
    ),
    (
        "check_geog_ward_combos",
        many(
            lambda p: p.area("Ward", ward_code="E05011161", ward_name="Mowden"),
            lambda p: p.area("Ward", ward_code="E05011161", ward_name="Cockerton"),
        ),
        "ward_code",
        8,
    ),
    (
        "check_geog_pcon_combos",
        lambda p: p.area("Parliamentary constituency", pcon_code="E14000530", pcon_name="Aldershott"),
        "pcon_code",
        8,
    ),
    (
        "check_geog_lad_combos",
        lambda p: p.area("Local authority district", lad_code="E06000005", lad_name="Durham", **NORTH_EAST),
        "lad_code",
        8,
    ),
    (
        "check_geog_lep_combos",
        lambda p: p.area(
            "Local enterprise partnership",
            local_enterprise_partnership_code="E37000001",
            local_enterprise_partnership_name="Cumbria",
        ),
        "local_enterprise_partnership_code",
        8,
    ),
    (
        "check_geog_lsip_combos",
        lambda p: p.area("Local skills improvement plan area", lsip_code="E69000002", lsip_name="Bucks"),
        "lsip_code",
        8,
    ),
    (
        "check_geog_eda_combos",
        lambda p: p.area(
            "English devolved area",
            english_devolved_area_code="E47000001",
            english_devolved_area_name="Manchester",
        ),
        "english_devolved_area_code",
        8,
    ),
    ("check_geog_la_combos", lambda p: p.cell(7, old_la_code="840"), "new_la_code", 7),
    ("check_geog_level_completed", lambda p: p.cell(6, la_name=""), "la_name", 6),
    (
        "check_geog_ignored_rows",
        many(
            lambda p: p.area("School", school_urn="1", school_name="A", school_laestab="2", **NORTH_EAST),
            lambda p: p.area("Provider", provider_ukprn="1", provider_name="B"),
        ),
        "geographic_level",
        8,
    ),
    ("check_geog_other_dupes", trusts(("1", "A"), ("2", "A")), "trust_name", 8),
    ("check_geog_other_code_dupes", trusts(("1", "A"), ("1", "B")), "trust_id", 8),
    (
        "check_geog_la_col_present",
        many(lambda p: p.keep("National", "Regional"), lambda p: p.drop("la_name")),
        "la_name",
        1,
    ),
    (
        "check_geog_region_col_present",
        many(lambda p: p.keep("National"), lambda p: p.drop("region_code")),
        "region_code",
        1,
    ),
    ("check_geog_region_for_la", lambda p: p.cell(7, region_name="", region_code=""), "region_code", 7),
    (
        "check_geog_region_for_lad",
        lambda p: p.area("Local authority district", lad_code="E06000005", lad_name="Darlington"),
        "region_code",
        8,
    ),
    ("check_geog_na", trusts(("x", "A")), "trust_name", 8),
    ("check_geog_na_code", trusts(("1", "Not available")), "trust_id", 8),
    ("check_geog_overcompleted_cols", lambda p: p.cell(4, **DARLINGTON), "new_la_code", 4),
    ("check_general_dupes", lambda p: p.rows.append({**p.rows[1], "pupil_count": "9"}), "", 3),
    ("check_general_null", lambda p: p.cell(3, pupil_count="NULL"), "pupil_count", 3),
    ("check_general_null", lambda p: p.meta(2, filter_hint="NA"), "filter_hint", 2),
    ("check_ind_invalid_entry", lambda p: p.cell(3, pupil_count=""), "pupil_count", 3),
    ("check_ind_invalid_entry", lambda p: p.cell(3, pupil_count=":"), "pupil_count", 3),
    ("check_harmonised_variables", lambda p: p.rename("sex", "ethnic_background"), "ethnic_background", 1),
    (
        "check_harmonised_eth_vals",
        many(lambda p: p.rename("sex", "ethnicity_major"), lambda p: p.cell(3, ethnicity_major="Purple")),
        "ethnicity_major",
        3,
    ),
    (
        "check_harmonised_eth_char_grp",
        characteristics("Ethnic group", "White"),
        "characteristic_group",
        3,
    ),
    (
        "check_harmonised_eth_char_vals",
        characteristics("Ethnicity Major", "Purple"),
        "characteristic",
        3,
    ),
    ("check_api_char_col_name", lambda p: p.rename("pupil_count", "p" * 51), "p" * 51, 1),
    ("check_api_char_col_label", lambda p: p.meta(3, label="l" * 101), "label", 3),
    ("check_api_char_loc_code", trusts(("1" * 31, "A")), "trust_id", 8),
    ("check_api_char_filter_items", lambda p: p.cell(5, sex="F" * 121), "sex", 5),
    ("check_data_dict_col_name", lambda p: p.rename("pupil_count", "cat_count"), "cat_count", 1),
    ("check_data_dict_fil_item", lambda p: p.rename("sex", "sen_status"), "sen_status", 3),
)

NEVER_REACHED = {"check_meta_fil_grp_match", "check_meta_col_name_spaces"}
"""Rules whose defect always breaks one of an earlier stage too, as DfE orders them."""


def test_the_good_pair_passes_without_a_finding() -> None:
    for strict in (True, False):
        screening = Pair().screen(strict)
        assert screening.findings == ()
        assert (screening.passed, screening.api_suitable, screening.stopped_at) == (True, True, "")
        assert set(screening.checked) == set(REGISTER)


@pytest.mark.parametrize(
    ("rule_code", "spoil", "column", "line"),
    DEFECTS,
    ids=[f"{number}-{defect[0]}" for number, defect in enumerate(DEFECTS)],
)
def test_each_rule_names_its_defect(rule_code: str, spoil: Spoil, column: str, line: int | None) -> None:
    pair = Pair()
    spoil(pair)
    screening = pair.screen()
    if rule_code in NEVER_REACHED:
        assert not screening.passed
        finding = pair.broken(rule_code)[0]
    else:
        finding = next(found for found in screening.findings if found.rule_code == rule_code)
        assert screening.passed is (finding.level != "fail")
    assert finding.level == REGISTER[rule_code].strict
    assert (finding.column, finding.lines[0] if finding.lines else None) == (column, line)
    assert finding.row_count >= len(finding.lines)
    assert finding.found and finding.allowed
    assert finding.file_name in (pair.data_name, pair.meta_name)


def test_every_rule_has_a_defect() -> None:
    read = {"read_data_file", "read_meta_file"}
    assert {defect[0] for defect in DEFECTS} == set(REGISTER)
    assert read | set(REGISTER) == set(RULE_CODES)


@pytest.mark.parametrize("rule_code", ["read_data_file", "read_meta_file"])
def test_a_file_that_cannot_be_read_is_a_finding(rule_code: str) -> None:
    read = read_data_file if rule_code == "read_data_file" else read_meta_file
    with pytest.raises(DataFileError) as caught:
        read(b"time_period;sex\n2025;Total\n", "x.csv")
    finding = unreadable(caught.value, "x.csv", rule_code)
    assert (finding.rule_code, finding.level, finding.lines) == (rule_code, "fail", (1,))
    assert "semicolons" in finding.found and "commas" in finding.allowed


def test_every_reason_is_said_though_an_earlier_stage_fails() -> None:
    pair = Pair()
    pair.cell(3, time_period="2025Q1")
    pair.cell(4, pupil_count="")
    screening = pair.screen()
    assert screening.stopped_at == ""
    assert {"precheck_time_period_num", "check_ind_invalid_entry"} <= {
        finding.rule_code for finding in screening.findings
    }
    assert not screening.api_suitable


def test_screening_stops_where_the_columns_are_missing_that_every_rule_looks_at() -> None:
    pair = Pair()
    pair.drop("time_period")
    screening = pair.screen()
    assert screening.stopped_at == "precheck columns"
    assert "precheck_col_req_data" in {finding.rule_code for finding in screening.findings}
    assert "precheck_time_period_num" not in screening.checked


def test_strict_screening_asks_for_metadata_and_the_other_does_not() -> None:
    pair = Pair(meta_name=None)
    assert [finding.rule_code for finding in pair.screen().findings] == ["check_filenames_match"]
    screening = pair.screen(strict=False)
    assert screening.findings == ()
    assert not any(REGISTER[code].needs_meta for code in screening.checked)


RELAXED: tuple[tuple[str, Spoil, str, str], ...] = (
    ("check_filename_special", names("a.preview.csv", "a.preview.meta.csv"), "fail", "warning"),
    ("check_filename_spaces", names("a (1).csv", "a (1).meta.csv"), "fail", "warning"),
    ("check_filenames_match", names("a.csv", "b.meta.csv"), "fail", "advisory"),
    ("check_col_snake_case", lambda p: p.rename("pupil_count", "Pupils+"), "warning", "advisory"),
    ("check_col_var_start", lambda p: p.rename("pupil_count", "1-10_days"), "warning", "advisory"),
    ("check_col_names_spaces", lambda p: p.rename("pupil_count", "a b"), "fail", "warning"),
    ("check_col_names_spaces", lambda p: p.column("", ("1", "2")), "fail", "fail"),
    ("check_col_ind_smushed", lambda p: p.rename("pupil_count", "White"), "fail", "advisory"),
    ("precheck_filter_not_singular", one_item, "fail", "warning"),
    ("check_filter_whitespace", lambda p: p.cell(3, sex="Female "), "fail", "warning"),
    ("check_filter_ob_total", lambda p: p.cell(2, region_name="Total"), "fail", "warning"),
    ("check_geog_la_combos", lambda p: p.cell(7, la_name="Old Town"), "fail", "warning"),
    ("check_geog_overcompleted_cols", lambda p: p.cell(4, **DARLINGTON), "fail", "warning"),
    ("check_ind_invalid_entry", lambda p: p.cell(3, pupil_count="~"), "fail", "warning"),
    ("check_ind_invalid_entry", lambda p: p.cell(3, pupil_count=":"), "fail", "warning"),
    ("check_ind_invalid_entry", lambda p: p.cell(3, pupil_count="1,234"), "warning", "fail"),
    ("check_general_null", lambda p: p.cell(3, sex="n/a"), "warning", "warning"),
    ("check_general_null", lambda p: p.cell(3, pupil_count="NA"), "fail", "fail"),
    ("check_harmonised_variables", lambda p: p.rename("sex", "ethnic"), "fail", "advisory"),
    ("precheck_col_req_data", lambda p: p.drop("country_name"), "fail", "fail"),
    ("check_col_dupes", lambda p: setattr(p, "repeated", "sex"), "fail", "fail"),
    ("check_time_period", lambda p: p.cell(5, time_period="202425"), "fail", "fail"),
    ("check_general_dupes", lambda p: p.rows.append(dict(p.rows[1])), "fail", "fail"),
    ("check_ind_invalid_entry", lambda p: p.cell(3, pupil_count=""), "fail", "fail"),
    ("check_filter_blanks", lambda p: p.cell(3, sex=""), "fail", "fail"),
    ("precheck_geog_level", lambda p: p.cell(2, geographic_level="LA"), "fail", "fail"),
    ("precheck_geog_level_present", lambda p: p.drop("la_name"), "fail", "fail"),
    ("check_geog_level_completed", lambda p: p.cell(6, la_name=""), "fail", "fail"),
)


@pytest.mark.parametrize(
    ("rule_code", "spoil", "strict", "published"),
    RELAXED,
    ids=[f"{number}-{defect[0]}" for number, defect in enumerate(RELAXED)],
)
def test_a_published_file_is_held_to_what_its_figures_need(
    rule_code: str, spoil: Spoil, strict: str, published: str
) -> None:
    for is_strict, level in ((True, strict), (False, published)):
        pair = Pair()
        spoil(pair)
        screening = pair.screen(is_strict)
        assert {finding.level for finding in screening.findings if finding.rule_code == rule_code} == {level}
        assert screening.passed is (level != "fail")


@pytest.mark.parametrize("text", ["n/a", "..", "1,234", "12%", "#REF!", "low ", "1e+05", "<5", "NULL", ""])
def test_a_text_that_is_no_figure_is_refused_without_metadata_too(text: str) -> None:
    pair = Pair(meta_name=None)
    pair.cell(3, pupil_count=text)
    screening = pair.screen(strict=False)
    assert {finding.column for finding in screening.findings if finding.level == "fail"} == {"pupil_count"}


@pytest.mark.parametrize("text", ["z", "x", "c", "low", "k", "u", "0", "-3", "12.5", ".5", "007"])
def test_numbers_and_symbols_pass(text: str) -> None:
    pair = Pair()
    pair.cell(3, pupil_count=text)
    assert pair.screen().findings == ()
    assert pair.screen(strict=False).findings == ()


def test_places_outside_the_lists_have_their_own_codes() -> None:
    pair = Pair()
    pair.area("Regional", region_code="z", region_name="Outside of England")
    pair.area("Local authority", **NORTH_EAST, old_la_code="z", new_la_code="z", la_name="Unknown")
    pair.area("Local authority", **NORTH_EAST, old_la_code="x", new_la_code="x", la_name="Not available")
    pair.area("Local authority", **NORTH_EAST, old_la_code="929", new_la_code="", la_name="Northumberland")
    assert pair.screen().findings == ()
    assert not AREAS.accepts("Local authority", "z", "Unknown", "841")
    assert not AREAS.accepts("Local authority", "E06000005", "darlington", "841")


def test_schools_may_repeat_beside_other_levels_but_not_alone() -> None:
    school = {"school_urn": "1", "school_name": "A", "school_laestab": "2", **NORTH_EAST}
    beside, alone = Pair(), Pair()
    for pair in (beside, alone):
        for _ in range(2):
            pair.area("School", **school)
        pair.area("School", **school, sex="Female")
    alone.keep("School")
    assert [(f.rule_code, f.level) for f in beside.screen().findings] == [
        ("check_geog_ignored_rows", "warning")
    ]
    assert [f.rule_code for f in alone.screen().findings] == ["check_general_dupes"]


def test_the_name_of_a_school_may_be_the_only_filter() -> None:
    pair = Pair()
    pair.rename("sex", "school_name")
    assert pair.screen().passed
    pair.column("age", ("Total", "5"))
    pair.describe(col_name="age", col_type="Filter", label="Age")
    assert not pair.screen().passed


def test_lines_are_those_of_the_file_past_blank_lines_and_texts_of_several_lines() -> None:
    pair = Pair()
    pair.cell(2, sex="To\ntal")
    pair.cell(4, pupil_count=":")
    spoilt = pair.data_bytes().replace(b",50.8\n", b",50.8\n\n", 1)
    data = read_data_file(spoilt, "x.csv")
    assert data.lines.tolist() == [2, 4, 6, 7, 8, 9]
    (finding,) = findings_of("check_ind_invalid_entry", subject_of(data, None, AREAS, strict=True))
    assert finding.lines == (6,)


# --- roles -----------------------------------------------------------------------------------


def roles_of(columns: dict[str, Sequence[str]], meta: MetaFile | None = None) -> Roles:
    rows = list(zip(*columns.values(), strict=True))
    return roles(read_data_file(as_csv(list(columns), rows), "x.csv"), meta)


def test_columns_are_told_apart_by_their_texts_without_metadata() -> None:
    found = roles_of(
        {
            "time_period": ["2024", "2024", "2025", "2025"],
            "region_code": ["", "", "", ""],
            "band": ["0-4", "5+", "0-4", "5+"],
            "category": ["Children"] * 4,
            "count": ["1", "z", ":", "-2.5"],
            "same": ["7"] * 4,
            "held": ["c"] * 4,
        }
    )
    assert found == Roles(
        time=("time_period",),
        geography=("region_code",),
        filter=("band",),
        indicator=("count", "same", "held"),
        constant=("category",),
    )


def test_numbers_with_a_stray_text_are_a_filter_only_if_rows_need_them() -> None:
    ages = ["1", "2", "3", "Total"]
    counts = ["10", "20", "30", "n/a"]
    assert roles_of({"time_period": ["2024"] * 4, "age": ages}).filter == ("age",)
    assert roles_of({"time_period": ["2021", "2022", "2023", "2024"], "count": counts}).indicator == (
        "count",
    )


def test_metadata_decides_where_there_is_any() -> None:
    meta = MetaFile(
        "x.meta.csv",
        META_HEADER,
        (
            {"col_name": "age", "col_type": "Filter", "filter_grouping_column": "band"},
            {"col_name": "count", "col_type": "Indicator", "filter_grouping_column": ""},
        ),
    )
    found = roles_of(
        {
            "time_period": ["2024", "2024"],
            "age": ["1", "7"],
            "band": ["0-4", "5+"],
            "count": ["1", "2"],
            "note": ["a", "b"],
            "flag": ["1", "1"],
        },
        meta,
    )
    assert found == Roles(
        time=("time_period",),
        filter=("age",),
        filter_group=("band",),
        indicator=("count",),
        constant=("flag",),
        other=("note",),
    )


# --- properties ------------------------------------------------------------------------------


def is_plain_number(text: str) -> bool:
    """Digits, at most one point with digits after it, at most one minus before: said another way."""
    whole, point, part = text.removeprefix("-").partition(".")
    digits = set("0123456789")
    if point and not part:
        return False
    return set(whole + part) <= digits and bool(whole or part)


def words_of(texts: list[str]) -> dict[str, int]:
    encoded = pa.array(texts, pa.string()).dictionary_encode()
    codes = np.array(encoded.indices.to_pylist(), dtype=np.int32)
    lines = np.arange(2, len(texts) + 2, dtype=np.int32)
    return Column("figure", 1, encoded.dictionary, codes, lines).words


@settings(deadline=None)
@given(st.lists(st.one_of(st.text(), st.text("0123456789.-,", max_size=6)), min_size=1))
@example(["1\n", "\n1", "٣", "1.", ".5", "-.5", "-", ".", "--1", "1-", "1.2.3", "", "1 "])
def test_words_are_all_texts_but_plain_numbers(texts: list[str]) -> None:
    assert set(words_of(texts)) == {text for text in texts if not is_plain_number(text)}


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9))
def test_every_decimal_is_a_number(number: Decimal) -> None:
    assert words_of([f"{number:f}"]) == {}


@settings(deadline=None)
@given(st.sampled_from(sorted(SIGNS)))
def test_no_symbol_is_a_number(sign: str) -> None:
    assert words_of([sign]) == {sign: 0}


@given(st.integers(0, 9999), st.integers(0, 99))
@example(1999, 0)
@example(2017, 18)
@example(2016, 19)
def test_six_digits_are_two_years_in_a_row_and_nothing_else(year: int, second: int) -> None:
    assert is_consecutive(f"{year:04}{second:02}") is (f"{year + 1:04}"[-2:] == f"{second:02}")


@given(st.text())
def test_a_text_is_shown_on_one_line(text: str) -> None:
    assert shown(text).isprintable() and len(shown(text).splitlines()) == 1


TEXTS = (
    "",
    " ",
    "x",
    "z",
    "NA",
    "Total",
    "1,2",
    "2025",
    "202426",
    "Week 1",
    "School",
    "Provider",
    "Ward",
    "é\n",
)


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_screening_of_any_file_comes_to_an_end(data: st.DataObject) -> None:
    pair = Pair(meta_name=data.draw(st.sampled_from(["good_pair.meta.csv", None])))
    pair.header += data.draw(st.lists(st.sampled_from(["", "sex", "ward_code", "topic", "school_urn"])))
    for name in data.draw(
        st.lists(st.sampled_from(["la_name", "sex", "pupil_count", "region_code"]), max_size=2)
    ):
        if name in pair.header:
            pair.drop(name)
    for _ in range(data.draw(st.integers(0, 6))):
        row = data.draw(st.sampled_from([*pair.rows, *pair.meta_rows]))
        row[data.draw(st.sampled_from([*pair.header, *META_HEADER]))] = data.draw(st.sampled_from(TEXTS))
    for strict in (True, False):
        screening = pair.screen(strict)
        assert not (screening.passed and screening.stopped_at)
        assert all(finding.found and finding.allowed for finding in screening.findings)


# --- real files ------------------------------------------------------------------------------


def data_files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.csv")):
        if ".meta." not in path.name:
            yield path


def meta_name_of(path: Path) -> str | None:
    stem = path.name.removesuffix(".csv")
    found = sorted(other.name for other in path.parent.iterdir() if other.name.startswith(f"{stem}.meta."))
    return f"{stem}.meta.csv" if f"{stem}.meta.csv" in found else next(iter(found), None)


def screen_file(path: Path, *, strict: bool, rule_code: str = "") -> tuple[Screening, set[str]]:
    """The screening of a file, and the rules that it breaks, one of a stage after the last too."""
    unread: list[Finding] = []
    meta_name, meta = meta_name_of(path), None
    if meta_name:
        try:
            meta = read_meta_file((path.parent / meta_name).read_bytes(), meta_name)
        except DataFileError as fault:
            unread.append(unreadable(fault, meta_name, "read_meta_file"))
    data = read_data_file(path.read_bytes(), path.name)
    screening = screen(data, meta, AREAS, strict=strict, meta_file_name=meta_name)
    findings = (*unread, *screening.findings)
    broken = {finding.rule_code for finding in findings}
    if rule_code in REGISTER and rule_code not in screening.checked:
        subject = subject_of(data, meta, AREAS, strict=strict, meta_file_name=meta_name)
        broken |= {finding.rule_code for finding in findings_of(rule_code, subject)}
    return replace(screening, findings=findings), broken


SCREENER = ("data", "ees_screener")

REFUSED = {
    "adding_z_locationCode.csv": "check_geog_country_combos",
    "blanks_indicators.csv": "check_ind_invalid_entry",
    "col_name_duplicate.csv": "check_meta_col_name_dupe",
    "col_type.csv": "precheck_meta_col_type",
    "country_combinations.csv": "check_geog_country_combos",
    "data_to_meta_crosscheck.csv": "precheck_cross_data_to_meta",
    "duplicate_label.csv": "check_meta_dupe_label",
    "duplicate_variable_names.csv": "check_col_dupes",
    "ethnicity_characteristics_filter_wrong_group_and_values.csv": "check_harmonised_eth_char_grp",
    "fails_everything_ancillary.csv": "check_meta_filter_hint",
    "fails_prescreening1.csv": "precheck_geog_level",
    "file_separator.csv": "read_meta_file",
    "filter_group.csv": "check_meta_fil_grp",
    "filter_group_level.csv": "check_filter_group_level",
    "filter_group_stripped.csv": "check_meta_fil_grp_stripped",
    "filter_level.csv": "precheck_filter_not_singular",
    "geographic_level.csv": "precheck_geog_level",
    "geography_level_present.csv": "precheck_geog_level_present",
    "indicator_dp.csv": "check_meta_indicator_dp",
    "indicator_dp_negative.csv": "check_meta_ind_dp_values",
    "indicator_dp_validation.csv": "check_meta_ind_dp_values",
    "indicator_grouping.csv": "check_meta_indicator_grouping",
    "indicator_unit_validation.csv": "check_meta_ind_unit_validation",
    "invalid_meta_cols.csv": "precheck_col_invalid_meta",
    "la_col_present.csv": "check_geog_la_col_present",
    "label.csv": "check_meta_label",
    "lad_combinations.csv": "check_geog_lad_combos",
    "lsip_combinations.csv": "check_geog_lsip_combos",
    "meta_mandatory_cols.csv": "precheck_col_req_meta",
    "missing_region_name.csv": "check_geog_region_col_present",
    "na_geography.csv": "check_geog_na",
    "naming_convention-metaFail.csv": "check_filenames_match",
    "naming_convention.csv": "check_filenames_match",
    "naming_convention_meta.csv": "check_filenames_match",
    "non_standard_headers.csv": "check_harmonised_variables",
    "not_table_tool.csv": "check_geog_ignored_rows",
    "null.csv": "check_general_null",
    "ob_unit_total.csv": "check_filter_ob_total",
    "other_geography_code_duplicates.csv": "check_geog_other_code_dupes",
    "overcompleted_cols.csv": "check_geog_overcompleted_cols",
    "pcon_combinations.csv": "check_geog_pcon_combos",
    "provider_col_incorrect.csv": "precheck_geog_level_present",
    "region_combinations.csv": "check_geog_region_combos",
    "region_for_lad.csv": "check_geog_region_for_lad",
    "roundedzero_symbols.csv": "check_ind_invalid_entry",
    "sch_level_missing_col.csv": "precheck_geog_level_present",
    "sch_prov.csv": "check_geog_ignored_rows",
    "time_identifier.csv": "precheck_time_id_valid",
    "time_period.csv": "precheck_time_period_num",
    "time_validation.csv": "precheck_time_period_num",
    "utf8.csv": "read_meta_file",
    "whitespace_filters.csv": "check_filter_whitespace",
}
"""DfE's own test files that must be refused, each with the rule that its name speaks of."""


def test_files_that_dfe_passes_pass() -> None:
    files = list(data_files(shared(*SCREENER, "pass")))
    assert len(files) == 30
    for path in files:
        screening, _ = screen_file(path, strict=True)
        assert screening.passed, (path.name, screening.findings)


@pytest.mark.parametrize("name", REFUSED)
def test_files_that_dfe_refuses_are_refused_for_that_reason(name: str) -> None:
    path = shared(*SCREENER, "fail", name)
    screening, broken = screen_file(path, strict=True, rule_code=REFUSED[name])
    assert not screening.passed
    assert REFUSED[name] in broken


def test_every_refused_file_has_its_reason() -> None:
    assert {path.name for path in data_files(shared(*SCREENER, "fail"))} == set(REFUSED)


PUBLISHED = [str(path.relative_to(SHARED)) for path in data_files(SHARED / "data" / "dfe")]


def test_published_files_are_at_hand() -> None:
    shared("data", "dfe")
    assert len(PUBLISHED) == 43


@pytest.mark.parametrize("name", PUBLISHED)
def test_what_dfe_published_is_let_in_with_few_words(name: str) -> None:
    screening, _ = screen_file(shared(name), strict=False)
    assert screening.passed, screening.findings
    assert len(screening.findings) <= 5
    assert {finding.level for finding in screening.findings} <= {"advisory", "warning"}


def test_screening_does_without_pandas() -> None:
    code = (
        "import sys; from pathlib import Path; from pathways.ees.data_file import read_data_file;"
        "from pathways.ees.screening import load_areas, screen;"
        "data = read_data_file(sys.stdin.buffer.read(), 'x.csv');"
        f"print(screen(data, None, load_areas(Path({str(PROJECT / 'seeds')!r})), strict=False).passed,"
        " 'pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=Pair().data_bytes(), capture_output=True, check=True
    )
    assert done.stdout.split() == [b"True", b"False"]


def test_areas_are_of_every_level_that_has_a_list() -> None:
    assert isinstance(AREAS, Areas)
    assert {level for level, *_ in AREAS.by_level} >= {"National", "Regional", "Local authority"}
    assert len(AREAS.anywhere) == 6
