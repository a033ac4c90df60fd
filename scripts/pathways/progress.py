"""Progress on the terminal: which of many files is being read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def ticking(verb: str) -> Iterator[Callable[[str], None]]:
    """A line at the foot of the terminal that says what is being worked on.

    Yields:
        What is told the place of each thing; it says nothing where stderr is no terminal.
    """
    if not sys.stderr.isatty():
        yield lambda place: None
        return
    from rich.console import Console

    with Console(stderr=True).status(f"{verb} ...") as status:
        count = 0

        def tick(place: str) -> None:
            nonlocal count
            count += 1
            status.update(f"{verb}, file {count:,}: {place}")

        yield tick


@contextmanager
def counting(verb: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar on the terminal that says how many of a known number of things are done.

    Yields:
        What is told the name of each thing that is done; it says nothing where stderr is no terminal.
    """
    if not sys.stderr.isatty() or total < 2:
        yield lambda name: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn(verb),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[name]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(verb, total=total, name="")

        def tick(name: str) -> None:
            progress.update(task, advance=1, name=name)

        yield tick
