"""The commands ``pathways census``: returns of the children in need census."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from pathways.errors import PathwaysError
from pathways.settings import Settings, load_settings
from pathways.terminal import plain_errors, say

if TYPE_CHECKING:
    from pathways.census.synthetic_faults import Fault

FAULTS_FILE = "cin_faults.csv"

EARLIER_TELLS = (
    "Five numbers or more should stay possible. The earlier answer tells it to a reader who supposes that "
    "what was kept back is unchanged, whatever is kept back in this one: show both to whoever decides on "
    "disclosure before you send this one, or leave the questions and periods named here out of it."
)
census_app = typer.Typer(help="Returns of the children in need (CIN) census.", no_args_is_help=True)


@census_app.callback()
def _census() -> None:
    """Returns of the children in need (CIN) census."""


@census_app.command("make")
def make_command(
    children: Annotated[int, typer.Option(help="Children of each council, in all years together.")] = 1000,
    councils: Annotated[int, typer.Option(help="Made-up councils; their codes are not DfE's.")] = 1,
    years: Annotated[
        str, typer.Option(help="Census years, such as 2022-2025 or 2025, or how many up to 2025.")
    ] = "2022-2025",
    seed: Annotated[int, typer.Option(help="Another number gives other children.")] = 1,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write to; exports/synthetic, else.", show_default=False)
    ] = None,
    packed: Annotated[bool, typer.Option("--gzip", help="Pack each return: .xml.gz.")] = False,
    with_faults: Annotated[
        float,
        typer.Option(help=f"Share of children, 0 to 1, in whom a rule is broken; {FAULTS_FILE} lists them."),
    ] = 0.0,
) -> None:
    """Write made-up, linked census returns, marked as synthetic: to try, test and measure with."""
    with plain_errors():
        from pathways.census.synthetic import MOST_CHILDREN, make_children, synthetic_codes

        settings = load_settings()
        span = _years(years)
        if not 1 <= children <= MOST_CHILDREN:
            _refuse(f"--children {children}: a number from 1 to {MOST_CHILDREN} was expected.")
        codes = synthetic_codes(_real_codes(settings))
        if not 1 <= councils <= len(codes):
            _refuse(f"--councils {councils}: a number from 1 to {len(codes)} was expected.")
        codes = codes[:councils]
        if not 0 <= with_faults <= 1:
            _refuse(f"--with-faults {with_faults:g}: a share from 0 to 1 was expected.")
        folder = settings.project / "exports" / "synthetic" if output is None else output
        _require_room(folder, codes, span, packed=packed, has_faults=with_faults > 0)
        folder.mkdir(parents=True, exist_ok=True)

        from pathways.census.returns_xml import write_returns
        from pathways.census.synthetic_faults import plant_faults
        from pathways.progress import counting

        size, referral_count = 0, 0
        with (
            counting("Writing, thousand children", children // 1000 * len(codes)) as tick,
            _noting(folder, with_faults > 0) as (note, noted),
        ):
            for code in codes:
                made = make_children(code, children, span, seed)
                if with_faults:
                    made = plant_faults(made, code, span, seed=seed, share=with_faults, note=note)
                told = partial(tick, f"council {code}")
                written = write_returns(made, folder, code, span, seed=seed, is_packed=packed, tick=told)
                referral_count += written.referral_count
                size += sum(path.stat().st_size for path in written.files)
        faults = f" {_count(noted[0], 'fault')} in {FAULTS_FILE}." if with_faults else ""
        where = settings.relative(folder.resolve())
        say(
            f"Written to {where}: {_count(len(codes) * len(span), 'return')} of "
            f"{_count(len(codes), 'council')}, {_count(children * len(codes), 'child', 'children')}, "
            f"{_count(referral_count, 'referral')}, {size / 1e6:,.1f} MB. All of it is synthetic.{faults}",
            "green",
        )


@census_app.command("answer")
def answer_command(
    question_set: Annotated[str, typer.Option(help="Letter, such as england_2025.")],
    council: Annotated[
        str | None, typer.Option(help="DfE code of the council, where returns of several are built.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write to; exports/answers, else.", show_default=False)
    ] = None,
    process: Annotated[
        bool | None,
        typer.Option(
            "--process/--no-process", help="Answer to the question on a process.", show_default=False
        ),
    ] = None,
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Day of the answer; today, else.")
    ] = None,
) -> None:
    """Write a council's answer to a letter, counted from its returns, in which no small count can be told."""
    with plain_errors():
        from pathways.census.answer import keep, make_answer, workbook
        from pathways.census.audit import Status
        from pathways.files import write_whole
        from pathways.foi.dictionary import seed_rows

        settings = load_settings()
        answer = make_answer(settings, question_set, council)
        names = {
            row["authority_code"]: row["authority_name"]
            for row in seed_rows(settings.seeds, "authority")
            if row["nation_code"] == "E"
        }
        name = names.get(answer.la_code, f"Council {answer.la_code}")
        day = on.date() if on else date.today()
        if day < answer.last_day:
            _refuse(
                f"--date {day}: the returns that were counted reach to {answer.last_day}, and an answer "
                "cannot be older than what it counts."
            )
        folder = settings.project / "exports" / "answers" if output is None else output
        stem = f"{answer.la_code}_{question_set}"
        content = workbook(settings, answer, council=name, on=day, has_process=process)
        # what is given out is kept first: a later answer must know of it
        keep(settings, answer)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / f"{stem}.xlsx", content)
            write_whole(folder / f"{stem}.csv", answer.as_csv().encode())
        except OSError as fault:
            raise PathwaysError(
                f"{folder}: the answer could not be written ({fault.strerror}). See that it is a folder with "
                "room in it, and run the command again."
            ) from fault
        shown = settings.relative(folder.resolve())
        say(
            f"Written to {shown}: {stem}.csv and {stem}.xlsx, {len(answer.texts):,} cells, "
            f"{answer.protected.count(Status.PRIMARY):,} of them small and kept back, "
            f"{answer.protected.count(Status.SECONDARY):,} more so that nobody works those out.",
            "green",
        )
        for finding in answer.protected.supposed:
            say(f"Warning: beside an earlier answer: {finding}.", "yellow", error=True)
        if answer.protected.supposed:
            say(EARLIER_TELLS, "yellow", error=True)
        if process is None:
            say("The question on a process is left to be filled in: say --process or --no-process.", "yellow")


@contextmanager
def _noting(folder: Path, has_faults: bool) -> Iterator[tuple[Callable[[Fault], None], list[int]]]:
    """What writes down each planted fault, and how many there are; the file is there whole or not at all."""
    noted = [0]
    if not has_faults:
        yield lambda fault: None, noted
        return
    draft = folder / f".{FAULTS_FILE}.draft"
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["la_code", "census_year", "la_child_id", "referral_date", "rule_code"])

            def note(fault: Fault) -> None:
                noted[0] += 1
                writer.writerow(astuple(fault))

            yield note, noted
        draft.replace(folder / FAULTS_FILE)
    finally:
        draft.unlink(missing_ok=True)


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _refuse(sentence: str) -> NoReturn:
    """Says what is wrong with an option, and ends as for every wrong option."""
    say(sentence, "bold red", error=True)
    raise typer.Exit(2)


def _years(text: str) -> range:
    """Census years from ``2022-2025``, ``2025`` or a count."""
    from pathways.census.return_file import FIRST_YEAR, LAST_YEAR
    from pathways.census.synthetic import NEWEST_YEAR

    parts = re.fullmatch(r"(\d{4})(?:-(\d{4}))?|(\d{1,2})", text.strip(), re.ASCII)
    if parts is not None:
        first, last, count = (int(part) if part else None for part in parts.groups())
        if first is None:
            span = range(NEWEST_YEAR - (count or 0) + 1, NEWEST_YEAR + 1)
        else:
            span = range(first, (last or first) + 1)
        if span and span[0] >= FIRST_YEAR and span[-1] <= LAST_YEAR:
            return span
    _refuse(
        f"--years '{text}': census years from {FIRST_YEAR} to {LAST_YEAR} such as 2022-2025, "
        f"or a count from 1 to {NEWEST_YEAR - FIRST_YEAR + 1}, were expected."
    )


def _real_codes(settings: Settings) -> list[str]:
    """DfE's codes of all councils, in use or not."""
    path = settings.seeds / "reference" / "authority.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row.get("dfe_la_code") or "" for row in csv.DictReader(file)]


def _require_room(folder: Path, codes: list[str], years: range, *, packed: bool, has_faults: bool) -> None:
    """Sees that no return of another run would stand beside those of this one, as if they were linked."""
    from pathways.census.returns_xml import return_name

    if not folder.exists():
        return
    if not folder.is_dir():
        _refuse(f"--output {folder}: a folder was expected, and a file is there.")
    ours = {return_name(code, year, packed) for code in codes for year in years}
    ours |= {FAULTS_FILE} if has_faults else set()
    others = sorted(path.name for path in folder.glob("cin_*") if path.name not in ours)
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        raise PathwaysError(
            f"{folder} has {others[0]}{more}, which this run would not write anew: take them away, or name "
            "another folder with --output."
        )
