"""The published tables as CSV, and the data package that describes every column of them.

The files are UTF-8 behind a byte-order mark, without which Excel takes them for another encoding. The
descriptor is a Frictionless tabular data package (https://specs.frictionlessdata.io/tabular-data-package/).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.export.formula import safe_text
from pathways.export.parquet_files import ROWS_AT_A_TIME
from pathways.export.provenance import Provenance
from pathways.export.tables import Column, PublishedTable

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BYTE_ORDER_MARK = b"\xef\xbb\xbf"
APOSTROPHE = (
    "A text that a spreadsheet would run as a formula (it begins with =, +, - or @, also behind spaces, "
    "quotation marks or apostrophes, or with a tab or line end) stands behind an apostrophe. Take that "
    "one apostrophe away to have the text as it was; numbers and a lone dash have none."
)
_TYPES = {"VARCHAR": "string", "BOOLEAN": "boolean", "DATE": "date", "DOUBLE": "number"}


def _without_formulas(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The rows with each text safe for a spreadsheet; a text that occurs often is looked at once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in batch.columns:
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
            coded = pc.dictionary_encode(column)
            safe = pa.array([safe_text(text) for text in coded.dictionary.to_pylist()], pa.string())
            columns.append(pa.DictionaryArray.from_arrays(coded.indices, safe).cast(pa.string()))
        elif pa.types.is_decimal(column.type):
            columns.append(pc.cast(column, pa.string()))
        else:
            columns.append(column)
    return pa.record_batch(columns, names=batch.schema.names)


def write_csv(connection: duckdb.DuckDBPyConnection, table: PublishedTable, folder: Path) -> None:
    """Writes ``<table>.csv``, piece by piece."""
    import pyarrow.csv as pc

    reader = connection.cursor().sql(table.query).to_arrow_reader(ROWS_AT_A_TIME)
    with (folder / f"{table.name}.csv").open("wb") as file:
        file.write(BYTE_ORDER_MARK)
        empty = _without_formulas(_no_rows(reader.schema))
        options = pc.WriteOptions(quoting_style="needed")
        with pc.CSVWriter(file, empty.schema, write_options=options) as writer:
            for batch in reader:
                writer.write_batch(_without_formulas(batch))


def _no_rows(schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    return pa.record_batch([pa.array([], field.type) for field in schema], schema=schema)


def _field(column: Column) -> dict[str, Any]:
    kind = column.type.split("(")[0]
    described: dict[str, Any] = {
        "name": column.name,
        "type": _TYPES.get(kind, "number" if kind == "DECIMAL" else "integer"),
        "description": column.description,
    }
    if column.is_required:
        described["constraints"] = {"required": True}
    return described


def _resource(table: PublishedTable) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(column) for column in table.columns], "missingValues": [""]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    return {
        "name": table.name,
        "path": f"{table.name}.csv",
        "title": table.title,
        "description": table.description,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def data_package(tables: list[PublishedTable], provenance: Provenance) -> dict[str, Any]:
    """The descriptor of all CSV files."""
    return {
        "profile": "tabular-data-package",
        "name": "early-help-pathways",
        "title": "Early help pathways",
        "description": "What becomes of children whose case is closed after a child in need assessment, as "
        f"councils answered and as DfE publishes. {APOSTROPHE}",
        "version": provenance.version,
        "created": f"{provenance.date.isoformat()}T00:00:00Z",
        "licenses": [
            {
                "name": "OGL-UK-3.0",
                "title": provenance.licence,
                "path": "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/",
            },
            {"name": "MIT", "title": "Compilation and words", "path": "https://opensource.org/license/mit"},
        ],
        "sources": [
            {"title": f"{source.publisher}: {source.title} ({source.reference}). {source.licence}"}
            for source in provenance.sources
        ],
        "resources": [_resource(table) for table in tables],
    }


def write_data_package(tables: list[PublishedTable], folder: Path, provenance: Provenance) -> None:
    """Writes ``datapackage.json`` beside the CSV files."""
    text = json.dumps(data_package(tables, provenance), ensure_ascii=False, indent=2)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8")
