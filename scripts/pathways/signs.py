"""What stands where there is no number: each status and reason with its shorthand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pathways.warehouse import fetched

if TYPE_CHECKING:
    import duckdb

Signs = Mapping[str, Mapping[str, Any]]
"""By code of a status or reason: ``name``, ``shorthand`` (null where there is a number) and ``meaning``."""


def read_statuses(connection: duckdb.DuckDBPyConnection) -> Signs:
    """The statuses of the published file, which ``connection`` has open."""
    return _by_code(
        connection,
        "select status_code as code, status_name as name, shorthand, meaning from marts.dim_status order "
        "by code",
    )


def read_signs(connection: duckdb.DuckDBPyConnection) -> Signs:
    """The statuses, and the reasons why there is no rate, most of which are a status of a count."""
    reasons = _by_code(
        connection,
        "select rate_reason_code as code, rate_reason_name as name, shorthand, meaning "
        "from marts.dim_rate_reason order by code",
    )
    return dict(sorted({**reasons, **read_statuses(connection)}.items()))


def _by_code(connection: duckdb.DuckDBPyConnection, query: str) -> Signs:
    return {row["code"]: row for row in fetched(connection, query)}


def named_signs(signs: Signs) -> list[tuple[str, str]]:
    """Each shorthand, without brackets, and the names of all that it stands for."""
    names: dict[str, list[str]] = {}
    for row in signs.values():
        if row["shorthand"]:
            names.setdefault(str(row["shorthand"]), []).append(_within(str(row["name"])))
    return [(short, ", ".join(dict.fromkeys(found))) for short, found in sorted(names.items())]


def _within(name: str) -> str:
    """A name as it stands within a sentence."""
    return name[:1].lower() + name[1:]


def sign(code: str, signs: Signs) -> str:
    """The shorthand of a status or reason in brackets: ``[x]``."""
    return f"[{signs[code]['shorthand']}]"


def marked(code: str, signs: Signs) -> str:
    """Why there is no number: the shorthand in brackets, then the name: ``[x] not answered``."""
    return f"{sign(code, signs)} {_within(str(signs[code]['name']))}"
