"""Breaks DfE's validation rules on purpose in some made-up cases, and notes which, to try checks with.

Only a case that begins and ends in one census year is broken, so a fault is in one return. A fault may break
another rule by the way: a case closed before its referral has its assessment after the closure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from pathways.census.synthetic import Case, Child, Enquiry
from pathways.census.working_days import CENSUS_YEAR, ISO


@dataclass(frozen=True)
class Fault:
    """What was broken: the rule, and where."""

    la_code: str
    census_year: int
    la_child_id: str
    referral_date: str
    rule_code: str


def _assessed_before_referral(case: Case) -> bool:
    case.assessments[0].start = case.referral - 3
    return True


def _assessed_backwards(case: Case) -> bool:
    if len(case.assessments) != 1:
        return False
    case.assessments[0].start = case.assessments[0].end + 1
    return True


def _closed_without_reason(case: Case) -> bool:
    case.reason = ""
    return True


def _closed_for_unknown_reason(case: Case) -> bool:
    case.reason = "RC0"
    return True


def _closed_before_referral(case: Case) -> bool:
    if CENSUS_YEAR[case.referral - 4] != CENSUS_YEAR[case.referral]:
        return False
    case.closure = case.referral - 4
    return True


def _closed_unassessed(case: Case) -> bool:
    if not _is_not_in_need(case):
        return False
    case.assessments = []
    return True


def _closed_with_activity(case: Case) -> bool:
    if not _is_not_in_need(case):
        return False
    start = case.assessments[0].start
    case.enquiry = Enquiry(start, start, None)
    return True


def _no_factor_and_a_factor(case: Case) -> bool:
    case.assessments[0].factors = ("1A", "21")
    return True


def _no_factor_and_served(case: Case) -> bool:
    if _is_not_in_need(case) or len(case.assessments) != 1:
        return False
    case.assessments[0].factors = ("21",)
    return True


def _no_need(case: Case) -> bool:
    case.need = None
    return True


def _unknown_source(case: Case) -> bool:
    case.source = "5E"
    return True


def _is_not_in_need(case: Case) -> bool:
    return case.reason in ("RC8", "RC9")


_FAULTS: tuple[tuple[str, Callable[[Case], bool]], ...] = (
    ("1103", _assessed_before_referral),
    ("8608", _assessed_backwards),
    ("8805", _closed_without_reason),
    ("8640", _closed_for_unknown_reason),
    ("8630", _closed_before_referral),
    ("8825Q", _closed_unassessed),
    ("2990", _closed_with_activity),
    ("8869", _no_factor_and_a_factor),
    ("8873Q", _no_factor_and_served),
    ("8610", _no_need),
    ("8866", _unknown_source),
)
_TWICE = "8510"
"""The child stands in the return twice."""
PLANTED_RULES = (*(rule for rule, _ in _FAULTS), _TWICE)


def plant_faults(
    children: Iterator[Child],
    la_code: str,
    years: range,
    *,
    seed: int,
    share: float,
    note: Callable[[Fault], None],
) -> Iterator[Child]:
    """The children, some with a fault, a few of them twice.

    Args:
        children: Children without faults; a child with a fault is changed in place.
        la_code: Code of their council.
        years: Census years of the returns.
        seed: Another seed breaks others.
        share: Share of the children, from 0 to 1, with a case that begins and ends in one year, to break.
        note: Is told each fault.
    """
    rng = Random(f"{seed}/{la_code}/faults")
    for child in children:
        luck, place = rng.random(), int(rng.random() * len(PLANTED_RULES))
        case = next((case for case in child.cases if _is_within_a_year(case, years)), None)
        if luck >= share or case is None:
            yield child
            continue
        year = CENSUS_YEAR[case.referral]
        rule = PLANTED_RULES[place]
        if rule == _TWICE and len(child.cases) == 1:
            yield child
        else:
            # round the list from where luck has it, to the first that this case can break
            around = (*_FAULTS[place:], *_FAULTS[:place])
            rule = next(rule for rule, plant in around if plant(case))
        note(Fault(la_code, year, child.child_id, ISO[case.referral], rule))
        yield child


def _is_within_a_year(case: Case, years: range) -> bool:
    year = CENSUS_YEAR[case.referral]
    return not case.is_no_further_action and year in years and CENSUS_YEAR[case.closure] == year
