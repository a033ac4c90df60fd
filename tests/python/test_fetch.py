"""Fetching from EES, against a real server on this machine that serves the documented shapes and faults."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import re
import socket
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from typer.testing import CliRunner, Result
from werkzeug import Request, Response

from conftest import PROJECT
from helpers_project import write_project
from pathways.cli import app
from pathways.errors import PathwaysError
from pathways.fetch import client as http
from pathways.fetch import packed
from pathways.fetch.cache import Cache
from pathways.fetch.client import Client, Head, NotFoundError, Patience
from pathways.fetch.download import Plan, carry_out, file_name, version_for_release, version_order
from pathways.fetch.names import NAME_LIMIT, disposition_name, one_line, release_code, safe_name
from pathways.fetch.service import KNOWN_PUBLICATIONS, Service
from pathways.fetch.shapes import DataSet, Release, Version
from pathways.fetch_cli import table_lines
from pathways.settings import Settings, load_settings

DATA_SET = "342f9a01-26f0-2a71-91a1-f8bc0bee8b11"
FILE = "911dae20-ac5d-4e28-bee8-53a658761fa5"
RELEASE = "0f0f0f0f-1111-2222-3333-444444444444"
PUBLICATION = KNOWN_PUBLICATIONS["children-in-need"]
CSV = b"time_period,time_identifier,value\r\n2025,Reporting year,1\r\n2024,Reporting year,z\r\n"
OTHER_CSV = CSV.replace(b"2025", b"2026").replace(b",z", b",7")
assert len(OTHER_CSV) == len(CSV), "else the length alone would tell them apart"
END = len(CSV) - 1
QUICK = Patience(tries=4, first_wait=0.0, longest_wait=0.0, connect_timeout=2.0, read_timeout=2.0)


@pytest.fixture(autouse=True)
def straight(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy of this machine stands between the client and the server under test."""
    monkeypatch.setenv("NO_PROXY", "*")


class Served:
    """One file on the server, as EES would serve it, with faults that come in turn.

    ``breaks``: after how many bytes each of the first answers breaks off.
    ``statuses``: what the first answers are instead of 200.
    """

    def __init__(
        self,
        body: bytes,
        *,
        kind: str = "text/csv",
        etag: str | None = '"one"',
        modified: str | None = None,
        ranges: bool = True,
        breaks: tuple[int, ...] = (),
        statuses: tuple[tuple[int, dict[str, str]], ...] = (),
        headers: dict[str, str] | None = None,
    ) -> None:
        self.body = body
        self.kind = kind
        self.etag = etag
        self.modified = modified
        self.ranges = ranges
        self.breaks = list(breaks)
        self.statuses = list(statuses)
        self.headers = headers or {}
        self.after_break: Callable[[], None] = lambda: None
        self.asked: list[dict[str, str]] = []
        self.sent: list[tuple[int, int]] = []

    def __call__(self, request: Request) -> Response:
        self.asked.append(dict(request.headers))
        if self.statuses:
            status, headers = self.statuses.pop(0)
            return self._done(status, b"", headers)
        if self.etag and request.headers.get("If-None-Match") == self.etag:
            return self._done(304, b"", {})
        since = request.headers.get("If-Modified-Since")
        if not self.etag and self.modified and since == self.modified:
            return self._done(304, b"", {})
        start, status, headers = 0, 200, {}
        asked = re.fullmatch(r"bytes=(\d+)-", request.headers.get("Range", ""))
        same = request.headers.get("If-Range") in (self.etag, self.modified)
        if asked and same and self.ranges:
            start, status = int(asked[1]), 206
            headers = {"Content-Range": f"bytes {start}-{len(self.body) - 1}/{len(self.body)}"}
        return self._done(status, self.body[start:], headers)

    def _done(self, status: int, body: bytes, headers: dict[str, str]) -> Response:
        own = {"ETag": self.etag, "Last-Modified": self.modified, "Content-Length": str(len(body))}
        if self.breaks and status in (200, 206):
            body = body[: self.breaks.pop(0)]
            after, self.after_break = self.after_break, lambda: None
            after()
        self.sent.append((status, len(body)))
        kept = {name: value for name, value in own.items() if value is not None}
        # a list, not bytes: else werkzeug would mend the length
        return Response(iter([body]), status, {**kept, **self.headers, **headers}, content_type=self.kind)


def serve(server: HTTPServer, path: str, served: Served) -> Served:
    server.expect_request(path).respond_with_handler(served)
    return served


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def client(waits: list[float]) -> Client:
    return Client(QUICK, sleep=waits.append)


@pytest.fixture
def project(tmp_path: Path, httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A project whose three base addresses are the server under test."""
    write_project(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(http, "PATIENCE", QUICK)
    monkeypatch.setenv("PATHWAYS_EES_API", httpserver.url_for("/v1"))
    for name in ("PATHWAYS_EES_SITE", "PATHWAYS_EES_CONTENT"):
        monkeypatch.setenv(name, httpserver.url_for("/"))
    monkeypatch.setenv("PATHWAYS_LANDING", str(tmp_path / "landing"))
    return load_settings(tmp_path)


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "landing")


def run(*arguments: str) -> Result:
    """Runs `pathways fetch` in this process, without a terminal."""
    return CliRunner().invoke(app, ["fetch", *arguments], env={"COLUMNS": "80"})


def refused(result: Result, *words: str) -> None:
    """The command failed with exit code 1 and one plain sentence that holds the words."""
    assert result.exit_code == 1, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.stderr


def paging(page: int, pages: int, total: int) -> dict[str, Any]:
    return {"page": page, "pageSize": 20, "totalResults": total, "totalPages": pages}


def a_list(*results: dict[str, Any]) -> dict[str, Any]:
    return {"paging": paging(1, 1, len(results)), "results": list(results)}


def a_version(number: str = "1.0", year: str = "2025", **changes: Any) -> dict[str, Any]:
    return {
        "version": number,
        "type": "Major",
        "status": "Published",
        "published": "2025-10-30T09:30:00Z",
        "totalResults": 50,
        "file": {"id": FILE},
        "timePeriods": {"start": "2013", "end": year},
        "geographicLevels": ["National", "Local authority"],
        "filters": ["Category"],
        "indicators": ["Number"],
        "release": {"title": f"Reporting year {year}", "slug": year},
        **changes,
    }


def a_data_set(**changes: Any) -> dict[str, Any]:
    latest = {key: value for key, value in a_version().items() if key not in ("status", "release", "type")}
    return {
        "id": DATA_SET,
        "title": "C1 Children in need",
        "summary": "",
        "status": "Published",
        "latestVersion": latest,
        **changes,
    }


def a_file(**changes: Any) -> dict[str, Any]:
    """The single file of ``data-set-files/{id}``."""
    return {
        "id": FILE,
        "title": "C1 Children in need",
        "summary": "",
        "file": {"id": "f", "name": "c1_children_in_need_2013_to_2025.csv", "size": "2 Mb"},
        "release": {
            "id": RELEASE,
            "title": "Reporting year 2025",
            "slug": "2025",
            "type": "AccreditedOfficialStatistics",
            "isLatestPublishedRelease": True,
            "published": "2025-10-30T09:30:00Z",
            "publication": {"id": PUBLICATION, "title": "Children in need"},
        },
        "meta": {},
        **changes,
    }


def a_listed_file(year: str, **changes: Any) -> dict[str, Any]:
    """An entry of the list ``data-set-files``, which has another shape than the single file."""
    return {
        "id": FILE,
        "fileId": "f",
        "filename": f"c1_{year}.csv",
        "fileSize": "2 Mb",
        "title": "C1 Children in need",
        "release": {"id": RELEASE, "title": f"Reporting year {year}", "slug": year},
        "latestData": year == "2025",
        "published": "2025-10-30T09:30:00Z",
        **changes,
    }


def a_zip(**entries: bytes) -> bytes:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as file:
        for name, body in (entries or {"data/c1.csv": CSV * 50}).items():
            file.writestr(name, body)
        file.writestr("data-guidance/data-guidance.txt", "Guidance")
    return bundle.getvalue()


def serve_api(
    server: HTTPServer,
    data_set: dict[str, Any] | None = None,
    *versions: dict[str, Any],
) -> None:
    listed = versions or (a_version(),)
    server.expect_request(f"/v1/data-sets/{DATA_SET}").respond_with_json(data_set or a_data_set())
    server.expect_request(f"/v1/data-sets/{DATA_SET}/versions").respond_with_json(a_list(*listed))
    for version in listed:
        place = f"/v1/data-sets/{DATA_SET}/versions/{version['version']}"
        server.expect_request(place).respond_with_json(version)


def csv_plan(server: HTTPServer, path: str = "/file.csv", **changes: Any) -> Plan:
    return Plan(**{"url": server.url_for(path), "suffix": ".csv", "name": "id", **changes})


def left_over(cache: Cache) -> list[str]:
    """Files in the cache folder that are neither whole nor the index."""
    return sorted(
        path.relative_to(cache.folder).as_posix()
        for path in cache.folder.rglob("*")
        if path.is_file() and path.name not in ("index.json", ".lock")
    )


# the bytes of a file


@pytest.mark.parametrize("body", [CSV, b"\xef\xbb\xbf" + CSV, CSV.replace(b"\r\n", b"\n"), CSV.rstrip()])
@pytest.mark.parametrize("way", ["plain", "declared", "undeclared", "twice"])
def test_a_file_is_kept_as_published_however_it_was_packed_because_the_door_reads_bytes(
    httpserver: HTTPServer, client: Client, cache: Cache, body: bytes, way: str
) -> None:
    sent = {
        "plain": body,
        "declared": gzip.compress(body),
        "undeclared": gzip.compress(body),
        "twice": gzip.compress(gzip.compress(body)),
    }[way]
    declared = {"Content-Encoding": "gzip"} if way in ("declared", "twice") else {}
    served = serve(httpserver, "/file.csv", Served(sent, headers=declared))
    fetched = carry_out(client, cache, csv_plan(httpserver))
    assert fetched.path.read_bytes() == body
    assert fetched.path.parent.name == hashlib.sha256(body).hexdigest()
    assert served.asked[0]["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize(
    ("body", "headers", "words"),
    [
        (b"<!DOCTYPE html><p>Not here</p>", {}, "a web page (HTML) in place of CSV"),
        (b"\xef\xbb\xbf \n<html>", {}, "a web page (HTML) in place of CSV"),
        (b'{"title": "Fault"}', {}, "JSON in place of CSV"),
        (b"", {}, "with nothing in it"),
        (b"\xef\xbb\xbf\r\n ", {}, "with nothing in it"),
        (gzip.compress(b""), {}, "with nothing in it"),
        (CSV.decode().encode("utf-16"), {}, "bytes that are not text"),
        (b"Sorry\n", {}, "text without a header of columns"),
        (a_zip(), {}, "a ZIP file in place of CSV"),
        (CSV, {"Content-Encoding": "gzip"}, "says that it sent gzip, but the bytes are none"),
        (gzip.compress(CSV)[:-6], {"Content-Encoding": "gzip"}, "gzip that is damaged or cut short"),
        (gzip.compress(CSV)[:-6], {}, "gzip that is damaged or cut short"),
        (gzip.compress(CSV)[:-8] + b"\0" * 8, {}, "gzip that is damaged or cut short"),
        (b"\x1f\x8bno gzip at all", {}, "gzip that is damaged or cut short"),
        (CSV, {"Content-Encoding": "br"}, "the encoding 'br'"),
    ],
)
def test_what_is_no_csv_is_refused_and_not_kept_because_status_200_proves_nothing(
    httpserver: HTTPServer,
    client: Client,
    cache: Cache,
    body: bytes,
    headers: dict[str, str],
    words: str,
) -> None:
    serve(httpserver, "/file.csv", Served(body, headers=headers))
    with pytest.raises(PathwaysError, match=re.escape(words)) as fault:
        carry_out(client, cache, csv_plan(httpserver))
    assert httpserver.url_for("/file.csv") in str(fault.value)
    assert left_over(cache) == []
    assert cache.find(httpserver.url_for("/file.csv")) is None


def zip_plan(server: HTTPServer) -> Plan:
    return csv_plan(server, "/all", suffix=".zip")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (a_zip()[:-30], "cut short or damaged"),
        (a_zip()[:100], "cut short or damaged"),
        (a_zip().replace(b"data/c1.csv", b"data/c2.csv", 1), "cut short or damaged"),
        (b"", "with nothing in it; a ZIP file was expected"),
        (b"<html>no</html>", "a web page (HTML) in place of a ZIP file"),
        (a_zip(**{"supporting-files/notes.txt": b"x"}), "without any data/*.csv"),
        (a_zip(**{"data/a.csv": CSV, "../../evil.csv": CSV}), "'../../evil.csv', which lies outside"),
        (a_zip(**{"data/a.csv": CSV, "/etc/evil": CSV}), "'/etc/evil', which lies outside"),
        (a_zip(**{"data/a.csv": CSV, "..\\evil": CSV}), "which lies outside"),
    ],
)
def test_a_zip_that_is_not_a_whole_release_is_refused_because_half_of_it_would_pass_for_all(
    httpserver: HTTPServer, client: Client, cache: Cache, body: bytes, words: str
) -> None:
    serve(httpserver, "/all", Served(body, kind="application/octet-stream"))
    with pytest.raises(PathwaysError, match=re.escape(words)):
        carry_out(client, cache, zip_plan(httpserver))
    assert left_over(cache) == []


def test_a_zip_with_a_flipped_byte_is_refused_because_each_entry_has_a_checksum(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w") as file:
        file.writestr("data/c1.csv", CSV)
    serve(httpserver, "/all", Served(bundle.getvalue().replace(b"2025", b"2052")))
    with pytest.raises(PathwaysError, match="does not have its checksum"):
        carry_out(client, cache, zip_plan(httpserver))


def test_a_zip_that_unpacks_too_large_is_refused_before_it_is_unpacked(
    httpserver: HTTPServer, client: Client, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packed, "ZIP_LIMIT", 1000)
    serve(httpserver, "/all", Served(a_zip()))
    with pytest.raises(PathwaysError, match="unpack to more than a release can hold"):
        carry_out(client, cache, zip_plan(httpserver))


@pytest.mark.parametrize("case", ["declared length", "length", "no length", "unpacked"])
def test_a_body_over_the_limit_is_refused_because_a_server_can_send_for_ever(
    httpserver: HTTPServer,
    client: Client,
    cache: Cache,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
) -> None:
    monkeypatch.setattr(http, "DOWNLOAD_LIMIT", 5000)
    body = CSV + b"0" * 20000
    if case == "no length":
        httpserver.expect_request("/file.csv").respond_with_handler(
            lambda _: Response(iter([body[:4000], body[4000:]]), content_type="text/csv")
        )
    elif case == "declared length":
        serve(httpserver, "/file.csv", Served(CSV, headers={"Content-Length": "999999999999"}))
    else:
        serve(httpserver, "/file.csv", Served(gzip.compress(body) if case == "unpacked" else body))
    with pytest.raises(PathwaysError, match=r"more than 0 MiB, which no EES answer"):
        carry_out(client, cache, csv_plan(httpserver))
    assert left_over(cache) == []


# a transfer that breaks


def test_a_broken_transfer_goes_on_where_it_stopped_if_the_file_is_the_same(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV, breaks=(20, 10)))
    fetched = carry_out(client, cache, csv_plan(httpserver))
    assert fetched.path.read_bytes() == CSV
    assert served.sent == [(200, 20), (206, 10), (206, len(CSV) - 30)]
    assert [asked.get("Range") for asked in served.asked] == [None, "bytes=20-", "bytes=30-"]
    assert served.asked[1]["If-Range"] == '"one"'


def test_a_broken_gzip_transfer_is_resumed_in_the_bytes_as_sent(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = serve(
        httpserver,
        "/file.csv",
        Served(gzip.compress(CSV), breaks=(40,), headers={"Content-Encoding": "gzip"}),
    )
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert [status for status, _ in served.sent] == [200, 206]


def test_a_server_without_ranges_is_asked_again_from_the_start(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV, breaks=(20,), ranges=False))
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert served.sent == [(200, 20), (200, len(CSV))]


@pytest.mark.parametrize("etag", [None, 'W/"one"'])
def test_no_range_is_asked_for_without_a_strong_validator_because_halves_may_differ(
    httpserver: HTTPServer, client: Client, cache: Cache, etag: str | None
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV, breaks=(20,), etag=etag))
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert "Range" not in served.asked[1]


def test_a_date_serves_as_validator_where_there_is_no_etag(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    date = "Thu, 30 Oct 2025 09:30:00 GMT"
    served = serve(httpserver, "/file.csv", Served(CSV, breaks=(20,), etag=None, modified=date))
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert served.asked[1]["If-Range"] == date
    assert served.sent[1][0] == 206


@pytest.mark.parametrize("honest", [True, False])
def test_halves_of_two_different_files_are_never_glued(
    httpserver: HTTPServer, client: Client, cache: Cache, honest: bool
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV, breaks=(20,)))

    def change() -> None:
        served.body, served.etag = OTHER_CSV, '"two"'

    served.after_break = change
    if not honest:
        # a server that ignores If-Range and goes on in the new file
        answer = served.__call__

        def careless(request: Request) -> Response:
            request.environ["HTTP_IF_RANGE"] = served.etag
            return answer(request)

        httpserver.clear()
        httpserver.expect_request("/file.csv").respond_with_handler(careless)
    fetched = carry_out(client, cache, csv_plan(httpserver))
    assert fetched.path.read_bytes() == OTHER_CSV
    assert [status for status, _ in served.sent] == ([200, 200] if honest else [200, 206, 200])


@pytest.mark.parametrize("place", [f"bytes 19-{END}/{END + 1}", f"bytes 20-{END}/999", "nonsense", ""])
def test_a_206_that_starts_elsewhere_or_has_another_length_is_thrown_away(
    httpserver: HTTPServer, client: Client, cache: Cache, place: str
) -> None:
    served = Served(CSV, breaks=(20,))

    def odd(request: Request) -> Response:
        answer = served(request)
        if answer.status_code == 206:
            answer.headers["Content-Range"] = place
        return answer

    httpserver.expect_request("/file.csv").respond_with_handler(odd)
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert [status for status, _ in served.sent] == [200, 206, 200]


def test_a_416_begins_anew_because_the_range_was_no_longer_there(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = Served(CSV, breaks=(20,))

    def answer(request: Request) -> Response:
        if "Range" in request.headers:
            return Response(status=416)
        return served(request)

    httpserver.expect_request("/file.csv").respond_with_handler(answer)
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV


def test_a_transfer_that_always_breaks_ends_in_a_sentence_and_leaves_nothing(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV, breaks=(5,) * 9, ranges=False))
    with pytest.raises(PathwaysError, match=r"the transfer broke off, in 4 tries\. Nothing was fetched"):
        carry_out(client, cache, csv_plan(httpserver))
    assert len(served.sent) == 4
    assert left_over(cache) == []


# a server that is busy


def test_a_429_is_waited_out_as_long_as_the_server_asks(
    httpserver: HTTPServer, cache: Cache, waits: list[float]
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=40), usegmt=True)
    refusals = ((429, {"Retry-After": "7"}), (429, {"Retry-After": date}), (429, {"Retry-After": "9999"}))
    serve(httpserver, "/file.csv", Served(CSV, statuses=refusals))
    patient = Client(Patience(first_wait=1.0, longest_wait=100.0), sleep=waits.append)
    assert carry_out(patient, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert waits[0] == 7
    assert 30 < waits[1] <= 40, "an HTTP date counts from now"
    assert waits[2] == 100, "but no server keeps us for hours"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_without_retry_after_the_waits_double(
    httpserver: HTTPServer, cache: Cache, waits: list[float], status: int
) -> None:
    refusals = ((status, {}), (status, {"Retry-After": "soon"}), (status, {}))
    serve(httpserver, "/file.csv", Served(CSV, statuses=refusals))
    patient = Client(Patience(first_wait=1.0, longest_wait=3.0), sleep=waits.append)
    assert carry_out(patient, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert waits == [1, 2, 3]


@pytest.mark.parametrize(
    ("status", "words"), [(429, "429 (too many requests)"), (503, "503 (a fault at the server)")]
)
def test_a_server_that_stays_busy_is_given_up_after_the_last_try(
    httpserver: HTTPServer, client: Client, waits: list[float], status: int, words: str
) -> None:
    httpserver.expect_request("/list").respond_with_data("", status=status)
    with pytest.raises(PathwaysError, match=re.escape(f"{words}, in 4 tries")):
        client.json(httpserver.url_for("/list"))
    assert len(httpserver.log) == 4
    assert len(waits) == 3


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (403, "answered 403 (no access); an open file was expected"),
        (401, "answered 401 (no access)"),
        (404, "answered 404 (not found); a published item was expected. The id is wrong, or it is stale"),
        (400, r"answered 400 (Validation failed: Must be an id); 200 was expected"),
        (418, "answered 418"),
    ],
)
def test_a_refusal_is_said_at_once_because_waiting_does_not_help(
    httpserver: HTTPServer, client: Client, status: int, words: str
) -> None:
    problem = {"title": "Validation failed", "status": status, "errors": [{"message": "Must be an id"}]}
    httpserver.expect_request("/x").respond_with_json(problem, status=status)
    with pytest.raises(PathwaysError, match=re.escape(words)) as fault:
        client.json(httpserver.url_for("/x"))
    assert isinstance(fault.value, NotFoundError) == (status == 404)
    assert len(httpserver.log) == 1


def test_a_server_that_never_answers_is_given_up(waits: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        hurried = Client(
            Patience(tries=2, first_wait=0, connect_timeout=1, read_timeout=0.1), sleep=waits.append
        )
        with pytest.raises(PathwaysError, match=r"no answer within 0\.1 seconds, in 2 tries"):
            hurried.json(f"http://127.0.0.1:{port}/x")


def test_a_transfer_that_stands_still_is_given_up(waits: list[float], cache: Cache) -> None:
    from threading import Thread

    with socket.create_server(("127.0.0.1", 0)) as server:
        calls = []

        def answer() -> None:
            for _ in range(2):
                call, _ = server.accept()
                calls.append(call)
                call.recv(4096)
                call.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 900\r\n\r\na,b\n")

        Thread(target=answer, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
        hurried = Client(
            Patience(tries=2, first_wait=0, connect_timeout=1, read_timeout=0.1), sleep=waits.append
        )
        with pytest.raises(PathwaysError, match="the transfer stood still until the time was up, in 2 tries"):
            carry_out(hurried, cache, Plan(url, ".csv", "id"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://nowhere.invalid/x", "the name nowhere.invalid could not be found (DNS), in 4 tries"),
        ("http://127.0.0.1:1/x", "127.0.0.1 refused the connection, in 4 tries"),
        ("http://[broken/x", "can't be called"),
    ],
)
def test_a_host_that_cannot_be_reached_is_named(client: Client, url: str, words: str) -> None:
    with pytest.raises(PathwaysError, match=re.escape(words)):
        client.json(url)


# redirects


def test_a_redirect_to_another_web_address_is_followed(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    httpserver.expect_request("/file.csv").respond_with_data(
        status=302, headers={"Location": "/store/blob.csv?key=secret"}
    )
    serve(httpserver, "/store/blob.csv", Served(CSV))
    fetched = carry_out(client, cache, csv_plan(httpserver))
    assert fetched.path.read_bytes() == CSV
    assert fetched.url == httpserver.url_for("/file.csv"), "the key in the other address is not kept"


@pytest.mark.parametrize("target", ["file:///etc/hostname", "ftp://example.org/a", "gopher:x", "data:,a"])
def test_a_redirect_to_anything_but_the_web_is_refused(
    httpserver: HTTPServer, client: Client, cache: Cache, target: str
) -> None:
    httpserver.expect_request("/file.csv").respond_with_data(status=302, headers={"Location": target})
    with pytest.raises(PathwaysError, match=r"redirects to .* It was not followed"):
        carry_out(client, cache, csv_plan(httpserver))


def test_a_redirect_from_https_to_http_is_refused_because_anyone_could_change_the_file() -> None:
    with pytest.raises(PathwaysError, match="an address that begins with https://"):
        Client._redirect("https://a/x", "https://a/x", "http://a/x")
    assert Client._redirect("http://a/x", "http://a/x", "https://b/y") == "https://b/y"
    with pytest.raises(PathwaysError, match=r"redirects to http://\[broken"):
        Client._redirect("http://a/x", "http://a/x", "http://[broken")


def test_a_circle_of_redirects_ends(httpserver: HTTPServer, client: Client) -> None:
    httpserver.expect_request("/x").respond_with_data(status=302, headers={"Location": "/x"})
    with pytest.raises(PathwaysError, match="redirects more than 5 times"):
        client.json(httpserver.url_for("/x"))


# the cache


def test_the_second_run_downloads_nothing_because_304_says_that_it_is_the_same(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV, headers={"x-middleware-rewrite": "https://there/x"}))
    first = carry_out(client, cache, csv_plan(httpserver))
    second = carry_out(client, cache, csv_plan(httpserver))
    assert served.sent == [(200, len(CSV)), (304, 0)]
    assert (first.is_new, second.is_new) == (True, False)
    assert first.path == second.path
    (line,) = json.loads((cache.folder / "index.json").read_text())["files"].items()
    assert line[0] == httpserver.url_for("/file.csv")
    assert line[1] == {
        "sha256": hashlib.sha256(CSV).hexdigest(),
        "name": "id.csv",
        "fetched_at": first.fetched_at,
        "etag": '"one"',
        "last_modified": None,
        "rewritten_to": "https://there/x",
    }


def test_a_date_is_enough_to_be_told_that_it_is_the_same(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    date = "Thu, 30 Oct 2025 09:30:00 GMT"
    served = serve(httpserver, "/file.csv", Served(CSV, etag=None, modified=date))
    for _ in range(2):
        carry_out(client, cache, csv_plan(httpserver))
    assert [status for status, _ in served.sent] == [200, 304]


def test_a_changed_file_is_fetched_and_the_old_one_stays_under_its_own_sha256(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV))
    old = carry_out(client, cache, csv_plan(httpserver))
    served.body, served.etag = OTHER_CSV, '"two"'
    new = carry_out(client, cache, csv_plan(httpserver))
    assert (old.path.read_bytes(), new.path.read_bytes()) == (CSV, OTHER_CSV)


@pytest.mark.parametrize("damage", [b"time_period,value\n2025,99\n", b"", None])
def test_a_cached_file_that_lost_its_sha256_is_fetched_again(
    httpserver: HTTPServer, client: Client, cache: Cache, damage: bytes | None
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV))
    path = carry_out(client, cache, csv_plan(httpserver)).path
    path.unlink() if damage is None else path.write_bytes(damage)
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    assert "If-None-Match" not in served.asked[1]
    assert [status for status, _ in served.sent] == [200, 200]


@pytest.mark.parametrize(
    "index",
    [
        "{half",
        "[]",
        '{"format": 9, "files": {}}',
        '{"format": 1, "files": []}',
        '{"format": 1, "files": {"URL": {"sha256": "../..", "name": "a.csv", "fetched_at": ""}}}',
        '{"format": 1, "files": {"URL": {"sha256": "HASH", "name": "../a.csv", "fetched_at": ""}}}',
        '{"format": 1, "files": {"URL": {"sha256": null, "name": "a.csv", "fetched_at": ""}}}',
        '{"format": 1, "files": {"URL": {"sha256": "HASH", "name": 5, "fetched_at": ""}}}',
        '{"format": 1, "files": {"URL": 5}}',
    ],
)
def test_an_index_that_cannot_be_read_only_costs_a_download(
    httpserver: HTTPServer, client: Client, cache: Cache, index: str
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV))
    cache.folder.mkdir(parents=True)
    text = index.replace("URL", httpserver.url_for("/file.csv")).replace("HASH", "0" * 64)
    (cache.folder / "index.json").write_text(text)
    assert carry_out(client, cache, csv_plan(httpserver)).path.read_bytes() == CSV
    carry_out(client, cache, csv_plan(httpserver))
    assert [status for status, _ in served.sent] == [200, 304]


def test_an_index_that_somebody_edited_cannot_point_outside_its_folder(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    serve(httpserver, "/file.csv", Served(CSV))
    folder = cache.folder / hashlib.sha256(CSV).hexdigest()
    folder.mkdir(parents=True)
    (cache.folder / "a.csv").write_bytes(CSV)
    entry = {"sha256": folder.name, "name": "../a.csv", "fetched_at": "", "etag": '"one"'}
    index = {"format": 1, "files": {httpserver.url_for("/file.csv"): entry}}
    (cache.folder / "index.json").write_text(json.dumps(index))
    assert carry_out(client, cache, csv_plan(httpserver)).path == folder / "id.csv"


def test_a_run_that_was_killed_leaves_only_what_the_next_one_clears(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    dead = cache.folder / ".partial" / "dead"
    dead.mkdir(parents=True)
    (dead / "part").write_bytes(CSV[:20])
    serve(httpserver, "/file.csv", Served(CSV))
    with cache.workplace() as alive:
        (alive / "part").write_bytes(b"half")
        fetched = carry_out(client, cache, csv_plan(httpserver))
        assert (alive / "part").read_bytes() == b"half", "another run at work is left alone"
    assert left_over(cache) == [fetched.path.relative_to(cache.folder).as_posix()]


def test_a_fault_names_the_older_copy_because_it_may_serve(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    served = serve(httpserver, "/file.csv", Served(CSV))
    path = carry_out(client, cache, csv_plan(httpserver)).path
    served.statuses = [(403, {})]
    with pytest.raises(PathwaysError, match=r"answered 403.* A copy of 20.* is in ") as fault:
        carry_out(client, cache, csv_plan(httpserver))
    assert str(path) in str(fault.value)


# names


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="c1_2025.csv"', "c1_2025.csv"),
        ("attachment; filename=c1_2025.csv; size=3", "c1_2025.csv"),
        ("attachment; filename=\"plain.csv\"; filename*=UTF-8''caf%C3%A9%20%E2%82%AC.csv", "café €.csv"),
        ("attachment; filename*=iso-8859-1''caf%E9.csv", "café.csv"),
        ('attachment; filename="../../../etc/passwd"', "passwd"),
        ('attachment; filename="..\\\\..\\\\evil.csv"', "evil.csv"),
        ("attachment; filename*=UTF-8''..%2F..%2Fevil.csv", "evil.csv"),
        ("attachment; filename*=UTF-8''a%00b%0Ac%1B%5B31m.csv", "abc[31m.csv"),
        ("attachment; filename*=UTF-8''%E2%80%AEvsc.exe", "vsc.exe"),
        ('attachment; filename=".bashrc"', "bashrc"),
        ('attachment; filename="-rf.csv"', "rf.csv"),
        ('attachment; filename="a:b|c?.csv"', "a_b_c_.csv"),
        ('attachment; filename=".."', None),
        ('attachment; filename=""', None),
        ("attachment", None),
        (None, None),
    ],
)
def test_a_name_from_the_server_stays_in_its_folder(header: str | None, name: str | None) -> None:
    assert disposition_name(header) == name


def test_a_long_name_is_cut_and_keeps_its_suffix() -> None:
    name = safe_name("é" * 500 + ".csv")
    assert name is not None
    assert len(name.encode()) <= NAME_LIMIT
    assert name.endswith("é.csv")


@pytest.mark.parametrize(
    ("header", "planned", "name"),
    [
        ("attachment; filename=served.csv", "metadata.csv", "served.csv"),
        ("attachment; filename=served.csv.gz", "metadata.csv", "served.csv"),
        ("attachment; filename=served", "metadata.csv", "served.csv"),
        (None, "metadata.csv", "metadata.csv"),
        (None, "../metadata.csv", "metadata.csv"),
        (None, DATA_SET, f"{DATA_SET}.csv"),
        (None, "..", "file.csv"),
    ],
)
def test_the_name_is_the_headers_else_the_metadatas_else_the_id(
    header: str | None, planned: str, name: str
) -> None:
    headers = {"Content-Disposition": header} if header else {}
    assert file_name(Plan("u", ".csv", planned), Head("u", headers, None, None, "")) == name


def test_a_hostile_name_is_written_only_under_its_sha256(
    httpserver: HTTPServer, client: Client, cache: Cache
) -> None:
    headers = {"Content-Disposition": 'attachment; filename="../../../../evil.csv"'}
    serve(httpserver, "/file.csv", Served(CSV, headers=headers))
    path = carry_out(client, cache, csv_plan(httpserver)).path
    assert path == cache.folder / hashlib.sha256(CSV).hexdigest() / "evil.csv"


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (("2025",), "2025"),
        (("reporting-year-2024",), "2024"),
        (("2023-24",), "2024"),
        (("1999-00", "2000-01"), "2001"),
        (("Academic year 2023/24",), "2024"),
        (("2024-12",), None),
        (("2025-revised", "Reporting year 2025"), "2025"),
        (("12025",), None),
        (("spring", None, ""), None),
    ],
)
def test_a_release_is_called_by_the_year_at_its_end(texts: tuple[str | None, ...], code: str | None) -> None:
    assert release_code(*texts) == code


def test_text_of_the_server_cannot_steer_the_terminal() -> None:
    assert one_line("a\x1b[31m\r\nb\u202ec\u0000") == "a [31m b c"


# lists


def publications(server: HTTPServer, *, words: str | None = None) -> None:
    """Three publications on two pages, and an empty third page, as documented."""
    names = ["children-in-need-review", "characteristics-of-children-in-need", "pupil-absence"]
    entries = [
        {"id": str(number), "title": name.replace("-", " ").title(), "slug": name, "summary": "x"}
        for number, name in enumerate(names)
    ]
    for page, part in ((1, entries[:2]), (2, entries[2:]), (3, [])):
        query = {"page": str(page), "pageSize": "40", **({"search": words} if words else {})}
        server.expect_request("/v1/publications", query_string=query).respond_with_json(
            {"paging": paging(page, 2, 3), "results": part}
        )


def test_a_list_of_two_pages_comes_whole(httpserver: HTTPServer, client: Client, project: Settings) -> None:
    publications(httpserver)
    found = Service(client, project).publications()
    assert [each.id for each in found] == ["0", "1", "2"]
    assert len(httpserver.log) == 2


def test_a_page_past_the_end_is_the_end_though_the_server_counts_more(
    httpserver: HTTPServer, client: Client, project: Settings
) -> None:
    for page, results in ((1, [{"id": 1, "title": "A", "slug": "a"}]), (2, [])):
        httpserver.expect_request(
            "/v1/publications", query_string={"page": str(page), "pageSize": "40"}
        ).respond_with_json(
            {
                "paging": {"page": str(page), "pageSize": "1", "totalResults": "9", "totalPages": "9"},
                "results": results,
            }
        )
    assert [each.id for each in Service(client, project).publications()] == ["1"], "numbers may be texts"
    assert len(httpserver.log) == 2


def test_a_server_that_sends_the_first_page_for_ever_is_noticed(
    httpserver: HTTPServer, client: Client, project: Settings
) -> None:
    httpserver.expect_request("/v1/publications").respond_with_json(
        {"paging": paging(1, 3, 3), "results": [{"id": "1", "title": "A", "slug": "a"}]}
    )
    with pytest.raises(PathwaysError, match="sent page 1 of a list; page 2 was asked for"):
        Service(client, project).publications()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([], "found a list at the top, expected an object"),
        ({"results": []}, "found nothing at paging, expected an object"),
        ({"paging": paging(1, 1, 1)}, "found nothing at results, expected a list"),
        ({"paging": {"page": "one"}, "results": []}, "found a text at paging.page, expected a whole number"),
        ({"paging": {"page": True}, "results": []}, "found true or false at paging.page"),
        ({"paging": paging(1, 1, 1), "results": [{"title": "A"}]}, "found nothing at results[0].id"),
        ({"paging": paging(1, 1, 1), "results": ["A"]}, "found a text at results[0], expected an object"),
        (
            {"paging": paging(1, 1, 1), "results": [{"id": "1", "title": []}]},
            "found a list at results[0].title",
        ),
    ],
)
def test_json_of_another_shape_is_said_with_its_place(
    httpserver: HTTPServer, project: Settings, answer: Any, words: str
) -> None:
    httpserver.expect_request("/v1/publications").respond_with_json(answer)
    refused(run("publications"), "sent JSON of another shape", words, "PATHWAYS_EES_API")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("<!DOCTYPE html><html>", "sent a web page (it begins with: <!DOCTYPE html>"),
        ("", "something else (it begins with: nothing)"),
        ('{"paging"', 'it begins with: {"paging"'),
        ("[" * 100_000, "JSON was expected"),
    ],
)
def test_what_is_no_json_is_refused_in_one_sentence(
    httpserver: HTTPServer, project: Settings, body: str, words: str
) -> None:
    httpserver.expect_request("/v1/publications").respond_with_data(body)
    refused(run("publications"), words)


@pytest.mark.parametrize("pack", [lambda body: body, gzip.compress])
def test_too_much_json_is_refused(
    httpserver: HTTPServer,
    project: Settings,
    monkeypatch: pytest.MonkeyPatch,
    pack: Callable[[bytes], bytes],
) -> None:
    monkeypatch.setattr(http, "JSON_LIMIT", 2000)
    httpserver.expect_request("/v1/publications").respond_with_data(pack(b'"' + b"0" * 50_000 + b'"'))
    refused(run("publications"), "MiB, which no EES answer should have")


@pytest.mark.parametrize("declared", [{}, {"Content-Encoding": "gzip"}])
def test_json_may_be_gzip_and_begin_with_a_byte_order_mark(
    httpserver: HTTPServer, client: Client, declared: dict[str, str]
) -> None:
    body = gzip.compress(b'\xef\xbb\xbf{"a": 1}')
    httpserver.expect_request("/x").respond_with_data(body, headers=declared)
    assert client.json(httpserver.url_for("/x")) == {"a": 1}


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("children-in-need", PUBLICATION),
        ("re-referrals", KNOWN_PUBLICATIONS["re-referrals"]),
        (RELEASE.upper(), RELEASE),
        ("characteristics-of-children-in-need", "1"),
        ("Pupil Absence", "2"),
    ],
)
def test_a_publication_is_found_by_id_short_name_slug_or_title(
    httpserver: HTTPServer, client: Client, project: Settings, name: str, found: str
) -> None:
    publications(httpserver, words=name.lower().replace("-", " "))
    publications(httpserver)
    assert Service(client, project).publication_id(name) == found


def test_a_slug_is_found_though_the_search_does_not_find_it(
    httpserver: HTTPServer, client: Client, project: Settings
) -> None:
    httpserver.expect_request(
        "/v1/publications", query_string="search=pupil+absence&page=1&pageSize=40"
    ).respond_with_json(a_list())
    publications(httpserver)
    assert Service(client, project).publication_id("pupil-absence") == "2"


def test_the_api_file_is_called_as_in_the_catalogue_because_landing_knows_it_by_its_name(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve_api(httpserver)
    serve(httpserver, f"/v1/data-sets/{DATA_SET}/csv", Served(CSV))
    httpserver.expect_request(f"/api/data-set-files/{FILE}").respond_with_json(a_file())
    path = fetched_file(run("data-set", DATA_SET, "--no-land"))
    assert path.name == "c1_children_in_need_2013_to_2025.csv"


def test_a_publication_that_is_not_there_is_said_with_those_near_it(
    httpserver: HTTPServer, project: Settings
) -> None:
    publications(httpserver, words="children")
    publications(httpserver)
    refused(
        run("data-sets", "children"), "lists no publication 'children'", "near it are children-in-need-review"
    )


def test_publications_are_listed_one_per_line_and_never_cut(
    httpserver: HTTPServer, project: Settings
) -> None:
    title = "A very long title " * 10
    httpserver.expect_request(
        "/v1/publications", query_string="search=need&page=1&pageSize=40"
    ).respond_with_json(
        a_list(
            {"id": PUBLICATION, "title": title, "slug": "children", "lastPublished": "2025-10-30T09:30:00Z"}
        )
    )
    result = run("publications", "need")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].split() == ["id", "published", "slug", "title"]
    assert lines[1].split() == [PUBLICATION, "2025-10-30", "children", *title.split()]
    assert len(lines) == 2


def test_a_table_keeps_brackets_and_wide_signs() -> None:
    assert table_lines(("a", "b"), [("[red]x", "表"), ("y", "z")]) == ["a       b", "[red]x  表", "y       z"]


def test_data_sets_of_api_and_catalogue_are_listed_beside_each_other(
    httpserver: HTTPServer, project: Settings
) -> None:
    httpserver.expect_request(f"/v1/publications/{PUBLICATION}/data-sets").respond_with_json(
        a_list(a_data_set(status="Deprecated"))
    )
    httpserver.expect_request(
        "/api/data-set-files",
        query_string={"publicationId": PUBLICATION, "latestOnly": "true", "page": "1", "pageSize": "40"},
    ).respond_with_json(a_list(a_listed_file("2025", api={"id": DATA_SET, "version": "1.0"})))
    result = run("data-sets", "children-in-need")
    assert result.exit_code == 0, result.output
    rows = [line.split() for line in result.stdout.splitlines()]
    assert rows[1][:3] == [DATA_SET, "1.0", "deprecated"]
    assert rows[3][:4] == [FILE, "2025", "c1_2025.csv", DATA_SET]


def test_a_publication_without_api_data_sets_still_lists_its_files(
    httpserver: HTTPServer, project: Settings
) -> None:
    httpserver.expect_request("/api/data-set-files").respond_with_json(a_list(a_file()))
    httpserver.expect_request(re.compile("/v1/.*")).respond_with_data(status=404)
    result = run("data-sets", "re-referrals")
    assert result.exit_code == 0, result.output
    assert "The API lists no data set of this publication." in result.stderr
    assert FILE in result.stdout
    refused(run("data-sets", "re-referrals", "--from", "api"), "answered 404")


def test_data_sets_of_one_release_are_those_of_that_release_only(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve_api(httpserver, None, a_version("2.0", "2025"), a_version("1.0", "2024"))
    httpserver.expect_request(f"/v1/publications/{PUBLICATION}/data-sets").respond_with_json(
        a_list(a_data_set())
    )
    httpserver.expect_request("/api/data-set-files").respond_with_json(
        a_list(a_listed_file("2025"), a_listed_file("2024", id="old"))
    )
    result = run("data-sets", "children-in-need", "--release", "2024")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[:2] for row in rows] == [
        ["API", "data"],
        [DATA_SET, "1.0"],
        ["catalogue", "id"],
        ["old", "2024"],
    ]
    (asked,) = [request for request, _ in httpserver.log if request.path == "/api/data-set-files"]
    assert asked.args["latestOnly"] == "false"


def test_releases_are_listed_once_each_with_the_id_that_a_zip_needs(
    httpserver: HTTPServer, project: Settings
) -> None:
    old = {"id": "old-release", "title": "Reporting year 2024"}
    httpserver.expect_request("/api/data-set-files").respond_with_json(
        a_list(a_listed_file("2025"), a_listed_file("2025"), a_listed_file("2024", release=old))
    )
    result = run("releases", "children-in-need")
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert [row[:3] for row in rows] == [
        [RELEASE, "2025-10-30", "2025"],
        ["old-release", "2025-10-30", "2024"],
    ]
    assert rows[0][3] == "latest"


def test_versions_are_listed_with_their_status_and_file(httpserver: HTTPServer, project: Settings) -> None:
    gone = a_version("1.0", "2024", withdrawn="2025-11-02T00:00:00Z", notes="Wrong\ncounts")
    serve_api(httpserver, None, a_version("2.0"), gone)
    result = run("versions", DATA_SET)
    rows = [line.split() for line in result.stdout.splitlines()[1:]]
    assert rows[0] == ["2.0", "Major", "published", "2025-10-30", "2025", FILE]
    assert rows[1] == ["1.0", "Major", "withdrawn", "2025-10-30", "2024", FILE, "Wrong", "counts"]


@pytest.mark.parametrize("word", ["label", "name"])
def test_columns_are_read_by_label_or_by_name_because_documentation_and_code_differ(
    httpserver: HTTPServer, project: Settings, word: str
) -> None:
    httpserver.expect_request(
        f"/v1/data-sets/{DATA_SET}/meta", query_string="dataSetVersion=1.0"
    ).respond_with_json(
        {
            "filters": [{"id": "aB3", "column": "category", word: "Category of child", "options": []}],
            "indicators": [{"id": "Xy9", "column": "number", word: "Number", "unit": "%"}],
        }
    )
    result = run("columns", DATA_SET, "--version", "1.0")
    assert [line.split() for line in result.stdout.splitlines()[1:]] == [
        ["filter", "category", "Category", "of", "child"],
        ["indicator", "number", "%", "Number"],
    ]


# downloads, as a user asks for them


def fetched_file(result: Result) -> Path:
    assert result.exit_code == 0, result.output + repr(result.exception)
    return Path(result.stdout.strip())


def test_an_api_data_set_is_fetched_at_its_latest_version_which_is_pinned(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve_api(httpserver)
    served = Served(gzip.compress(CSV), headers={"Content-Encoding": "gzip"})
    httpserver.expect_request(
        f"/v1/data-sets/{DATA_SET}/csv", query_string="dataSetVersion=1.0"
    ).respond_with_handler(served)
    path = fetched_file(run("data-set", DATA_SET, "--no-land"))
    assert path.read_bytes() == CSV
    assert path.parent.parent == project.landing / "fetched"
    assert path.name == f"{DATA_SET}_1.0.csv"
    again = run("data-set", DATA_SET, "--no-land")
    assert fetched_file(again) == path
    assert "Unchanged since" in again.stderr
    assert served.sent[1] == (304, 0)


@pytest.mark.parametrize(
    ("options", "number"),
    [
        (["--version", "1.0"], "1.0"),
        (["--release", "2024"], "1.1"),
        (["--release", "reporting year 2025"], "10.0"),
        (["--version", "1.1", "--release", "2024"], "1.1"),
        ([], "10.0"),
    ],
)
def test_the_version_asked_for_is_the_one_fetched(
    httpserver: HTTPServer, project: Settings, options: list[str], number: str
) -> None:
    latest = {key: value for key, value in a_version("10.0").items() if key != "release"}
    versions = [a_version("10.0"), a_version("1.1", "2024"), a_version("1.0", "2024"), a_version("9.0")]
    serve_api(httpserver, a_data_set(latestVersion=latest), *versions)
    httpserver.expect_request(
        f"/v1/data-sets/{DATA_SET}/csv", query_string={"dataSetVersion": number}
    ).respond_with_handler(Served(CSV))
    assert fetched_file(run("data-set", DATA_SET, "--no-land", *options)).read_bytes() == CSV


def test_a_wildcard_is_pinned_to_the_version_that_it_stands_for(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve_api(httpserver)
    httpserver.expect_request(f"/v1/data-sets/{DATA_SET}/versions/2.*").respond_with_json(a_version("2.3"))
    httpserver.expect_request(
        f"/v1/data-sets/{DATA_SET}/csv", query_string="dataSetVersion=2.3"
    ).respond_with_handler(Served(CSV))
    assert fetched_file(run("data-set", DATA_SET, "--version", "2.*", "--no-land")).read_bytes() == CSV


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--release", "2019"], "has no version for the release '2019'; it has 2025"),
        (["--version", "1.0", "--release", "2024"], "belongs to the release '2025'; '2024' was expected"),
        (["--version", "7.0"], "versions/7.0 answered 404"),
        (["--from", "api", "--release", "x"], "has no version for the release 'x'"),
    ],
)
def test_a_version_or_release_that_is_not_there_is_refused(
    httpserver: HTTPServer, project: Settings, options: list[str], words: str
) -> None:
    serve_api(httpserver)
    httpserver.expect_request(re.compile(".*")).respond_with_data(status=404)
    refused(run("data-set", DATA_SET, *options), words)


@pytest.mark.parametrize(
    ("data_set", "version", "words"),
    [
        ({"status": "Withdrawn", "supersedingDataSetId": "next-1"}, {}, "is withdrawn"),
        ({}, {"status": "Withdrawn"}, "Version 1.0 of data set"),
        ({}, {"withdrawn": "2025-11-02T00:00:00Z"}, "is withdrawn since 2025-11-02"),
    ],
)
def test_what_is_withdrawn_is_refused_unless_the_user_insists(
    httpserver: HTTPServer, project: Settings, data_set: Any, version: Any, words: str
) -> None:
    serve_api(httpserver, a_data_set(**data_set), a_version(**version))
    served = serve(httpserver, f"/v1/data-sets/{DATA_SET}/csv", Served(CSV))
    result = run("data-set", DATA_SET, "--no-land")
    refused(result, words, "Add --withdrawn")
    assert ("superseded by next-1" in result.stderr) == bool(data_set)
    assert served.asked == [], "nothing is downloaded"
    result = run("data-set", DATA_SET, "--no-land", "--withdrawn")
    assert fetched_file(result).read_bytes() == CSV
    assert "Don't publish figures from it" in result.stderr


def test_a_deprecated_data_set_is_fetched_with_a_warning_that_names_its_successor(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve_api(httpserver, a_data_set(status="Deprecated", supersedingDataSetId="next-1"))
    serve(httpserver, f"/v1/data-sets/{DATA_SET}/csv", Served(CSV))
    result = run("data-set", DATA_SET, "--no-land")
    assert fetched_file(result).read_bytes() == CSV
    assert "is deprecated" in result.stderr
    assert "pathways fetch data-set next-1" in result.stderr


def test_the_newest_version_is_by_number_and_not_by_text() -> None:
    assert sorted(["10.0", "9.1", "9.0.2", "9.0"], key=version_order) == ["9.0", "9.0.2", "9.1", "10.0"]
    data_set = DataSet("i", "t", "published", "", None)
    release = Release(slug="2025")
    versions = [
        Version("9.0", release=release),
        Version("10.0", release=release),
        Version("11.0", status="withdrawn", release=release),
    ]
    assert version_for_release(data_set, versions, "2025", withdrawn=False).number == "10.0"
    assert version_for_release(data_set, versions, "2025", withdrawn=True).number == "11.0"


def serve_catalogue(server: HTTPServer, served: Served, file: dict[str, Any] | None = None) -> None:
    server.expect_request(f"/api/data-set-files/{FILE}").respond_with_json(file or a_file())
    serve(server, f"/data-catalogue/data-set/{FILE}/csv", served)
    server.expect_request(f"/v1/data-sets/{FILE}").respond_with_data(status=404)


@pytest.mark.parametrize("options", [[], ["--from", "catalogue"], ["--release", "2025"]])
def test_a_catalogue_id_is_fetched_from_the_site_under_the_name_of_its_metadata(
    httpserver: HTTPServer, project: Settings, options: list[str]
) -> None:
    serve_catalogue(httpserver, Served(CSV))
    path = fetched_file(run("data-set", FILE, "--no-land", *options))
    assert path.name == "c1_children_in_need_2013_to_2025.csv"
    assert path.read_bytes() == CSV


def test_a_catalogue_file_of_another_release_is_refused_because_ids_change_with_each(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve_catalogue(httpserver, Served(CSV))
    refused(run("data-set", FILE, "--release", "2024"), "belongs to the release '2025'; '2024' was expected")


def test_the_site_is_asked_though_the_content_api_does_not_know_the_id(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve(httpserver, f"/data-catalogue/data-set/{FILE}/csv", Served(CSV))
    httpserver.expect_request(re.compile("/(api|v1)/.*")).respond_with_data(status=404)
    assert fetched_file(run("data-set", FILE, "--no-land")).name == f"{FILE}.csv"


def test_a_stale_id_is_refused_with_the_way_to_the_current_one(
    httpserver: HTTPServer, project: Settings
) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_data(status=404)
    refused(
        run("data-set", FILE),
        f"/data-catalogue/data-set/{FILE}/csv answered 404",
        "catalogue ids change with every release",
        "`pathways fetch data-sets`",
    )
    refused(run("release", RELEASE), f"/api/releases/{RELEASE}/files answered 404")


def test_an_id_cannot_climb_to_another_address(httpserver: HTTPServer, project: Settings) -> None:
    httpserver.expect_request(re.compile(".*")).respond_with_data(status=404)
    refused(run("data-set", "../../x?y=1", "--from", "catalogue"), "answered 404")
    raw = [request.environ["RAW_URI"] for request, _ in httpserver.log]
    assert raw == [
        "/api/data-set-files/..%2F..%2Fx%3Fy%3D1",
        "/data-catalogue/data-set/..%2F..%2Fx%3Fy%3D1/csv",
    ]


def test_a_release_is_fetched_whole_as_the_zip_that_was_sent(
    httpserver: HTTPServer, project: Settings
) -> None:
    body = a_zip()
    name = "children-in-need_reporting-year-2025.zip"
    served = Served(
        body, kind="application/octet-stream", headers={"Content-Disposition": f"attachment; filename={name}"}
    )
    serve(httpserver, f"/api/releases/{RELEASE}/files", served)
    path = fetched_file(run("release", RELEASE, "--no-land"))
    assert path.name == name
    assert path.read_bytes() == body
    assert served.asked[0]["Accept-Encoding"] == "identity"


def test_a_fault_of_a_download_is_one_sentence_with_exit_code_1(
    httpserver: HTTPServer, project: Settings
) -> None:
    serve_catalogue(httpserver, Served(b"<html>Sorry</html>"))
    refused(run("data-set", FILE), "a web page (HTML) in place of CSV")
    assert not list((project.landing / "fetched").rglob("*.csv"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["publications", "ab"],
        ["data-set", FILE, "--from", "catalogue", "--version", "1.0"],
        ["data-set", FILE, "--from", "elsewhere"],
        ["data-set"],
        ["release"],
        ["roof"],
    ],
)
def test_wrong_usage_exits_2_and_calls_nobody(
    httpserver: HTTPServer, project: Settings, arguments: list[str]
) -> None:
    assert run(*arguments).exit_code == 2
    assert httpserver.log == []


def test_help_says_what_each_command_is_for() -> None:
    assert run("--help").exit_code == 0
    for command in ("publications", "releases", "data-sets", "versions", "columns", "data-set", "release"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert len(result.stdout) > 200


# through the door, with the landing that files from a folder go through

LANDED_NAME = "c1_children_in_need_referrals_and_rereferrals_2013_to_2025.csv"
PUBLISHED = sorted((PROJECT / "seeds" / "dfe").glob("*release_2025.csv"))


@pytest.fixture
def whole_project(project: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The real project with its dictionaries, landing in the test's own folder."""
    monkeypatch.chdir(PROJECT)
    return load_settings()


def test_a_fetched_file_is_landed_as_a_file_from_a_folder_is(
    httpserver: HTTPServer, whole_project: Settings
) -> None:
    body = PUBLISHED[0].read_bytes()
    file = a_file()
    file["file"]["name"] = LANDED_NAME
    serve_catalogue(httpserver, Served(body), file)
    result = run("data-set", FILE)
    assert result.exit_code == 0, result.output
    manifest = next((whole_project.landing / "ees").glob("manifest*")).read_text()
    assert LANDED_NAME in manifest
    assert httpserver.url_for(f"/data-catalogue/data-set/{FILE}/csv") in manifest
    assert list((whole_project.landing / "ees" / "cell").glob("*.parquet"))
    assert run("data-set", FILE).exit_code == 0, "the same file again is no fault"


def test_a_fetched_release_is_landed_file_by_file(httpserver: HTTPServer, whole_project: Settings) -> None:
    body = a_zip(**{f"data/{LANDED_NAME}": PUBLISHED[0].read_bytes()})
    name = "children-in-need_2025.zip"
    headers = {"Content-Disposition": f"attachment; filename={name}"}
    serve(httpserver, f"/api/releases/{RELEASE}/files", Served(body, headers=headers))
    result = run("release", RELEASE)
    assert result.exit_code == 0, result.output
    assert LANDED_NAME in next((whole_project.landing / "ees").glob("manifest*")).read_text()


def test_a_fetched_file_that_the_door_refuses_exits_1(
    httpserver: HTTPServer, whole_project: Settings
) -> None:
    serve_catalogue(httpserver, Served(b"this,is,no\nees,data,file\n"))
    refused(run("data-set", FILE))
    assert not list((whole_project.landing / "ees").glob("cell/*.parquet"))
