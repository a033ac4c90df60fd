"""What came of a landing, in words: each file, each reason, the counts, and the file with every check."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pathways.census.names import is_return
from pathways.ees.incoming import Incoming
from pathways.ees.manifest import Landed
from pathways.ees.screening import Finding
from pathways.rules import RuleBook
from pathways.settings import Settings

SCREENING_FILE = "screening.csv"


@dataclass(frozen=True)
class Result:
    """What came of one file: landed, known already, or refused; with what the screening found."""

    incoming: Incoming
    outcome: Literal["landed", "known", "checked", "refused"]
    findings: tuple[Finding, ...] = ()
    checked: tuple[str, ...] = ()
    landed: Landed | None = None

    @property
    def failures(self) -> tuple[Finding, ...]:
        """The findings for which the file is refused."""
        return tuple(finding for finding in self.findings if finding.level == "fail")


@dataclass
class LandReport:
    """What came of all files; ``left_aside`` are files in a folder that are no data files."""

    results: list[Result] = field(default_factory=list)
    left_aside: list[str] = field(default_factory=list)

    def count(self, outcome: str) -> int:
        """How many files had an outcome: ``landed``, ``known``, ``checked`` or ``refused``."""
        return sum(result.outcome == outcome for result in self.results)

    @property
    def passed(self) -> bool:
        """Whether no file was refused."""
        return self.count("refused") == 0


def finding_sentence(arrived: Incoming, finding: Finding, rules: RuleBook) -> str:
    """One finding in plain words: which file, where in it, what was found and allowed, what to do."""
    rule = rules[finding.rule_code]
    place = arrived.place
    if finding.file_name not in (arrived.name, arrived.place):
        place = f"{place}, metadata {finding.file_name}"
    if finding.column:
        place += f", column {finding.column}"
    if finding.lines:
        more = finding.row_count - len(finding.lines)
        lines = ", ".join(str(line) for line in finding.lines)
        place += f", line{'s' if finding.row_count > 1 else ''} {lines}"
        place += f" and {more:,} more" if more > 0 else ""
    return (
        f"{place}: found {finding.found}; allowed is {finding.allowed}. {rule.statement} {rule.remedy} "
        f"[{finding.rule_code}]"
    )


def result_lines(result: Result, rules: RuleBook, details: bool) -> list[tuple[str, str | None]]:
    """What came of one file, in lines with a style: the outcome first, then each reason."""
    place = result.incoming.place
    warned = sum(finding.level == "warning" for finding in result.findings)
    advised = sum(finding.level == "advisory" for finding in result.findings)
    notes = [f"{count} {word}{'' if count == 1 else 's'}" for count, word in ((warned, "warning"),) if count]
    notes += [f"{advised} advis{'ory' if advised == 1 else 'ories'}"] if advised else []
    tail = f" ({', '.join(notes)})" if notes else ""
    row = result.landed
    if result.outcome == "landed" and row is not None:
        again = f", revision {row.revision_number}" if row.revision_number > 1 else ""
        text = (
            f"Landed {place} as {row.data_set_code}, release {row.release_code}{again}: "
            f"{row.row_count:,} rows, {row.cell_count:,} cells{tail}."
        )
        lines: list[tuple[str, str | None]] = [(text, "green")]
    elif result.outcome == "known" and row is not None:
        lines = [
            (
                f"Known already: {place} is {row.data_set_code}, release {row.release_code}, "
                f"landed from {row.file_name}{tail}.",
                None,
            )
        ]
    elif result.outcome == "checked":
        lines = [(f"Passed {place}{tail}.", "green")]
    else:
        count = len(result.failures)
        lines = [(f"Refused {place}, for {count} reason{'' if count == 1 else 's'}:", "bold red")]
    shown = result.findings if details else result.failures
    styles = {"fail": "red", "warning": "yellow", "advisory": None}
    lines.extend(
        (f"  {finding.level}: {finding_sentence(result.incoming, finding, rules)}", styles[finding.level])
        for finding in shown
    )
    return lines


def write_screening(settings: Settings, report: LandReport, rules: RuleBook) -> Path:
    """Writes ``screening.csv`` under the target folder: each file, each check, its level."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["file", "rule_code", "level", "column", "lines", "row_count", "found", "allowed", "remedy"]
    )
    for result in report.results:
        place = result.incoming.place
        broken = {finding.rule_code for finding in result.findings}
        writer.writerows(
            [place, code, "pass", "", "", 0, "", "", ""] for code in result.checked if code not in broken
        )
        writer.writerows(
            [
                place,
                finding.rule_code,
                finding.level,
                finding.column,
                " ".join(str(line) for line in finding.lines),
                finding.row_count,
                finding.found,
                finding.allowed,
                rules[finding.rule_code].remedy,
            ]
            for finding in result.findings
        )
    settings.target.mkdir(parents=True, exist_ok=True)
    path = settings.target / SCREENING_FILE
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


def closing_lines(report: LandReport, screening: str) -> list[tuple[str, str | None]]:
    """The counts of a landing, and where all checks are written."""
    packed = [place for place in report.left_aside if is_return(place)]
    unpack: list[tuple[str, str | None]] = [
        (
            f"Not landed: {place}. Census returns in an archive are not read: unpack it where only you can "
            "read, and land the files.",
            "red",
        )
        for place in packed
    ]
    if not report.results:
        nothing = "No data file (.csv, .csv.gz or .zip) or census return (.xml, .xml.gz) was found; "
        return [*unpack, (f"{nothing}nothing was landed.", "red")]
    words = [
        f"{report.count(outcome):,} {outcome}"
        for outcome in ("landed", "checked", "known", "refused")
        if report.count(outcome)
    ]
    lines: list[tuple[str, str | None]] = [
        (
            f"{len(report.results):,} file{'' if len(report.results) == 1 else 's'}: {', '.join(words)}. "
            f"Every check of every file: {screening}",
            None if report.passed else "red",
        )
    ]
    lines.extend(unpack)
    if report.left_aside:
        count = len(report.left_aside)
        lines.append(
            (
                f"Left aside, being no data files: {count:,} (the first: {report.left_aside[0]}).",
                None,
            )
        )
    return lines
