"""The published tables as Parquet, each with what it is and where it comes from in its metadata."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from pathways.export.provenance import Provenance
from pathways.export.tables import PublishedTable

if TYPE_CHECKING:
    import duckdb

ROWS_AT_A_TIME = 100_000


def metadata(table: PublishedTable, provenance: Provenance) -> dict[str, str]:
    """What stands in the metadata of a table's file; ``sources`` and ``primary_key`` are JSON."""
    return {
        "title": table.title,
        "description": table.description,
        "primary_key": json.dumps(table.key),
        "version": provenance.version,
        "date": provenance.date.isoformat(),
        "sources": json.dumps([asdict(source) for source in provenance.sources], ensure_ascii=False),
        "licence": provenance.licence,
    }


def write_parquet(
    connection: duckdb.DuckDBPyConnection, table: PublishedTable, folder: Path, provenance: Provenance
) -> None:
    """Writes ``<table>.parquet``, piece by piece; each column carries its description."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    reader = connection.cursor().sql(table.query).to_arrow_reader(ROWS_AT_A_TIME)
    described = [
        field.with_nullable(not column.is_required).with_metadata({"description": column.description})
        for field, column in zip(reader.schema, table.columns, strict=True)
    ]
    schema = pa.schema(described, metadata=metadata(table, provenance))
    with pq.ParquetWriter(folder / f"{table.name}.parquet", schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(pa.record_batch(batch.columns, schema=schema))
