"""Landing: a published file comes in whole and once, or not at all, and what it lacks is said."""

from __future__ import annotations

import gzip
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from conftest import PROJECT, pathways, read_seed, shared
from pathways.bench import bench
from pathways.ees.manifest import read_manifest
from pathways.errors import PathwaysError
from pathways.landing import LandReport, Source, land, unland
from pathways.landing_checks import RULES, landing_suite
from pathways.settings import Settings, load_settings
from test_defects import fired

EXTRACT = PROJECT / "seeds" / "dfe" / "dfe_c1_release_2025.csv"
NAME = "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return replace(load_settings(PROJECT), landing=tmp_path / "landing", target=tmp_path / "target")


@pytest.fixture
def c1(tmp_path: Path) -> Path:
    """A file of C1, release 2025, in the layout that DfE publishes."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Path(shutil.copy(EXTRACT, folder / NAME))


def landing(settings: Settings, *paths: Path, **options: object) -> tuple[LandReport, str]:
    said: list[str] = []
    report = land(
        settings,
        [Source(path) for path in paths],
        say=lambda text, style: said.append(text),
        **options,  # type: ignore[arg-type]
    )
    return report, "\n".join(said)


def broken(report: LandReport) -> set[str]:
    """The rules for which files were refused."""
    return {finding.rule_code for result in report.results for finding in result.failures}


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under a folder, by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def cells(settings: Settings) -> list[Path]:
    return sorted((settings.landed / "cell").iterdir())


def test_a_file_is_landed_cell_by_cell_with_its_manifest(settings: Settings, c1: Path) -> None:
    report, said = landing(settings, c1)
    assert report.passed
    (row,) = read_manifest(settings.landed)
    assert (row.data_set_code, row.release_code, row.revision_number) == ("c1", "2025", 1)
    assert (row.file_name, row.byte_count, row.first_time_period) == (NAME, c1.stat().st_size, "2013")
    header, rows = read_seed(EXTRACT)
    assert (row.row_count, row.cell_count) == (len(rows), len(rows) * 10)
    table = pq.read_table(settings.landed / "cell" / row.parquet_file_name)
    found = {
        (line, name): text
        for line, name, text in zip(
            table["line_number"].to_pylist(),
            table["column_name"].to_pylist(),
            table["cell_text"].to_pylist(),
            strict=True,
        )
    }
    assert found == {
        (line, name): cells[header.index(name)]
        for line, cells in enumerate(rows, start=2)
        for name in header[header.index("referral_count") :]
    }
    assert set(table["filter_text"].to_pylist()) == {"{}"}
    assert f"as c1, release 2025: {len(rows)} rows" in said


def test_the_same_file_twice_changes_nothing(settings: Settings, c1: Path) -> None:
    landing(settings, c1)
    before = tree(settings.landing)
    report, said = landing(settings, c1)
    assert (report.count("known"), report.passed) == (1, True)
    assert "Known already" in said
    assert tree(settings.landing) == before


def test_a_copy_with_a_byte_order_mark_and_other_line_ends_is_the_same_file(
    settings: Settings, c1: Path, tmp_path: Path
) -> None:
    landing(settings, c1)
    before = tree(settings.landing)
    copy = tmp_path / f"copy_of_{NAME}"
    copy.write_bytes(b"\xef\xbb\xbf" + c1.read_bytes().replace(b"\n", b"\r\n"))
    packed = tmp_path / f"{NAME}.gz"
    packed.write_bytes(gzip.compress(c1.read_bytes()))
    assert landing(settings, copy, packed)[0].count("known") == 2
    assert tree(settings.landing) == before


def test_a_refused_file_lands_nothing_and_says_rule_column_line_and_what_to_do(
    settings: Settings, c1: Path
) -> None:
    text = c1.read_text(encoding="utf-8").splitlines()
    text[4] = text[4].rsplit(",", 1)[0] + ",about 20"
    text[7] = text[7].rsplit(",", 1)[0] + ","
    c1.write_text("\n".join(text) + "\n", encoding="utf-8")
    report, said = landing(settings, c1)
    assert not report.passed
    assert read_manifest(settings.landed) == []
    assert cells(settings) == []
    assert "column rereferral_child_percent" in said
    assert "found 'about 20'" in said
    assert ", line 5: found" in said
    assert ", line 8: found blank" in said
    assert broken(report) == {"check_ind_invalid_entry"}
    assert "[check_ind_invalid_entry]" in said


def test_the_good_files_of_a_folder_land_though_one_is_refused(
    settings: Settings, c1: Path, tmp_path: Path
) -> None:
    (c1.parent / "notes.txt").write_text("not data")
    (c1.parent / "empty.csv").write_text("")
    environment = {
        **os.environ,
        "PATHWAYS_LANDING": str(settings.landing),
        "DBT_TARGET_PATH": str(settings.target),
    }
    code, said = pathways("land", str(c1.parent), project=PROJECT, environment=environment)
    assert code == 1
    assert "1 landed, 1 refused" in said
    assert "Left aside, being no data files: 1" in said
    assert "Traceback" not in said
    code, said = pathways("land", str(c1), project=PROJECT, environment=environment)
    assert code == 0, said


def test_another_file_for_a_landed_release_is_refused_until_it_is_said_to_be_a_correction(
    settings: Settings, c1: Path
) -> None:
    landing(settings, c1)
    c1.write_text(c1.read_text(encoding="utf-8").replace(",593470,", ",593480,"), encoding="utf-8")
    report, _said = landing(settings, c1)
    assert not report.passed
    assert "landed_release_is_landed_once" in broken(report)
    assert len(read_manifest(settings.landed)) == 1
    assert landing(settings, c1, amend=True)[0].passed
    assert [row.revision_number for row in read_manifest(settings.landed)] == [1, 2]


def test_a_release_is_named_by_its_archive_and_supporting_files_are_left_aside(
    settings: Settings, c1: Path, tmp_path: Path
) -> None:
    archive = tmp_path / "children-in-need_reporting-year-2025.zip"
    with zipfile.ZipFile(archive, "w") as opened:
        opened.write(c1, f"data/{NAME}")
        opened.writestr("data-guidance/data-guidance.txt", "Filename: ...")
        opened.writestr("supporting-files/ofsted.csv", "council,judgement\n331,Good\n")
        opened.writestr("__MACOSX/data/._x.csv", "\x00\x05")
        opened.writestr("../../escape.csv", "a,b\n1,2\n")
    report, said = landing(settings, archive)
    assert [result.outcome for result in report.results] == ["landed"]
    assert sorted(path.rpartition("/")[2] for path in report.left_aside) == [
        "._x.csv",
        "data-guidance.txt",
        "escape.csv",
        "ofsted.csv",
    ]
    assert not list(tmp_path.rglob("escape.csv"))
    assert "release 2025" in said


@pytest.mark.parametrize(("name", "release"), [("x_2024.zip", "2024"), ("x_2023-24.zip", "2024")])
def test_the_year_in_an_archives_name_is_the_release(
    settings: Settings, c1: Path, tmp_path: Path, name: str, release: str
) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as opened:
        opened.write(c1, NAME)
    landing(settings, tmp_path / name)
    assert read_manifest(settings.landed)[0].release_code == release


def test_an_archive_that_breaks_off_is_refused(settings: Settings, c1: Path, tmp_path: Path) -> None:
    archive = tmp_path / "release_2025.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        opened.write(c1, NAME)
    archive.write_bytes(archive.read_bytes()[:-40])
    report, _said = landing(settings, archive)
    assert not report.passed
    assert "landed_archive_is_whole" in broken(report)


def test_a_file_that_is_no_csv_is_refused_by_its_name(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "release.xlsx"
    path.write_bytes(b"PK")
    report, _said = landing(settings, path)
    assert not report.passed
    assert "landed_file_is_csv" in broken(report)


def test_a_release_that_is_no_year_is_refused_before_anything_is_read(settings: Settings, c1: Path) -> None:
    with pytest.raises(PathwaysError, match="such as 2025"):
        land(settings, [Source(c1, release_code="latest")], say=lambda text, style: None)
    assert not (settings.landed).exists()


def test_a_file_under_a_new_name_is_not_taken_for_a_new_data_set(settings: Settings, c1: Path) -> None:
    """Its symbols would say nothing of the figures that older releases have under the known name."""
    renamed = c1.rename(c1.with_name("c1_referrals_and_rereferrals_2025.csv"))
    report, said = landing(settings, renamed)
    assert broken(report) == {"landed_data_set_is_recognised"}
    assert "--data-set c1" in said
    assert landing(settings, renamed, data_set_code="c1")[0].count("landed") == 1
    assert read_manifest(settings.landed)[0].data_set_code == "c1"


def test_a_data_set_that_nobody_knows_is_landed_under_the_name_of_its_file(
    settings: Settings, tmp_path: Path
) -> None:
    path = tmp_path / "Z9_Something_else_2019_to_2025.csv"
    path.write_text(
        "time_period,time_identifier,geographic_level,country_code,country_name,age,children\n"
        "2025,Reporting year,National,E92000001,England,Total,12\n"
        "2025,Reporting year,National,E92000001,England,5 to 9,5\n"
    )
    assert landing(settings, path)[0].count("landed") == 1
    (row,) = read_manifest(settings.landed)
    assert (row.data_set_code, row.release_code) == ("z9_something_else", "2025")
    table = pq.read_table(settings.landed / "cell" / row.parquet_file_name)
    assert table["filter_text"].to_pylist() == ['{"age": "Total"}', '{"age": "5 to 9"}']


def test_one_content_is_not_landed_under_two_releases_and_can_be_taken_out_again(
    settings: Settings, c1: Path
) -> None:
    landing(settings, c1)
    report = land(settings, [Source(c1, release_code="2024")], say=lambda text, style: None)
    assert broken(report) == {"landed_release_is_landed_once"}
    unland(settings, "c1", "2025")
    assert read_manifest(settings.landed) == []
    assert land(settings, [Source(c1, release_code="2024")], say=lambda text, style: None).passed
    assert len(cells(settings)) == 1
    with pytest.raises(PathwaysError, match="What is: c1 2024"):
        unland(settings, "c1", "2025")


def test_a_publisher_may_go_back_to_what_it_said_first(settings: Settings, c1: Path) -> None:
    first = c1.read_text(encoding="utf-8")
    landing(settings, c1)
    c1.write_text(first.replace(",593470,", ",593480,"), encoding="utf-8")
    landing(settings, c1, amend=True)
    c1.write_text(first, encoding="utf-8")
    assert landing(settings, c1)[0].count("known") == 1
    assert landing(settings, c1, amend=True)[0].count("landed") == 1
    assert [row.revision_number for row in read_manifest(settings.landed)] == [1, 2, 3]


def test_a_code_that_is_none_is_refused_before_anything_is_read(settings: Settings, c1: Path) -> None:
    with pytest.raises(PathwaysError, match="such as c1"):
        landing(settings, c1, data_set_code="c1'; drop table x")


def test_what_a_killed_landing_left_is_no_part_of_the_landing_area(settings: Settings, c1: Path) -> None:
    landing(settings, c1)
    folder = settings.landed / "cell"
    (folder / "c1_2026_1_deadbeef.parquet").write_bytes(cells(settings)[0].read_bytes())
    (folder / ".half.draft").write_bytes(b"PAR1")
    landing(settings, c1)
    assert [path.name for path in cells(settings)] == [read_manifest(settings.landed)[0].parquet_file_name]


def test_a_damaged_landing_area_is_named_and_nothing_is_landed(settings: Settings, c1: Path) -> None:
    landing(settings, c1)
    manifest = settings.landed / "manifest.csv"
    kept = manifest.read_text()
    manifest.write_text("sha256,file_name\n1,2\n")
    with pytest.raises(PathwaysError, match="other columns than landing writes"):
        landing(settings, c1)
    manifest.write_text(kept)
    cells(settings)[0].unlink()
    with pytest.raises(PathwaysError, match="is in the manifest and is not there"):
        landing(settings, c1)


def test_a_dry_run_says_what_would_come_of_it_and_lands_nothing(settings: Settings, c1: Path) -> None:
    report, said = landing(settings, c1, dry_run=True)
    assert report.count("checked") == 1
    assert "Passed" in said
    assert read_manifest(settings.landed) == []


def test_every_check_of_every_file_is_written_with_its_level(settings: Settings, c1: Path) -> None:
    landing(settings, c1)
    header, rows = read_seed(settings.target / "screening.csv")
    levels = {row[header.index("level")] for row in rows}
    assert {"pass"} <= levels <= {"pass", "advisory", "warning"}
    assert len(rows) > 30


def spoiled(settings: Settings, c1: Path, change: Callable[[list[str]], list[str]]) -> dict[str, float]:
    """What the door counts against release 2026 of C1, made from release 2025 by a change of its lines."""
    lines = c1.read_text(encoding="utf-8").splitlines()
    landing(settings, c1)
    later = c1.parent / NAME.replace("2025", "2026")
    more = [line.replace("2025,", "2026,", 1) for line in lines if line.startswith("2025,")]
    later.write_text("\n".join(change([*lines, *more])) + "\n", encoding="utf-8")
    report, said = landing(settings, later)
    assert report.passed, said
    frame = landing_suite(settings).frame
    return dict(frame.iloc[1][[rule.count_column for rule in RULES]])


def test_a_release_that_only_adds_a_year_breaks_no_rule_of_the_landing_area(
    settings: Settings, c1: Path
) -> None:
    assert max(spoiled(settings, c1, lambda lines: lines).values()) == 0


def in_hundreds(line: str) -> str:
    """The row with its last figure in another unit."""
    kept, figure = line.rsplit(",", 1)
    return f"{kept},{float(figure) / 100:.3f}" if figure.replace(".", "").isdigit() else line


DEFECTS: dict[str, tuple[str, Callable[[list[str]], list[str]]]] = {
    "landed_years_stay": ("years_gone", lambda lines: [x for x in lines if not x.startswith("2014,")]),
    "landed_areas_stay": ("areas_gone", lambda lines: [x for x in lines if ",331," not in x]),
    "landed_rows_stay": ("rows_gone", lambda lines: [lines[0], *lines[41:]]),
    "landed_symbols_stay_few": (
        "symbol_points_more",
        lambda lines: [lines[0], *(x.rsplit(",", 2)[0] + ",c,c" for x in lines[1:])],
    ),
    "landed_units_stay": ("units_changed", lambda lines: [lines[0], *map(in_hundreds, lines[1:])]),
    "landed_columns_stay": (
        "columns_gone",
        lambda lines: [lines[0].replace("rereferral_child_percent", "back_percent"), *lines[1:]],
    ),
    "landed_columns_are_known": (
        "columns_new",
        lambda lines: [lines[0].replace("rereferral_child_percent", "back_percent"), *lines[1:]],
    ),
}


@pytest.mark.parametrize("rule_code", DEFECTS)
def test_a_release_that_lost_or_changed_something_is_noticed(
    settings: Settings, c1: Path, rule_code: str
) -> None:
    column, change = DEFECTS[rule_code]
    assert spoiled(settings, c1, change)[column] > 0


def test_a_parquet_file_that_lost_cells_is_noticed(settings: Settings, c1: Path) -> None:
    landing(settings, c1)
    path = cells(settings)[0]
    pq.write_table(pq.read_table(path).slice(0, 100), path)
    suite = landing_suite(settings)
    (index,) = suite.frame.index
    assert suite.frame.iloc[0]["cells_missing"] == len(read_seed(EXTRACT)[1]) * 10 - 100
    check = next(check for check in suite.checks if check.rule_code == "landed_cells_are_whole")
    assert NAME in suite.describe(index, check.columns)[0]


def test_a_renamed_column_tells_the_dictionary_row_to_add(
    c1: Path, project_copy: Path, dbt: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Release 2026 calls a count by another name: the row to add is complete, measure and rounding too."""
    lines = c1.read_text(encoding="utf-8").splitlines()
    later = c1.parent / NAME.replace("2025", "2026")
    more = [line.replace("2025,", "2026,", 1) for line in lines if line.startswith("2025,")]
    header = lines[0].replace("rereferral_child_count", "children_back")
    rows = [
        ",".join([*row.split(",")[:-2], "c", row.split(",")[-1]])
        if row.startswith("2020,") and ",331," in row
        else row
        for row in lines[1:]
    ]
    later.write_text("\n".join([header, *rows, *more]) + "\n", encoding="utf-8")
    folder = project_copy / "landing"
    place = replace(load_settings(PROJECT), landing=folder, target=project_copy / "target")
    assert landing(place, c1, later)[0].passed
    monkeypatch.setenv("PATHWAYS_LANDING", str(folder))
    assert dbt(
        project_copy,
        "build",
        "--select",
        "+rpt_unmapped",
        "+int_dfe_cell__settled",
        "--exclude-resource-type",
        "unit_test",
    )
    with duckdb.connect(str(project_copy / "warehouse" / "build.duckdb"), read_only=True) as connection:
        found = connection.sql(
            "select source_key, found from quality.rpt_unmapped where finding_code = 'dfe_column'"
        ).fetchall()
        hidden = connection.sql(
            "select source_key, area_code, reporting_year, status_code, value, cell_text"
            " from intermediate.int_dfe_cell__settled where is_withheld_later"
        ).fetchall()
    ((source, text),) = found
    assert source == "dfe-c1-2026"
    assert "column children_back" in text
    assert "c1,children_back,,,rereferral_child_count,10 " in text
    # until the row is there, what release 2026 suppresses under the new name stays hidden under the old
    assert hidden == [("dfe-c1-2025", "331", 2020, "suppressed", None, None)]


def test_a_column_that_became_a_filter_and_cells_that_went_away_are_noticed_by_the_build(
    c1: Path, project_copy: Path, dbt: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = c1.read_text(encoding="utf-8").splitlines()
    later = c1.parent / NAME.replace("2025", "2026")
    kind = "Referrals and Re-referrals"
    more = [line.replace("2025,", "2026,", 1) for line in lines if line.startswith("2025,")]
    rows = [*lines[1:], *more]
    split = [line.replace(kind, "Of these: new") for line in rows]
    later.write_text("\n".join([lines[0], *rows, *split]) + "\n", encoding="utf-8")
    folder = project_copy / "landing"
    place = replace(load_settings(PROJECT), landing=folder, target=project_copy / "target")
    report, said = landing(place, c1, later)
    assert report.passed, said
    monkeypatch.setenv("PATHWAYS_LANDING", str(folder))
    build = ("build", "--exclude-resource-type", "unit_test", "--select")
    assert dbt(project_copy, *build, "+int_dfe_figure__whole_area_figures_stay")
    assert fired(project_copy)["dfe_whole_area_figures_stay"] == [
        "data set c1: figures of filter items only in the newest release"
    ]
    path = folder / "ees" / "cell" / read_manifest(folder / "ees")[0].parquet_file_name
    pq.write_table(pq.read_table(path).slice(0, 100), path)
    assert not dbt(project_copy, *build, "+int_dfe_cell__unioned__is_whole")
    (found,) = fired(project_copy)["landed_file_reaches_the_models"]
    assert found == f"source dfe-c1-2025: 100 cells where {10 * (len(lines) - 1)} were landed"


@pytest.mark.bench
def test_landing_is_no_slower_than_pandas_and_at_most_twice_the_floor() -> None:
    folder = shared("data", "dfe", "cin_2024")
    lines = bench(load_settings(PROJECT), folder, rounds=3)
    ratios = [float(line.split("|")[4]) for line in lines if line.startswith(("| pandas", "| floor"))]
    assert ratios[0] <= 1.0
    assert ratios[1] <= 2.0
    memory = [float(line.split("|")[2]) for line in lines if line.startswith(("| 1 |", "| 10 |"))]
    assert len(memory) == 2 and max(memory) < 500
