"""What a user hands over to be landed: published files go through one door, returns through another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pathways.settings import Settings

Say = Callable[[str, str | None], None]


@dataclass(frozen=True)
class LandOptions:
    """What the user says of the files to land; see the options of ``pathways land``."""

    strict: bool = False
    amend: bool = False
    dry_run: bool = False
    details: bool = False
    release_code: str | None = None
    data_set_code: str | None = None
    la_code: str | None = None
    census_year: int | None = None
    is_inbox: bool = False


def land_all(settings: Settings, paths: Sequence[Path], options: LandOptions, say: Say) -> bool:
    """Lands files and folders of published data and of census returns.

    Returns:
        Whether anything was there to land, and nothing was refused.

    Raises:
        PathwaysError: a path that is not there, an option that cannot be, or an area in use or damaged.
    """
    from pathways.census.names import is_return, return_files
    from pathways.progress import ticking

    returns = return_files(paths)
    published = [
        path
        for path in paths
        # a folder may be named like a return
        if (path.is_dir() or not is_return(path.name)) and not _has_returns_alone(path, returns)
    ]
    passed = bool(returns or published)
    with ticking("Landing") as tick:
        if published:
            from pathways.landing import Source, land

            report = land(
                settings,
                [Source(path, release_code=options.release_code) for path in published],
                strict=options.strict,
                amend=options.amend,
                dry_run=options.dry_run,
                details=options.details,
                data_set_code=options.data_set_code,
                say=say,
                tick=tick,
            )
            is_packed = any(is_return(place) for place in report.left_aside)
            passed = report.passed and bool(report.results) and not is_packed
        if returns:
            from pathways.census.landing import land_returns

            passed &= land_returns(
                settings,
                returns,
                amend=options.amend,
                dry_run=options.dry_run,
                la_code=options.la_code,
                census_year=options.census_year,
                is_inbox=options.is_inbox,
                say=say,
                tick=tick,
            )
    return passed


def _has_returns_alone(path: Path, returns: Sequence[Path]) -> bool:
    """Whether a folder has census returns in it and no file of published data."""
    return any(entry.is_relative_to(path) for entry in returns) and not any(
        entry.name.lower().endswith((".csv", ".csv.gz", ".zip")) for entry in path.rglob("*")
    )
