"""Made-up children and their cases over the years, one child at a time; no child in it is real.

Each council has a stream of random numbers of its own, drawn from child by child: the same seed gives the
same children, on every machine, and more children are more of the same. Nothing is kept between children.

The cases keep DfE's validation rules; where a rule shaped what is drawn, its number stands there.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from pathways.census.synthetic_rates import (
    ABUSE,
    ADULT_CARE_SHARE,
    AGE_DAYS,
    ASSESSMENT_WORKING_DAYS,
    CONFERENCE_WORKING_DAYS,
    DISABILITY,
    EARLY_HELP_SINCE,
    ETHNICITY,
    NEED,
    NEW_SHARE,
    NEW_SHARE_FIRST,
    OPEN_SHARE,
    PROTECTION_DAYS,
    REASON,
    SERVICE_DAYS,
    SEX,
    Choice,
    Rates,
    factor_choice,
    source_choice,
)
from pathways.census.working_days import (
    CENSUS_YEAR,
    first_day,
    last_day,
    last_working_day,
    working_days_after,
    working_days_between,
)

NEWEST_YEAR = 2025
"""Census year of the newest figures that DfE has published."""
MOST_CHILDREN = 9_999_999
"""Ids were ten characters long at most before census year 2025: SYN and seven digits."""
OTHER_SPECIMENS = frozenset({990})
"""Codes that other made-up returns are known to use."""

_OF_AGE = 6575
"""Days to an 18th birthday; a day more or less does not matter here."""
_SCHOOL_AGE = 1461
_ASSESSMENT_LIMIT, _CONFERENCE_LIMIT = 45, 15
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_UPN_MIX = 387_420_489
"""A power of three: times it, numbers below a thousand million stay different and lose their order."""
_GONE = frozenset({"RC1", "RC2", "RC3", "RC4", "RC6"})
"""Reasons after which no child comes back under the same id."""
_SERVICE = Choice((str(at), share) for at, (share, _) in enumerate(SERVICE_DAYS))
_OPEN_SERVICE = Choice((str(at), share * mean) for at, (share, mean) in enumerate(SERVICE_DAYS))


@dataclass(slots=True)
class Assessment:
    """An assessment under section 17: days of its start and authorisation."""

    start: int
    end: int
    factors: tuple[str, ...]


@dataclass(slots=True)
class Enquiry:
    """A section 47 enquiry; without a conference, none was required."""

    start: int
    target: int
    conference: int | None


@dataclass(slots=True)
class Protection:
    """A child protection plan."""

    start: int
    end: int
    initial_abuse: str
    latest_abuse: str
    previous_count: int
    reviews: tuple[int, ...]


@dataclass(slots=True)
class Case:
    """A referral and what followed, to its end, also where that is after the last return."""

    referral: int
    source: str
    need: str | None
    is_no_further_action: bool = False
    closure: int = 0
    reason: str = ""
    is_referred_to_early_help: bool = False
    """Also before census year 2023, whose code list can't say so."""
    assessments: list[Assessment] = field(default_factory=list)
    enquiry: Enquiry | None = None
    plans: list[tuple[int, int]] = field(default_factory=list)
    protection: Protection | None = None

    def is_in(self, census_year: int, first: int, last: int) -> bool:
        """Whether the return of a year, with its first and last day, holds it."""
        if self.is_no_further_action:
            return CENSUS_YEAR[self.referral] == census_year
        return self.referral <= last and self.closure >= first


@dataclass(slots=True)
class Child:
    """A made-up child, with its cases in order of their referrals."""

    child_id: str
    upn: str
    is_upn_unknown: bool
    birth: int
    expected_birth: int
    sex: str
    ethnicity: str
    disabilities: tuple[str, ...]
    cases: list[Case]
    is_of_school_age_from: int
    """Day from which it must have a UPN or the reason why not (8770Q)."""


def synthetic_codes(real: Iterable[str]) -> list[str]:
    """Three-digit codes for made-up councils, none of them DfE's, in the order in which they are used.

    900 and 950 to 999 first, then 100 to 199, then 001 to 099: DfE's run from 201 to 949, in use or not.
    """
    taken = {int(code) for code in real if code.isdecimal()} | OTHER_SPECIMENS
    numbers = (900, *range(950, 1000), *range(100, 200), *range(1, 100))
    return [f"{number:03d}" for number in numbers if number not in taken]


def make_children(
    la_code: str, child_count: int, years: range, seed: int, rates: Rates | None = None
) -> Iterator[Child]:
    """The children of one made-up council; each is in the return of one of the years at least.

    Args:
        la_code: Code of the council, three digits.
        child_count: How many children.
        years: Census years, one after the other.
        seed: Another seed gives other children.
        rates: Shares that are drawn with.
    """
    maker = _Maker(la_code, years, Random(f"{seed}/{la_code}"), rates or Rates())
    for number in range(1, child_count + 1):
        yield maker.child(number)


class _Maker:
    """Draws the children of one council."""

    def __init__(self, la_code: str, years: range, rng: Random, rates: Rates) -> None:
        self.la_code, self.rng, self.rates = la_code, rng, rates
        self.often = 1.0
        """How much more likely the child that is drawn comes back than others."""
        self.first, self.last = first_day(years[0]), last_day(years[-1])
        self.horizon = self.last + 400
        shares = [OPEN_SHARE, NEW_SHARE_FIRST, *(NEW_SHARE for _ in years[1:])]
        self.entry = Choice(zip([str(year) for year in (years[0] - 1, *years)], shares, strict=True))
        self.starts = {str(year): first_day(year) for year in years}
        self.lengths = {str(year): last_day(year) - first_day(year) + 1 for year in years}
        self.upn_weight = sum(int(digit) * weight for digit, weight in zip(la_code, (2, 3, 4), strict=True))

    # --- children -----------------------------------------------------------------------------------

    def child(self, number: int) -> Child:
        """Draws a child and all its cases."""
        rng, rates = self.rng, self.rates
        age = AGE_DAYS.draw(rng)
        entry = self.entry.draw(rng)
        self.often = rates.often_factor if rng.random() < rates.often_share else rates.seldom_factor
        start = self.starts.get(entry)
        if start is None:
            birth = self.first - age
            cases = self._cases(self._carried(birth), birth)
        else:
            day = start + int(rng.random() * self.lengths[entry])
            referral = self._on_a_weekday(day, start)
            birth = referral - age
            cases = self._cases(self._case(referral, birth), birth)
        disabilities: tuple[str, ...] = ("NONE",)
        if rng.random() < rates.disabled_share:
            disabilities = DISABILITY.draw_some(rng, 1 + int(rng.random() * 3))
        return Child(
            child_id=f"SYN{number:07d}",
            upn=self._upn(number),
            is_upn_unknown=rng.random() < rates.unknown_upn_share,
            birth=birth,
            expected_birth=birth + int(rng.random() * 15) - 7,
            sex=SEX.draw(rng),
            ethnicity=ETHNICITY.draw(rng),
            disabilities=disabilities,
            cases=cases,
            is_of_school_age_from=birth + _SCHOOL_AGE,
        )

    def _upn(self, number: int) -> str:
        """A number with a right check letter (1510) and the council's own code, so that it is no child's."""
        digits = f"{number * _UPN_MIX % 1_000_000_000:09d}"
        total = self.upn_weight
        for weight, digit in enumerate(digits, 5):
            total += weight * int(digit)
        return f"{_UPN_LETTERS[total % 23]}{self.la_code}{digits}"

    def _cases(self, case: Case, birth: int) -> list[Case]:
        """The case and those that follow it, up to the last return or the 18th birthday."""
        cases = [case]
        protected = int(case.protection is not None)
        while True:
            referral = self._next_referral(case)
            if referral is None or referral > self.last or referral >= birth + _OF_AGE:
                return cases
            case = self._case(referral, birth)
            if case.protection is not None:
                case.protection.previous_count += protected
                protected += 1
            cases.append(case)

    def _next_referral(self, case: Case) -> int | None:
        rng, rates = self.rng, self.rates
        if case.reason in _GONE:
            return None
        if case.is_no_further_action:
            share = rates.back_after_no_further_action
        elif case.reason in ("RC5", "RC7"):
            share = rates.back_after_service
        elif case.is_referred_to_early_help:
            share = rates.back_after_early_help
        else:
            share = rates.back_after_assessment
        # after the closure: one case at a time (8815, 8816, 8820)
        first, last = case.closure + 1, case.referral + 365
        luck = rng.random()
        if first <= last and luck < share * self.often:
            return self._on_a_weekday(first + int((last - first + 1) * rng.random() ** 1.3), first)
        if luck > 1.0 - rates.back_later:
            return max(first, last + 1) + int(rng.random() * 700)
        return None

    def _on_a_weekday(self, day: int, earliest: int) -> int:
        """The Friday before a weekend, mostly; 1 January 1990 was a Monday."""
        over = day % 7 - 4
        return day - over if over > 0 and day - over >= earliest and self.rng.random() < 0.7 else day

    # --- cases --------------------------------------------------------------------------------------

    def _case(self, referral: int, birth: int) -> Case:
        rng, rates = self.rng, self.rates
        source = source_choice(CENSUS_YEAR[referral]).draw(rng)
        luck = rng.random()
        if luck < rates.no_further_action_share:
            need = NEED.draw(rng) if rng.random() < 0.6 else None
            return Case(referral, source, need, is_no_further_action=True, closure=referral)
        case = Case(referral, source, NEED.draw(rng))
        if luck < rates.no_further_action_share + rates.not_in_need_share:
            self._not_in_need(case)
        else:
            mean = SERVICE_DAYS[int(_SERVICE.draw(rng))][1]
            self._serve(case, birth, referral + 20 + self._days(mean))
        return case

    def _carried(self, birth: int) -> Case:
        """A case that is open when the first year begins: as long before it as after it, on average."""
        rng = self.rng
        mean = SERVICE_DAYS[int(_OPEN_SERVICE.draw(rng))][1]
        referral = max(self.first - 1 - self._days(mean), birth - 200, 0)
        # an unborn child's case would begin after the first day
        referral = min(referral, self.first - 1)
        case = Case(referral, source_choice(CENSUS_YEAR[referral]).draw(rng), NEED.draw(rng))
        self._serve(case, birth, self.first + self._days(mean))
        return case

    def _days(self, mean: float) -> int:
        """Days of which no number is due: those past say nothing of those to come."""
        return min(int(-math.log(1.0 - self.rng.random()) * mean), 5_000)

    def _finished(self, start: int, working_days: int, limit: int) -> int:
        """The day that ends something begun on ``start``.

        What is still not done on 31 March must not have taken longer than its limit (8670Q, 8675Q), so the
        slowest end by then.
        """
        end = working_days_after(start, working_days)
        if CENSUS_YEAR[end] != CENSUS_YEAR[start]:
            last = last_day(CENSUS_YEAR[start])
            if working_days_between(start, last) > limit:
                return last_working_day(last)
        return end

    def _assessment(self, start: int, least: int | None = None) -> Assessment:
        """An assessment, authorised on the day ``least`` at the earliest."""
        rng = self.rng
        end = self._finished(start, ASSESSMENT_WORKING_DAYS.draw(rng), _ASSESSMENT_LIMIT)
        if least is not None and end < least:
            end = least
        count = 1 + int(-math.log(1.0 - rng.random()) * 1.9)
        return Assessment(start, end, factor_choice(CENSUS_YEAR[end]).draw_some(rng, min(count, 8)))

    def _not_in_need(self, case: Case) -> None:
        rng, rates = self.rng, self.rates
        assessment = self._assessment(case.referral + int(rng.random() * 3))
        if rng.random() < rates.no_factor_share:
            # only here: 8873Q
            assessment.factors = ("21",)
        case.assessments.append(assessment)
        # in the same return as its assessment: 8825Q
        year = CENSUS_YEAR[assessment.end]
        case.closure = min(assessment.end + int(rng.random() * 6), last_day(year))
        case.is_referred_to_early_help = rng.random() < rates.early_help_share
        case.reason = "RC9" if case.is_referred_to_early_help and year >= EARLY_HELP_SINCE else "RC8"

    def _serve(self, case: Case, birth: int, closure: int) -> None:
        """Fills in a case in need: assessed, then served up to a day, or to the 18th birthday."""
        rng, rates = self.rng, self.rates
        start = case.referral + int(rng.random() * 3)
        if rng.random() < rates.section_47_share:
            case.enquiry = self._enquiry(start)
        least = None
        if case.enquiry is not None:
            # an enquiry begins and ends within the assessment, so each return has both: 2991Q
            least = case.enquiry.conference or case.enquiry.start
        assessment = self._assessment(start, least)
        case.assessments.append(assessment)
        conference = case.enquiry.conference if case.enquiry is not None else None
        protection_end = None
        if conference is not None and rng.random() < rates.plan_after_conference_share:
            protection_end = conference + PROTECTION_DAYS.draw(rng)
            closure = max(closure, protection_end + int(rng.random() * 120))
        birthday = birth + _OF_AGE
        closure = max(min(closure, birthday), assessment.end)
        comes_of_age = closure >= birthday
        case.closure = min(closure, self.horizon)
        if protection_end is not None and conference is not None:
            protection_end = min(protection_end, case.closure)
            if protection_end > conference + 1:
                case.protection = self._protection(conference, protection_end)
        self._plan(case, assessment.end)
        self._assess_later(case, assessment.end)
        # who is not born yet can neither die nor be adopted (8535Q)
        case.reason = REASON.draw(rng) if case.closure > birth else "RC7"
        if comes_of_age:
            case.reason = "RC6" if rng.random() < ADULT_CARE_SHARE else "RC7"

    def _enquiry(self, start: int) -> Enquiry:
        rng = self.rng
        begun = working_days_after(start, int(rng.random() * 4))
        target = working_days_after(begun, _CONFERENCE_LIMIT)
        if rng.random() >= self.rates.conference_share:
            return Enquiry(begun, target, None)
        days = CONFERENCE_WORKING_DAYS.draw(rng)
        return Enquiry(begun, target, self._finished(begun, days, _CONFERENCE_LIMIT))

    def _protection(self, start: int, end: int) -> Protection:
        rng = self.rng
        initial = ABUSE.draw(rng)
        latest = ABUSE.draw(rng) if rng.random() < 0.1 else initial
        reviews = []
        review = start + 60 + int(rng.random() * 32)
        while review < end:
            reviews.append(review)
            review += 150 + int(rng.random() * 34)
        return Protection(start, end, initial, latest, int(rng.random() < 0.2), tuple(reviews))

    def _plan(self, case: Case, assessed: int) -> None:
        """A child in need plan, never beside a child protection plan (4001)."""
        rng, rates = self.rng, self.rates
        if case.protection is not None:
            start, share = case.protection.end + 1, rates.step_down_share
        else:
            start, share = assessed + int(rng.random() * 15), rates.cin_plan_share
        end = case.closure - int(rng.random() * 4)
        if end > start and rng.random() < share:
            case.plans.append((start, end))

    def _assess_later(self, case: Case, assessed: int) -> None:
        """Another assessment in a long case, once the first is done (8863Q) and done by its end (8867)."""
        rng = self.rng
        start = assessed + 120 + int(rng.random() * 200)
        if (
            start + 140 < case.closure
            and start < self.last
            and rng.random() < self.rates.later_assessment_share
        ):
            case.assessments.append(self._assessment(start))
