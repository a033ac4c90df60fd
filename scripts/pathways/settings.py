"""Where the project stands and what the environment asks for."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pathways.errors import PathwaysError

PROJECT_FILE = "dbt_project.yml"
EES_API = "https://api.education.gov.uk/statistics/v1"
EES_SITE = "https://explore-education-statistics.service.gov.uk"
EES_CONTENT = "https://content.explore-education-statistics.service.gov.uk"


@dataclass(frozen=True)
class Settings:
    """The folders and limits of one project.

    All paths are absolute. ``memory_limit`` is in DuckDB's own spelling, such as
    ``2GB``; it and ``threads`` are None where DuckDB decides. The ``ees`` addresses
    are those of Explore Education Statistics, without a slash at the end.
    """

    project: Path
    landing: Path
    warehouse: Path
    exports: Path
    target: Path
    memory_limit: str | None = None
    threads: int | None = None
    ees_api: str = EES_API
    ees_site: str = EES_SITE
    ees_content: str = EES_CONTENT

    @property
    def build_file(self) -> Path:
        """The file that dbt writes; nobody else reads from it."""
        return self.warehouse / "build.duckdb"

    @property
    def published_file(self) -> Path:
        """The file that people and BI tools read."""
        return self.warehouse / "pathways.duckdb"

    @property
    def seeds(self) -> Path:
        """The folder of what has been put in by hand."""
        return self.project / "seeds"

    @property
    def landed(self) -> Path:
        """The folder of landed DfE files: their manifest, and the Parquet files of their cells."""
        return self.landing / "ees"

    @property
    def returns(self) -> Path:
        """The folder of landed census returns: personal data, for its owner alone."""
        return self.landing / "census"

    @property
    def data_docs(self) -> Path:
        """The folder of the pages on all checks."""
        return self.target / "data_docs"

    def relative(self, path: Path) -> str:
        """The path as the user knows it: from the project folder, if it is inside."""
        try:
            return path.relative_to(self.project).as_posix()
        except ValueError:
            return str(path)


def find_project(start: Path) -> Path:
    """The nearest folder from ``start`` upward that holds ``dbt_project.yml``.

    Raises:
        PathwaysError: there is none.
    """
    here = start.resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT_FILE).is_file():
            return folder
    raise PathwaysError(
        f"No {PROJECT_FILE} was found in {here} or any folder above it. "
        "Go to the project's folder and run the command again."
    )


def _folder(project: Path, value: str | None, default: str) -> Path:
    return (project / Path(value or default).expanduser()).resolve()


def _threads(text: str | None) -> int | None:
    if not text:
        return None
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise PathwaysError(f"PATHWAYS_THREADS is '{text}'; a whole number from 1 to 9999 was expected.")
    return int(text)


def _memory(text: str | None) -> str | None:
    if not text:
        return None
    amount = r"[1-9]\d*(\.\d+)?\s*([MGT]i?)B|(100|[1-9]\d?)(\.\d+)?%"
    if not re.fullmatch(amount, text.strip(), re.IGNORECASE):
        raise PathwaysError(
            f"PATHWAYS_MEMORY is '{text}'; an amount such as 2GB or 512MiB, "
            "or a share such as 80%, was expected."
        )
    return text.strip()


def _address(env: Mapping[str, str], name: str, default: str) -> str:
    text = (env.get(name) or default).strip()
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        known = False
    if not known or parts.query or parts.fragment or re.search(r"\s", text):
        raise PathwaysError(f"{name} is '{text}'; an address such as {default} was expected.")
    return text.rstrip("/")


def load_settings(start: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Reads the settings from the working folder and the environment.

    Relative folders are taken from the project folder, wherever in it the
    command was called.

    Raises:
        PathwaysError: no project folder, or a setting that can't be read.
    """
    env = os.environ if environment is None else environment
    project = find_project(start or Path.cwd())
    return Settings(
        project=project,
        landing=_folder(project, env.get("PATHWAYS_LANDING"), "landing"),
        warehouse=_folder(project, env.get("PATHWAYS_WAREHOUSE"), "warehouse"),
        exports=_folder(project, env.get("PATHWAYS_EXPORTS"), "exports"),
        target=_folder(project, env.get("DBT_TARGET_PATH"), "target"),
        memory_limit=_memory(env.get("PATHWAYS_MEMORY")),
        threads=_threads(env.get("PATHWAYS_THREADS")),
        ees_api=_address(env, "PATHWAYS_EES_API", EES_API),
        ees_site=_address(env, "PATHWAYS_EES_SITE", EES_SITE),
        ees_content=_address(env, "PATHWAYS_EES_CONTENT", EES_CONTENT),
    )


def environment_under(folder: Path) -> dict[str, str]:
    """An environment in which all that a command writes goes under one folder; it speaks in long lines."""
    return {
        **os.environ,
        "PATHWAYS_WAREHOUSE": str(folder / "warehouse"),
        "PATHWAYS_LANDING": str(folder / "landing"),
        "PATHWAYS_EXPORTS": str(folder / "exports"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
        "COLUMNS": "200",
        "NO_COLOR": "1",
    }
