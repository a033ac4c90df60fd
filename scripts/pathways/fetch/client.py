"""One HTTP client: patient with a server that is busy, and firm with an answer that is wrong."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import exceptions as wire
from urllib3.util import Retry

from pathways.errors import PathwaysError
from pathways.fetch.names import one_line
from pathways.fetch.packed import GZIP_SIGN, unzip_stream

JSON_LIMIT = 32 * 1024**2
"""Bytes of one JSON answer, unpacked; the longest page of a list has well under 1 MiB."""
DOWNLOAD_LIMIT = 2 * 1024**3
"""Bytes of one download, as sent and unpacked; the largest EES files have a few hundred MiB."""
REDIRECT_LIMIT = 5
BLOCK = 256 * 1024
BUSY = frozenset({429, 500, 502, 503, 504})
T = TypeVar("T")
USER_AGENT = "early-help-pathway-warehouse (pathways fetch)"


@dataclass(frozen=True)
class Patience:
    """How long to wait and how often to try; all times in seconds.

    ``longest_wait`` also caps what a server asks for in Retry-After.
    """

    tries: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    connect_timeout: float = 10.0
    read_timeout: float = 60.0

    def wait(self, attempt: int, retry_after: str | None = None) -> float:
        """Seconds before the try after ``attempt`` (from 1): as asked, else doubling.

        ``retry_after`` is a number of seconds or an HTTP date (RFC 9110, 10.2.3).
        """
        if retry_after:
            try:
                return min(Retry().parse_retry_after(retry_after), self.longest_wait)
            except wire.InvalidHeader:
                pass
        doubled: float = self.first_wait * 2 ** (attempt - 1)
        return min(doubled, self.longest_wait)


PATIENCE = Patience()


class NotFoundError(PathwaysError):
    """The server answered 404: an id is stale or was never right."""


class _BrokenError(Exception):
    """A fault that may pass: the same request is made again."""

    def __init__(self, found: str, retry_after: str | None = None) -> None:
        super().__init__(found)
        self.found = found
        self.retry_after = retry_after


@dataclass(frozen=True)
class Head:
    """What the headers say of a body; ``etag`` and ``last_modified`` as sent."""

    url: str
    headers: Mapping[str, str]
    etag: str | None
    last_modified: str | None
    encoding: str

    @property
    def validator(self) -> str | None:
        """What If-Range may hold: a strong ETag, else the date (RFC 9110, 13.1.5)."""
        if self.etag:
            return None if self.etag.startswith("W/") else self.etag
        return self.last_modified


@dataclass
class Progress:
    """Where a download reports how far it is; does nothing by itself."""

    advance: Callable[[int, int | None], None] = field(default=lambda done, total: None)
    """Takes bytes so far and bytes in all, None if not known."""
    note: Callable[[str], None] = field(default=lambda text: None)


def _head(response: requests.Response) -> Head:
    headers = response.headers
    encoding = headers.get("Content-Encoding", "").strip().lower()
    return Head(
        url=response.url,
        headers=headers,
        etag=headers.get("ETag"),
        last_modified=headers.get("Last-Modified"),
        encoding="" if encoding == "identity" else encoding,
    )


def _address(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return one_line(url)
    # what a redirect adds to an address may be a key
    return one_line(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


def _unreachable(fault: Exception, url: str) -> str:
    host = urlsplit(url).hostname or url
    text = repr(fault)
    if "NameResolutionError" in text or "getaddrinfo" in text:
        return f"the name {host} could not be found (DNS)"
    if "ProxyError" in text:
        return f"the proxy on the way to {host} did not let the call through"
    if "refused" in text:
        return f"{host} refused the connection"
    return f"the connection to {host} broke"


def _refusal(url: str, response: requests.Response) -> PathwaysError:
    """Why an answer that will not get better by waiting is the end."""
    status, where = response.status_code, _address(url)
    if status == 404:
        return NotFoundError(
            f"{where} answered 404 (not found); a published item was expected. The id is wrong, or it is "
            "stale: catalogue ids change with every release. Look for the current one with "
            "`pathways fetch data-sets` or `pathways fetch releases`."
        )
    if status in (401, 403):
        return PathwaysError(
            f"{where} answered {status} (no access); an open file was expected. It may not be published "
            "(any more), or a proxy keeps you out: open the address in a browser on this machine."
        )
    said = _problem(response)
    return PathwaysError(
        f"{where} answered {status}{said}; 200 was expected. Check the id and the version; if they are "
        "right, the service has changed, and the base addresses (PATHWAYS_EES_...) may be old."
    )


def _problem(response: requests.Response) -> str:
    """The title and first error of a ProblemDetails answer, if it is one."""
    try:
        body = json.loads(next(response.iter_content(BLOCK), b""))
        errors = body.get("errors")
        first = errors[0].get("message") if isinstance(errors, list) and errors else None
        words = [word for word in (body.get("title"), first) if isinstance(word, str)]
    except (ValueError, AttributeError, IndexError, requests.RequestException):
        return ""
    return f" ({one_line(': '.join(words), 200)})" if words else ""


def _content_range(header: str | None) -> tuple[int, int | None] | None:
    """First byte and length in all of a Content-Range header; None if it can't be read."""
    found = re.fullmatch(r"\s*bytes\s+(\d+)-\d+/(\d+|\*)\s*", header or "", re.IGNORECASE)
    if not found:
        return None
    return int(found[1]), None if found[2] == "*" else int(found[2])


def _length(head: Head) -> int | None:
    text = head.headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def too_large(url: str, limit: int) -> PathwaysError:
    """An answer that goes on past its limit (bytes)."""
    return PathwaysError(
        f"{_address(url)} sent more than {limit / 1024**2:,.0f} MiB, which no EES answer should have. "
        "Nothing was kept. If the data really grew so large, raise the limit in pathways.fetch.client."
    )


class Client:
    """Gets JSON and files; every fault becomes one plain sentence.

    Args:
        patience: tries and waits; ``PATIENCE`` if None.
        sleep: what waiting is; tests count instead.
        progress: where to tell how far a download is.
    """

    def __init__(
        self,
        patience: Patience | None = None,
        sleep: Callable[[float], None] = time.sleep,
        progress: Progress | None = None,
    ) -> None:
        self.patience = patience or PATIENCE
        self.progress = progress or Progress()
        self._sleep = sleep
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        for scheme in ("http://", "https://"):
            # the loop below counts all tries; a second one underneath would multiply them
            self._session.mount(scheme, HTTPAdapter(max_retries=Retry(0, read=False)))

    def json(self, url: str, query: Mapping[str, str | int] | None = None) -> Any:
        """The JSON document at an address.

        Raises:
            NotFoundError: 404.
            PathwaysError: no answer after all tries, another status, no JSON, or too much of it.
        """

        def read() -> Any:
            full = f"{url}?{urlencode(query)}" if query else url
            with self._open(full, {"Accept": "application/json", "Accept-Encoding": "gzip"}) as response:
                if response.status_code != 200:
                    raise _refusal(url, response)
                body = BytesIO()
                for block in self._blocks(response):
                    body.write(block)
                    if body.tell() > JSON_LIMIT:
                        raise too_large(url, JSON_LIMIT)
                return self._parsed(url, body, response.headers.get("Content-Type", ""))

        return self._patiently(url, read)

    def _parsed(self, url: str, body: BytesIO, kind: str) -> Any:
        where, raw = _address(url), body.getvalue()
        if raw.startswith(GZIP_SIGN):
            unpacked = BytesIO()
            body.seek(0)
            unzip_stream(body, unpacked, JSON_LIMIT, where)
            raw = unpacked.getvalue()
        try:
            return json.loads(raw.decode("utf-8-sig"))
        except (ValueError, RecursionError) as fault:
            found = one_line(raw[:40].decode("utf-8", errors="replace")) or "nothing"
            page = "a web page" if "html" in kind.lower() or raw.lstrip()[:1] == b"<" else "something else"
            raise PathwaysError(
                f"{where} sent {page} (it begins with: {found}); JSON was expected. Check the base address "
                "(PATHWAYS_EES_API, PATHWAYS_EES_CONTENT), or try again later: a maintenance page looks so."
            ) from fault

    def download(
        self,
        url: str,
        part: Path,
        *,
        conditions: Mapping[str, str] | None = None,
        accept_encoding: str = "gzip",
        limit: int | None = None,
    ) -> Head | None:
        """Fetches the bytes as sent (still packed, if they were) into ``part``.

        A transfer that breaks goes on where it stopped if the server can promise that
        the file is still the same one (Range and If-Range; 206), and else begins anew.

        Returns:
            The headers, or None for 304: ``conditions`` say that we have it already.

        Raises:
            NotFoundError: 404.
            PathwaysError: as for ``json``; ``part`` then holds nothing of use.
        """
        most = DOWNLOAD_LIMIT if limit is None else limit
        kept: list[Head] = []

        def read() -> Head | None:
            done = part.stat().st_size if kept and part.exists() else 0
            headers = {"Accept": "*/*", "Accept-Encoding": accept_encoding}
            validator = kept[0].validator if kept else None
            if done and validator:
                headers |= {"Range": f"bytes={done}-", "If-Range": validator}
            else:
                done = 0
                headers |= conditions or {}
            with self._open(url, headers) as response:
                head = _head(response)
                if response.status_code == 304 and conditions and "Range" not in headers:
                    return None
                if response.status_code == 416 and done:
                    kept.clear()
                    raise _BrokenError("the server could not go on where the transfer had stopped")
                if response.status_code == 206 and done:
                    total = self._same_file(kept[0], head, done)
                    if total is None:
                        kept.clear()
                        raise _BrokenError("the file changed between two parts of the transfer")
                elif response.status_code == 200:
                    done, total = 0, _length(head)
                    kept[:] = [head]
                else:
                    raise _refusal(url, response)
                if total is not None and total > most:
                    raise too_large(url, most)
                self._receive(response, part, done, total, most)
                return kept[0]

        return self._patiently(url, read)

    @staticmethod
    def _same_file(first: Head, now: Head, done: int) -> int | None:
        """The whole length if a 206 goes on with the very same file at byte ``done``; else None."""
        place = _content_range(now.headers.get("Content-Range"))
        if place is None or place[0] != done or first.encoding != now.encoding:
            return None
        if now.etag != first.etag and now.etag is not None:
            return None
        if now.last_modified != first.last_modified and now.last_modified is not None:
            return None
        total, known = place[1], _length(first)
        if total is not None and known is not None and total != known:
            return None
        # without any length the end can't be checked: begin anew
        return total if total is not None else known

    def _receive(
        self, response: requests.Response, part: Path, done: int, total: int | None, most: int
    ) -> None:
        with part.open("ab" if done else "wb") as file:
            self.progress.advance(done, total)
            for block in self._blocks(response):
                done += len(block)
                if done > most:
                    raise too_large(response.url, most)
                file.write(block)
                self.progress.advance(done, total)
        if total is not None and done != total:
            raise _BrokenError(f"{done:,} of {total:,} bytes came")

    @staticmethod
    def _blocks(response: requests.Response) -> Iterator[bytes]:
        """The body as sent, not unpacked.

        Raises:
            _BrokenError: it stopped before its end.
        """
        try:
            yield from response.raw.stream(BLOCK, decode_content=False)
        except wire.ReadTimeoutError as fault:
            raise _BrokenError("the transfer stood still until the time was up") from fault
        except (wire.HTTPError, OSError) as fault:
            raise _BrokenError("the transfer broke off") from fault

    def _patiently(self, url: str, work: Callable[[], T]) -> T:
        """Does the work, again after each fault that may pass, with longer and longer waits."""
        tries = self.patience.tries
        for attempt in range(1, tries + 1):
            try:
                return work()
            except _BrokenError as fault:
                if attempt == tries:
                    raise PathwaysError(
                        f"{_address(url)}: {fault.found}, in {tries} tries. Nothing was fetched. Check "
                        "the connection and the base addresses (PATHWAYS_EES_...), and try again later."
                    ) from fault
                seconds = self.patience.wait(attempt, fault.retry_after)
                self.progress.note(f"{fault.found}; trying again in {seconds:,.0f} s")
                self._sleep(seconds)
        raise AssertionError("there is at least one try")

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        """One answer to one GET, with redirects followed from web address to web address only.

        Raises:
            _BrokenError: no answer, or one that may be another next time (429, 5xx).
        """
        here = url
        for _ in range(REDIRECT_LIMIT + 1):
            response = self._send(here, headers)
            try:
                if response.status_code in BUSY:
                    words = {429: "too many requests"}.get(response.status_code, "a fault at the server")
                    raise _BrokenError(
                        f"the server answered {response.status_code} ({words})",
                        response.headers.get("Retry-After"),
                    )
                target = response.headers.get("Location")
                if response.status_code not in (301, 302, 303, 307, 308) or not target:
                    yield response
                    return
                here = self._redirect(url, here, target)
            finally:
                response.close()
        raise PathwaysError(
            f"{_address(url)} redirects more than {REDIRECT_LIMIT} times; a file was expected. "
            "Check the base addresses (PATHWAYS_EES_...)."
        )

    @staticmethod
    def _redirect(url: str, here: str, target: str) -> str:
        try:
            there = urljoin(here, target)
            scheme, host = urlsplit(there).scheme.lower(), urlsplit(there).hostname
        except ValueError:
            there, scheme, host = target, "", None
        allowed = {"https"} if here.lower().startswith("https:") else {"http", "https"}
        if scheme not in allowed or not host:
            raise PathwaysError(
                f"{_address(url)} redirects to {one_line(there, 100)}; "
                f"an address that begins with {' or '.join(sorted(allowed))}:// was expected. "
                "It was not followed. Check the base addresses (PATHWAYS_EES_...)."
            )
        return there

    def _send(self, url: str, headers: Mapping[str, str]) -> requests.Response:
        timeout = (self.patience.connect_timeout, self.patience.read_timeout)
        try:
            return self._session.get(
                url, headers=dict(headers), stream=True, timeout=timeout, allow_redirects=False
            )
        except requests.exceptions.SSLError as fault:
            raise PathwaysError(
                f"{_address(url)}: the certificate of {urlsplit(url).hostname} was not accepted. "
                "Behind a proxy of your organisation, name its certificates in REQUESTS_CA_BUNDLE."
            ) from fault
        except requests.exceptions.ConnectTimeout as fault:
            raise _BrokenError(f"no connection within {timeout[0]:g} seconds") from fault
        except requests.exceptions.Timeout as fault:
            raise _BrokenError(f"no answer within {timeout[1]:g} seconds") from fault
        except requests.exceptions.ConnectionError as fault:
            raise _BrokenError(_unreachable(fault, url)) from fault
        except (requests.RequestException, ValueError) as fault:
            raise PathwaysError(
                f"{_address(url)} can't be called: {one_line(str(fault), 200)}. "
                "Check the base addresses (PATHWAYS_EES_...)."
            ) from fault
