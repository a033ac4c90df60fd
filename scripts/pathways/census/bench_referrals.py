"""Benchmark of ``fct_referral``, against a bare window over the same rows.

Target: within 1.5 times of the window, at the size of England over 13 years (8.3 million referrals); and it
is built, spilling to disk, where DuckDB may take 2 GB.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pathways.bench import Timing, take_turns
from pathways.census.area import RETURNS, LandedReturn, return_area
from pathways.census.landing import land_returns
from pathways.census.returns_xml import write_returns
from pathways.census.synthetic import make_children
from pathways.settings import Settings
from pathways.warehouse import literal

CHILDREN = 100_000
COUNCILS = 59
FEW_ROUNDS = 3
"""Rounds at most: each takes a minute."""
MEMORY = "2GB"
MOST_OF_WINDOW = 1.5
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
class Built:
    """All models up to ``fct_referral``, built by dbt in a process of its own."""

    build_file: Path
    compiled: Path
    seconds: float
    peak_mb: float


def land_copies(settings: Settings, children: int, councils: int) -> int:
    """Lands made-up returns of one council, and the same under the codes of others; how many referrals."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_children(_COUNCIL, children, _YEARS, _SEED)
        written = write_returns(made, Path(folder), _COUNCIL, _YEARS, seed=_SEED)
        assert land_returns(settings, list(written.files), say=lambda text, style: None)
    with return_area(settings) as area, duckdb.connect() as connection:
        own = list(area.landed)
        copies = [
            _copied(settings, connection, row, str(100 + at)) for at in range(1, councils) for row in own
        ]
        area.write([*own, *copies])
        return sum(row.referral_count for row in area.landed)


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


def build_referrals(settings: Settings, folder: Path) -> Built:
    """Builds ``fct_referral`` and what it is made from, with little memory, into a folder."""
    environment = {
        **os.environ,
        "PATHWAYS_LANDING": str(settings.landing),
        "PATHWAYS_WAREHOUSE": str(folder),
        "PATHWAYS_MEMORY": MEMORY,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    command = [sys.executable, "-m", "dbt.cli.main", "--quiet", "build", "--select", "+fct_referral"]
    command += ["--exclude-resource-type", "unit_test", "test"]
    command += ["--target-path", str(folder / "target"), "--log-path", str(folder / "logs")]
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=settings.project, env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    assert process.returncode == 0
    compiled = folder / "target" / "compiled" / "pathways" / "models"
    return Built(folder / "build.duckdb", compiled, seconds, usage.ru_maxrss / 1024)


def against_window(built: Built, rounds: int) -> list[Timing]:
    """``fct_referral`` as dbt compiles it and the bare window in turn, over the same rows."""
    models = [(built.compiled / f"{name}.sql").read_text(encoding="utf-8") for name in _MODELS]
    with duckdb.connect(str(built.build_file)) as connection:

        def write(queries: Sequence[str]) -> None:
            for query in queries:
                connection.execute(f"create or replace table bench_rows as {query}")
            connection.execute("drop table bench_rows")
            connection.execute("checkpoint")

        return take_turns({"fct_referral": lambda: write(models), "window": lambda: write([_WINDOW])}, rounds)


def case_count(built: Built) -> int:
    """How many referrals ``fct_referral`` has."""
    with duckdb.connect(str(built.build_file), read_only=True) as connection:
        row = connection.execute("select count(*) from census.fct_referral").fetchone()
    assert row is not None
    return int(row[0])


def bench_referrals(settings: Settings, rounds: int) -> list[str]:
    """The part of the page on ``fct_referral``."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        landing = replace(settings, landing=folder / "landing")
        landed = land_copies(landing, CHILDREN, COUNCILS)
        built = build_referrals(landing, folder)
        model, window = against_window(built, rounds)
        count = case_count(built)
    return [
        "",
        "## `fct_referral`",
        "",
        f"{landed:,} referrals in made-up returns of {COUNCILS} councils and {len(_YEARS)} census years (one "
        f"council's, copied under the codes of the others), {count:,} of them once. Both write a table; "
        f"{rounds} rounds in turn after one that does not count, DuckDB {duckdb.__version__}.",
        "",
        "| the same rows | best round, s | median, s | `fct_referral` takes, of its time |",
        "|---|---|---|---|",
        f"| `int_census_referral__in_order` and `fct_referral`, as dbt compiles them | {model.best:.1f} | "
        f"{model.median:.1f} | 1.00 |",
        f"| floor: a window adds the day of the referral before and after | {window.best:.1f} | "
        f"{window.median:.1f} | {model.best / window.best:.2f} |",
        "",
        f"Target: at most {MOST_OF_WINDOW} of the floor's time.",
        "",
        f"With `PATHWAYS_MEMORY={MEMORY}`, dbt builds all models up to `fct_referral` from the landed files, "
        f"spilling to disk, in {built.seconds:.0f} s and {built.peak_mb:,.0f} MB.",
    ]
