"""Benchmarks of landing census returns, against a walk over the file that only collects its fields.

Targets: landing 10,000 children within 2 times of that walk; time that grows with the children and no faster,
and less than 1 GB of memory, up to a million.
"""

from __future__ import annotations

import math
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from lxml import etree

from pathways.bench import Timing, take_turns
from pathways.census.area import ReturnWriter
from pathways.census.return_file import read_return
from pathways.census.returns_xml import write_returns
from pathways.census.synthetic import make_children
from pathways.settings import Settings

CHILDREN = 10_000
SIZES = (10_000, 100_000, 1_000_000)
MOST_OF_WALK = 2.0
MOST_MEMORY_MB = 1_000
_COUNCIL, _YEAR, _SEED = "900", 2025, 1

_LAND = """
import re, sys, time
from dataclasses import replace
from pathlib import Path
from pathways.census.landing import land_returns
from pathways.settings import load_settings

settings = replace(load_settings(), landing=Path(sys.argv[2]))
start = time.perf_counter()
assert land_returns(settings, [Path(sys.argv[1])], say=lambda text, style: None)
seconds = time.perf_counter() - start
# of this process alone: what getrusage says may be that of the process which started it
print(seconds, re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""


@dataclass(frozen=True)
class Landing:
    """How long landing one return takes, and its peak memory."""

    children: int
    megabytes: float
    seconds: float
    peak_mb: float


def made_return(folder: Path, children: int) -> Path:
    """A made-up return of so many children."""
    span = range(_YEAR, _YEAR + 1)
    made = make_children(_COUNCIL, children, span, _SEED)
    return write_returns(made, folder, _COUNCIL, span, seed=_SEED).files[0]


def walk(path: Path) -> int:
    """The floor: each element of each child, its name and text, and nothing done with them."""
    found: list[tuple[str, str | None]] = []
    for _, child in etree.iterparse(str(path), events=("end",), tag="{*}Child"):
        found.extend((element.tag, element.text) for element in child.iter(etree.Element))
        child.clear()
        while child.getprevious() is not None:
            del child.getparent()[0]
    return len(found)


def land(path: Path) -> int:
    """Reads a return into its tables, on disk; how many children it has."""
    folder = Path(tempfile.mkdtemp())
    try:
        writer = ReturnWriter(folder, "0" * 64)
        _, counts = read_return(path, flush=writer.flush)
        writer.close()
        return counts["child"]
    finally:
        shutil.rmtree(folder)


def against_walk(rounds: int, children: int = CHILDREN) -> list[Timing]:
    """Landing and the walk in turn, over the same return."""
    with tempfile.TemporaryDirectory() as folder:
        path = made_return(Path(folder), children)
        return take_turns({"land": lambda: land(path), "walk": lambda: walk(path)}, rounds)


def landing_of(settings: Settings, children: int) -> Landing:
    """Time and memory of a process that lands a return of so many children."""
    with tempfile.TemporaryDirectory() as folder:
        path = made_return(Path(folder), children)
        done = subprocess.run(
            [sys.executable, "-c", _LAND, str(path), f"{folder}/landing"],
            cwd=settings.project,
            env=os.environ,
            check=True,
            capture_output=True,
            text=True,
        )
        seconds, peak = (float(part) for part in done.stdout.split())
        return Landing(children, path.stat().st_size / 1e6, seconds, peak / 1024)


def growth(landings: Sequence[Landing]) -> float:
    """Exponent with which time grows with the children: 1 where it grows as they do."""
    first, last = landings[0], landings[-1]
    return math.log(last.seconds / first.seconds) / math.log(last.children / first.children)


def bench_returns(settings: Settings, rounds: int, sizes: Sequence[int] = SIZES) -> list[str]:
    """The part of the page on census returns.

    Args:
        settings: The project's folders.
        rounds: How often landing and the walk take their turn.
        sizes: Children of the returns whose landing is measured in a process of its own.
    """
    land_time, walk_time = against_walk(rounds)
    landings = [landing_of(settings, children) for children in sizes]
    return [
        "",
        "## Landing census returns",
        "",
        f"On {platform.machine()} with {os.cpu_count()} cores, Python {platform.python_version()}, lxml "
        f"{version('lxml')}; made-up returns of one council and year; {rounds} rounds in turn after one that "
        "does not count.",
        "",
        f"| a return of {CHILDREN:,} children | best round, s | median, s | landing takes, of its time |",
        "|---|---|---|---|",
        f"| `pathways land` | {land_time.best:.2f} | {land_time.median:.2f} | 1.00 |",
        f"| floor: lxml walks the file and collects names and texts | {walk_time.best:.2f} | "
        f"{walk_time.median:.2f} | {land_time.best / walk_time.best:.2f} |",
        "",
        f"Target: at most {MOST_OF_WALK} of the floor's time.",
        "",
        "| children | file, MB | s | children a second | peak memory, MB |",
        "|---|---|---|---|---|",
        *(
            f"| {one.children:,} | {one.megabytes:,.0f} | {one.seconds:.2f} | "
            f"{one.children / one.seconds:,.0f} | {one.peak_mb:,.0f} |"
            for one in landings
        ),
        "",
        f"Time grows with the children to the power of {growth(landings):.2f}. Targets: 1.1 at most, and "
        f"less than {MOST_MEMORY_MB:,} MB.",
    ]
