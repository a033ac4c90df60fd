"""Screening: a data file against DfE's rules for Explore Education Statistics.

Each rule is a function of its own, registered with its stage and levels in the modules
``rules_*``; its code is the name of DfE's check, its sentence and remedy stand in
``seeds/reference/quality_rule.csv``.

Source: DfE, Analysts' Guide, Open data standards and API data standards, and the checks
that DfE runs on a file about to be published.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pathways.ees import rules_file, rules_geography, rules_meta, rules_time, rules_values
from pathways.ees.areas import Areas, load_areas
from pathways.ees.data_file import DataFile, DataFileError, MetaFile
from pathways.ees.register import PRESUPPOSED, REGISTER, STAGES, Breach, Check, Level, Subject
from pathways.ees.roles import Roles, roles

__all__ = [
    "READ_RULES",
    "RULE_CODES",
    "Areas",
    "Finding",
    "Level",
    "Roles",
    "Screening",
    "findings_of",
    "load_areas",
    "roles",
    "screen",
    "subject_of",
    "unreadable",
]

READ_RULES = ("read_data_file", "read_meta_file")
"""The rules that hold when a file is read, before it can be screened."""
# importing a module registers its rules
RULE_MODULES = (rules_file, rules_meta, rules_time, rules_values, rules_geography)
RULE_CODES = (*READ_RULES, *REGISTER)
_API = "API"


@dataclass(frozen=True)
class Finding:
    """One way in which a file breaks a rule.

    ``lines`` are the first lines of the file at which it does, the header being line 1;
    ``row_count`` is how many there are. ``column`` is blank where no one column is at fault.
    """

    rule_code: str
    level: Level
    file_name: str
    column: str
    found: str
    allowed: str
    lines: tuple[int, ...]
    row_count: int


@dataclass(frozen=True)
class Screening:
    """What came of a screening: findings, and the rules that ran.

    A rule in ``checked`` without a finding has passed. ``stopped_at`` is the stage at
    which it ended early, since the rules after it have nothing to look at; else blank.
    """

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    stopped_at: str

    @property
    def passed(self) -> bool:
        """Whether nothing was found for which the file is refused."""
        return all(finding.level != "fail" for finding in self.findings)

    @property
    def api_suitable(self) -> bool:
        """Whether the file passed, within the limits of DfE's API too."""
        return self.passed and not any(
            REGISTER[finding.rule_code].stage == _API
            for finding in self.findings
            if finding.rule_code in REGISTER
        )


def unreadable(error: DataFileError, file_name: str, rule_code: str) -> Finding:
    """A file that can't be read, as a finding of ``read_data_file`` or ``read_meta_file``."""
    return Finding(
        rule_code, "fail", file_name, "", error.found, error.expected, error.lines, error.row_count
    )


def _finding(check: Check, breach: Breach, file: Subject) -> Finding:
    level = (breach.strict or check.strict) if file.strict else (breach.published or check.published)
    return Finding(
        rule_code=check.rule_code,
        level=level,
        file_name=(file.meta_file_name or "") if breach.in_meta else file.data_file_name,
        column=breach.column,
        found=breach.found,
        allowed=breach.allowed,
        lines=breach.rows.lines,
        row_count=breach.rows.count,
    )


def findings_of(rule_code: str, file: Subject) -> Iterator[Finding]:
    """What one rule finds in a file, whatever the stages before it found."""
    check = REGISTER[rule_code]
    for breach in check.search(file):
        yield _finding(check, breach, file)


def subject_of(
    data: DataFile,
    meta: MetaFile | None,
    areas: Areas,
    *,
    strict: bool,
    data_file_name: str | None = None,
    meta_file_name: str | None = None,
) -> Subject:
    """What the rules see of a file; the arguments are those of ``screen``."""
    return Subject(
        data=data,
        meta=meta,
        areas=areas,
        roles=roles(data, meta),
        data_file_name=data.name if data_file_name is None else data_file_name,
        meta_file_name=meta.name if meta is not None and meta_file_name is None else meta_file_name,
        strict=strict,
    )


def screen(
    data: DataFile,
    meta: MetaFile | None,
    areas: Areas,
    *,
    strict: bool,
    data_file_name: str | None = None,
    meta_file_name: str | None = None,
) -> Screening:
    """Screens a data file and its metadata by every rule, so that every reason is said.

    DfE stops after the first stage that fails. Here only a missing mandatory column stops
    the screening, since every later rule looks at it.

    Args:
        data: The data file as read.
        meta: Its metadata; without it the rules on metadata are left out.
        areas: The accepted areas.
        strict: DfE's own levels, for a file about to be published. Else those for a file
            as DfE published it, where only what would make figures wrong is refused.
        data_file_name: Its name, where it isn't the one under which it was read.
        meta_file_name: The name of its metadata file, whether or not that could be read.
    """
    file = subject_of(
        data,
        meta,
        areas,
        strict=strict,
        data_file_name=data_file_name,
        meta_file_name=meta_file_name,
    )
    findings: list[Finding] = []
    checked: list[str] = []
    for stage in STAGES:
        for check in REGISTER.values():
            if check.stage == stage and (meta is not None or not check.needs_meta):
                checked.append(check.rule_code)
                findings.extend(findings_of(check.rule_code, file))
        if stage in PRESUPPOSED and any(finding.level == "fail" for finding in findings):
            return Screening(tuple(findings), tuple(checked), stage)
    return Screening(tuple(findings), tuple(checked), "")
