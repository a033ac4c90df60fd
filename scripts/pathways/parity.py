"""Holds every mart that Spark built against the same mart of DuckDB: shape, rows, cells.

Both engines build the same models from the same seeds and landed files, in a folder of their own.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.arrivals import LandOptions, land_all
from pathways.census.answer import keep, make_answer
from pathways.census.returns_xml import write_returns
from pathways.census.synthetic import make_children, synthetic_codes
from pathways.census.synthetic_faults import plant_faults
from pathways.dbt_run import run_dbt
from pathways.errors import PathwaysError
from pathways.files import only_one
from pathways.settings import Settings
from pathways.warehouse import literal, open_build_file, quoted

if TYPE_CHECKING:
    import duckdb

Say = Callable[[str, str | None], None]

DOUBLE_TOLERANCE = 1e-9
"""How far two binary fractions may be apart, as a share of the larger: engines add them in another order."""

_PERSONAL = {"census"}
"""Schemas whose rows are children: a difference is counted, and no key or value is said."""

_SEED, _COUNCILS, _YEARS, _ANSWERING = 1, 2, range(2023, 2026), "331"


@dataclass(frozen=True)
class Mart:
    """One table to compare: its place in the build file, its file name on Spark, its primary key."""

    schema: str
    name: str
    key: tuple[str, ...]

    @property
    def title(self) -> str:
        """The name that people use."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Compared:
    """What came of comparing one mart; no difference is the good end."""

    mart: Mart
    row_count: int
    column_count: int
    differences: list[str]


def spark_python(settings: Settings) -> Path:
    """The interpreter of Spark's environment.

    Raises:
        PathwaysError: it is not set up, or there is no Java for it.
    """
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise PathwaysError(
            "No java was found; Spark needs Java 17. Install it: apt install openjdk-17-jre-headless"
        )
    python = settings.project / ".venv-spark" / "bin" / "python"
    if not python.exists():
        raise PathwaysError(
            f"There is no {settings.relative(python)}: Spark has an environment of its own. "
            "Run `make .venv-spark/.stamp`."
        )
    return python


def spark_tables(settings: Settings) -> Path:
    """The folder in which local Spark keeps its tables, one folder of Parquet files each."""
    return settings.warehouse / "spark" / "tables"


def marts_of(manifest: dict[str, Any]) -> list[Mart]:
    """The models under ``models/marts``, by dbt's manifest, in the order of their names."""
    found = []
    for node in manifest["nodes"].values():
        if node["resource_type"] != "model" or not node["path"].startswith("marts/"):
            continue
        keys = [rule["columns"] for rule in node["constraints"] if rule["type"] == "primary_key"]
        found.append(Mart(node["schema"], node["alias"], tuple(keys[0]) if keys else ()))
    return sorted(found, key=lambda mart: mart.title)


def _shape(connection: duckdb.DuckDBPyConnection, relation: str) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in connection.execute(f"describe from {relation}").fetchall()]


def _differ(column: str, kind: str) -> str:
    """SQL that is true where a cell is not the same in ``here`` and ``there``."""
    here, there = f"here.{quoted(column)}", f"there.{quoted(column)}"
    if kind != "DOUBLE":
        return f"{here} is distinct from {there}"
    return (
        f"({here} is null) <> ({there} is null)"
        f" or abs({here} - {there}) > {DOUBLE_TOLERANCE} * greatest(abs({here}), abs({there}))"
    )


def compare(connection: duckdb.DuckDBPyConnection, mart: Mart, files: Path) -> Compared:
    """Compares a mart of the build file, current in ``connection``, with the Parquet files of Spark's table.

    Rows are matched by the primary key. Cells are the same if they are equal, binary fractions if they are
    within ``DOUBLE_TOLERANCE`` of each other.

    Raises:
        PathwaysError: the mart has no primary key to match its rows by.
    """
    if not mart.key:
        raise PathwaysError(f"{mart.title} has no primary key: its rows can't be matched. Give it one.")
    here = quoted(mart.schema, mart.name)
    if not any(files.glob("*.parquet")):
        return Compared(mart, 0, 0, [f"{mart.title}: Spark has no such table."])
    there = f"read_parquet({literal(str(files / '*.parquet'))})"
    shape, other = _shape(connection, here), _shape(connection, there)
    if shape != other:
        changed = (
            ", ".join(f"{name} {kind}" for name, kind in sorted(set(shape) ^ set(other)))
            or "the order of the columns"
        )
        return Compared(mart, 0, len(shape), [f"{mart.title}: the columns differ: {changed}."])
    keys = [quoted(column) for column in mart.key]
    match = " and ".join(f"here.{key} = there.{key}" for key in keys)
    both = f"from {here} as here inner join {there} as there on {match}"
    counts = connection.execute(
        f"select (select count(*) from {here}), (select count(*) from {there}), count(*), "
        + ", ".join(f"count(*) filter (where {_differ(*column)})" for column in shape)
        + f" {both}"
    ).fetchone()
    if counts is None:
        raise PathwaysError(f"{mart.title} could not be counted.")
    rows, other_rows, matched = counts[:3]
    differences = []
    if rows != matched or other_rows != matched:
        differences.append(
            f"{mart.title}: DuckDB has {rows:,} rows and Spark {other_rows:,}; "
            f"{matched:,} of them have the same key."
        )
    for (column, kind), count in zip(shape, counts[3:], strict=True):
        if not count:
            continue
        sentence = f"{mart.title}: {column} differs in {count:,} rows"
        if mart.schema not in _PERSONAL:
            first = connection.execute(
                f"select {', '.join(f'here.{key}' for key in keys)}, here.{quoted(column)}, "
                f"there.{quoted(column)} {both} where {_differ(column, kind)} order by all limit 1"
            ).fetchone()
            *key_texts, one, two = first or ()
            sentence += f", first in {', '.join(map(str, key_texts))}: {one!r} on DuckDB, {two!r} on Spark"
        differences.append(f"{sentence}.")
    return Compared(mart, rows, len(shape), differences)


def compare_marts(settings: Settings) -> list[Compared]:
    """Compares every mart of the build file with Spark's tables beside it.

    Raises:
        PathwaysError: there is no build file, or dbt left no manifest of the build on Spark.
    """
    manifest = settings.target / "spark" / "manifest.json"
    if not manifest.is_file():
        raise PathwaysError(f"There is no {settings.relative(manifest)}: nothing was built on Spark.")
    marts = marts_of(json.loads(manifest.read_text(encoding="utf-8")))
    with open_build_file(settings) as connection:
        return [
            compare(connection, mart, spark_tables(settings) / f"{mart.schema}.db" / mart.name)
            for mart in marts
        ]


def build_on_spark(settings: Settings, arguments: Sequence[str] = ()) -> int:
    """Builds the project on local Spark with the environment of requirements-spark.txt; dbt's exit code.

    A whole build, without ``arguments``, begins with nothing: Spark does not write a table over files that a
    killed build has left.

    Raises:
        PathwaysError: Spark can't run here, or another build on it is at work.
    """
    python = spark_python(settings)
    folder = settings.warehouse / "spark"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.landing.mkdir(parents=True, exist_ok=True)
    there = replace(settings, target=settings.target / "spark")
    with only_one(folder, f"Another build on Spark is writing to {settings.relative(folder)}."):
        if not arguments:
            for entry in folder.iterdir():
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        return run_dbt(there, ["build", "--target", "spark", *arguments], python)


def _make_returns(settings: Settings, folder: Path, children: int) -> None:
    folder.mkdir()
    for code in synthetic_codes([])[:_COUNCILS]:
        made = make_children(code, children, _YEARS, _SEED)
        made = plant_faults(made, code, _YEARS, seed=_SEED, share=0.05, note=lambda fault: None)
        write_returns(made, folder, code, _YEARS, seed=_SEED)


def _build_on_duckdb(settings: Settings, arguments: Sequence[str]) -> None:
    if run_dbt(settings, ["build", *arguments]):
        raise PathwaysError("DuckDB did not build; dbt's message stands above. Nothing is compared.")


def parity(settings: Settings, releases: Sequence[Path], children: int, say: Say) -> list[Compared]:
    """Builds the same data on both engines, in ``target/parity``, and compares every mart.

    The data are the seeds, ``releases`` (folders of DfE's files), and made-up census returns of some councils
    with that many children each, some of whom break a rule.

    Raises:
        PathwaysError: Spark's environment is missing, a file was refused, or an engine did not build.
    """
    spark_python(settings)
    folder = settings.target / "parity"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ours = replace(
        settings, landing=folder / "landing", warehouse=folder / "warehouse", target=folder / "target"
    )
    for path in (ours.landing, ours.warehouse):
        path.mkdir(mode=0o700)
    arrivals = list(releases)
    if children:
        _make_returns(settings, folder / "returns", children)
        arrivals.append(folder / "returns")
    if arrivals and not land_all(ours, arrivals, LandOptions(), say):
        raise PathwaysError("Not every file was landed, for the reasons above; nothing is compared.")
    models = ["--exclude-resource-type", "test", "unit_test"]
    _build_on_duckdb(ours, models)
    if children:
        # an answer counted from returns comes back as a source; a made-up one would not, so here alone it
        # stands for a real council's
        answer = make_answer(ours, "england_2025", synthetic_codes([])[0])
        stand_in = replace(answer.returns, la_code=_ANSWERING, is_synthetic=False)
        keep(ours, replace(answer, returns=stand_in))
        _build_on_duckdb(ours, [*models, "--select", "stg_census__answer+"])
    if build_on_spark(ours, models):
        raise PathwaysError("Spark did not build; dbt's message stands above. Nothing is compared.")
    return compare_marts(ours)
