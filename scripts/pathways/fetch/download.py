"""The three ways to a file: chosen and checked first, then fetched, checked and kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from pathways.errors import PathwaysError
from pathways.fetch import client as http
from pathways.fetch.cache import Cache
from pathways.fetch.client import Client, Head, NotFoundError
from pathways.fetch.names import disposition_name, one_line, release_code, safe_name, with_suffix
from pathways.fetch.packed import require_csv, require_zip, undo_gzip
from pathways.fetch.service import Service
from pathways.fetch.shapes import DEPRECATED, PUBLISHED, WITHDRAWN, CatalogueFile, DataSet, Version

Say = Callable[[str, str | None], None]
CSV = ".csv"
ZIP = ".zip"


@dataclass(frozen=True)
class Plan:
    """One download: where from, what is expected, and what it is called if nobody says."""

    url: str
    suffix: str
    name: str
    release_code: str | None = None


@dataclass(frozen=True)
class Fetched:
    """A whole file in the cache; ``is_new`` is False where the server said that it is unchanged."""

    path: Path
    url: str
    release_code: str | None
    is_new: bool
    fetched_at: str


def year_of(release: str | None) -> str | None:
    """The release code that a user's ``--release`` gives by itself."""
    return release_code(release)


def version_order(number: str) -> tuple[int, ...]:
    """Version numbers in their order: 10.0 is after 9.1."""
    return tuple(int(part) for part in re.findall(r"\d+", number))


def require_usable(data_set: DataSet, version: Version, *, withdrawn: bool, say: Say) -> None:
    """Refuses what DfE withdrew unless the user insists, and warns of what it replaced.

    Raises:
        PathwaysError: data set or version is withdrawn, and ``withdrawn`` is False.
    """
    what = f"data set {data_set.id} ({data_set.title})"
    next_one = (
        f" It is superseded by {data_set.superseded_by}: `pathways fetch data-set {data_set.superseded_by}`."
        if data_set.superseded_by
        else ""
    )
    if WITHDRAWN in (data_set.status, version.status):
        which = what if data_set.status == WITHDRAWN else f"version {version.number} of {what}"
        since = f" since {version.withdrawn}" if version.withdrawn else ""
        if not withdrawn:
            raise PathwaysError(
                f"{which[0].upper()}{which[1:]} is withdrawn{since}; a published one was expected.{next_one} "
                "Add --withdrawn to fetch it all the same, or list others with "
                f"`pathways fetch versions {data_set.id}`."
            )
        say(f"Warning: {which} is withdrawn{since}. Don't publish figures from it.{next_one}", "yellow")
    elif DEPRECATED in (data_set.status, version.status):
        say(f"Warning: {what} is deprecated; DfE will not add to it.{next_one}", "yellow")
    for status in {data_set.status, version.status} - {WITHDRAWN, DEPRECATED, PUBLISHED}:
        say(f"Warning: {what} has the status '{status}', which is not a documented one.", "yellow")


def version_for_release(
    data_set: DataSet, versions: list[Version], release: str, *, withdrawn: bool
) -> Version:
    """The newest version that was made for a release.

    Raises:
        PathwaysError: there is none.
    """
    found = [version for version in versions if version.release.matches(release)]
    usable = [version for version in found if withdrawn or version.status != WITHDRAWN] or found
    if not usable:
        known = sorted({version.release.label for version in versions if version.release.label})
        raise PathwaysError(
            f"Data set {data_set.id} ({data_set.title}) has no version for the release '{release}'; "
            f"it has {', '.join(known) or 'none that names its release'}. Choose one of these, or a version "
            f"from `pathways fetch versions {data_set.id}`."
        )
    return max(usable, key=lambda version: version_order(version.number))


def plan_api(
    service: Service,
    data_set_id: str,
    *,
    version: str | None,
    release: str | None,
    withdrawn: bool,
    say: Say,
) -> Plan:
    """Way A: the whole file of one version of an API data set, always with its version pinned.

    Raises:
        NotFoundError: no such data set, or no such version.
        PathwaysError: withdrawn, of another release, or no answer as documented.
    """
    data_set = service.data_set(data_set_id)
    if version is None and release is not None:
        wanted = version_for_release(data_set, service.versions(data_set.id), release, withdrawn=withdrawn)
    elif version is None and data_set.latest is None:
        raise PathwaysError(
            f"Data set {data_set.id} ({data_set.title}, {data_set.status}) has no latest version; one was "
            f"expected. Choose one from `pathways fetch versions {data_set.id}` and give it as --version."
        )
    else:
        number = version or (data_set.latest.number if data_set.latest else "")
        wanted = service.version(data_set.id, number)
    if release is not None and not wanted.release.matches(release):
        raise PathwaysError(
            f"Version {wanted.number} of data set {data_set.id} belongs to the release "
            f"'{wanted.release.label or 'not named'}'; '{release}' was expected. "
            "Leave out --version or --release."
        )
    require_usable(data_set, wanted, withdrawn=withdrawn, say=say)
    name = _published_name(service, wanted.file_id) or f"{data_set.id}_{wanted.number}"
    query = urlencode({"dataSetVersion": wanted.number})
    return Plan(
        url=f"{service.api_address('data-sets', data_set.id, 'csv')}?{query}",
        suffix=CSV,
        name=name,
        release_code=wanted.release.code or year_of(release),
    )


def _published_name(service: Service, file_id: str) -> str:
    """The name of the file in the catalogue, by which landing recognises its data set; empty if unknown."""
    try:
        return service.file(file_id).file_name if file_id else ""
    except PathwaysError:
        # only a name: the API's own file is fetched all the same
        return ""


def plan_catalogue(service: Service, file_id: str, *, release: str | None, say: Say) -> Plan:
    """Way B: one file of the data catalogue.

    Where the content API does not know the id, the site is asked all the same: the two
    were seen to differ.

    Raises:
        PathwaysError: of another release, or no answer as documented.
    """
    file: CatalogueFile | None = None
    try:
        file = service.file(file_id)
    except NotFoundError:
        say(f"No description of {file_id} was found; asking for the file itself.", None)
    if file and release is not None and not file.release.matches(release):
        raise PathwaysError(
            f"File {file_id} ({file.title}) belongs to the release '{file.release.label or 'not named'}'; "
            f"'{release}' was expected. Catalogue ids change with every release: look for this one's with "
            "`pathways fetch data-sets PUBLICATION --release ...`."
        )
    if file and file.release.is_latest is False:
        say(f"Note: {file.release.label} is not the latest release of its publication.", "yellow")
    return Plan(
        url=service.catalogue_csv(file_id),
        suffix=CSV,
        name=(file.file_name if file else "") or file_id,
        release_code=(file.release.code if file else None) or year_of(release),
    )


def plan_data_set(
    service: Service,
    item_id: str,
    *,
    source: str | None,
    version: str | None,
    release: str | None,
    withdrawn: bool,
    say: Say,
) -> Plan:
    """Way A or B for an id; if ``source`` is None, A, and B where A does not know it.

    Raises:
        PathwaysError: as for ``plan_api`` and ``plan_catalogue``.
    """
    if source == "catalogue":
        return plan_catalogue(service, item_id, release=release, say=say)
    if source is None and version is None:
        try:
            service.data_set(item_id)
        except NotFoundError:
            say(f"The API has no data set {item_id}; looking in the data catalogue.", None)
            return plan_catalogue(service, item_id, release=release, say=say)
    return plan_api(service, item_id, version=version, release=release, withdrawn=withdrawn, say=say)


def plan_release(service: Service, release_version_id: str, release: str | None) -> Plan:
    """Way C: everything of one release as a ZIP file."""
    return Plan(
        url=service.content_address("releases", release_version_id, "files"),
        suffix=ZIP,
        name=release_version_id,
        release_code=year_of(release),
    )


def file_name(plan: Plan, head: Head) -> str:
    """The file's name: as the server says, else as the metadata or the id gives it."""
    name = disposition_name(head.headers.get("Content-Disposition")) or safe_name(plan.name) or "file"
    return safe_name(with_suffix(name, plan.suffix)) or f"file{plan.suffix}"


def release_code_of(plan: Plan, name: str) -> str | None:
    """The plan's release code; for a ZIP also from ``<publication>_<release slug>.zip``."""
    if plan.release_code or plan.suffix != ZIP:
        return plan.release_code
    return release_code(name.removesuffix(ZIP).rpartition("_")[2])


def carry_out(client: Client, cache: Cache, plan: Plan) -> Fetched:
    """Fetches a file unless the cache has it as the server has it.

    Raises:
        NotFoundError: 404.
        PathwaysError: no answer, or one that is not a whole file of the expected kind.
            Nothing new is in the cache then; an older copy is named.
    """
    entry = cache.find(plan.url)
    where = one_line(plan.url)
    try:
        with cache.workplace() as room:
            part = room / "part"
            # a ZIP is packed already, and unpacked size is what the limits are about
            encoding = "gzip" if plan.suffix == CSV else "identity"
            conditions = entry.conditions if entry else None
            head = client.download(plan.url, part, conditions=conditions, accept_encoding=encoding)
            if head is not None:
                undo_gzip(part, head.encoding, http.DOWNLOAD_LIMIT, where)
                (require_csv if plan.suffix == CSV else require_zip)(part, where)
                entry = cache.keep(
                    plan.url,
                    part,
                    file_name(plan, head),
                    etag=head.etag,
                    last_modified=head.last_modified,
                    rewritten_to=head.headers.get("x-middleware-rewrite"),
                )
    except PathwaysError as fault:
        if entry is None:
            raise
        raise type(fault)(
            f"{fault} A copy of {entry.fetched_at} is in {cache.path(entry)}; it may be out of date."
        ) from fault
    if entry is None:
        raise AssertionError("304 is only taken where there is an entry")
    return Fetched(
        path=cache.path(entry),
        url=plan.url,
        release_code=release_code_of(plan, entry.name),
        is_new=head is not None,
        fetched_at=entry.fetched_at,
    )
