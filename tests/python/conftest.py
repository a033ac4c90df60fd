"""What the tests share: one warehouse built as a user builds it, and copies of the project to spoil."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from pathways.settings import environment_under

PROJECT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("PATHWAYS_SHARED", PROJECT.parent / "shared"))
"""Folder with the documents and published files that the seeds were taken from."""

KEPT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", "target", "logs", "warehouse", "landing", "exports", "state", ".*_cache", ".hypothesis"
)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Names bytes by their place: gzip keeps the time, and workers must know a test by one name."""
    return argname if isinstance(val, bytes) else None


@dataclass(frozen=True)
class Built:
    """A warehouse that `pathways build` made, and what the command said."""

    folder: Path
    target: Path
    environment: dict[str, str]
    output: str

    @property
    def exports(self) -> Path:
        return self.folder.parent / "exports"

    @property
    def build_file(self) -> Path:
        return self.folder / "build.duckdb"

    @property
    def published_file(self) -> Path:
        return self.folder / "pathways.duckdb"


def pathways(*arguments: str, project: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Runs the command as a user would; returns its exit code and all that it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "pathways", *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def build_once(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    prepare: Callable[[Path], Path] = lambda folder: PROJECT,
) -> Built:
    """A warehouse that is built once for all tests, also where several processes run them.

    ``prepare`` gets the folder in which all is written, and returns the project to build.
    """
    base = tmp_path_factory.getbasetemp()
    # workers have a folder each, in one that is common to the run
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = root / name
    environment = environment_under(folder)
    said = folder / "output.txt"
    with FileLock(root / f"{name}.lock"):
        if not said.is_file():
            folder.mkdir(exist_ok=True)
            code, output = pathways("build", project=prepare(folder), environment=environment)
            assert code == 0, output
            said.write_text(output, encoding="utf-8")
    return Built(folder / "warehouse", folder / "target", environment, said.read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The bundled data, built and published once for all tests."""
    return build_once(tmp_path_factory, "built")


@pytest.fixture(scope="session")
def released(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A warehouse of three whole releases, landed and built as a user does it."""
    releases = shared("data", "dfe")

    def land(folder: Path) -> Path:
        shutil.copytree(releases, folder / "landing" / "inbox")
        return PROJECT

    return build_once(tmp_path_factory, "released", land)


@pytest.fixture(scope="session")
def published(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, opened as a reader opens it."""
    with duckdb.connect(str(built.published_file), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


@pytest.fixture(scope="session")
def build_file(built: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build file, with every layer in it."""
    with duckdb.connect(str(built.build_file), read_only=True) as connection:
        yield connection


CHROMIUM_ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium; a test that needs it is skipped without it, but fails in CI."""
    path = shutil.which("chromium")
    if path is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed: apt install chromium")
        pytest.skip("Chromium is not installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


Reading = tuple[str, Decimal | None, Decimal | None, Decimal | None, bool]
"""Status, value, lower and upper bound of a text, and whether it is approximate."""


class CompiledModels:
    """Models as dbt compiled them, over rows of the test's own, in memory.

    What the models read and are not themselves is there empty, with its columns; ``filled`` as it was built.
    """

    def __init__(self, built: Built, models: list[str], filled: set[str]) -> None:
        # a folder named after a property file holds what dbt compiled for a unit test
        compiled = {
            path.stem: path
            for path in (built.target / "compiled/pathways/models").rglob("*.sql")
            if not any(part.endswith(".yml") for part in path.parts)
        }
        self.queries = {name: compiled[name].read_text(encoding="utf-8") for name in models}
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as build")
        self.connection.execute(f"attach '{built.build_file}' as whole (read_only)")
        for query in self.queries.values():
            for schema, name in sorted(set(re.findall(r'"build"\."(\w+)"\."(\w+)"', query))):
                if name in self.queries:
                    continue
                self.connection.execute(f"create schema if not exists build.{schema}")
                self.connection.execute(
                    f"create table if not exists build.{schema}.{name} as from whole.{schema}.{name}"
                    f"{'' if name in filled else ' limit 0'}"
                )
        self.connection.execute("detach whole")
        for name, query in self.queries.items():
            schema = "marts" if compiled[name].parent.parent.name == "marts" else "intermediate"
            self.connection.execute(f"create schema if not exists build.{schema}")
            self.connection.execute(f"create view build.{schema}.{name} as {query}")

    def insert(self, table: str, rows: list[dict[str, object]]) -> None:
        """Puts rows in the place of those that a table has; a column that a row leaves out is null."""
        columns = sorted({column for row in rows for column in row})
        self.connection.execute(f"truncate build.{table}")
        self.connection.executemany(
            f"insert into build.{table} ({', '.join(columns)}) values ({', '.join('?' for _ in columns)})",
            [[row.get(column) for column in columns] for row in rows],
        )


class WarehouseReader(CompiledModels):
    """The warehouse's reading of texts: int_cell_text__classified."""

    def __init__(self, built: Built) -> None:
        super().__init__(built, ["int_cell_text__classified"], {"stg_reference__cell_mark"})
        self.query = self.queries["int_cell_text__classified"]

    def read(self, texts: list[str], source: str = "foi") -> dict[str, Reading]:
        """What each text is read as; a text without an entry is not known."""
        for kind, table in (("foi", "int_foi_cell__corrected"), ("dfe", "int_dfe_cell__unioned")):
            self.connection.execute(f"truncate build.intermediate.{table}")
            if kind == source:
                self.insert(f"intermediate.{table}", [{"mark_text": text} for text in texts])
        rows = self.connection.execute(
            "select mark_text, status_code, value, lower_bound, upper_bound, is_approximate"
            f" from build.intermediate.int_cell_text__classified where source_kind_code = '{source}'"
        ).fetchall()
        return {row[0]: row[1:] for row in rows}


@pytest.fixture(scope="module")
def reader(built: Built) -> Iterator[WarehouseReader]:
    """The warehouse's own reading of texts."""
    reader = WarehouseReader(built)
    yield reader
    reader.connection.close()


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the project that a test may spoil."""
    copy = tmp_path / "project"
    shutil.copytree(PROJECT, copy, ignore=KEPT_OUT)
    (copy / "warehouse").mkdir()
    return copy


@pytest.fixture(scope="session")
def dbt() -> Callable[..., bool]:
    """dbt in this process, imported once; call it with a project folder and arguments.

    Returns whether all went well. What it writes stays in the project folder.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    def run(project: Path, *arguments: str) -> bool:
        kept = dict(os.environ)
        folder = Path.cwd()
        os.environ["PATHWAYS_WAREHOUSE"] = str(project / "warehouse")
        os.environ["DBT_LOG_PATH"] = str(project / "logs")
        os.chdir(project)
        try:
            done = dbtRunner().invoke(
                [
                    *arguments,
                    "--project-dir",
                    str(project),
                    "--profiles-dir",
                    str(project),
                    "--quiet",
                ]
            )
        finally:
            # else the file stays open in this process
            DuckDBConnectionManager.close_all_connections()
            os.chdir(folder)
            os.environ.clear()
            os.environ.update(kept)
        if done.exception is not None:
            raise done.exception
        return bool(done.success)

    return run


def read_seed(path: Path) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a seed."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return rows[0], rows[1:]


def write_seed(path: Path, header: list[str], rows: list[list[str]]) -> None:
    """Writes a seed as git keeps it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def edit_seed(path: Path, where: dict[str, str], change: dict[str, str]) -> None:
    """Changes cells of the one row that `where` names."""
    header, rows = read_seed(path)
    hits = [row for row in rows if all(row[header.index(name)] == text for name, text in where.items())]
    assert len(hits) == 1, f"{path.name}: {len(hits)} rows for {where}"
    for name, text in change.items():
        hits[0][header.index(name)] = text
    write_seed(path, header, rows)


def add_row(path: Path, **cells: str) -> None:
    """Adds a row; columns not named are blank."""
    header, rows = read_seed(path)
    assert set(cells) <= set(header), f"{path.name} has no {set(cells) - set(header)}"
    write_seed(path, header, [*rows, [cells.get(name, "") for name in header]])


def shared(*parts: str) -> Path:
    """A file beside the project; the test is skipped, and says so, where it is not at hand."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{Path(*parts)} is not at hand: set PATHWAYS_SHARED to its folder")
    return path
