"""A council's answer from its returns: counted as the measures are, safe to give out, and read back whole."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import shutil
import stat
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest

from conftest import PROJECT, Built, build_once, pathways, shared
from pathways.census.answer import (
    Answer,
    Asked,
    Returns,
    keep,
    known_relations,
    make_answer,
    questions_of,
    workbook,
)
from pathways.census.area import MANIFEST
from pathways.census.audit import AgeSum, Cell, Crossed, Status, SumKind, audit, is_small
from pathways.census.disclosure import Protected, protect
from pathways.census.kept import COLUMNS, KEPT, require_whole
from pathways.errors import PathwaysError
from pathways.foi.accept import accept
from pathways.foi.dictionary import load_dictionary
from pathways.foi.opening import open_content
from pathways.foi.proposal import Proposal
from pathways.foi.reading import Told, read_document
from pathways.settings import Settings, load_settings

CHILDREN = re.compile(r"<(?:\w+:)?Child>.*?</(?:\w+:)?Child>", re.DOTALL)
SETS = ("england_2021", "england_2025")
SEEDS = int(os.environ.get("PATHWAYS_ANSWER_SEEDS", "4"))
"""Answers by chance that are read back of each letter and form; each takes a second."""
CHILD, UPN, BORN, SPOILT = "ZZPLANTEDID", "Z990123498765", "2009-09-19", "19th of Septober"


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The specimen, in which one child can be told, landed, built and published as a user does it."""
    specimen = shared("data", "census_specimen")

    def prepare(folder: Path) -> Path:
        inbox = folder / "landing" / "inbox"
        inbox.mkdir(parents=True)
        for path in sorted(specimen.glob("*.xml")):
            text = path.read_text(encoding="utf-8")
            child = next(one for one in CHILDREN.findall(text) if "UPN>" in one and "PersonBirthDate>" in one)
            planted = child
            for element, value in (("LAchildID", CHILD), ("UPN", UPN), ("PersonBirthDate", BORN)):
                planted = re.sub(rf"(<(?:\w+:)?{element}>)[^<]*", rf"\g<1>{value}", planted, count=1)
            planted = re.sub(r"(ReferralNFA>)[^<]*", rf"\g<1>{SPOILT}", planted, count=1)
            (inbox / path.name).write_text(text.replace(child, planted, 1), encoding="utf-8")
        return PROJECT

    return build_once(tmp_path_factory, "census_answer", prepare)


@pytest.fixture
def settings(answered: Built, tmp_path: Path) -> Settings:
    """The built returns, with an area of its own for the answers that are kept."""
    return settings_with_returns(answered, tmp_path / "landing")


def settings_with_returns(answered: Built, landing: Path) -> Settings:
    """The built returns, with another landing area in which they are landed too."""
    here = load_settings(PROJECT, {**answered.environment, "PATHWAYS_LANDING": str(landing)})
    here.returns.mkdir(parents=True)
    shutil.copy(load_settings(PROJECT, answered.environment).returns / MANIFEST, here.returns)
    return here


def measures(answered: Built) -> dict[tuple[str, int, str], float | None]:
    with duckdb.connect(str(answered.build_file), read_only=True) as connection:
        rows = connection.sql(
            "select measure_code, census_year, age_band_code, value from census.fct_census_measure"
        ).fetchall()
    return {(code, year, age): value for code, year, age, value in rows}


@pytest.mark.parametrize("letter", SETS)
def test_each_count_is_that_of_its_measure_and_no_count_of_one_to_five_is_shown(
    letter: str, answered: Built, settings: Settings
) -> None:
    true = measures(answered)
    answer = make_answer(settings, letter, None)
    asked = {one.code: one for one in questions_of(PROJECT / "seeds", letter)}
    compared = 0
    for (code, period, age), text in answer.texts.items():
        value = true.get((asked[code].measure, period.end.year, age)) if code in asked else None
        if value is None:
            assert text in ("not held", "not available")
        elif is_small(int(value)):
            assert text in ("1 to 5", "[c]")
        else:
            assert text in (str(int(value)), "[c]")
            compared += 1
    assert compared > 20 or letter == "england_2021"


def test_nothing_that_is_kept_back_can_be_worked_out(answered: Built, settings: Settings) -> None:
    true = measures(answered)
    answer = make_answer(settings, "england_2025", None)
    asked = {one.code: one.measure for one in answer.questions}
    counts = {
        cell: int(true[asked[cell.question_code], int(cell.period_key[-10:-6]), cell.age_band_code] or 0)
        for cell in answer.protected.cells
    }
    assert answer.protected.count(Status.PRIMARY) > 5
    assert audit(answer.protected.cells, known_relations(answer.questions, counts, [])).is_safe


def counts_of(year: int, **by_question: tuple[int, ...]) -> dict[Cell, int]:
    return {
        Cell(question, str(year), age): count
        for question, counts in by_question.items()
        for age, count in zip(("all", "under_5", "age_5_to_9"), counts, strict=False)
    }


@pytest.fixture
def asked() -> tuple[Asked, ...]:
    return questions_of(PROJECT / "seeds", "england_2025")


def test_bands_are_held_to_add_up_in_the_years_in_which_they_do(asked: tuple[Asked, ...]) -> None:
    counts = counts_of(2023, Q3=(30, 4, 26)) | counts_of(2024, Q3=(30, 5, 26))
    kinds = {
        one.total.period_key: one.kind
        for one in known_relations(asked, counts, [])
        if isinstance(one, AgeSum)
    }
    assert kinds == {"2023": SumKind.PARTITION, "2024": SumKind.COVER}


@pytest.mark.parametrize(("whole", "is_known"), [(30, True), (29, False)])
def test_both_questions_count_those_of_the_last_where_all_others_leave_room_for_it(
    whole: int, is_known: bool, asked: tuple[Asked, ...]
) -> None:
    counts = counts_of(2024, Q4=(whole,), Q5=(20,), Q6=(14,), Q7=(4,))
    crossed = [one for one in known_relations(asked, counts, []) if isinstance(one, Crossed)]
    assert bool(crossed) is is_known


def test_a_small_rest_of_the_bands_is_not_given_away(asked: tuple[Asked, ...]) -> None:
    # 40 less 25 and 13: two children are older, and a count of two is small
    counts = counts_of(2024, Q3=(40, 25, 13))
    shown = protect(counts, known_relations(asked, counts, []), []).cells
    assert sum(one.value is None for one in shown.values()) >= 1


@pytest.mark.parametrize("letter", SETS)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_answer_reads_back_without_loss(form: str, letter: str, settings: Settings) -> None:
    answer = make_answer(settings, letter, None)
    book = workbook(settings, answer, council="Made up", on=answer.last_day, has_process=True)
    content = answer.as_csv().encode() if form == "csv" else book
    document = open_content(f"answer.{form}", content)
    proposal = read_document(document, load_dictionary(PROJECT / "seeds"), Told(letter))
    read = {(cell.question, cell.period, cell.age): cell.fact.text for cell in proposal.cells}
    assert read == dict(answer.texts)
    assert [cell for cell in proposal.cells if not cell.is_sure] == []
    if form == "xlsx":
        assert proposal.yes_no is not None
        assert proposal.yes_no.value is True


@pytest.mark.parametrize("change", ["taken out", "amended"])
def test_returns_that_changed_after_the_build_are_not_answered_from(change: str, settings: Settings) -> None:
    manifest = settings.returns / MANIFEST
    *lines, last = manifest.read_text(encoding="utf-8").splitlines(keepends=True)
    sha256 = last.split(",")[4]
    last = "" if change == "taken out" else last.replace(sha256, "0" * 64)
    manifest.write_text("".join(lines) + last, encoding="utf-8")
    with pytest.raises(PathwaysError, match=r"The returns of 990 for 2025 were .* run `make build` first"):
        make_answer(settings, "england_2025", None)


@pytest.mark.parametrize(
    "left", ["update quality.build_run set is_good = false", "drop table quality.build_run"]
)
def test_a_build_that_failed_or_never_ended_is_not_answered_from(
    left: str, settings: Settings, tmp_path: Path
) -> None:
    spoilt = replace(settings, warehouse=tmp_path / "warehouse")
    spoilt.warehouse.mkdir()
    shutil.copy(settings.build_file, spoilt.build_file)
    with duckdb.connect(str(spoilt.build_file)) as connection:
        connection.execute(left)
    with pytest.raises(PathwaysError, match="The last build did not end well"):
        make_answer(spoilt, "england_2025", None)


def answer_by_chance(letter: str, seed: int, *, is_synthetic: bool = False) -> Answer:
    """An answer of a small council: many small counts, years without a return, a part that is no part."""
    chance = random.Random(seed)
    question_set = load_dictionary(PROJECT / "seeds").question_set(letter)
    questions = questions_of(PROJECT / "seeds", letter)
    asked = {one.code for one in questions}
    missing = chance.sample(question_set.periods, chance.choice((0, 0, 1, 2)))
    texts = {}
    for question in question_set.questions:
        for period in question_set.periods if question.measure else ():
            for age in question_set.ages:
                count = chance.choice((0, 1, 3, 5, chance.randint(6, 30), chance.randint(1000, 2000)))
                mark = "1 to 5" if 1 <= count <= 5 else "[c]" if chance.random() < 0.1 else str(count)
                if question.code not in asked or period in missing:
                    mark = "not available" if question.code not in asked else "not held"
                texts[question.code, period, age] = mark
    returns = Returns("331", is_synthetic, {period.end.year: period.end for period in question_set.periods})
    notes = {
        (
            one.code,
            period,
        ): f"No count for {period.start.year}/{period.end.year % 100:02}: it would be looked "
        f"for in the return of census year {period.end.year + 1} too, which is not at hand."
        for one in questions
        for period in question_set.periods[:2]
    }
    return Answer(question_set, questions, texts, notes, returns, Protected({}, ()))


def reread(answer: Answer, form: str, *, council: str = "Coventry") -> Proposal:
    content = answer.as_csv().encode()
    if form == "xlsx":
        on = answer.last_day
        content = workbook(load_settings(PROJECT, {}), answer, council=council, on=on, has_process=True)
    document = open_content(f"answer.{form}", content)
    return read_document(document, load_dictionary(PROJECT / "seeds"), Told())


def meaning(text: str) -> tuple[str, int | None, int | None, int | None]:
    if text.isdecimal():
        return "reported", int(text), int(text), int(text)
    bounds = (1, 5) if text == "1 to 5" else (None, None)
    return "suppressed" if text in ("1 to 5", "[c]") else text.replace(" ", "_"), None, *bounds


@pytest.mark.parametrize("letter", SETS)
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_small_counts_under_their_age_bands_are_counts_and_every_cell_reads_back(
    form: str, letter: str
) -> None:
    for seed in range(SEEDS):
        answer = answer_by_chance(letter, seed)
        proposal = reread(answer, form)
        read = {
            (cell.question, cell.period, cell.age): (
                cell.reading.status,
                cell.reading.value,
                cell.reading.lower,
                cell.reading.upper,
            )
            for cell in proposal.cells
        }
        assert read == {key: meaning(text) for key, text in answer.texts.items()}, seed
        assert len(read) == len(proposal.cells)
        assert proposal.silent_count == 0
        assert proposal.lost == []


def answer_of(**texts: str) -> Answer:
    """An answer in which the first cells of questions say something, and all others nought."""
    answer = answer_by_chance("england_2025", 1)
    cells = dict.fromkeys(answer.texts, "0")
    period = answer.question_set.periods[0]
    ages = {"all": "all", "young": "5-9", "old": "16+"}
    cells |= {(name[:2], period, ages[name[3:]]): text for name, text in texts.items()}
    return replace(answer, texts=cells)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_answer_from_returns_is_held_to_the_relations_of_its_own_definitions(form: str) -> None:
    # a child assessed in one year is closed in the next, and one of two cases counts in two bands
    of_its_own = answer_of(Q3_all="7", Q4_all="9", Q3_young="7", Q3_old="8")
    assert [cell.reason for cell in reread(of_its_own, form).unsure] == [
        "Q3 8 (16+) is more than Q3 7 (all), of which it is a part"
    ] * 2
    broken = reread(answer_of(Q4_all="9", Q6_all="10"), form).unsure
    assert {cell.question for cell in broken} == {"Q4", "Q6"}


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_bands_of_an_answer_from_returns_may_add_up_to_more_than_all(form: str) -> None:
    assert reread(answer_of(Q3_all="9", Q3_young="8", Q3_old="8"), form).unsure == []


def test_the_council_on_the_cover_is_read() -> None:
    proposal = reread(answer_by_chance("england_2025", 1), "xlsx")
    assert (proposal.authority_code, proposal.publisher) == ("331", "Coventry")
    nobody = reread(answer_by_chance("england_2025", 1), "xlsx", council="Council 900 of Coventry Road")
    assert nobody.authority_code == ""


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_answer_from_made_up_returns_is_never_accepted(form: str, project_copy: Path) -> None:
    here = load_settings(project_copy, {})
    before = {path: path.read_bytes() for path in here.seeds.rglob("*.csv")}
    proposal = reread(answer_by_chance("england_2025", 1, is_synthetic=True), form)
    assert "it was counted from made-up returns, and is never accepted" in proposal.remarks
    with pytest.raises(PathwaysError, match="counted from made-up returns"):
        accept(here, [proposal], with_unsure=True)
    assert {path: path.read_bytes() for path in here.seeds.rglob("*.csv")} == before
    real = reread(answer_by_chance("england_2025", 1), form)
    assert not real.is_made_up
    accept(here, [real], with_unsure=True)
    assert {path: path.read_bytes() for path in here.seeds.rglob("*.csv")} != before


def test_counts_are_numbers_in_the_workbook_and_the_template_speaks_to_nobody() -> None:
    answer = answer_by_chance("england_2025", 1)
    content = workbook(
        load_settings(PROJECT, {}), answer, council="Coventry", on=answer.last_day, has_process=True
    )
    book = openpyxl.load_workbook(io.BytesIO(content))
    values = [cell.value for row in book["Q3"].iter_rows(min_row=4, min_col=2) for cell in row]
    assert {type(value) for value in values} == {int, str}
    assert not any(isinstance(value, str) and value.isdecimal() for value in values)
    shown = " ".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    for words in ("fill it in", "Please", "How to fill"):
        assert words not in shown


def test_an_answer_is_kept_once_for_its_owner_alone_and_what_it_kept_back_stays_back(
    settings: Settings,
) -> None:
    first = make_answer(settings, "england_2025", None)
    path = keep(settings, first)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keep(settings, first) == path
    # as if one count had been kept back before that is not small
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    row = next(
        row
        for row in rows
        if row["age_band"] == "all" and row["count"].isdecimal() and int(row["count"]) > 50
    )
    row["count"] = "[c]"
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_text(text.getvalue())
    second = make_answer(settings, "england_2025", None)
    cell = Cell(row["question"], f"{row['period_start']}_{row['period_end']}", row["age_band"])
    assert second.protected.cells[cell].status is Status.SECONDARY
    assert keep(settings, second) == path, "it says what was said before"


def test_an_answer_is_not_older_than_what_it_counts(answered: Built, tmp_path: Path) -> None:
    settings_with_returns(answered, tmp_path / "l")
    environment = {**answered.environment, "PATHWAYS_LANDING": str(tmp_path / "l")}
    options = ("--question-set", "england_2025", "--output", str(tmp_path / "out"), "--date")
    for day, is_refused in (("2025-03-30", True), ("2025-03-31", False)):
        code, said = pathways("census", "answer", *options, day, project=PROJECT, environment=environment)
        assert (code != 0) is is_refused, said
        assert ("cannot be older than what it counts" in said) is is_refused
        assert (tmp_path / "out").exists() is not is_refused


def test_a_kept_answer_is_never_written_over(settings: Settings) -> None:
    answer = make_answer(settings, "england_2025", None)
    path = keep(settings, answer)
    second = path.rename(path.with_name(path.name.replace("_0001.", "_0002.")))
    before = second.read_text(encoding="utf-8")
    third = keep(settings, replace(answer, returns=replace(answer.returns, is_synthetic=True)))
    assert third.name.endswith("_0003.csv")
    assert second.read_text(encoding="utf-8") == before


def test_a_spoilt_kept_answer_is_a_sentence(settings: Settings) -> None:
    path = keep(settings, make_answer(settings, "england_2025", None))
    path.write_text(path.read_text().replace(",not held,", ",somewhat,", 1))
    with pytest.raises(PathwaysError, match="somewhat"):
        make_answer(settings, "england_2025", None)


@pytest.mark.parametrize(
    ("letter", "council", "words"),
    [
        ("wales_2025", None, "No question of wales_2025"),
        ("england_1999", None, "There is no question set"),
        ("england_2025", "331", "No census return of 331"),
    ],
)
def test_what_cannot_be_answered_is_a_sentence(
    letter: str, council: str | None, words: str, settings: Settings
) -> None:
    with pytest.raises(PathwaysError, match=words):
        make_answer(settings, letter, council)


def test_every_question_that_returns_answer_is_one_of_its_letter_with_a_measure_that_is_counted(
    answered: Built,
) -> None:
    counted = {code for code, _, _ in measures(answered)}
    dictionary = load_dictionary(PROJECT / "seeds")
    for letter in SETS:
        known = dictionary.question_set(letter).by_code
        for one in questions_of(PROJECT / "seeds", letter):
            assert one.measure in counted
            assert {one.code, *one.part_of} <= known.keys()
            assert one.definition.endswith(".")


def test_a_kept_answer_is_published_and_goes_into_the_pathway(
    tmp_path_factory: pytest.TempPathFactory, answered: Built
) -> None:
    letter = "england_2025"

    def prepare(folder: Path) -> Path:
        settings = load_settings(PROJECT, answered.environment)
        answer = make_answer(settings, letter, None)
        made_up = replace(answer, returns=replace(answer.returns, la_code="900", is_synthetic=True))
        here = load_settings(PROJECT, {"PATHWAYS_LANDING": str(folder / "landing")})
        for one in (answer, made_up):
            keep(here, one)
        return PROJECT

    again = build_once(tmp_path_factory, "census_answer_built", prepare)
    given = make_answer(load_settings(PROJECT, answered.environment), letter, None).texts
    with duckdb.connect(str(again.published_file), read_only=True) as connection:
        rows = connection.sql(
            "select question_code, period_key, age_band_code, cell_text from marts.fct_foi_answer"
        ).fetchall()
        assert {tuple(row[:3]): row[3] for row in rows} == {
            (code, f"{period.start}_{period.end}", age): text for (code, period, age), text in given.items()
        }
        small = connection.sql(
            "select count(*) from marts.fct_pathway_figure "
            "where source_key like 'census-%' and value between 1 and 5"
        ).fetchall()
        assert small == [(0,)]
        stood = connection.sql(
            "select assessed_count, closed_after_assessment_count, source_basis_code, is_follow_up_complete, "
            "early_help_assessed_status from marts.fct_pathway where authority_key = 'unknown-census-990' "
            "and age_band_code = 'all' and period_key = '2024-04-01_2025-03-31'"
        ).fetchall()
        year = next(period for _, period, _ in given if period.end.year == 2025)
        # the returns end with the year, so that no re-referral of it had its twelve months
        assert stood == [
            (
                int(given["Q3", year, "all"]),
                int(given["Q4", year, "all"]),
                "census",
                False,
                "not_available",
            )
        ]
        made_up = connection.sql(
            "select count(*) from marts.dim_source where source_key like 'census-900%'"
        ).fetchall()
        assert made_up == [(0,)]


def test_a_spoilt_kept_answer_stops_the_build_in_one_sentence(settings: Settings) -> None:
    path = keep(settings, make_answer(settings, "england_2025", None))
    text = path.read_text()
    require_whole(settings)
    path.write_text(text[: len(text) // 2].rsplit(",", 1)[0])
    with pytest.raises(PathwaysError, match="a line that breaks off"):
        require_whole(settings)
    path.write_text(text.replace("age_band", "age", 1))
    with pytest.raises(PathwaysError, match="other columns"):
        require_whole(settings)


def test_nothing_of_a_child_leaves_the_build_file_and_the_landing_area(
    answered: Built, tmp_path: Path
) -> None:
    settings_with_returns(answered, tmp_path / "l")
    environment = {**answered.environment, "TMPDIR": str(tmp_path), "PATHWAYS_LANDING": str(tmp_path / "l")}
    folder = tmp_path / "out"
    code, said = pathways(
        "census",
        "answer",
        "--question-set",
        "england_2025",
        "--output",
        str(folder),
        project=PROJECT,
        environment=environment,
    )
    assert code == 0, said
    secrets = (CHILD, UPN, BORN, SPOILT)
    with duckdb.connect(str(answered.build_file), read_only=True) as connection:
        planted = connection.sql(
            "select count(*) from census.stg_census__child "
            f"where la_child_id = '{CHILD}' and upn = '{UPN}' and birth_date = '{BORN}'"
        ).fetchall()
    assert planted[0][0] >= 1
    with duckdb.connect(str(answered.published_file), read_only=True) as connection:
        tables = connection.sql(
            "select table_schema || '.' || table_name from information_schema.tables"
        ).fetchall()
        published = "".join(str(connection.sql(f"from {table}").fetchall()) for (table,) in tables)
    book = openpyxl.load_workbook(folder / "990_england_2025.xlsx")
    shown = "".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)
    for secret in secrets:
        assert secret not in said
        assert secret not in answered.output
        assert secret not in published
        assert secret not in shown
    assert stat.S_IMODE(answered.build_file.stat().st_mode) == 0o600
    looked_at = 0
    for root in (answered.target, answered.folder.parent / "logs", folder, tmp_path):
        for path in root.rglob("*"):
            if path.is_file() and KEPT not in path.parts:
                looked_at += 1
                content = path.read_bytes()
                assert not any(secret.encode() in content for secret in secrets), path
    assert looked_at > 50
