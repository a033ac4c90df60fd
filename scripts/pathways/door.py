"""The door: what has come in, checked as text before any model is built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pathways import data_docs
from pathways.expectations import Check, Suite, kept_outcomes, run_suites, suite_hash, suite_name
from pathways.landing_checks import landed_fingerprint, landing_suite
from pathways.outcome import (
    CheckOutcome,
    CheckReport,
    outcome_of,
    read_report,
    report_file,
    write_report,
)
from pathways.rules import RuleBook, load_rules, sentence
from pathways.seed_files import (
    SeedFileError,
    SeedSpec,
    SeedTable,
    fingerprint,
    load_specs,
    pair_files,
    present,
    read_seed,
)
from pathways.settings import Settings

SIDE = "door"

FORMATS: dict[str, str] = {
    "boolean": r"true|false",
    "code": r"[A-Za-z0-9_.+-]+",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "dfe_la_code": r"[0-9]{3}",
    "integer": r"-?[0-9]{1,9}",
    "mark": r"[^A-Z\s]+(?: [^A-Z\s]+)*",
    "ons_code": r"[A-Z][0-9]{8}",
    "position": r"[1-9][0-9]{0,5}",
    "sha256": r"[0-9a-f]{64}",
    "text": "",
    "url": r"https?://[^\s]+",
    "year": r"(?:19|20)[0-9]{2}",
}
"""What a whole value of each format looks like.

A date must also be in the calendar; a text may be anything.
"""

EXPECTED: dict[str, str] = {
    "boolean": "true or false",
    "code": "a code of letters, digits and _ . + - without spaces",
    "date": "a day of the calendar such as 2015-04-01",
    "dfe_la_code": "a three-digit code",
    "integer": "a whole number in digits",
    "mark": "a mark in lower case with single spaces",
    "ons_code": "a nine-character code such as E08000026",
    "position": "a whole number from 1",
    "sha256": "a SHA-256 in 64 characters, 0-9 and a-f",
    "url": "a web address",
    "year": "a year such as 2025",
}
"""Each format in words, for whoever wrote something else."""

FILE_IS_WHOLE = "seed_file_is_whole"


def _pattern(form: str) -> str:
    return rf"^(?:{FORMATS[form]})\Z"


def seed_checks(spec: SeedSpec, header: Sequence[str]) -> list[Check]:
    """The expectations of one seed, from what its property file declares.

    A declared column that the file lacks is named by ``seed_columns_as_declared``
    alone; the rules on its values have nothing to look at.
    """
    name = spec.name
    declared = [column.name for column in spec.columns]

    def columns_found() -> str:
        missing = [column for column in declared if column not in header]
        extra = [column for column in header if column not in declared]
        words = []
        if missing:
            words.append(f"no column {', '.join(missing)}")
        if extra:
            words.append(f"undeclared column {', '.join(extra)}")
        return " and ".join(words)

    def check(
        rule_code: str,
        expectation: str,
        column: str = "",
        detail: str = "",
        expected: str = "",
        **arguments: object,
    ) -> Check:
        parts = [SIDE, name, rule_code, column, detail]
        if column:
            arguments["column"] = column
        return Check(
            check_name="__".join(part for part in parts if part),
            rule_code=rule_code,
            expectation=expectation,
            arguments=arguments,
            columns=(column,) if column else spec.key,
            expected=expected,
            table_found=columns_found if rule_code == "seed_columns_as_declared" else lambda: "no rows",
        )

    checks = [
        check(
            "seed_columns_as_declared",
            "ExpectTableColumnsToMatchSet",
            column_set=declared,
            exact_match=True,
        )
    ]
    if not spec.may_be_empty:
        checks.append(check("seed_has_rows", "ExpectTableRowCountToBeBetween", min_value=1))
    if all(column in header for column in spec.key):
        if len(spec.key) == 1:
            checks.append(check("seed_key_is_unique", "ExpectColumnValuesToBeUnique", spec.key[0]))
        else:
            checks.append(
                check(
                    "seed_key_is_unique",
                    "ExpectCompoundColumnsToBeUnique",
                    column_list=list(spec.key),
                )
            )
    for column in spec.columns:
        if column.name not in header:
            continue
        if column.required:
            checks.append(check("seed_value_is_present", "ExpectColumnValuesToNotBeNull", column.name))
        if FORMATS[column.format] and not column.values:
            checks.append(
                check(
                    "seed_value_has_its_format",
                    "ExpectColumnValuesToMatchRegex",
                    column.name,
                    expected=EXPECTED[column.format],
                    regex=_pattern(column.format),
                )
            )
        if column.format == "date" and not column.values:
            checks.append(
                check(
                    "seed_value_has_its_format",
                    "ExpectColumnValuesToMatchStrftimeFormat",
                    column.name,
                    "calendar",
                    expected=EXPECTED["date"],
                    strftime_format="%Y-%m-%d",
                )
            )
        if column.values:
            checks.append(
                check(
                    "seed_value_is_in_its_list",
                    "ExpectColumnValuesToBeInSet",
                    column.name,
                    expected=" or ".join(column.values),
                    value_set=list(column.values),
                )
            )
    return checks


def seed_suite(spec: SeedSpec, table: SeedTable, place: str) -> Suite:
    """One seed as a suite; the frame's index is the line of each row in the file.

    An empty cell is null, as it is once loaded; a cell of spaces alone is null in
    a required column and stands as it is elsewhere.
    """
    import pandas as pd

    required = {column.name for column in spec.columns if column.required}
    cells: dict[str, list[str | None]] = {}
    for position, name in enumerate(table.header):
        values = [row.values[position] for row in table.rows]
        cells[name] = [value if (present(value) if name in required else value) else None for value in values]
    frame = pd.DataFrame(
        cells,
        index=pd.Index([row.line for row in table.rows], dtype="int64"),
        columns=list(table.header),
        dtype=object,
    )
    by_line = {row.line: row for row in table.rows}
    position_of = {name: position for position, name in enumerate(table.header)}

    def describe(line: int, columns: Sequence[str]) -> tuple[str, str]:
        values = by_line[line].values
        found = ", ".join(f"'{values[position_of[column]]}'" for column in columns)
        names = ", ".join(columns)
        return f"{place} line {line}, column{'s' if len(columns) > 1 else ''} {names}", found

    checks = seed_checks(spec, table.header)
    return Suite(subject=spec.name, place=place, frame=frame, checks=checks, describe=describe)


def _file_check(name: str, place: str, fault: SeedFileError | None, rules: RuleBook) -> CheckOutcome:
    rule = rules[FILE_IS_WHOLE]
    lines = []
    if fault is not None:
        lines = [sentence(f"{place} line {fault.line}", fault.found, rule)]
    return CheckOutcome(
        check_name=f"{SIDE}__{name}__{FILE_IS_WHOLE}",
        rule_code=FILE_IS_WHOLE,
        engine="python",
        subject=name,
        severity=rule.severity,
        outcome=outcome_of(fault is None, rule.severity),
        failed_row_count=0 if fault is None else 1,
        sentences=lines,
    )


def _once(outcomes: list[CheckOutcome]) -> list[CheckOutcome]:
    """Says each broken value once, though two expectations of one rule may find it."""
    said: set[str] = set()
    kept = []
    for outcome in outcomes:
        lines = [line for line in outcome.sentences if line not in said or line.startswith("...")]
        said.update(lines)
        kept.append(replace(outcome, sentences=lines))
    return kept


def door_fingerprint(settings: Settings) -> dict[str, str]:
    """What the door looks at, by path and sha256: the seeds and the manifest of what is landed."""
    return {**fingerprint(settings.seeds, settings.project), **landed_fingerprint(settings)}


def check_door(settings: Settings) -> CheckReport:
    """Checks every seed file and the landing area, writes the report and its pages, and returns it.

    Raises:
        PathwaysError: seeds and property files that don't go together.
    """
    rules = load_rules(settings.seeds)
    specs = load_specs(settings.seeds, settings.project, sorted(FORMATS))
    files = pair_files(settings.seeds, settings.project, specs)
    marks = door_fingerprint(settings)
    outcomes: list[CheckOutcome] = []
    suites: list[Suite] = []
    for name, path in files.items():
        place = settings.relative(path)
        try:
            table = read_seed(path.read_bytes())
        except SeedFileError as fault:
            outcomes.append(_file_check(name, place, fault, rules))
            continue
        outcomes.append(_file_check(name, place, None, rules))
        suites.append(seed_suite(specs[name], table, place))
    suites.append(landing_suite(settings))
    return run_side(settings, SIDE, outcomes, suites, rules, marks)


def run_side(
    settings: Settings,
    side: str,
    outcomes: list[CheckOutcome],
    suites: list[Suite],
    rules: RuleBook,
    marks: dict[str, str],
) -> CheckReport:
    """Runs the suites of one side, writes its report and pages, and returns the report.

    A suite whose checks all passed before on the same rows can only pass again: what was found is kept, and
    so is its page.
    """
    site = settings.data_docs / side
    hashes = {suite_name(side, suite): suite_hash(suite, rules) for suite in suites}
    before = read_report(settings.target, side)
    kept = kept_outcomes(before, side, suites, hashes, settings.data_docs) if before else {}
    changed = [suite for suite in suites if suite_name(side, suite) not in kept]
    found = [*outcomes]
    if changed:
        # a report of before must not be found beside pages of now
        report_file(settings.target, side).unlink(missing_ok=True)
        with data_docs.renewed(site, list(kept)) as draft:
            fresh, pages = run_suites(side, changed, draft, rules)
        found += [
            replace(check, page=f"{side}/{pages[check.check_name]}") if check.check_name in pages else check
            for check in fresh
        ]
    found += [check for checks in kept.values() for check in checks]
    checks = sorted(_once(found), key=lambda check: check.check_name)
    report = CheckReport(side=side, checks=checks, fingerprint=marks, suites=hashes)
    write_report(settings.target, report)
    data_docs.write_overview(settings, rules)
    return report
