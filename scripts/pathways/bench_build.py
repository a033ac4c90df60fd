"""Benchmark of the whole build: what takes how long, and how much more than the least it could be.

Targets: at most twice `dbt parse`, the bare SQL and one import of Great Expectations together.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import duckdb

from pathways.errors import PathwaysError
from pathways.landing import Source, land
from pathways.outcome import report_file
from pathways.settings import Settings, environment_under
from pathways.warehouse import literal

MOST_OF_FLOOR = 2.0
ROUNDS = 3
AGAIN = "again"
ANEW = "again, all checks anew"
_SIGNS = {
    "door": "The door:",
    "reading": "Concurrency:",
    "nodes": "Finished running",
    "dbt_end": "Done.",
    "window": "Published ",
    "export": "For people:",
}
"""What the build says when a stretch of it is over, in order."""
_KINDS = {"seed": "seeds", "model": "models", "test": "data tests", "unit_test": "unit tests"}


@dataclass(frozen=True)
class Floor:
    """The least that a build could be, in seconds."""

    parse: float
    parse_again: float
    seeds_and_models: float
    data_tests: float
    unit_tests: float
    great_expectations: float

    @property
    def first(self) -> float:
        """Of a project that was not read before, with its unit tests."""
        return (
            self.parse + self.seeds_and_models + self.data_tests + self.unit_tests + self.great_expectations
        )

    @property
    def again(self) -> float:
        """Of one that is as it was."""
        return self.parse_again + self.seeds_and_models + self.data_tests + self.great_expectations


@dataclass(frozen=True)
class BuildTime:
    """Seconds of one `pathways build`: all of it, by stretch, and what dbt's nodes took by kind."""

    seconds: float
    stretches: dict[str, float]
    kinds: dict[str, float]
    """Of dbt's stretch of nodes: its length is shared out by how long nodes of each kind took."""


def timed_build(settings: Settings, folder: Path) -> BuildTime:
    """Runs `pathways build`, and takes the time of what it says.

    Raises:
        PathwaysError: the build failed.
    """
    command = [sys.executable, "-u", "-m", "pathways", "build"]
    start = time.perf_counter()
    ends: dict[str, float] = {}
    said: list[str] = []
    with subprocess.Popen(
        command, cwd=settings.project, env=environment_under(folder), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            now = time.perf_counter() - start
            said.append(line)
            for name, sign in _SIGNS.items():
                if sign in line:
                    ends.setdefault(name, now)
    seconds = time.perf_counter() - start
    if process.returncode or list(ends) != list(_SIGNS):
        raise PathwaysError(f"The build that was to be measured failed: {''.join(said)[-500:]}")
    begins = [0.0, *ends.values()]
    stretches = {name: end - begin for (name, end), begin in zip(ends.items(), begins, strict=False)}
    stretches["export"] += seconds - ends["export"]
    return BuildTime(seconds, stretches, _kinds(folder / "target", stretches["nodes"]))


def _kinds(target: Path, seconds: float) -> dict[str, float]:
    run = _json(target / "run_results.json")
    took = dict.fromkeys(_KINDS, 0.0)
    for row in run["results"]:
        kind = row["unique_id"].split(".", 1)[0]
        if kind in took:
            took[kind] += float(row["execution_time"])
    whole = sum(took.values())
    return {kind: seconds * part / whole for kind, part in took.items() if part}


def _json(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _seconds(command: Sequence[str], project: Path, environment: Mapping[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=project, env=environment, check=True, capture_output=True)
    return time.perf_counter() - start


@dataclass(frozen=True)
class Compiled:
    """What a build ran: its results in their order, and the nodes by their id."""

    results: list[dict[str, Any]]
    nodes: dict[str, dict[str, Any]]


def compiled(target: Path) -> Compiled:
    """What the last build ran, by its artifacts in the target folder."""
    run, manifest = _json(target / "run_results.json"), _json(target / "manifest.json")
    return Compiled(run["results"], {**manifest["nodes"], **manifest["unit_tests"]})


def bare_sql(settings: Settings, ran: Compiled) -> dict[str, float]:
    """Runs the SQL of a build, in its order, in one connection; the seconds of each kind of node."""
    took = dict.fromkeys(_KINDS, 0.0)
    with tempfile.TemporaryDirectory() as folder, duckdb.connect(f"{folder}/build.duckdb") as connection:
        for schema in {node["schema"] for node in ran.nodes.values() if node.get("relation_name")}:
            connection.execute(f"create schema if not exists {schema}")
        for row in ran.results:
            kind = row["unique_id"].split(".", 1)[0]
            if kind not in took:
                continue
            node, query = ran.nodes[row["unique_id"]], row.get("compiled_code")
            start = time.perf_counter()
            if kind == "seed":
                path = literal(str(settings.project / node["original_file_path"]))
                connection.execute(
                    f"create table {node['relation_name']} as "
                    f"from read_csv({path}, header = true, all_varchar = true, nullstr = '')"
                )
            elif kind == "model":
                made = "view" if node["config"]["materialized"] == "view" else "table"
                connection.execute(f"create {made} {node['relation_name']} as {query}")
            else:
                connection.execute(f"select count(*) from ({query})")
            took[kind] += time.perf_counter() - start
    return took


def floor_of(settings: Settings, folder: Path, ran: Compiled, parse: float) -> Floor:
    """Measures the least that a build in the folder could be.

    ``parse`` is what :func:`parse_seconds` took of a project that was not read before.
    """
    imported = [sys.executable, "-c", "import great_expectations"]
    took = bare_sql(settings, ran)
    return Floor(
        parse=parse,
        parse_again=parse_seconds(settings, folder),
        seeds_and_models=took["seed"] + took["model"],
        data_tests=took["test"],
        unit_tests=took["unit_test"],
        great_expectations=_seconds(imported, settings.project, environment_under(folder)),
    )


def parse_seconds(settings: Settings, folder: Path) -> float:
    """Runs `dbt parse` in a target folder of its own beside that of the build; what it read is kept there."""
    dbt = [sys.executable, "-W", "ignore::RuntimeWarning:runpy", "-m", "dbt.cli.main", "parse"]
    target = ["--target-path", str(folder / "parsed")]
    return _seconds([*dbt, *target], settings.project, environment_under(folder))


def least(floors: Sequence[Floor]) -> Floor:
    """The shortest of each part."""
    return Floor(**{part.name: min(getattr(floor, part.name) for floor in floors) for part in fields(Floor)})


def forget_checks(target: Path) -> None:
    """Has the next build check everything, as though each table had changed."""
    for side in ("door", "window"):
        report_file(target, side).unlink()


def bench_build(settings: Settings, releases: Sequence[Path]) -> list[str]:
    """The part of the page on the whole build, on the bundled data and on whole releases."""
    lines = [
        "",
        "## The whole build",
        "",
        "`pathways build` in a folder of its own, the environment being there: first, with the unit tests; "
        "again; and again with every check of Great Expectations anew, as though all tables had changed. "
        "The floor, measured in the same run: one `dbt parse` (of a project not read before, then again), "
        "the compiled SQL of all nodes that the build ran in one connection, and one import of Great "
        f"Expectations. The first is one round; of all else, {ROUNDS} rounds in turn, the best is given.",
    ]
    for title, folders in (("the bundled data", []), (_named(releases), list(releases))):
        with tempfile.TemporaryDirectory() as name:
            lines += _of_data(settings, Path(name), title, folders)
        if not releases:
            break
    return lines


def _named(releases: Sequence[Path]) -> str:
    return "whole releases: " + ", ".join(f"`{folder.name}`" for folder in releases)


def _of_data(settings: Settings, folder: Path, title: str, releases: Sequence[Path]) -> list[str]:
    place = replace(settings, landing=folder / "landing", target=folder / "target")
    if releases:
        report = land(place, [Source(release) for release in releases], say=lambda text, style: None)
        if report.count("landed") != len(report.results):
            raise PathwaysError("Not every file of the releases was landed, so no build was measured.")
    parse = parse_seconds(settings, folder)
    first = timed_build(settings, folder)
    ran = compiled(folder / "target")
    floors: list[Floor] = []
    rounds: dict[str, list[BuildTime]] = {AGAIN: [], ANEW: []}
    for _ in range(ROUNDS):
        floors.append(floor_of(settings, folder, ran, parse))
        rounds[AGAIN].append(timed_build(settings, folder))
        forget_checks(folder / "target")
        rounds[ANEW].append(timed_build(settings, folder))
    floor = least(floors)
    builds = {
        "first": first,
        **{name: min(times, key=lambda one: one.seconds) for name, times in rounds.items()},
    }
    lows = {"first": floor.first, AGAIN: floor.again, ANEW: floor.again}
    return [
        "",
        f"| {title} | s | floor, s | the build takes, of its time |",
        "|---|---|---|---|",
        *(
            f"| {name} | {build.seconds:.1f} | {lows[name]:.1f} | {build.seconds / lows[name]:.2f} |"
            for name, build in builds.items()
        ),
        "",
        f"The floor: `dbt parse` {floor.parse:.1f} s, again {floor.parse_again:.1f} s; SQL of seeds and "
        f"models {floor.seeds_and_models:.1f} s, of data tests {floor.data_tests:.1f} s, of unit tests "
        f"{floor.unit_tests:.1f} s; Great Expectations {floor.great_expectations:.1f} s. Target: at most "
        f"{MOST_OF_FLOOR:.1f} of it.",
        "",
        "| part of the build | " + " | ".join(f"{name}, s | share" for name in builds) + " |",
        "|---" * (1 + 2 * len(builds)) + "|",
        *_shares(list(builds.values())),
    ]


def _shares(builds: Sequence[BuildTime]) -> list[str]:
    def parts(build: BuildTime) -> dict[str, float]:
        return {
            "start-up and the door's checks, beside which dbt starts": build.stretches["door"],
            "dbt reads the project": build.stretches["reading"],
            **{f"dbt: {word}": build.kinds.get(kind, 0.0) for kind, word in _KINDS.items()},
            "dbt writes down what it did": build.stretches["dbt_end"],
            "the window's checks, publishing": build.stretches["window"],
            "files for people": build.stretches["export"],
        }

    of_builds = [parts(build) for build in builds]
    return [
        f"| {name} | "
        + " | ".join(
            f"{of_build[name]:.1f} | {100 * of_build[name] / build.seconds:.0f}%"
            for of_build, build in zip(of_builds, builds, strict=True)
        )
        + " |"
        for name in of_builds[0]
    ]
