"""The door: each rule fires on a planted defect, and names file, line, value and remedy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers_project import AREA_CSV, write_project
from pathways.door import FORMATS, check_door
from pathways.errors import PathwaysError
from pathways.expectations import Check, Suite, run_suites, suite_hash
from pathways.landing_checks import RULES as LANDED_RULES
from pathways.outcome import CheckReport, read_report
from pathways.rules import Rule, RuleBook
from pathways.seed_files import SeedFileError, present, read_seed
from pathways.settings import Settings

AREA = Path("seeds") / "foi" / "area.csv"


def door_of(folder: Path, area: str = AREA_CSV) -> tuple[Settings, CheckReport]:
    settings = write_project(folder)
    (folder / AREA).write_bytes(area.encode("utf-8"))
    return settings, check_door(settings)


def broken(report: CheckReport) -> dict[str, list[str]]:
    return {check.rule_code: check.sentences for check in report.failures if check.sentences}


def test_good_seeds_pass_and_leave_a_report_and_pages(tmp_path: Path) -> None:
    settings, report = door_of(tmp_path)
    assert report.passed, broken(report)
    assert {check.rule_code for check in report.checks} == {
        "seed_file_is_whole",
        "seed_columns_as_declared",
        "seed_has_rows",
        "seed_key_is_unique",
        "seed_value_is_present",
        "seed_value_has_its_format",
        "seed_value_is_in_its_list",
        *(rule.rule_code for rule in LANDED_RULES),
    }
    assert read_report(settings.target, "door") == report
    names = [check.check_name for check in report.checks]
    assert names == sorted(set(names))
    index = (settings.data_docs / "index.html").read_text(encoding="utf-8")
    page = next(settings.data_docs.rglob("door area-area.html"))
    assert "door__area__seed_file_is_whole" in index
    for text in (index, page.read_text(encoding="utf-8")):
        assert "<script" not in text
        assert 'href="http' not in text
        assert 'src="http' not in text


def test_report_holds_the_sha256_of_every_seed_and_property_file(tmp_path: Path) -> None:
    settings, _ = door_of(tmp_path)
    document = json.loads((settings.target / "check_door.json").read_text(encoding="utf-8"))
    assert sorted(document["fingerprint"]) == [
        "seeds/foi/area.csv",
        "seeds/foi/area.yml",
        "seeds/reference/quality_rule.csv",
        "seeds/reference/quality_rule.yml",
    ]


def suites_run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Checks the door again; the subjects of the suites that Great Expectations was given."""
    run: list[str] = []

    def seen(side: str, suites: Sequence[Suite], *more: Any) -> Any:
        run.extend(suite.subject for suite in suites)
        return run_suites(side, suites, *more)

    with monkeypatch.context() as patch:
        patch.setattr("pathways.door.run_suites", seen)
        check_door(settings)
    return sorted(run)


def test_what_passed_on_the_same_rows_is_kept_with_its_page_and_the_rest_is_checked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, first = door_of(tmp_path)
    pages = {path: path.read_text("utf-8") for path in settings.data_docs.rglob("*.html")}
    assert suites_run(settings, monkeypatch) == []
    assert read_report(settings.target, "door") == first
    assert {path: path.read_text("utf-8") for path in settings.data_docs.rglob("*.html")} == pages

    (tmp_path / AREA).write_text(AREA_CSV.replace("council", "village"), encoding="utf-8")
    assert suites_run(settings, monkeypatch) == ["area"]
    spoilt = read_report(settings.target, "door")
    assert spoilt is not None
    assert set(broken(spoilt)) == {"seed_value_is_in_its_list"}
    assert suites_run(settings, monkeypatch) == ["area"], "what failed is never kept"

    (tmp_path / AREA).write_text(AREA_CSV, encoding="utf-8")
    assert suites_run(settings, monkeypatch) == ["area"]
    again = read_report(settings.target, "door")
    assert again is not None
    assert [(check.check_name, check.outcome) for check in again.checks] == [
        (check.check_name, check.outcome) for check in first.checks
    ]
    for check in again.checks:
        assert not check.page or (settings.data_docs / check.page).is_file()

    next(settings.data_docs.rglob("door area-area.html")).unlink()
    assert suites_run(settings, monkeypatch) == ["area"], "a page that is gone is made again"

    def killed(*_: Any) -> Any:
        raise KeyboardInterrupt

    (tmp_path / AREA).write_text(AREA_CSV.replace("council", "village"), encoding="utf-8")
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("pathways.door.write_report", killed)
        check_door(settings)
    (tmp_path / AREA).write_text(AREA_CSV, encoding="utf-8")
    assert suites_run(settings, monkeypatch) == ["area", "landed_files", "quality_rule"], (
        "pages that no report tells of are made again"
    )

    path = settings.seeds / "reference" / "quality_rule.csv"
    path.write_text(path.read_text("utf-8").replace("Write it so.", "Write it thus."), encoding="utf-8")
    assert suites_run(settings, monkeypatch) == ["area", "quality_rule"], "a rule with other words"


CELL = st.one_of(st.none(), st.sampled_from(["", "None", "nan", "1", "1.0", "a"]))


@given(
    frames=st.tuples(*[st.lists(st.tuples(CELL, CELL), max_size=3)] * 2),
    shift=st.integers(min_value=0, max_value=1),
)
def test_two_suites_have_one_hash_exactly_where_rows_lines_and_checks_are_the_same(
    frames: tuple[list[tuple[str | None, str | None]], ...], shift: int
) -> None:
    check = Check("door__t__r", "r", "ExpectTableRowCountToBeBetween", {"min_value": 1 + shift})
    rules = RuleBook({"r": Rule("r", "Rows.", "Add.")})

    def hash_of(rows: list[tuple[str | None, str | None]], first_line: int, check: Check) -> str:
        index = pd.RangeIndex(first_line, first_line + len(rows))
        frame = pd.DataFrame(rows, index=index, columns=["a", "b"], dtype=object)
        return suite_hash(Suite("t", "t.csv", frame, [check], lambda *_: ("", "")), rules)

    one, other = frames
    same = replace(check, table_found=lambda: "no rows")
    assert (hash_of(one, 2, check) == hash_of(other, 2, same)) == (one == other)
    assert (hash_of(one, 2, check) == hash_of(one, 2 + shift, check)) == (not shift)
    assert hash_of(one, 2, check) != hash_of(one, 2, replace(check, arguments={"min_value": 9}))


def test_each_value_rule_fires_on_its_line_after_a_quoted_newline(tmp_path: Path) -> None:
    area = (
        "area_code,area_name,start_date,kind\n"
        'E-1,"North\nand\nSouth",2012-04-01,council\n'
        "E-2,East,2015-02-30,region\n"
        "E-2,West,1/4/2015,village\n"
        "E 3,\u00a0 ,,region\n"
    )
    settings, report = door_of(tmp_path, area)
    found = broken(report)
    assert set(found) == {
        "seed_key_is_unique",
        "seed_value_is_present",
        "seed_value_has_its_format",
        "seed_value_is_in_its_list",
    }
    everything = [line for check in report.failures for line in check.sentences]
    assert (
        "seeds/foi/area.csv line 5, column start_date: found '2015-02-30' where a day of the "
        "calendar such as 2015-04-01 was expected. A value is written in the format of its column. "
        "Write it so."
    ) in everything
    assert sum("'1/4/2015'" in line for line in everything) == 1, "one value, said once"
    assert any("line 6, column start_date" in line for line in everything)
    assert any("line 7, column area_code: found 'E 3'" in line for line in everything)
    assert any("line 7, column area_name" in line for line in everything)
    assert any(
        "line 6, column kind: found 'village' where council or region was expected" in line
        for line in everything
    )
    assert [line.split(":")[0] for line in found["seed_key_is_unique"]] == [
        "seeds/foi/area.csv line 5, column area_code",
        "seeds/foi/area.csv line 6, column area_code",
    ]
    index = (settings.data_docs / "index.html").read_text(encoding="utf-8")
    assert "line 5, column start_date: found &#x27;2015-02-30&#x27;" in index


def test_missing_and_undeclared_columns_are_named(tmp_path: Path) -> None:
    _, report = door_of(tmp_path, "area_code,area_name,kind,colour\nE-1,North,council,red\n")
    assert broken(report)["seed_columns_as_declared"][0].startswith(
        "seeds/foi/area.csv: found no column start_date and undeclared column colour."
    )


def test_a_seed_without_rows_fails_unless_it_may_be_empty(tmp_path: Path) -> None:
    header = AREA_CSV.splitlines()[0] + "\n"
    settings, report = door_of(tmp_path, header)
    assert set(broken(report)) == {"seed_has_rows"}
    path = tmp_path / "seeds" / "foi" / "area.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("        key:", "        may_be_empty: true\n        key:", 1))
    assert check_door(settings).passed


def test_a_key_of_two_columns_is_unique_only_together(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    path = tmp_path / "seeds" / "foi" / "area.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[area_code]", "[area_code, start_date]"), encoding="utf-8")
    head = "area_code,area_name,start_date,kind\n"
    rows = "E-1,A,2012-04-01,council\nE-1,B,2013-04-01,council\n"
    (tmp_path / AREA).write_text(head + rows, encoding="utf-8")
    assert check_door(settings).passed
    (tmp_path / AREA).write_text(head + rows + "E-1,C,2013-04-01,council\n", encoding="utf-8")
    assert broken(check_door(settings))["seed_key_is_unique"][0].startswith(
        "seeds/foi/area.csv line 3, columns area_code, start_date: found 'E-1', '2013-04-01'."
    )


def test_twenty_rows_are_shown_and_the_rest_counted(tmp_path: Path) -> None:
    rows = "".join(f"E-{number},A,never,council\n" for number in range(25))
    _, report = door_of(tmp_path, "area_code,area_name,start_date,kind\n" + rows)
    (check,) = (check for check in report.failures if not check.check_name.endswith("calendar"))
    assert check.failed_row_count == 25
    assert len(check.sentences) == 21
    assert check.sentences[-1] == "... and 5 more."


@pytest.mark.parametrize(
    ("content", "line", "found"),
    [
        (b"", 1, "the file is empty"),
        (b"\xef\xbb\xbfa,b\n1,2\n", 1, "a byte-order mark"),
        (b"a,b\n1,2\n3,\x004\n", 3, "a NUL character"),
        (b"a,b\n1,2\n\xa3,4\n", 3, "the byte 0xa3, which is not UTF-8"),
        (b"a,\n1,2\n", 1, "no name for column 2"),
        (b"a, b\n1,2\n", 1, "spaces around the column name"),
        (b"a,A\n1,2\n", 1, "the column name 'A' twice"),
        (b'a,b\n"1\n2",3\n4\n', 4, "1 values where the header has 2 columns"),
        (b'a,b\n"1\r\n2",3\r\n4,5,6\r\n', 4, "3 values where the header has 2 columns"),
        (b"a,b\n1,2\n\n3,4\n", 3, "an empty line"),
        (b'a,b\n1,"2\n3,4\n', 2, "stray or missing quote"),
        (b'a,b\n1,"2"x\n', 2, "stray or missing quote"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_at_its_line(content: bytes, line: int, found: str) -> None:
    with pytest.raises(SeedFileError) as fault:
        read_seed(content)
    assert fault.value.line == line
    assert found in fault.value.found


def test_a_ragged_row_fails_the_door_and_the_other_seeds_are_still_checked(tmp_path: Path) -> None:
    _, report = door_of(tmp_path, "area_code,area_name,start_date,kind\nE-1,North\n")
    assert [check.check_name for check in report.failures] == ["door__area__seed_file_is_whole"]
    assert report.failures[0].engine == "python"
    assert (
        report.failures[0]
        .sentences[0]
        .startswith("seeds/foi/area.csv line 2: found 2 values where the header has 4 columns.")
    )
    assert any(check.subject == "quality_rule" for check in report.checks)


def test_a_file_without_an_entry_and_an_entry_without_a_file_are_errors(tmp_path: Path) -> None:
    settings = write_project(tmp_path)
    (tmp_path / "seeds" / "stray.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(PathwaysError, match=r"seeds/stray\.csv is not declared"):
        check_door(settings)
    (tmp_path / "seeds" / "stray.csv").unlink()
    (tmp_path / AREA).unlink()
    with pytest.raises(PathwaysError, match=r"there is no area\.csv under seeds/"):
        check_door(settings)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format: date", "format: datum", "column start_date: found format 'datum'"),
        ("key: [area_code]", "key: [code]", r"seed area: found key \['code'\]"),
        ("seeds:", "seeds: [", "can't be read as YAML"),
    ],
)
def test_a_property_file_that_cannot_be_used_is_named(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    settings = write_project(tmp_path)
    path = tmp_path / "seeds" / "foi" / "area.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PathwaysError, match=rf"seeds/foi/area\.yml.*{message}"):
        check_door(settings)


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        ("boolean", ["true", "false"], ["True", "1", "yes"]),
        ("code", ["E-331", "2015-04-01_2016-03-31", "16+", "a.b"], ["a b", "a\n", "\u00e9"]),
        ("dfe_la_code", ["331"], ["33", "0331", "x"]),
        ("mark", ["<5", "not held", "*"], ["Not held", "not  held", " *", "*\t"]),
        ("ons_code", ["E06000060", "W06000009"], ["E0600006", "e06000060", "z"]),
        ("integer", ["-3", "0", "42"], ["4.0", "+1", " 1", "12345678901"]),
        ("position", ["1", "12"], ["0", "-1", "01", "1234567"]),
        ("sha256", ["a" * 64], ["A" * 64, "a" * 63]),
        ("url", ["https://example.org/x"], ["ftp://x", "https://a b"]),
        ("year", ["2025"], ["25", "20255"]),
    ],
)
def test_each_format_takes_whole_values_only(form: str, good: list[str], bad: list[str]) -> None:
    import re

    pattern = re.compile(rf"^(?:{FORMATS[form]})\Z")
    assert [value for value in good if not pattern.match(value)] == []
    assert [value for value in bad if pattern.match(value)] == []


@pytest.mark.parametrize("value", ["", "  ", "\u00a0", "\t\u00a0\u200b"])
def test_spaces_of_any_kind_are_no_value(value: str) -> None:
    assert not present(value)


@given(
    st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\0"))] * 2),
        max_size=5,
    )
)
def test_any_text_comes_back_as_written_with_its_line(rows: list[tuple[str, str]]) -> None:
    import csv
    import io

    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(["a", "b"])
    starts = []
    for row in rows:
        starts.append(len(io.StringIO(out.getvalue(), newline="").readlines()) + 1)
        writer.writerow(row)
    table = read_seed(out.getvalue().encode("utf-8"))
    assert [row.values for row in table.rows] == rows
    assert [row.line for row in table.rows] == starts
