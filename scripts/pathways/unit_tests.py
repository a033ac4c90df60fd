"""dbt unit tests are of the code, not of the data: what they found is kept until the code changes.

Their input stands in the project, so that a second run over the same code can only find the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from pathways.files import write_whole
from pathways.settings import Settings

KEPT = "unit_tests.json"
"""File of the target folder: the code that was tested, and the tests that passed."""

_CODE = ("models", "macros", "dbt_project.yml")
_ENGINES = ("dbt-core", "dbt-duckdb", "duckdb")


def _code_files(project: Path) -> Iterator[Path]:
    for name in _CODE:
        place = project / name
        yield from sorted(path for path in place.rglob("*") if path.is_file()) if place.is_dir() else [place]


def code_hash(settings: Settings) -> str:
    """The sha256 of all that decides what a unit test finds: models, macros, settings, versions of dbt."""
    digest = hashlib.sha256(" ".join(version(name) for name in _ENGINES).encode())
    for path in _code_files(settings.project):
        digest.update(f"\0{path.relative_to(settings.project).as_posix()}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def keep_passed(settings: Settings, unique_ids: list[str]) -> None:
    """Keeps that these unit tests passed on the code as it stands."""
    kept = {"code_sha256": code_hash(settings), "passed": sorted(unique_ids)}
    write_whole(settings.target / KEPT, json.dumps(kept, indent=1).encode())


def passed_before(settings: Settings) -> list[str]:
    """The unit tests that passed on the code as it stands; none where it changed, or nothing is kept."""
    try:
        kept = json.loads((settings.target / KEPT).read_text(encoding="utf-8"))
        is_same = kept["code_sha256"] == code_hash(settings)
        return [str(name) for name in kept["passed"]] if is_same else []
    except (OSError, ValueError, KeyError, TypeError):
        return []
