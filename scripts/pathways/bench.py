"""Benchmarks: the same work by this project, by what people use instead, and by the bare floor.

Absolute times mean little on shared machines, so the contenders take turns in one
process and the figure that counts is the ratio of their best rounds.
"""

from __future__ import annotations

import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from pathways.ees.data_file import read_data_file
from pathways.ees.roles import roles
from pathways.errors import PathwaysError
from pathways.landing import Source, land
from pathways.settings import Settings
from pathways.warehouse import literal, quoted

ROUNDS = 7
MEMORY_RELEASES = 10
"""How many releases are landed one after another to see whether memory grows."""


@dataclass(frozen=True)
class Work:
    """The files of one release, with the columns that stay and those that become rows."""

    path: Path
    header: tuple[str, ...]
    kept: tuple[str, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class Timing:
    """Seconds of one contender in each round."""

    name: str
    seconds: tuple[float, ...]

    @property
    def best(self) -> float:
        """The round with the least disturbance."""
        return min(self.seconds)

    @property
    def median(self) -> float:
        """The middle round."""
        return statistics.median(self.seconds)


def works(folder: Path) -> list[Work]:
    """The data files of a folder, with their columns worked out beforehand.

    Raises:
        PathwaysError: there are none.
    """
    found = []
    for path in sorted(folder.glob("*.csv")):
        data = read_data_file(path.read_bytes(), path.name)
        indicators = roles(data, None).indicator
        kept = tuple(name for name in data.names if name not in indicators)
        found.append(Work(path, data.names, kept, indicators))
    if not found:
        raise PathwaysError(f"{folder} holds no .csv file to measure with. Name a folder of a DfE release.")
    return found


def with_floor(release: Sequence[Work], out: Path) -> None:
    """DuckDB alone: read as text with the columns given, unpivot, write Parquet."""
    import duckdb

    with duckdb.connect() as connection:
        for work in release:
            columns = ", ".join(f"{literal(name)}: 'varchar'" for name in work.header)
            names = ", ".join(quoted(name) for name in work.indicators)
            connection.execute(
                f"copy (select * from read_csv({literal(str(work.path))}, auto_detect = false, "
                f"header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{columns}}}) "
                f"unpivot include nulls (cell_text for column_name in ({names}))) "
                f"to {literal(str(out / (work.path.stem + '.parquet')))} (format parquet)"
            )


def with_pandas(release: Sequence[Work], out: Path) -> None:
    """Pandas as most people write it: read as text, melt, write Parquet."""
    import pandas as pd

    for work in release:
        frame = pd.read_csv(work.path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        long = frame.melt(id_vars=list(work.kept), var_name="column_name", value_name="cell_text")
        long.to_parquet(out / f"{work.path.stem}.parquet")


def landing_into(settings: Settings, folder: Path) -> Callable[[Sequence[Work], Path], None]:
    """Landing by this project: screened, into Parquet, with its manifest."""

    def run(release: Sequence[Work], out: Path) -> None:
        place = replace(settings, landing=out, target=out)
        report = land(place, [Source(folder)], say=lambda text, style: None)
        if report.count("landed") != len(release):
            raise PathwaysError(f"{folder}: not every file was landed, so nothing was measured.")

    return run


def measure(
    contenders: dict[str, Callable[[Sequence[Work], Path], None]], release: Sequence[Work], rounds: int
) -> list[Timing]:
    """Runs the contenders in turn, after one round that doesn't count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, work in contenders.items():
            with tempfile.TemporaryDirectory() as out:
                start = time.perf_counter()
                work(release, Path(out))
                if number:
                    seconds[name].append(time.perf_counter() - start)
    return [Timing(name, tuple(values)) for name, values in seconds.items()]


def take_turns(
    contenders: dict[str, Callable[[], object]], rounds: int, *, is_warm: bool = True
) -> list[Timing]:
    """Runs contenders that clear up after themselves in turn, after one round that doesn't count, if warm."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + is_warm):
        for name, work in contenders.items():
            start = time.perf_counter()
            work()
            if number >= is_warm:
                seconds[name].append(time.perf_counter() - start)
    return [Timing(name, tuple(values)) for name, values in seconds.items()]


_LAND = """
import re, sys
from dataclasses import replace
from pathlib import Path
from pathways.landing import Source, land
from pathways.settings import load_settings

out = Path(sys.argv[1])
settings = replace(load_settings(), landing=out, target=out)
sources = [Source(Path(name), str(2001 + number)) for number, name in enumerate(sys.argv[2:])]
report = land(settings, sources, say=lambda text, style: None)
assert report.count("landed") == len(report.results) > 0, [result.findings for result in report.results]
# of this process alone: what getrusage says may be that of the process which started it
print(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""


def landing_memory(settings: Settings, folder: Path, releases: int) -> float:
    """Peak resident memory, in MB, of a process that lands a release that many times over."""
    with tempfile.TemporaryDirectory() as out:
        copies = []
        for number in range(releases):
            copy = Path(out) / f"release_{number}"
            copy.mkdir()
            for path in sorted(folder.glob("*.csv")):
                # a row less each time, so that no two releases hold the same content
                lines = path.read_bytes().splitlines(keepends=True)
                (copy / path.name).write_bytes(b"".join(lines[: len(lines) - number]))
            copies.append(copy)
        done = subprocess.run(
            [sys.executable, "-c", _LAND, str(Path(out) / "landing"), *map(str, copies)],
            cwd=settings.project,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise PathwaysError(
            f"The landing whose memory was to be measured failed: {done.stderr.strip()[-500:]}"
        )
    return int(done.stdout.split()[-1]) / 1024


def report_lines(
    folder: Path, release: Sequence[Work], timings: Sequence[Timing], memory: dict[int, float]
) -> list[str]:
    """The page on landing: what was run on what, the ratios, and the memory."""
    ours = timings[0]
    rows = sum(work.path.read_bytes().count(b"\n") - 1 for work in release)
    cells = sum((work.path.read_bytes().count(b"\n") - 1) * len(work.indicators) for work in release)
    lines = [
        "## Landing a DfE release",
        "",
        f"{len(release)} files, {rows:,} rows, {cells:,} cells (`{folder.name}`), on "
        f"{platform.machine()} with Python {platform.python_version()}, DuckDB {version('duckdb')}, "
        f"pandas {version('pandas')}, pyarrow {version('pyarrow')}.",
        "",
        f"Each does the work in turn, {len(ours.seconds)} rounds in one process after one that does not "
        "count; start-up is left out. Landing screens every file by DfE's rules, hashes it, and writes the "
        "manifest; the others only read, unpivot and write.",
        "",
        "| | best round, s | median, s | landing takes, of its time |",
        "|---|---|---|---|",
    ]
    lines.extend(
        f"| {timing.name} | {timing.best:.2f} | {timing.median:.2f} | {ours.best / timing.best:.2f} |"
        for timing in timings
    )
    lines += [
        "",
        "Targets: at most 1.0 of pandas' time and 2.0 of the floor's.",
        "",
        "| releases landed in one run | peak memory, MB |",
        "|---|---|",
        *(f"| {count} | {megabytes:.0f} |" for count, megabytes in memory.items()),
        "",
        "Target: under 500 MB however many releases are landed.",
        "",
    ]
    return lines


def bench(settings: Settings, folder: Path, rounds: int = ROUNDS) -> list[str]:
    """Measures landing on a folder of one release and returns the page's lines."""
    release = works(folder)
    timings = measure(
        {
            "`pathways land`": landing_into(settings, folder),
            "pandas: read, melt, write": with_pandas,
            "floor: DuckDB `read_csv` without sniffing, `unpivot`, Parquet": with_floor,
        },
        release,
        rounds,
    )
    memory = {count: landing_memory(settings, folder, count) for count in (1, MEMORY_RELEASES)}
    return report_lines(folder, release, timings, memory)
