"""Opening the DuckDB files, and saying in plain words why one can't be opened."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.errors import PathwaysError
from pathways.settings import Settings

if TYPE_CHECKING:
    import duckdb

_HOLDER = re.compile(r"Conflicting lock is held in (?P<program>.*?) ?\(PID (?P<pid>\d+)\)")
_NO_WRITING = ("Read-only file system", "Permission denied")
STORAGE_VERSION = "v1.0.0"


def quoted(*names: str) -> str:
    """Names as one SQL identifier: ``quoted('a', 'b"c')`` is ``"a"."b""c"``."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


def literal(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def limits(settings: Settings) -> dict[str, str | bool | int | float | list[str]]:
    """The user's limits as DuckDB's own settings."""
    config: dict[str, str | bool | int | float | list[str]] = {}
    if settings.memory_limit:
        config["memory_limit"] = settings.memory_limit
    if settings.threads:
        config["threads"] = settings.threads
    return config


def cannot_open(place: str, fault: Exception) -> PathwaysError:
    """Why a database file can't be opened, naming who holds it."""
    holder = _HOLDER.search(str(fault))
    if holder:
        program = Path(holder["program"]).name or "another program"
        return PathwaysError(
            f"{place} is in use by {program} (process {holder['pid']}). "
            "Close it there, or wait until it is done, and run the command again."
        )
    reason = " ".join(str(fault).split())
    return PathwaysError(f"{place} can't be opened: {reason}")


def cannot_write(place: str, fault: Exception) -> PathwaysError:
    """Why a database file can't be opened to be written."""
    reason = " ".join(str(fault).split())
    if not any(words in reason for words in _NO_WRITING):
        return cannot_open(place, fault)
    return PathwaysError(
        f"{place} can't be written: {reason}. See that you may write there, or name another folder in "
        "PATHWAYS_WAREHOUSE, and run the command again."
    )


def connect(settings: Settings) -> duckdb.DuckDBPyConnection:
    """A connection in memory that obeys the user's limits."""
    import duckdb

    connection = duckdb.connect(":memory:", config=limits(settings))
    spill = settings.warehouse / ".spill"
    connection.execute(f"set temp_directory = {literal(str(spill))}")
    return connection


@contextmanager
def open_build_file(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build file, read-only, as the current catalog ``build``.

    While it is open nobody can write it.

    Raises:
        PathwaysError: it is not there, held by another process, or not a database.
    """
    import duckdb

    place = settings.relative(settings.build_file)
    if not settings.build_file.is_file():
        raise PathwaysError(f"There is no {place}. Run `pathways build` first.")
    with connect(settings) as connection:
        try:
            path = literal(str(settings.build_file))
            connection.execute(f"attach {path} as build (read_only)")
            connection.execute("use build")
        except duckdb.Error as fault:
            raise cannot_open(place, fault) from fault
        yield connection


def require_build_file_free(settings: Settings) -> None:
    """Makes sure that dbt can write the build file; creates its folder if missing.

    A run that was killed, or had no room, leaves a log beside the file that DuckDB may not be able to read.
    All of the file is built anew, so it then goes with its log.

    Raises:
        PathwaysError: another process holds it, reading or writing, or it can't be written.
    """
    import duckdb

    settings.warehouse.mkdir(parents=True, exist_ok=True)
    if not settings.build_file.exists():
        return
    log = settings.build_file.with_name(f"{settings.build_file.name}.wal")
    try:
        duckdb.connect(str(settings.build_file)).close()
    except duckdb.Error as fault:
        refusal = cannot_write(settings.relative(settings.build_file), fault)
        if "replaying WAL" not in str(fault):
            raise refusal from fault
        try:
            settings.build_file.unlink()
            log.unlink(missing_ok=True)
        except OSError:
            raise refusal from fault


def table_names(connection: duckdb.DuckDBPyConnection, schema: str = "marts") -> list[str]:
    """The tables of a schema of the current database in name order; views are not among them."""
    found = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ? "
        "and database_name = current_database() order by table_name",
        [schema],
    ).fetchall()
    return [name for (name,) in found]


def column_names(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of every mart of the current database, views among them, in their order."""
    found = connection.execute(
        "select table_name, list(column_name order by column_index) from duckdb_columns() "
        "where schema_name = 'marts' and database_name = current_database() group by table_name"
    ).fetchall()
    return dict(found)


def fetched(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query, each by its columns."""
    found = connection.execute(query)
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def primary_keys(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of the primary key of every mart of the current database that has one."""
    found = connection.execute(
        "select table_name, constraint_column_names from duckdb_constraints() where schema_name = 'marts' "
        "and database_name = current_database() and constraint_type = 'PRIMARY KEY'"
    ).fetchall()
    return dict(found)
