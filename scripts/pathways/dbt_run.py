"""dbt as a subprocess, and what its artifacts say of the run.

dbt is never imported: a run of it leaves ``run_results.json`` and ``manifest.json``
in the target folder, and those are read.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pathways.errors import PathwaysError
from pathways.files import keep_to_owner
from pathways.rules import RuleBook, capped, sentence
from pathways.settings import Settings
from pathways.unit_tests import passed_before
from pathways.warehouse import open_build_file

ROW_LIMIT = 20
GOOD = {"success", "pass", "warn", "no-op"}
WITHOUT_UNIT_TESTS = ["unit_test"]
_NOT_RUN = {"analysis", "operation", "sql_operation", "function"}


@dataclass(frozen=True)
class NodeResult:
    """What came of one node of the run, beside what the manifest says of the node."""

    unique_id: str
    status: str
    failures: int
    message: str
    relation_name: str | None
    node: dict[str, Any]

    @property
    def kind(self) -> str:
        """What dbt calls the node: model, seed, test, unit_test, operation."""
        return str(self.node.get("resource_type") or self.unique_id.split(".", 1)[0])

    @property
    def name(self) -> str:
        """The node's name as the project gives it."""
        return str(self.node.get("name") or self.unique_id)


@dataclass(frozen=True)
class DbtRun:
    """The last dbt run as its artifacts tell it."""

    command: str
    invocation_id: str
    arguments: dict[str, Any]
    results: list[NodeResult]
    manifest: dict[str, Any]
    manifest_invocation_id: str

    @property
    def expected_ids(self) -> set[str]:
        """Every node that a build over everything must have a result for."""
        nodes = {
            unique_id
            for unique_id, node in self.manifest.get("nodes", {}).items()
            if node.get("resource_type") not in _NOT_RUN
            and (node.get("config") or {}).get("materialized") != "ephemeral"
        }
        return nodes | set(self.manifest.get("unit_tests", {}))

    @property
    def broken(self) -> list[NodeResult]:
        """What failed, could not be run or was skipped."""
        return [result for result in self.results if result.status not in GOOD]

    @property
    def warned(self) -> list[NodeResult]:
        """Tests that found rows and only warn."""
        return [result for result in self.results if result.status == "warn"]


def _json(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return document if isinstance(document, dict) else None


def read_run(settings: Settings) -> DbtRun | None:
    """Reads the artifacts of the last run; None where they are missing or unreadable.

    The results of a run without unit tests have those that passed on the same code before.
    """
    outcome = _json(settings.target / "run_results.json")
    manifest = _json(settings.target / "manifest.json")
    if outcome is None or manifest is None:
        return None
    nodes = {**manifest.get("nodes", {}), **manifest.get("unit_tests", {})}
    arguments = outcome.get("args") or {}
    results = [
        NodeResult(
            unique_id=row["unique_id"],
            status=str(row.get("status")),
            failures=int(row.get("failures") or 0),
            message=str(row.get("message") or ""),
            relation_name=row.get("relation_name"),
            node=nodes.get(row["unique_id"], {}),
        )
        for row in outcome.get("results") or ()
    ]
    if arguments.get("exclude_resource_types") == WITHOUT_UNIT_TESTS:
        results += [
            NodeResult(unique_id, "pass", 0, "", None, nodes[unique_id])
            for unique_id in passed_before(settings)
            if unique_id in nodes
        ]
        arguments = {name: value for name, value in arguments.items() if name != "exclude_resource_types"}
    return DbtRun(
        command=str(arguments.get("which") or "?"),
        invocation_id=str((outcome.get("metadata") or {}).get("invocation_id") or ""),
        arguments=arguments,
        results=sorted(results, key=lambda result: result.unique_id),
        manifest=manifest,
        manifest_invocation_id=str((manifest.get("metadata") or {}).get("invocation_id") or ""),
    )


def _dbt_environment(settings: Settings) -> dict[str, str]:
    return {
        # an empty setting is none
        **{name: text for name, text in os.environ.items() if text or not name.startswith("PATHWAYS_")},
        "PATHWAYS_WAREHOUSE": str(settings.warehouse),
        "PATHWAYS_LANDING": str(settings.landing),
        "DBT_TARGET_PATH": str(settings.target),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def _places(settings: Settings) -> list[str]:
    return ["--project-dir", str(settings.project), "--profiles-dir", str(settings.project)]


def run_dbt(settings: Settings, arguments: Sequence[str], python: Path = Path(sys.executable)) -> int:
    """Runs dbt in the project folder, its output streamed; returns its exit code.

    ``python`` is of the environment whose dbt is run. The build file may hold child-level rows: it is for its
    owner alone, and so is what dbt writes beside it.
    """
    # dbt.cli imports its own main before it is run as one
    command = [str(python), "-W", "ignore::RuntimeWarning:runpy", "-m", "dbt.cli.main", *arguments]
    environment = _dbt_environment(settings)
    keep_to_owner(settings.build_file)
    done = subprocess.run(
        [*command, *_places(settings)], cwd=settings.project, env=environment, check=False, umask=0o077
    )
    return done.returncode


class RunCommand(Protocol):
    """A command of dbt that can be run once."""

    def __call__(self, arguments: Sequence[str], more: Mapping[str, str] | None = None) -> int:
        """Runs it with more settings in its environment; returns its exit code."""


@contextmanager
def dbt_ahead(settings: Settings) -> Iterator[RunCommand]:
    """A dbt that loads itself and reads the project beside what its caller does; yields how to run a command.

    As :func:`run_dbt`, with the time of its start hidden. A caller that leaves without a command leaves
    nothing behind: dbt then runs none. The environment of the command can have more settings.
    """
    command = [sys.executable, "-m", "pathways.dbt_child", *_places(settings)]
    keep_to_owner(settings.build_file)
    with subprocess.Popen(
        command,
        cwd=settings.project,
        env=_dbt_environment(settings),
        umask=0o077,
        stdin=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdin is not None

        def run(arguments: Sequence[str], more: Mapping[str, str] | None = None) -> int:
            child.communicate(json.dumps({"arguments": [*arguments], "settings": dict(more or {})}) + "\n")
            return child.returncode

        yield run


def changed_seeds(settings: Settings, run: DbtRun) -> list[str]:
    """Seed files that are not as the run loaded them.

    dbt keeps the sha256 of each seed's text without the white space around it; of
    a seed above a megabyte it keeps no hash, and such a seed is taken on trust.
    """
    changed = []
    for node in run.manifest.get("nodes", {}).values():
        checksum = node.get("checksum") or {}
        if node.get("resource_type") != "seed" or checksum.get("name") != "sha256":
            continue
        path = settings.project / str(node.get("original_file_path"))
        try:
            text = path.read_bytes().decode("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            text = ""
        if hashlib.sha256(text.encode("utf-8")).hexdigest() != checksum.get("checksum"):
            changed.append(settings.relative(path))
    return sorted(changed)


_PARTIAL = ("select", "exclude", "models", "selector", "resource_types", "exclude_resource_types")


def require_full_build(settings: Settings, run: DbtRun | None) -> DbtRun:
    """The last run, if it was a whole and good `dbt build`.

    Raises:
        PathwaysError: there was no run, it was another command, not over everything,
            on empty tables, over other seeds, or something in it failed.
    """
    place = settings.relative(settings.target / "run_results.json")
    again = "Run `pathways build`."
    if run is None:
        raise PathwaysError(f"Nothing is published: {place} or the manifest beside it is missing. {again}")
    if run.command != "build":
        raise PathwaysError(
            f"Nothing is published: {place} is of `dbt {run.command}`, and a whole `dbt build` "
            f"was expected. {again}"
        )
    if run.arguments.get("empty") or run.arguments.get("sample"):
        raise PathwaysError(
            f"Nothing is published: {place} is of a `dbt build` on empty or sampled tables. {again}"
        )
    narrowed = [name for name in _PARTIAL if run.arguments.get(name)]
    missing = sorted(run.expected_ids - {result.unique_id for result in run.results})
    if narrowed or missing or not run.expected_ids:
        what = f"was narrowed by --{narrowed[0]}" if narrowed else "did not run everything"
        if missing:
            what += f" ({len(missing)} of {len(run.expected_ids)} nodes have no result, "
            what += f"{missing[0]} first)"
        raise PathwaysError(f"Nothing is published: the last `dbt build`, by {place}, {what}. {again}")
    if run.manifest_invocation_id != run.invocation_id:
        raise PathwaysError(
            f"Nothing is published: the project was parsed anew after the run of {place}, so "
            f"what was built is not what the project says now. {again}"
        )
    if run.broken:
        names = ", ".join(f"{result.name} ({result.status})" for result in run.broken[:5])
        more = f" and {len(run.broken) - 5} more" if len(run.broken) > 5 else ""
        raise PathwaysError(
            f"Nothing is published: in the last `dbt build`, by {place}, not everything went "
            f"well: {names}{more}. Mend it and run `pathways build`."
        )
    changed = changed_seeds(settings, run)
    if changed:
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        raise PathwaysError(
            f"Nothing is published: {changed[0]}{more} changed after the last `dbt build`. {again}"
        )
    return run


def rule_code(node: dict[str, Any]) -> str:
    """The registered rule that a test stands for: what it says, else its kind or name."""
    meta = (node.get("config") or {}).get("meta") or node.get("meta") or {}
    if meta.get("rule_code"):
        return str(meta["rule_code"])
    kind = str((node.get("test_metadata") or {}).get("name") or "")
    return kind or str(node.get("name") or "unknown")


def is_personal_node(node: dict[str, Any]) -> bool:
    """Whether a node's rows or messages may hold one child's record.

    Child-level tables are in the schema ``census``; what leads to them is in a
    folder of that name.
    """
    return node.get("schema") == "census" or "census" in (node.get("fqn") or ())


def touches_personal(run: DbtRun, node: dict[str, Any]) -> bool:
    """Whether a node, or one that it reads, is personal."""
    if is_personal_node(node):
        return True
    nodes = run.manifest.get("nodes", {})
    parents = (node.get("depends_on") or {}).get("nodes") or ()
    sources = run.manifest.get("sources", {})
    return any(is_personal_node(nodes.get(parent) or sources.get(parent) or {}) for parent in parents)


def essential(message: str) -> str:
    """The part of dbt's message that says what is wrong, as one line."""
    lines: list[str] = []
    for raw in message.splitlines():
        line = raw.strip()
        if line.startswith(("> in ", "> called by", "compiled code at", "LINE ")) or line == "^":
            break
        if line and not (not lines and " Error in " in line):
            lines.append(line)
    return " ".join(lines[:12]) or message.strip() or "no message"


def _cell(value: object) -> str:
    return "nothing" if value is None else str(value)


def row_sentence(columns: Sequence[str], row: Sequence[object], rules: RuleBook, code: str) -> str:
    """One stored failure in plain words.

    A row with the columns ``place`` and ``found`` speaks for itself; any other is
    shown column by column.
    """
    named = dict(zip(columns, row, strict=True))
    rule = rules[code]
    if {"place", "found"} <= set(columns):
        return sentence(_cell(named["place"]), _cell(named["found"]), rule)
    found = ", ".join(f"{name} = {_cell(value)}" for name, value in named.items())
    return " ".join(part for part in (f"{found}.", rule.statement, rule.remedy) if part)


def test_sentences(
    settings: Settings, run: DbtRun, result: NodeResult, rules: RuleBook, limit: int = ROW_LIMIT
) -> list[str]:
    """The stored failures of one data test in plain words, the first ``limit`` of them."""
    import duckdb

    code = rule_code(result.node)
    rule = rules[code]
    if touches_personal(run, result.node):
        return [
            f"{result.name}: {result.failures:,} rows. {rule.statement} {rule.remedy} "
            "The rows are about single children and are not shown."
        ]
    if result.status == "skipped":
        return []
    if not result.relation_name or result.status == "error":
        return [f"{result.name}: {essential(result.message)}"]
    try:
        with open_build_file(settings) as connection:
            cursor = connection.execute(f"select * from {result.relation_name} order by all")
            columns = [str(column[0]) for column in cursor.description or ()]
            rows = cursor.fetchmany(limit)
    except duckdb.Error as fault:
        reason = " ".join(str(fault).split())
        return [f"{result.name}: {result.failures:,} rows, which can't be read ({reason})."]
    lines = [row_sentence(columns, row, rules, code) for row in rows]
    head = f"{result.name} ({result.failures:,} row{'' if result.failures == 1 else 's'}):"
    return [head, *("  " + line for line in capped(lines, max(result.failures, len(lines)), limit))]


def failure_sentences(settings: Settings, run: DbtRun, rules: RuleBook) -> list[str]:
    """Everything that failed in a run, in plain words; what was skipped is counted."""
    lines: list[str] = []
    skipped = 0
    for result in run.broken:
        if result.status == "skipped":
            skipped += 1
        elif result.kind == "test":
            lines.extend(test_sentences(settings, run, result, rules))
        elif touches_personal(run, result.node):
            lines.append(
                f"{result.kind} {result.name} failed. Its message may name a child and is not shown."
            )
        elif result.kind == "unit_test":
            model = result.node.get("model") or "?"
            lines.append(f"Unit test {result.name} of {model} failed: {essential(result.message)}")
        else:
            lines.append(f"{result.kind.capitalize()} {result.name}: {essential(result.message)}")
    if skipped:
        lines.append(f"{skipped:,} more were skipped because of it.")
    return lines
