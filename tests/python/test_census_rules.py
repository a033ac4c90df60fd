"""Every validation rule of the census, with children who break it and children who only just do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, read_seed
from pathways.census.landing import land_returns
from pathways.settings import load_settings


def element(name: str, text: str | None) -> str:
    return "" if text is None else f"<{name}>{text}</{name}>"


def assessment(start: str = "2023-06-01", end: str | None = "2023-07-03", *factors: str) -> str:
    listed = "".join(element("AssessmentFactors", factor) for factor in factors)
    return element(
        "Assessments",
        element("AssessmentActualStartDate", start)
        + element("AssessmentAuthorisationDate", end)
        + element("FactorsIdentifiedAtAssessment", listed),
    )


def enquiry(start: str = "2023-06-05", conference: str | None = None, not_required: str = "1") -> str:
    return element(
        "Section47",
        element("S47ActualStartDate", start)
        + element("DateOfInitialCPC", conference)
        + element("ICPCnotRequired", not_required),
    )


def plan(start: str = "2023-06-05", end: str | None = None) -> str:
    return element("CINPlanDates", element("CINPlanStartDate", start) + element("CINPlanEndDate", end))


def protection(start: str = "2023-06-05", end: str | None = None, review: str | None = None) -> str:
    return element(
        "ChildProtectionPlans",
        element("CPPstartDate", start)
        + element("CPPendDate", end)
        + element("Reviews", review and element("CPPreviewDate", review)),
    )


ASSESSED = assessment("2023-06-01", "2023-07-03", "1A")


def case(
    *blocks: str,
    referred: str | None = "2023-06-01",
    source: str | None = "1A",
    need: str | None = "N1",
    closed: str | None = None,
    reason: str | None = None,
    conference: str | None = None,
    nfa: str | None = "0",
) -> str:
    """A case that breaks no rule, unless it is told otherwise."""
    plans = [block for block in blocks if block.startswith("<ChildProtectionPlans")]
    return element(
        "CINdetails",
        element("CINreferralDate", referred)
        + element("ReferralSource", source)
        + element("PrimaryNeedCode", need)
        + element("CINclosureDate", closed)
        + element("ReasonForClosure", reason)
        + element("DateOfInitialCPC", conference)
        + "".join(block for block in blocks if block not in plans)
        + element("ReferralNFA", nfa)
        + "".join(plans),
    )


def child(
    identifier: str,
    *cases: str,
    born: str | None = "2012-01-01",
    due: str | None = None,
    died: str | None = None,
    no_upn: str | None = None,
) -> str:
    known = (
        element("LAchildID", identifier)
        + element("UPNunknown", no_upn)
        + element("PersonBirthDate", born)
        + element("ExpectedPersonBirthDate", due)
        + element("PersonDeathDate", died)
    )
    return element("Child", element("ChildIdentifiers", known) + "".join(cases))


@dataclass(frozen=True)
class Try:
    """A child in a return of 2024, unless said otherwise, that breaks a rule or does not."""

    rule: str
    is_broken: bool
    what: str
    cases: tuple[str, ...] = ()
    year: int = 2024
    born: str | None = "2012-01-01"
    due: str | None = None
    died: str | None = None
    no_upn: str | None = None
    is_twice: bool = False
    is_unidentified: bool = False

    @property
    def identifier(self) -> str:
        return f"{self.rule}: {self.what}"

    @property
    def xml(self) -> str:
        written = child(
            "" if self.is_unidentified else self.identifier,
            *self.cases,
            born=self.born,
            due=self.due,
            died=self.died,
            no_upn=self.no_upn,
        )
        return written * (2 if self.is_twice else 1)


def breaks(rule: str, what: str, *cases: str, **more: object) -> Try:
    return Try(rule, True, what, cases, **more)  # type: ignore[arg-type]


def passes(rule: str, what: str, *cases: str, **more: object) -> Try:
    return Try(rule, False, what, cases, **more)  # type: ignore[arg-type]


def nfa(*blocks: str, **more: str | None) -> str:
    return case(*blocks, **{"nfa": "1", "need": None, **more})


def closed(*blocks: str, **more: str | None) -> str:
    return case(*blocks, **{"closed": "2023-07-31", "reason": "RC7", **more})


def open_assessment(start: str, *factors: str) -> str:
    return case(assessment(start, None, *factors), referred="2022-01-01")


TRIES = (
    breaks("1103", "a day before", case(assessment("2023-05-31", "2023-07-03", "1A"))),
    passes("1103", "on the day", case(ASSESSED)),
    breaks("1104", "in the enquiry", case(ASSESSED, enquiry(conference="2023-05-31"))),
    breaks("1104", "in the case", case(ASSESSED, conference="2023-05-31")),
    passes("1104", "on the day", case(ASSESSED, enquiry(conference="2023-06-01"))),
    breaks("1105", "a day before", case(ASSESSED, protection("2023-05-31"))),
    breaks("1105", "the second of two", case(ASSESSED, protection(), protection("2023-05-31"))),
    passes("1105", "on the day", case(ASSESSED, protection("2023-06-01"))),
    breaks("2889", "a day before", case(ASSESSED, enquiry("2023-05-31"))),
    passes("2889", "on the day", case(ASSESSED, enquiry("2023-06-01"))),
    breaks("2990", "RC8 and an enquiry", closed(ASSESSED, enquiry(), reason="RC8")),
    breaks("2990", "RC9 and a plan", closed(ASSESSED, plan(), reason="RC9")),
    breaks("2990", "RC8 and protection", closed(ASSESSED, protection(), reason="RC8")),
    breaks("2990", "RC8 and a conference", closed(ASSESSED, conference="2023-06-20", reason="RC8")),
    passes("2990", "RC7 and an enquiry", closed(ASSESSED, enquiry())),
    passes("2990", "RC8 and nothing", closed(ASSESSED, reason="RC8")),
    breaks("2991Q", "no assessment", case(enquiry())),
    passes("2991Q", "an assessment", case(ASSESSED, enquiry())),
    breaks("2991Q", "an assessment in another case", case(ASSESSED), case(enquiry(), referred="2024-01-03")),
    breaks("4000", "a plan", nfa(plan())),
    passes("4000", "a plan and further action", case(ASSESSED, plan())),
    passes("4000", "before there were plans", nfa(plan("2020-06-05"), referred="2020-06-01"), year=2021),
    breaks("4015", "a day before", case(ASSESSED, plan("2023-05-31"))),
    passes("4015", "on the day", case(ASSESSED, plan("2023-06-01"))),
    breaks("8500", "none", case(ASSESSED), is_unidentified=True),
    passes("8500", "one", case(ASSESSED)),
    breaks("8510", "twice", case(ASSESSED), is_twice=True),
    passes("8510", "once", case(ASSESSED)),
    breaks("8555Q", "a day after", case(ASSESSED), died="2023-05-31"),
    passes("8555Q", "on the day", case(ASSESSED), died="2023-06-01"),
    breaks("8565", "an assessment ends", closed(assessment("2023-06-01", "2023-08-01", "1A"))),
    breaks("8565", "an assessment begins", closed(assessment("2023-08-01", None))),
    breaks("8565", "an enquiry", closed(ASSESSED, enquiry("2023-08-01"))),
    breaks("8565", "a conference", closed(ASSESSED, conference="2023-08-01")),
    breaks("8565", "a conference of an enquiry", closed(ASSESSED, enquiry(conference="2023-08-01"))),
    breaks("8565", "a plan begins", closed(ASSESSED, plan("2023-08-01"))),
    breaks("8565", "a plan ends", closed(ASSESSED, plan("2023-06-05", "2023-08-01"))),
    breaks("8565", "protection ends", closed(ASSESSED, protection(end="2023-08-01"))),
    passes(
        "8565", "on the day", closed(assessment("2023-06-01", "2023-07-31", "1A"), plan(end="2023-07-31"))
    ),
    passes("8565", "a review, which DfE does not list", closed(protection(review="2023-08-01"))),
    breaks("8568", "missing", case(ASSESSED, nfa=None)),
    breaks("8568", "empty", case(ASSESSED, nfa="")),
    breaks("8568", "another word", case(ASSESSED, nfa="yes")),
    passes("8568", "false", case(ASSESSED, nfa="false")),
    passes("8568", "true", nfa(nfa="true")),
    # 31 March 2023 was a Friday, 31 March 2024 Easter Sunday: Thursday 28 March was the last working day
    breaks("8569Q", "before Friday 31 March", nfa(referred="2023-03-30")),
    passes("8569Q", "on Friday 31 March", nfa(referred="2023-03-31")),
    breaks("8569Q", "before Thursday 28 March", nfa(referred="2024-03-27"), year=2025),
    passes("8569Q", "on Thursday 28 March", nfa(referred="2024-03-28"), year=2025),
    passes("8569Q", "further action", case(ASSESSED, referred="2023-03-30")),
    breaks("8569Q", "long before any calendar", nfa(referred="1970-10-06")),
    breaks("8585Q", "no day of death", closed(ASSESSED, reason="RC2")),
    passes("8585Q", "a day of death", closed(ASSESSED, reason="RC2"), died="2023-07-31"),
    passes("8585Q", "another reason", closed(ASSESSED)),
    breaks("8590", "no case"),
    passes("8590", "a case", case(ASSESSED)),
    breaks("8600", "missing", case(ASSESSED, referred=None)),
    breaks("8600", "a day after", case(referred="2024-04-01")),
    passes("8600", "on the reference date", case(referred="2024-03-31")),
    # 280 days before 1 February 2024 is 27 April 2023
    breaks("8606", "281 days before the birth", case(referred="2023-04-26"), born="2024-02-01"),
    passes("8606", "280 days before the birth", case(referred="2023-04-27"), born="2024-02-01"),
    breaks("8606", "281 days before it is due", case(referred="2023-04-26"), born=None, due="2024-02-01"),
    passes("8606", "280 days before it is due", case(referred="2023-04-27"), born=None, due="2024-02-01"),
    breaks("8606", "either day", case(referred="2023-04-26"), born="2024-01-02", due="2024-02-01"),
    passes("8606", "no day of either", case(referred="2023-04-26"), born=None),
    breaks("8608", "ends before", case(assessment("2023-06-02", "2023-06-01", "1A"))),
    passes("8608", "one day", case(assessment("2023-06-01", "2023-06-01", "1A"))),
    breaks("8610", "missing", case(ASSESSED, need=None)),
    breaks("8610", "empty", case(ASSESSED, need="")),
    passes("8610", "no further action", nfa()),
    passes("8610", "not stated", case(ASSESSED, need="N0")),
    breaks("8614", "goes on", case(assessment("2024-03-01", None, "1A"))),
    passes("8614", "goes on without factors", case(assessment("2024-03-01", None))),
    passes("8614", "has ended", case(ASSESSED)),
    breaks("8620", "before the year", closed(referred="2023-02-01", closed="2023-03-31")),
    breaks("8620", "after the year", closed(closed="2024-04-01")),
    passes("8620", "first day", closed(referred="2023-02-01", closed="2023-04-01")),
    passes("8620", "last day", closed(closed="2024-03-31")),
    breaks("8630", "a day before", closed(closed="2023-05-31")),
    passes("8630", "on the day", closed(closed="2023-06-01")),
    breaks("8640", "RC10", closed(reason="RC10")),
    breaks("8640", "small letters", closed(ASSESSED, reason="rc8")),
    breaks(
        "8640", "RC9 in 2022", closed(referred="2021-06-01", closed="2021-07-01", reason="RC9"), year=2022
    ),
    passes(
        "8640", "RC9 in 2023", closed(referred="2022-06-01", closed="2022-07-01", reason="RC9"), year=2023
    ),
    passes("8640", "none", case(ASSESSED)),
    breaks("8650", "N10", case(need="N10")),
    passes("8650", "N9", case(need="N9")),
    passes("8650", "none", nfa()),
    # 45 working days before Sunday 31 March 2024 is Thursday 25 January
    breaks("8670Q", "46 working days", open_assessment("2024-01-24")),
    passes("8670Q", "45 working days", open_assessment("2024-01-25")),
    passes("8670Q", "has ended", case(assessment("2023-06-01", "2024-03-01", "1A"))),
    breaks("8670Q", "long before any calendar", open_assessment("1970-06-03")),
    breaks(
        "8696", "before the year", case(assessment("2023-03-01", "2023-03-31", "1A"), referred="2023-03-01")
    ),
    breaks("8696", "after the year", case(assessment("2024-03-01", "2024-04-01", "1A"))),
    passes("8696", "first day", case(assessment("2023-03-01", "2023-04-01", "1A"), referred="2023-03-01")),
    passes("8696", "last day", case(assessment("2024-03-01", "2024-03-31", "1A"))),
    breaks("8736", "before the year", open_assessment("2023-03-31")),
    breaks("8736", "after the year", open_assessment("2024-04-01")),
    passes("8736", "first day", open_assessment("2023-04-01")),
    passes("8736", "has ended", case(assessment("2023-03-31", "2023-04-20", "1A"), referred="2023-03-31")),
    breaks("8772", "further action", case(ASSESSED), no_upn="UN7"),
    breaks("8772", "one of two", nfa(), case(referred="2023-09-01"), no_upn="UN7"),
    passes("8772", "none of two", nfa(), nfa(referred="2023-09-01"), no_upn="UN7"),
    passes("8772", "another reason", case(ASSESSED), no_upn="UN3"),
    breaks("8805", "no reason", case(ASSESSED, closed="2023-07-31")),
    passes("8805", "a reason", closed(ASSESSED)),
    breaks("8810", "no day", case(ASSESSED, reason="RC7")),
    passes("8810", "neither", case(ASSESSED)),
    breaks("8815", "two open", case(), case(referred="2023-09-01")),
    passes("8815", "one with no further action", case(), nfa(referred="2023-09-01")),
    passes("8815", "one closed", closed(), case(referred="2023-09-01")),
    breaks("8816", "a later one", case(), nfa(referred="2023-09-01")),
    passes("8816", "the latest", closed(), case(referred="2023-09-01")),
    passes("8816", "one of the same day", case(), nfa()),
    breaks("8820", "a day before the closure", closed(), nfa(referred="2023-07-30")),
    breaks("8820", "the same day", closed(), nfa()),
    breaks("8820", "one that is open", case(), nfa(referred="2024-03-30")),
    passes("8820", "the reference date", case(), nfa(referred="2024-03-31")),
    passes("8820", "the day of the closure", closed(), nfa(referred="2023-07-31")),
    breaks("8820_strictly_inside", "a day after", closed(), nfa(referred="2023-06-02")),
    passes("8820_strictly_inside", "the same day", closed(), nfa()),
    breaks("8825Q", "RC8", closed(reason="RC8")),
    breaks("8825Q", "RC9", closed(reason="RC9")),
    passes("8825Q", "RC8 assessed", closed(ASSESSED, reason="RC8")),
    passes("8825Q", "RC7", closed()),
    breaks("8831", "an assessment", nfa(ASSESSED)),
    breaks("8831", "an enquiry", nfa(enquiry())),
    breaks("8831", "a conference", nfa(conference="2023-06-20")),
    passes("8831", "a closure, which DfE does not list", nfa(closed="2023-06-01", reason="RC7")),
    passes("8831", "further action", case(ASSESSED, enquiry())),
    breaks("8832", "protection", nfa(protection())),
    passes("8832", "further action", case(protection())),
    breaks(
        "8863Q",
        "on the last day of another",
        case(assessment("2023-06-01", "2023-07-03", "1A"), assessment("2023-07-03", "2023-08-01", "1A")),
    ),
    passes(
        "8863Q",
        "a day after another",
        case(assessment("2023-06-01", "2023-07-03", "1A"), assessment("2023-07-04", "2023-08-01", "1A")),
    ),
    breaks(
        "8863Q", "beside one that goes on", case(assessment("2023-06-01", None), assessment("2024-03-31"))
    ),
    breaks("8863Q", "on one day", case(ASSESSED, assessment("2023-06-01", "2023-05-30", "1A"))),
    passes("8863Q", "of another case", case(ASSESSED), case(ASSESSED, source="1B")),
    breaks("8866", "missing", case(source=None)),
    breaks("8866", "none of the list", case(source="5E")),
    breaks("8866", "5D in 2022", case(referred="2021-06-01", source="5D"), year=2022),
    passes("8866", "5D in 2023", case(referred="2022-06-01", source="5D"), year=2023),
    passes("8866", "10", case(source="10")),
    breaks("8867", "one of two goes on", closed(ASSESSED, assessment("2023-07-10", None))),
    passes("8867", "ended", closed(ASSESSED)),
    passes("8867", "open", case(assessment("2023-07-10", None))),
    breaks("8868", "one of two goes on", closed(ASSESSED, enquiry(), enquiry(not_required="0"))),
    passes("8868", "a conference", closed(ASSESSED, enquiry(conference="2023-06-20", not_required="false"))),
    passes("8868", "none required", closed(ASSESSED, enquiry(not_required="true"))),
    passes("8868", "open", case(ASSESSED, enquiry(not_required="0"))),
    breaks("8869", "21 and another", case(assessment("2023-06-01", "2023-07-03", "21", "1A"))),
    passes("8869", "21 alone, twice", case(assessment("2023-06-01", "2023-07-03", "21", "21"))),
    passes(
        "8869",
        "another in another assessment",
        case(assessment("2023-06-01", "2023-07-03", "21"), assessment("2023-08-01", "2023-09-01", "1A")),
    ),
    breaks("8873Q", "RC7", closed(assessment("2023-06-01", "2023-07-03", "21"))),
    breaks("8873Q", "open", case(assessment("2023-06-01", "2023-07-03", "21"))),
    passes("8873Q", "RC9", closed(assessment("2023-06-01", "2023-07-03", "21"), reason="RC9")),
    passes("8873Q", "goes on", case(assessment("2023-06-01", None, "21"))),
    passes("8873Q", "one of two", closed(ASSESSED, assessment("2023-07-05", "2023-07-30", "21"))),
    breaks("8896", "two go on", case(assessment("2024-01-01", None), assessment("2024-02-01", None))),
    passes("8896", "one of two", case(ASSESSED, assessment("2024-02-01", None))),
    passes(
        "8896",
        "in two cases",
        case(assessment("2024-01-02", None)),
        case(assessment("2024-02-01", None), source="1B"),
    ),
    breaks("8897Q", "none", case(assessment("2023-06-01", "2023-07-03"))),
    breaks("8897Q", "empty", case(assessment("2023-06-01", "2023-07-03", ""))),
    passes("8897Q", "goes on", case(assessment("2023-06-01", None))),
    passes("8897Q", "21", closed(assessment("2023-06-01", "2023-07-03", "21"), reason="RC8")),
    breaks("8898", "twice", case(assessment("2023-06-01", "2023-07-03", "1A", "2B", "1A"))),
    passes("8898", "in two", case(ASSESSED, assessment("2023-07-05", "2023-08-03", "1A"))),
    breaks(
        "8945Q", "18A", case(assessment("2024-06-01", "2024-07-03", "18A"), referred="2024-06-01"), year=2025
    ),
    passes(
        "8945Q", "18B", case(assessment("2024-06-01", "2024-07-03", "18B"), referred="2024-06-01"), year=2025
    ),
    passes("8945Q", "18A in 2024", case(assessment("2023-06-01", "2023-07-03", "18A"))),
    breaks(
        "8950Q", "19A", case(assessment("2024-06-01", "2024-07-03", "19A"), referred="2024-06-01"), year=2025
    ),
    passes(
        "8950Q", "19C", case(assessment("2024-06-01", "2024-07-03", "19C"), referred="2024-06-01"), year=2025
    ),
    passes("8950Q", "19A in 2024", case(assessment("2023-06-01", "2023-07-03", "19A"))),
    # a return of 2019 that says that it speaks up to 21 July, as samples that go round do
    passes("8600", "up to the reference date of the header", case(referred="2019-07-21"), year=2019),
    breaks("8600", "past the reference date of the header", case(referred="2019-07-22"), year=2019),
    breaks(
        "8820",
        "inside one open up to the header's day",
        case(referred="2019-01-01"),
        nfa(referred="2019-07-20"),
        year=2019,
    ),
)
REFERENCE_DATES = {2019: "2019-07-21"}


def test_each_rule_has_a_child_who_breaks_it_and_one_who_does_not() -> None:
    header, rows = read_seed(PROJECT / "seeds" / "reference" / "census_rule.csv")
    rules = {row[header.index("rule_code")] for row in rows}
    assert {one.rule for one in TRIES if one.is_broken} == rules
    assert {one.rule for one in TRIES if not one.is_broken} == rules
    assert len({one.identifier for one in TRIES}) == len(TRIES)


def test_who_breaks_a_rule_is_found_and_who_only_just_does_not_is_not(
    project_copy: Path, tmp_path: Path, dbt: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PATHWAYS_LANDING", raising=False)
    files = []
    for year in sorted({one.year for one in TRIES}):
        reference_date = REFERENCE_DATES.get(year, f"{year}-03-31")
        children = "".join(one.xml for one in TRIES if one.year == year)
        files.append(tmp_path / f"{year}.xml")
        files[-1].write_text(
            f"<Message><Header><Year>{year}</Year><ReferenceDate>{reference_date}</ReferenceDate>"
            f"<LEA>990</LEA></Header><Children>{children}</Children></Message>",
            encoding="utf-8",
        )
    assert land_returns(load_settings(project_copy, {}), files, say=lambda text, style: None)
    assert dbt(project_copy, "build", "--select", "+fct_census_issue", "--exclude-resource-type", "unit_test")
    with duckdb.connect(str(project_copy / "warehouse" / "build.duckdb"), read_only=True) as connection:
        found = set(connection.sql("select la_child_id, rule_code from census.fct_census_issue").fetchall())
    (nobody,) = (one.identifier for one in TRIES if one.is_unidentified)
    found |= {(nobody, rule) for identifier, rule in found if identifier.startswith("?")}
    assert [
        one.identifier for one in TRIES if one.is_broken and (one.identifier, one.rule) not in found
    ] == []
    assert [
        one.identifier for one in TRIES if not one.is_broken and (one.identifier, one.rule) in found
    ] == []
