"""Who was asked, who answered, who refused and who is silent: the table rpt_response, on the terminal."""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pathways.errors import PathwaysError
from pathways.outcome import read_report, report_file
from pathways.seed_files import SeedFileError, fingerprint, read_seed
from pathways.settings import Settings
from pathways.warehouse import cannot_open, open_build_file

if TYPE_CHECKING:
    import duckdb

COLUMNS = (
    "question_set_code",
    "authority_key",
    "authority_name",
    "outcome_code",
    "request_date",
    "response_date",
    "response_count",
    "early_help_process_text",
    "asked_figure_count",
    "reported_figure_count",
    "suppressed_figure_count",
    "published_elsewhere_figure_count",
    "refused_figure_count",
    "not_held_figure_count",
    "other_figure_count",
    "not_answered_figure_count",
)


@dataclass(frozen=True)
class Status:
    """One row a letter and council, as published.

    ``is_current`` is False where the seeds of answers changed since; ``unbuilt_count`` is how many responses
    among them the warehouse does not hold.
    """

    rows: list[dict[str, Any]]
    is_current: bool
    unbuilt_count: int = 0

    def counts(self) -> dict[str, Counter[str]]:
        """How many councils have each outcome, by letter."""
        counts: dict[str, Counter[str]] = {}
        for row in self.rows:
            counts.setdefault(row["question_set_code"], Counter())[row["outcome_code"]] += 1
        return counts


def foi_status(settings: Settings, question_set: str | None = None) -> Status:
    """Reads who answered from the published file; from the build file where nothing was published yet.

    Raises:
        PathwaysError: neither is there, it is in use, or it is of an older version.
    """
    import duckdb

    columns = ", ".join(
        f"authority.{name}" if name == "authority_name" else f"response.{name}" for name in COLUMNS
    )
    with _warehouse(settings) as (connection, file):
        try:
            found = connection.execute(
                f"select {columns} from marts.rpt_response as response "
                "inner join marts.dim_authority as authority using (authority_key) "
                "where ? is null or response.question_set_code = ? "
                "order by response.question_set_code, authority.authority_name, response.authority_key",
                [question_set, question_set],
            ).fetchall()
            sources = connection.execute("select source_key from marts.dim_source").fetchall()
        except (duckdb.CatalogException, duckdb.BinderException) as fault:
            raise PathwaysError(
                f"{settings.relative(file)} was made by an older version, or is not whole: run make build."
            ) from fault
    if question_set and not found:
        raise PathwaysError(f"Nobody was asked by the letter '{question_set}', or there is no such letter.")
    return Status(
        [dict(zip(COLUMNS, row, strict=True)) for row in found],
        _is_current(settings, file),
        len(_responses(settings) - {key.removeprefix("foi-") for (key,) in sources}),
    )


@contextmanager
def _warehouse(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """The file with the marts, opened to be read."""
    import duckdb

    if settings.published_file.is_file():
        try:
            connection = duckdb.connect(str(settings.published_file), read_only=True)
        except duckdb.Error as fault:
            raise cannot_open(settings.relative(settings.published_file), fault) from fault
        with connection:
            yield connection, settings.published_file
    elif settings.build_file.is_file():
        with open_build_file(settings) as connection:
            yield connection, settings.build_file
    else:
        raise PathwaysError("Nothing is published yet: run make build.")


def _responses(settings: Settings) -> set[str]:
    """The responses that stand in the seed; none where it cannot be read, which the door says."""
    try:
        table = read_seed((settings.seeds / "foi" / "foi_response.csv").read_bytes())
    except (OSError, SeedFileError):
        return set()
    if "response_id" not in table.header:
        return set()
    place = table.header.index("response_id")
    return {row.values[place] for row in table.rows}


def _is_current(settings: Settings, file: Path) -> bool:
    """Whether the seeds of answers are those that the file was made from."""
    report = read_report(settings.target, "door")
    if report is None:
        return True
    now = fingerprint(settings.seeds, settings.project)
    if any(report.fingerprint.get(path) != checksum for path, checksum in now.items() if "/foi/" in path):
        return False
    # the door saw them as they are: did a build go through since?
    made = file.stat().st_mtime
    return report_file(settings.target, "door").stat().st_mtime <= made or not any(
        path.stat().st_mtime > made for path in (settings.seeds / "foi").glob("*.csv")
    )


def as_text(status: Status, kind: str) -> str:
    """The rows as CSV or JSON."""
    if kind == ".json":
        return json.dumps(status.rows, ensure_ascii=False, indent=1, default=str) + "\n"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(status.rows)
    return text.getvalue()


def show_status(status: Status) -> None:
    """Prints a table, and one line a letter."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    for letter, counts in status.counts().items():
        total = sum(counts.values())
        parts = ", ".join(f"{number} {_words(outcome)}" for outcome, number in sorted(counts.items()))
        console.print(
            Text(f"{letter}: {total} council{'s' * (total != 1)} asked: {parts}.", style="bold"),
            soft_wrap=True,
        )
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column("Council", overflow="fold", min_width=20)
        table.add_column("Outcome", overflow="fold")
        table.add_column("Answered on", no_wrap=True)
        table.add_column("Counts", justify="right", no_wrap=True)
        table.add_column("The rest", overflow="fold")
        for row in status.rows:
            if row["question_set_code"] == letter:
                given = f"{row['reported_figure_count']} of {row['asked_figure_count']}"
                cells = (
                    row["authority_name"],
                    _words(row["outcome_code"]),
                    row["response_date"] or "-",
                    given,
                    _rest(row),
                )
                table.add_row(*(Text(str(cell)) for cell in cells))
        console.print(table)
    if status.unbuilt_count:
        which = "1 response is" if status.unbuilt_count == 1 else f"{status.unbuilt_count} responses are"
        console.print(Text(f"{which} accepted and not built yet: run make build.", style="yellow"))
    elif not status.is_current:
        console.print(Text("Answers were accepted since the last build: run make build.", style="yellow"))


def _words(code: str) -> str:
    return code.replace("_", " ")


def _rest(row: dict[str, Any]) -> str:
    """The figures that are no counts, by what they are."""
    counts = (
        (row[f"{name}_figure_count"], _words(name))
        for name in ("suppressed", "published_elsewhere", "refused", "not_held", "other", "not_answered")
    )
    return ", ".join(f"{count} {name}" for count, name in counts if count)
