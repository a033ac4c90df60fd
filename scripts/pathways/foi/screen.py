"""What was read, on the terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathways.foi.page import count, words_of_period, words_of_reading
from pathways.foi.proposal import Proposal, place_of

MOST_REASONS = 6


def show_proposals(proposals: Sequence[Proposal], *, details: bool) -> None:
    """Prints a table of documents, then what a person must look at, and every cell with ``details``."""
    if not proposals:
        return
    console = Console(highlight=False)
    console.print(_overview(proposals))
    for proposal in proposals:
        if details:
            console.print(_cells(proposal))
        elif proposal.unsure or proposal.remarks or proposal.asides:
            for line in _lines(proposal):
                console.print(Text(line), soft_wrap=True)


def _overview(proposals: Sequence[Proposal]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Document", overflow="fold")
    for name in ("Letter", "Date"):
        table.add_column(name, no_wrap=True)
    for name in ("Sure", "Unsure", "Unreadable"):
        table.add_column(name, justify="right")
    for proposal in proposals:
        counts = count(proposal)
        who = ", ".join(
            part for part in (proposal.publisher or "council not named", proposal.reference) if part
        )
        table.add_row(
            Text.assemble(proposal.document.name, "\n  ", (who, "dim")),
            Text(proposal.question_set + ("" if proposal.is_set_certain else " ?")),
            Text(str(proposal.response_date or "-")),
            str(counts.sure),
            Text(str(counts.unsure), style="yellow" if counts.unsure else ""),
            Text(str(counts.unread), style="red" if counts.unread else ""),
        )
    return table


def _lines(proposal: Proposal) -> list[str]:
    name = proposal.document.name
    lines = [f"{name}: {remark}." for remark in proposal.remarks]
    lines += [f"{name}: unsure, {where}: {text}" for where, text in _reasons(proposal)]
    asides = Counter(fact.aside for fact in proposal.asides)
    lines += [
        f"{name}: left aside, {number} cells: {why}." for why, number in asides.most_common(MOST_REASONS)
    ]
    if proposal.silent_count:
        lines.append(
            f"{name}: {proposal.silent_count} figures that the letter asks for were not found in it."
        )
    return lines


def _reasons(proposal: Proposal) -> list[tuple[str, str]]:
    """The reasons for which cells are unsure, each with the first place and how many have it."""
    by_reason: dict[str, list[str]] = {}
    for cell in proposal.unsure:
        fact = cell.fact
        place = ", ".join(
            part
            for part in (place_of(fact), f"table {fact.table}, row {fact.row}, column {fact.column}")
            if part
        )
        by_reason.setdefault(cell.reason, []).append(f"{place} '{fact.text}'")
    shown = []
    for reason, places in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        shown.append((f"{places[0]}{more}", f"{reason}."))
    if len(shown) > MOST_REASONS * 2:
        rest = len(shown) - MOST_REASONS * 2
        shown = [
            *shown[: MOST_REASONS * 2],
            ("other places", f"{rest} other reasons; see the page, or --details."),
        ]
    return shown


def _cells(proposal: Proposal) -> Table:
    table = Table(
        title=Text(proposal.document.name),
        title_justify="left",
        box=None,
        pad_edge=False,
        header_style="bold",
    )
    for name in ("Place", "Question", "Period", "Age", "Printed", "Read as", "Reason"):
        table.add_column(name, overflow="fold")
    for cell in proposal.cells:
        fact = cell.fact
        place = f"{place_of(fact)} {fact.table}/{fact.row}/{fact.column}".strip()
        table.add_row(
            *(
                Text(text)
                for text in (
                    place,
                    cell.question or "",
                    words_of_period(cell.period),
                    cell.age or "",
                    fact.text,
                    words_of_reading(cell.reading),
                    cell.reason,
                )
            )
        )
    return table
