"""What made-up children are like: shares, durations and codes, after DfE's figures for England in 2024.

The letter at a figure is DfE's table ("Children in need", 2024): A1 all, B3 needs, B5 durations, B6 reasons,
C1 referrals, C2 assessments, C3 factors, C4 section 47 enquiries, C5 sources, D7 child protection plans. What
DfE does not publish (early help, and who comes back after it) is chosen; it is evidence of nothing.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from random import Random


class Choice:
    """Codes with their weights, to draw from."""

    def __init__(self, weights: Iterable[tuple[str, float]]) -> None:
        codes, shares = zip(*weights, strict=True)
        total = sum(shares)
        self.codes: tuple[str, ...] = codes
        self.steps = list(accumulate(share / total for share in shares))[:-1]

    def draw(self, rng: Random) -> str:
        """One code."""
        return self.codes[bisect(self.steps, rng.random())]

    def draw_some(self, rng: Random, count: int) -> tuple[str, ...]:
        """Up to ``count`` different codes, in the order of the list."""
        places = {bisect(self.steps, rng.random()) for _ in range(count)}
        return tuple(self.codes[place] for place in sorted(places))


class Spread:
    """Whole numbers in bands, even within a band."""

    def __init__(self, bands: Iterable[tuple[int, int, float]]) -> None:
        self.bands = [(low, high - low + 1) for low, high, _ in bands]
        total = sum(share for _, _, share in bands)
        self.steps = list(accumulate(share / total for _, _, share in bands))[:-1]

    def draw(self, rng: Random) -> int:
        """One number."""
        low, width = self.bands[bisect(self.steps, rng.random())]
        return low + int(rng.random() * width)


@dataclass(frozen=True)
class Rates:
    """Shares from 0 to 1, of what stands in the name before ``_share``.

    ``back`` are the shares of cases after which the child is referred again within 365 days of the referral,
    of those that end early enough for it; a child's own factor comes on top.
    """

    no_further_action_share: float = 0.065
    not_in_need_share: float = 0.347
    """C1: 30.8% of referrals are assessed as not in need by 31 March; others are later."""
    early_help_share: float = 0.15
    """Of those not in need; the census says so from 2023 on (RC9)."""
    back_after_no_further_action: float = 0.27
    back_after_early_help: float = 0.25
    back_after_assessment: float = 0.22
    back_after_service: float = 0.32
    back_later: float = 0.10
    often_share: float = 0.15
    """Children who come back more often than others; C1: 122 re-referrals of 100 children re-referred."""
    often_factor: float = 2.6
    seldom_factor: float = 0.48
    section_47_share: float = 0.58
    """Of those in need. C4: 36 enquiries a 100 referrals."""
    conference_share: float = 0.32
    plan_after_conference_share: float = 0.86
    cin_plan_share: float = 0.70
    step_down_share: float = 0.75
    later_assessment_share: float = 0.25
    no_factor_share: float = 0.25
    disabled_share: float = 0.12
    unknown_upn_share: float = 0.03


SERVICE_DAYS = ((0.56, 80.0), (0.34, 250.0), (0.10, 1600.0))
"""Share and mean days of short, middle and long service after assessment (B5)."""
OPEN_SHARE = 0.57
"""Cases open on a day, as a share of a year's referrals (A1)."""
NEW_SHARE_FIRST, NEW_SHARE = 0.90, 0.71
"""Children not seen before, as a share of a year's referrals, in the first year and in later ones."""

AGE_DAYS = Spread(
    [
        (-200, -1, 0.025),
        (0, 364, 0.08),
        (365, 1825, 0.19),
        (1826, 3651, 0.26),
        (3652, 5843, 0.34),
        (5844, 6538, 0.105),
    ]
)
ASSESSMENT_WORKING_DAYS = Spread(  # C2
    [
        (0, 0, 9.88),
        (1, 10, 73.42),
        (11, 20, 110.95),
        (21, 30, 102.6),
        (31, 40, 129.69),
        (41, 45, 116.67),
        (46, 50, 38.56),
        (51, 60, 29.49),
        (61, 90, 31.9),
    ]
)
CONFERENCE_WORKING_DAYS = Spread([(3, 10, 6.8), (11, 15, 50.78), (16, 20, 6.3), (21, 30, 8.35)])  # C4
PROTECTION_DAYS = Spread(  # D7
    [(20, 91, 10.24), (92, 182, 7.35), (183, 364, 27.24), (365, 729, 15.64), (730, 1000, 2.4)]
)
SEX = Choice([("M", 0.53), ("F", 0.47)])
NEED = Choice(  # B3
    [
        ("N1", 231.94),
        ("N2", 32.15),
        ("N3", 8.27),
        ("N4", 34.41),
        ("N5", 47.9),
        ("N6", 7.87),
        ("N7", 1.07),
        ("N8", 21.93),
        ("N9", 3.51),
        ("N0", 10.43),
    ]
)
REASON = Choice(  # B6; RC6 is for those who come of age
    [
        ("RC7", 333.82),
        ("RC1", 2.49),
        ("RC2", 0.98),
        ("RC3", 0.67),
        ("RC4", 2.68),
        ("RC5", 13.51),
    ]
)
ADULT_CARE_SHARE = 0.2
ABUSE = Choice([("NEG", 30.95), ("PHY", 4.81), ("SAB", 2.16), ("EMO", 23.15), ("MUL", 1.04)])
DISABILITY = Choice(
    [
        ("MOB", 14.0),
        ("HAND", 6.0),
        ("PC", 10.0),
        ("INC", 8.0),
        ("COMM", 20.0),
        ("LD", 40.0),
        ("HEAR", 6.0),
        ("VIS", 6.0),
        ("BEH", 20.0),
        ("CON", 7.0),
        ("AUT", 33.0),
        ("DDA", 20.0),
    ]
)
ETHNICITY = Choice(
    [
        ("WBRI", 243.19),
        ("WIRI", 0.96),
        ("WIRT", 1.2),
        ("WOTH", 18.57),
        ("WROM", 1.64),
        ("MWBC", 11.77),
        ("MWBA", 4.56),
        ("MWAS", 6.34),
        ("MOTH", 14.0),
        ("AIND", 4.13),
        ("APKN", 10.02),
        ("ABAN", 4.74),
        ("AOTH", 12.48),
        ("BCRB", 6.93),
        ("BAFR", 21.63),
        ("BOTH", 7.49),
        ("CHNE", 0.72),
        ("OOTH", 17.22),
        ("REFU", 2.0),
        ("NOBT", 9.89),
    ]
)
_SOURCES = (  # C5
    ("1A", 30.0),
    ("1B", 5.0),
    ("1C", 10.0),
    ("1D", 4.87),
    ("2A", 126.46),
    ("2B", 10.33),
    ("3A", 9.0),
    ("3B", 14.0),
    ("3C", 3.0),
    ("3D", 12.0),
    ("3E", 25.0),
    ("3F", 28.37),
    ("4", 7.71),
    ("5A", 35.0),
    ("5B", 25.0),
    ("5C", 27.98),
    ("6", 177.21),
    ("7", 27.59),
    ("8", 26.12),
    ("9", 10.03),
    ("10", 7.19),
)
_FACTORS = (  # C3
    ("1A", 10.77),
    ("1B", 72.41),
    ("1C", 11.36),
    ("2A", 25.19),
    ("2B", 70.94),
    ("2C", 16.23),
    ("3A", 55.04),
    ("3B", 160.6),
    ("3C", 24.99),
    ("4A", 86.26),
    ("4B", 165.48),
    ("4C", 22.2),
    ("5A", 59.67),
    ("5B", 14.58),
    ("5C", 7.18),
    ("6A", 23.21),
    ("6B", 25.73),
    ("6C", 5.11),
    ("7A", 17.9),
    ("8B", 0.7),
    ("8C", 0.3),
    ("8D", 0.3),
    ("8E", 0.3),
    ("8F", 0.44),
    ("9A", 6.7),
    ("10A", 17.86),
    ("11A", 13.86),
    ("12A", 2.59),
    ("13A", 10.18),
    ("14A", 38.72),
    ("15A", 26.17),
    ("16A", 83.38),
    ("17A", 97.67),
    ("18A", 73.51),
    ("18B", 15.35),
    ("18C", 58.16),
    ("19A", 29.8),
    ("19B", 11.96),
    ("19C", 17.84),
    ("20", 93.86),
    ("22A", 0.75),
    ("23A", 2.18),
    ("24A", 15.75),
)
_FACTOR_SINCE = {"18B": 2021, "18C": 2021, "19B": 2021, "19C": 2021, "24A": 2022}
_FACTOR_UNTIL = {"18A": 2020, "19A": 2020}
"""Later returns may still have them, but DfE asks for the finer codes."""
EARLY_HELP_SINCE = 2023
"""Census year from which RC9 (referred to early help) and 5D (referred by early help) exist."""
CIN_PLAN_SINCE = 2022
SEX_SINCE = 2025
"""Census year from which Sex stands in place of GenderCurrent."""


@cache
def source_choice(census_year: int) -> Choice:
    """Sources of referral that the code list of a census year has."""
    early_help = (("5D", 12.0),) if census_year >= EARLY_HELP_SINCE else ()
    return Choice((*_SOURCES, *early_help))


@cache
def factor_choice(census_year: int) -> Choice:
    """Factors, but 21, that the code list of a census year has and does not discourage."""
    return Choice(
        (code, weight)
        for code, weight in _FACTORS
        if _FACTOR_SINCE.get(code, 0) <= census_year <= _FACTOR_UNTIL.get(code, 9999)
    )
