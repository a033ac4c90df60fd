"""A data file as cells: one row per area, period, filters and indicator, ready for Parquet."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from pathways.ees.data_file import DataFile
from pathways.ees.roles import Roles

AREA_COLUMNS = (
    "time_period",
    "time_identifier",
    "geographic_level",
    "country_code",
    "country_name",
    "region_code",
    "region_name",
    "old_la_code",
    "new_la_code",
    "la_name",
)
"""The columns that become columns of a cell; other places are kept as JSON in ``other_area_text``."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        ("parquet_file_name", _TEXT),
        ("line_number", pa.int32()),
        *((name, _TEXT) for name in AREA_COLUMNS),
        ("other_area_text", _TEXT),
        ("filter_text", _TEXT),
        ("column_number", pa.int32()),
        ("column_name", _TEXT),
        ("cell_text", _TEXT),
    ]
)
"""One row per published cell; ``filter_text`` is a JSON object, its keys in alphabetical order."""


def _encoded(texts: Sequence[str], codes: np.ndarray) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts, pa.string()))


def _as_json(data: DataFile, names: Sequence[str], keep_blank: bool) -> pa.DictionaryArray:
    """Some columns as one: for each row a JSON object of their texts, by name."""
    codes, first = data.group_codes(names)
    columns = [data[name] for name in sorted(names)]
    texts = []
    for row in first:
        pairs = {column.name: column.values[column.codes[row]] for column in columns}
        kept = {name: text for name, text in pairs.items() if text or keep_blank}
        texts.append(json.dumps(kept, ensure_ascii=False))
    return _encoded(texts, codes.astype(np.int32))


def cells_of(data: DataFile, roles: Roles, parquet_file_name: str) -> pa.Table:
    """Every indicator cell of a file as a row, in the order of columns and lines.

    Texts stay as they stand; a column that the file does not have is blank. A column
    with one text throughout is no filter (DfE, open data standards): it is left out here.
    """
    rows = data.row_count
    blank = _encoded([""], np.zeros(rows, np.int32))
    keys = {
        "parquet_file_name": _encoded([parquet_file_name], np.zeros(rows, np.int32)),
        "line_number": pa.array(data.lines, pa.int32()),
    }
    for name in AREA_COLUMNS:
        keys[name] = _encoded(data[name].values, data[name].codes) if name in data else blank
    others = [name for name in roles.geography if name not in AREA_COLUMNS]
    keys["other_area_text"] = _as_json(data, others, keep_blank=False)
    keys["filter_text"] = _as_json(data, [*roles.filter, *roles.filter_group, *roles.other], keep_blank=True)
    indicators = [data[name] for name in roles.indicator]
    count = len(indicators)
    numbers = np.repeat(np.array([column.number for column in indicators], np.int32), rows)
    names = _encoded(
        [column.name for column in indicators], np.repeat(np.arange(count, dtype=np.int32), rows)
    )
    table = {name: pa.chunked_array([array] * count, array.type) for name, array in keys.items()}
    table["column_number"] = pa.array(numbers)
    table["column_name"] = names
    table["cell_text"] = pa.chunked_array(
        [pa.DictionaryArray.from_arrays(pa.array(column.codes), column.texts) for column in indicators], _TEXT
    )
    return pa.table([table[field.name] for field in SCHEMA], schema=SCHEMA)
