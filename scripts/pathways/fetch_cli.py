"""The commands ``pathways fetch ...``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from pathways.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathways.fetch.client import Client
    from pathways.fetch.download import Plan
    from pathways.fetch.service import Service

fetch_app = typer.Typer(
    help="List and download DfE's data from Explore Education Statistics (EES).",
    no_args_is_help=True,
    epilog="Ids change: catalogue ids with every release. docs/fetch.md says which way is for what.",
)


class Way(StrEnum):
    """Where a data set is fetched from."""

    API = "api"
    CATALOGUE = "catalogue"


PublicationArgument = Annotated[
    str,
    typer.Argument(
        metavar="PUBLICATION",
        help="Id, slug or title of the publication, or one of: children-in-need, re-referrals.",
        show_default=False,
    ),
]
ApiIdArgument = Annotated[
    str,
    typer.Argument(metavar="DATA_SET", help="Id of an API data set (see `data-sets`).", show_default=False),
]
ReleaseOption = Annotated[
    str | None,
    typer.Option("--release", metavar="R", help="Slug, title, id or year of a release, such as 2025."),
]
WayOption = Annotated[
    Way | None,
    typer.Option("--from", help="Ask only the API, or only the data catalogue.", show_default="both"),
]
NoLandOption = Annotated[
    bool,
    typer.Option("--no-land", help="Only download; print the file's path and do not land it."),
]


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as aligned lines, one per row, never cut or wrapped, so that it can be copied."""
    from io import StringIO

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, show_edge=False, padding=(0, 2, 0, 0))
    for name in header:
        table.add_column(name, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    wide = sum(4 * max(len(row[at]) for row in [header, *rows]) + 4 for at in range(len(header)))
    page = StringIO()
    Console(file=page, width=wide, color_system=None, force_terminal=False).print(table)
    return [line.rstrip() for line in page.getvalue().splitlines()]


def _show(header: Sequence[str], rows: Sequence[Sequence[str]], nothing: str) -> None:
    from pathways.terminal import say

    if not rows:
        _tell(nothing, "yellow")
        return
    for line in table_lines(header, rows):
        say(line)


def _tell(text: str, style: str | None = None) -> None:
    """What is beside the result goes to stderr, so that the result can be piped."""
    from pathways.terminal import say

    say(text, style, error=True)


@contextmanager
def _service() -> Iterator[tuple[Settings, Service]]:
    """Settings and service; faults become a sentence and exit code 1."""
    from pathways.terminal import plain_errors

    with plain_errors():
        from pathways.fetch.client import Client
        from pathways.fetch.service import Service

        settings = load_settings()
        yield settings, Service(Client(), settings)


@contextmanager
def _shown(client: Client) -> Iterator[None]:
    """A bar on stderr while a file comes in; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from pathways.fetch import client as http

    console = Console(stderr=True)
    if not console.is_terminal:
        yield
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Waiting for the server", total=None)

        def advance(done: int, total: int | None) -> None:
            bar.update(task, description="Fetching", completed=done, total=total)

        def note(text: str) -> None:
            bar.update(task, description=text)

        client.progress = http.Progress(advance, note)
        yield


@fetch_app.command("publications")
def publications_command(
    search: Annotated[
        str | None,
        typer.Argument(
            metavar="[SEARCH]", help="Words of title or summary, 3 characters or more.", show_default=False
        ),
    ] = None,
) -> None:
    """List the publications that have API data sets: id, slug, title."""
    from pathways.fetch.service import SEARCH_LENGTH

    if search is not None and len(search.strip()) < SEARCH_LENGTH:
        raise typer.BadParameter(f"'{search}' is too short: {SEARCH_LENGTH} characters or more.")
    with _service() as (_, service):
        found = service.publications(search)
        rows = [(each.id, each.last_published, each.slug, each.title) for each in found]
        _show(
            ("id", "published", "slug", "title"),
            rows,
            "No publication was found. Only those with an API data set are listed; "
            "`pathways fetch data-sets` also takes the id of another.",
        )


@fetch_app.command("releases")
def releases_command(publication: PublicationArgument) -> None:
    """List a publication's releases with the release version ids that `release` takes."""
    with _service() as (_, service):
        found = service.releases(service.publication_id(publication))
        rows = [
            (each.id, each.published, each.code or "", "latest" if each.is_latest else "", each.title)
            for each in found
        ]
        header = ("release version id", "published", "year", "", "title")
        _show(header, rows, "The data catalogue lists no file of this publication.")


@fetch_app.command("data-sets")
def data_sets_command(
    publication: PublicationArgument, release: ReleaseOption = None, way: WayOption = None
) -> None:
    """List a publication's data sets: those of the API, and the files of the data catalogue.

    Without --release: the latest ones.
    """
    from pathways.fetch.client import NotFoundError

    with _service() as (_, service):
        publication_id = service.publication_id(publication)
        if way is not Way.CATALOGUE:
            try:
                rows = _api_rows(service, publication_id, release)
            except NotFoundError:
                if way is Way.API:
                    raise
                rows = []
            _show(
                ("API data set id", "version", "status", "release", "periods", "title"),
                rows,
                "The API lists no data set of this publication.",
            )
        if way is not Way.API:
            files = service.files(publication_id, latest_only=release is None)
            listed = [
                (each.id, each.release.label, each.file_name, each.api_id, each.title)
                for each in files
                if release is None or each.release.matches(release)
            ]
            _show(
                ("catalogue id", "release", "file", "API data set id", "title"),
                listed,
                "The data catalogue lists no file of this publication"
                f"{f' for the release {release}' if release else ''}.",
            )


def _api_rows(service: Service, publication_id: str, release: str | None) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for data_set in service.data_sets(publication_id):
        if release is None:
            versions = [data_set.latest] if data_set.latest else []
        else:
            versions = [each for each in service.versions(data_set.id) if each.release.matches(release)]
        for version in versions:
            status = data_set.status if version.status == "published" else version.status
            rows.append(
                (data_set.id, version.number, status, version.release.label, version.period, data_set.title)
            )
    return rows


@fetch_app.command("versions")
def versions_command(data_set: ApiIdArgument) -> None:
    """List the versions of an API data set: number, status, release, the catalogue id of its file."""
    with _service() as (_, service):
        rows = [
            (
                each.number,
                each.kind,
                each.status,
                each.published,
                each.release.label,
                each.file_id,
                each.notes,
            )
            for each in service.versions(data_set)
        ]
        header = ("version", "type", "status", "published", "release", "catalogue id", "notes")
        _show(header, rows, "The API lists no version of this data set.")


@fetch_app.command("columns")
def columns_command(
    data_set: ApiIdArgument,
    version: Annotated[
        str | None, typer.Option("--version", metavar="V", help="A version, such as 1.0 or 2.*.")
    ] = None,
) -> None:
    """List the filters and indicators of an API data set, and their columns in the file."""
    with _service() as (_, service):
        rows = [
            (each.kind, each.column, each.unit, each.label) for each in service.columns(data_set, version)
        ]
        _show(("kind", "column", "unit", "label"), rows, "The data set has no filters or indicators.")


@fetch_app.command("data-set")
def data_set_command(
    item_id: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="Id of an API data set, or of a file of the data catalogue.",
            show_default=False,
        ),
    ],
    version: Annotated[
        str | None,
        typer.Option(
            "--version", metavar="V", help="API only: this version (1.0, 2.1, 2.*); else the latest."
        ),
    ] = None,
    way: WayOption = None,
    release: ReleaseOption = None,
    withdrawn: Annotated[
        bool, typer.Option("--withdrawn", help="Fetch it even if DfE has withdrawn it.")
    ] = False,
    no_land: NoLandOption = False,
) -> None:
    """Download one data set as CSV, check it, and land it.

    Both kinds of id are tried unless --from says which it is.

    With --release: from the API the newest version for that release; from the catalogue
    only a file that belongs to it.
    """
    if version is not None and way is Way.CATALOGUE:
        raise typer.BadParameter("--version is for the API; files of the data catalogue have none.")
    from pathways.fetch.download import plan_data_set

    _fetch(
        lambda service: plan_data_set(
            service,
            item_id,
            source=way.value if way else None,
            version=version,
            release=release,
            withdrawn=withdrawn,
            say=_tell,
        ),
        land=not no_land,
    )


@fetch_app.command("release")
def release_command(
    release_version_id: Annotated[
        str,
        typer.Argument(
            metavar="RELEASE_VERSION_ID", help="Id of a release version (see `releases`).", show_default=False
        ),
    ],
    release: Annotated[
        str | None,
        typer.Option(
            "--release", metavar="R", help="Year of the release, where the file's name does not end in it."
        ),
    ] = None,
    no_land: NoLandOption = False,
) -> None:
    """Download a whole release as a ZIP file, check it, and land what is in it."""
    from pathways.fetch.download import plan_release

    _fetch(lambda service: plan_release(service, release_version_id, release), land=not no_land)


def _fetch(make_plan: Callable[[Service], Plan], *, land: bool) -> None:
    from pathways.fetch.cache import Cache
    from pathways.fetch.download import carry_out
    from pathways.terminal import say

    with _service() as (settings, service):
        plan = make_plan(service)
        with _shown(service.client):
            fetched = carry_out(service.client, Cache(settings.landing), plan)
        size = fetched.path.stat().st_size / 1024
        place = settings.relative(fetched.path)
        if fetched.is_new:
            _tell(f"Fetched {fetched.url}: {place}, {size:,.0f} KiB.", "green")
        else:
            _tell(f"Unchanged since {fetched.fetched_at}: {place}, {size:,.0f} KiB.", "green")
        if not land:
            say(str(fetched.path))
            return
        from pathways.landing import Source
        from pathways.landing import land as land_sources

        source = Source(path=fetched.path, release_code=fetched.release_code, source_url=fetched.url)
        report = land_sources(
            settings,
            [source],
            strict=False,
            say=lambda text, style: say(text, style, error=style in ("red", "bold red")),
        )
        if not report.passed:
            raise typer.Exit(1)
