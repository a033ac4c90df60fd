"""What stands where there is no number: each status and reason with its shorthand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pathways.warehouse import fetched

if TYPE_CHECKING:
    import duckdb

Signs = Mapping[str, Mapping[str, Any]]
"""By code of a status or reason: ``name``, ``shorthand`` (null where there is a number) and ``meaning``."""


def read_signs(connection: duckdb.DuckDBPyConnection) -> Signs:
    """The signs of the published file, which ``connection`` has open."""
    rows = fetched(
        connection,
        """
        select status_code as code, status_name as name, shorthand, meaning from marts.dim_status
        union
        select rate_reason_code, rate_reason_name, shorthand, meaning from marts.dim_rate_reason
        order by code
        """,
    )
    return {row["code"]: row for row in rows}


def sign(code: str, signs: Signs) -> str:
    """The shorthand of a status or reason in brackets: ``[x]``."""
    return f"[{signs[code]['shorthand']}]"


def marked(code: str, signs: Signs) -> str:
    """Why there is no number: the shorthand in brackets, then the name: ``[x] not answered``."""
    name = str(signs[code]["name"])
    return f"{sign(code, signs)} {name[:1].lower()}{name[1:]}"
