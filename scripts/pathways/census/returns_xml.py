"""Writes made-up census returns as XML, element by element in the order of DfE's schema, child by child."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pathways.census.return_file import SYNTHETIC_SOFTWARE
from pathways.census.synthetic import Assessment, Case, Child, Enquiry, Protection
from pathways.census.synthetic_rates import CIN_PLAN_SINCE, SEX_SINCE
from pathways.census.working_days import CENSUS_YEAR, ISO, first_day, last_day
from pathways.files import put_on_disk

_RELEASE = "1"
_GENDER = {"M": "1", "F": "2", "U": "0"}
_BUFFER = 1 << 20


@dataclass
class Written:
    """What was written: the files, and how many children and referrals they tell of, each counted once."""

    files: list[Path]
    child_count: int = 0
    referral_count: int = 0


class YearView:
    """What one return says: the cases of a census year, as known on its last day."""

    def __init__(self, census_year: int) -> None:
        self.year = census_year
        self.first, self.last = first_day(census_year), last_day(census_year)

    def child(self, child: Child) -> str:
        """The child as XML in a line, or nothing where no case of it is in the return."""
        cases = [case for case in child.cases if case.is_in(self.year, self.first, self.last)]
        if not cases:
            return ""
        if child.is_of_school_age_from > self.last:
            upn = "<UPNunknown>UN1</UPNunknown>"
        elif child.is_upn_unknown:
            upn = "<UPNunknown>UN3</UPNunknown>"
        else:
            upn = f"<UPN>{child.upn}</UPN>"
        if child.birth > self.last:
            born = f"<ExpectedPersonBirthDate>{ISO[child.expected_birth]}</ExpectedPersonBirthDate>"
            sex = "U"
        else:
            born = f"<PersonBirthDate>{ISO[child.birth]}</PersonBirthDate>"
            sex = child.sex
        if self.year >= SEX_SINCE:
            sexed = f"<Sex>{sex}</Sex>"
        else:
            sexed = f"<GenderCurrent>{_GENDER[sex]}</GenderCurrent>"
        final = cases[-1]
        death = ""
        if final.reason == "RC2" and final.closure <= self.last:
            death = f"<PersonDeathDate>{ISO[final.closure]}</PersonDeathDate>"
        disabilities = "".join([f"<Disability>{code}</Disability>" for code in child.disabilities])
        details = "".join([self.details(case) for case in cases])
        return (
            f"<Child><ChildIdentifiers><LAchildID>{child.child_id}</LAchildID>{upn}{born}{sexed}{death}"
            f"</ChildIdentifiers><ChildCharacteristics><Ethnicity>{child.ethnicity}</Ethnicity>"
            f"<Disabilities>{disabilities}</Disabilities></ChildCharacteristics>{details}</Child>\n"
        )

    def details(self, case: Case) -> str:
        """One referral and what followed by the last day of the year."""
        need = f"<PrimaryNeedCode>{case.need}</PrimaryNeedCode>" if case.need else ""
        head = (
            f"<CINdetails><CINreferralDate>{ISO[case.referral]}</CINreferralDate>"
            f"<ReferralSource>{case.source}</ReferralSource>{need}"
        )
        if case.is_no_further_action:
            return head + "<ReferralNFA>true</ReferralNFA></CINdetails>"
        parts = [head]
        if case.closure <= self.last:
            parts.append(f"<CINclosureDate>{ISO[case.closure]}</CINclosureDate>")
            if case.reason:
                parts.append(f"<ReasonForClosure>{case.reason}</ReasonForClosure>")
        parts.extend([self.assessment(one) for one in case.assessments])
        if self.year >= CIN_PLAN_SINCE:
            parts.extend([self.plan(start, end) for start, end in case.plans])
        if case.enquiry is not None:
            parts.append(self.enquiry(case.enquiry))
        parts.append("<ReferralNFA>false</ReferralNFA>")
        if case.protection is not None:
            parts.append(self.protection(case.protection))
        parts.append("</CINdetails>")
        return "".join(parts)

    def assessment(self, one: Assessment) -> str:
        """In the return of its authorisation (8696), and before, unfinished, in that of its start (8736)."""
        end_year = CENSUS_YEAR[one.end]
        if end_year != self.year and (CENSUS_YEAR[one.start] != self.year or end_year < self.year):
            return ""
        head = f"<Assessments><AssessmentActualStartDate>{ISO[one.start]}</AssessmentActualStartDate>"
        if end_year > self.year:
            return head + "</Assessments>"
        factors = "".join([f"<AssessmentFactors>{code}</AssessmentFactors>" for code in one.factors])
        return (
            f"{head}<AssessmentAuthorisationDate>{ISO[one.end]}</AssessmentAuthorisationDate>"
            f"<FactorsIdentifiedAtAssessment>{factors}</FactorsIdentifiedAtAssessment></Assessments>"
        )

    def plan(self, start: int, end: int) -> str:
        """A child in need plan that was open in the year (4010, 4013)."""
        if start > self.last or end < self.first:
            return ""
        ended = f"<CINPlanEndDate>{ISO[end]}</CINPlanEndDate>" if end <= self.last else ""
        return f"<CINPlanDates><CINPlanStartDate>{ISO[start]}</CINPlanStartDate>{ended}</CINPlanDates>"

    def enquiry(self, one: Enquiry) -> str:
        """In the return of its conference (8715), and before, pending, in that of its start (8740)."""
        start_year = CENSUS_YEAR[one.start]
        held_year = start_year if one.conference is None else CENSUS_YEAR[one.conference]
        if self.year not in (start_year, held_year):
            return ""
        held = ""
        if one.conference is not None and held_year == self.year:
            held = f"<DateOfInitialCPC>{ISO[one.conference]}</DateOfInitialCPC>"
        return (
            f"<Section47><S47ActualStartDate>{ISO[one.start]}</S47ActualStartDate>"
            f"<InitialCPCtarget>{ISO[one.target]}</InitialCPCtarget>{held}"
            f"<ICPCnotRequired>{'true' if one.conference is None else 'false'}</ICPCnotRequired></Section47>"
        )

    def protection(self, one: Protection) -> str:
        """A child protection plan that was open in the year (8720, 8930), with the year's reviews."""
        if one.start > self.last or one.end < self.first:
            return ""
        ended = f"<CPPendDate>{ISO[one.end]}</CPPendDate>" if one.end <= self.last else ""
        reviews = "".join(
            [
                f"<CPPreviewDate>{ISO[day]}</CPPreviewDate>"
                for day in one.reviews
                if self.first <= day <= self.last
            ]
        )
        reviewed = f"<Reviews>{reviews}</Reviews>" if reviews else ""
        return (
            f"<ChildProtectionPlans><CPPstartDate>{ISO[one.start]}</CPPstartDate>{ended}"
            f"<InitialCategoryOfAbuse>{one.initial_abuse}</InitialCategoryOfAbuse>"
            f"<LatestCategoryOfAbuse>{one.latest_abuse}</LatestCategoryOfAbuse>"
            f"<NumberOfPreviousCPP>{one.previous_count}</NumberOfPreviousCPP>{reviewed}</ChildProtectionPlans>"
        )

    def opening(self, la_code: str, seed: int) -> str:
        """All that stands before the first child: what it is, and the header."""
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<!-- Synthetic: made by pathways census make, seed {seed}. "
            "No child and no council in it is real. -->\n"
            f"<Message><Header><CollectionDetails><Collection>CIN</Collection><Year>{self.year}</Year>"
            f"<ReferenceDate>{ISO[self.last]}</ReferenceDate></CollectionDetails><Source>"
            f"<SourceLevel>L</SourceLevel><LEA>{la_code}</LEA><SoftwareCode>{SYNTHETIC_SOFTWARE}</SoftwareCode>"
            f"<Release>{_RELEASE}</Release><SerialNo>001</SerialNo>"
            f"<DateTime>{self.year}-06-01T09:00:00</DateTime></Source></Header><Children>\n"
        )


CLOSING = "</Children></Message>\n"


def return_name(la_code: str, census_year: int, is_packed: bool) -> str:
    """The file name of a made-up return."""
    return f"cin_{la_code}_{census_year}.xml{'.gz' if is_packed else ''}"


@contextmanager
def _text(path: Path, is_packed: bool) -> Iterator[IO[str]]:
    """A text file to write to, packed without name and time so that the same text is the same bytes."""
    with ExitStack() as stack:
        plain = stack.enter_context(path.open("wb", buffering=_BUFFER))
        packed = gzip.GzipFile("", "wb", compresslevel=6, fileobj=plain, mtime=0) if is_packed else None
        file = plain if packed is None else stack.enter_context(packed)
        yield stack.enter_context(io.TextIOWrapper(file, encoding="utf-8", newline="\n"))


def write_returns(
    children: Iterable[Child],
    folder: Path,
    la_code: str,
    years: range,
    *,
    seed: int,
    is_packed: bool = False,
    tick: Callable[[], None] = lambda: None,
) -> Written:
    """Writes the returns of one council, all years at once; a file is there whole or not at all.

    Args:
        children: Its children, who are not kept.
        folder: Where the files go; it is there.
        la_code: Code of the council.
        years: Census years, a return each.
        seed: What the returns say that they were made from.
        is_packed: Pack them by gzip.
        tick: Is called after every thousand children.
    """
    views = [YearView(year) for year in years]
    written = Written([folder / return_name(la_code, year, is_packed) for year in years])
    drafts = [path.with_name(f".{path.name}.draft") for path in written.files]
    last = views[-1].last
    try:
        with ExitStack() as stack:
            files = [stack.enter_context(_text(draft, is_packed)) for draft in drafts]
            writers = [(view.child, file.write) for view, file in zip(views, files, strict=True)]
            for view, file in zip(views, files, strict=True):
                file.write(view.opening(la_code, seed))
            for child in children:
                for as_xml, write in writers:
                    if text := as_xml(child):
                        write(text)
                written.child_count += 1
                written.referral_count += sum(1 for case in child.cases if case.referral <= last)
                if written.child_count % 1000 == 0:
                    tick()
            for file in files:
                file.write(CLOSING)
        for draft, path in zip(drafts, written.files, strict=True):
            put_on_disk(draft)
            draft.replace(path)
        put_on_disk(folder)
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return written
