"""Census returns as the tests read them: with nothing of the project's reader, rule by rule.

The rules are DfE's, by their numbers; what they say is in its guide to the census. They are written here a
second time on purpose, so that what is made and what is checked do not share a mistake.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import combinations, pairwise
from pathlib import Path

from lxml import etree

from pathways.census.working_days import bank_holidays


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


HOLIDAYS = {day for year in range(2015, 2028) for day in bank_holidays(year)}
UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
NEEDS = {f"N{number}" for number in range(10)}
SOURCES = _codes("1A 1B 1C 1D 2A 2B 3A 3B 3C 3D 3E 3F 4 5A 5B 5C 5D 6 7 8 9 10")
ETHNICITIES = _codes(
    "WBRI WIRI WIRT WOTH WROM MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH BCRB BAFR BOTH CHNE OOTH REFU NOBT"
)
DISABILITIES = _codes("NONE MOB HAND PC INC COMM LD HEAR VIS BEH CON AUT DDA")
FACTORS = _codes(
    "1A 1B 1C 2A 2B 2C 3A 3B 3C 4A 4B 4C 5A 5B 5C 6A 6B 6C 7A 8B 8C 8D 8E 8F 9A 10A 11A 12A 13A 14A 15A 16A "
    "17A 18A 18B 18C 19A 19B 19C 20 21 22A 23A 24A"
)
ACTIVITY = _codes(
    "AssessmentActualStartDate AssessmentAuthorisationDate CINPlanStartDate CINPlanEndDate "
    "S47ActualStartDate DateOfInitialCPC CPPendDate"
)
ABUSES = {"NEG", "PHY", "SAB", "EMO", "MUL"}


def working_days(start: date, end: date) -> int:
    """From the start, not counted, to the end, counted; day by day."""
    days = (start + timedelta(number) for number in range(1, (end - start).days + 1))
    return sum(day.weekday() < 5 and day not in HOLIDAYS for day in days)


def root_of(path: Path) -> etree._Element:
    """The return, names without their namespace."""
    root = etree.parse(str(path)).getroot()
    for element in root.iter(etree.Element):
        element.tag = etree.QName(element).localname
    return root


def day(element: etree._Element, path: str) -> date | None:
    text = element.findtext(path)
    return date.fromisoformat(text) if text else None


def texts(element: etree._Element, path: str) -> list[str]:
    return [one.text or "" for one in element.findall(path) if one.text]


def is_true(element: etree._Element, path: str) -> bool:
    return (element.findtext(path) or "").lower() in ("1", "true")


def broken_rules(path: Path) -> dict[str, list[str]]:
    """Rule -> ids of the children that break it, in one return; a rule of the whole return has the id ''."""
    root = root_of(path)
    checker = Checker(int(root.findtext(".//Year") or 0))
    for child in root.iter("Child"):
        checker.child(child)
    checker.whole()
    return {rule: sorted(ids) for rule, ids in checker.found.items()}


class Checker:
    """Goes through a return once and collects what is broken."""

    def __init__(self, year: int) -> None:
        self.year, self.first, self.last = year, date(year - 1, 4, 1), date(year, 3, 31)
        self.found: dict[str, set[str]] = defaultdict(set)
        self.id = ""
        self.ids: set[str] = set()
        self.upns: set[str] = set()
        self.conferences = self.plans = 0

    def expect(self, rule: str, holds: object) -> None:
        if not holds:
            self.found[rule].add(self.id)

    def within(self, moment: date | None) -> bool:
        return moment is None or self.first <= moment <= self.last

    def whole(self) -> None:
        self.id = ""
        self.expect("2883", self.plans <= self.conferences)

    def child(self, child: etree._Element) -> None:
        known = child.find("ChildIdentifiers")
        self.id = known.findtext("LAchildID") or ""
        self.expect("8500", self.id)
        self.expect("8510", self.id not in self.ids)
        self.ids.add(self.id)
        self.expect("1570", len(self.id) <= (20 if self.year >= 2025 else 10))
        self.expect("1580", self.id.isalnum())
        born, due = day(known, "PersonBirthDate"), day(known, "ExpectedPersonBirthDate")
        self.upn(known, born)
        died = day(known, "PersonDeathDate")
        self.expect("8520", born is None or born <= self.last)
        self.expect("8525Q", (born is None) != (due is None))
        self.expect("8530Q", due is None or (due.year == self.year and due.month >= 3))
        self.expect("8535Q", died is None or (born is not None and born <= died))
        self.expect("8545Q", self.within(died))
        self.expect("8775Q", born is None or (self.last - born).days < 25 * 365.25)
        if self.year >= 2025:
            sex = known.findtext("Sex")
            self.expect("4180", sex in ("M", "F", "U") and known.find("GenderCurrent") is None)
            self.expect("8750", due is None or sex == "U")
        else:
            sex = known.findtext("GenderCurrent")
            self.expect("4180", sex in ("0", "1", "2", "9") and known.find("Sex") is None)
            self.expect("8750", due is None or sex == "0")
        self.expect("4220", child.findtext("ChildCharacteristics/Ethnicity") in ETHNICITIES)
        disabilities = texts(child, "ChildCharacteristics/Disabilities/Disability")
        self.expect("8540", disabilities and set(disabilities) <= DISABILITIES)
        self.expect("8790", "NONE" not in disabilities or len(disabilities) == 1)
        self.expect("8794", len(set(disabilities)) == len(disabilities))
        details = child.findall("CINdetails")
        self.expect("8590", details)
        for one in details:
            self.details(one, born or due, died)
        self.together(details)

    def upn(self, known: etree._Element, born: date | None) -> None:
        upn, unknown = known.findtext("UPN"), known.findtext("UPNunknown")
        if upn:
            total = sum(weight * int(sign) for weight, sign in enumerate(upn[1:], 2) if sign.isdigit())
            self.expect("1510", upn[0] == UPN_LETTERS[total % 23])
            self.expect("1540", len(upn) == 13 and upn[4:12].isdigit())
            self.expect("1520", upn not in self.upns)
            self.upns.add(upn)
        is_of_school_age = born is not None and 5 * 366 <= (self.last - born).days < 16 * 365
        self.expect("8770Q", not is_of_school_age or upn or (unknown and unknown != "UN1"))

    def details(self, details: etree._Element, born: date | None, died: date | None) -> None:
        referral = day(details, "CINreferralDate")
        self.expect("8600", referral is not None and referral <= self.last)
        if referral is None:
            return
        closure, reason = day(details, "CINclosureDate"), details.findtext("ReasonForClosure") or None
        flag = (details.findtext("ReferralNFA") or "").lower()
        self.expect("8568", flag in ("0", "1", "true", "false"))
        is_nfa = flag in ("1", "true")
        self.expect("8866", details.findtext("ReferralSource") in SOURCES)
        self.expect("8866", self.year >= 2023 or details.findtext("ReferralSource") != "5D")
        need = details.findtext("PrimaryNeedCode") or None
        self.expect("8610", need or is_nfa)
        self.expect("8650", need is None or need in NEEDS)
        self.expect("8555Q", died is None or referral <= died)
        self.expect("8606", born is None or (born - referral).days <= 280)
        self.expect("8569Q", not is_nfa or referral >= self.first - timedelta(3))
        self.expect("8805", closure is None or reason)
        self.expect("8810", reason is None or closure)
        self.expect("8620", self.within(closure))
        self.expect("8630", closure is None or closure >= referral)
        reasons = {f"RC{number}" for number in range(1, 10 if self.year >= 2023 else 9)}
        self.expect("8640", reason is None or reason in reasons)
        self.expect("8585Q", reason != "RC2" or died)
        assessments = details.findall("Assessments")
        enquiries = details.findall("Section47")
        plans = details.findall("CINPlanDates")
        protections = details.findall("ChildProtectionPlans")
        conference = day(details, "DateOfInitialCPC")
        is_active = bool(enquiries or plans or protections or conference)
        if reason in ("RC8", "RC9"):
            self.expect("8825Q", assessments)
            self.expect("2990", not is_active)
        self.expect("4000", not (is_nfa and plans))
        self.expect("8832", not (is_nfa and protections))
        self.expect("8831", not (is_nfa and (assessments or enquiries or conference)))
        self.expect("2991Q", not enquiries or assessments)
        self.expect("2884", conference is None or not texts(details, "Section47/DateOfInitialCPC"))
        self.expect("8565", closure is None or all(moment <= closure for moment in self.activity(details)))
        self.expect("plans_before_2022", self.year >= 2022 or not plans)
        self.assessments(assessments, referral, closure, reason)
        self.enquiries(enquiries, referral, closure)
        self.plan_dates(plans, protections, referral, died)
        self.protections(protections, enquiries, referral, died)

    def activity(self, details: etree._Element) -> list[date]:
        return [date.fromisoformat(one.text) for one in details.iter(*ACTIVITY) if one.text]

    def assessments(
        self, blocks: list[etree._Element], referral: date, closure: date | None, reason: str | None
    ) -> None:
        spans = []
        for block in blocks:
            start, end = day(block, "AssessmentActualStartDate"), day(block, "AssessmentAuthorisationDate")
            factors = texts(block, "FactorsIdentifiedAtAssessment/AssessmentFactors")
            if start is None:
                continue
            spans.append((start, end or date.max))
            self.expect("1103", start >= referral)
            self.expect("8608", end is None or start <= end)
            self.expect("8696", self.within(end))
            self.expect("8614", end or not factors)
            self.expect("8897Q", end is None or factors)
            self.expect("8898", len(set(factors)) == len(factors))
            self.expect("8869", "21" not in factors or len(factors) == 1)
            self.expect("factor_known", set(factors) <= FACTORS)
            self.expect("factor_of_its_year", self.year >= 2022 or "24A" not in factors)
            self.expect(
                "factor_of_its_year", self.year >= 2021 or not {"18B", "18C", "19B", "19C"} & set(factors)
            )
            self.expect("8945Q", self.year < 2025 or "18A" not in factors)
            self.expect("8950Q", self.year < 2025 or "19A" not in factors)
            if end is None:
                self.expect("8736", self.within(start))
                self.expect("8670Q", working_days(start, self.last) <= 45)
                self.expect("8867", closure is None)
            if len(blocks) == 1 and end is not None and "21" in factors:
                self.expect("8873Q", reason in ("RC8", "RC9"))
        self.expect("8896", sum(end == date.max for _, end in spans) <= 1)
        # the last day counts too
        self.expect("8863Q", all(later[0] > earlier[1] for earlier, later in pairwise(sorted(spans))))

    def enquiries(self, blocks: list[etree._Element], referral: date, closure: date | None) -> None:
        open_count = 0
        for block in blocks:
            start, held = day(block, "S47ActualStartDate"), day(block, "DateOfInitialCPC")
            target = day(block, "InitialCPCtarget")
            is_unneeded = is_true(block, "ICPCnotRequired")
            if start is None:
                continue
            self.conferences += held is not None
            self.expect("2889", start >= referral)
            self.expect("1104", held is None or held >= referral)
            self.expect("8615", held is None or start <= held)
            self.expect("8715", self.within(held))
            self.expect("8875", held is None or held.weekday() < 5)
            self.expect("8870Q", target is None or target.weekday() < 5)
            if held is None:
                self.expect("8740", self.within(start))
                if not is_unneeded:
                    open_count += 1
                    self.expect("8675Q", working_days(start, self.last) <= 15)
                    self.expect("8868", closure is None)
        self.expect("8839", open_count <= 1)

    def plan_dates(
        self,
        plans: list[etree._Element],
        protections: list[etree._Element],
        referral: date,
        died: date | None,
    ) -> None:
        spans = []
        for block in plans:
            start, end = day(block, "CINPlanStartDate"), day(block, "CINPlanEndDate")
            self.expect("4010", start is not None and start <= self.last)
            if start is None:
                continue
            spans.append((start, end or date.max))
            self.expect("4015", start >= referral)
            self.expect("4011", end is None or end >= start)
            self.expect("4012Q", end is None or end != start)
            self.expect("4013", self.within(end))
            self.expect("4008", died is None or start <= died)
            self.expect("4009Q", died is None or end is None or end <= died)
        self.expect("4004", sum(end == date.max for _, end in spans) <= 1)
        self.expect("4014", not overlapping(spans))
        for block in protections:
            start = day(block, "CPPstartDate")
            other = (start or date.min, day(block, "CPPendDate") or date.max)
            self.expect("4001", not any(overlapping([span, other]) for span in spans))
            for review in texts(block, "Reviews/CPPreviewDate"):
                held = date.fromisoformat(review)
                self.expect("4003", not any(begun <= held <= end for begun, end in spans))

    def protections(
        self,
        blocks: list[etree._Element],
        enquiries: list[etree._Element],
        referral: date,
        died: date | None,
    ) -> None:
        held = {day(block, "DateOfInitialCPC") for block in enquiries} - {None}
        spans = []
        for block in blocks:
            start, end = day(block, "CPPstartDate"), day(block, "CPPendDate")
            self.expect("8720", start is not None and start <= self.last)
            if start is None:
                continue
            spans.append((start, end or date.max))
            self.plans += self.within(start)
            self.expect("1105", start >= referral)
            self.expect("2885", not held or start in held)
            self.expect("8730", (block.findtext("NumberOfPreviousCPP") or "").isdigit())
            self.expect("8840", start != end)
            self.expect("8925", end is None or start <= end)
            self.expect("8930", self.within(end))
            self.expect("8915", died is None or start <= died)
            self.expect("8920", died is None or end is None or end <= died)
            self.expect("8905", block.findtext("InitialCategoryOfAbuse") in ABUSES)
            self.expect("8910", block.findtext("LatestCategoryOfAbuse") in ABUSES)
            reviews = [date.fromisoformat(text) for text in texts(block, "Reviews/CPPreviewDate")]
            self.expect("8841", all(review > start for review in reviews))
            self.expect("review_in_year", all(self.within(review) for review in reviews))
        self.expect("8935", sum(end == date.max for _, end in spans) <= 1)
        self.expect("8940", not overlapping(spans))

    def together(self, details: list[etree._Element]) -> None:
        cases = []
        for one in details:
            referral = day(one, "CINreferralDate")
            if referral is not None:
                cases.append((referral, day(one, "CINclosureDate"), is_true(one, "ReferralNFA")))
        still = [referral for referral, closure, is_nfa in cases if closure is None and not is_nfa]
        self.expect("8815", len(still) <= 1)
        self.expect("8816", all(referral <= one for one in still for referral, _, _ in cases))
        for (at, (referral, _, _)), (other, (begun, closure, is_nfa)) in (
            pair for two in combinations(enumerate(cases), 2) for pair in (two, two[::-1])
        ):
            assert at != other
            end = closure or (referral if is_nfa else self.last)
            self.expect("8820", not begun <= referral < end)


def overlapping(spans: list[tuple[date, date]]) -> bool:
    """Whether one begins while another goes on; on the day of its end is no overlap."""
    ordered = sorted(spans)
    return any(later[0] < earlier[1] for earlier, later in pairwise(ordered))
