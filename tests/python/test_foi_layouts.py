"""Random tables in random layouts, written as files and read back: every cell, and no other."""

from __future__ import annotations

import html
import io
import random
from dataclasses import dataclass

import docx
import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import PROJECT
from pathways.foi.dictionary import Dictionary, QuestionSet, load_dictionary
from pathways.foi.opening import open_content
from pathways.foi.periods import Period
from pathways.foi.proposal import Proposal
from pathways.foi.reading import Told, read_document

DICTIONARY: Dictionary = load_dictionary(PROJECT / "seeds")
Key = tuple[str, Period, str]
Row = list[str]

AGE_WORDS = {
    "all": ("All children", "All", "All ages", "0-17", "Total"),
    "5-9": ("5-9", "5 to 9 years", "Aged 5-9"),
    "10-15": ("10-15", "10 - 15", "Age 10 to 15"),
    "16+": ("16+", "16 and over", "16-17", "16 years and over"),
}


def period_words(period: Period, style: int) -> str:
    start, end = period.start, period.end
    return (
        f"{start.year}/{end.year % 100}",
        f"{start.year}-{end.year}",
        f"1 April {start.year} to 31 March {end.year}",
        f"Apr-{start.year % 100} to Mar-{end.year % 100}",
        f"01/04/{start.year} - 31/03/{end.year}",
        f"Year ending 31 March {end.year}",
    )[style]


def question_words(letter: QuestionSet, code: str, style: int) -> str:
    number = letter.by_code[code].number
    wording = next(one.text for one in letter.wordings if one.question == code)
    return (f"Q{number}", f"Question {number}", f"Q{number}. {wording}", f"{number}) {wording}")[style]


@dataclass(frozen=True)
class Answer:
    """A random answer: what each cell holds, and how it is laid out and written."""

    letter: QuestionSet
    cells: dict[Key, str]
    questions: list[str]
    periods: list[Period]
    ages: list[str]
    layout: str
    writer: str
    words: dict[object, str]


LAYOUTS = (
    "table a year",
    "table a question",
    "table an age",
    "long",
    "questions across, year and age down",
    "ages over years",
    "years over ages",
    "year once then blanks",
)
WRITERS = ("csv", "semicolons", "html", "xlsx", "docx", "md", "tabs")


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    letter = draw(st.sampled_from(DICTIONARY.question_sets))
    # the two plans of 2021 share a number, and so need words of their own
    counted = [one.code for one in letter.questions if one.measure and not one.code.startswith("Q2-")]
    questions = draw(st.lists(st.sampled_from(counted), min_size=2, max_size=len(counted), unique=True))
    periods = draw(st.lists(st.sampled_from(letter.periods), min_size=2, max_size=5, unique=True))
    ages = list(letter.ages)
    if len(ages) > 1:
        ages = draw(st.lists(st.sampled_from(ages[1:]), min_size=1, max_size=3, unique=True))
        ages = ["all", *ages]
    style, wording = draw(st.integers(0, 5)), draw(st.integers(0, 3))
    words: dict[object, str] = {period: period_words(period, style) for period in periods}
    words |= {code: question_words(letter, code, wording) for code in questions}
    words |= {age: draw(st.sampled_from(AGE_WORDS[age])) for age in ages}
    texts = st.one_of(
        st.integers(0, 99_999).map(lambda count: draw(st.sampled_from([str(count), f"{count:,}"]))),
        st.sampled_from(["<5", "*", "Not held", "[c]", "fewer than 5", "Nil", "s.40(2)", "n/a"]),
    )
    cells = {(code, period, age): draw(texts) for code in questions for period in periods for age in ages}
    layout = draw(st.sampled_from([one for one in LAYOUTS if len(ages) > 1 or "age" not in one]))
    return Answer(letter, cells, questions, periods, ages, layout, draw(st.sampled_from(WRITERS)), words)


def tables(answer: Answer) -> list[tuple[str, list[Row]]]:
    """The tables of an answer with the heading over each."""
    w, q, p, a = answer.words, answer.questions, answer.periods, answer.ages
    get = answer.cells.__getitem__
    if answer.layout == "table a year":
        return [
            (w[y], [["", *(w[g] for g in a)], *([w[c], *(get((c, y, g)) for g in a)] for c in q)]) for y in p
        ]
    if answer.layout == "table a question":
        return [
            (w[c], [["Period", *(w[g] for g in a)], *([w[y], *(get((c, y, g)) for g in a)] for y in p)])
            for c in q
        ]
    if answer.layout == "table an age":
        return [
            (w[g], [["Question", *(w[y] for y in p)], *([w[c], *(get((c, y, g)) for y in p)] for c in q)])
            for g in a
        ]
    if answer.layout == "long":
        rows = [[w[g], w[c], w[y], get((c, y, g))] for c in q for y in p for g in a]
        return [("", [["Age group", "Question", "Period", "Number"], *rows])]
    if answer.layout == "questions across, year and age down":
        return [
            (
                "",
                [
                    ["Year", "Age", *(w[c] for c in q)],
                    *([w[y], w[g], *(get((c, y, g)) for c in q)] for y in p for g in a),
                ],
            )
        ]
    if answer.layout == "year once then blanks":
        rows = [[w[y] if g == a[0] else "", w[g], *(get((c, y, g)) for c in q)] for y in p for g in a]
        return [("", [["Year", "Age", *(w[c] for c in q)], *rows])]
    outer, inner = (a, p) if answer.layout == "ages over years" else (p, a)
    first = ["Question", *(w[o] if i == inner[0] else "" for o in outer for i in inner)]
    second = ["", *(w[i] for _ in outer for i in inner)]
    rows = [
        [
            w[c],
            *(
                get((c, o, i) if answer.layout == "years over ages" else (c, i, o))
                for o in outer
                for i in inner
            ),
        ]
        for c in q
    ]
    return [("", [first, second, *rows])]


def written(answer: Answer) -> tuple[str, bytes]:
    """The answer as a file: its name and content."""
    made = tables(answer)
    if answer.writer in ("csv", "semicolons"):
        mark = "," if answer.writer == "csv" else ";"
        quoted = [
            [f'"{cell}"' if mark in cell or '"' in cell else cell for cell in row]
            for heading, rows in made
            for row in [[heading], *rows, [""]]
        ]
        return "a.csv", "\n".join(mark.join(row) for row in quoted).encode()
    if answer.writer == "html":
        body = ""
        for heading, rows in made:
            body += f"<h3>{html.escape(heading)}</h3><table>"
            for row in rows:
                body += "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>"
            body += "</table>"
        return "a.html", f"<html><body>{body}</body></html>".encode()
    if answer.writer in ("md", "tabs"):
        lines = []
        for heading, rows in made:
            lines += [heading, ""]
            if answer.writer == "tabs":
                lines += ["\t".join(row) for row in rows]
            else:
                lines += [
                    f"| {' | '.join(cell.replace('*', chr(92) + '*') or ' ' for cell in row)} |"
                    for row in rows[:1]
                ]
                lines += ["|" + "---|" * len(rows[0])]
                lines += [
                    f"| {' | '.join(cell.replace('*', chr(92) + '*') or ' ' for cell in row)} |"
                    for row in rows[1:]
                ]
            lines.append("")
        return ("a.md" if answer.writer == "md" else "a.txt"), "\n".join(lines).encode()
    out = io.BytesIO()
    if answer.writer == "xlsx":
        book = openpyxl.Workbook()
        sheet = book.active
        for heading, rows in made:
            if heading:
                sheet.append([heading])
            for row in rows:
                sheet.append([int(cell) if cell.isdigit() else cell or None for cell in row])
            sheet.append([])
        book.save(out)
        return "a.xlsx", out.getvalue()
    document = docx.Document()
    for heading, rows in made:
        document.add_paragraph(heading)
        table = document.add_table(len(rows), len(rows[0]))
        for line, row in zip(table.rows, rows, strict=True):
            for cell, text in zip(line.cells, row, strict=True):
                cell.text = text
    document.save(out)
    return "a.docx", out.getvalue()


def read(answer: Answer) -> Proposal:
    name, content = written(answer)
    return read_document(open_content(name, content), DICTIONARY, Told(question_set=answer.letter.code))


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(answers())
def test_a_random_table_reads_back_cell_by_cell_whatever_its_layout_and_format(answer: Answer) -> None:
    proposal = read(answer)
    found: dict[object, set[str]] = {}
    for cell in proposal.cells:
        if cell.fact.text:
            found.setdefault(cell.key, set()).add(cell.fact.text)
    assert set(found) == set(answer.cells)
    assert {key: {text} for key, text in answer.cells.items()} == found
    for cell in proposal.cells:
        if cell.fact.text.replace(",", "").isdigit():
            assert cell.reading.value == int(cell.fact.text.replace(",", ""))


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(answers(), st.randoms(use_true_random=False))
def test_a_cell_that_is_spoilt_never_becomes_another_number(answer: Answer, chance: random.Random) -> None:
    key = chance.choice(list(answer.cells))
    spoilt = chance.choice(["1,2O4", "12%", "-3", "12.5", "#REF!", "1.204", "abc"])
    answer.cells[key] = spoilt
    cells = [cell for cell in read(answer).cells if cell.key == key or cell.fact.text == spoilt]
    assert cells
    assert all(cell.reading.value is None and not cell.is_sure for cell in cells)
