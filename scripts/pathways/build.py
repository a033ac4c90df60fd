"""The whole way: door, dbt build, window, publish, and a short account of it."""

from __future__ import annotations

from collections.abc import Callable

from pathways.census.changed import changed_councils, inputs_hash, keep_built, setting
from pathways.census.kept import require_whole
from pathways.dbt_run import (
    WITHOUT_UNIT_TESTS,
    DbtRun,
    dbt_ahead,
    failure_sentences,
    read_run,
    rule_code,
    test_sentences,
)
from pathways.door import check_door
from pathways.errors import PathwaysError
from pathways.files import only_one
from pathways.outcome import CheckReport
from pathways.publish import Published, publish
from pathways.report.index import REPORT, is_stale
from pathways.rules import RuleBook, load_rules
from pathways.settings import Settings
from pathways.unit_tests import keep_passed, passed_before
from pathways.warehouse import require_build_file_free, table_names

_FULL = "No space left on device"
WARNED_ROW_LIMIT = 5
"""How many rows of a warning are put into words; its table holds them all."""

INBOX = "inbox"
"""Folder of the landing area into which files are dropped for the next build."""

Say = Callable[[str, str | None], None]


def _dbt_failed(settings: Settings, before: str, code: int, rules: RuleBook) -> PathwaysError:
    run = read_run(settings)
    end = "Nothing is published; the last published file is as it was."
    if run is None or run.invocation_id == before:
        return PathwaysError(
            f"dbt stopped before it built anything (exit code {code}); its message stands above. {end}"
        )
    if any(_FULL in result.message for result in run.broken):
        place = settings.relative(settings.warehouse)
        return PathwaysError(
            f"The disk is full: {place} needs room. Make some and run the command again. {end}"
        )
    lines = failure_sentences(settings, run, rules)
    for result in run.warned:
        lines.extend(
            f"Warning: {line}" if number == 0 else line
            for number, line in enumerate(test_sentences(settings, run, result, rules, WARNED_ROW_LIMIT))
        )
    if not lines:
        lines = [f"dbt ended with exit code {code}; its message stands above."]
    return PathwaysError("\n".join([*lines, end]))


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def summary(settings: Settings, published: Published, run: DbtRun) -> list[tuple[str, str | None]]:
    """The closing lines of a build, each with a style.

    The published file, its sources, its figures by status, and each warning with
    its count and the table in which its rows are.
    """
    import duckdb

    place = settings.relative(published.file)
    size = published.file.stat().st_size / 1024
    tables = _counted(len(published.row_counts), "table")
    lines: list[tuple[str, str | None]] = [(f"Published {place}: {tables}, {size:,.0f} KiB.", "bold green")]
    with duckdb.connect(str(published.file), read_only=True) as connection:
        names = table_names(connection)
        if "dim_source" in names:
            row = connection.execute("select count(*) from marts.dim_source").fetchone()
            lines.append((f"Sources: {row[0] if row else 0:,}.", None))
        if "fct_pathway_figure" in names:
            found = connection.execute(
                "select status_code, count(*) from marts.fct_pathway_figure "
                "group by status_code order by count(*) desc, status_code"
            ).fetchall()
            words = ", ".join(f"{count:,} {status}" for status, count in found)
            lines.append((f"Figures in marts.fct_pathway_figure: {words}.", None))
    rules = load_rules(settings.seeds)
    for result in run.warned:
        where = (result.relation_name or "").replace('"', "").removeprefix("build.")
        statement = rules[rule_code(result.node)].statement
        lines.append(
            (
                f"Warning, {_counted(result.failures, 'row')}: {statement} "
                f"Look at {where or result.name} in {settings.relative(settings.build_file)}.",
                "yellow",
            )
        )
        rows = test_sentences(settings, run, result, rules, WARNED_ROW_LIMIT)[1:]
        lines.extend((row, "yellow") for row in rows)
    for check in published.window.warnings:
        lines.extend((f"Warning: {line}", "yellow") for line in check.sentences)
    lines.append((f"Data Docs: {settings.relative(settings.data_docs / 'index.html')}", None))
    return lines


def export(settings: Settings, say: Say) -> None:
    """Writes the files for people, and says where they are and whether the report shows older figures.

    Raises:
        PathwaysError: they could not be written.
    """
    from pathways.export.write import write_exports

    write_exports(settings)
    say(f"For people: {settings.relative(settings.exports / 'index.html')}", None)
    if is_stale(settings):
        report = settings.relative(settings.exports / REPORT)
        say(f"{report} shows the figures of before; `pathways report` writes it anew.", "yellow")


def _require_door(door: CheckReport) -> None:
    if door.passed:
        return
    lines = [line for check in door.failures for line in check.sentences]
    raise PathwaysError(
        "\n".join(
            [
                *lines,
                f"The door: {len(door.failures)} of {len(door.checks)} checks failed. "
                "Nothing is built; the last published file is as it was.",
            ]
        )
    )


def land_inbox(settings: Settings, say: Say) -> None:
    """Lands what has been dropped into the folder ``inbox`` of the landing area, if anything has.

    Raises:
        PathwaysError: a file in it was refused.
    """
    inbox = settings.landing / INBOX
    if not inbox.is_dir() or not any(inbox.iterdir()):
        return
    from pathways.arrivals import LandOptions, land_all

    if not land_all(settings, [inbox], LandOptions(is_inbox=True), say):
        raise PathwaysError(
            f"Files in {settings.relative(inbox)} were refused, for the reasons above. Mend them or "
            "take them out. Nothing is built; the last published file is as it was."
        )


def build(settings: Settings, say: Say) -> Published:
    """Lands what is there, checks, builds, checks again and publishes.

    ``say`` prints one line in a style. The last published file stays as it was
    unless everything went well.

    Raises:
        PathwaysError: another build is at work, the build file is in use, or the landing, a kept answer, the
            door, dbt, the window or the publishing refused, or the files for people could not be written; the
            message holds each broken row in plain words.
    """
    settings.target.mkdir(parents=True, exist_ok=True)
    with only_one(settings.target, f"Another build is writing to {settings.relative(settings.target)}."):
        return _build(settings, say)


def _build(settings: Settings, say: Say) -> Published:
    require_build_file_free(settings)
    before = read_run(settings)
    with dbt_ahead(settings) as run_dbt:
        land_inbox(settings, say)
        require_whole(settings)
        door = check_door(settings)
        _require_door(door)
        passed = len(door.checks) - len(door.warnings)
        say(f"The door: {_counted(passed, 'check')} passed.", "green")
        for check in door.warnings:
            for line in check.sentences:
                say(f"Warning: {line}", "yellow")
        # the door takes seconds, in which somebody may have opened it
        require_build_file_free(settings)
        is_tested = bool(passed_before(settings))
        less = ["--exclude-resource-type", *WITHOUT_UNIT_TESTS] if is_tested else []
        inputs = inputs_hash(settings)
        councils = changed_councils(settings, inputs)
        if councils:
            say(f"Census returns changed: {_counted(len(councils), 'council')}, {', '.join(councils)}.", None)
        code = run_dbt(["--log-level-file", "info", "build", *less], setting(councils))
    if code != 0:
        rules = load_rules(settings.seeds)
        raise _dbt_failed(settings, before.invocation_id if before else "", code, rules)
    run = read_run(settings)
    if run is not None:
        keep_built(settings, run.invocation_id, inputs)
    if run is not None and not is_tested:
        keep_passed(settings, [result.unique_id for result in run.results if result.kind == "unit_test"])
    published = publish(settings)
    if run is not None:
        for line, style in summary(settings, published, run):
            say(line, style)
    export(settings, say)
    return published
