"""Reads untrusted documents in processes of their own, with a limit on time and memory.

A document that hangs, blows up or breaks a library ends with one sentence about it, and the others go on.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Generic, TypeVar

from pebble import ProcessExpired, ProcessPool

from pathways.errors import PathwaysError
from pathways.foi.document import single_spaced

TIME_LIMIT_SECONDS = 60.0
MEMORY_LIMIT = 1024 * 1024 * 1024
"""Bytes that a document may take while it is read, what Python and its libraries take included."""

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What came of one document: a result, or the sentence that says why there is none."""

    path: Path
    result: T | None
    fault: str = ""


def limit_memory() -> None:
    """Limits the data of this process; where the platform knows no such limit, nothing is limited."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        kind = resource.RLIMIT_DATA if sys.platform.startswith("linux") else resource.RLIMIT_AS
        _, hard = resource.getrlimit(kind)
        limit = MEMORY_LIMIT if hard == resource.RLIM_INFINITY else min(MEMORY_LIMIT, hard)
        resource.setrlimit(kind, (limit, hard))


def _start() -> None:
    limit_memory()
    # what a library says of a damaged file is of no use to who reads the answer
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def read_guarded(
    paths: Sequence[Path],
    work: Callable[[Path], T],
    *,
    jobs: int | None = None,
    tick: Callable[[Path], None] = lambda path: None,
    time_limit: float = TIME_LIMIT_SECONDS,
) -> list[Outcome[T]]:
    """Runs a function on each document in worker processes.

    Args:
        paths: The documents.
        work: A function that can be pickled; it raises PathwaysError for what a user can mend.
        jobs: Workers; as many as there are cores, else.
        tick: Told each document when it is done.
        time_limit: Seconds that one document may take.

    Returns:
        One outcome a document, in the order of the paths.
    """
    workers = max(1, min(jobs or os.cpu_count() or 1, len(paths)))
    outcomes: list[Outcome[T]] = []
    context = get_context("fork" if "fork" in _methods() else "spawn")
    with ProcessPool(max_workers=workers, initializer=_start, context=context) as pool:
        futures = [pool.schedule(work, args=(path,), timeout=time_limit) for path in paths]
        try:
            for path, future in zip(paths, futures, strict=True):
                outcomes.append(_outcome(path, future.result, time_limit))
                tick(path)
        except KeyboardInterrupt:
            pool.stop()  # type: ignore[no-untyped-call]
            raise
    return outcomes


def _methods() -> list[str]:
    import multiprocessing

    return multiprocessing.get_all_start_methods() if sys.platform.startswith("linux") else ["spawn"]


def _outcome(path: Path, result: Callable[[], T], time_limit: float) -> Outcome[T]:
    try:
        return Outcome(path, result())
    except PathwaysError as fault:
        return Outcome(path, None, str(fault))
    except (FutureTimeoutError, TimeoutError):
        why = f"takes longer than {time_limit:.0f} seconds to read"
    except (ProcessExpired, MemoryError):
        why = "needs more memory than an answer can, or breaks what reads it"
    except RecursionError:
        why = "is nested deeper than any answer"
    except Exception as fault:  # whatever a damaged document makes of a library is said, and the others go on
        why = f"cannot be read ({type(fault).__name__})"
    return Outcome(
        path,
        None,
        f"{single_spaced(path.name)} {why}. It was not read: save the page or sheet with the answer as a "
        "file of its own.",
    )
