"""What speaks against a figure: it is proposed, and a person must look before it counts as an answer."""

from __future__ import annotations

import pytest

from conftest import PROJECT
from pathways.foi.dictionary import Dictionary, load_dictionary
from pathways.foi.opening import open_content
from pathways.foi.proposal import Proposal, as_csv
from pathways.foi.reading import Told, read_document

DICTIONARY: Dictionary = load_dictionary(PROJECT / "seeds")
YEARS = "| Question | 2020/21 | 2021/22 |\n|---|---|---|\n"
TABLE = f"{YEARS}| Q2 | 785 | 700 |\n| Q3 | 1600 | 1601 |\n| Q4 | 400 | 350 |\n"


def read(text: str, name: str = "answer.md", question_set: str = "england_2025") -> Proposal:
    return read_document(open_content(name, text.encode()), DICTIONARY, Told(question_set=question_set))


def sure(proposal: Proposal) -> set[str]:
    return {cell.fact.text for cell in proposal.cells if cell.is_sure and cell.fact.text}


def test_a_plain_table_is_sure() -> None:
    assert sure(read(TABLE)) == {"785", "700", "1600", "1601", "400", "350"}


@pytest.mark.parametrize(
    "caption",
    [
        "Girls only",
        "Children with a disability",
        "North area",
        "England totals",
        "Statistical neighbours average",
        "Table 1: Percentages",
        "Rate per 10,000 children aged 0-17",
        "Monthly average in each year",
        "Cumulative totals since April 2020",
        "Example of the layout (dummy figures, not real data)",
        "The figures below are incorrect and have been withdrawn.",
        "The table below shows figures for Neighbouring Borough, not for this council.",
    ],
)
def test_a_caption_that_changes_what_is_counted_keeps_its_table_from_being_sure(caption: str) -> None:
    assert sure(read(f"{caption}\n\n{TABLE}")) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "All figures are in thousands.",
        "All figures are estimates.",
        "A random number between 1 and 3 was added to each figure.",
        "Data is recorded by calendar year, January to December; 2020/21 means calendar year 2020.",
        "Figures are for academic years (1 September to 31 August).",
    ],
)
def test_a_sentence_on_all_figures_keeps_them_from_being_sure(sentence: str) -> None:
    assert sure(read(f"{TABLE}\n{sentence}\n")) == set()


def test_a_sentence_on_one_question_or_period_is_held_against_those_alone() -> None:
    assert sure(read(f"{TABLE}\nPlease note that question 2 counts families.\n")) == {
        "1600",
        "1601",
        "400",
        "350",
    }
    assert sure(read(f"{TABLE}\n2021/22 covers April to September only.\n")) == {"785", "1600", "400"}


@pytest.mark.parametrize(
    "label",
    [
        "Q6. How many of the children whose case was closed were not referred to early help services?",
        "Children closed after CIN assessment who declined a referral to early help",
        "Percentage of the children whose case was closed who were referred to early help services",
        "Families closed after CIN assessment and referred to early help services",
        "Boys closed after CIN assessment and referred to early help",
        "Closed after CIN assessment and re-referred within 6 months",
    ],
)
def test_a_label_that_says_what_the_question_does_not_is_not_sure(label: str) -> None:
    proposal = read(f"{TABLE}| {label} | 71 | 72 |\n")
    assert not {"71", "72"} & sure(proposal)


@pytest.mark.parametrize("heading", ["2021/22 to date", "2021/22 (forecast)", "2021/22 Q4"])
def test_a_heading_of_a_part_of_the_year_is_not_sure(heading: str) -> None:
    assert sure(read(TABLE.replace("2021/22", heading))) <= {"785", "1600", "400"}


@pytest.mark.parametrize("group", ["Male", "Leeds"])
def test_a_row_of_one_sex_or_council_among_others_is_not_sure(group: str) -> None:
    head = "Sex" if group == "Male" else "Council"
    text = f"{head},Question,2020/21,2021/22\n{group},Q2,785,700\n{group},Q4,400,350\n"
    if head == "Council":
        text += "Bradford,Q2,1,2\nBradford,Q3,3,4\nBradford,Q4,5,6\n"
    assert not {"785", "700"} & sure(read(text, "answer.csv"))


def test_a_row_with_more_figures_than_headings_may_be_shifted() -> None:
    rows = "Question,2020/21,2021/22,2022/23\nQ2,1,400,1401,1402\nQ3,1600,1601,1602\n"
    assert sure(read(rows, "answer.csv")) == {"1600", "1601", "1602"}


def test_one_number_merged_over_several_questions_is_not_the_count_of_each() -> None:
    html = (
        "<table><tr><th>Question</th><th>2020/21</th><th>2021/22</th></tr>"
        "<tr><td>Q3</td><td rowspan=2>1400</td><td>1</td></tr><tr><td>Q4</td><td>2</td></tr></table>"
    )
    assert "1400" not in sure(read(html, "answer.html"))


def test_those_of_18_and_over_in_a_column_of_their_own_leave_16_and_17() -> None:
    text = "Question,2020/21\nQ2,\n5-9,20\n16-17,30\n18+,40\n"
    assert "30" not in sure(read(text, "answer.csv"))


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("0 means that the figure is not held.", "0"),
        ("999 denotes data that are not available.", "999"),
        ("* means fewer than 5.\n\n* means data not held.", "*"),
        ("Numbers below 5 are shown as <5.\n\n<5 means fewer than 10, including zero.", "<5"),
    ],
)
def test_a_key_that_makes_something_else_of_a_number_or_says_two_things_is_held_against_it(
    key: str, text: str
) -> None:
    mark = text.replace("*", "\\*").replace("<", "&lt;")
    proposal = read(
        f"{TABLE}| Q6 | {mark} | 40 |\n\n{key.replace('*', chr(92) + '*').replace('<', '&lt;')}\n"
    )
    assert text not in sure(proposal)
    assert "40" in sure(proposal)


def test_a_zero_that_is_said_to_be_a_zero_is_sure() -> None:
    assert "0" in sure(read(f"{TABLE}| Q6 | 0 | 40 |\n\n0 means zero.\n"))


def test_another_letter_than_the_one_that_the_document_answers_leaves_nothing_sure() -> None:
    words = {
        question.code: question.summary for question in DICTIONARY.question_set("england_2025").questions
    }
    assert words
    rows = "".join(
        f"| {wording.text} | 785 | 700 |\n"
        for wording in DICTIONARY.question_set("england_2025").wordings
        if len(wording.text) > 60
    )
    text = f"{YEARS.replace('2021/22', '1 April 2021 to 31 March 2022')}{rows}"
    assert sure(read(text)) == {"785", "700"}
    assert sure(read(text, question_set="wales_2025")) == set()


def test_what_the_letter_asks_for_and_was_not_found_is_counted() -> None:
    assert read(TABLE).silent_count == 120 - 6


@pytest.mark.parametrize("text", ["=HYPERLINK(1)", "@SUM(1)", "+cmd|' /C calc'!A0", "-1+cmd"])
def test_a_formula_is_no_formula_in_the_file_that_is_opened_in_a_spreadsheet(text: str) -> None:
    proposal = read(f"Question,2020/21\nQ2,785\nQ3,{text}\nQ4,400\n", "answer.csv")
    written = as_csv([proposal])
    assert f",{text}" not in written
    assert f",'{text}" in written or text not in written


def test_characters_that_steer_a_terminal_are_left_out() -> None:
    proposal = read("Question,2020/21\nQ2,\x1b[31m785\nQ3,1\n", "answer.csv")
    assert "\x1b" not in as_csv([proposal])


def test_a_heading_says_which_years_stand_below_it() -> None:
    text = "{0},All children\n2020/21,785\n2021/22,850\n"
    for heading, month in (("Academic year", 9), ("School year (Sept to Aug)", 9), ("Financial year", 4)):
        content = f"Question 2\n\n{text.format(heading)}".replace(",", "\t")
        proposal = read(content, "answer.txt")
        starts = {cell.period.start.month for cell in proposal.cells if cell.period and cell.is_sure}
        assert starts == {month}, heading


def test_a_sentence_on_other_years_before_the_figures_of_a_question_is_held_against_that_one_alone() -> None:
    said = "Early help is recorded by academic year, so these are academic years."
    answers = "2020/21: 785\nQuestion 3\n2020/21: 900\n"
    assert sure(read(f"Question 2\n{said}\n{answers}", "answer.txt")) == {"900"}
    of_all = said.replace("these", "all figures")
    assert sure(read(f"Question 2\n{of_all}\n{answers}", "answer.txt")) == set()
    assert sure(read(f"{said}\nQuestion 2\n{answers}", "answer.txt")) == set(), "it stands over all questions"


def test_a_day_up_to_which_figures_reach_is_noted_for_the_question_and_the_year_that_it_stands_over() -> None:
    text = (
        "Question 7\n2023/24: 30\n"
        "Figures as at 30 September 2025, so that twelve months have not passed for all:\n\n"
        "Year\tAll children\n2024/25\t12\n"
    )
    proposal = read(text, "answer.txt")
    notes = [(note.kind, note.question, note.period and note.period.start.year) for note in proposal.notes]
    assert notes == [("as_at_date", "Q7", 2024)]


@pytest.mark.parametrize(
    "key",
    [
        "Where a figure is fewer than 5 it is shown as 'Suppressed'. Zeros are shown as 0.",
        "'Suppressed' means fewer than five. Zeros are shown as 0.",
    ],
)
def test_a_key_may_explain_a_word(key: str) -> None:
    text = f"{key}\nQuestion 7\n\nYear\tAll children\n2020/21\tSuppressed\n"
    proposal = read(text, "answer.txt")
    assert [(cell.reading.lower, cell.reading.upper) for cell in proposal.cells] == [(1, 4)]


@pytest.mark.parametrize(
    "text",
    [
        "# Dashboard\n\nLoads the extracts.\n\n| Measure | 2020/21 | 2021/22 |\n|---|---|---|\n"
        "| Early help assessments | 1,204 | 1,310 |\n| Closed following CIN assessment | 410 | 398 |\n",
        "# Early Help Strategy 2024 to 2027\n\n## Number of child in need assessments\n\n"
        "| Year | All children |\n|---|---|\n| 2021/22 | 2,310 |\n",
        "# Method\n\nThe Department for Education's census of children in need has section 17 assessments, "
        "codes RC7 and RC8, for 2020/21, 2021/22 and 2022/23.\n\n## Re-referrals within 12 months\n\n"
        "Published\n",
    ],
)
def test_figures_of_a_document_that_does_not_say_that_it_answers_are_not_sure(text: str) -> None:
    def sure_of(content: str) -> set[str]:
        return sure(read_document(open_content("answer.md", content.encode()), DICTIONARY, Told()))

    assert sure_of(text) == set()
    answered = text.replace("# ", "# Your request under the Freedom of Information Act: ", 1)
    assert sure_of(answered.replace("child in need", "child in need (CIN)")) or "Dashboard" not in text
