"""The door for children in need census returns."""

from __future__ import annotations

import gzip
import os
import stat
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from conftest import PROJECT
from pathways.arrivals import LandOptions, land_all
from pathways.build import INBOX, land_inbox
from pathways.census.area import RETURNS, read_manifest
from pathways.census.landing import land_returns, unland_return
from pathways.census.return_file import SYNTHETIC_SOFTWARE, Rows, read_return
from pathways.errors import PathwaysError
from pathways.settings import Settings, load_settings

CHILD = """<Child><ChildIdentifiers><LAchildID>{id}</LAchildID><UPN></UPN>
<PersonBirthDate>{born}</PersonBirthDate><Sex>F</Sex></ChildIdentifiers>
<ChildCharacteristics><Ethnicity>WBRI</Ethnicity></ChildCharacteristics>
<CINdetails><CINreferralDate>2024-05-01</CINreferralDate><ReferralNFA>{nfa}</ReferralNFA>{more}</CINdetails></Child>"""


HEADER = (
    "<Header><CollectionDetails><Collection>CIN</Collection><Year>2025</Year>"
    "<ReferenceDate>2025-03-31</ReferenceDate></CollectionDetails>"
    "<Source><LEA>990</LEA><SoftwareCode>x</SoftwareCode></Source></Header>"
)


def message(*children: str, header: str = "", head: str = "") -> bytes:
    return f"{head}<Message>{header or HEADER}<Children>{''.join(children)}</Children></Message>".encode()


def child(born: str = "2015-01-02", nfa: str = "0", more: str = "", identifier: str = "00123") -> str:
    return CHILD.format(id=identifier, born=born, nfa=nfa, more=more)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(PROJECT, {"PATHWAYS_LANDING": str(tmp_path / "landing")})


@pytest.fixture
def land(settings: Settings, tmp_path: Path) -> Callable[..., tuple[bool, list[str]]]:
    def run(content: bytes, name: str = "return.xml", **options: object) -> tuple[bool, list[str]]:
        path = tmp_path / name
        path.write_bytes(content)
        said: list[str] = []
        passed = land_returns(
            settings,
            [path],
            say=lambda text, style: said.append(text),
            **options,  # type: ignore[arg-type]
        )
        return passed, said

    return run


def rows_of(content: bytes, tmp_path: Path, name: str = "r.xml") -> dict[str, dict[str, list[object]]]:
    path = tmp_path / name
    path.write_bytes(content)
    taken: list[Rows] = []
    columns: dict[str, dict[str, list[object]]] = {}

    def flush(header: object, rows: Rows) -> None:
        taken.append(rows)
        columns.update(rows.columns)

    read_return(path, flush=flush)
    return columns


@pytest.mark.parametrize(
    "text", ["01/05/2024", "2024-5-1", "20240501", "2024-02-30", "2024-W01-1", "2024-05-01Z"]
)
def test_a_date_that_is_not_iso_is_set_aside_with_its_line_and_never_inferred(
    text: str, tmp_path: Path
) -> None:
    found = rows_of(message(child(born=text)), tmp_path)
    assert found["child"]["birth_date"] == [None]
    assert found["set_aside"]["rule_code"] == ["census_date_is_iso"]
    assert found["set_aside"]["element"] == ["PersonBirthDate"]
    assert found["set_aside"]["line_number"] == [2]


@pytest.mark.parametrize(
    ("text", "value"), [("0", False), ("false", False), ("1", True), ("true", True), ("", None)]
)
def test_truth_values_come_in_both_spellings(text: str, value: bool | None, tmp_path: Path) -> None:
    found = rows_of(message(child(nfa=text)), tmp_path)
    assert found["referral"]["is_no_further_action"] == [value]
    assert found["set_aside"]["rule_code"] == []


def test_another_truth_value_is_set_aside(tmp_path: Path) -> None:
    found = rows_of(message(child(nfa="yes")), tmp_path)
    assert found["set_aside"]["rule_code"] == ["census_truth_value_is_known"]


def test_an_unknown_block_does_not_break_the_reading_of_the_rest(tmp_path: Path) -> None:
    block = "<PreProceedingsandFGDM><PPStartDate>2025-01-01</PPStartDate></PreProceedingsandFGDM>"
    closed = "<CINclosureDate>2024-06-01</CINclosureDate>"
    found = rows_of(message(child(more=block + closed)), tmp_path)
    assert found["set_aside"]["element"] == ["PreProceedingsandFGDM"]
    assert found["set_aside"]["rule_code"] == ["census_element_is_known"]
    assert found["referral"]["closure_date"] != [None]


def test_an_element_of_a_child_inside_a_referral_is_not_read_as_the_childs(tmp_path: Path) -> None:
    text = message(child(more="<Sex>M</Sex>")).replace(b"<Sex>F</Sex>", b"")
    found = rows_of(text, tmp_path)
    assert found["child"]["sex_code"] == [None]
    assert found["set_aside"]["element"] == ["Sex"]


NESTED_WRONGLY = {
    "a closure inside an assessment": (
        child(more="<Assessments><CINclosureDate>2024-06-01</CINclosureDate></Assessments>"),
        "CINclosureDate",
    ),
    # each block has as many elements as it should
    "two elements that have changed places": (
        child(
            more="<Assessments><CINclosureDate>2024-06-01</CINclosureDate></Assessments>"
            "<AssessmentActualStartDate>2024-05-02</AssessmentActualStartDate>"
        ),
        "CINclosureDate",
    ),
    "an element inside a date": (
        child(more="<CINclosureDate>2024-06-01<Wrong>x</Wrong></CINclosureDate>"),
        "Wrong",
    ),
    "a known element inside a date": (
        child(more="<CINclosureDate>2024-06-01<ReasonForClosure>RC8</ReasonForClosure></CINclosureDate>"),
        "ReasonForClosure",
    ),
    "a text in a block": (child(more="<Assessments>2024-05-02</Assessments>"), "Assessments"),
    "a factor beside its block": (
        child(more="<Assessments><AssessmentFactors>1A</AssessmentFactors></Assessments>"),
        "AssessmentFactors",
    ),
    "a referral beside the children": ("<CINdetails/>" + child(), "CINdetails"),
}


@pytest.mark.parametrize("case", NESTED_WRONGLY)
def test_what_stands_where_the_schema_has_it_not_is_set_aside_and_not_read(case: str, tmp_path: Path) -> None:
    content, element = NESTED_WRONGLY[case]
    found = rows_of(message(content), tmp_path)
    assert element in found["set_aside"]["element"]
    assert set(found["set_aside"]["rule_code"]) == {"census_element_is_known"}
    assert found["referral"]["closure_date"] == [None]
    assert found["referral"]["closure_reason_code"] == [None]
    assert found["factor"]["factor_code"] == []


def test_an_element_beside_the_children_is_no_childs(tmp_path: Path) -> None:
    found = rows_of(message(child(), "<Shoe/>", child(identifier="2")), tmp_path)
    assert found["set_aside"]["element"] == ["Shoe"]
    assert found["set_aside"]["la_child_id"] == [None]
    assert found["child"]["la_child_id"] == ["00123", "2"]


def test_a_child_inside_another_is_set_aside_and_not_counted(tmp_path: Path) -> None:
    found = rows_of(message(child(more=child(identifier="INNER"))), tmp_path)
    assert found["child"]["la_child_id"] == ["00123"]
    assert found["set_aside"]["element"] == ["Child"]


def test_an_element_given_twice_keeps_the_first_and_says_so(tmp_path: Path) -> None:
    twice = "<ReasonForClosure>RC8</ReasonForClosure><ReasonForClosure>RC7</ReasonForClosure>"
    found = rows_of(message(child(more=twice)), tmp_path)
    assert found["referral"]["closure_reason_code"] == ["RC8"]
    assert found["set_aside"]["rule_code"] == ["census_element_is_given_once"]


def test_a_referral_has_the_same_hash_where_something_odd_stands_beside_it(tmp_path: Path) -> None:
    more = (
        "<CINclosureDate/><DateOfInitialCPC/><Assessments><AssessmentActualStartDate>2024-05-02"
        "</AssessmentActualStartDate><FactorsIdentifiedAtAssessment><AssessmentFactors>1A</AssessmentFactors>"
        "<AssessmentFactors/></FactorsIdentifiedAtAssessment></Assessments><Section47>"
        "<S47ActualStartDate>2024-05-03</S47ActualStartDate><DateOfInitialCPC>2024-05-10</DateOfInitialCPC>"
        "</Section47><ChildProtectionPlans><CPPstartDate>2024-05-10</CPPstartDate><Reviews><CPPreviewDate>"
        "2024-07-01</CPPreviewDate></Reviews></ChildProtectionPlans>"
    )
    odd = child(more=more).replace("</ChildIdentifiers>", "<Shoe>38</Shoe></ChildIdentifiers>")
    found = rows_of(message(child(more=more), odd), tmp_path)
    assert found["set_aside"]["element"] == ["Shoe"]
    first, second = found["referral"]["content_hash"]
    assert first == second


def test_a_number_of_plans_that_is_none_is_set_aside(tmp_path: Path) -> None:
    plan = (
        "<ChildProtectionPlans><CPPstartDate>2024-07-01</CPPstartDate><NumberOfPreviousCPP>-1"
        "</NumberOfPreviousCPP></ChildProtectionPlans>"
    )
    found = rows_of(message(child(more=plan)), tmp_path)
    assert found["child_protection_plan"]["previous_plan_count"] == [None]
    assert found["set_aside"]["rule_code"] == ["census_count_is_whole"]


def test_ids_are_text_and_every_review_is_kept(tmp_path: Path) -> None:
    plan = (
        "<ChildProtectionPlans><CPPstartDate>2024-07-01</CPPstartDate><Reviews><CPPreviewDate>2024-09-01"
        "</CPPreviewDate><CPPreviewDate>2024-12-01</CPPreviewDate></Reviews></ChildProtectionPlans>"
    )
    found = rows_of(message(child(more=plan)), tmp_path)
    assert found["child"]["la_child_id"] == ["00123"]
    assert len(found["review"]["review_date"]) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (message(child(), head='<!DOCTYPE m [<!ENTITY a "b">]>'), "a document type"),
        (message(child())[:-20], "breaks off"),
        (b"<Other/>", "a file of <Other>"),
        (message(), "no child"),
        (message(child(), header="<Header></Header>"), "no council or census year"),
        (
            message(child()).replace(b"<Year>2025", b"<Year>2031").replace(b"2025-03-31", b"2031-03-31"),
            "2031",
        ),
        (message(child()).replace(b">CIN<", b">CLA<"), "collection CLA"),
        (message(child()).replace(b"</Message>", f"{HEADER}</Message>".encode()), "two headers"),
        (message(child()).replace(b"<LEA>990", "<LEA>٩٩٠".encode()), "no council or census year"),
    ],
    ids=[
        "entities",
        "truncated",
        "another root",
        "no child",
        "no header",
        "a later year",
        "another collection",
        "a second header",
        "digits of another script",
    ],
)
def test_what_is_no_return_is_refused_in_one_sentence_and_nothing_is_left(
    content: bytes, words: str, land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    passed, said = land(content)
    assert not passed
    assert len(said) == 1
    assert words in said[0]
    assert list((settings.returns / RETURNS).iterdir()) == []
    assert read_manifest(settings.returns) == []


def test_a_return_belongs_to_the_year_of_its_reference_date_and_what_is_odd_in_the_header_is_said(
    land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    """The samples that validators ship say one year and the last day of another."""
    header = HEADER.replace("<Year>2025", "<Year>2024").replace("2025-03-31", "2025-07-21")
    passed, said = land(message(child(), header=header))
    assert passed
    assert "the return of 990 for 2025" in said[0]
    assert "says 2024 and the reference date 2025-07-21: taken for the return of 2025" in said[1]
    assert "not 31 March" in said[2]
    assert len(said) == 3
    landed = read_manifest(settings.returns)
    assert [(one.census_year, one.reference_date) for one in landed] == [(2025, "2025-07-21")]


def test_a_bomb_of_gzip_ends(land: Callable[..., tuple[bool, list[str]]]) -> None:
    comment = b"<!--" + b"x" * 9_000 + b"-->"
    bomb = gzip.compress(b"<Message><Children>" + comment * 15_000)
    passed, said = land(bomb, "bomb.xml.gz")
    assert not passed
    assert "unpacks to more" in said[0]


def test_a_packed_return_and_one_with_a_namespace_are_the_same_return(tmp_path: Path) -> None:
    plain = rows_of(message(child()), tmp_path)
    packed = rows_of(gzip.compress(message(child())), tmp_path, "r.xml.gz")
    spaced = rows_of(message(child()).replace(b"<Message>", b'<Message xmlns="urn:x">'), tmp_path, "n.xml")
    assert plain == packed == spaced


def test_a_landed_return_is_for_its_owner_alone_and_says_nothing_of_a_child(
    land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    passed, said = land(message(child(born="1/1/2015", identifier="SECRET9")))
    assert passed
    assert "SECRET9" not in "".join(said)
    assert "1/1/2015" not in "".join(said)
    assert "line 2" in said[1]
    for path in settings.returns.rglob("*"):
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path
    aside = pq.read_table(next(settings.returns.rglob("set_aside.parquet"))).to_pylist()
    assert aside[0]["la_child_id"] == "SECRET9"


def test_a_second_return_of_the_year_needs_amend_and_takes_the_place_of_the_first(
    land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    assert land(message(child()))[0]
    assert land(message(child()))[1][0].startswith("Known already")
    other = message(child(), child(identifier="2"))
    passed, said = land(other)
    assert not passed
    assert "--amend" in said[0]
    assert land(other, amend=True)[0]
    assert [row.child_count for row in read_manifest(settings.returns)] == [2]
    assert len(list((settings.returns / RETURNS).iterdir())) == 1


def test_a_return_without_a_header_is_told_its_council_and_year(
    land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    bare = b"<Message><Children>" + child().encode() + b"</Children></Message>"
    assert land(bare, la_code="331", census_year=2025)[0]
    assert read_manifest(settings.returns)[0].return_key.startswith("331_2025_")


def test_a_council_other_than_the_one_said_is_refused(
    land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    passed, said = land(message(child()), la_code="331", census_year=2025)
    assert not passed
    assert "the council 990 in its header" in said[0]
    assert read_manifest(settings.returns) == []


def test_made_up_and_real_returns_of_a_council_are_never_landed_side_by_side(
    land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    made_up = message(child(), header=HEADER.replace(">x<", f">{SYNTHETIC_SOFTWARE}<"))
    later = made_up.replace(b"2025-03-31", b"2026-03-31").replace(b"<Year>2025", b"<Year>2026")
    assert land(message(child()))[0]
    passed, said = land(later)
    assert not passed
    assert "made-up and real" in said[0]
    unland_return(settings, "990_2025")
    assert land(later)[0]
    assert [row.is_synthetic for row in read_manifest(settings.returns)] == [True]


def test_a_return_can_be_taken_out_again_by_council_and_year(
    land: Callable[..., tuple[bool, list[str]]], settings: Settings
) -> None:
    land(message(child()))
    with pytest.raises(PathwaysError, match=r"990_2024 is not landed\. What is: 990_2025"):
        unland_return(settings, "990_2024")
    assert unland_return(settings, "990_2025").file_name == "return.xml"
    assert read_manifest(settings.returns) == []
    assert list((settings.returns / RETURNS).iterdir()) == []


@pytest.mark.parametrize("kind", ["nothing", "a folder", "a pipe"])
def test_a_path_that_is_no_file_is_a_sentence(kind: str, settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "return.xml"
    if kind == "a folder":
        path.mkdir()
    elif kind == "a pipe":
        os.mkfifo(path)
    said: list[str] = []
    assert not land_returns(settings, [path], say=lambda text, style: said.append(text))
    assert "there is no such file, or it is none" in said[0]


def test_children_without_an_identifier_are_counted_with_their_lines_and_said(
    land: Callable[..., tuple[bool, list[str]]],
) -> None:
    head = "<?xml version='1.0'?>\n"
    passed, said = land(message(child(), child(identifier=""), "\n", child(identifier=" "), head=head))
    assert passed
    (sentence,) = (line for line in said if "LAchildID" in line)
    assert sentence.startswith(
        "  2 children have no LAchildID, lines 5, 9 (rule 8500). Each counts as a child"
    )
    assert not any("LAchildID" in line for line in land(message(child()), "good.xml", amend=True)[1])


def inboxed(settings: Settings, **contents: bytes) -> list[Path]:
    inbox = settings.landing / INBOX
    inbox.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (inbox / f"{name}.xml").write_bytes(content)
    return sorted(inbox.iterdir())


def landed_from(settings: Settings) -> list[str]:
    return [one.file_name for one in read_manifest(settings.returns)]


def test_a_file_of_the_inbox_whose_return_was_amended_since_is_left_out_and_said(settings: Settings) -> None:
    said: list[str] = []
    say = lambda text, style: said.append(text)  # noqa: E731
    first, second = message(child()), message(child(), child(identifier="2"))
    inboxed(settings, a=first)
    land_inbox(settings, say)
    (_, amended) = inboxed(settings, b=second)
    with pytest.raises(PathwaysError, match="were refused"):
        land_inbox(settings, say)
    assert f"pathways land --amend {amended}" in said[-1]
    assert land_returns(settings, [amended], amend=True, say=say)
    said.clear()
    land_inbox(settings, say)
    assert said[0].startswith(
        f"Left out: {settings.landing / INBOX / 'a.xml'} was the return of 990 for 2025"
    )
    assert "was amended since" in said[0]
    assert said[1].startswith("Known already")
    assert landed_from(settings) == ["b.xml"]
    # who asks for the first again by name gets it, and the other is left out from then on
    assert land_returns(settings, [settings.landing / INBOX / "a.xml"], amend=True, say=say)
    land_inbox(settings, say)
    assert landed_from(settings) == ["a.xml"]


def test_a_return_that_was_taken_out_does_not_come_back_from_the_inbox(settings: Settings) -> None:
    said: list[str] = []
    say = lambda text, style: said.append(text)  # noqa: E731
    (path,) = inboxed(settings, a=message(child()))
    land_inbox(settings, say)
    unland_return(settings, "990_2025")
    said.clear()
    land_inbox(settings, say)
    assert landed_from(settings) == []
    assert said == [
        f"Left out: {path} was the return of 990 for 2025, and was taken out since. Move the file out of "
        f"the inbox; to land it again: pathways land {path}."
    ]
    assert land_returns(settings, [path], say=say)
    land_inbox(settings, say)
    assert landed_from(settings) == ["a.xml"]


@pytest.mark.parametrize("kind", ["empty folder", "archive"])
def test_what_is_named_like_a_return_and_is_none_is_said(
    kind: str, settings: Settings, tmp_path: Path
) -> None:
    said: list[str] = []
    if kind == "archive":
        path = tmp_path / "returns.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("cin_990_2025.xml", message(child()))
    else:
        path = tmp_path / "d.xml"
        path.mkdir()
    assert not land_all(settings, [path], LandOptions(), lambda text, style: said.append(text))
    assert "nothing was landed" in said[-1]
    assert any("cin_990_2025.xml. Census returns in an archive" in line for line in said) is (
        kind == "archive"
    )


def test_a_file_of_somebody_else_that_others_can_read_is_refused_in_a_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    theirs = replace(settings, warehouse=tmp_path)
    theirs.build_file.write_bytes(b"")
    theirs.build_file.chmod(0o644)

    def forbidden(self: Path, mode: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "chmod", forbidden)
    with pytest.raises(
        PathwaysError, match=r"build\.duckdb: personal data .* Let the owner run this command"
    ):
        land_returns(theirs, [], say=lambda text, style: None)


def test_errors_of_the_reader_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(b"\x1f\x8b damaged")
    with pytest.raises(PathwaysError, match="damaged"):
        read_return(path, flush=lambda header, rows: None)
