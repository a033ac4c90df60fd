"""The files for people: what is in them is what was published, whole, safe to open, and described."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pyarrow.parquet as pq
import pytest
from frictionless import Package
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import PROJECT, Built, pathways, write_seed
from pathways import __version__
from pathways.errors import PathwaysError
from pathways.export import EES_NAME
from pathways.export.formula import original_text, safe_text
from pathways.export.workbook import COVER_WIDTH, LINE_POINTS, notes
from pathways.export.write import PARTS, write_exports
from pathways.files import entries_replaced
from pathways.report.bench import publish_panel
from pathways.settings import Settings, load_settings
from pathways.signs import read_signs

SIGN = re.compile(r"\[(c|u|low|z|x)\]")


@pytest.fixture
def settings(built: Built, tmp_path: Path) -> Settings:
    """Settings of the published file with exports of the test's own.

    In a folder of its own too: one writes exports of a warehouse at a time, and other tests write the report.
    """
    folder = tmp_path / "published"
    folder.mkdir()
    shutil.copyfile(built.published_file, folder / "pathways.duckdb")
    return replace(
        load_settings(PROJECT), warehouse=folder, target=built.target, exports=tmp_path / "exports"
    )


def tables_of(published: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        row[0]
        for row in published.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by 1"
        ).fetchall()
    ]


def rows_of(published: duckdb.DuckDBPyConnection, table: str) -> list[tuple[Any, ...]]:
    return published.execute(f"select * from marts.{table} order by all").fetchall()


def test_parquet_holds_every_published_row_with_its_types(
    built: Built, published: duckdb.DuckDBPyConnection
) -> None:
    names = tables_of(published)
    assert sorted(path.stem for path in (built.exports / "parquet").iterdir()) == names
    for name in names:
        path = built.exports / "parquet" / f"{name}.parquet"
        found = duckdb.sql(f"select * from read_parquet('{path}') order by all")
        assert found.fetchall() == rows_of(published, name), name
        described = published.execute(f"describe marts.{name}").fetchall()
        assert [str(kind) for kind in found.types] == [row[1] for row in described], name


def test_parquet_says_what_it_is_and_where_it_comes_from(
    built: Built, published: duckdb.DuckDBPyConnection
) -> None:
    schema = pq.read_schema(built.exports / "parquet" / "fct_pathway.parquet")
    said = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    assert said["title"].startswith("One row per council, period and age band")
    assert json.loads(said["primary_key"]) == ["pathway_key"]
    assert said["version"] == __version__
    assert (
        date.fromisoformat(said["date"])
        == datetime.fromtimestamp(built.published_file.stat().st_mtime, UTC).date()
    )
    sources = json.loads(said["sources"])
    assert len(sources) == published.execute("select count(*) from dim_source").fetchall()[0][0]
    assert all(source["licence"] and source["publisher"] for source in sources)
    assert "Open Government Licence v3.0" in said["licence"]
    assert all(field.metadata[b"description"] for field in schema)


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def spelled(value: Any) -> str:
    """A value as the CSV files spell it, but for numbers that may be spelled in many ways."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float | Decimal):
        return f"{float(value):.9g}"
    return safe_text(value) if isinstance(value, str) else str(value)


def test_csv_holds_every_published_row(built: Built, published: duckdb.DuckDBPyConnection) -> None:
    for name in tables_of(published):
        path = built.exports / "csv" / f"{name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "Excel reads UTF-8 only behind this mark"
        header, *found = read_csv(path)
        described = published.execute(f"describe marts.{name}").fetchall()
        assert header == [row[0] for row in described]
        is_number = [row[1] == "DOUBLE" or row[1].startswith("DECIMAL") for row in described]
        said = [
            [
                f"{float(cell):.9g}" if cell and kind else cell
                for cell, kind in zip(row, is_number, strict=True)
            ]
            for row in found
        ]
        expected = [[spelled(value) for value in row] for row in rows_of(published, name)]
        assert sorted(said) == sorted(expected), name


@given(st.text() | st.from_regex(r"[\s\"']{0,3}[=+\-@＝＋－＠\t\r\n].*", fullmatch=True))
@example("=1+1")
@example("'=1+1")
@example("\t1")
@example("'\t1")
@example('"=1')
@example("＝1")
@example("-5")
def test_no_text_is_a_formula_and_each_comes_back_as_it_was(text: str) -> None:
    safe = safe_text(text)
    assert original_text(safe) == text
    if not re.fullmatch(r"-|[+-]\d[\d,. ]*%?", safe):
        assert not re.match(r"[\s\"]*[=+\-@＝＋－＠\t\r\n]", safe)


def test_two_texts_are_never_one_once_they_are_safe() -> None:
    texts = [mark * count + rest for mark in "'\"\t" for count in range(3) for rest in ("=1", "-5", "a", "-")]
    assert len({safe_text(text) for text in texts}) == len(set(texts))


def package_faults(folder: Path) -> list[str]:
    report = Package(str(folder / "datapackage.json")).validate()
    return [*[e.message for e in report.errors], *[e.message for task in report.tasks for e in task.errors]]


def test_the_data_package_describes_every_column_and_validates(
    built: Built, published: duckdb.DuckDBPyConnection
) -> None:
    assert package_faults(built.exports / "csv") == []
    package = json.loads((built.exports / "csv" / "datapackage.json").read_text(encoding="utf-8"))
    assert [resource["name"] for resource in package["resources"]] == tables_of(published)
    for resource in package["resources"]:
        assert all(field["description"] for field in resource["schema"]["fields"]), resource["name"]
        assert resource["schema"]["primaryKey"], resource["name"]
    assert package["version"] and package["created"] and package["sources"] and package["licenses"]
    assert "apostrophe" in package["description"]


@pytest.mark.parametrize(
    "column, text",
    [("reporting_year", "soon"), ("referral_count", "4,656"), ("is_first_year_of_authority", "perhaps")],
)
def test_a_cell_that_is_not_as_described_does_not_validate(
    built: Built, tmp_path: Path, column: str, text: str
) -> None:
    folder = tmp_path / "csv"
    shutil.copytree(built.exports / "csv", folder)
    rows = read_csv(folder / "fct_rereferral.csv")
    rows[1][rows[0].index(column)] = text
    write_seed(folder / "fct_rereferral.csv", rows[0], rows[1:])
    assert any(f'"{text}"' in fault and column in fault for fault in package_faults(folder))


def test_a_file_without_its_column_or_not_there_does_not_validate(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    shutil.copytree(built.exports / "csv", folder)
    rows = read_csv(folder / "dim_status.csv")
    write_seed(folder / "dim_status.csv", ["another", *rows[0][1:]], rows[1:])
    assert any("another" in fault for fault in package_faults(folder))
    (folder / "dim_status.csv").unlink()
    assert any("dim_status.csv" in fault for fault in package_faults(folder))


def test_a_key_that_stands_twice_does_not_validate(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    shutil.copytree(built.exports / "csv", folder)
    path = folder / "dim_status.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines, lines[-1]]), encoding="utf-8")
    assert any("primary" in fault.lower() for fault in package_faults(folder))


def sheets_of(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in openpyxl.load_workbook(path)}


def table_of(rows: list[tuple[Any, ...]], first: str) -> list[dict[str, Any]]:
    start = next(index for index, row in enumerate(rows) if row[0] == first)
    header = [cell for cell in rows[start] if cell is not None]
    return [dict(zip(header, row, strict=False)) for row in rows[start + 1 :]]


def test_the_workbook_is_accessible(built: Built) -> None:
    workbook = openpyxl.load_workbook(built.exports / "early_help_pathways.xlsx")
    assert workbook.sheetnames[:3] == ["Cover", "Contents", "Notes"]
    listed = {row[0] for row in workbook["Contents"].iter_rows(values_only=True)}
    for sheet in workbook:
        assert not sheet.merged_cells.ranges
        assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row), "no formula"
        if sheet.title in ("Cover", "Contents", "Notes"):
            continue
        assert sheet.title in listed
        (table,) = sheet.tables.values()
        blank = [cell.coordinate for row in sheet[table.ref] for cell in row if cell.value in (None, "")]
        assert blank == [], f"{sheet.title}: a cell is blank"
        assert sheet["A1"].value, "a title stands first"


def test_each_note_of_the_workbook_stands_in_a_row_high_enough_for_it(
    built: Built, published: duckdb.DuckDBPyConnection
) -> None:
    sheet = openpyxl.load_workbook(built.exports / "early_help_pathways.xlsx")["Notes"]
    found = {row[1].value: row[0].row for row in sheet.iter_rows(min_row=4)}
    # gptables puts them in the order in which the sheets refer to them
    assert list(found) == list(notes(read_signs(published)).values())
    for text, number in found.items():
        assert sheet.row_dimensions[number].height >= LINE_POINTS * len(text) / COVER_WIDTH


def test_the_workbook_shows_the_published_counts_or_the_sign_of_their_status(
    built: Built, published: duckdb.DuckDBPyConnection
) -> None:
    rows = table_of(sheets_of(built.exports / "early_help_pathways.xlsx")["Pathway"], "Council")
    expected = published.execute(
        "select authority_name, period_label, age_band_name, closed_after_assessment_count, shorthand"
        " from fct_pathway join dim_authority using (authority_key) join dim_period using (period_key)"
        " join dim_age_band using (age_band_code)"
        " join dim_status on status_code = closed_after_assessment_status where question_set_code is not null"
    ).fetchall()
    found = {(row["Council"], row["Year"], row["Age"]): row["Case closed after assessment"] for row in rows}
    assert found == {
        (name, year, age): count if count is not None else f"[{sign}]"
        for name, year, age, count, sign in expected
    }
    silent = [row for row in rows if SIGN.fullmatch(str(row["Case closed after assessment"]))]
    assert silent
    for row in silent:
        if row["Case closed after assessment"] != "[z]":
            assert "Case closed after assessment: [x]" in row["Why numbers are missing"]


def test_the_workbook_shows_rates_rounded_with_their_reason(
    built: Built, published: duckdb.DuckDBPyConnection
) -> None:
    rows = table_of(sheets_of(built.exports / "early_help_pathways.xlsx")["Rates"], "Council")
    (count,) = published.execute(
        "select count(*) from fct_pathway_rate where age_band_code = 'all'"
    ).fetchall()[0]
    assert len(rows) == count
    (row,) = [
        row
        for row in rows
        if (row["Council"], row["Year"], row["Rate"])
        == ("Coventry", "2015/16", "Re-referral rate with early help")
    ]
    assert (row["Value"], row["95% interval from"], row["95% interval to"]) == (30.9, 25.3, 37.1)
    assert (row["Of them"], row["Of children"]) == (71, 230)
    assert row["Why there is no rate"] == "it is given"
    for row in rows:
        assert (SIGN.fullmatch(str(row["Value"])) is None) == (row["Why there is no rate"] == "it is given")


def test_the_cover_names_version_date_and_licence(built: Built) -> None:
    workbook = sheets_of(built.exports / "early_help_pathways.xlsx")
    cover = " ".join(str(row[0]) for row in workbook["Cover"] if row[0])
    assert (
        f"Version {__version__}" in cover
        and "Open Government Licence v3.0" in cover
        and str(date.today().year) in cover
    )
    assert {row["Licence"] for row in table_of(workbook["Sources"], "Source")} != {"none"}


def test_a_text_that_looks_like_a_formula_or_a_note_stays_a_text(
    settings: Settings, built: Built, tmp_path: Path
) -> None:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    shutil.copyfile(built.published_file, folder / "pathways.duckdb")
    with duckdb.connect(str(folder / "pathways.duckdb")) as connection:
        connection.execute(
            "update marts.dim_source set source_title = '=1+1 $$effect$$' where release_code = '2025'"
        )
    write_exports(replace(settings, warehouse=folder))
    workbook = openpyxl.load_workbook(settings.exports / "early_help_pathways.xlsx")
    cells = [cell for row in workbook["Sources"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert "=1+1 $ $effect$ $" in [cell.value for cell in cells]
    rows = read_csv(settings.exports / "csv" / "dim_source.csv")
    assert any("'=1+1 $$effect$$" in row for row in rows)


def strict_door(folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    return pathways("land", "--strict", "--dry-run", str(folder), project=PROJECT, environment=environment)


def test_the_pathway_in_ees_layout_passes_the_strict_door(built: Built) -> None:
    code, output = strict_door(built.exports / "ees", built.environment)
    assert code == 0, output
    assert f"Passed {built.exports / 'ees' / f'{EES_NAME}.csv'}" in output
    rows = read_csv(built.exports / "ees" / f"{EES_NAME}.csv")
    (row,) = [dict(zip(rows[0], line, strict=True)) for line in rows[1:] if line[0] == "2016"]
    assert (row["old_la_code"], row["age_band"], row["closed_after_assessment_count"]) == (
        "331",
        "Total",
        "2033",
    )
    guidance = (built.exports / "ees" / "data-guidance.txt").read_text(encoding="utf-8")
    assert "20 rows of Wales" in guidance and "20 rows of councils that are not named" in guidance
    assert f"Version: {__version__}" in guidance and "Licence: " in guidance


@pytest.mark.bench
def test_the_pathway_of_all_councils_passes_the_strict_door_with_its_suppressed_cells(
    built: Built, tmp_path: Path
) -> None:
    settings = replace(load_settings(PROJECT), warehouse=built.folder, target=built.target)
    panel = publish_panel(settings, tmp_path)
    with duckdb.connect(str(panel.published_file)) as connection:
        connection.execute(
            "update marts.fct_pathway set closed_referred_to_early_help_count = null,"
            " closed_referred_to_early_help_status = 'suppressed'"
            " where closed_referred_to_early_help_count < 30"
        )
    write_exports(panel)
    rows = read_csv(panel.exports / "ees" / f"{EES_NAME}.csv")
    assert len({line[rows[0].index("old_la_code")] for line in rows}) > 150
    assert "c" in {line[rows[0].index("closed_referred_to_early_help_count")] for line in rows}
    code, output = strict_door(panel.exports / "ees", built.environment)
    assert code == 0, output


def test_exports_hold_nothing_of_the_machine(built: Built) -> None:
    places = [str(PROJECT), str(built.folder.parent)]
    for path in built.exports.rglob("*"):
        if path.is_file() and path.suffix in (".html", ".csv", ".json", ".txt", ".css"):
            text = path.read_text(encoding="utf-8-sig")
            assert not [place for place in places if place in text], path


def test_the_same_figures_make_the_same_csv_files(settings: Settings) -> None:
    write_exports(settings)
    first = {path.name: path.read_bytes() for path in (settings.exports / "csv").iterdir()}
    write_exports(settings)
    assert {path.name: path.read_bytes() for path in (settings.exports / "csv").iterdir()} == first


def test_what_others_put_there_stays(settings: Settings) -> None:
    (settings.exports / "answers").mkdir(parents=True)
    (settings.exports / "answers" / "331.csv").write_text("mine", encoding="utf-8")
    write_exports(settings)
    assert (settings.exports / "answers" / "331.csv").read_text(encoding="utf-8") == "mine"
    assert {path.name for path in settings.exports.iterdir()} == {
        *PARTS,
        "answers",
        "data_docs",
        "index.html",
    }


def no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def is_a_file(settings: Settings) -> None:
    shutil.rmtree(settings.exports, ignore_errors=True)
    settings.exports.write_text("", encoding="utf-8")


def is_full(settings: Settings) -> None:
    PARTS["ees"] = no_room


@pytest.mark.parametrize("spoil", [is_a_file, is_full])
def test_exports_that_cannot_be_written_are_one_sentence_and_the_old_ones_stay(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, spoil: Callable[[Settings], None]
) -> None:
    monkeypatch.setitem(PARTS, "ees", PARTS["ees"])
    write_exports(settings)
    before = {path: path.stat().st_ino for path in sorted(settings.exports.iterdir())}
    spoil(settings)
    with pytest.raises(PathwaysError) as raised:
        write_exports(settings)
    assert "is published, but the files for people could not be written" in str(raised.value)
    assert "run `pathways publish` again" in str(raised.value)
    if settings.exports.is_dir():
        assert {path: path.stat().st_ino for path in sorted(settings.exports.iterdir())} == before


def test_an_entry_that_cannot_be_put_in_place_brings_all_old_ones_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").touch()
    rename = Path.rename

    def refused(self: Path, target: Path) -> Path:
        if self.parent.name == ".draft" and self.name == "b":
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refused)
    with pytest.raises(PermissionError), entries_replaced(tmp_path) as draft:
        for name in ("a", "b"):
            (draft / name).mkdir()
            (draft / name / "new").touch()
    monkeypatch.undo()
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == [
        "a",
        "a/old",
        "b",
        "b/old",
    ]


def test_what_a_killed_run_left_is_put_right_by_the_next(tmp_path: Path) -> None:
    # killed after the old entry went aside, before the new one took its place
    (tmp_path / ".old" / "a").mkdir(parents=True)
    (tmp_path / ".old" / "a" / "old").touch()
    (tmp_path / ".draft" / "a").mkdir(parents=True)
    with pytest.raises(RuntimeError), entries_replaced(tmp_path):
        raise RuntimeError
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a" / "old").exists()


def test_exports_can_be_read_by_others(settings: Settings) -> None:
    before = os.umask(0o022)
    try:
        write_exports(settings)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in settings.exports.rglob("*") if path.is_file()}
    assert modes == {0o644}


def test_decimals_of_the_workbook_are_halves_up() -> None:
    from pathways.words import one_decimal, rounded

    assert [one_decimal(value) for value in (0.25, 0.35, -0.25, -0.04, Decimal("16.25"))] == [
        "0.3",
        "0.4",
        "-0.3",
        "0.0",
        "16.3",
    ]
    assert rounded(1.375, 2) == Decimal("1.38")
