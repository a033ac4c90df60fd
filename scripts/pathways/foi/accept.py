"""From reviewed proposals to rows of seeds/foi: whole or not at all, and never twice."""

from __future__ import annotations

import csv
import io
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pathways.errors import PathwaysError
from pathways.foi.dictionary import load_dictionary
from pathways.foi.layout import Fact
from pathways.foi.marks import mark_text
from pathways.foi.periods import Period, calendar_year, financial_year
from pathways.foi.proposal import (
    AGES_ABOVE_ALL,
    NO_KNOWN_MARK,
    PART_ABOVE_WHOLE,
    Proposal,
    ProposedCell,
)
from pathways.seed_files import SeedFileError, read_seed
from pathways.settings import Settings

NOT_NAMED = "Council not named in the answer"


@dataclass
class Accepted:
    """What came of one proposal. ``outcome`` is accepted, completed or known."""

    proposal: Proposal
    response_id: str
    outcome: str
    cell_count: int = 0
    left_count: int = 0
    supersedes: str = ""
    silent_count: int = 0
    """Figures that the letter asks for and of which no cell was found."""


@dataclass
class _Seed:
    """A seed file as it stands, with rows to add."""

    path: Path
    header: list[str]
    rows: list[dict[str, str]]
    text: str
    added: list[dict[str, str]] = field(default_factory=list)
    is_rewritten: bool = False

    @classmethod
    def load(cls, path: Path) -> _Seed:
        try:
            content = path.read_bytes()
            table = read_seed(content)
        except SeedFileError as fault:
            raise PathwaysError(f"{path.name}, {fault}. Mend it first: run 'pathways check door'.") from fault
        header = list(table.header)
        rows = [dict(zip(header, row.values, strict=True)) for row in table.rows]
        return cls(path, header, rows, content.decode("utf-8"))

    def add(self, **values: object) -> None:
        """Adds a row; columns not named are blank."""
        row = {name: _spelled(values.get(name)) for name in self.header}
        self.rows.append(row)
        self.added.append(row)

    def content(self) -> str:
        """The file as it is to be: rows added at its end, the rest as it stood."""
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, self.header, lineterminator="\n")
        if self.is_rewritten:
            writer.writeheader()
            writer.writerows(self.rows)
            return text.getvalue()
        writer.writerows(self.added)
        before = self.text if self.text.endswith("\n") or not self.text else self.text + "\n"
        return before + text.getvalue()

    @property
    def is_changed(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.added) or self.is_rewritten


def _spelled(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


class Seeds:
    """The seeds that an answer goes into, written together or not at all."""

    NAMES = (
        ("response", "foi/foi_response.csv"),
        ("cell", "foi/foi_cell.csv"),
        ("mark", "foi/foi_mark.csv"),
        ("note", "foi/foi_note.csv"),
        ("period", "reference/period.csv"),
    )

    def __init__(self, settings: Settings) -> None:
        loaded = {name: _Seed.load(settings.seeds / path) for name, path in self.NAMES}
        self.response, self.cell = loaded["response"], loaded["cell"]
        self.mark, self.note, self.period = loaded["mark"], loaded["note"], loaded["period"]
        self.all = list(loaded.values())
        self.letters = load_dictionary(settings.seeds)

    def write(self) -> list[Path]:
        """Writes what has changed, all files or none; returns the files."""
        changed = [seed for seed in self.all if seed.is_changed]
        ready: list[tuple[_Seed, Path]] = []
        replaced: list[_Seed] = []
        try:
            for seed in changed:
                handle, name = tempfile.mkstemp(prefix=f".{seed.path.name}.", dir=seed.path.parent)
                ready.append((seed, Path(name)))
                with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                    file.write(seed.content())
                Path(name).chmod(seed.path.stat().st_mode & 0o777)
            for seed, path in ready:
                path.replace(seed.path)
                replaced.append(seed)
        except BaseException:
            for seed in replaced:
                seed.path.write_text(seed.text, encoding="utf-8", newline="")
            raise
        finally:
            for _, path in ready:
                path.unlink(missing_ok=True)
        return [seed.path for seed in changed]


def accept(
    settings: Settings, proposals: Sequence[Proposal], *, with_unsure: bool
) -> tuple[list[Accepted], list[Path]]:
    """Writes proposals into the seeds.

    Args:
        settings: Where the project stands.
        proposals: What was read.
        with_unsure: Whether a person has compared the unsure cells with the document.

    Returns:
        What came of each, and the files that were written.

    Raises:
        PathwaysError: nothing could be written of one of them; then nothing is.
    """
    for proposal in proposals:
        if proposal.is_made_up:
            raise PathwaysError(
                f"{proposal.document.name}: it says that it was counted from made-up returns, and made-up "
                "figures never stand among real ones. Nothing was accepted: leave it out."
            )
    seeds = Seeds(settings)
    ordered = sorted(proposals, key=lambda one: (one.response_date is None, one.response_date or date.max))
    done = [_accept_one(seeds, proposal, with_unsure) for proposal in ordered]
    return done, seeds.write()


def _accept_one(seeds: Seeds, proposal: Proposal, with_unsure: bool) -> Accepted:
    known = next((row for row in seeds.response.rows if row["sha256"] == proposal.document.sha256), None)
    chosen = [cell for cell in proposal.cells if cell.question and (cell.is_sure or with_unsure)]
    facts = {id(cell.fact): cell.fact for cell in chosen}
    chosen_facts = list(facts.values())
    all_facts = {id(cell.fact) for cell in proposal.cells}
    # what nobody has looked at may be any figure's, and so the answer is not silent on any
    left = len(all_facts) - len(facts) + (0 if with_unsure else len(proposal.lost))
    if known is not None:
        have = {
            (row["table_number"], row["row_number"], row["column_number"])
            for row in seeds.cell.rows
            if row["response_id"] == known["response_id"]
        }
        chosen_facts = [fact for fact in chosen_facts if _place(fact) not in have]
        unread = int(known.get("unread_cell_count") or 0)
        if unread == 0 or left == unread:
            return Accepted(proposal, known["response_id"], "known", 0, unread)
        known["unread_cell_count"] = _spelled(left or None)
        seeds.response.is_rewritten = True
        response_id, outcome, supersedes = known["response_id"], "completed", ""
    else:
        if not chosen_facts:
            raise PathwaysError(
                f"{proposal.document.name}: no cell of it is sure, so nothing is written. Compare "
                f"the unsure ones with "
                "the document on the review page; then accept them with --accept-unsure, or type "
                "the answer in by hand."
            )
        response_id = _response_id(seeds, proposal)
        seeds.response.add(**_response_row(proposal, response_id, left))
        supersedes = _link(seeds, proposal)
        outcome = "accepted"
    written = {id(fact) for fact in chosen_facts}
    cells = [cell for cell in chosen if id(cell.fact) in written]
    for fact in sorted(chosen_facts, key=lambda one: (one.table, one.row, one.column)):
        seeds.cell.add(**_cell_row(fact, response_id))
    _add_marks(seeds, proposal, response_id, cells)
    _add_notes(seeds, proposal, response_id, cells, is_new=outcome == "accepted")
    _add_periods(seeds, cells)
    return Accepted(
        proposal, response_id, outcome, len(chosen_facts), left, supersedes, proposal.silent_count
    )


def _place(fact: Fact) -> tuple[str, str, str]:
    return str(fact.table), str(fact.row), str(fact.column)


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def _response_id(seeds: Seeds, proposal: Proposal) -> str:
    """A short name that no other response has: of the reference, else of the file."""
    name = _slug(proposal.reference)
    name = re.sub(r"^(?:foia?|rfi|eir|request|ref(?:erence)?)_?(?=\w*\d)", "", name) or _slug(
        Path(proposal.document.name).stem
    )
    taken = {row["response_id"] for row in seeds.response.rows}
    first = f"request_{name}"
    number, response_id = 1, first
    while response_id in taken:
        number += 1
        response_id = f"{first}_{number}"
    return response_id


def _response_row(proposal: Proposal, response_id: str, left: int) -> dict[str, object]:
    tail = f" {proposal.reference}" if proposal.reference else ""
    return {
        "response_id": response_id,
        "reference": proposal.reference,
        "authority_code": proposal.authority_code,
        "nation_code": proposal.nation,
        "question_set_code": proposal.question_set,
        "publisher_name": proposal.publisher or NOT_NAMED,
        "source_title": f"{proposal.letter_title}: answer to request{tail}",
        "response_date": proposal.response_date,
        "is_answered": True,
        "early_help_process_text": proposal.yes_no.text if proposal.yes_no else "",
        "source_file_name": proposal.document.name,
        "sha256": proposal.document.sha256,
        "licence": proposal.licence,
        "unread_cell_count": left or None,
    }


def _link(seeds: Seeds, proposal: Proposal) -> str:
    """Links the answers to one request by their dates; returns the one that the newest row replaces.

    Raises:
        PathwaysError: their order is not known.
    """
    if not proposal.reference:
        return ""
    own = seeds.response.rows[-1]
    same = [
        row
        for row in seeds.response.rows
        if _slug(row["reference"]) == _slug(proposal.reference)
        and row["question_set_code"] == own["question_set_code"]
        and row["authority_code"] == own["authority_code"]
        and (row["authority_code"] or row["publisher_name"].casefold() == own["publisher_name"].casefold())
    ]
    if len(same) < 2:
        return ""
    dates = [row["response_date"] for row in same]
    if not all(dates) or len(set(dates)) < len(dates):
        others = ", ".join(
            f"{row['response_id']} ({row['response_date'] or 'no date'})" for row in same if row is not own
        )
        raise PathwaysError(
            f"{proposal.document.name}: request {proposal.reference} has an answer already, "
            f"{others}, and which of them is "
            f"the later one is not known (this one: {own['response_date'] or 'no date'}). Say "
            f"when it came with "
            "--received 2025-12-31, or fill in response_date of the other in seeds/foi/foi_response.csv."
        )
    ordered = sorted(same, key=lambda row: row["response_date"])
    for before, row in zip([None, *ordered], ordered, strict=False):
        supersedes = before["response_id"] if before else ""
        if row["supersedes_response_id"] != supersedes:
            row["supersedes_response_id"] = supersedes
            if row is not own:
                seeds.response.is_rewritten = True
    return own["supersedes_response_id"]


def _cell_row(fact: Fact, response_id: str) -> dict[str, object]:
    return {
        "response_id": response_id,
        "table_number": fact.table,
        "row_number": fact.row,
        "column_number": fact.column,
        "period_label": fact.period_label,
        "question_label": fact.question_label,
        "age_band_label": fact.age_label,
        "cell_text": fact.text,
        "is_row_wide": fact.is_row_wide,
        "question_code": fact.question,
        "period_start_date": fact.period.start if fact.period else None,
        "period_end_date": fact.period.end if fact.period else None,
        "age_band_code": fact.age,
    }


def _add_marks(seeds: Seeds, proposal: Proposal, response_id: str, cells: Iterable[ProposedCell]) -> None:
    have = {row["mark_text"] for row in seeds.mark.rows if row["response_id"] == response_id}
    for cell in cells:
        text = mark_text(cell.fact.text)
        if text in have:
            continue
        mark = proposal.marks.get(text)
        if mark is not None:
            have.add(text)
            seeds.mark.add(
                response_id=response_id,
                mark_text=text,
                status_code=mark.reading.status,
                lower_bound=mark.reading.lower,
                upper_bound=mark.reading.upper,
                meaning=mark.meaning,
                evidence=mark.evidence,
            )
        elif NO_KNOWN_MARK in cell.reason:
            have.add(text)
            seeds.mark.add(
                response_id=response_id,
                mark_text=text,
                status_code="unreadable",
                meaning="No count and no mark that is known.",
                evidence="The cell as printed, compared with the document.",
            )


def _add_notes(
    seeds: Seeds, proposal: Proposal, response_id: str, cells: Sequence[ProposedCell], *, is_new: bool
) -> None:
    number = sum(row["response_id"] == response_id for row in seeds.note.rows)
    if is_new:
        for note in proposal.notes:
            number += 1
            seeds.note.add(
                response_id=response_id,
                note_number=number,
                note_kind_code=note.kind,
                question_code=note.question,
                period_start_date=note.period.start if note.period else None,
                period_end_date=note.period.end if note.period else None,
                age_band_code=note.age,
                as_at_date=note.as_at,
                stated_label=note.stated_label,
                rounded_to=note.rounded_to,
                note_text=note.text,
            )
    told: set[tuple[str | None, Period | None]] = set()
    for cell in cells:
        is_contradiction = PART_ABOVE_WHOLE in cell.reason or AGES_ABOVE_ALL in cell.reason
        if is_contradiction and (cell.question, cell.period) not in told and cell.period is not None:
            told.add((cell.question, cell.period))
            number += 1
            seeds.note.add(
                response_id=response_id,
                note_number=number,
                note_kind_code="contradiction",
                question_code=cell.question,
                period_start_date=cell.period.start,
                period_end_date=cell.period.end,
                note_text=f"Compared with the document, which says so: {cell.reason}.",
            )


def _add_periods(seeds: Seeds, cells: Iterable[ProposedCell]) -> None:
    have = {(row["period_start_date"], row["period_end_date"]) for row in seeds.period.rows}
    for period in sorted({cell.period for cell in cells if cell.period is not None}):
        key = (period.start.isoformat(), period.end.isoformat())
        if key in have:
            continue
        kind, label = "other", f"{period.start:%d %B %Y} to {period.end:%d %B %Y}"
        if period == financial_year(period.end.year):
            kind, label = "reporting_year", f"{period.start.year}/{period.end.year % 100:02d}"
        elif period == calendar_year(period.start.year):
            kind, label = "calendar_year", f"{period.start.year} calendar year"
        seeds.period.add(
            period_start_date=key[0], period_end_date=key[1], period_label=label, period_kind_code=kind
        )
