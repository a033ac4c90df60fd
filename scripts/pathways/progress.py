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
