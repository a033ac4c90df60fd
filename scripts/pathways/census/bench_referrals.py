"""Benchmarks of ``fct_referral``: against a bare window over the same rows, and against other tools.

Targets: within 1.5 times of the window at every size, from one council to ten Englands of ten years; time
that grows with the referrals and hardly faster; 80 million of them in less than 4 GB of memory.
"""

from __future__ import annotations

import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

import duckdb

from pathways.bench import Timing, take_turns
from pathways.census.area import RETURNS, LandedReturn, return_area
from pathways.census.changed import setting
from pathways.census.landing import land_returns
from pathways.census.returns_xml import write_returns
from pathways.census.synthetic import make_children
from pathways.settings import Settings
from pathways.warehouse import literal

MOST_OF_WINDOW = 1.5
MOST_GROWTH = 1.1
MOST_MEMORY_MB = 4_000
MEMORY = "3GB"
"""What DuckDB may take; Python and dbt come on top."""
_COUNCIL, _YEARS, _SEED = "900", range(2017, 2027), 1
_MODELS = ("intermediate/census/int_census_referral__in_order", "marts/census/fct_referral")
_WINDOW = """
select
    *,
    lag(referral_date) over in_order as previous_referral_date,
    lead(referral_date) over in_order as next_referral_date
from census.int_census_referral__linked
where is_row_of_case
window in_order as (partition by child_key order by referral_date, referral_row_key)
"""


@dataclass(frozen=True)
class Size:
    """How many councils of how many children are landed; each in all years."""

    name: str
    children: int
    councils: int
    rounds: int
    """Of the turns; the largest takes one of a quarter of an hour."""


SIZES = (
    Size("0.1 million", 70_000, 1, 3),
    Size("1 million", 100_000, 7, 3),
    Size("8 million", 100_000, 57, 3),
    Size("80 million", 100_000, 565, 1),
)
PEERS_AT = "8 million"
COUNCILS_A_PIECE = 57
"""How many councils land and are built together: all of England over ten years, of 100,000 children each."""


@dataclass(frozen=True)
class Built:
    """All models up to ``fct_referral``, built by dbt in a process of its own, or in one for each piece."""

    build_file: Path
    models: tuple[str, ...]
    """Their SQL as dbt compiles it, for all councils."""
    seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Measured:
    """One size: how many referrals, the builds, and the model and the window in turn."""

    size: Size
    landed: int
    cases: int
    built: Built
    council_seconds: float
    """One council's rows are built again, and the others' stay."""
    model: Timing
    window: Timing


def land_own(settings: Settings, children: int) -> list[LandedReturn]:
    """Lands made-up returns of one council, which the others are copied from."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_children(_COUNCIL, children, _YEARS, _SEED)
        written = write_returns(made, Path(folder), _COUNCIL, _YEARS, seed=_SEED)
        assert land_returns(settings, list(written.files), say=lambda text, style: None)
    with return_area(settings) as area:
        return list(area.landed)


def land_copies(settings: Settings, own: Sequence[LandedReturn], la_codes: Sequence[str]) -> None:
    """Lands the same returns under the codes of other councils."""
    with return_area(settings) as area, duckdb.connect() as connection:
        copies = [_copied(settings, connection, row, la_code) for la_code in la_codes for row in own]
        area.write([*area.landed, *copies])


def _copied(
    settings: Settings, connection: duckdb.DuckDBPyConnection, row: LandedReturn, la_code: str
) -> LandedReturn:
    key = f"{la_code}{row.return_key.removeprefix(row.la_code)}"
    source, folder = (settings.returns / RETURNS / name for name in (row.return_key, key))
    folder.mkdir()
    for path in source.glob("*.parquet"):
        connection.execute(
            f"copy (select * replace ({literal(key)} as return_key) from read_parquet({literal(str(path))})) "
            f"to {literal(str(folder / path.name))} (format parquet)"
        )
    return replace(row, la_code=la_code, return_key=key, sha256=f"{la_code}{row.sha256[3:]}")


def land_and_build(settings: Settings, size: Size, folder: Path) -> tuple[Built, int]:
    """Lands a size and builds it into a folder, in pieces where it is large; and how many referrals landed.

    Each piece is what a nation does whose councils send their returns in turn: those that came are built, and
    the rows of the others stay.
    """
    own = land_own(settings, size.children)
    codes = [_COUNCIL, *(str(100 + at) for at in range(1, size.councils))]
    builds: list[Built] = []
    for begin in range(0, len(codes), COUNCILS_A_PIECE):
        piece = codes[begin : begin + COUNCILS_A_PIECE]
        land_copies(settings, own, [code for code in piece if code != _COUNCIL])
        builds.append(build_referrals(settings, folder, setting(piece if begin else None)))
    seconds, peak_mb = sum(one.seconds for one in builds), max(one.peak_mb for one in builds)
    landed = sum(row.referral_count for row in own) * size.councils
    return replace(builds[0], seconds=seconds, peak_mb=peak_mb), landed


def build_referrals(settings: Settings, folder: Path, more: Mapping[str, str]) -> Built:
    """Builds ``fct_referral`` and what it is made from, with little memory, into a folder."""
    environment = {
        **os.environ,
        "PATHWAYS_LANDING": str(settings.landing),
        "PATHWAYS_WAREHOUSE": str(folder),
        "PATHWAYS_MEMORY": MEMORY,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        **more,
    }
    command = [sys.executable, "-W", "ignore::RuntimeWarning:runpy", "-m", "dbt.cli.main", "--quiet", "build"]
    command += ["--select", "+fct_referral", "--exclude-resource-type", "unit_test", "test"]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=settings.project, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    assert process.returncode == 0
    compiled = folder / "target" / "compiled" / "pathways" / "models"
    models = tuple((compiled / f"{name}.sql").read_text(encoding="utf-8") for name in _MODELS)
    return Built(folder / "build.duckdb", models, seconds, usage.ru_maxrss / 1024)


def _opened(built: Built) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(built.build_file), config={"memory_limit": MEMORY})


def against_window(built: Built, rounds: int, *, is_warm: bool = True) -> tuple[Timing, Timing]:
    """``fct_referral`` as dbt compiles it and the bare window in turn, over the same rows."""
    with _opened(built) as connection:

        def write(queries: Sequence[str]) -> None:
            for query in queries:
                connection.execute(f"create or replace table bench_rows as {query}")
            connection.execute("drop table bench_rows")
            connection.execute("checkpoint")

        model, window = take_turns(
            {"fct_referral": lambda: write(built.models), "window": lambda: write([_WINDOW])},
            rounds,
            is_warm=is_warm,
        )
        return model, window


def case_count(built: Built) -> int:
    """How many referrals ``fct_referral`` has."""
    return _one(built, "select count(*) from census.fct_referral")


def _one(built: Built, query: str) -> int:
    with duckdb.connect(str(built.build_file), read_only=True) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def measure(settings: Settings, size: Size, folder: Path) -> Measured:
    """Lands, builds and times one size in a folder."""
    landing = replace(settings, landing=folder / "landing")
    built, landed = land_and_build(landing, size, folder)
    cases = case_count(built)
    council = build_referrals(landing, folder, setting([_COUNCIL]))
    _make_room(built, landing.landing)
    model, window = against_window(built, size.rounds, is_warm=size.rounds > 1)
    return Measured(size, landed, cases, built, council.seconds, model, window)


def _make_room(built: Built, landing: Path) -> None:
    """Takes away what neither the model nor the window reads: the largest size fills a disk."""
    shutil.rmtree(landing)
    kept = re.findall(r'"census"\."(\w+)"', " ".join(built.models))
    with _opened(built) as connection:
        found = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'census'"
        ).fetchall()
        for (name,) in found:
            if name not in kept:
                connection.execute(f"drop table census.{name}")


def growth(measured: Sequence[Measured]) -> float:
    """Exponent with which the model's time grows with the referrals: 1 where it grows as they do."""
    first, last = measured[0], measured[-1]
    return math.log(last.model.best / first.model.best) / math.log(last.cases / first.cases)


def rule_in_pandas(rows: Path, out: Path) -> int:
    """The re-referral rule as a pandas script has it: sort, shift, compare; how many re-referrals."""
    import pandas as pd

    frame = pd.read_parquet(rows).sort_values(["child_key", "referral_date", "referral_row_key"])
    previous = frame.groupby("child_key", sort=False)["referral_date"].shift()
    days = (frame["referral_date"] - previous).dt.days
    frame["is_rereferral"] = days.notna() & (days <= 365)
    frame.to_parquet(out)
    return int(frame["is_rereferral"].sum())


def rule_in_polars(rows: Path, out: Path) -> int:
    """The same by polars, lazily."""
    import polars as pl

    previous = pl.col("referral_date").shift().over("child_key")
    days = (pl.col("referral_date") - previous).dt.total_days()
    frame = (
        pl.scan_parquet(rows)
        .sort("child_key", "referral_date", "referral_row_key")
        .with_columns(is_rereferral=days.is_not_null() & (days <= 365))
        .collect()
    )
    frame.write_parquet(out)
    return int(frame["is_rereferral"].sum())


def rule_in_duckdb(rows: Path, out: Path) -> int:
    """The same as one bare query: the floor."""
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select *, coalesce(date_diff('day', lag(referral_date) over in_order, referral_date) "
            f"<= 365, false) as is_rereferral from read_parquet({literal(str(rows))}) "
            "window in_order as (partition by child_key order by referral_date, referral_row_key)) "
            f"to {literal(str(out))} (format parquet)"
        )
        row = connection.execute(
            f"select count(*) from read_parquet({literal(str(out))}) where is_rereferral"
        ).fetchone()
    assert row is not None
    return int(row[0])


def against_peers(built: Built, folder: Path, rounds: int) -> list[Timing]:
    """The rule alone, by the project's model and by scripts, from the same file to a file of its own.

    The model is its pass over the referrals of each child, which says far more of each than whether it is a
    re-referral; all of them have to find the same number of re-referrals.
    """
    rows = folder / "referral.parquet"
    # what the project's model reads, and of it what a script needs
    with _opened(built) as connection:
        connection.execute(
            "copy (select referral_row_key, child_key, referral_date::timestamp as referral_date from "
            "census.int_census_referral__linked where is_row_of_case and is_of_its_year and referral_date "
            f"is not null order by referral_row_key) to {literal(str(rows))} (format parquet)"
        )
    found: dict[str, set[int]] = {}

    def of_model() -> int:
        out = folder / "model.parquet"
        with duckdb.connect(str(built.build_file), read_only=True) as connection:
            connection.execute(f"copy ({built.models[0]}) to {literal(str(out))} (format parquet)")
            row = connection.execute(
                f"select count(*) from read_parquet({literal(str(out))}) where is_rereferral"
            ).fetchone()
        assert row is not None
        return int(row[0])

    def counted(name: str, work: Callable[[], int]) -> Callable[[], object]:
        return lambda: found.setdefault(name, set()).add(work())

    timings = take_turns(
        {
            "`int_census_referral__in_order`": counted("model", of_model),
            f"pandas {version('pandas')}: sort, shift": counted(
                "pandas", lambda: rule_in_pandas(rows, folder / "pandas.parquet")
            ),
            f"polars {version('polars')}: scan, sort, shift over the child": counted(
                "polars", lambda: rule_in_polars(rows, folder / "polars.parquet")
            ),
            "floor: DuckDB, one `lag`": counted(
                "duckdb", lambda: rule_in_duckdb(rows, folder / "duckdb.parquet")
            ),
        },
        rounds,
    )
    numbers = set().union(*found.values())
    assert len(numbers) == 1, found
    return timings


def bench_referrals(settings: Settings, sizes: Sequence[Size] = SIZES) -> list[str]:
    """The part of the page on ``fct_referral``."""
    measured: list[Measured] = []
    peers: list[str] = []
    for size in sizes:
        with tempfile.TemporaryDirectory() as name:
            measured.append(measure(settings, size, Path(name)))
            if size.name == PEERS_AT:
                peers = _peer_lines(against_peers(measured[-1].built, Path(name), size.rounds), measured[-1])
    return [*_size_lines(measured), *peers]


def _size_lines(measured: Sequence[Measured]) -> list[str]:
    return [
        "",
        "## `fct_referral`",
        "",
        f"Made-up returns of {len(_YEARS)} census years (one council's, copied under the codes of the "
        "others). `int_census_referral__in_order` and `fct_referral`, as dbt compiles them, against a "
        "bare window that adds the day of the referral before and after: the same rows, both write a "
        "table, in turn, three rounds after one that does not count (one round at the largest size). "
        "Before that, dbt builds all models up to `fct_referral` from the landed files in a process of "
        f"its own, spilling to disk where `PATHWAYS_MEMORY` is {MEMORY}; more than {COUNCILS_A_PIECE} "
        "councils land and are built in pieces of so many, each in a process of its own. Then one council "
        f"is built again while the rows of the others stay. DuckDB {duckdb.__version__}, {os.cpu_count()} "
        "cores.",
        "",
        "| referrals | landed | once | build from landed files, s | its peak memory, MB | one council "
        "again, s | `fct_referral`, s | window, s | `fct_referral` takes, of its time |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {one.size.name} | {one.landed:,} | {one.cases:,} | {one.built.seconds:,.0f} "
            f"| {one.built.peak_mb:,.0f} | {one.council_seconds:,.0f} | {one.model.best:.2f} | "
            f"{one.window.best:.2f} | {one.model.best / one.window.best:.2f} |"
            for one in measured
        ),
        "",
        f"Time of `fct_referral` grows with the referrals to the power of {growth(measured):.2f}. Targets: "
        f"at most {MOST_OF_WINDOW} of the window's time at every size, {MOST_GROWTH} at most, and less "
        f"than {MOST_MEMORY_MB:,} MB.",
    ]


def _peer_lines(timings: Sequence[Timing], measured: Measured) -> list[str]:
    ours = timings[0]
    return [
        "",
        "## The re-referral rule by other means",
        "",
        f"{measured.size.name.capitalize()} referrals: whether there is one of the same child in the 365 "
        "days before, from a file of referrals to a file with the answer; all find the same number. The "
        "model reads its table in the build file, and tells of each referral its order, the days to the "
        "one before and after, and the rule by three definitions.",
        "",
        "| the rule | best round, s | median, s | the model takes, of its time |",
        "|---|---|---|---|",
        *(
            f"| {timing.name} | {timing.best:.2f} | {timing.median:.2f} | {ours.best / timing.best:.2f} |"
            for timing in timings
        ),
    ]
