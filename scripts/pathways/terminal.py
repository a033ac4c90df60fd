"""What every command says, and how it says what went wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from pathways.errors import PathwaysError


def say(text: str, style: str | None = None, error: bool = False) -> None:
    """Prints one line as it is: no markup, no wrapping of what may be copied."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=error, soft_wrap=True, highlight=False)
    console.print(Text(text, style=style or ""))


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turns what the user can mend into one sentence on stderr and exit code 1."""
    try:
        yield
    except PathwaysError as fault:
        say(str(fault), "bold red", error=True)
        raise typer.Exit(1) from fault
    except KeyboardInterrupt:
        say("Stopped.", "bold red", error=True)
        raise typer.Exit(1) from None
    except OSError as fault:
        where = f"{fault.filename}: " if fault.filename else ""
        say(f"{where}{fault.strerror or fault}.", "bold red", error=True)
        raise typer.Exit(1) from fault
