"""The JSON of EES as typed records; what is not of the documented shape is said, with its place.

Source of the shapes: DfE's published code and API documentation. They were never
compared with a live answer, so what is not needed is not demanded, and where code
and documentation differ (``label`` and ``name``) both are read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pathways.errors import PathwaysError
from pathways.fetch.names import one_line, release_code

T = TypeVar("T")
WITHDRAWN = "withdrawn"
DEPRECATED = "deprecated"
PUBLISHED = "published"


@dataclass(frozen=True)
class Node:
    """A value within a JSON answer, with the address and the place for messages."""

    url: str
    value: Any
    place: str = ""

    def fault(self, expected: str) -> PathwaysError:
        """That something else stands here."""
        kinds = {
            dict: "an object",
            list: "a list",
            str: "a text",
            type(None): "nothing",
            bool: "true or false",
        }
        found = kinds.get(type(self.value), "a number")
        return PathwaysError(
            f"{self.url} sent JSON of another shape: found {found} at {self.place or 'the top'}, "
            f"expected {expected}. The service may have changed: check the base addresses "
            "(PATHWAYS_EES_API, PATHWAYS_EES_CONTENT), and compare scripts/pathways/fetch/shapes.py with it."
        )

    def _child(self, key: str) -> Node:
        if not isinstance(self.value, dict):
            raise self.fault("an object")
        return Node(self.url, self.value.get(key), f"{self.place}.{key}" if self.place else key)

    def has(self, *keys: str) -> bool:
        """Whether there is something at the end of a path of keys."""
        node = self
        for key in keys:
            if not isinstance(node.value, dict):
                return False
            node = node._child(key)
        return node.value is not None

    def object(self, key: str) -> Node:
        """The object under a key."""
        node = self._child(key)
        if not isinstance(node.value, dict):
            raise node.fault("an object")
        return node

    def items(self, key: str) -> list[Node]:
        """The list under a key."""
        node = self._child(key)
        if not isinstance(node.value, list):
            raise node.fault("a list")
        return [Node(self.url, item, f"{node.place}[{at}]") for at, item in enumerate(node.value)]

    def text(self, *keys: str) -> str:
        """The text under the first of the keys that is there; a number counts as text."""
        for key in keys:
            if self.has(key):
                break
        else:
            key = keys[0]
        node = self._child(key)
        value = str(node.value) if isinstance(node.value, int | float) else node.value
        if isinstance(value, bool) or not isinstance(value, str) or not value.strip():
            raise node.fault("a text")
        return one_line(value)

    def maybe(self, *keys: str) -> str:
        """As ``text``, but nothing is as good: then the text is empty."""
        present = [key for key in keys if self.has(key) and self.value[key] != ""]
        return self.text(*present) if present else ""

    def number(self, key: str) -> int:
        """The whole number under a key, be it written as a number or as a text."""
        node = self._child(key)
        digits = str(node.value).strip()
        if isinstance(node.value, bool) or not (digits.isascii() and digits.isdigit()) or len(digits) > 15:
            raise node.fault("a whole number")
        return int(digits)

    def labels(self, key: str) -> list[str]:
        """A list of texts, or of objects with ``label``, ``name`` or ``code``."""
        if not self.has(key):
            return []
        return [
            one_line(item.value) if isinstance(item.value, str) else item.text("label", "name", "code")
            for item in self.items(key)
        ]


@dataclass(frozen=True)
class Page:
    """One page of a list: its number, how many there are, how many results in all."""

    number: int
    pages: int
    total: int
    items: list[Node]


def page_of(node: Node) -> Page:
    """A page of any list of EES: ``paging`` and ``results``."""
    paging = node.object("paging")
    return Page(
        paging.number("page"),
        paging.number("totalPages"),
        paging.number("totalResults"),
        node.items("results"),
    )


@dataclass(frozen=True)
class Publication:
    """A publication; ``id`` is the same over all its releases."""

    id: str
    title: str
    slug: str
    last_published: str = ""

    @classmethod
    def of(cls, node: Node) -> Publication:
        """From an entry of ``publications``."""
        return cls(node.text("id"), node.text("title"), node.maybe("slug"), node.maybe("lastPublished")[:10])


@dataclass(frozen=True)
class Release:
    """A release of a publication; ``id``, where known, is the release version's (way C)."""

    id: str = ""
    title: str = ""
    slug: str = ""
    published: str = ""
    is_latest: bool | None = None

    @property
    def code(self) -> str | None:
        """The four-digit year that the release is called by, if it has one."""
        return release_code(self.slug, self.title)

    @property
    def label(self) -> str:
        """The release as it is shown: its slug, else its title."""
        return self.slug or self.title

    def matches(self, wanted: str) -> bool:
        """Whether a user who writes ``wanted`` (id, slug, title or year) means this one."""
        words = wanted.strip().lower()
        names = {name.lower() for name in (self.id, self.slug, self.title, self.code or "") if name}
        return words in names


@dataclass(frozen=True)
class Version:
    """One version of an API data set; ``status`` in lower case."""

    number: str
    status: str = PUBLISHED
    kind: str = ""
    published: str = ""
    withdrawn: str = ""
    rows: int | None = None
    file_id: str = ""
    period: str = ""
    levels: tuple[str, ...] = ()
    release: Release = Release()
    notes: str = ""

    @classmethod
    def of(cls, node: Node) -> Version:
        """From a version, or from the ``latestVersion`` of a data set."""
        period = ""
        if node.has("timePeriods"):
            span = node.object("timePeriods")
            ends = (span.maybe("start"), span.maybe("end"))
            period = ends[0] if ends[0] == ends[1] else " to ".join(end for end in ends if end)
        release = node.object("release") if node.has("release") else None
        withdrawn = node.maybe("withdrawn")
        status = node.maybe("status").lower()
        return cls(
            number=node.text("version"),
            status=WITHDRAWN if withdrawn else status or PUBLISHED,
            kind=node.maybe("type"),
            published=node.maybe("published")[:10],
            withdrawn=withdrawn[:10],
            rows=node.number("totalResults") if node.has("totalResults") else None,
            file_id=node.object("file").text("id") if node.has("file") else "",
            period=period,
            levels=tuple(node.labels("geographicLevels")),
            release=Release(title=release.maybe("title"), slug=release.maybe("slug"))
            if release
            else Release(),
            notes=node.maybe("notes"),
        )


@dataclass(frozen=True)
class DataSet:
    """A data set of the API; ``status`` in lower case."""

    id: str
    title: str
    status: str
    superseded_by: str
    latest: Version | None

    @classmethod
    def of(cls, node: Node) -> DataSet:
        """From ``data-sets/{id}`` or an entry of a publication's list."""
        return cls(
            node.text("id"),
            node.text("title"),
            node.text("status").lower(),
            node.maybe("supersedingDataSetId"),
            Version.of(node.object("latestVersion")) if node.has("latestVersion") else None,
        )


@dataclass(frozen=True)
class CatalogueFile:
    """One file of the data catalogue; its id changes with every release."""

    id: str
    title: str
    file_name: str
    release: Release
    api_id: str = ""
    api_version: str = ""

    @classmethod
    def of(cls, node: Node) -> CatalogueFile:
        """From ``data-set-files/{id}``, or from an entry of ``data-set-files``.

        The two differ: an entry of the list has ``filename`` and ``latestData`` of its
        own, where the single one has ``file.name`` and
        ``release.isLatestPublishedRelease``.
        """
        release = node.object("release")
        latest = (
            release.value.get("isLatestPublishedRelease")
            if release.has("isLatestPublishedRelease")
            else node.value.get("latestData")
        )
        name = node.object("file").maybe("name") if node.has("file") else node.maybe("filename")
        api = node.object("api") if node.has("api") else None
        return cls(
            id=node.text("id"),
            title=node.text("title"),
            file_name=name,
            release=Release(
                id=release.maybe("id"),
                title=release.maybe("title"),
                slug=release.maybe("slug"),
                published=(release.maybe("published") or node.maybe("published"))[:10],
                is_latest=latest if isinstance(latest, bool) else None,
            ),
            api_id=api.maybe("id") if api else "",
            api_version=api.maybe("version") if api else "",
        )


@dataclass(frozen=True)
class Column:
    """A column of a data set's file, and what it is called for people."""

    kind: str
    column: str
    label: str
    unit: str = ""


def columns_of(node: Node) -> list[Column]:
    """The filters and indicators of ``data-sets/{id}/meta``."""
    return [
        Column(kind, item.text("column", "name", "id"), item.text("label", "name"), item.maybe("unit"))
        for key, kind in (("filters", "filter"), ("indicators", "indicator"))
        for item in node.items(key)
    ]


def each(items: list[Node], make: Callable[[Node], T]) -> list[T]:
    """All entries of a page as records."""
    return [make(item) for item in items]
