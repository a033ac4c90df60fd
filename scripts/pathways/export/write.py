"""Writing all exports from the published file, each whole or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from pathways.errors import PathwaysError
from pathways.export import WORKBOOK
from pathways.export.csv_files import write_csv, write_data_package
from pathways.export.ees_layout import write_ees
from pathways.export.parquet_files import write_parquet
from pathways.export.provenance import Provenance, read_provenance
from pathways.export.tables import published_tables
from pathways.export.workbook import write_workbook
from pathways.files import entries_replaced
from pathways.publish import only_publisher
from pathways.report.index import write_index
from pathways.settings import Settings

if TYPE_CHECKING:
    import duckdb

Write = Callable[["duckdb.DuckDBPyConnection", Path, Provenance], None]
"""Writes one part of the exports to a place at which there is nothing yet."""


def _parquet(connection: duckdb.DuckDBPyConnection, folder: Path, provenance: Provenance) -> None:
    folder.mkdir()
    for table in published_tables(connection):
        write_parquet(connection, table, folder, provenance)


def _csv(connection: duckdb.DuckDBPyConnection, folder: Path, provenance: Provenance) -> None:
    folder.mkdir()
    tables = published_tables(connection)
    for table in tables:
        write_csv(connection, table, folder)
    write_data_package(tables, folder, provenance)


def _ees(connection: duckdb.DuckDBPyConnection, folder: Path, provenance: Provenance) -> None:
    folder.mkdir()
    write_ees(connection, folder, provenance)


PARTS: dict[str, Write] = {"parquet": _parquet, "csv": _csv, WORKBOOK: write_workbook, "ees": _ees}
"""Each part of the exports by its name in their folder; all are made of the published file alone."""


def write_exports(settings: Settings) -> None:
    """Writes the exports of the published file, and their start page; whatever else is in the folder stays.

    All parts are written before the first takes the place of the one before it, so that a failure leaves the
    old ones.

    Raises:
        PathwaysError: the folder can't be written, a publish is at work, or the published file lacks what the
            exports are made of.
    """
    import duckdb

    try:
        with only_publisher(settings), entries_replaced(settings.exports) as draft:
            with duckdb.connect(str(settings.published_file), read_only=True) as connection:
                provenance = read_provenance(connection, settings.published_file)
                for name, write in PARTS.items():
                    write(connection, draft / name, provenance)
            shutil.copytree(settings.data_docs, draft / "data_docs")
        write_index(settings, provenance)
    except OSError as fault:
        reason = str(fault.strerror or fault)
        raise _failed(settings, reason, "See that there is room and the folder may be written") from fault
    except duckdb.Error as fault:
        reason = " ".join(str(fault).split())
        raise _failed(settings, reason, "See that the project has all its models") from fault


def _failed(settings: Settings, reason: str, remedy: str) -> PathwaysError:
    published, folder = (settings.relative(path) for path in (settings.published_file, settings.exports))
    return PathwaysError(
        f"{published} is published, but the files for people could not be written to {folder}: "
        f"{reason.rstrip('.')}. The old ones are as they were. {remedy}, and run `pathways publish` again."
    )
