"""The published tables as the exports describe them: columns, types, keys, comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pathways.warehouse import primary_keys, quoted, table_names

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Column:
    """A column of a published table; ``type`` in DuckDB's words, ``description`` with meaning and unit."""

    name: str
    type: str
    is_required: bool
    description: str


@dataclass(frozen=True)
class PublishedTable:
    """A published table; ``description`` begins with what a row is."""

    name: str
    description: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def title(self) -> str:
        """What a row is, as a heading."""
        return self.description.split(". ")[0].split("\n")[0].rstrip(".:")

    @property
    def query(self) -> str:
        """All rows in the order of the key, so that the same figures make the same file."""
        order = ", ".join(quoted(name) for name in self.key) or "all"
        return f"select * from {quoted('marts', self.name)} order by {order}"


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[PublishedTable]:
    """All tables of the published file, which ``connection`` has open, in name order."""
    comments = dict(
        connection.execute(
            "select table_name, coalesce(comment, '') from duckdb_tables() "
            "where schema_name = 'marts' and database_name = current_database()"
        ).fetchall()
    )
    columns: dict[str, list[Column]] = {}
    for table, *row in connection.execute(
        "select table_name, column_name, data_type, not is_nullable, coalesce(comment, '') "
        "from duckdb_columns() where schema_name = 'marts' and database_name = current_database() "
        "order by table_name, column_index"
    ).fetchall():
        columns.setdefault(table, []).append(Column(*row))
    keys = primary_keys(connection)
    return [
        PublishedTable(name, comments[name].strip(), tuple(keys.get(name, ())), tuple(columns[name]))
        for name in table_names(connection)
    ]
