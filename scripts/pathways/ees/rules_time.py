"""Rules on time periods and their identifiers.

Source: DfE, Analysts' Guide, Open data standards, time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pathways.ees.register import Breach, Subject, listed, rule
from pathways.ees.vocabulary import PERIOD_DIGITS, TIME_GROUPS

_FOUR_OR_SIX = re.compile(r"[0-9]{4}(?:[0-9]{2})?")


def is_consecutive(period: str) -> bool:
    """Whether six digits are two years in a row: 201718, also 199900."""
    return (int(period[2:4]) + 1) % 100 == int(period[4:6])


def _texts(file: Subject, name: str, allowed: str, is_broken: list[bool]) -> Iterable[Breach]:
    column = file.data[name]
    places = [place for place, broken in enumerate(is_broken) if broken]
    if places:
        found = listed(column.values[place] for place in places)
        yield Breach(name, found, allowed, column.rows_at(places))


@rule("precheck time")
def precheck_time_period_num(file: Subject) -> Iterable[Breach]:
    """A time period is four or six digits."""
    periods = file.data["time_period"].values
    broken = [_FOUR_OR_SIX.fullmatch(text) is None for text in periods]
    yield from _texts(file, "time_period", "four or six digits, such as 2025 or 202425", broken)


@rule("precheck time")
def precheck_time_id_valid(file: Subject) -> Iterable[Breach]:
    """A time identifier is one that DfE knows, letter by letter."""
    identifiers = file.data["time_identifier"].values
    broken = [text not in TIME_GROUPS for text in identifiers]
    allowed = "an identifier of DfE's list, such as 'Reporting year'"
    yield from _texts(file, "time_identifier", allowed, broken)


@rule("precheck time")
def precheck_time_id_mix(file: Subject) -> Iterable[Breach]:
    """The identifiers of one file are of one group: the terms, the months, or a single kind of year."""
    identifiers = file.data["time_identifier"].values
    known = [text for text in identifiers if text in TIME_GROUPS]
    if known:
        group = TIME_GROUPS[known[0]]
        broken = [text in TIME_GROUPS and text not in group for text in identifiers]
        allowed = f"beside {known[0]!r} only its own kind"
        yield from _texts(file, "time_identifier", allowed, broken)


@rule("time")
def check_time_period(file: Subject) -> Iterable[Breach]:
    """The number of digits is that of the identifier."""
    pairs = file.data.combinations(("time_identifier", "time_period"))
    broken = [PERIOD_DIGITS.get(name, len(period)) != len(period) for name, period in pairs.texts]
    if any(broken):
        wrong = pairs.where(broken)
        name = wrong[0][0]
        yield Breach(
            "time_period",
            listed(period for _, period in wrong),
            f"{PERIOD_DIGITS[name]} digits for {name!r}",
            pairs.rows_where(broken),
        )


@rule("time")
def check_time_period_six(file: Subject) -> Iterable[Breach]:
    """Six digits are two years in a row."""
    periods = file.data["time_period"].values
    six = [len(text) == 6 and _FOUR_OR_SIX.fullmatch(text) is not None for text in periods]
    broken = [is_six and not is_consecutive(text) for is_six, text in zip(six, periods, strict=True)]
    yield from _texts(file, "time_period", "two years in a row, such as 202425", broken)
