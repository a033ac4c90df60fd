"""The console command ``pathways``."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from pathways.arrivals import LandOptions
from pathways.census_cli import census_app
from pathways.fetch_cli import fetch_app
from pathways.foi_cli import foi_app
from pathways.outcome import CheckReport
from pathways.settings import Settings, load_settings
from pathways.terminal import plain_errors, say

app = typer.Typer(
    name="pathways",
    help="The early help pathway warehouse: check, build and publish it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
check_app = typer.Typer(help="Check what comes in and what goes out.", no_args_is_help=True)
app.add_typer(check_app, name="check")
app.add_typer(fetch_app, name="fetch")
app.add_typer(foi_app, name="foi")
app.add_typer(census_app, name="census")


def report_lines(report: CheckReport) -> list[tuple[str, str]]:
    """A report as lines with a style: broken rows first, a count last."""
    lines: list[tuple[str, str]] = []
    for check, style in (
        *((check, "red") for check in report.failures),
        *((check, "yellow") for check in report.warnings),
    ):
        lines.extend((line, style) for line in check.sentences)
    failed, warned = len(report.failures), len(report.warnings)
    if failed:
        counts = f"{failed} of {len(report.checks)} checks failed"
    else:
        counts = f"{len(report.checks) - warned} of {len(report.checks)} checks passed"
    counts += f", {warned} warned" if warned else ""
    lines.append((f"The {report.side}: {counts}.", "red" if failed else "green"))
    return lines


def show_report(settings: Settings, report: CheckReport) -> None:
    """Prints a report and says where its pages are."""
    for line, style in report_lines(report):
        say(line, style, error=style == "red")
    say(f"Data Docs: {settings.relative(settings.data_docs / 'index.html')}")


def _check(work: Callable[[Settings], CheckReport]) -> None:
    with plain_errors():
        settings = load_settings()
        report = work(settings)
        show_report(settings, report)
        if not report.passed:
            raise typer.Exit(1)


@check_app.command("door")
def check_door_command() -> None:
    """Check every seed file as it came in, before any model is built."""
    from pathways.door import check_door

    _check(check_door)


@check_app.command("window")
def check_window_command() -> None:
    """Check every table of the schema marts in the build file, before it is published."""
    from pathways.window import check_window

    _check(check_window)


@app.command("land")
def land_command(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Data files (.csv, .csv.gz), archives (.zip), census returns (.xml, .xml.gz) or folders."
        ),
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Hold them against DfE's rules for a file about to be published.")
    ] = False,
    release: Annotated[
        str | None, typer.Option(help="Release they belong to, such as 2025; else taken from their years.")
    ] = None,
    data_set: Annotated[
        str | None, typer.Option(help="Data set they belong to, such as c1; else recognised by their names.")
    ] = None,
    amend: Annotated[
        bool, typer.Option("--amend", help="Take them for corrections of releases landed before.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check only; land nothing.")] = False,
    details: Annotated[bool, typer.Option("--details", help="Say warnings and advisories in full.")] = False,
    council: Annotated[
        str | None, typer.Option(help="DfE code of the council, for census returns without a header.")
    ] = None,
    census_year: Annotated[
        int | None, typer.Option(help="Census year, for census returns without a header.")
    ] = None,
) -> None:
    """Check DfE's published files and councils' census returns, and land them for the next build.

    What cannot be landed is refused with every reason. Census returns are personal data: they are kept in the
    landing area alone, in files that only their owner can read.
    """
    with plain_errors():
        from pathways.arrivals import land_all

        passed = land_all(
            load_settings(),
            paths,
            LandOptions(strict, amend, dry_run, details, release, data_set, council, census_year),
            lambda text, style: say(text, style, error=style in ("red", "bold red")),
        )
        if not passed:
            raise typer.Exit(1)


@app.command("unland")
def unland_command(
    data_set: Annotated[str, typer.Argument(help="Data set, such as c1; census for a census return.")],
    release: Annotated[
        str, typer.Argument(help="Release, such as 2025; council and year of a return, such as 990_2024.")
    ],
) -> None:
    """Take a release out of the landing area again, as if it had not been landed."""
    with plain_errors():
        if data_set == "census":
            from pathways.census.landing import unland_return

            gone = unland_return(load_settings(), release)
            say(f"Taken out: {gone.file_name}, the return of {gone.la_code} for {gone.census_year}.")
            return
        from pathways.landing import unland

        for row in unland(load_settings(), data_set, release):
            say(f"Taken out: {row.file_name}, release {row.release_code} of {row.data_set_code}.")


class Bench(StrEnum):
    """What can be measured."""

    LANDING = "landing"
    ANSWERS = "answers"
    RETURNS = "returns"
    REFERRALS = "referrals"
    BUILD = "build"
    RATES = "rates"
    REPORT = "report"


@app.command("bench")
def bench_command(
    releases: Annotated[
        list[Path],
        typer.Argument(
            help="Folders with the data files of DfE's releases; the first one's landing is timed."
        ),
    ],
    rounds: Annotated[int, typer.Option(min=1, help="How often each contender takes its turn.")] = 7,
    answers: Annotated[
        Path | None, typer.Option(help="A folder of councils' answers; made ones are read, else.")
    ] = None,
    only: Annotated[
        list[Bench] | None, typer.Option(help="Measure this part alone; can be repeated.")
    ] = None,
    write: Annotated[
        Path | None, typer.Option(help="Page whose sections are written anew, and whose ratios count.")
    ] = None,
) -> None:
    """Measure against the floor and what people use instead; exit code 1 if a stated ratio got worse."""
    with plain_errors():
        from pathways.bench import bench
        from pathways.bench_build import bench_build
        from pathways.bench_page import merged, regressions
        from pathways.bench_rates import bench_rates
        from pathways.census.bench import bench_returns
        from pathways.census.bench_referrals import bench_referrals
        from pathways.foi.bench import bench_answers
        from pathways.report.bench import bench_report

        settings = load_settings()
        benches: dict[Bench, Callable[[], list[str]]] = {
            Bench.LANDING: lambda: bench(settings, releases[0], rounds),
            Bench.ANSWERS: lambda: bench_answers(settings, answers, rounds),
            Bench.RETURNS: lambda: bench_returns(settings, rounds),
            Bench.REFERRALS: lambda: bench_referrals(settings),
            Bench.BUILD: lambda: bench_build(settings, releases),
            Bench.RATES: lambda: bench_rates(settings),
            Bench.REPORT: lambda: bench_report(settings),
        }
        before = write.read_text(encoding="utf-8") if write is not None and write.is_file() else ""
        worse: list[str] = []
        for name in only or list(Bench):
            measured = "\n".join(benches[name]())
            say(measured)
            worse += regressions(before, measured)
            if write is not None:
                now = write.read_text(encoding="utf-8") if write.is_file() else ""
                write.write_text(merged(now, measured), encoding="utf-8")
        for line in worse:
            say(line, "yellow", error=True)
        if worse:
            raise typer.Exit(1)


@app.command("build-spark", context_settings={"ignore_unknown_options": True})
def build_spark_command(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Options of `dbt build`, such as --select fct_pathway.")
    ] = None,
) -> None:
    """Build and test the same models on local Apache Spark, beside the build file."""
    with plain_errors():
        from pathways.parity import build_on_spark

        raise typer.Exit(build_on_spark(load_settings(), arguments or []))


@app.command("parity")
def parity_command(
    releases: Annotated[
        list[Path] | None, typer.Argument(help="Folders with the data files of DfE's releases.")
    ] = None,
    children: Annotated[
        int, typer.Option(min=0, help="Made-up children of each of two councils whose returns are landed.")
    ] = 2000,
) -> None:
    """Build the same data on DuckDB and on Spark, and hold every mart of the two against each other."""
    with plain_errors():
        from pathways.parity import parity

        compared = parity(load_settings(), releases or [], children, say)
        for mart in compared:
            cells = mart.row_count * mart.column_count
            say(f"{mart.mart.title}: {mart.row_count:,} rows, {cells:,} cells")
        differences = [line for mart in compared for line in mart.differences]
        for line in differences:
            say(line, "red", error=True)
        cells = sum(mart.row_count * mart.column_count for mart in compared)
        if differences:
            say(f"DuckDB and Spark differ in {len(differences)} places.", "red", error=True)
            raise typer.Exit(1)
        say(f"The same on DuckDB and Spark: {len(compared)} marts, {cells:,} cells.", "green")


@app.command("faults")
def faults_command(
    kills: Annotated[int, typer.Option(min=0, help="Builds that are killed, each at a random moment.")] = 50,
    seed: Annotated[int, typer.Option(help="Another number gives other moments.")] = 1,
) -> None:
    """Kill builds, fill their disk, hold their files: see that nothing published is ever lost."""
    with plain_errors():
        from pathways.faults import try_faults

        account = try_faults(load_settings(), kills, seed, say)
        for trial, count in account.tried.items():
            say(f"{trial}: {count} tried")
        for line in account.lost:
            say(line, "red", error=True)
        if account.lost:
            say(f"Lost: {len(account.lost)} times.", "red", error=True)
            raise typer.Exit(1)
        say("Nothing was lost.", "green")


@app.command("publish")
def publish_command() -> None:
    """Publish the marts of the last good build as one file, in one step."""
    with plain_errors():
        from pathways.build import export
        from pathways.publish import publish

        settings = load_settings()
        published = publish(settings)
        rows = sum(published.row_counts.values())
        say(
            f"Published {settings.relative(published.file)}: {len(published.row_counts)} tables, "
            f"{rows:,} rows.",
            "bold green",
        )
        export(settings, say)


@app.command("report")
def report_command() -> None:
    """Write the report on the published figures: a page a council and measure, for any browser."""
    with plain_errors():
        from pathways.report.site import write_report

        settings = load_settings()
        written = write_report(settings)
        say(
            f"Written {settings.relative(written.home)}: {written.page_count} pages, "
            f"{written.figure_count} charts.",
            "bold green",
        )


@app.command("docs")
def docs_command() -> None:
    """Write dbt's documentation and the report, and list all pages and files on one start page."""
    with plain_errors():
        from pathways.report.dbt_docs import write_dbt_docs
        from pathways.report.site import write_report

        settings = load_settings()
        write_dbt_docs(settings)
        write_report(settings)
        say(f"Open {settings.relative(settings.exports / 'index.html')}", "bold green")


@app.command("build")
def build_command() -> None:
    """Check what came in, build with dbt, check what goes out, and publish it."""
    with plain_errors():
        from pathways.build import build

        build(load_settings(), say)
