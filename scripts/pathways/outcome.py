"""What a check came to, and the file in which the door and the window leave it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

PASSED = "passed"
WARNED = "warned"
FAILED = "failed"


@dataclass(frozen=True)
class CheckOutcome:
    """One check that was run.

    ``failed_row_count`` counts rows (or columns, for a rule on columns).
    ``sentences`` holds the first broken rows in plain words; never child-level.
    """

    check_name: str
    rule_code: str
    engine: str
    subject: str
    severity: str
    outcome: str
    failed_row_count: int = 0
    sentences: list[str] = field(default_factory=list)
    page: str = ""


@dataclass(frozen=True)
class CheckReport:
    """All checks of one side (door or window), and what they were made of.

    ``suites`` has the sha256 of the rows and checks of each suite of Great Expectations.
    """

    side: str
    checks: list[CheckOutcome]
    fingerprint: dict[str, str] = field(default_factory=dict)
    suites: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether no critical check failed."""
        return bool(self.checks) and all(check.outcome != FAILED for check in self.checks)

    @property
    def failures(self) -> list[CheckOutcome]:
        """Critical checks that failed."""
        return [check for check in self.checks if check.outcome == FAILED]

    @property
    def warnings(self) -> list[CheckOutcome]:
        """Checks that failed and only warn."""
        return [check for check in self.checks if check.outcome == WARNED]


def outcome_of(success: bool, severity: str) -> str:
    """passed; else warned or failed, by the rule's severity."""
    if success:
        return PASSED
    return WARNED if severity == "warning" else FAILED


def report_file(target: Path, side: str) -> Path:
    """Where the report of a side lies under the target folder."""
    return target / f"check_{side}.json"


def write_report(target: Path, report: CheckReport) -> None:
    """Writes ``check_<side>.json`` under the target folder."""
    target.mkdir(parents=True, exist_ok=True)
    document = {
        "side": report.side,
        "passed": report.passed,
        "fingerprint": report.fingerprint,
        "suites": report.suites,
        "checks": [asdict(check) for check in report.checks],
    }
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    report_file(target, report.side).write_text(text, encoding="utf-8")


def read_report(target: Path, side: str) -> CheckReport | None:
    """Reads a report back; None where there is none or it can't be read."""
    try:
        document: dict[str, Any] = json.loads(report_file(target, side).read_text(encoding="utf-8"))
        return CheckReport(
            side=document["side"],
            checks=[CheckOutcome(**check) for check in document["checks"]],
            fingerprint=dict(document["fingerprint"]),
            suites=dict(document["suites"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
