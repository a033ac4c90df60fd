"""What EES has: publications, data sets, versions, releases and files, listed whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote

from pathways.errors import PathwaysError
from pathways.fetch.client import Client
from pathways.fetch.shapes import (
    CatalogueFile,
    Column,
    DataSet,
    Node,
    Publication,
    Release,
    Version,
    columns_of,
    each,
    page_of,
)
from pathways.settings import Settings

KNOWN_PUBLICATIONS = {
    "children-in-need": "89869bba-0c00-40f7-b7d6-e28cb904ad37",
    "re-referrals": "7f32ebcd-8f36-4b9b-fdab-08ddd41933e2",
}
"""Short names of the publications that this warehouse reads; ids from DfE's published code."""

PUBLICATION_PAGE = 40
DATA_SET_PAGE = 20
CATALOGUE_PAGE = 40
"""Entries of a page: the most that the service gives."""
PAGE_LIMIT = 250
SEARCH_LENGTH = 3
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_id(text: str) -> bool:
    """Whether a text is an id as EES writes them (a UUID)."""
    return _ID.fullmatch(text.strip()) is not None


class Service:
    """The lists of EES over the public API and the content API.

    Every method raises NotFoundError for 404 and PathwaysError for an answer that is not
    as documented, or none.
    """

    def __init__(self, client: Client, settings: Settings) -> None:
        self.client = client
        self.api = settings.ees_api
        self.site = settings.ees_site
        self.content = settings.ees_content

    def api_address(self, *parts: str) -> str:
        """An address of the public API."""
        return "/".join([self.api, *(quote(part, safe="*") for part in parts)])

    def content_address(self, *parts: str) -> str:
        """An address of the content API."""
        return "/".join([self.content, "api", *(quote(part, safe="") for part in parts)])

    def catalogue_csv(self, file_id: str) -> str:
        """The address of one file of the data catalogue."""
        return f"{self.site}/data-catalogue/data-set/{quote(file_id, safe='')}/csv"

    def one(self, url: str, query: Mapping[str, str | int] | None = None) -> Node:
        """One object."""
        node = Node(url, self.client.json(url, query))
        if not isinstance(node.value, dict):
            raise node.fault("an object")
        return node

    def all_pages(self, url: str, size: int, query: Mapping[str, str | int] | None = None) -> list[Node]:
        """All entries of a list, page by page, up to the last page or the first empty one."""
        found: list[Node] = []
        for number in range(1, PAGE_LIMIT + 1):
            node = self.one(url, {**(query or {}), "page": number, "pageSize": size})
            page = page_of(node)
            if page.items and page.number != number:
                raise PathwaysError(
                    f"{url} sent page {page.number} of a list; page {number} was asked for. "
                    "Run the command again; if it stays so, the service has changed."
                )
            found += page.items
            if not page.items or number >= page.pages:
                return found
        raise PathwaysError(
            f"{url} has more than {PAGE_LIMIT} pages; a shorter list was expected. Search for less."
        )

    def publications(self, search: str | None = None) -> list[Publication]:
        """The publications with API data sets; ``search`` has three characters or more."""
        query: dict[str, str | int] = {"search": search} if search else {}
        return each(self.all_pages(self.api_address("publications"), PUBLICATION_PAGE, query), Publication.of)

    def publication_id(self, name: str) -> str:
        """The id of a publication that is named by id, short name, slug or title.

        Raises:
            PathwaysError: there is none of that name.
        """
        wanted = name.strip().lower()
        if is_id(wanted):
            return wanted
        if wanted in KNOWN_PUBLICATIONS:
            return KNOWN_PUBLICATIONS[wanted]
        words = wanted.replace("-", " ")
        near = self.publications(words) if len(words) >= SEARCH_LENGTH else []
        # the search may read a slug in another way than as its words
        for candidates in (near, None):
            for publication in self.publications() if candidates is None else candidates:
                if wanted in (publication.slug.lower(), publication.title.lower()):
                    return publication.id
        hint = ", ".join(publication.slug for publication in near[:3])
        raise PathwaysError(
            f"{self.api_address('publications')} lists no publication '{name}'"
            f"{f'; near it are {hint}' if hint else ''}. Give its id, its slug, or one of "
            f"{', '.join(KNOWN_PUBLICATIONS)}; "
            "`pathways fetch publications` lists those with an API data set."
        )

    def data_sets(self, publication_id: str) -> list[DataSet]:
        """The API data sets of a publication."""
        url = self.api_address("publications", publication_id, "data-sets")
        return each(self.all_pages(url, DATA_SET_PAGE), DataSet.of)

    def data_set(self, data_set_id: str) -> DataSet:
        """One API data set."""
        return DataSet.of(self.one(self.api_address("data-sets", data_set_id)))

    def versions(self, data_set_id: str) -> list[Version]:
        """The versions of an API data set, as listed (newest first)."""
        url = self.api_address("data-sets", data_set_id, "versions")
        return each(self.all_pages(url, DATA_SET_PAGE), Version.of)

    def version(self, data_set_id: str, number: str) -> Version:
        """One version; ``number`` may be a wildcard such as ``2.*``."""
        return Version.of(self.one(self.api_address("data-sets", data_set_id, "versions", number)))

    def columns(self, data_set_id: str, number: str | None = None) -> list[Column]:
        """The filters and indicators of a data set with their CSV columns."""
        query: dict[str, str | int] = {"dataSetVersion": number} if number else {}
        return columns_of(self.one(self.api_address("data-sets", data_set_id, "meta"), query))

    def files(self, publication_id: str, *, latest_only: bool) -> list[CatalogueFile]:
        """The catalogue's files of a publication."""
        query: dict[str, str | int] = {
            "publicationId": publication_id,
            "latestOnly": "true" if latest_only else "false",
        }
        url = self.content_address("data-set-files")
        return each(self.all_pages(url, CATALOGUE_PAGE, query), CatalogueFile.of)

    def file(self, file_id: str) -> CatalogueFile:
        """One file of the catalogue, without its data."""
        return CatalogueFile.of(self.one(self.content_address("data-set-files", file_id)))

    def releases(self, publication_id: str) -> list[Release]:
        """The releases of a publication that have files in the catalogue, in the catalogue's order.

        The ``id`` of a release there is that of the release version, which way C asks
        for (source: DfE's Content.Services DataSetFileService).
        """
        found: dict[str, Release] = {}
        for file in self.files(publication_id, latest_only=False):
            found.setdefault(file.release.id or file.release.label, file.release)
        return list(found.values())
