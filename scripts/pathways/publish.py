"""Publishing: the marts of a good build as one file that replaces the last one whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pathways.check_result import TABLE as CHECK_TABLE
from pathways.check_result import CheckResult, check_results, write_check_results
from pathways.dbt_run import DbtRun, read_run, require_full_build
from pathways.door import check_door, door_fingerprint
from pathways.errors import PathwaysError
from pathways.files import only_one
from pathways.outcome import CheckReport, read_report
from pathways.settings import Settings
from pathways.warehouse import (
    STORAGE_VERSION,
    literal,
    open_build_file,
    primary_keys,
    quoted,
    table_names,
)
from pathways.window import check_open_window

if TYPE_CHECKING:
    import duckdb

DRAFT = ".pathways.duckdb.draft"
BLOCK_SIZE = 16384
"""Bytes; the smallest block that DuckDB has, for many small tables."""
RUN_TABLE = "build_run"
"""In the schema quality of the build file; dbt's on-run-end hook writes it."""


@dataclass(frozen=True)
class Published:
    """What a publish came to."""

    file: Path
    row_counts: dict[str, int]
    window: CheckReport


def door_of_these_seeds(settings: Settings) -> CheckReport:
    """The door's report on the seeds as they stand; runs the door if there is none.

    Raises:
        PathwaysError: the door did not let them in.
    """
    report = read_report(settings.target, "door")
    if report is None or report.fingerprint != door_fingerprint(settings):
        report = check_door(settings)
    _require(report, settings)
    return report


def _require(report: CheckReport, settings: Settings) -> None:
    if report.passed:
        return
    lines = [line for check in report.failures for line in check.sentences]
    count = len(report.failures)
    raise PathwaysError(
        "\n".join(
            [
                *lines,
                f"Nothing is published: {count} of {len(report.checks)} checks at the "
                f"{report.side} failed. All of them: "
                f"{settings.relative(settings.data_docs / 'index.html')}",
            ]
        )
    )


def require_same_run(settings: Settings, connection: duckdb.DuckDBPyConnection, run: DbtRun) -> None:
    """Makes sure that the build file is what the run made.

    At its end each dbt run writes its invocation id into the build file and into
    ``run_results.json``; they must be the same. That catches a build file copied
    from elsewhere, another warehouse folder, a run that was killed, and any dbt run
    since. It does not catch a hand that edits the build file itself.

    Raises:
        PathwaysError: they are not of one run.
    """
    place = settings.relative(settings.build_file)
    found = ""
    if RUN_TABLE in table_names(connection, "quality"):
        table = quoted("quality", RUN_TABLE)
        row = connection.execute(f"select max(invocation_id) from {table}").fetchone()
        found = str(row[0]) if row and row[0] else ""
    if not found or found != run.invocation_id:
        raise PathwaysError(
            f"Nothing is published: {place} was not made by the run that "
            f"{settings.relative(settings.target / 'run_results.json')} tells of "
            f"(quality.{RUN_TABLE} says {found or 'nothing'}, the run is "
            f"{run.invocation_id or 'unnamed'}). Run `pathways build`."
        )


def require_tables_only(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """The tables to publish.

    Raises:
        PathwaysError: a view stands among them, which would be empty words in a
            file that holds the marts only; or a table of the name that publishing uses.
    """
    views = connection.execute(
        "select view_name from duckdb_views() where schema_name = 'marts' "
        "and database_name = current_database() order by view_name"
    ).fetchall()
    if views:
        raise PathwaysError(
            f"Nothing is published: marts.{views[0][0]} is a view, and what it reads is not "
            "published. Make it a table (materialized: table) and run `pathways build`."
        )
    names = table_names(connection)
    if CHECK_TABLE in names:
        raise PathwaysError(
            f"Nothing is published: marts.{CHECK_TABLE} is written by publishing, but a model of "
            "that name is in the build file. Rename the model."
        )
    return names


@contextmanager
def only_publisher(settings: Settings) -> Iterator[None]:
    """Keeps a second publish out, and clears what a dead one left behind.

    Raises:
        PathwaysError: another publish is at work.
    """
    place = settings.relative(settings.warehouse)
    with only_one(settings.warehouse, f"Another publish is writing to {place}."):
        clear_drafts(settings)
        try:
            yield
        finally:
            clear_drafts(settings)


def clear_drafts(settings: Settings) -> None:
    """Removes drafts, their logs and their spilled files."""
    for path in settings.warehouse.glob(f"{DRAFT}*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@dataclass(frozen=True)
class Definition:
    """How a mart is made anew elsewhere: its statement, key and comments, by column and of the whole."""

    statement: str
    key: tuple[str, ...]
    comment: str | None
    column_comments: dict[str, str]


def definitions(connection: duckdb.DuckDBPyConnection) -> dict[str, Definition]:
    """The definitions of all marts of the catalog ``build``, which is the current one, by name."""
    keys = primary_keys(connection)
    comments: dict[str, dict[str, str]] = {}
    for table, column, text in connection.execute(
        "select table_name, column_name, comment from duckdb_columns() where database_name = 'build' "
        "and schema_name = 'marts' and comment is not null order by table_name, column_index"
    ).fetchall():
        comments.setdefault(table, {})[column] = text
    found = connection.execute(
        "select table_name, sql, comment from duckdb_tables() where database_name = 'build' "
        "and schema_name = 'marts'"
    ).fetchall()
    return {
        table: Definition(statement, tuple(keys.get(table, ())), comment, comments.get(table, {}))
        for table, statement, comment in found
    }


def copy_table(connection: duckdb.DuckDBPyConnection, table: str, definition: Definition) -> None:
    """Makes one table anew in the catalog ``draft``, with keys, checks, rows and comments."""
    order = ", ".join(quoted(column) for column in definition.key) or "all"
    there, here = quoted("draft", "marts", table), quoted("build", "marts", table)
    statements = [
        "use draft",
        definition.statement.rstrip(";"),
        "use build",
        f"insert into {there} select * from {here} order by {order}",
    ]
    if definition.comment:
        statements.append(f"comment on table {there} is {literal(definition.comment)}")
    statements += [
        f"comment on column {there}.{quoted(column)} is {literal(text)}"
        for column, text in definition.column_comments.items()
    ]
    connection.execute(";\n".join(statements))


def write_draft(
    connection: duckdb.DuckDBPyConnection,
    draft: Path,
    tables: list[str],
    results: list[CheckResult],
) -> None:
    """Writes the draft: the marts, the account of the checks, and nothing else."""
    connection.execute(
        f"attach {literal(str(draft))} as draft "
        f"(storage_version {literal(STORAGE_VERSION)}, block_size {BLOCK_SIZE})"
    )
    connection.execute("create schema draft.marts")
    known = definitions(connection)
    for table in tables:
        copy_table(connection, table, known[table])
    write_check_results(connection, "draft", results)
    connection.execute("checkpoint draft")
    connection.execute("detach draft")


_SHAPE = """
    select table_name, column_name, data_type, is_nullable, comment
    from duckdb_columns()
    where database_name = ? and schema_name = 'marts' and table_name != ?
    union all
    select table_name, constraint_type, constraint_text, null, null
    from duckdb_constraints()
    where database_name = ? and schema_name = 'marts' and table_name != ?
    union all
    select table_name, null, null, null, comment
    from duckdb_tables()
    where database_name = ? and schema_name = 'marts' and table_name != ?
    order by all
"""


def verify_draft(
    connection: duckdb.DuckDBPyConnection, draft: Path, tables: list[str], results: int
) -> dict[str, int]:
    """Opens the draft as a reader would and compares all of it with the build file.

    Returns:
        The number of rows of each table.

    Raises:
        PathwaysError: a table, column, constraint, comment or row differs.
    """
    connection.execute(f"attach {literal(str(draft))} as draft (read_only)")
    try:
        counts = {}
        shapes = [
            connection.execute(_SHAPE, [catalog, CHECK_TABLE] * 3).fetchall()
            for catalog in ("build", "draft")
        ]
        if shapes[0] != shapes[1]:
            changed = sorted({str(row[0]) for row in set(shapes[0]) ^ set(shapes[1])})
            raise PathwaysError(
                f"Nothing is published: the definition of marts.{', marts.'.join(changed)} did "
                "not come through whole. Please report this."
            )
        for table in tables:
            here, there = quoted("build", "marts", table), quoted("draft", "marts", table)
            row = connection.execute(
                f"select (select count(*) from {there}), (select count(*) from {here}), "
                # of as many rows, none of which is missing there, none can be too many there
                f"(select count(*) from (from {here} except all from {there}))"
            ).fetchone()
            if row is None or row[0] != row[1] or row[2]:
                raise PathwaysError(
                    f"Nothing is published: the rows of marts.{table} did not come through whole. "
                    "Please report this."
                )
            counts[table] = int(row[0])
        row = connection.execute(f"select count(*) from {quoted('draft', 'marts', CHECK_TABLE)}").fetchone()
        if row is None or row[0] != results:
            raise PathwaysError(f"Nothing is published: marts.{CHECK_TABLE} is not whole.")
        counts[CHECK_TABLE] = int(row[0])
        return dict(sorted(counts.items()))
    finally:
        connection.execute("detach draft")


def put_in_place(draft: Path, published: Path) -> None:
    """Swaps the draft in for the published file in one step, safely on disk.

    Who holds the old file open goes on reading the old one. A write-ahead log
    beside the published file would be played into the new one, so it goes first.
    """
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    published.with_name(published.name + ".wal").unlink(missing_ok=True)
    draft.replace(published)
    folder = os.open(published.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def publish(settings: Settings) -> Published:
    """Publishes the marts of the last build, or leaves the published file as it is.

    The build file is held open, read-only, from the first check to the last
    comparison, so that what is published is what was checked.

    Raises:
        PathwaysError: the build, the door or the window was not good; a view among
            the marts; the build file held by another process; another publish at work;
            the file could not be written.
    """
    import duckdb

    run = require_full_build(settings, read_run(settings))
    with open_build_file(settings) as connection:
        require_same_run(settings, connection, run)
        tables = require_tables_only(connection)
        door = door_of_these_seeds(settings)
        window = check_open_window(settings, connection)
        _require(window, settings)
        results = check_results(run, [*door.checks, *window.checks])
        with only_publisher(settings):
            draft = settings.warehouse / f"{DRAFT}-{os.getpid()}"
            try:
                write_draft(connection, draft, tables, results)
                counts = verify_draft(connection, draft, tables, len(results))
            except duckdb.Error as fault:
                reason = " ".join(str(fault).split())
                raise PathwaysError(
                    f"Nothing is published: {settings.relative(draft)} could not be written: {reason}. "
                    "See that there is room on the disk and run the command again."
                ) from fault
            put_in_place(draft, settings.published_file)
    return Published(settings.published_file, counts, window)
