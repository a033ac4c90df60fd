"""The report: its numbers are those of SQL, nothing is a gap, and anybody can open and read it."""

from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from lxml import html
from playwright.sync_api import Browser, BrowserContext

from conftest import PROJECT, Built, pathways
from pathways.errors import PathwaysError
from pathways.export.write import write_exports
from pathways.report.bench import MOST_BYTES, MOST_SECONDS, write_panel_report
from pathways.report.figures import inline, single_out
from pathways.report.flow import Box, Count, Pathway, boxes
from pathways.report.site import write_report
from pathways.settings import Settings, environment_under, load_settings

NOISE = 2.0
"""How much of the time others on the machine may take."""
SIGN = re.compile(r"\[(c|u|low|z|x)\] ")


def settings_of(built: Built, exports: Path) -> Settings:
    return replace(load_settings(PROJECT), warehouse=built.folder, target=built.target, exports=exports)


@pytest.fixture(scope="module")
def site(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports with the report and dbt's documentation among them, as `make docs` has it."""
    exports = tmp_path_factory.mktemp("site") / "exports"
    shutil.copytree(built.exports, exports)
    environment = {**built.environment, "PATHWAYS_EXPORTS": str(exports)}
    code, output = pathways("docs", project=PROJECT, environment=environment)
    assert code == 0, output
    assert output.splitlines()[-1] == f"Open {exports / 'index.html'}"
    return exports


def page(site: Path, place: str) -> Any:
    return html.fromstring((site / "report" / place).read_bytes())


def table(document: Any, caption: str) -> list[dict[str, str]]:
    """The table with a caption, a dictionary a row."""
    (found,) = document.xpath(f'//table[caption[starts-with(., "{caption}")]]')
    header = [cell.text_content() for cell in found.xpath("./thead/tr/th")]
    return [
        dict(zip(header, [cell.text_content().strip() for cell in row.xpath("./*")], strict=True))
        for row in found.xpath("./tbody/tr")
    ]


def test_a_page_for_each_council_with_data_and_each_measure(
    site: Path, published: duckdb.DuckDBPyConnection
) -> None:
    councils = {
        row[0] for row in published.execute("select authority_key from rpt_council_profile").fetchall()
    }
    assert {path.stem for path in (site / "report" / "councils").iterdir()} == councils
    measures = {
        row[0]
        for row in published.execute(
            "select measure_code from dim_measure where figure_family_code = 'pathway'"
            " union select measure_code from fct_release_figure where measure_code is not null"
            " union select rate_code from dim_rate"
        ).fetchall()
    }
    assert {path.stem for path in (site / "report" / "measures").iterdir()} == {*measures, "index"}


def test_a_council_page_shows_the_counts_of_sql(site: Path, published: duckdb.DuckDBPyConnection) -> None:
    rows = {row["Step"]: row for row in table(page(site, "councils/E-331.html"), "Children at each step")}
    for code, name in published.execute(
        "select measure_code, measure_name from dim_measure where measure_code in"
        " ('assessed', 'closed_after_assessment', 'closed_referred_to_early_help')"
    ).fetchall():
        expected = published.execute(
            f"select period_label, {code}_count from fct_pathway join dim_period using (period_key)"
            " where authority_key = 'E-331' and age_band_code = 'all'"
        ).fetchall()
        assert {year: int(rows[name][year].replace(",", "")) for year, _ in expected} == dict(expected)


def test_a_council_page_shows_each_rate_with_its_interval(
    site: Path, published: duckdb.DuckDBPyConnection
) -> None:
    rows = table(page(site, "councils/E-331.html"), "Rates, all ages")
    expected = published.execute(
        "select period_label, round(rate_percent, 1), round(interval_lower, 1), round(interval_upper, 1)"
        " from fct_pathway_rate join dim_period using (period_key)"
        " where authority_key = 'E-331' and age_band_code = 'all'"
        " and rate_code = 'rereferral_with_early_help'"
    ).fetchall()
    shown = {row["Year"]: row["Re-referral rate with early help"] for row in rows}
    assert shown == {
        year: f"{rate:.1f} ({lower:.1f} to {upper:.1f})" for year, rate, lower, upper in expected
    }


def test_where_there_is_no_number_stands_a_sign_and_the_reason(
    site: Path, published: duckdb.DuckDBPyConnection
) -> None:
    rows = {
        row["Step"]: row
        for row in table(page(site, "councils/unknown-request_18908.html"), "Children at each step")
    }
    assert rows["Assessed"]["2020/21"] == "[x] published elsewhere"
    assert rows["Early help assessment received"]["2022/23"] == "[x] not answered"
    for path in (site / "report").rglob("*.html"):
        for cell in html.fromstring(path.read_bytes()).xpath("//td | //tbody/tr/th"):
            assert cell.text_content().strip(), f"a blank cell in {path.name}"


def test_a_suppressed_count_is_shown_as_suppressed_with_its_bounds(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    shutil.copyfile(built.published_file, folder / "pathways.duckdb")
    with duckdb.connect(str(folder / "pathways.duckdb")) as connection:
        connection.execute(
            "update marts.fct_pathway set early_help_rereferred_within_12_months_count = null,"
            " early_help_rereferred_within_12_months_lower = 1,"
            " early_help_rereferred_within_12_months_upper = 5,"
            " early_help_rereferred_within_12_months_status = 'suppressed'"
            " where authority_key = 'E-331' and period_key = '2019-04-01_2020-03-31'"
        )
    settings = replace(settings_of(built, tmp_path / "exports"), warehouse=folder)
    write_report(settings)
    document = page(settings.exports, "councils/E-331.html")
    (row,) = [
        row
        for row in table(document, "Children at each step")
        if row["Step"] == "Referred to early help and re-referred within 12 months"
    ]
    assert row["2019/20"] == "[c] suppressed, 1 to 5"


def drawn(both: int | None) -> list[Box]:
    count = Count(both, "[c]" if both is None else str(both))
    return boxes(Pathway(Count(1000, "1,000"), Count(200, "200"), Count(250, "250"), count))


def test_the_height_of_a_box_is_its_count() -> None:
    heights = {box.words: box.height for box in drawn(50)}
    assert heights["Re-referred: 50"] / heights["Early help: 200"] == pytest.approx(50 / 200)
    assert heights["Re-referred: 200"] / heights["No early help: 800"] == pytest.approx(200 / 800)
    assert heights["Closed: 1,000"] == pytest.approx(
        heights["Early help: 200"] + heights["No early help: 800"]
    )


def test_a_withheld_count_has_no_height_of_its_own_and_betrays_no_other() -> None:
    ends = [box for box in drawn(None) if box.column == 2]
    assert [(box.words, box.is_known) for box in ends] == [("Re-referred: [c]", False)] * 2
    middles = [box for box in drawn(None) if box.column == 1]
    assert [box.height for box in ends] == [box.height for box in middles]


def test_the_data_behind_a_chart_is_what_was_published(
    site: Path, published: duckdb.DuckDBPyConnection
) -> None:
    with (site / "report" / "data" / "E-331_dfe.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = published.execute(
        "select period_label, cast(rereferral_percent as double) from fct_rereferral"
        " join dim_period using (period_key) where authority_key = 'E-331' order by 1"
    ).fetchall()
    assert [(row["period"], float(row["percent"])) for row in rows if row["area"] == "Coventry"] == expected


def test_every_chart_has_its_data_in_words_and_as_a_file(site: Path) -> None:
    figures = 0
    for path in (site / "report").rglob("*.html"):
        for figure in html.fromstring(path.read_bytes()).xpath("//figure"):
            figures += 1
            (link,) = figure.xpath(".//a/@href")
            assert (path.parent / link).resolve().stat().st_size > 40
            said = figure.xpath("./div/@aria-label")
            assert len(said) == 2 and all(len(words) > 40 for words in said)
            assert len(figure.xpath(".//svg[@aria-hidden='true']")) == 2
    assert figures > 40


def test_no_text_of_a_source_becomes_part_of_a_page(built: Built, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    shutil.copyfile(built.published_file, folder / "pathways.duckdb")
    evil = '<script>alert(1)</script><img src=x onerror=alert(1)>"=1+1'
    with duckdb.connect(str(folder / "pathways.duckdb")) as connection:
        for table_name, column in (
            ("fct_pathway_figure", "note"),
            ("rpt_coverage", "answer_text"),
            ("dim_source", "source_title"),
            ("dim_authority", "authority_name"),
        ):
            connection.execute(
                f"update marts.{table_name} set {column} = ? where {column} is not null", [evil]
            )
    settings = replace(settings_of(built, tmp_path / "exports"), warehouse=folder)
    write_report(settings)
    for path in settings.exports.rglob("*.html"):
        document = html.fromstring(path.read_bytes())
        assert document.xpath("//script | //*[@onerror] | //img") == [], path
    with next((settings.exports / "report" / "data").glob("*_dfe.csv")).open(encoding="utf-8-sig") as file:
        assert not re.search(r"^[=+@]", file.read(), re.MULTILINE)


def test_every_link_leads_somewhere(site: Path) -> None:
    seen = 0
    for path in [site / "index.html", *(site / "report").rglob("*.html")]:
        document = html.fromstring(path.read_bytes())
        for link in document.xpath("//a/@href | //link/@href"):
            address = urlsplit(link)
            if address.scheme:
                assert address.scheme in ("https", "data"), link
                continue
            seen += 1
            target = (path.parent / unquote(address.path)).resolve() if address.path else path
            assert target.exists(), f"{link} of {path.name}"
            if address.fragment:
                assert html.fromstring(target.read_bytes()).xpath(f'//*[@id="{address.fragment}"]'), link
    assert seen > 500


def test_the_start_page_lists_all_that_is_there(site: Path) -> None:
    links = set(html.fromstring((site / "index.html").read_bytes()).xpath("//a/@href"))
    assert {
        "report/index.html", "early_help_pathways.xlsx", "csv/", "csv/datapackage.json", "parquet/",
        "ees/early_help_pathway.csv", "data_docs/index.html", "dbt_docs.html",
    } <= links  # fmt: skip


def test_an_older_report_is_called_so(built: Built, tmp_path: Path) -> None:
    settings = settings_of(built, tmp_path / "exports")
    write_report(settings)
    assert "shows the figures of before" not in (settings.exports / "index.html").read_text(encoding="utf-8")
    old = built.published_file.stat().st_mtime - 60
    os.utime(settings.exports / "report" / "index.html", (old, old))
    write_exports(settings)
    assert "shows the figures of before" in (settings.exports / "index.html").read_text(encoding="utf-8")


def test_dbt_docs_say_nothing_of_the_machine_and_leave_the_build_as_it_was(site: Path, built: Built) -> None:
    text = (site / "dbt_docs.html").read_text(encoding="utf-8")
    assert str(PROJECT) not in text and str(built.folder.parent) not in text
    for words in ("Early help pathway warehouse", "fct_pathway_figure", "published_warehouse"):
        assert words in text
    code, output = pathways(
        "publish",
        project=PROJECT,
        environment={**built.environment, "PATHWAYS_EXPORTS": str(site.parent / "again")},
    )
    assert code == 0, output


def test_without_a_published_file_one_sentence_says_so(tmp_path: Path) -> None:
    code, output = pathways("report", project=PROJECT, environment=environment_under(tmp_path))
    assert code == 1
    assert output.splitlines() == [
        f"There is no {tmp_path / 'warehouse' / 'pathways.duckdb'} to report on. Run `pathways build` first."
    ]


def test_a_file_of_another_version_is_named_not_shown(built: Built, tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "pathways.duckdb")) as connection:
        connection.execute("create schema marts")
    settings = replace(settings_of(built, tmp_path / "exports"), warehouse=tmp_path)
    with pytest.raises(PathwaysError, match=r"can't be reported on: .* Run `pathways build`"):
        write_report(settings)
    assert not settings.exports.exists()


def test_a_report_that_cannot_be_written_leaves_the_old_one(built: Built, tmp_path: Path) -> None:
    settings = settings_of(built, tmp_path / "exports")
    settings.exports.write_text("", encoding="utf-8")
    with pytest.raises(PathwaysError, match="could not be written to"):
        write_report(settings)
    assert settings.exports.is_file()


def test_digits_are_taken_from_places_not_from_what_can_be_read() -> None:
    svg = '<svg width="1.2345"><path class="x" d="M0.123,4.567"/><text y="3.99">0.25</text></svg>'
    assert inline(svg) == (
        '<svg aria-hidden="true" width="1.2"><path d="M0.1,4.5"/><text y="3.9">0.25</text></svg>'
    )


def test_a_layer_that_lacks_a_mark_is_no_council_by_position() -> None:
    svg = '<g class="mark-symbol role-mark shown_marks" role="x"><path d="1"/><path d="2"/></g>'
    assert single_out(svg, ("shown",), 1, 2).count("<path") == 1
    with pytest.raises(ValueError, match="2 marks where 3"):
        single_out(svg, ("shown",), 1, 3)


PAGES = (
    "index.html",
    "report/index.html",
    "report/coverage.html",
    "report/quality.html",
    "report/method.html",
    "report/sources.html",
    "report/measures/index.html",
    "report/measures/closed_after_assessment.html",
    "report/measures/rereferral_count.html",
    "report/councils/E-331.html",
    "report/councils/unknown-request_18908.html",
    "report/councils/E-838.html",
)


@pytest.fixture(scope="module", params=[320, 1280])
def width(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(scope="module")
def view(chromium: Browser, width: int) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    yield context
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("place", PAGES)
def test_axe_finds_no_violation_and_nothing_runs_off_the_screen(
    site: Path, view: BrowserContext, width: int, place: str
) -> None:
    opened = view.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((site / place).as_uri())
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = Axe().run(opened, options={"runOnly": {"type": "tag", "values": rules}})
    assert found.violations_count == 0, found.generate_report()
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert all(address.startswith(("file://", "data:")) for address in asked), asked
    opened.close()


@pytest.mark.browser
def test_everything_can_be_read_without_javascript_and_printed(site: Path, chromium: Browser) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.goto((site / "report/councils/E-331.html").as_uri())
    text = opened.inner_text("main")
    for words in ("2,033", "30.9 (25.3 to 37.1)", "no effect of early help"):
        assert words in text
    assert opened.locator("figure .wide svg").first.is_visible()
    assert not opened.locator("figure .narrow svg").first.is_visible()
    opened.emulate_media(media="print")
    assert not opened.locator("header nav").is_visible()
    assert opened.pdf(format="A4").startswith(b"%PDF")
    context.close()


@pytest.mark.browser
def test_dbt_docs_ask_no_other_host(site: Path, chromium: Browser) -> None:
    opened = chromium.new_page()
    asked: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto((site / "dbt_docs.html").as_uri())
    opened.wait_for_selector("text=Early help pathway warehouse", timeout=30_000)
    assert [address for address in asked if address.startswith("http")] == []
    opened.close()


@pytest.mark.bench
def test_the_report_of_153_councils_takes_less_than_a_minute_and_its_pages_are_small(
    built: Built, tmp_path: Path
) -> None:
    written = write_panel_report(settings_of(built, tmp_path / "exports"), tmp_path)
    assert written.page_count > 153
    assert written.largest_bytes < MOST_BYTES, written.largest_page
    assert written.seconds < MOST_SECONDS * NOISE
