"""Councils whose returns changed since the last build: of the others, child-level rows stay as they were.

What is made of children is made council by council, so that one that lands a return again does not have the
rest of a nation built again. That holds as long as nothing else changed: models, macros and seeds are the
same, and the build file is as the build that is known here left it, whole.
"""

from __future__ import annotations

import hashlib
import json

from pathways.census.area import MANIFEST
from pathways.errors import PathwaysError
from pathways.files import write_whole
from pathways.seed_files import fingerprint
from pathways.settings import Settings
from pathways.unit_tests import code_hash
from pathways.warehouse import literal, open_build_file, table_names

KEPT = "census_build.json"
"""File of the target folder: the last whole build, and what it was made with."""
SETTING = "PATHWAYS_CHANGED_COUNCILS"
"""Setting of a dbt run: whose rows are built, as councils' codes; empty for all."""
NONE = "none"
_CHANGED = """
with landed as (
    select la_code, return_key, sha256, try_cast(landed_at as timestamp) as landed_at
    from {manifest}
),
built as (
    select la_code, return_key, sha256, landed_at
    from census.stg_census__return
)
select distinct la_code
from (from (from landed except from built) union all from (from built except from landed))
order by la_code
"""
_NO_FILE = "(select null::varchar as la_code, '' as return_key, '' as sha256, '' as landed_at where false)"


def inputs_hash(settings: Settings) -> str:
    """The sha256 of all that decides what is made of a return: models, macros, seeds, versions."""
    seeds = json.dumps(fingerprint(settings.seeds, settings.project), sort_keys=True)
    return hashlib.sha256(f"{code_hash(settings)}\n{seeds}".encode()).hexdigest()


def keep_built(settings: Settings, invocation_id: str, inputs: str) -> None:
    """Keeps that a run went well, and of what it was made."""
    kept = {"invocation_id": invocation_id, "inputs_sha256": inputs}
    write_whole(settings.target / KEPT, json.dumps(kept, indent=1).encode())


def changed_councils(settings: Settings, inputs: str) -> list[str] | None:
    """Councils whose landed returns are not those of the build file; None where all have to be built.

    Args:
        settings: The project's folders.
        inputs: What a build is made of now, by :func:`inputs_hash`.
    """
    try:
        kept = json.loads((settings.target / KEPT).read_text(encoding="utf-8"))
        if kept["inputs_sha256"] != inputs:
            return None
        built = str(kept["invocation_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    import duckdb

    path = settings.returns / MANIFEST
    manifest = f"read_csv({literal(str(path))}, header = true, all_varchar = true)"
    try:
        with open_build_file(settings) as connection:
            if "build_run" not in table_names(connection, "quality"):
                return None
            row = connection.execute("select invocation_id, is_good from quality.build_run").fetchone()
            if row != (built, True):
                return None
            query = _CHANGED.format(manifest=manifest if path.is_file() else _NO_FILE)
            return [str(found[0]) for found in connection.execute(query).fetchall()]
    except (PathwaysError, duckdb.Error):
        # no build file or manifest that can be read: who builds from it says so
        return None


def setting(councils: list[str] | None) -> dict[str, str]:
    """The setting with which dbt builds these councils."""
    return {SETTING: "" if councils is None else ",".join(councils) or NONE}
