"""Great Expectations by the pandas route, for the door and the window.

Suites are built in code, run on dataframes and rendered to HTML; nothing of them
is kept but the pages. Great Expectations takes seconds to import, so it is
imported inside the functions that need it.
"""

from __future__ import annotations

import hashlib
import logging
import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.data_docs import PAGES
from pathways.errors import PathwaysError
from pathways.outcome import PASSED, CheckOutcome, CheckReport, outcome_of
from pathways.rules import RuleBook, capped, sentence

if TYPE_CHECKING:
    import pandas as pd

ROW_LIMIT = 20
"""How many broken rows of one check are put into words."""

Describe = Callable[[Any, Sequence[str]], tuple[str, str]]
"""From a row's index and the columns of a check to its place and what was found there."""


@dataclass(frozen=True)
class Check:
    """One expectation and the rule that it stands for.

    ``expectation`` is the name of a Great Expectations class, ``arguments`` its
    arguments; ``columns`` are those whose values a broken row is shown with, and
    ``expected`` what should have stood there.
    ``condition`` limits the rows: a column, ``==`` or ``!=``, and a text.
    """

    check_name: str
    rule_code: str
    expectation: str
    arguments: dict[str, Any]
    columns: tuple[str, ...] = ()
    expected: str = ""
    condition: tuple[str, str, str] | None = None
    table_found: Callable[[], str] | None = None


@dataclass(frozen=True)
class Suite:
    """Checks over one frame.

    ``subject`` is the table that they are about, ``place`` where a person finds it;
    ``name`` tells the suite apart where a table has several.
    """

    subject: str
    place: str
    frame: pd.DataFrame
    checks: list[Check]
    describe: Describe
    name: str = ""


def quiet_great_expectations() -> Any:
    """Imports Great Expectations with analytics, warnings and log lines off."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    warnings.filterwarnings("ignore", module=r"great_expectations(\.|$)")
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    import great_expectations

    return great_expectations


def _context(gx: Any, site: Path) -> Any:
    """A context that lives in memory and writes one site of HTML pages."""
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        data_docs_sites={
            "pathways": {
                "class_name": "SiteBuilder",
                "show_how_to_buttons": False,
                "store_backend": {
                    "class_name": "TupleFilesystemStoreBackend",
                    "base_directory": str(site),
                },
                "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                "site_section_builders": {"expectations": "none", "profiling": "none"},
            }
        },
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    return gx.get_context(project_config=config, mode="ephemeral")


def _expectation(check: Check, rules: RuleBook) -> Any:
    from great_expectations import expectations as gxe
    from great_expectations.expectations.row_conditions import Column

    arguments = dict(check.arguments)
    if check.condition is not None:
        column, operator, value = check.condition
        arguments["row_condition"] = Column(column) == value if operator == "==" else Column(column) != value
    rule = rules[check.rule_code]
    return getattr(gxe, check.expectation)(
        **arguments,
        severity=rule.severity,
        notes=" ".join(part for part in (rule.statement, rule.remedy) if part),
        meta={
            "check_name": check.check_name,
            "rule_code": check.rule_code,
            "statement": rule.statement,
        },
    )


def _fault(result: Any) -> str:
    """Why an expectation could not be worked out at all; empty if it could."""
    info = result.exception_info or {}
    if info.get("raised_exception"):
        return str(info.get("exception_message"))
    for part in info.values():
        if isinstance(part, dict) and part.get("raised_exception"):
            return str(part.get("exception_message"))
    return ""


def _outcome(suite: Suite, check: Check, result: Any, rules: RuleBook) -> CheckOutcome:
    fault = _fault(result)
    if fault:
        raise PathwaysError(
            f"Great Expectations could not work out {check.check_name} on {suite.place}: {fault}"
        )
    rule = rules[check.rule_code]
    lines: list[str] = []
    count = 0
    if not result.success:
        indexes = result.result.get("unexpected_index_list")
        if indexes is None:
            found = check.table_found() if check.table_found else str(result.result)
            count = 1
            lines = [sentence(suite.place, found, rule)]
        else:
            count = len(indexes)
            spots = [suite.describe(index, check.columns) for index in indexes[:ROW_LIMIT]]
            wanted = f" where {check.expected} was expected" if check.expected else ""
            lines = [sentence(place, found + wanted, rule) for place, found in spots]
            lines = capped(lines, count, ROW_LIMIT)
    return CheckOutcome(
        check_name=check.check_name,
        rule_code=check.rule_code,
        engine="great_expectations",
        subject=suite.subject,
        severity=rule.severity,
        outcome=outcome_of(bool(result.success), rule.severity),
        failed_row_count=count,
        sentences=lines,
    )


def suite_name(side: str, suite: Suite) -> str:
    """The suite's name on its page: the side and the table, or the suite's own name."""
    return f"{side} {suite.name or suite.subject}"


def _run(context: Any, gx: Any, side: str, suite: Suite, rules: RuleBook) -> list[CheckOutcome]:
    from great_expectations.core.run_identifier import RunIdentifier

    name = suite_name(side, suite)
    batch = (
        context.data_sources.add_pandas(name)
        .add_dataframe_asset(suite.subject)
        .add_batch_definition_whole_dataframe("all rows")
    )
    expectations = [_expectation(check, rules) for check in suite.checks]
    ge_suite = context.suites.add(gx.ExpectationSuite(name=name, expectations=expectations))
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=name, data=batch, suite=ge_suite)
    )
    validation = definition.run(
        batch_parameters={"dataframe": suite.frame},
        result_format={"result_format": "COMPLETE"},
        run_id=RunIdentifier(run_name=side),
    )
    results = {result.expectation_config.meta["check_name"]: result for result in validation.results}
    return [_outcome(suite, check, results[check.check_name], rules) for check in suite.checks]


@cache
def _code_hash() -> str:
    """Of what decides what a check finds and how its page looks: this package and its engine."""
    engines = ("great-expectations", "pandas")
    digest = hashlib.sha256(" ".join(version(name) for name in engines).encode())
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def suite_hash(suite: Suite, rules: RuleBook) -> str:
    """The sha256 of all that decides what a suite finds: its rows, its checks, their rules, the code."""
    import pyarrow as pa

    table = pa.Table.from_pandas(suite.frame)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    digest = hashlib.sha256(sink.getvalue())
    for check in suite.checks:
        stated = replace(check, table_found=None)
        digest.update(f"{stated} {rules[check.rule_code]}".encode())
    digest.update(f"{suite.subject} {suite.place} {_code_hash()}".encode())
    return digest.hexdigest()


def kept_outcomes(
    report: CheckReport, side: str, suites: Sequence[Suite], hashes: Mapping[str, str], docs: Path
) -> dict[str, list[CheckOutcome]]:
    """What the last report says of the suites that passed whole then, are as they were, and have their page.

    Args:
        report: The last report of the side.
        side: Door or window.
        suites: All suites as they are now.
        hashes: Their :func:`suite_hash` by name.
        docs: Folder of all pages.
    """
    known = {check.check_name: check for check in report.checks}
    kept = {}
    for suite in suites:
        name = suite_name(side, suite)
        outcomes = [known[check.check_name] for check in suite.checks if check.check_name in known]
        is_same = report.suites.get(name) == hashes[name] and len(outcomes) == len(suite.checks)
        if is_same and all(one.outcome == PASSED and (docs / one.page).is_file() for one in outcomes):
            kept[name] = outcomes
    return kept


def run_suites(
    side: str, suites: Sequence[Suite], site: Path, rules: RuleBook
) -> tuple[list[CheckOutcome], dict[str, str]]:
    """Runs the suites and writes their pages into the empty folder ``site``.

    Returns:
        The outcomes in the order of the suites and their checks; and for each
        check's name the path of its page within ``site``.

    Raises:
        PathwaysError: an expectation that could not be worked out.
    """
    gx = quiet_great_expectations()
    context = _context(gx, site)
    outcomes: list[CheckOutcome] = []
    try:
        for suite in suites:
            outcomes.extend(_run(context, gx, side, suite, rules))
    finally:
        context.build_data_docs()
    pages = {}
    for suite in suites:
        found = sorted((site / PAGES / suite_name(side, suite)).rglob("*.html"))
        if found:
            page = found[-1].relative_to(site).as_posix()
            pages.update({check.check_name: page for check in suite.checks})
    return outcomes, pages
