"""What each column of a data file is: time, geography, filter, indicator or none of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pathways.ees.data_file import Column, DataFile, MetaFile
from pathways.ees.vocabulary import GEOGRAPHY_COLUMNS, OLD_SYMBOLS, SYMBOLS, TIME_COLUMNS

SIGNS = frozenset(("", *SYMBOLS, *OLD_SYMBOLS))
"""Texts that may stand in place of a number, the blank among them."""


@dataclass(frozen=True)
class Roles:
    """The names of a file's columns by what they are, in the order of the file.

    ``constant`` has one text throughout and is no indicator; ``other`` has several,
    and the metadata doesn't name it.
    """

    time: tuple[str, ...] = ()
    geography: tuple[str, ...] = ()
    filter: tuple[str, ...] = ()
    filter_group: tuple[str, ...] = ()
    indicator: tuple[str, ...] = ()
    constant: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


def _kinds_by_meta(data: DataFile, meta: MetaFile) -> dict[str, str]:
    kinds: dict[str, str] = {}
    for row in meta.rows:
        if group := row.get("filter_grouping_column", ""):
            kinds.setdefault(group, "filter_group")
        name, kind = row.get("col_name", ""), row.get("col_type", "").lower()
        if name and kind in ("filter", "indicator"):
            kinds[name] = kind
    return {name: kind for name, kind in kinds.items() if name in data}


def _is_figures(column: Column) -> bool:
    """Numbers and symbols only."""
    return all(word in SIGNS for word in column.words)


def _is_mostly_numbers(column: Column) -> bool:
    places = list(column.words.values())
    signs = [place for word, place in column.words.items() if word in SIGNS]
    numbers = int(column.codes.size - column.counts[places].sum())
    strays = int(column.counts[places].sum() - column.counts[signs].sum())
    return numbers > strays


def _is_key(data: DataFile, names: Sequence[str]) -> bool:
    """Whether no two rows share their texts in these columns."""
    codes, _ = data.group_codes(names)
    return bool(np.bincount(codes).max() == 1)


def _kinds_by_texts(data: DataFile, unknown: Sequence[str], key: Sequence[str]) -> dict[str, str]:
    kinds = {}
    doubtful = []
    for name in unknown:
        column = data[name]
        if _is_figures(column):
            kinds[name] = "indicator"
        elif len(column.texts) == 1:
            kinds[name] = "constant"
        elif _is_mostly_numbers(column):
            doubtful.append(name)
        else:
            kinds[name] = "filter"
    filters = [name for name, kind in kinds.items() if kind == "filter"]
    if doubtful:
        spoilt = _is_key(data, [*key, *filters])
        kinds.update(dict.fromkeys(doubtful, "indicator" if spoilt else "filter"))
    return kinds


def roles(data: DataFile, meta: MetaFile | None) -> Roles:
    """What the columns of a file are; the metadata decides where there is any.

    Without it, time and geography go by name. A column of numbers and symbols is an
    indicator, one with a single other text is constant, and the rest are filters. A column
    of numbers with stray texts between them is an indicator that needs mending if the rows
    are told apart without it, and a filter, such as an age with a ``Total``, if they aren't.
    """
    kinds = {} if meta is None else _kinds_by_meta(data, meta)
    names = tuple(dict.fromkeys(data.names))
    for name in names:
        if name not in kinds and name in TIME_COLUMNS:
            kinds[name] = "time"
        elif name not in kinds and name in GEOGRAPHY_COLUMNS:
            kinds[name] = "geography"
    unknown = [name for name in names if name not in kinds]
    if meta is None:
        kinds.update(_kinds_by_texts(data, unknown, [name for name in names if name in kinds]))
    else:
        kinds.update({name: "constant" if len(data[name].texts) == 1 else "other" for name in unknown})
    chosen: dict[str, tuple[str, ...]] = {
        kind: tuple(name for name in names if kinds[name] == kind) for kind in set(kinds.values())
    }
    return Roles(**chosen)
