"""Landing census returns: each whole or not at all, and never a word of a child on the terminal."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pathways.census.area import LandedReturn, ReturnArea, return_area, return_key
from pathways.census.return_file import Header, Rows, read_return
from pathways.census.tables import CHILD, REFERRAL, SET_ASIDE
from pathways.errors import PathwaysError
from pathways.files import keep_to_owner
from pathways.rules import RuleBook, load_rules
from pathways.settings import Settings

Say = Callable[[str, str | None], None]
LINES_NAMED = 5
"""Lines that are named of each rule; the others are counted."""
_LINE, _IDENTIFIER = (CHILD.columns.index(name) for name in ("line_number", "la_child_id"))


@dataclass(frozen=True)
class _Options:
    """What the user says of the returns to land; see `land_returns`."""

    la_code: str | None
    census_year: int | None
    amend: bool
    dry_run: bool
    is_inbox: bool


@dataclass
class Asides:
    """How often something was set aside, and on which lines, by rule and element; who has no identifier."""

    lines: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    unidentified: list[int] = field(default_factory=list)

    def add(self, rows: Rows) -> None:
        """Counts the rows of some children."""
        for rule, element, line, _, _ in rows.lists[SET_ASIDE.name]:
            self.lines[rule, element].append(line or 0)
        self.unidentified.extend(
            row[_LINE] or 0 for row in rows.lists[CHILD.name] if row[_IDENTIFIER] is None
        )

    def sentences(self, rules: RuleBook) -> Iterable[str]:
        """One sentence for each rule and element: where, how often, what it means."""
        for (rule, element), lines in sorted(self.lines.items()):
            yield (
                f"  set aside: {element}, {_named(lines)}. "
                f"{rules[rule].statement} {rules[rule].remedy} [{rule}]"
            )
        if count := len(self.unidentified):
            who = "1 child has no LAchildID" if count == 1 else f"{count:,} children have no LAchildID"
            yield (
                f"  {who}, {_named(self.unidentified)} (rule 8500). Each counts as a child of its own in "
                "every return: a case of theirs in two years' files is there twice, and who comes back in "
                "another year is not seen. Give them their identifier and land the return again (--amend)."
            )


def _named(found: Sequence[int]) -> str:
    # a file without line breaks has all of it in one
    lines = list(dict.fromkeys(found))
    named = ", ".join(str(line) for line in lines[:LINES_NAMED])
    more = len(lines) - LINES_NAMED
    tail = f" and {more:,} more" if more > 0 else ""
    return f"line{'s' if len(lines) > 1 else ''} {named}{tail}"


def land_returns(
    settings: Settings,
    paths: Sequence[Path],
    *,
    amend: bool = False,
    dry_run: bool = False,
    la_code: str | None = None,
    census_year: int | None = None,
    is_inbox: bool = False,
    say: Say,
    tick: Callable[[str], None] = lambda place: None,
) -> bool:
    """Lands census returns as Parquet tables for the next build.

    Args:
        settings: The project's folders.
        paths: Returns, XML or packed by gzip.
        amend: Take a return for a correction of one that is landed for the same council and year.
        dry_run: Read only, and land nothing.
        la_code: DfE code of the council, for returns without a header.
        census_year: Census year, for returns without a header.
        is_inbox: They lie in the inbox, and nobody named them: what was amended or taken out stays out.
        say: Prints one line in a style.
        tick: Is told what is being read.

    Returns:
        Whether every return was landed or is known already.

    Raises:
        PathwaysError: the area is in use or damaged, or the disk is full.
    """
    rules = load_rules(settings.seeds)
    options = _Options(la_code, census_year, amend, dry_run, is_inbox)
    passed = True
    # an older build file, from before there was anything personal in it
    keep_to_owner(settings.build_file)
    with return_area(settings) as area:
        for path in paths:
            try:
                _land_one(settings, area, path, options, rules, say, tick)
            except PathwaysError as fault:
                say(f"Refused {fault}", "bold red")
                passed = False
    return passed


def _unwritten(settings: Settings, area: ReturnArea, path: Path, fault: OSError) -> PathwaysError:
    return PathwaysError(
        f"{settings.relative(area.folder)}: {path.name} could not be written "
        f"({os.strerror(fault.errno or 0)}). See that there is room on the disk and that you may write "
        "there, and run the command again."
    )


def unland_return(settings: Settings, name: str) -> LandedReturn:
    """Takes a return out of the landing area again.

    Args:
        settings: The project's folders.
        name: Council and census year, such as 990_2024.

    Raises:
        PathwaysError: no such return is landed.
    """
    with return_area(settings) as area:
        for row in area.landed:
            if f"{row.la_code}_{row.census_year}" == name:
                area.remove(row)
                return row
        have = ", ".join(f"{row.la_code}_{row.census_year}" for row in area.landed) or "nothing"
        raise PathwaysError(f"The return {name} is not landed. What is: {have}.")


def _sha256(path: Path) -> str:
    if not path.is_file():
        raise PathwaysError(f"{path.name}: it cannot be read: there is no such file, or it is none.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as fault:
        raise PathwaysError(f"{path.name}: it cannot be read ({fault.strerror}).") from fault


def _land_one(
    settings: Settings,
    area: ReturnArea,
    path: Path,
    options: _Options,
    rules: RuleBook,
    say: Say,
    tick: Callable[[str], None],
) -> None:
    place = settings.relative(path.resolve())
    tick(place)
    sha256 = _sha256(path)
    if path.resolve().is_relative_to(settings.landing):
        # dropped into the inbox: personal data from here on
        keep_to_owner(path)
    twin = area.known(sha256)
    if twin is not None and not options.dry_run:
        say(f"Known already: {place} is the return of {twin.la_code} for {twin.census_year}.", None)
        return
    if options.is_inbox and (gone := area.gone.get(sha256)) is not None:
        amend = "--amend " if area.of(gone.la_code, int(gone.census_year)) else ""
        say(
            f"Left out: {place} was the return of {gone.la_code} for {gone.census_year}, and was "
            f"{gone.reason} since. Move the file out of the inbox; to land it again: "
            f"pathways land {amend}{place}.",
            "yellow",
        )
        return
    writer = area.draft(sha256)
    asides = Asides()

    def flush(header: Header, rows: Rows) -> None:
        earlier = area.of(header.la_code, header.census_year)
        if earlier is not None and not (options.amend or options.dry_run):
            raise PathwaysError(
                f"{path.name}: a return of {header.la_code} for {header.census_year} is landed already, from "
                f"{earlier.file_name}, with another content. Nothing was landed from it: if it corrects that "
                f"one, run pathways land --amend {place}"
            )
        if mixed := next(
            (
                one
                for one in area.landed
                if one.la_code == header.la_code and one.is_synthetic != header.is_synthetic
            ),
            None,
        ):
            raise PathwaysError(
                f"{path.name}: made-up and real returns of {header.la_code} would stand side by side; "
                f"{mixed.file_name} is landed already. Nothing was landed from it: take the others out first "
                "(pathways unland census COUNCIL_YEAR)."
            )
        asides.add(rows)
        try:
            writer.flush(header, rows)
        except OSError as fault:
            raise _unwritten(settings, area, path, fault) from fault

    try:
        header, counts = read_return(
            path,
            la_code=options.la_code,
            census_year=options.census_year,
            flush=flush,
            tick=lambda count: tick(f"{place}, {count:,} children"),
        )
        row = LandedReturn(
            return_key(header, sha256),
            header.la_code,
            header.census_year,
            header.reference_date.isoformat(),
            sha256,
            path.name,
            counts[CHILD.name],
            counts[REFERRAL.name],
            counts[SET_ASIDE.name],
            header.is_synthetic,
            header.software_code,
            datetime.now(UTC).isoformat(timespec="seconds"),
        )
        if not options.dry_run:
            area.add(writer, row)
    except OSError as fault:
        raise _unwritten(settings, area, path, fault) from fault
    finally:
        shutil.rmtree(writer.folder, ignore_errors=True)
    made_up = ", made up" if row.is_synthetic else ""
    say(
        f"{'Read' if options.dry_run else 'Landed'} {place}: the return of {row.la_code} for "
        f"{row.census_year}{made_up}, {row.child_count:,} children, {row.referral_count:,} referrals, "
        f"{row.set_aside_count:,} set aside.",
        "green",
    )
    for line in (*_doubts(header), *asides.sentences(rules)):
        say(line, "yellow")


def _doubts(header: Header) -> Iterable[str]:
    """What in a header is not as it should be, and how it was taken."""
    if header.written_year not in (None, header.census_year):
        yield (
            f"  the header says {header.written_year} and the reference date {header.reference_date}: taken "
            f"for the return of {header.census_year}. If it is not, take it out (pathways unland census "
            f"{header.la_code}_{header.census_year}), correct the header, and land it again."
        )
    if (header.reference_date.month, header.reference_date.day) != (3, 31):
        yield (
            f"  the reference date is {header.reference_date}, not 31 March (rule 100): taken for the day up "
            "to which the return speaks."
        )
