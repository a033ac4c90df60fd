"""The published account of every check: ``marts.fct_check_result``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pathways.dbt_run import DbtRun, NodeResult, rule_code
from pathways.outcome import FAILED, PASSED, WARNED, CheckOutcome
from pathways.warehouse import literal, quoted

if TYPE_CHECKING:
    import duckdb

TABLE = "fct_check_result"
TABLE_COMMENT = (
    "One row per check of the run that the published file was made from: contracts, dbt data tests, dbt "
    "unit tests (once for each state of the code), Great Expectations at the door and the window, and the "
    "file check. No times and no random ids, so two runs over the same data give the same rows. Primary key: "
    "check_name."
)
COLUMNS: dict[str, tuple[str, str]] = {
    "check_name": ("varchar primary key", "Name of the check; unique."),
    "rule_code": (
        "varchar not null",
        "Rule that the check stands for, as registered in quality_rule.",
    ),
    "engine": (
        "varchar not null check (engine in "
        "('contract', 'dbt_test', 'dbt_unit_test', 'great_expectations', 'python'))",
        "What ran the check: contract, dbt_test, dbt_unit_test, great_expectations or python.",
    ),
    "subject_name": ("varchar not null", "Table or seed that was checked."),
    "severity_code": (
        "varchar not null check (severity_code in ('critical', 'warning'))",
        "critical: nothing is published while it fails; warning: published, and said.",
    ),
    "outcome_code": (
        "varchar not null check (outcome_code in ('passed', 'warned', 'failed'))",
        "What came of it: passed or warned (a failed check stops the publishing).",
    ),
    "failed_row_count": (
        "bigint not null check (failed_row_count >= 0)",
        "Rows, or columns for a rule on columns, that broke the rule.",
    ),
}

_DBT_OUTCOMES = {"pass": PASSED, "success": PASSED, "warn": WARNED}


@dataclass(frozen=True, order=True)
class CheckResult:
    """One row of ``marts.fct_check_result``."""

    check_name: str
    rule_code: str
    engine: str
    subject_name: str
    severity_code: str
    outcome_code: str
    failed_row_count: int


def _short(unique_id: str) -> str:
    parts = unique_id.split(".")
    return parts[2] if len(parts) > 2 else unique_id


def subject_of(node: dict[str, Any]) -> str:
    """The table that a test is about.

    It is the one the test hangs on, else the one its name starts with, else the
    first that it reads.
    """
    if node.get("resource_type") == "unit_test" and node.get("model"):
        return str(node["model"])
    if node.get("attached_node"):
        return _short(str(node["attached_node"]))
    parents = [_short(parent) for parent in (node.get("depends_on") or {}).get("nodes") or ()]
    start = str(node.get("name") or "").split("__", 1)[0]
    if start in parents:
        return start
    return sorted(parents)[0] if parents else start


def _severity(node: dict[str, Any]) -> str:
    level = str((node.get("config") or {}).get("severity") or "error").lower()
    return "warning" if level == "warn" else "critical"


def _from_dbt(result: NodeResult) -> CheckResult | None:
    node = result.node
    outcome = _DBT_OUTCOMES.get(result.status, FAILED)
    if result.kind == "test":
        return CheckResult(
            check_name=result.name,
            rule_code=rule_code(node),
            engine="dbt_test",
            subject_name=subject_of(node),
            severity_code=_severity(node),
            outcome_code=outcome,
            failed_row_count=result.failures,
        )
    if result.kind == "unit_test":
        meta = (node.get("config") or {}).get("meta") or {}
        return CheckResult(
            check_name=result.name,
            rule_code=str(meta.get("rule_code") or "model_logic_holds"),
            engine="dbt_unit_test",
            subject_name=subject_of(node),
            severity_code="critical",
            outcome_code=outcome,
            failed_row_count=result.failures,
        )
    contract = (node.get("config") or {}).get("contract") or node.get("contract") or {}
    if result.kind == "model" and contract.get("enforced"):
        return CheckResult(
            check_name=f"contract__{result.name}",
            rule_code="mart_has_its_shape",
            engine="contract",
            subject_name=result.name,
            severity_code="critical",
            outcome_code=outcome,
            failed_row_count=0,
        )
    return None


def _from_outcome(check: CheckOutcome) -> CheckResult:
    return CheckResult(
        check_name=check.check_name,
        rule_code=check.rule_code,
        engine=check.engine,
        subject_name=check.subject,
        severity_code=check.severity,
        outcome_code=check.outcome,
        failed_row_count=check.failed_row_count,
    )


def check_results(run: DbtRun, outcomes: Iterable[CheckOutcome]) -> list[CheckResult]:
    """The rows of ``fct_check_result``, sorted by name.

    Two checks of one name are told apart by their subject, and if that is not
    enough by a number in the order of their other columns.
    """
    found = [row for row in map(_from_dbt, run.results) if row is not None]
    found.extend(_from_outcome(check) for check in outcomes)
    names = Counter(row.check_name for row in found)
    rows: dict[str, CheckResult] = {}
    for row in sorted(found):
        name = row.check_name
        if names[name] > 1:
            name = f"{name}__{row.subject_name}"
        stem, number = name, 1
        while name in rows:
            number += 1
            name = f"{stem}__{number}"
        rows[name] = CheckResult(
            name,
            row.rule_code,
            row.engine,
            row.subject_name,
            row.severity_code,
            row.outcome_code,
            row.failed_row_count,
        )
    return [rows[name] for name in sorted(rows)]


def write_check_results(connection: duckdb.DuckDBPyConnection, catalog: str, rows: list[CheckResult]) -> None:
    """Creates ``marts.fct_check_result`` in the catalog, with its key, checks and comments."""
    table = quoted(catalog, "marts", TABLE)
    columns = ", ".join(f"{quoted(name)} {spec}" for name, (spec, _) in COLUMNS.items())
    connection.execute(f"create table {table} ({columns})")
    connection.execute(f"comment on table {table} is {literal(TABLE_COMMENT)}")
    for name, (_, comment) in COLUMNS.items():
        connection.execute(f"comment on column {table}.{quoted(name)} is {literal(comment)}")
    import pyarrow as pa

    # one statement: DuckDB takes a millisecond for each
    values = pa.table({name: [getattr(row, name) for row in rows] for name in COLUMNS})
    connection.register("check_result", values)
    connection.execute(f"insert into {table} from check_result")
    connection.unregister("check_result")
