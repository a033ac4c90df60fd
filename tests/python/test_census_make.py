"""Made-up census returns: the same each time, linked over the years, like England's, within the rules."""

from __future__ import annotations

import csv
import gzip
import json
import os
import tracemalloc
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import PROJECT, shared
from helpers_census import broken_rules, day, is_true, root_of, texts, working_days
from pathways.census.return_file import read_return
from pathways.census.returns_xml import write_returns
from pathways.census.synthetic import Child, make_children, synthetic_codes
from pathways.census.synthetic_faults import PLANTED_RULES
from pathways.census.synthetic_rates import Rates
from pathways.census.working_days import bank_holidays, easter_sunday, first_day
from pathways.cli import app

YEARS = range(2022, 2026)
CHILDREN = 5_000


@dataclass
class Referral:
    """A referral as one return has it."""

    child_id: str
    referred: date
    closed: date | None
    reason: str | None
    is_no_further_action: bool
    source: str
    assessments: list[tuple[date, date | None, list[str]]]
    is_active: bool


@dataclass
class Return:
    """A return as the tests read it."""

    path: Path
    year: int
    referrals: list[Referral] = field(default_factory=list)
    birth_dates: dict[str, date | None] = field(default_factory=dict)
    upns: dict[str, str] = field(default_factory=dict)

    @property
    def first(self) -> date:
        return date(self.year - 1, 4, 1)

    @property
    def of_the_year(self) -> list[Referral]:
        return [one for one in self.referrals if one.referred >= self.first]


def read(path: Path) -> Return:
    root = root_of(path)
    found = Return(path, int(root.findtext(".//Year") or 0))
    for child in root.iter("Child"):
        child_id = child.findtext("ChildIdentifiers/LAchildID") or ""
        found.birth_dates[child_id] = day(child, "ChildIdentifiers/PersonBirthDate")
        if upn := child.findtext("ChildIdentifiers/UPN"):
            found.upns[child_id] = upn
        for one in child.findall("CINdetails"):
            found.referrals.append(
                Referral(
                    child_id,
                    day(one, "CINreferralDate") or date.max,
                    day(one, "CINclosureDate"),
                    one.findtext("ReasonForClosure"),
                    is_true(one, "ReferralNFA"),
                    one.findtext("ReferralSource") or "",
                    [
                        (
                            day(block, "AssessmentActualStartDate") or date.max,
                            day(block, "AssessmentAuthorisationDate"),
                            texts(block, "FactorsIdentifiedAtAssessment/AssessmentFactors"),
                        )
                        for block in one.findall("Assessments")
                    ],
                    any(one.find(name) is not None for name in ("Section47", "ChildProtectionPlans")),
                )
            )
    return found


def write(
    folder: Path, children: int = 200, years: range = YEARS, seed: int = 1, **options: bool
) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    made = make_children("900", children, years, seed)
    return write_returns(made, folder, "900", years, seed=seed, **options).files


def run(*arguments: str) -> tuple[int, str]:
    here = Path.cwd()
    os.chdir(PROJECT)
    try:
        done = CliRunner().invoke(app, ["census", "make", *arguments])
    finally:
        os.chdir(here)
    return done.exit_code, done.output


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Return]:
    """Returns of four years of one council with many children."""
    found = [read(path) for path in write(tmp_path_factory.mktemp("returns"), CHILDREN)]
    return {one.year: one for one in found}


# --- the same each time ----------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    first, again = write(tmp_path / "a"), write(tmp_path / "b")
    assert [path.name for path in first] == [f"cin_900_{year}.xml" for year in YEARS]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_another_seed_or_council_gives_other_children(tmp_path: Path) -> None:
    first, other = write(tmp_path / "a"), write(tmp_path / "b", seed=2)
    assert first[0].read_bytes().split(b"<Child>")[1] != other[0].read_bytes().split(b"<Child>")[1]
    assert next(make_children("900", 1, YEARS, 1)).birth != next(make_children("950", 1, YEARS, 1)).birth


def test_more_children_are_more_of_the_same() -> None:
    few, many = make_children("900", 20, YEARS, 1), make_children("900", 40, YEARS, 1)
    assert list(few) == [child for _, child in zip(range(20), many, strict=False)]


def test_packed_returns_are_the_same_bytes_too_and_hold_the_same_text(tmp_path: Path) -> None:
    plain = write(tmp_path / "a")
    packed, again = (write(tmp_path / name, is_packed=True) for name in ("b", "c"))
    assert packed[0].name == "cin_900_2022.xml.gz"
    assert [path.read_bytes() for path in packed] == [path.read_bytes() for path in again]
    assert [gzip.decompress(path.read_bytes()) for path in packed] == [path.read_bytes() for path in plain]


def test_what_was_begun_is_not_left_behind(tmp_path: Path) -> None:
    def broken() -> object:
        yield next(make_children("900", 1, YEARS, 1))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_returns(broken(), tmp_path, "900", YEARS, seed=1)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


# --- marked as synthetic ---------------------------------------------------------------------------------


def test_each_return_says_that_it_is_synthetic(returns: dict[int, Return]) -> None:
    for year, one in returns.items():
        root = root_of(one.path)
        assert root.findtext(".//SoftwareCode") == "pathways-synthetic"
        assert root.findtext(".//ReferenceDate") == f"{year}-03-31"
        assert root.getprevious() is not None and "Synthetic" in root.getprevious().text
        assert all(child_id.startswith("SYN") for child_id in one.birth_dates)
        assert all(upn[1:4] == "900" for upn in one.upns.values())


def test_no_made_up_council_has_a_code_of_a_real_one() -> None:
    real = {"900", "951", "101", ""}
    codes = synthetic_codes(real)
    assert len(set(codes)) == len(codes) > 150
    assert not real & set(codes)
    assert "990" not in codes
    assert all(len(code) == 3 and not 201 <= int(code) <= 899 for code in codes)
    assert synthetic_codes([])[:2] == ["900", "950"]


# --- linked ----------------------------------------------------------------------------------------------


def test_every_child_is_in_a_return(returns: dict[int, Return]) -> None:
    assert len({child_id for one in returns.values() for child_id in one.birth_dates}) == CHILDREN


def test_a_child_keeps_its_id_number_and_birth_date(returns: dict[int, Return]) -> None:
    common = set(returns[2023].birth_dates) & set(returns[2024].birth_dates)
    assert len(common) > CHILDREN / 20
    for child_id in common:
        born = returns[2023].birth_dates[child_id]
        assert born is None or returns[2024].birth_dates[child_id] == born
        if child_id in returns[2023].upns:
            assert returns[2024].upns[child_id] == returns[2023].upns[child_id]


def test_a_case_open_over_31_march_is_in_both_returns_and_ends_in_the_second(
    returns: dict[int, Return],
) -> None:
    checked = 0
    for year in YEARS[:-1]:
        later = {(one.child_id, one.referred): one for one in returns[year + 1].referrals}
        for one in returns[year].referrals:
            is_open = one.closed is None and not one.is_no_further_action
            assert ((one.child_id, one.referred) in later) is is_open
            if is_open:
                checked += later[one.child_id, one.referred].closed is not None
        of_before = {(one.child_id, one.referred) for one in returns[year].referrals}
        carried = [one for one in returns[year + 1].referrals if one.referred < returns[year + 1].first]
        assert carried and all((one.child_id, one.referred) in of_before for one in carried)
    assert checked > CHILDREN / 20


def test_an_assessment_over_31_march_is_unfinished_first_and_authorised_then(
    returns: dict[int, Return],
) -> None:
    checked = 0
    for year in YEARS[:-1]:
        later = {(one.child_id, one.referred): one for one in returns[year + 1].referrals}
        for one in returns[year].referrals:
            for start, end, factors in one.assessments:
                if end is None:
                    [second] = [
                        two for two in later[one.child_id, one.referred].assessments if two[0] == start
                    ]
                    assert not factors and second[1] is not None and second[2]
                    checked += 1
                else:
                    assert one.closed is None or end <= one.closed
    assert checked > 50


# --- of its year -----------------------------------------------------------------------------------------


def test_the_census_of_2023_brought_rc9_and_referrals_by_early_help(returns: dict[int, Return]) -> None:
    for year, one in returns.items():
        has_early_help = year >= 2023
        assert any(case.reason == "RC9" for case in one.referrals) is has_early_help
        assert (
            any(case.source == "5D" for case in one.referrals if case.referred >= one.first) is has_early_help
        )


def test_the_census_of_2025_has_sex_in_place_of_gender(returns: dict[int, Return]) -> None:
    for year, one in returns.items():
        text = one.path.read_text(encoding="utf-8")
        assert ("<Sex>" in text, "<GenderCurrent>" in text) == (year >= 2025, year < 2025)


def test_elements_stand_in_the_order_of_the_schema(returns: dict[int, Return]) -> None:
    orders = {
        "Child": "ChildIdentifiers ChildCharacteristics CINdetails",
        "ChildIdentifiers": "LAchildID UPN FormerUPN UPNunknown PersonBirthDate ExpectedPersonBirthDate "
        "GenderCurrent Sex PersonDeathDate",
        "CINdetails": "CINreferralDate ReferralSource PrimaryNeedCode CINclosureDate ReasonForClosure "
        "DateOfInitialCPC Assessments CINPlanDates Section47 ReferralNFA ChildProtectionPlans",
        "Assessments": "AssessmentActualStartDate AssessmentInternalReviewDate AssessmentAuthorisationDate "
        "FactorsIdentifiedAtAssessment",
        "Section47": "S47ActualStartDate InitialCPCtarget DateOfInitialCPC ICPCnotRequired",
        "ChildProtectionPlans": "CPPstartDate CPPendDate InitialCategoryOfAbuse LatestCategoryOfAbuse "
        "NumberOfPreviousCPP Reviews",
    }
    root = root_of(returns[2025].path)
    for name, order in orders.items():
        places = {child: place for place, child in enumerate(order.split())}
        seen = set()
        for element in root.iter(name):
            found = [places[child.tag] for child in element]
            assert found == sorted(found)
            seen.update(found)
        assert len(seen) >= len(places) - 3


@pytest.mark.parametrize("years", [range(2017, 2020), range(2020, 2024), YEARS, range(2025, 2027)])
def test_no_rule_is_broken(tmp_path: Path, years: range) -> None:
    for path in write(tmp_path, 1_500, years, seed=7):
        assert broken_rules(path) == {}, path.name


def test_the_rules_of_the_tests_find_what_is_broken() -> None:
    specimen = shared("data", "census_specimen")
    expected = json.loads((specimen / "expected_rules.json").read_text())["broken"]["990"]
    checked = set()
    for year, rules in expected.items():
        found = broken_rules(specimen / f"cin_990_{year}.xml")
        copied = set(rules["8510"])
        for rule, ids in rules.items():
            if rule != "8820_strictly_inside":
                assert set(found.get(rule, [])) - copied == set(ids) - copied, (year, rule)
                checked.update({rule} if ids else ())
    assert len(checked) >= 15


def test_planted_faults_break_the_rules_that_are_noted_and_no_child_without_one_breaks_any(
    tmp_path: Path,
) -> None:
    options = ("--children", "3000", "--with-faults", "0.1", "--output", str(tmp_path))
    code, output = run(*options)
    assert code == 0, output
    with (tmp_path / "cin_faults.csv").open(encoding="utf-8", newline="") as file:
        planted = list(csv.DictReader(file))
    assert {row["rule_code"] for row in planted} == set(PLANTED_RULES)
    assert f"{len(planted)} faults in cin_faults.csv" in output
    for year in YEARS:
        found = broken_rules(tmp_path / f"cin_900_{year}.xml")
        ours = [row for row in planted if row["census_year"] == str(year)]
        for row in ours:
            assert row["la_child_id"] in found.get(row["rule_code"], []), row
        assert {child_id for ids in found.values() for child_id in ids} == {
            row["la_child_id"] for row in ours
        }
    assert run("--children", "3000", "--output", str(tmp_path))[0] == 1


def test_what_is_made_can_be_landed(tmp_path: Path) -> None:
    [path] = write(tmp_path, 300, range(2024, 2025), is_packed=True)
    header, counts = read_return(path, flush=lambda header, rows: None)
    assert header.is_synthetic and (header.la_code, header.census_year) == ("900", 2024)
    assert counts["set_aside"] == 0 and counts["child"] > 50


# --- like England's --------------------------------------------------------------------------------------


def rereferred(this: Return, before: Return) -> tuple[int, int]:
    """Re-referrals of the year and children re-referred, as DfE counts them."""
    days = defaultdict(list)
    for one in [*before.of_the_year, *this.of_the_year]:
        days[one.child_id].append(one.referred)
    found = Counter(
        child_id
        for child_id, dates in days.items()
        for earlier, later in pairwise(sorted(dates))
        if later >= this.first and (later - earlier).days <= 365
    )
    return found.total(), len(found)


def test_rates_are_those_of_england(returns: dict[int, Return]) -> None:
    totals: Counter[str] = Counter()
    for year in YEARS[1:]:
        this = returns[year]
        referrals = this.of_the_year
        totals["referrals"] += len(referrals)
        totals["children"] += len({one.child_id for one in referrals})
        again, children_again = rereferred(this, returns[year - 1])
        totals["rereferrals"] += again
        totals["children_rereferred"] += children_again
        totals["no_further_action"] += sum(one.is_no_further_action for one in referrals)
        totals["not_in_need"] += sum(
            one.reason in ("RC8", "RC9") and bool(one.assessments) and not one.is_active for one in referrals
        )
        ended = [one for one in this.referrals if one.reason]
        totals["closed_after_assessment"] += sum(one.reason in ("RC8", "RC9") for one in ended)
        totals["early_help"] += sum(one.reason == "RC9" for one in ended)
        totals["ended_episodes"] += sum(one.reason not in ("RC8", "RC9") for one in ended)
        totals["rc7"] += sum(one.reason == "RC7" for one in ended)
        for one in this.referrals:
            for start, end, _ in one.assessments:
                if end is not None:
                    totals["assessments"] += 1
                    totals["in_45_days"] += working_days(start, end) <= 45

    def percent(part: str, whole: str) -> float:
        return 100 * totals[part] / totals[whole]

    assert percent("rereferrals", "referrals") == pytest.approx(22.6, abs=2.5)
    assert percent("children_rereferred", "children") == pytest.approx(21.0, abs=2.5)
    assert percent("no_further_action", "referrals") == pytest.approx(6.5, abs=1.2)
    assert percent("not_in_need", "referrals") == pytest.approx(30.8, abs=2.0)
    assert percent("in_45_days", "assessments") == pytest.approx(84.5, abs=1.5)
    assert percent("early_help", "closed_after_assessment") == pytest.approx(15, abs=2.5)
    assert percent("rc7", "ended_episodes") == pytest.approx(92.5, abs=2.5)
    assert totals["rereferrals"] >= totals["children_rereferred"]
    assert totals["rereferrals"] >= totals["referrals"] - totals["children"]


def test_years_are_of_about_one_size(returns: dict[int, Return]) -> None:
    counts = [len(one.of_the_year) for one in returns.values()]
    assert max(counts) < 1.2 * min(counts)


def test_all_ages_and_unborn_children_are_referred(returns: dict[int, Return]) -> None:
    ages: Counter[int] = Counter()
    for one in returns.values():
        for case in one.of_the_year:
            born = one.birth_dates[case.child_id]
            ages[
                -1 if born is None or born > case.referred else int((case.referred - born).days / 365.25)
            ] += 1
    assert ages[-1] > 20
    assert set(ages) <= set(range(-1, 18))
    assert all(ages[age] for age in range(18))


@pytest.mark.parametrize(
    ("name", "is_early_help"), [("back_after_early_help", True), ("back_after_assessment", False)]
)
def test_how_often_children_come_back_can_be_chosen(name: str, is_early_help: bool) -> None:
    def share_back(children: list[Child]) -> float:
        back = [
            at + 1 < len(child.cases) and child.cases[at + 1].referral - case.referral <= 365
            for child in children
            for at, case in enumerate(child.cases)
            if case.reason in ("RC8", "RC9")
            and case.is_referred_to_early_help is is_early_help
            and 0 <= case.referral - first < 3 * 365
            and case.referral + 365 < child.birth + 18 * 365
        ]
        return sum(back) / len(back)

    first = first_day(2022)
    plain = {"often_share": 0.0, "seldom_factor": 1.0, "early_help_share": 0.5}
    seldom = list(make_children("900", 6_000, YEARS, 1, Rates(**plain, **{name: 0.05})))
    often = list(make_children("900", 6_000, YEARS, 1, Rates(**plain, **{name: 0.6})))
    assert share_back(seldom) == pytest.approx(0.05, abs=0.03)
    assert share_back(often) == pytest.approx(0.6, abs=0.06)


# --- days ------------------------------------------------------------------------------------------------


def test_bank_holidays_are_englands() -> None:
    assert easter_sunday(2024) == date(2024, 3, 31)
    assert sorted(bank_holidays(2022)) == [
        date(2022, 1, 3), date(2022, 4, 15), date(2022, 4, 18), date(2022, 5, 2), date(2022, 6, 2),
        date(2022, 6, 3), date(2022, 8, 29), date(2022, 9, 19), date(2022, 12, 26), date(2022, 12, 27),
    ]  # fmt: skip
    assert sorted(bank_holidays(2020)) == [
        date(2020, 1, 1), date(2020, 4, 10), date(2020, 4, 13), date(2020, 5, 8), date(2020, 5, 25),
        date(2020, 8, 31), date(2020, 12, 25), date(2020, 12, 28),
    ]  # fmt: skip
    assert date(2021, 12, 28) in bank_holidays(2021) and date(2023, 5, 8) in bank_holidays(2023)


def test_bank_holidays_are_those_of_the_seed() -> None:
    path = PROJECT / "seeds" / "reference" / "bank_holiday.csv"
    with path.open(encoding="utf-8", newline="") as file:
        listed = {date.fromisoformat(row["bank_holiday_date"]) for row in csv.DictReader(file)}
    assert listed
    assert listed == {one for year in {one.year for one in listed} for one in bank_holidays(year)}


# --- memory ----------------------------------------------------------------------------------------------


def test_memory_does_not_grow_with_the_number_of_children(tmp_path: Path) -> None:
    def most(children: int) -> int:
        tracemalloc.start()
        write(tmp_path / str(children), children)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak

    write(tmp_path / "warm", 10)
    few, many = most(1_000), most(10_000)
    assert many < few + 500_000


# --- the command -----------------------------------------------------------------------------------------


def test_the_command_writes_linked_returns_and_says_so(tmp_path: Path) -> None:
    code, output = run(
        "--children",
        "50",
        "--councils",
        "2",
        "--years",
        "2024-2025",
        "--seed",
        "3",
        "--output",
        str(tmp_path),
    )
    assert code == 0, output
    assert "4 returns of 2 councils, 100 children" in output and "synthetic" in output
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"cin_{la_code}_{year}.xml" for la_code in ("900", "950") for year in (2024, 2025)
    ]


def test_years_may_be_a_count_or_one(tmp_path: Path) -> None:
    for years, expected in (("2", ["2024", "2025"]), ("2023", ["2023"])):
        code, output = run("--children", "5", "--years", years, "--gzip", "--output", str(tmp_path / years))
        assert code == 0, output
        assert sorted(path.name[8:12] for path in (tmp_path / years).iterdir()) == expected


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--children", "0"), "--children 0: a number from 1 to 9999999 was expected."),
        (("--children", "10000000"), "--children 10000000: a number"),
        (("--councils", "0"), "--councils 0: a number from 1 to"),
        (("--councils", "1000"), "--councils 1000: a number from 1 to 2"),
        (("--years", "2016"), "--years '2016': census years from 2017 to 2026"),
        (("--years", "2025-2022"), "--years '2025-2022': census years"),
        (("--years", "0"), "--years '0': census years"),
        (("--years", "all"), "--years 'all': census years"),
        (("--with-faults", "2"), "--with-faults 2: a share from 0 to 1 was expected."),
        (("--output", str(PROJECT / "README.md")), "README.md: a folder was expected"),
    ],
)
def test_an_option_that_cannot_be_is_one_sentence(arguments: tuple[str, ...], said: str) -> None:
    code, output = run(*arguments)
    assert (code, len(output.strip().splitlines())) == (2, 1), output
    assert said in output


def test_returns_of_another_run_are_not_left_beside(tmp_path: Path) -> None:
    options = ("--children", "5", "--output", str(tmp_path))
    assert run(*options, "--years", "2024-2025")[0] == 0
    assert run(*options, "--years", "2024-2025", "--seed", "2")[0] == 0
    code, output = run(*options, "--years", "2025")
    assert code == 1
    assert "cin_900_2024.xml, which this run would not write anew" in output
    assert len(list(tmp_path.iterdir())) == 2
