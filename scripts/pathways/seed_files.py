"""Seed files as text, and what their property files say they should hold."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pathways.errors import PathwaysError

csv.field_size_limit(16 * 1024 * 1024)

BLANK_TEXT = " \t\r\n\f\v\u00a0\u200b\u2007\u202f"
"""What a text may consist of and still say nothing: spaces of all kinds."""


@dataclass(frozen=True)
class SeedColumn:
    """One declared column of a seed. ``values`` is its closed list, empty if open."""

    name: str
    format: str
    required: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeedSpec:
    """What a seed's property file declares."""

    name: str
    declared_in: Path
    columns: tuple[SeedColumn, ...]
    key: tuple[str, ...]
    may_be_empty: bool = False


@dataclass(frozen=True)
class SeedRow:
    """One row of a seed; ``line`` is where it starts in the file, the header being line 1."""

    line: int
    values: tuple[str, ...]


@dataclass(frozen=True)
class SeedTable:
    """A seed file that is whole: unique header, every row as wide as the header."""

    header: tuple[str, ...]
    rows: tuple[SeedRow, ...]


class SeedFileError(Exception):
    """A seed file that is not whole: where, and what was found there."""

    def __init__(self, line: int, found: str) -> None:
        super().__init__(f"line {line}: {found}")
        self.line = line
        self.found = found


def present(value: str) -> bool:
    """Whether a cell says anything: not empty, and not spaces alone."""
    return bool(value.strip(BLANK_TEXT))


def decode(content: bytes) -> str:
    """The file's text.

    Raises:
        SeedFileError: a byte-order mark, a NUL, or bytes that are not UTF-8.
    """
    if content.startswith(b"\xef\xbb\xbf"):
        raise SeedFileError(1, "a byte-order mark before the first column name")
    nul = content.find(b"\0")
    if nul >= 0:
        raise SeedFileError(content.count(b"\n", 0, nul) + 1, "a NUL character")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        byte = content[fault.start]
        raise SeedFileError(line, f"the byte 0x{byte:02x}, which is not UTF-8") from fault


def _records(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            raise SeedFileError(
                line, f"a row that can't be read ({fault}); look for a stray or missing quote"
            ) from fault
        yield line, record
        line = reader.line_num + 1


def read_seed(content: bytes) -> SeedTable:
    """Reads a CSV file strictly, every value as the text that stands there.

    Lines are physical lines of the file, so a quoted newline moves those after it.

    Raises:
        SeedFileError: the first thing that keeps the file from being whole.
    """
    records = _records(decode(content))
    try:
        _, header = next(records)
    except StopIteration:
        raise SeedFileError(1, "nothing: the file is empty, without a header") from None
    seen: set[str] = set()
    for position, name in enumerate(header, start=1):
        if not present(name):
            raise SeedFileError(1, f"no name for column {position}")
        if name.strip(BLANK_TEXT) != name:
            raise SeedFileError(1, f"spaces around the column name '{name}'")
        if name.lower() in seen:
            raise SeedFileError(1, f"the column name '{name}' twice")
        seen.add(name.lower())
    rows = []
    for line, record in records:
        if not record:
            raise SeedFileError(line, "an empty line")
        if len(record) != len(header):
            raise SeedFileError(line, f"{len(record)} values where the header has {len(header)} columns")
        rows.append(SeedRow(line, tuple(record)))
    return SeedTable(tuple(header), tuple(rows))


def _meta(node: dict[str, Any]) -> dict[str, Any]:
    config = node.get("config") or {}
    meta = config.get("meta") or {}
    return meta if isinstance(meta, dict) else {}


def _text(value: object) -> str:
    """A YAML scalar as a CSV file spells it (YAML reads true as a boolean)."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _column(node: dict[str, Any], seed: str, place: str, formats: Sequence[str]) -> SeedColumn:
    name = str(node.get("name") or "")
    meta = _meta(node)
    form = str(meta.get("format") or "")
    if form not in formats:
        found = f"'{form}'" if form else "none"
        raise PathwaysError(
            f"{place}, seed {seed}, column {name or '(no name)'}: found format {found} under "
            f"config.meta; expected one of {', '.join(formats)}."
        )
    return SeedColumn(
        name=name,
        format=form,
        required=bool(meta.get("required", False)),
        values=tuple(_text(value) for value in meta.get("values") or ()),
    )


def _spec(node: dict[str, Any], path: Path, place: str, formats: Sequence[str]) -> SeedSpec:
    name = str(node.get("name") or "")
    columns = tuple(_column(column, name, place, formats) for column in node.get("columns") or ())
    meta = _meta(node)
    key = tuple(str(part) for part in meta.get("key") or ())
    names = {column.name for column in columns}
    if not columns:
        raise PathwaysError(f"{place}, seed {name}: no columns are declared. Declare each one.")
    if not key or not set(key) <= names:
        raise PathwaysError(
            f"{place}, seed {name}: found key {list(key)} under config.meta; expected a list of "
            "one or more of the seed's own columns that together tell its rows apart."
        )
    return SeedSpec(
        name=name,
        declared_in=path,
        columns=columns,
        key=key,
        may_be_empty=bool(meta.get("may_be_empty", False)),
    )


def read_yaml(path: Path, place: str) -> dict[str, Any]:
    """A property file as a mapping.

    Raises:
        PathwaysError: it isn't YAML, or not a mapping.
    """
    import yaml

    try:
        # safe, and in C: ten times as fast
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        reason = " ".join(str(fault).split())
        raise PathwaysError(f"{place} can't be read as YAML: {reason}.") from fault
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise PathwaysError(f"{place}: expected a mapping with names such as 'seeds:' on top.")
    return document


def property_files(folder: Path) -> list[Path]:
    """The YAML files under a folder, sorted."""
    return sorted([*folder.rglob("*.yml"), *folder.rglob("*.yaml")])


def load_specs(seeds: Path, project: Path, formats: Sequence[str]) -> dict[str, SeedSpec]:
    """Every seed declared under the seeds folder, by name.

    Raises:
        PathwaysError: a property file that can't be read, a seed declared twice,
            a column without a known format, or a seed without a key.
    """
    specs: dict[str, SeedSpec] = {}
    for path in property_files(seeds):
        place = path.relative_to(project).as_posix()
        nodes = read_yaml(path, place).get("seeds") or []
        if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
            raise PathwaysError(f"{place}: found {nodes!r} under seeds; expected a list of seeds with names.")
        for node in nodes:
            spec = _spec(node, path, place, formats)
            if spec.name in specs:
                raise PathwaysError(f"{place}: seed {spec.name} is declared twice. Keep one.")
            specs[spec.name] = spec
    return specs


def pair_files(seeds: Path, project: Path, specs: dict[str, SeedSpec]) -> dict[str, Path]:
    """The CSV file of each declared seed, by name, in name order.

    Raises:
        PathwaysError: no seeds at all, a file that is not declared, a declared seed
            without a file, or two files of one name.
    """
    files: dict[str, Path] = {}
    for path in sorted(seeds.rglob("*.csv")):
        place = path.relative_to(project).as_posix()
        if path.stem in files:
            other = files[path.stem].relative_to(project).as_posix()
            raise PathwaysError(f"{place} and {other} have one name. Rename one of them.")
        if path.stem not in specs:
            raise PathwaysError(
                f"{place} is not declared: no property file under seeds/ has a seed named "
                f"{path.stem}. Describe it and its columns there, or take the file away."
            )
        files[path.stem] = path
    for name, spec in specs.items():
        if name not in files:
            place = spec.declared_in.relative_to(project).as_posix()
            raise PathwaysError(
                f"{place} declares the seed {name}, but there is no {name}.csv under seeds/. "
                "Add the file, or take the entry away."
            )
    if not files:
        raise PathwaysError(f"No seed file was found under {seeds}. The door has nothing to check.")
    return dict(sorted(files.items()))


def fingerprint(seeds: Path, project: Path) -> dict[str, str]:
    """The sha256 of every seed and property file, by its path from the project folder."""
    paths = sorted([*seeds.rglob("*.csv"), *property_files(seeds)])
    return {
        path.relative_to(project).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
    }
