"""dbt's documentation as one page among the exports."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from pathways.dbt_run import run_dbt
from pathways.errors import PathwaysError
from pathways.files import write_whole
from pathways.report.index import DBT_DOCS
from pathways.settings import Settings
from pathways.warehouse import open_build_file


def without_folders(page: str, folders: list[Path]) -> str:
    """The page without the folders of the machine that it was made on."""
    for folder in folders:
        written = json.dumps(str(folder))[1:-1]
        page = page.replace(f"{written}/", "").replace(written, ".")
    return page


def write_dbt_docs(settings: Settings) -> Path:
    """Writes ``exports/dbt_docs.html``: every table, column and test, with the lineage.

    dbt works in a folder of its own, so that the artifacts of the last build stay what they are.

    Raises:
        PathwaysError: there is no build file, or dbt failed.
    """
    with open_build_file(settings):
        pass
    own = replace(settings, target=settings.target / "docs")
    code = run_dbt(own, ["--quiet", "docs", "generate", "--static"])
    if code != 0:
        raise PathwaysError(
            f"dbt could not describe the project (exit code {code}); its message stands above. "
            "Run `pathways build`, and then the command again."
        )
    page = (own.target / "static_index.html").read_text(encoding="utf-8")
    settings.exports.mkdir(parents=True, exist_ok=True)
    path = settings.exports / DBT_DOCS
    folders = [own.target, settings.warehouse, settings.landing, settings.project]
    write_whole(path, without_folders(page, folders).encode())
    return path
