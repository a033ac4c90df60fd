"""Shapes of answers that councils send, each read to exactly its cells; and what only looks like one."""

from __future__ import annotations

import io

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Table

from conftest import PROJECT
from pathways.foi.dictionary import Dictionary, load_dictionary
from pathways.foi.opening import open_content
from pathways.foi.periods import find_periods
from pathways.foi.reading import Told, read_document

DICTIONARY: Dictionary = load_dictionary(PROJECT / "seeds")
Cells = dict[tuple[str, int, str], str]


def cells_of(name: str, content: bytes, question_set: str) -> Cells:
    """The sure cells that have a figure or mark: question, year in which the period begins, age -> text."""
    proposal = read_document(open_content(name, content), DICTIONARY, Told(question_set=question_set))
    return {
        (cell.question, cell.period.start.year, cell.age): cell.fact.text
        for cell in proposal.cells
        if cell.is_sure and cell.question and cell.period and cell.age and cell.fact.text
    }


def of_text(text: str, question_set: str = "england_2025", name: str = "answer.txt") -> Cells:
    return cells_of(name, text.encode(), question_set)


AGES = ("all", "5-9", "10-15", "16+")


def four(question: str, year: int, *texts: str) -> Cells:
    return {(question, year, age): text for age, text in zip(AGES, texts, strict=True)}


# --- frames: a question beside its answer -----------------------------------------------------------


def framed() -> bytes:
    """A Word table of number, question and answer: a list, a table in a cell, and a status."""
    document = docx.Document()
    table = document.add_table(rows=4, cols=3)
    for row, texts in enumerate(
        (
            ("No.", "Your question", "Our response"),
            ("2", "How many children received an early help assessment?", "2020/21 - 1,204\n2021/22 - 980"),
            ("4", "For how many children was the case closed following the CIN assessment?", ""),
            ("5", "How many were re-referred within 12 months?", "Not held"),
        )
    ):
        for cell, text in zip(table.rows[row].cells, texts, strict=True):
            cell.text = text
    inner = table.rows[2].cells[2].add_table(rows=2, cols=3)
    for row, texts in zip(inner.rows, (("", "All", "5-9"), ("2020/21", "603", "150")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_lists_and_tables_in_the_cells_of_a_frame_are_answers_to_the_question_beside_them() -> None:
    found = cells_of("answer.docx", framed(), "england_2025")
    assert {key: text for key, text in found.items() if key[0] in ("Q2", "Q4")} == {
        ("Q2", 2020, "all"): "1,204",
        ("Q2", 2021, "all"): "980",
        ("Q4", 2020, "all"): "603",
        ("Q4", 2020, "5-9"): "150",
    }
    assert {text for key, text in found.items() if key[0] == "Q5"} == {"Not held"}


def test_a_table_of_figures_with_a_remark_beside_them_is_no_frame() -> None:
    text = "Question,2020/21,Comment\nQ2,1204,12 of them twice\nQ3,980,see 4 below\n"
    assert of_text(text, name="answer.csv") == {("Q2", 2020, "all"): "1204", ("Q3", 2020, "all"): "980"}


# --- lists ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "2020/21 - 785 (children aged 5 to 9: 200; children aged 10 to 15: 310; aged 16 and over: 90)",
        "2020/21: All 785 | 5-9 200 | 10-15 310 | 16+ 90",
        "All children: 785; 5-9: 200; 10-15: 310; 16+: 90 in 2020/21",
        "2020/21 All children 785; 5-9 200; 10-15 310; 16+ 90",
        "2020/21 - all n=785, 5-9 n=200, 10-15 n=310, 16+ n=90",
        "2020/21 - 785 children, of whom 200 were aged 5-9, 310 were aged 10-15 and 90 were aged 16 and over",
    ],
)
def test_a_line_of_all_children_and_of_their_ages(line: str) -> None:
    found = of_text(f"Question 2\n{line}\n")
    assert found in (four("Q2", 2020, "785", "200", "310", "90"), {})
    assert found or line.endswith("in 2020/21")


def test_what_stands_in_front_of_a_list_is_said_of_all_that_follows() -> None:
    found = of_text("Q2 5-9: 2020/21 = 466; 2021/22 = fewer than 5; 2022/23 = not held\n")
    assert found == {
        ("Q2", 2020, "5-9"): "466",
        ("Q2", 2021, "5-9"): "fewer than 5",
        ("Q2", 2022, "5-9"): "not held",
    }


def test_labels_on_both_sides_of_figures_are_not_guessed() -> None:
    assert of_text("Question 2\nThere were 100 in 2020/21 and in 2021/22 120.\n") == {}


def test_a_list_in_the_order_of_the_periods_named_above_it() -> None:
    text = (
        "Question 2\nThe number for 2020/21, 2021/22 and 2022/23 respectively was:\n"
        "All children: 1,880; 1,657 and 1,781.\n5-9 years: 496; 448.\n"
    )
    assert of_text(text) == {
        ("Q2", 2020, "all"): "1,880",
        ("Q2", 2021, "all"): "1,657",
        ("Q2", 2022, "all"): "1,781",
    }, "the second list has a figure too few, so none of it is read"


def test_a_bracket_behind_the_last_figure_of_a_list_makes_no_question_number_of_it() -> None:
    assert of_text("Question 7\n2024/25: 12 children (5-9: 3; 10-15: 5; 16+: 2)\n") == four(
        "Q7", 2024, "12", "3", "5", "2"
    )


@pytest.mark.parametrize(
    "marks", ["(i) (ii) (iii)", "i. ii. iii.", "(a) (b) (c)", "a) b) c)", "1) 2) 3)", "1. 2. 3."]
)
def test_what_numbers_the_items_of_a_list_of_years_is_no_question(marks: str) -> None:
    first, second, third = marks.split()
    text = (
        "4. For each of the periods:\na. How many children were subject to a Child in Need assessment?\n"
        f"{first} 2015/16 - 900\n{second} 2016/17 - 910\n{third} 2017/18 - 920\n"
    )
    assert of_text(text, "england_2021") == {
        ("Q4a", 2015, "all"): "900",
        ("Q4a", 2016, "all"): "910",
        ("Q4a", 2017, "all"): "920",
    }


@pytest.mark.parametrize(
    "sentence",
    [
        "In 2020/21 785 children received an early help assessment. In 2021/22 the figure was 850.",
        "In 2020/21 it was 785 and in 2021/22 it was 850.",
        "The numbers were 785 (2020/21) and 850 (2021/22).",
        "Our figures are 785 in 2020/21 and 850 in 2021/22.",
    ],
)
def test_words_that_stand_for_the_figure_name_no_other_question(sentence: str) -> None:
    found = of_text(f"Question 2\n{sentence}\n")
    assert found == {("Q2", 2020, "all"): "785", ("Q2", 2021, "all"): "850"}


def test_marks_and_dashes_in_a_list_with_commas_behind_a_word_for_answer() -> None:
    key = "A dash (-) means that no child was counted.\n"
    text = f"{key}Question 7\nAnswer: 2020/21 - all: 6, 5-9: *, 10-15: -, 16+: 2\n"
    assert of_text(text) == four("Q7", 2020, "6", "*", "-", "2")
    assert of_text("Question 3\nResponse: 2020/21 = 1,900; 2021/22 = 1,950\n") == {
        ("Q3", 2020, "all"): "1,900",
        ("Q3", 2021, "all"): "1,950",
    }


def test_captions_below_tables_are_theirs_though_the_first_stands_below_the_yes_or_no_question() -> None:
    text = "Question 1 - Yes\n\nAge\t2020/21\nAll\t785\n5-9\t200\n\nTable 1: EH assessments (Question 2)\n\n"
    text += "Age\t2020/21\nAll\t900\n5-9\t300\n\nTable 2: CIN assessments (Question 3)\n"
    assert of_text(text) == {
        ("Q2", 2020, "all"): "785",
        ("Q2", 2020, "5-9"): "200",
        ("Q3", 2020, "all"): "900",
        ("Q3", 2020, "5-9"): "300",
    }


def test_parts_in_brackets_behind_a_figure_may_be_marks() -> None:
    text = "Question 2\n2020/21: 785 (5-9: not held; 10-15: 310; 16+: <5)\n"
    assert of_text(text) == four("Q2", 2020, "785", "not held", "310", "<5")


@pytest.mark.parametrize(
    "sentence",
    [
        "It rose from 785 in 2020/21 to 850 in 2021/22.",
        "The number of children with an early help assessment rose from 785 in 2020/21 to 850 in 2021/22.",
    ],
)
def test_from_one_year_to_the_next_is_the_figure_of_each(sentence: str) -> None:
    found = of_text(f"Question 2\n{sentence}\n")
    assert found == {("Q2", 2020, "all"): "785", ("Q2", 2021, "all"): "850"}


@pytest.mark.parametrize(
    "line", ["2020/21: 785 or so, 850 by our count", "Q3 and Q4: in 2020/21 900 were assessed and 300 closed"]
)
def test_figures_of_a_line_that_looks_like_a_heading_are_listed(line: str) -> None:
    document = open_content("answer.txt", f"Question 2\n{line}\n".encode())
    proposal = read_document(document, DICTIONARY, Told(question_set="england_2025"))
    assert proposal.asides


def test_rows_that_explain_marks_below_a_table_are_no_figures() -> None:
    text = (
        "Question 2\n\nYear\tAll\t5-9\n2020/21\t785\t-\n2021/22\t850\t..\n-\tdenotes suppressed\n"
        "..\tmeans fewer than six\n"
    )
    assert of_text(text) == {
        ("Q2", 2020, "all"): "785",
        ("Q2", 2020, "5-9"): "-",
        ("Q2", 2021, "all"): "850",
        ("Q2", 2021, "5-9"): "..",
    }


def test_a_welsh_sentence_may_say_that_a_question_is_not_recorded() -> None:
    found = of_text("Cwestiwn 2\n2020/21: 785\nCwestiwn 5\nNi chedwir yr wybodaeth hon.\n", "wales_2025")
    assert {key[0] for key in found} == {"Q2", "Q5"}


def test_a_change_between_years_is_not_read_as_the_figure_of_a_year() -> None:
    assert of_text("Question 2\nThe number fell by 12 in 2021/22.\n") == {}


def test_lines_of_ages_under_the_line_of_a_year_are_of_that_year() -> None:
    text = (
        "Question 2\n2020/21: 785\naged 5 to 9: 200\naged 10 to 15: 310\naged 16 and over: 90\n"
        "2021/22: 850\naged 5 to 9: 210\n"
    )
    assert of_text(text) == four("Q2", 2020, "785", "200", "310", "90") | {
        ("Q2", 2021, "all"): "850",
        ("Q2", 2021, "5-9"): "210",
    }
    assert of_text("Question 2\n2020/21: 785\nThis is all that we hold.\naged 5 to 9: 200\n") == {
        ("Q2", 2020, "all"): "785"
    }, "a sentence stands between"


@pytest.mark.parametrize("sign", ["\n", "; ", ", "])
def test_ages_behind_two_years_in_a_row_may_be_of_either_and_are_not_sure(sign: str) -> None:
    found = of_text("Question 2\n" + sign.join(("2020/21: 785", "2021/22: 850", "5-9: 200")) + "\n")
    assert found == {("Q2", 2020, "all"): "785", ("Q2", 2021, "all"): "850"}


@pytest.mark.parametrize("years", ["2020/21 to 2022/23", "2020/21, 2021/22 and 2022/23"])
def test_figures_in_the_order_of_the_years_that_their_own_sentence_names(years: str) -> None:
    text = f"Question 3\nThe figures for {years} respectively are 1,880, 1,657 and 1,781.\n"
    assert of_text(text) == {
        ("Q3", 2020, "all"): "1,880",
        ("Q3", 2021, "all"): "1,657",
        ("Q3", 2022, "all"): "1,781",
    }
    assert of_text(text.replace(", 1,657", "")) == {}, "a figure too few"
    assert of_text(text.replace("figures", "percentages")) == {}


def test_a_count_out_of_its_whole_is_the_count() -> None:
    text = "Question 5\n2020/21 - 176 of 847\n2021/22 - 154 out of 749\n2022/23 - 900 of 749\n"
    assert of_text(text) == {("Q5", 2020, "all"): "176 of 847", ("Q5", 2021, "all"): "154 out of 749"}


def test_a_mark_that_is_said_of_every_year_holds_for_each_of_them() -> None:
    found = of_text("Question 7\nFewer than 10 in each year.\n")
    assert found == {("Q7", year, "all"): "Fewer than 10" for year in range(2020, 2025)}


# --- the letter's own lists -------------------------------------------------------------------------


def test_letters_are_items_of_the_letters_list_where_the_question_has_no_parts() -> None:
    assert of_text("Item,Number\nQ1(a),4822\nQ1(c),3017\n", "england_2021", "answer.csv") == {
        ("Q1", 2015, "all"): "4822",
        ("Q1", 2017, "all"): "3017",
    }
    assert of_text("Item,2020/21\n2a,785\n2b,200\n", "england_2025", "answer.csv") == {
        ("Q2", 2020, "all"): "785",
        ("Q2", 2020, "5-9"): "200",
    }


def test_letters_are_parts_of_the_question_where_it_has_them() -> None:
    assert of_text("Item,2015/16\n4a,900\n4b,400\n", "england_2021", "answer.csv") == {
        ("Q4a", 2015, "all"): "900",
        ("Q4b", 2015, "all"): "400",
    }


def test_letters_in_a_line_are_the_letters_periods_and_never_parts_of_a_question_further_down() -> None:
    text = (
        "2. For each of the periods in question 1, how many children with early help were on a plan?\n"
        "CPP: a) 63, b) 62, c) 71\nCIN plan: a) 113; b) 136\n"
    )
    assert of_text(text, "england_2021") == {
        ("Q2-CPP", 2015, "all"): "63",
        ("Q2-CPP", 2016, "all"): "62",
        ("Q2-CPP", 2017, "all"): "71",
        ("Q2-CIN", 2015, "all"): "113",
        ("Q2-CIN", 2016, "all"): "136",
    }


def test_columns_a_to_e_beside_whole_questions_are_the_letters_periods() -> None:
    text = "Question,a.,b.\n4a. How many children were subject to a Child in Need assessment?,2819,2899\n"
    text += "4b. For how many children was the case closed following the assessment?,1459,1551\n"
    assert of_text(text, "england_2021", "answer.csv") == {
        ("Q4a", 2015, "all"): "2819",
        ("Q4a", 2016, "all"): "2899",
        ("Q4b", 2015, "all"): "1459",
        ("Q4b", 2016, "all"): "1551",
    }


def test_c_before_a_number_means_about_and_is_no_part_of_a_question() -> None:
    text = "Question 1\n2015/16    c. 2,850\n2016/17    2,687\n"
    assert of_text(text, "england_2021") == {
        ("Q1", 2015, "all"): "c. 2,850",
        ("Q1", 2016, "all"): "2,687",
    }


# --- labels that hang on others ---------------------------------------------------------------------


def test_of_which_is_read_behind_the_rows_that_it_hangs_on() -> None:
    text = (
        "Children,2020/21\nClosed following CIN assessment,1073\n"
        "- of which re-referred for CIN assessment in 12 months,186\n- of which referred to early help,210\n"
        "- - of which re-referred for CIN assessment in 12 months,36\nEarly help assessment,2690\n"
    )
    assert of_text(text, name="answer.csv") == {
        ("Q4", 2020, "all"): "1073",
        ("Q5", 2020, "all"): "186",
        ("Q6", 2020, "all"): "210",
        ("Q7", 2020, "all"): "36",
        ("Q2", 2020, "all"): "2690",
    }


def test_of_which_before_an_age_is_that_age_and_not_all_children() -> None:
    text = (
        "Year,Age,Completed Early Help Assessments\n2020/21,All children,785\n"
        ",of which 5-9,200\n,of which 10-15,310\n"
    )
    assert of_text(text, name="answer.csv") == {
        ("Q2", 2020, "all"): "785",
        ("Q2", 2020, "5-9"): "200",
        ("Q2", 2020, "10-15"): "310",
    }


def test_of_which_in_a_heading_hangs_on_the_heading_at_its_left() -> None:
    text = (
        "Period,Children who received early help services,of which on a Child Protection Plan,"
        "of which on a Child in Need Plan,CIN assessments,Closed after assessment\n"
        "2015/16,3000,90,180,900,300\n2016/17,3100,80,190,950,310\n"
    )
    found = of_text(text, "england_2021", "answer.csv")
    assert {key[0]: text for key, text in found.items() if key[1] == 2015} == {
        "Q1": "3000",
        "Q2-CPP": "90",
        "Q2-CIN": "180",
        "Q4a": "900",
        "Q4b": "300",
    }


def test_of_which_in_the_next_cell_goes_before_what_it_hangs_on_and_an_unknown_part_is_not_sure() -> None:
    text = (
        "Measure,Part,2020/21\nClosed following CIN assessment,,300\nClosed following CIN assessment,{},45\n"
        "Completed Early Help Assessments,,785\nCIN assessments,,900\nReferred to early help,,90\n"
    )

    def read(part: str) -> dict[str, str]:
        return {key[0]: text for key, text in of_text(text.format(part), name="answer.csv").items()}

    known = {"Q2": "785", "Q3": "900", "Q4": "300", "Q6": "90"}
    assert read("of which re-referred within 12 months") == known | {"Q5": "45"}
    assert "45" not in read("of which moved away").values()


def test_of_which_without_a_level_may_hang_on_either_row_and_is_not_sure() -> None:
    text = (
        "Children,2020/21\nClosed following CIN assessment,1073\nof which referred to early help,210\n"
        "of which re-referred for CIN assessment in 12 months,36\nEarly help assessment,2690\n"
    )
    found = of_text(text, name="answer.csv")
    assert ("Q5", 2020, "all") not in found
    assert ("Q7", 2020, "all") not in found


def test_rows_of_ages_stand_under_the_row_of_all_children() -> None:
    text = (
        "Row Labels,Q2,Q4\n2020-21,785,400\n5-9,200,120\n2021-22,700,350\n5-9,180,110\nGrand Total,1485,750\n"
    )
    assert of_text(text, name="answer.csv") == {
        ("Q2", 2020, "all"): "785",
        ("Q4", 2020, "all"): "400",
        ("Q2", 2020, "5-9"): "200",
        ("Q4", 2020, "5-9"): "120",
        ("Q2", 2021, "all"): "700",
        ("Q4", 2021, "all"): "350",
        ("Q2", 2021, "5-9"): "180",
        ("Q4", 2021, "5-9"): "110",
    }


# --- columns ----------------------------------------------------------------------------------------


def test_bands_in_two_columns_and_numbered_rows() -> None:
    text = (
        "Row,Measure,Start,End,Age from,Age to,Number\n"
        "1,Q2,2020-04-01,2021-03-31,0,17,785\n2,Q2,2020-04-01,2021-03-31,5,9,200\n"
        "3,Q4,2021-04-01,2022-03-31,16,17,33\n"
    )
    assert of_text(text, name="answer.csv") == {
        ("Q2", 2020, "all"): "785",
        ("Q2", 2020, "5-9"): "200",
        ("Q4", 2021, "16+"): "33",
    }


def test_a_column_about_something_else_is_not_taken_for_all_ages() -> None:
    text = "Question 2,All,5-9,All referrals received\n2020/21,785,200,5231\n2021/22,700,180,5200\n"
    found = of_text(text, name="answer.csv")
    assert "5231" not in found.values()
    assert found["Q2", 2020, "all"] == "785"


def test_years_in_two_digits_under_a_heading_that_says_so_are_no_ages() -> None:
    assert of_text("Year,Q2,Q4\n20-21,785,400\n21-22,700,350\n", name="answer.csv") == {
        ("Q2", 2020, "all"): "785",
        ("Q4", 2020, "all"): "400",
        ("Q2", 2021, "all"): "700",
        ("Q4", 2021, "all"): "350",
    }


def test_a_total_over_years_in_short_is_no_figure_of_a_year() -> None:
    found = of_text("Question,2020/21,2021/22,2020-25\nQ2,785,700,3600\nQ4,400,350,1800\n", name="answer.csv")
    assert "3600" not in found.values()
    assert len(found) == 4


def test_digits_beside_other_numbers_of_questions_are_headings() -> None:
    text = "Year,1,2 - CP Plan,2 - CIN Plan\n2015/16,2769,82,210\n2016/17,2523,Not held,191\n"
    assert of_text(text, "england_2021", "answer.csv") == {
        ("Q1", 2015, "all"): "2769",
        ("Q2-CPP", 2015, "all"): "82",
        ("Q2-CIN", 2015, "all"): "210",
        ("Q1", 2016, "all"): "2523",
        ("Q2-CPP", 2016, "all"): "Not held",
        ("Q2-CIN", 2016, "all"): "191",
    }


def test_short_headings_are_read_by_the_key_below_the_table() -> None:
    text = (
        "| Year | 1 | 2(i) | 2(ii) |\n|---|---|---|---|\n| 2015/16 | 2727 | 81 | 210 |\n\n"
        "2(i): of those in 1, number of children receiving early help "
        "concurrently subject to a Child Protection Plan\n\n"
        "2(ii): of those in 1, number of children receiving early help "
        "concurrently subject to a Child in Need Plan\n"
    )
    found = of_text(text, "england_2021", "answer.md")
    assert found["Q2-CPP", 2015, "all"] == "81"
    assert found["Q2-CIN", 2015, "all"] == "210"


def test_a_table_that_goes_on_has_the_headings_of_the_one_before() -> None:
    head = "| Question | Age | 2020/21 | 2021/22 |\n|---|---|---|---|\n| Q2 | All | 785 | 700 |\n\n"
    more = "Table 1 (continued)\n\n| | | | |\n|---|---|---|---|\n| Q4 | All | 400 | 350 |\n"
    found = of_text(head + more, name="answer.md")
    assert found["Q4", 2020, "all"] == "400"
    assert found["Q4", 2021, "all"] == "350"


# --- lines ------------------------------------------------------------------------------------------


def test_wrapped_lines_of_a_letter_are_one_sentence() -> None:
    question = (
        "5. How many of the children whose case was closed after CIN assessment were\n"
        "subsequently re-referred for a CIN assessment within 12 months of their\n"
        "initial referral?\n"
    )
    opening = (
        "We write in answer to your request for information about early help and the\n"
        "children whose cases were closed. Your questions and the answers to each of\n"
        "them are given below in the order in which you asked them of this Council.\n\n"
    )
    assert of_text(f"{opening}{question}\n2020/21: 82\n2021/22: 102\n") == {
        ("Q5", 2020, "all"): "82",
        ("Q5", 2021, "all"): "102",
    }


def test_answers_between_quoted_lines_answer_the_line_above_them() -> None:
    mail = (
        "From: a@council.example\nTo: b@example.org\nSubject: RE: request\n"
        "Date: Wed, 06 Oct 2021 14:12:00 +0100\nContent-Type: text/plain; charset=utf-8\n\n"
        "> 1. What number of children received early help services in the periods:\n"
        "> a. April 1st 2015 to March 31st 2016\n4,093\n> b. April 1st 2016 to March 31st 2017\n3,100\n"
        "> 4. a. How many children were subject to a Child in Need assessment?\n15/16: 2,690; 16/17: 3,048\n"
    )
    assert of_text(mail, "england_2021", "answer.eml") == {
        ("Q1", 2015, "all"): "4,093",
        ("Q1", 2016, "all"): "3,100",
        ("Q4a", 2015, "all"): "2,690",
        ("Q4a", 2016, "all"): "3,048",
    }


def test_drawn_tables() -> None:
    rule = "+--------+---------+---------+\n"
    text = f"{rule}| Period | Apr20-Mar21 | Apr21-Mar22 |\n{rule}| Q2 | 785 | 700 |\n{rule}"
    assert of_text(text) == {("Q2", 2020, "all"): "785", ("Q2", 2021, "all"): "700"}


def test_questions_that_a_sentence_mentions_have_its_status() -> None:
    text = (
        "Question 2\n2020/21: 785\n\nSection 12 - cost of compliance. For questions 5, 6 and 7 we would need "
        "to read 1,860 files. This exceeds the cost limit and the request is refused in that part.\n"
    )
    found = of_text(text, name="answer.md")
    assert {key[0] for key in found} == {"Q2", "Q5", "Q6", "Q7"}


def test_counts_in_sentences_that_are_not_read_are_listed_and_keep_the_answer_from_being_silent() -> None:
    text = (
        "Of the children whose case was closed, 257 were referred on to early help and 217 came back.\n\n"
        "Section 40 of the Act and the 20 working days of question 4 have no count. "
        "Our year runs from 1 April to 31 March.\n\nQuestion 2\n\n2020/21: 785\n"
    )
    proposal = read_document(
        open_content("answer.md", text.encode()), DICTIONARY, Told(question_set="england_2025")
    )
    assert [fact.text for fact in proposal.lost] == ["257", "217"]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("Questions 3 to 5\nThis information is not held.\n", ["Q3", "Q4", "Q5"]),
        ("Questions 3, 4 and 5\nThis information is not held.\n", ["Q3", "Q4", "Q5"]),
        ("3, 4 and 5. We do not hold this information.\n", ["Q3", "Q4", "Q5"]),
        ("Questions 3-5\nThank you for these.\nThe figures are not held.\n", ["Q3", "Q4", "Q5"]),
        (
            "Questions 3-5\nThe figures for 2020/21 to 2024/25 are exempt under section 12.\n",
            ["Q3", "Q4", "Q5"],
        ),
        ("Questions 3-5\nThe figures for 2020/21 are not held.\n", []),
        ("Question 3\nThis is not recorded.\nQuestion 4\nAs question 3, not recorded.\n", ["Q3", "Q4"]),
    ],
)
def test_a_refusal_beneath_a_heading_of_several_questions_is_that_of_each(
    text: str, questions: list[str]
) -> None:
    found = of_text(f"Question 2\n2020/21: 785\n\n{text}")
    assert sorted({key[0] for key in found if key[0] != "Q2"}) == questions


def test_a_refusal_beneath_a_question_of_two_figures_is_that_of_both() -> None:
    text = "1. 2015/16: 3,000\n2. For each of the periods, how many were on a plan?\nThis is not recorded.\n"
    assert {key[0] for key in of_text(text, "england_2021")} == {"Q1", "Q2-CPP", "Q2-CIN"}


@pytest.mark.parametrize(
    "sentence",
    [
        "Numbers fewer than five are withheld under section 40(2).",
        "Small numbers are exempt from disclosure under section 40.",
        "We do not hold the information by age group, but the attached spreadsheet gives totals.",
        "Some of the information is exempt under section 40.",
    ],
)
def test_a_rule_for_a_part_of_the_figures_refuses_no_question(sentence: str) -> None:
    found = of_text(f"Question 2\n2020/21: 785\nQuestions 3 to 7\nPlease see the workbook. {sentence}\n")
    assert {key[0] for key in found} == {"Q2"}


def test_the_answer_to_a_question_named_in_a_sentence() -> None:
    text = "The answer to question 1 is Yes. The answers to questions 2 to 7 follow.\n\nQ2 2020/21: 785\n"
    proposal = read_document(
        open_content("answer.md", text.encode()), DICTIONARY, Told(question_set="england_2025")
    )
    assert proposal.yes_no is not None
    assert proposal.yes_no.value is True


# --- what stands between and beside the figures -----------------------------------------------------


def test_the_number_of_a_year_or_table_in_a_heading_is_no_count() -> None:
    found = of_text("Question 3\n\nYear 1 - 1st April 2020 to 31st March 2021\n\nQ3: 785\n", name="answer.md")
    assert found == {("Q3", 2020, "all"): "785"}


def test_a_column_of_teams_beside_a_column_of_indicators_names_no_question() -> None:
    text = (
        "Team,FinancialYear,Indicator,Children\nAssessment & MASH,2020/2021,Q4 Case closed,542\n"
        "Early Help,2020/2021,Q3 CIN (S17) assessments,1287\n"
    )
    assert of_text(text, name="answer.csv") == {("Q4", 2020, "all"): "542", ("Q3", 2020, "all"): "1287"}


def test_a_heading_of_notes_holds_for_its_own_table_alone() -> None:
    text = "Ref 3340,,Date\n,,\nQuestion,2020/21,2021/22\nQ2,814,692\nQ4,773,678\n"
    assert len(of_text(text, name="answer.csv")) == 4


def test_a_row_that_answers_yes_does_not_part_a_table() -> None:
    text = "Question,2015/16,2016/17\nQ1,4786,4460\n,,\nQ3 Process to refer,No,\n,,\nQ4a,3248,2796\n"
    assert of_text(text, "england_2021", "answer.csv") == {
        ("Q1", 2015, "all"): "4786",
        ("Q1", 2016, "all"): "4460",
        ("Q4a", 2015, "all"): "3248",
        ("Q4a", 2016, "all"): "2796",
    }


def test_a_range_beside_an_age_is_a_count_and_no_age() -> None:
    text = "Question 7,,\nAge,2020/21,2021/22\n5-9 years,7,6\n16 years and over,1-4,1-4\nAll,25,23\n"
    found = of_text(text, name="answer.csv")
    assert found["Q7", 2020, "16+"] == "1-4"
    assert found["Q7", 2021, "all"] == "23"


def test_a_digit_without_a_point_is_a_number_where_its_words_say_the_same() -> None:
    text = "Question,2020/21\n2 Early help assessment,814\n4 Closed following CIN assessment,773\n"
    assert of_text(text, name="answer.csv") == {("Q2", 2020, "all"): "814", ("Q4", 2020, "all"): "773"}


def test_parts_that_a_council_gave_to_a_question_of_two_plans_are_no_periods_beside_years() -> None:
    text = (
        "Question,2018-19,2019-20\nQ2a. Number receiving early help with a Child Protection Plan,224,241\n"
        "Q2b. Number receiving early help with a Child in Need Plan,565,617\n"
    )
    assert of_text(text, "england_2021", "answer.csv") == {
        ("Q2-CPP", 2018, "all"): "224",
        ("Q2-CPP", 2019, "all"): "241",
        ("Q2-CIN", 2018, "all"): "565",
        ("Q2-CIN", 2019, "all"): "617",
    }


def test_a_rule_below_the_headings_of_an_aligned_table_is_no_part_of_it() -> None:
    rows = ("Period       All    5-9", "-" * 22, "2020-2021    1,081  322", "2021-2022    1,274  364")
    text = "Question 2\n\n" + "\n".join(rows)
    assert of_text(text) == {
        ("Q2", 2020, "all"): "1,081",
        ("Q2", 2020, "5-9"): "322",
        ("Q2", 2021, "all"): "1,274",
        ("Q2", 2021, "5-9"): "364",
    }


def test_a_long_extract_with_ids_services_and_ages_that_are_not_known() -> None:
    rows = (
        "EHS,2024/25,Q02,05-09,147",
        "CSC,2024/25,Q03,10-15,209",
        "CSC,2024/25,Q03,16+,84",
        "CSC,2024/25,Q04,05-09,13",
        "CSC,2024/25,Q04,All,90",
        "CSC,2024/25,Q04,NK,2",
    )
    text = "RowID,Service,FinYear,QNo,AgeGrp,Children\n" + "".join(
        f"{10_000 + at},{row}\n" for at, row in enumerate(rows)
    )
    found = of_text(text, name="answer.csv")
    assert found["Q2", 2024, "5-9"] == "147"
    assert found["Q3", 2024, "16+"] == "84"
    assert found["Q4", 2024, "5-9"] == "13"


def test_coded_headings_are_read_by_the_documents_own_table_of_terms() -> None:
    text = (
        "| FIN_YEAR | EH_ASSESS_ALL | EH_ASSESS_5_9 | CIN_ASSESS_ALL |\n|---|---|---|---|\n"
        "| 2020/21 | 515 | 155 | 719 |\n\n"
        "| Field | Question | Description |\n|---|---|---|\n| EH_ASSESS | 2 | early help |\n"
        "| CIN_ASSESS | 3 | assessments |\n"
    )
    assert of_text(text, name="answer.md") == {
        ("Q2", 2020, "all"): "515",
        ("Q2", 2020, "5-9"): "155",
        ("Q3", 2020, "all"): "719",
    }


def test_dates_under_year_ending_are_the_last_days_of_years_along_a_row_and_down_a_column() -> None:
    wide = ",Year ending\nQuestion,31/03/2021,31/03/2022\nQ3,814,773\n"
    long = "Question,Year ending,Children\nQ3,31 March 2021,814\nQ3,31 March 2022,773\n"
    both = {("Q3", 2020, "all"): "814", ("Q3", 2021, "all"): "773"}
    assert of_text(wide, name="answer.csv") == both
    assert of_text(long, name="answer.csv") == both


def test_years_as_dfe_codes_them_under_a_heading_that_says_so_are_no_counts() -> None:
    text = "period,age,question,children\n202021,All,Q3,814\n202122,All,Q3,773\n202122,5-9,Q3,214\n"
    assert of_text(text, name="answer.csv") == {
        ("Q3", 2020, "all"): "814",
        ("Q3", 2021, "all"): "773",
        ("Q3", 2021, "5-9"): "214",
    }


def test_codes_in_rows_are_read_by_the_table_that_gives_each_its_question_in_words() -> None:
    text = (
        "| period | measure | children |\n|---|---|---|\n"
        "| 2020/21 | CIN_A | 814 |\n| 2020/21 | CIN_C | 403 |\n\n| Measure | Meaning |\n|---|---|\n"
        "| CIN_A | How many children were subject to a CIN assessment? |\n"
        "| CIN_C | For how many children was the case closed following the CIN assessment? |\n"
    )
    assert of_text(text, name="answer.md") == {("Q3", 2020, "all"): "814", ("Q4", 2020, "all"): "403"}


def test_a_heading_with_its_own_number_is_not_joined_with_the_one_over_it_that_names_its_whole() -> None:
    text = (
        "Year,Age,Q4: closed following CIN assessment,Of those closed (Q4),\n"
        ",,,Q5: re-referred within 12 months,Q6: referred to early help\n"
        "2020/21,All,532,120,113\n2021/22,All,504,89,85\n"
    )
    found = of_text(text, name="answer.csv")
    assert {key[0]: text for key, text in found.items() if key[1] == 2020} == {
        "Q4": "532",
        "Q5": "120",
        "Q6": "113",
    }


def test_of_those_hangs_on_the_row_of_counts_and_not_on_its_percentages() -> None:
    text = (
        "Measure,2015,2016\nThese are calendar years (1 January to 31 December)\n"
        "Children whose case was closed following a Child in Need assessment,406,368\n"
        "Closed as % of assessed,47%,39%\n"
        '"- of those closed, re-referred for a Child in Need assessment within 12 months",84,67\n'
    )
    assert of_text(text, "england_2021", "answer.csv")["Q4d", 2015, "all"] == "84"


@pytest.mark.parametrize("whole", ["those in 6", "Q6", "question 6"])
def test_the_number_of_its_whole_tells_which_re_referrals_are_meant(whole: str) -> None:
    heading = f"7. Of {whole}, re-referred for CIN assessment within 12 months"
    text = f"{heading}\n\n| Year | All |\n|---|---|\n| 2020/21 | 25 |\n"
    assert of_text(text, name="answer.md") == {("Q7", 2020, "all"): "25"}


def test_first_and_last_day_in_columns_of_an_export() -> None:
    text = "question,period_start,period_end,age_band,count\nQ3,2020-04-01,2021-03-31,16+,1 to 5\n"
    more = "Q3,2020-04-01,2021-03-31,all,250\n"
    assert of_text(text + more, name="answer.csv") == {
        ("Q3", 2020, "16+"): "1 to 5",
        ("Q3", 2020, "all"): "250",
    }


# --- years that end on a day --------------------------------------------------------------------------


def table_of(*rows: tuple[str, ...]) -> str:
    """Delimited text of the rows."""
    return "".join(",".join(f'"{text}"' for text in row) + "\n" for row in rows)


QUESTION_3 = "Q3 How many children were subject to a child in need (CIN) assessment?"


@pytest.mark.parametrize(
    "heading", ["Year ending 31 March", "Year to March", "Year ended 31st March", "Year ending March 31"]
)
def test_bare_years_under_a_heading_of_the_day_on_which_they_end_are_no_figures_of_2031(heading: str) -> None:
    ages = (heading, "All children", "5-9", "10-15", "16+")
    one = table_of(ages, (QUESTION_3, "", "", "", ""), ("2025", "1204", "361", "402", "133"))
    assert of_text(one, name="answer.csv") == four("Q3", 2024, "1204", "361", "402", "133")
    bands = table_of(
        ages,
        (QUESTION_3, "", "", "", ""),
        ("2021", "1204", "361", "402", "133"),
        ("2022", "1104", "351", "392", "123"),
        ("Q4 For how many was the case closed following assessment?", "", "", "", ""),
        ("2021", "604", "161", "202", "93"),
        ("2022", "504", "151", "192", "83"),
    )
    assert of_text(bands, name="answer.csv") == {
        **four("Q3", 2020, "1204", "361", "402", "133"),
        **four("Q3", 2021, "1104", "351", "392", "123"),
        **four("Q4", 2020, "604", "161", "202", "93"),
        **four("Q4", 2021, "504", "151", "192", "83"),
    }
    beside = table_of((heading, "2021", "2022"), (QUESTION_3, "1204", "1104"))
    assert of_text(beside, name="answer.csv") == {
        ("Q3", 2020, "all"): "1204",
        ("Q3", 2021, "all"): "1104",
    }


def test_questions_as_columns_beside_years_that_end_on_a_day() -> None:
    text = table_of(
        ("Year ending 31 March", "Q2 Early help assessment", "Q3 CIN assessment"),
        ("2021", "921", "1321"),
        ("2022", "922", "1322"),
    )
    assert of_text(text, name="answer.csv") == {
        ("Q2", 2020, "all"): "921",
        ("Q3", 2020, "all"): "1321",
        ("Q2", 2021, "all"): "922",
        ("Q3", 2021, "all"): "1322",
    }


@pytest.mark.parametrize(
    "text", ["Year ending 31 March", "Year ending March 31", "year to 31 March", "31 March"]
)
def test_a_last_day_without_its_year_is_no_year(text: str) -> None:
    assert find_periods(text) == []


def test_a_mark_of_a_note_behind_a_bare_year_leaves_it_a_year() -> None:
    text = table_of(("Year ending 31 March", "Q3"), ("2024", "1204"), ("2025 (see note i)", "1104"))
    assert of_text(text, name="answer.csv")["Q3", 2024, "all"] == "1104"


# --- what is no answer --------------------------------------------------------------------------------

PAGE = (
    "{menu}<h1>Freedom of information response</h1>"
    "<h3>7. Of those referred to early help, how many were re-referred within 12 months?</h3>"
    "<table><tr><th>Period<th>All<tr><td>2020/21<td>13<tr><td>2021/22<td>*</table>"
    "<p>{key}</p><footer>12 of 15 people found this useful in 2024/25.</footer>"
)


@pytest.mark.parametrize(
    "menu",
    ["<nav><ul><li>Council tax 2025/26</ul></nav>", "<div role='navigation'><p>Council tax 2025/26</div>"],
)
def test_menu_and_footer_of_a_page_are_neither_headings_nor_answers(menu: str) -> None:
    found = of_text(PAGE.format(menu=menu, key="There were 17."), name="answer.html")
    assert found == {("Q7", 2020, "all"): "13", ("Q7", 2021, "all"): "*"}


def test_a_header_within_the_main_part_of_a_page_heads_the_answer() -> None:
    text = "<main><header><h2>Question 3, 2020/21</h2></header><p>All children: 204</p></main>"
    assert of_text(text, name="answer.html") == {("Q3", 2020, "all"): "204"}


@pytest.mark.parametrize(
    "key",
    ["* fewer than 5 children.", "* = fewer than 5", "[c] a count of 1 to 4", "Fewer than 5 is shown as *"],
)
def test_a_line_that_explains_a_mark_is_no_figure(key: str) -> None:
    found = of_text(PAGE.format(menu="<h2>2025/26</h2>", key=key), name="answer.html")
    assert found == {("Q7", 2020, "all"): "13", ("Q7", 2021, "all"): "*"}


def test_an_item_of_a_list_after_an_asterisk_is_a_figure() -> None:
    text = "Question 3\n* 2020/21: fewer than 5\n* 2021/22: 17\n"
    assert of_text(text) == {("Q3", 2020, "all"): "fewer than 5", ("Q3", 2021, "all"): "17"}


# --- codes and bars -----------------------------------------------------------------------------------


def test_question_and_age_in_one_code_of_an_export() -> None:
    text = "fin_year,q2_all,q2_5to9,q2_10_15,q7_16plus\n202021,473,120,152,c\n202122,526,145,188,6\n"
    assert of_text(text, name="answer.csv") == {
        ("Q2", 2020, "all"): "473",
        ("Q2", 2020, "5-9"): "120",
        ("Q2", 2020, "10-15"): "152",
        ("Q7", 2020, "16+"): "c",
        ("Q2", 2021, "all"): "526",
        ("Q2", 2021, "5-9"): "145",
        ("Q2", 2021, "10-15"): "188",
        ("Q7", 2021, "16+"): "6",
    }


def test_columns_parted_by_bars_without_bars_around_them() -> None:
    text = "Question 2\nYear | All | 5-9 | 10-15 | 16+\n2020-21 | 1,830 | 273 | * | not held\nThat is all.\n"
    assert of_text(text) == four("Q2", 2020, "1,830", "273", "*", "not held")


def test_lists_in_lines_parted_by_bars_stay_lists() -> None:
    first = "2020/21: All 785 | 5-9 200 | 10-15 310 | 16+ 90"
    text = f"Question 2\n{first}\n2021/22: All 685 | 5-9 201 | 10-15 311 | 16+ 91\n"
    assert of_text(text) == {
        **four("Q2", 2020, "785", "200", "310", "90"),
        **four("Q2", 2021, "685", "201", "311", "91"),
    }


# --- pages ----------------------------------------------------------------------------------------------


def two_pages(*, is_ruled: bool) -> bytes:
    """A table whose last row stands alone at the top of the second page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    rows = [("Year", "All", "5-9", "10-15", "16+"), ("2020/21", "1204", "361", "402", "133")]
    style = [("GRID", (0, 0), (-1, -1), 0.5, "black")] if is_ruled else []
    canvas.drawString(60, 790, "Freedom of information request FOI 123")
    canvas.drawString(
        60, 760, "Question 3: How many children were subject to a child in need (CIN) assessment?"
    )
    for top, shown in ((700, rows), (790, [("2021/22", "18", "9", "6", "*")])):
        table = Table(shown, style=style, colWidths=90)
        table.wrapOn(canvas, 500, 500)
        table.drawOn(canvas, 60, top)
        canvas.drawString(300, 20, "Page")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@pytest.mark.parametrize("is_ruled", [True, False])
def test_the_last_row_of_a_table_alone_on_the_next_page_belongs_to_it(is_ruled: bool) -> None:
    assert cells_of("answer.pdf", two_pages(is_ruled=is_ruled), "england_2025") == {
        **four("Q3", 2020, "1204", "361", "402", "133"),
        **four("Q3", 2021, "18", "9", "6", "*"),
    }


def test_a_row_of_figures_at_the_edge_of_a_page_is_no_row_of_page_numbers() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for texts in (("Question 3",), ("18", "9", "6", "*")):
        for at, text in enumerate(texts):
            canvas.drawString(60 + 90 * at, 800, text)
        canvas.drawString(300, 20, "2")
        canvas.showPage()
    canvas.save()
    assert open_content("answer.pdf", out.getvalue()).texts == ["Question 3", "18", "9", "6", "*"]


@pytest.mark.parametrize("mark", ["not yet available", "<5", "20"])
def test_the_dash_between_the_days_of_a_period_parts_no_label_from_its_mark(mark: str) -> None:
    found = of_text(f"Question 7\n1 April 2023 - 31 March 2024: 21\n1 April 2024 - 31 March 2025: {mark}\n")
    assert found == {("Q7", 2023, "all"): "21", ("Q7", 2024, "all"): mark}


def test_a_page_number_beside_a_date_is_no_figure() -> None:
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    canvas.drawString(60, 700, "Question 3: 2020/21")
    for left, text in ((60, "08/01/2026"), (400, "2")):
        canvas.drawString(left, 20, text)
    canvas.save()
    assert "2" not in open_content("answer.pdf", out.getvalue()).texts
