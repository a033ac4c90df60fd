"""What every file and page says of itself: version, date, sources, licence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pathways import __version__

if TYPE_CHECKING:
    import duckdb

LICENCE = (
    "Figures: each source's own licence, named beside the source; the Department for Education's figures are "
    "Crown copyright under the Open Government Licence v3.0. Compilation and words: MIT licence."
)


@dataclass(frozen=True)
class SourceLine:
    """One source as it is named to readers; ``reference`` is a request's or a release's."""

    publisher: str
    title: str
    reference: str
    licence: str


@dataclass(frozen=True)
class Provenance:
    """Where the figures of a published file come from, and of when it is."""

    version: str
    date: date
    sources: tuple[SourceLine, ...]
    licence: str


def read_provenance(connection: duckdb.DuckDBPyConnection, published_file: Path) -> Provenance:
    """The provenance of the published file, which ``connection`` has open.

    Its date is the day, in UTC, on which the file was written.
    """
    rows = connection.execute(
        "select publisher_name, source_title, coalesce(source_reference, release_code, 'none'), licence "
        "from marts.dim_source order by source_basis_code, source_title, source_key"
    ).fetchall()
    written = datetime.fromtimestamp(published_file.stat().st_mtime, UTC).date()
    return Provenance(__version__, written, tuple(SourceLine(*row) for row in rows), LICENCE)
