"""Answers as councils send them: read, proposed, accepted, and in the warehouse."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from lxml import html

from conftest import (
    KEPT_OUT,
    PROJECT,
    Built,
    build_once,
    pathways,
    read_seed,
    shared,
    write_seed,
)
from pathways.settings import environment_under

SPECIMENS = (
    "a01_response.docx",
    "a02_response.docx",
    "a03_response.xlsx",
    "a04_response.csv",
    "a05_response.pdf",
    "a06_response.pdf",
    "a07_response.html",
    "a08_response.txt",
    "a09_response.md",
    "a10_response.txt",
    "a11_response.ods",
    "a12_response.eml",
)
SEEDS = ("foi_response", "foi_cell", "foi_note", "foi_mark")
KNOWN = ("request_359730326", "request_18908")


def specimens() -> list[str]:
    folder = shared("data", "foi_specimens")
    return [str(folder / name) for name in SPECIMENS]


def copy_project(folder: Path, without: tuple[str, ...] = ()) -> Path:
    """A copy of the project, some responses taken out of its seeds."""
    project = folder / "project"
    shutil.copytree(PROJECT, project, ignore=KEPT_OUT)
    (project / "warehouse").mkdir()
    for name in SEEDS:
        path = project / "seeds" / "foi" / f"{name}.csv"
        header, rows = read_seed(path)
        write_seed(path, header, [row for row in rows if row[0] not in without])
    return project


def read(project: Path, *arguments: str) -> tuple[int, str]:
    return pathways("foi", "read", *arguments, project=project, environment=environment_under(project))


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What score.py says of the specimens, read by the command."""
    folder = tmp_path_factory.mktemp("scores")
    paths = specimens()
    code, said = pathways(
        "foi",
        "read",
        *paths,
        "--output",
        str(folder / "read.csv"),
        project=PROJECT,
        environment=environment_under(folder),
    )
    assert code == 0, said
    scorer = shared("data", "foi_specimens", "score.py")
    done = subprocess.run(
        [sys.executable, str(scorer), str(folder / "read.csv"), "--json", "--details"],
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("document", SPECIMENS)
def test_no_value_of_a_specimen_is_wrong_or_invented_and_98_of_100_are_found(
    scores: dict[str, Any], document: str, capsys: pytest.CaptureFixture[str]
) -> None:
    counts = scores["documents"][document]
    with capsys.disabled():
        print(
            f"\n  {document}: " + ", ".join(f"{count} {name}" for name, count in counts.items() if count),
            end=" ",
        )
    assert counts["truth"] > 0
    assert counts["WRONG"] == counts["invented"] == counts["extra WRONG"] == counts["looser"] == 0, scores[
        "details"
    ]
    with_value = counts["truth"] - counts["refused"] - counts["ref.other"] - counts["silent"]
    assert counts["right"] >= 0.98 * with_value, scores["details"]


def test_the_yes_or_no_question_is_right_wherever_it_is_answered(scores: dict[str, Any]) -> None:
    assert len(scores["yes_no"]) == 11
    assert all(scores["yes_no"].values())


def test_both_answers_at_hand_read_to_exactly_the_seeds_without_hand_work(tmp_path: Path) -> None:
    documents = [
        str(shared("source-documents", name))
        for name in ("foi-coventry-359730326.txt", "foi-request-18908.txt")
    ]
    project = copy_project(tmp_path, without=KNOWN)
    code, said = read(project, *documents, "--accept")
    assert code == 0, said
    for name in SEEDS:
        ours = read_seed(PROJECT / "seeds" / "foi" / f"{name}.csv")
        theirs = read_seed(project / "seeds" / "foi" / f"{name}.csv")
        assert theirs[0] == ours[0]
        assert sorted(theirs[1]) == sorted(ours[1]), name


def contents(project: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((project / "seeds").rglob("*.csv"))}


def test_the_same_document_twice_changes_nothing(tmp_path: Path) -> None:
    document = specimens()[0]
    project = copy_project(tmp_path)
    assert read(project, document, "--accept")[0] == 0
    before = contents(project)
    code, said = read(project, document, "--accept")
    assert code == 0
    assert "Known already: a01_response.docx is request_spec_foi_0101." in said
    assert contents(project) == before


def test_rows_are_added_at_the_end_of_the_seeds_so_that_git_diff_shows_them_alone(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    before = contents(project)
    assert read(project, specimens()[0], "--accept")[0] == 0
    after = contents(project)
    for name, content in before.items():
        assert after[name].startswith(content), name


def test_unsure_cells_are_listed_and_not_written_and_the_seeds_say_that_they_were_left(
    tmp_path: Path,
) -> None:
    document = specimens()[7]
    project = copy_project(tmp_path)
    code, said = read(project, document, "--accept")
    assert code == 0, said
    assert "'2645' and 1 more: printed twice with two values" in said
    assert "Q7 134 (all) is more than Q6 129 (all), of which it is a part" in said
    assert "6 unsure cells were not written" in said
    header, rows = read_seed(project / "seeds" / "foi" / "foi_response.csv")
    new = dict(zip(header, rows[-1], strict=True))
    assert (new["response_id"], new["unread_cell_count"]) == ("request_0808", "6")
    texts = [
        row for row in read_seed(project / "seeds" / "foi" / "foi_cell.csv")[1] if row[0] == "request_0808"
    ]
    assert not any("2645" in row or "134" in row for row in texts)

    code, said = read(project, document, "--accept-unsure")
    assert code == 0, said
    assert "Completed request_0808" in said
    header, rows = read_seed(project / "seeds" / "foi" / "foi_response.csv")
    assert dict(zip(header, rows[-1], strict=True))["unread_cell_count"] == ""
    texts = [
        row for row in read_seed(project / "seeds" / "foi" / "foi_cell.csv")[1] if row[0] == "request_0808"
    ]
    assert {"2645", "2627", "134"} <= {cell for row in texts for cell in row}
    notes = read_seed(project / "seeds" / "foi" / "foi_note.csv")[1]
    assert any(row[0] == "request_0808" and row[2] == "contradiction" for row in notes)


def test_a_table_of_which_nothing_is_known_keeps_the_answer_from_being_called_silent(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    document = tmp_path / "answer.html"
    years = "<tr><td>Question</td><td>2020/21</td><td>2021/22</td></tr>"
    told = f"<table>{years}<tr><td>Q3</td><td>12</td><td>13</td></tr></table>"
    wards = "<tr><td>Ward</td><td>Families</td></tr><tr><td>North</td><td>7</td></tr>"
    untold = f"<p>Families seen at the hub</p><table>{wards}</table>"
    document.write_text(f"<p>Our reference: FOI 5511</p>{told}{untold}")
    code, said = read(project, str(document), "--question-set", "england_2025", "--accept")
    assert code == 0, said
    assert "118 figures that the letter asks for were not found in it" in said
    header, rows = read_seed(project / "seeds" / "foi" / "foi_response.csv")
    assert rows[-1][header.index("unread_cell_count")] == "1"
    # once a person has compared it, the table is known to be about something else
    code, said = read(project, str(document), "--question-set", "england_2025", "--accept-unsure")
    assert code == 0, said
    header, rows = read_seed(project / "seeds" / "foi" / "foi_response.csv")
    assert rows[-1][header.index("unread_cell_count")] == ""


@pytest.mark.parametrize("order", [(10, 11), (11, 10)], ids=["in order", "the correction first"])
def test_the_later_answer_supersedes_the_earlier_one_in_whatever_order_they_are_read(
    tmp_path: Path, order: tuple[int, int]
) -> None:
    project = copy_project(tmp_path)
    for at in order:
        code, said = read(project, specimens()[at], "--accept-unsure", "--question-set", "england_2025")
        assert code == 0, said
    header, rows = read_seed(project / "seeds" / "foi" / "foi_response.csv")
    by_file = {row[header.index("source_file_name")]: dict(zip(header, row, strict=True)) for row in rows}
    first, later = by_file["a11_response.ods"], by_file["a12_response.eml"]
    assert later["supersedes_response_id"] == first["response_id"]
    assert first["supersedes_response_id"] == ""


def test_two_answers_to_one_request_without_dates_are_not_put_in_an_order(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    text = "Town Council\nOur reference: FOI 4711\n\nQuestion 3\n2020/21: {}\n2021/22: 1,300\n"
    for number, count in enumerate(("1,200", "1,250")):
        (tmp_path / f"{number}.txt").write_text(text.format(count))
    assert read(project, str(tmp_path / "0.txt"), "--accept-unsure", "--question-set", "england_2025")[0] == 0
    before = contents(project)
    code, said = read(project, str(tmp_path / "1.txt"), "--accept-unsure", "--question-set", "england_2025")
    assert code == 1
    assert "Say when it came with --received" in said
    assert contents(project) == before


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["nowhere.docx"], 1, "nowhere.docx is not there"),
        (
            ["x.txt", "--question-set", "england_1999"],
            1,
            "There is no question set 'england_1999'. Known are: england_2021",
        ),
        (["x.txt"], 1, "x.txt: nothing in it tells which letter it answers. Say it with --question-set"),
        (["x.txt", "--output", "x.pdf"], 1, "a name that ends in .csv or .json was expected"),
        (
            ["x.txt", "y.txt", "--reference", "1"],
            1,
            "--reference and --authority are of one document; 2 were given",
        ),
        (
            ["x.txt", "--question-set", "england_2025", "--authority", "Atlantis"],
            1,
            "--authority 'Atlantis' names 0 councils",
        ),
        (["x.txt", "--received", "yesterday"], 2, "yesterday"),
        (
            ["x.txt", "--question-set", "england_2025", "--accept"],
            1,
            "no cell of it is sure, so nothing is written",
        ),
    ],
)
def test_what_a_user_gets_wrong_is_one_sentence_and_nothing_is_written(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    project = copy_project(tmp_path)
    for name in ("x.txt", "y.txt"):
        (project / name).write_text("Dear Sir, thank you for your letter.")
    before = contents(project)
    done, said = read(project, *arguments)
    assert done == code, said
    assert sentence in " ".join(said.split())
    assert "Traceback" not in said
    assert contents(project) == before


def test_each_cell_on_the_review_page_is_linked_to_its_place_and_back(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    assert read(project, specimens()[1], specimens()[9])[0] == 0
    pages = sorted((project / "target" / "foi").glob("0*.html"))
    assert len(pages) == 2
    for page in pages:
        root = html.fromstring(page.read_bytes())
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids))
        links = [link.lstrip("#") for link in root.xpath("//a[starts-with(@href, '#')]/@href")]
        assert len(links) > 100
        assert set(links) <= set(ids)
        assert not root.xpath("//script | //link | //img"), "the page fetches nothing"


def test_text_of_a_document_is_shown_as_text_on_the_review_page(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    document = tmp_path / "evil.csv"
    document.write_text('Question,2020/21\nQ2,"<script>alert(1)</script>"\nQ3,12\nQ4,11\n')
    assert read(project, str(document), "--question-set", "england_2025")[0] == 0
    page = next((project / "target" / "foi").glob("001*.html")).read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


# --- in the warehouse -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A warehouse with all specimens accepted, as the README walks through it."""
    documents = specimens()

    def prepare(folder: Path) -> Path:
        project = copy_project(folder)
        code, said = read(project, *documents, "--accept-unsure")
        assert code == 0, said
        return project

    return build_once(tmp_path_factory, "answered", prepare)


@pytest.fixture(scope="module")
def answers(answered: Built) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(answered.published_file), read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        yield connection


def truths() -> list[dict[str, Any]]:
    folder = shared("data", "foi_specimens")
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.truth.json"))]


def is_as_true(cell: dict[str, Any], found: tuple[Any, ...] | None) -> bool:
    return (
        found is not None
        and found[0] in (cell["status"], *cell.get("also_accept_status", []))
        and found[1:] == (cell["value"], cell["lower"], cell["upper"], cell["approximate"])
    )


def test_every_cell_of_every_specimen_stands_in_the_warehouse_as_it_is_true(
    answers: duckdb.DuckDBPyConnection,
) -> None:
    wrong, count = [], 0
    for truth in truths():
        rows = answers.execute(
            "select measure_code, period_key, age_band_code, status_code, value, lower_bound, "
            "upper_bound, is_approximate "
            "from fct_pathway_figure join dim_source using (source_key) where source_file_name = ?",
            [truth["document"]],
        ).fetchall()
        found = {row[:3]: row[3:] for row in rows}
        for cell in truth["cells"]:
            count += 1
            key = (cell["measure"], f"{cell['period_start']}_{cell['period_end']}", cell["age_band"])
            if not is_as_true(cell, found.get(key)):
                wrong.append((truth["document"], key, cell["raw"], found.get(key)))
    assert count == 1054
    assert wrong == []


def test_a_correction_is_laid_over_the_answer_before_it_cell_by_cell(
    answers: duckdb.DuckDBPyConnection,
) -> None:
    truth = next(truth for truth in truths() if "in_force" in truth)
    rows = answers.execute(
        "select measure_code, period_key, age_band_code, status_code, value, lower_bound, "
        "upper_bound, is_approximate "
        "from fct_pathway_figure where is_in_force and authority_key = "
        "(select any_value(authority_key) from fct_pathway_figure join dim_source using "
        "(source_key) where source_file_name = ?)",
        [truth["document"]],
    ).fetchall()
    found = {row[:3]: row[3:] for row in rows}
    assert len(truth["in_force"]) == 120
    for cell in truth["in_force"]:
        key = (cell["measure"], f"{cell['period_start']}_{cell['period_end']}", cell["age_band"])
        assert is_as_true(cell, found.get(key)), (key, cell, found.get(key))


def test_status_says_the_same_as_coverage(
    answered: Built, answers: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    output = tmp_path / "status.csv"
    project = answered.folder.parent / "project"
    code, said = pathways(
        "foi", "status", "--output", str(output), project=project, environment=answered.environment
    )
    assert code == 0, said
    with output.open(encoding="utf-8", newline="") as file:
        rows = {(row["question_set_code"], row["authority_key"]): row for row in csv.DictReader(file)}
    coverage = answers.execute(
        "select question_set_code, authority_key, sum(asked_figure_count), sum(reported_figure_count), "
        "sum(suppressed_figure_count), sum(published_elsewhere_figure_count), "
        "sum(not_answered_figure_count), "
        "bool_or(is_superseded) from rpt_coverage group by all"
    ).fetchall()
    assert len(rows) == len(coverage) == 14
    names = ("asked", "reported", "suppressed", "published_elsewhere", "not_answered")
    compared = 0
    for letter, authority, *counts, is_corrected in coverage:
        row = rows[letter, authority]
        if not is_corrected and "2015-01-01" not in said:
            asked = [int(row[f"{name}_figure_count"]) for name in names]
            if authority == "unknown-request_0606":
                # calendar years: what was asked for did not come
                assert asked == [40, 15, 0, 0, 25]
            else:
                assert asked == [int(count) for count in counts], (letter, authority)
            compared += 1
    assert compared == 13
    assert re.search(r"england_2025: 9 councils asked: 1 answered|england_2025: \d+ councils asked", said)


def test_status_says_that_answers_were_accepted_since_the_build(answered: Built, tmp_path: Path) -> None:
    project = answered.folder.parent / "project"
    code, said = pathways("foi", "status", project=project, environment=answered.environment)
    assert code == 0
    assert "since the last build" not in said
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    (copy / "seeds" / "foi" / "foi_mark.csv").write_text("changed")
    code, said = pathways("foi", "status", project=copy, environment=answered.environment)
    assert code == 0
    assert "Answers were accepted since the last build: run make build." in said


def test_status_before_anything_is_published_says_what_to_do(tmp_path: Path) -> None:
    code, said = pathways("foi", "status", project=PROJECT, environment=environment_under(tmp_path))
    assert (code, said.strip()) == (1, "Nothing is published yet: run make build.")


def test_a_council_that_was_asked_and_is_silent_is_said(
    answers: duckdb.DuckDBPyConnection, build_file: duckdb.DuckDBPyConnection
) -> None:
    # who was asked is a list of its own; at hand it holds Coventry, who answered
    assert build_file.sql(
        "select count(*) from intermediate.int_foi_request__asked where not has_response"
    ).fetchall() == [(0,)]
    outcomes = answers.sql("select distinct outcome_code from rpt_response").fetchall()
    assert ("no_response",) not in outcomes
