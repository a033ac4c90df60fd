"""Superset on the published file: the real server, a real browser, and the numbers that they show."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests
import yaml
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from conftest import PROJECT, Built

BI = PROJECT / "bi" / "superset"
ASSETS = BI / "assets"
DASHBOARDS = ("the-pathway", "a-council-and-its-peers")
MOST_SECONDS = 1.0
"""How long a chart's answer may take once Superset is warm."""


def assets(kind: str) -> dict[str, dict[str, Any]]:
    """The assets of a kind by their file's name."""
    return {
        path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
        for path in sorted((ASSETS / kind).rglob("*.yaml"))
    }


def charts_of(dashboard: dict[str, Any]) -> list[dict[str, Any]]:
    """Where a dashboard has its charts: name, id and uuid."""
    return [
        entry["meta"]
        for entry in dashboard["position"].values()
        if isinstance(entry, dict) and entry["type"] == "CHART"
    ]


def metrics_of(params: dict[str, Any]) -> list[Any]:
    """The metrics of a chart: names of its data set's, or expressions of its own."""
    found: list[Any] = list(params.get("metrics", []))
    return found + [params[key] for key in ("metric", "x", "y", "size") if key in params]


def test_every_data_set_reads_from_the_published_file_with_the_columns_it_describes(
    published: duckdb.DuckDBPyConnection,
) -> None:
    found = assets("datasets")
    assert len(found) >= 8
    for name, data_set in found.items():
        described = [column["column_name"] for column in data_set["columns"]]
        rows = published.cursor().execute(f"describe ({data_set['sql']})").fetchall()
        assert [row[0] for row in rows] == described, name
        assert all(column["description"] and column["verbose_name"] for column in data_set["columns"]), name
        for metric in data_set["metrics"]:
            assert metric["description"], name
            published.cursor().execute(f"select {metric['expression']} from ({data_set['sql']})")


def test_every_chart_asks_for_what_its_data_set_has_and_stands_on_a_dashboard(
    published: duckdb.DuckDBPyConnection,
) -> None:
    data_sets = {data_set["uuid"]: data_set for data_set in assets("datasets").values()}
    shown = {meta["uuid"] for dashboard in assets("dashboards").values() for meta in charts_of(dashboard)}
    charts = assets("charts")
    assert len(charts) >= 10
    for name, chart in charts.items():
        data_set, params = data_sets[chart["dataset_uuid"]], chart["params"]
        columns = {params[key] for key in ("x_axis", "source", "target", "entity") if key in params}
        columns |= {*params.get("all_columns", []), *params.get("groupby", [])}
        columns |= {json.loads(pair)[0] for pair in params.get("order_by_cols", [])}
        assert columns <= {column["column_name"] for column in data_set["columns"]}, name
        expressions = {metric["metric_name"]: metric["expression"] for metric in data_set["metrics"]}
        for metric in metrics_of(params):
            text = metric["sqlExpression"] if isinstance(metric, dict) else expressions[metric]
            limits = [condition["sqlExpression"] for condition in params["adhoc_filters"]] or ["true"]
            query = f"select {text} from ({data_set['sql']}) where {' and '.join(limits)}"
            assert published.cursor().execute(query).fetchone() is not None, name
        assert chart["description"], name
        assert chart["uuid"] in shown, f"{name} stands on no dashboard"


def test_what_is_no_whole_number_says_so_in_the_tables(published: duckdb.DuckDBPyConnection) -> None:
    data_sets = assets("datasets")
    steps = published.cursor().sql(data_sets["pathway_step"]["sql"])
    incomplete = steps.filter("authority_name like '%18908%' and period_label = '2024/25' and step_order = 4")
    assert incomplete.project("shown").fetchall() == [("31 (12 months not over: incomplete)",)]
    assert steps.filter("child_count is null and shown not like '[%] %'").fetchall() == []
    series = published.cursor().sql(data_sets["rereferral_series"]["sql"])
    council = series.filter("series = 'Council'").project(
        "authority_name, period_label, rereferral_shown, not_in_need_shown"
    )
    found = {row[:2]: row[2:] for row in council.fetchall()}
    assert found["Hackney", "2020/21"] == ("[x] not available", "[x] not available")
    assert found["Hampshire", "2023/24"][0] == "[u] low reliability"
    assert found["City of London", "2022/23"][0] == "[c] suppressed"
    assert found["Cumberland", "2023/24"][0] == "10.7 (first year of the council: too low)"
    assert found["Coventry", "2024/25"][0] == "18.5"


def test_uuids_are_unique_and_filters_name_columns() -> None:
    every = [
        asset for kind in ("databases", "datasets", "charts", "dashboards") for asset in assets(kind).values()
    ]
    assert len({asset["uuid"] for asset in every}) == len(every)
    data_sets = {data_set["uuid"]: data_set for data_set in assets("datasets").values()}
    for dashboard in assets("dashboards").values():
        assert dashboard["description"]
        assert "no effect of early help" in str(dashboard["position"])
        for chosen in dashboard["metadata"]["native_filter_configuration"]:
            (target,) = chosen["targets"]
            columns = {column["column_name"] for column in data_sets[target["datasetUuid"]]["columns"]}
            assert target["column"]["name"] in columns


@dataclass
class Superset:
    """A running Superset: where it is, its published file, and what it printed."""

    port: int
    password: str
    published_file: Path
    state: Path
    process: subprocess.Popen[str]
    said: list[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(warehouse: Path, state: Path, port: int, **more: str) -> tuple[subprocess.Popen[str], list[str]]:
    """Starts Superset as `make bi` does; returns when it listens, or has ended."""
    environment = {
        **os.environ,
        "PATHWAYS_WAREHOUSE": str(warehouse),
        "PATHWAYS_BI_STATE": str(state),
        "PATHWAYS_BI_PORT": str(port),
        **more,
    }
    process = subprocess.Popen(
        [PROJECT / ".venv-bi" / "bin" / "python", BI / "start.py"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.rstrip())
        if line.startswith("Open http"):
            break
    else:
        return process, said
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
            return process, said
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"Superset does not answer: {said}")


def need_superset() -> None:
    """Skips where Superset is not installed; a continuous integration has to have it."""
    if not (PROJECT / ".venv-bi" / "bin" / "gunicorn").exists():
        if os.environ.get("CI"):
            pytest.fail("Superset is not installed: make .venv-bi/.stamp")
        pytest.skip("Superset is not installed: make .venv-bi/.stamp")


@pytest.fixture(scope="module")
def superset(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Superset]:
    """Superset on a copy of the published file, as a newcomer starts it."""
    need_superset()
    folder = tmp_path_factory.mktemp("superset")
    warehouse, state = folder / "warehouse", folder / "state"
    warehouse.mkdir()
    shutil.copyfile(built.published_file, warehouse / "pathways.duckdb")
    port = free_port()
    process, said = start(warehouse, state, port)
    try:
        shown = [
            found[1] for line in said if (found := re.search(r"the password (\S+) \(shown this once\)", line))
        ]
        assert len(shown) == 1, said
        yield Superset(port, shown[0], warehouse / "pathways.duckdb", state, process, said)
    finally:
        process.terminate()
        process.wait(timeout=30)
    assert process.returncode == 0


@dataclass
class Seen:
    """What a browser saw while it showed pages of Superset."""

    page: Page
    answers: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    """What each chart asked, and what it was told."""
    failed: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    """Errors in the browser's console."""
    asked: list[str] = field(default_factory=list)
    """Every address that was asked, of any host; what the page's policy forbids is not asked."""

    def told(self, column: str, **filters: str) -> list[dict[str, Any]]:
        """The rows of the answers that have a column."""
        rows = [row for _, answer in self.answers for result in answer["result"] for row in result["data"]]
        return [
            row
            for row in rows
            if column in row and all(row.get(name) == value for name, value in filters.items())
        ]


def watched(page: Page, superset: Superset) -> Seen:
    """Follows what the page asks and is told."""
    seen = Seen(page)

    def asks(request: Request) -> None:
        if request.url.startswith(("http", "ws")):
            seen.asked.append(request.url)

    def responded(response: Response) -> None:
        if "/api/v1/chart/data" in response.url and response.request.method == "POST":
            if response.status != 200:
                seen.failed.append(f"{response.status} {response.text()[:300]}")
                return
            seen.answers.append((response.request.post_data_json, response.json()))

    def finished_badly(request: Request) -> None:
        if request.failure == "csp":
            seen.asked.remove(request.url)
        if "/api/v1/chart/data" in request.url:
            seen.failed.append(f"{request.url}: {request.failure}")

    def complained(message: ConsoleMessage) -> None:
        # the picture that counts readers is forbidden, and the browser says so
        if message.type == "error" and "Content Security Policy" not in message.text:
            seen.complaints.append(message.text)

    page.on("console", complained)
    page.on("pageerror", lambda error: seen.complaints.append(str(error)))
    page.on("request", asks)
    page.on("response", responded)
    page.on("requestfailed", finished_badly)
    return seen


def sign_in(page: Page, superset: Superset) -> None:
    # until all of the page is there, it may take back what is typed
    page.goto(f"{superset.address}/login/", wait_until="networkidle")
    page.locator("input:not([type=password]):not([type=hidden])").first.fill("admin")
    page.locator("input[type=password]").first.fill(superset.password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{superset.address}/superset/welcome/")


def look_at(seen: Seen, superset: Superset, slug: str) -> None:
    """Opens a dashboard and waits until each of its charts is drawn."""
    seen.answers.clear()
    page = seen.page
    page.goto(f"{superset.address}/superset/dashboard/{slug}/")
    page.wait_for_selector(".dashboard-component-chart-holder", timeout=60_000)
    dashboard = assets("dashboards")[slug.replace("-", "_")]
    count = len(charts_of(dashboard))
    # a chart that is refused is never drawn: what it was told says more than a page that waits for it
    latest = time.monotonic() + 90
    while len(seen.answers) + len(seen.failed) < count and time.monotonic() < latest:
        page.wait_for_timeout(100)
    assert not seen.failed, seen.failed
    drawn = page.locator(".dashboard-component-chart-holder .slice_container")
    page.wait_for_function(
        "count => document.querySelectorAll('.dashboard-component-chart-holder .slice_container').length"
        " >= count && !document.querySelector('.loading, [data-test=\"loading-indicator\"]')",
        arg=count,
        timeout=90_000,
    )
    assert drawn.count() >= count
    faults = page.locator(
        "[data-test='error-alert'], .ant-alert-error, .missing-chart-container, .error-container"
    )
    assert faults.count() == 0, faults.all_inner_texts()
    assert not seen.failed, seen.failed
    assert not seen.complaints, seen.complaints
    assert len(seen.answers) >= count, f"{len(seen.answers)} answers for {count} charts"


@pytest.fixture(scope="module")
def seen(superset: Superset, chromium: Browser) -> Iterator[Seen]:
    """A browser that has signed in; so tall that no chart waits to be scrolled to."""
    page = chromium.new_page(viewport={"width": 1366, "height": 4000})
    seen = watched(page, superset)
    sign_in(page, superset)
    yield seen
    page.close()


@pytest.mark.browser
def test_the_pathway_shows_what_sql_says(
    seen: Seen, superset: Superset, published: duckdb.DuckDBPyConnection
) -> None:
    look_at(seen, superset, "the-pathway")
    (rate,) = published.execute(
        "select round(rereferral_with_early_help_percent, 2) from rpt_council_profile"
        " where authority_name = 'Coventry' and period_label = '2015/16'"
    ).fetchall()[0]
    (row,) = seen.told("With early help", period_label="2015/16")
    assert row["With early help"] == pytest.approx(rate)
    assert row["With early help__yhat_lower"] < rate < row["With early help__yhat_upper"]
    streams = {(row["source"], row["target"]): row["children"] for row in seen.told("source")}
    closed, early_help = published.execute(
        "select closed_after_assessment_count, closed_referred_to_early_help_count from rpt_council_profile"
        " where authority_name = 'Coventry' and period_label = '2018/19'"
    ).fetchall()[0]
    assert streams["Closed", "Early help"] == early_help
    assert streams["Closed", "Early help"] + streams["Closed", "No early help"] == closed
    # in the page itself, not only in what it was told
    text = seen.page.inner_text("body")
    asked, gave = published.execute(
        "select count(*), count(*) filter (where reported_figure_count > 0) from rpt_response"
    ).fetchall()[0]
    shown = seen.page.locator(".superset-legacy-chart-big-number").all_inner_texts()
    assert [int(words.split()[0]) for words in shown] == [asked, gave]
    for words in ("2033", "no effect of early help", "30 councils with 20% of children are needed"):
        assert words in text


@pytest.mark.browser
def test_a_council_and_its_peers_shows_what_sql_says(
    seen: Seen, superset: Superset, published: duckdb.DuckDBPyConnection
) -> None:
    look_at(seen, superset, "a-council-and-its-peers")
    expected = published.execute(
        "select period_label, rereferral_percent from fct_rereferral join dim_period using (period_key)"
        " join dim_authority using (authority_key) where authority_name = 'Coventry' order by 1"
    ).fetchall()
    # a series is a column; figures come as text or number
    found = [
        (row["period_label"], float(row["Council"]))
        for row in seen.told("Council")
        if row["Council"] is not None
    ]
    assert found == [(year, float(percent)) for year, percent in expected]
    sides = seen.told("DfE: not in need (referrals)", period_label="2015/16")
    assert [row["DfE: not in need (referrals)"] for row in sides] == [3212]
    text = seen.page.inner_text("body")
    assert "not said: too few councils" in text
    dots = [row for row in seen.told("authority_name") if "rate_value" in row]
    assert (
        len(dots)
        == published.execute(
            "select count(*) from rpt_council_comparison join dim_period using (period_key)"
            " where rate_code = 'dfe_rereferral'"
            " and period_label = '2024/25'"
        ).fetchall()[0][0]
    )


@pytest.mark.browser
def test_no_other_host_is_asked(seen: Seen, superset: Superset) -> None:
    for place in ("superset/welcome/", "chart/list/", "sqllab/"):
        seen.page.goto(f"{superset.address}/{place}", wait_until="networkidle")
    assert sum(address.startswith(superset.address) for address in seen.asked) > 100
    assert [address for address in seen.asked if superset.address.split("//")[1] not in address] == []


@pytest.mark.browser
def test_another_council_is_chosen_by_the_filter(seen: Seen, superset: Superset) -> None:
    look_at(seen, superset, "the-pathway")
    page = seen.page
    assert "12 months not over" not in page.inner_text("body")
    page.get_by_role("combobox", name="authority_name").click(force=True)
    page.keyboard.type("18908")
    page.get_by_role("option", name="18908").wait_for(state="attached")
    page.keyboard.press("Enter")
    page.locator("[data-test='filter-bar__apply-button']").click()
    page.get_by_text("31 (12 months not over: incomplete)").wait_for(timeout=30_000)
    assert "[x] published elsewhere" in page.inner_text("body")
    assert not seen.failed, seen.failed


def signed_in(superset: Superset) -> requests.Session:
    """A session of the API, as a script of the administrator has it."""
    session = requests.Session()
    token = session.post(
        f"{superset.address}/api/v1/security/login",
        json={"username": "admin", "password": superset.password, "provider": "db", "refresh": False},
        timeout=30,
    ).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    csrf = session.get(f"{superset.address}/api/v1/security/csrf_token/", timeout=30).json()["result"]
    session.headers.update({"X-CSRFToken": csrf, "Referer": superset.address})
    return session


def run_in_sql_lab(superset: Superset, query: str) -> requests.Response:
    """What SQL Lab answers to a query of the administrator."""
    return signed_in(superset).post(
        f"{superset.address}/api/v1/sqllab/execute/",
        json={"database_id": 1, "sql": query, "schema": "marts", "runAsync": False},
        timeout=30,
    )


@pytest.mark.browser
def test_each_chart_answers_within_a_second_once_superset_is_warm(seen: Seen, superset: Superset) -> None:
    session = signed_in(superset)
    slow = {}
    for slug in DASHBOARDS:
        look_at(seen, superset, slug)
        for asked, _ in list(seen.answers):
            begun = time.perf_counter()
            answer = session.post(f"{superset.address}/api/v1/chart/data", json=asked, timeout=30)
            took = time.perf_counter() - begun
            assert answer.status_code == 200, answer.text
            if took >= MOST_SECONDS:
                slow[json.dumps(asked)[:200]] = took
    assert not slow


OUTSIDE = "file system operations are disabled"
LOCKED = "the configuration has been locked"
READ_ONLY = "does not allow for DDL/DML"


@pytest.mark.browser
@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("select * from read_csv('/etc/passwd')", OUTSIDE),
        ("select 1; select * from read_text('/etc/hostname')", OUTSIDE),
        ("select * from glob('/etc/*')", OUTSIDE),
        ("attach '{outside}' as other", OUTSIDE),
        ("copy (select 1) to '{outside}'", OUTSIDE),
        ("install httpfs", OUTSIDE),
        ("load '{outside}'", "disabled through configuration"),
        ("set enable_external_access = true", LOCKED),
        ("reset lock_configuration", LOCKED),
        ("create table marts.other as select 1", READ_ONLY),
        ("delete from marts.dim_status", READ_ONLY),
        ("drop table marts.dim_status", READ_ONLY),
    ],
)
def test_a_query_reaches_nothing_but_the_published_file(
    superset: Superset, tmp_path: Path, query: str, refusal: str
) -> None:
    before = superset.published_file.read_bytes()
    outside = tmp_path / "outside"
    answer = run_in_sql_lab(superset, query.format(outside=outside))
    assert answer.status_code >= 400, answer.text
    assert refusal in answer.json()["errors"][0]["message"]
    assert not outside.exists()
    assert superset.published_file.read_bytes() == before


@pytest.mark.browser
def test_a_query_reads_the_published_file_and_no_file_is_taken_in(
    superset: Superset, published: duckdb.DuckDBPyConnection
) -> None:
    answer = run_in_sql_lab(superset, "select count(*) as statuses from marts.dim_status")
    (count,) = published.execute("select count(*) from dim_status").fetchall()[0]
    assert answer.json()["data"] == [{"statuses": count}]
    upload = signed_in(superset).post(
        f"{superset.address}/api/v1/database/1/upload/",
        files={"file": ("table.csv", "a\n1")},
        data={"type": "csv", "table_name": "taken_in"},
        timeout=30,
    )
    assert upload.status_code == 400, upload.text


@pytest.mark.browser
def test_a_new_published_file_shows_without_a_restart(seen: Seen, superset: Superset, tmp_path: Path) -> None:
    look_at(seen, superset, "the-pathway")
    held = [row for row in seen.told("shown") if row["step_name"] == "Closed after assessment"]
    assert {row["shown"] for row in held} >= {"2033"}
    new = superset.published_file.with_name("new.duckdb")
    shutil.copyfile(superset.published_file, new)
    with duckdb.connect(str(new)) as connection:
        connection.execute(
            "update marts.rpt_council_profile set closed_after_assessment_count = 424242"
            " where closed_after_assessment_count = 2033"
        )
    # as publishing does it
    new.replace(superset.published_file)
    look_at(seen, superset, "the-pathway")
    assert "424242" in seen.page.inner_text("body")


@pytest.mark.browser
def test_who_has_no_published_file_is_told_in_one_sentence(tmp_path: Path) -> None:
    need_superset()
    process, said = start(tmp_path, tmp_path / "state", free_port())
    assert process.wait() == 1
    assert said == [f"There is no {tmp_path / 'pathways.duckdb'} to show. Run `make build` first."]


@pytest.mark.browser
def test_a_port_that_is_taken_is_named_and_the_state_is_for_its_owner_alone(superset: Superset) -> None:
    process, said = start(superset.published_file.parent, superset.state, superset.port)
    assert process.wait() == 1
    assert (
        len(said) == 1 and f"Port {superset.port} can't be used" in said[0] and "PATHWAYS_BI_PORT" in said[0]
    )
    assert superset.state.stat().st_mode & 0o077 == 0
    assert (superset.state / "secret_key").stat().st_mode & 0o077 == 0
    kept = b"".join(path.read_bytes() for path in superset.state.iterdir() if path.is_file())
    assert superset.password.encode() not in kept
    # it listens on this machine alone
    listening = subprocess.run(["ss", "-ltn"], capture_output=True, text=True, check=False).stdout
    addresses = [line.split()[3] for line in listening.splitlines() if f":{superset.port} " in line]
    assert all(address.startswith("127.0.0.1:") for address in addresses)
