"""What councils' words mean: periods, ages, questions, marks and keys, each at its boundary."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import PROJECT, Reading, WarehouseReader
from pathways.foi.ages import find_ages
from pathways.foi.dictionary import Dictionary, load_dictionary
from pathways.foi.marks import MarkReader, mark_text
from pathways.foi.periods import Period, YearKind, find_periods, stated_year_kind
from pathways.foi.statements import limit_of, read_meaning, stated_rounding, zero_is_shown
from pathways.foi.wording import read_question
from pathways.foi.yes_no import yes_or_no


@pytest.fixture(scope="module")
def dictionary() -> Dictionary:
    return load_dictionary(PROJECT / "seeds")


YEAR = (date(2020, 4, 1), date(2021, 3, 31))


@pytest.mark.parametrize(
    "text",
    [
        "1 April 2020 – 31 March 2021",
        "April 1st 2020 to March 31st 2021",
        "01/04/2020 - 31/03/2021",
        "01.04.20-31.03.21",
        "2020-04-01 to 2021-03-31",
        "Apr-20 to Mar-21",
        "April 2020 - March 2021",
        "April 20 - March 21",
        "2020/21",
        "2020-21",
        "2020/2021",
        "2020 to 2021",
        "20/21",
        "FY20/21",
        "Financial year 2020/21",
        "Year ending 31 March 2021",
        "Year ending March 2021",
        "year to 31/03/2021",
        "y/e 31.03.21",
        "12 months to 31 March 2021",
        "FYE 2021",
        "Ebrill 2020 i Mawrth 2021",
        "between 1 April 2020 and 31 March 2021",
        "2020–21",
    ],
)
def test_a_financial_year_is_the_same_in_all_the_ways_it_is_written(text: str) -> None:
    assert [span.period for span in find_periods(text)] == [Period(*YEAR)]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Calendar year 2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("January to December 2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("Academic year 2020/21", date(2020, 9, 1), date(2021, 8, 31)),
        ("January to September 2019", date(2019, 1, 1), date(2019, 9, 30)),
        ("April to March 2021", *YEAR),
        ("1 April 2020 to 31 March 2025", date(2020, 4, 1), date(2025, 3, 31)),
        ("Total 2020/21-2024/25", date(2020, 4, 1), date(2025, 3, 31)),
        ("1 March 2023 to 29 February 2024", date(2023, 3, 1), date(2024, 2, 29)),
    ],
)
def test_another_kind_of_year_stays_one(text: str, start: date, end: date) -> None:
    assert [span.period for span in find_periods(text)] == [Period(start, end)]


@pytest.mark.parametrize(
    "text", ["5-9 years", "10-15", "16-17", "within 12 months", "31 April 2020 to 31 March 2021"]
)
def test_what_is_no_period_is_not_read_as_one(text: str) -> None:
    assert not any(span.period for span in find_periods(text))


def test_a_bare_year_means_what_the_document_says_and_nothing_where_it_says_nothing() -> None:
    assert [span.period for span in find_periods("2021")] == [None]
    assert [span.period for span in find_periods("2021", YearKind.ENDING_MARCH)] == [Period(*YEAR)]
    assert [span.period for span in find_periods("2020", YearKind.BEGINNING_APRIL)] == [Period(*YEAR)]
    assert stated_year_kind(["FY21 means the year ending 31 March 2021, and so on."]) is YearKind.ENDING_MARCH
    assert stated_year_kind(["Our system reports by calendar year."]) is YearKind.CALENDAR
    assert stated_year_kind(["Years are years ending 31 March.", "Question 4 is by calendar year."]) is None
    assert find_periods("1 October 2021", YearKind.ENDING_MARCH) == [], "the year of a day is no period"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("All children", "all"),
        ("Total", "all"),
        ("0-17", "all"),
        ("under 18", "all"),
        ("5-9", "5-9"),
        ("Aged 5 to 9", "5-9"),
        ("10 – 15 yrs old", "10-15"),
        ("16+", "16+"),
        ("16 years and over", "16+"),
        ("16 & 17", "16+"),
        ("16-17", "16+"),
        ("0-4", "0-4"),
        ("11-15", "?"),
        ("10-14", "?"),
        ("5-10", "?"),
        ("17+", "?"),
    ],
)
def test_an_age_band_is_its_own_and_never_its_neighbours(text: str, code: str) -> None:
    assert [span.code for span in find_ages(text)] == [code]


@pytest.mark.parametrize(
    "text", ["under 5", "fewer than 5", "5 or fewer", "within 12 months", "2016-17", "Questions 2-7"]
)
def test_a_mark_or_a_time_is_no_age_band(text: str) -> None:
    assert find_ages(text) == []


@pytest.mark.parametrize(
    ("letter", "text", "code"),
    [
        ("england_2025", "Q5", "Q5"),
        ("wales_2025", "Q5", "Q5"),
        ("england_2021", "4(c)", "Q4c"),
        ("england_2021", "Q2 (CP)", "Q2-CPP"),
        ("england_2025", "Q7 of Q6, re-referred <12m", "Q7"),
        ("england_2025", "Q3 CIN assesments", "Q3"),
        ("england_2025", "Re-referrals as per DFE definition", "Q5"),
        ("england_2025", "Stepped down to Early Help", "Q6"),
        ("england_2025", "Returned within a year", "Q5"),
        ("england_2025", "Social work assessments", "Q3"),
        (
            "wales_2025",
            "6. Closed cases re-referred for S47 or a further needs assessment within 12 months",
            "Q6",
        ),
        ("wales_2025", "Care and support plan", "Q3"),
        ("england_2021", "Early Help (Q1)", "Q1"),
        ("england_2021", "c) closed & referred to EH", "Q4c"),
    ],
)
def test_a_label_is_read_in_its_own_letter(dictionary: Dictionary, letter: str, text: str, code: str) -> None:
    reading = read_question(dictionary.question_set(letter), text)
    assert reading is not None
    assert (reading.code, reading.doubt) == (code, "")


@pytest.mark.parametrize(
    ("letter", "text"),
    [
        ("england_2025", "Number of referrals received"),
        ("england_2025", "Contacts"),
        ("england_2025", "Number of children"),
        ("england_2021", "Children on a CP or CIN plan"),
        ("england_2025", "Of those, re-referred within 12 months"),
        # the council's own numbers: number and wording contradict each other
        ("england_2025", "Question 4: Children referred to early help services after closure"),
        ("england_2025", "4(a)"),
    ],
)
def test_a_label_that_could_be_another_question_is_none(
    dictionary: Dictionary, letter: str, text: str
) -> None:
    assert read_question(dictionary.question_set(letter), text) is None


def test_the_letters_own_wording_under_another_number_is_placed_by_its_wording_and_is_not_sure(
    dictionary: Dictionary,
) -> None:
    letter = dictionary.question_set("england_2025")
    wording = next(wording.text for wording in letter.wordings if wording.question == "Q5")
    reading = read_question(letter, f"6. {wording}")
    assert reading is not None
    assert reading.code == "Q5"
    assert "number" in reading.doubt


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Yes.", True),
        ("Yes - with the consent of the family", True),
        ("No", False),
        ("No formal process", False),
        ("Oes", True),
        ("It depends on the case.", None),
        ("No further action is taken", None),
        ("Not held", None),
        ("Yes and no", None),
        ("No data", None),
        ("The council does have such a process.", True),
        ("We do have a process in place", True),
        ("Our answer is yes.", True),
        ("The council does not have a formal process.", False),
        ("There is currently no process.", False),
        ("We have a process, but not in every case.", None),
        ("There are plans for a process.", None),
        ("Does your local authority have a process to refer children", None),
    ],
)
def test_yes_is_yes_and_no_further_action_is_no_no(text: str, value: bool | None) -> None:
    assert yes_or_no(text) is value


@pytest.mark.parametrize(
    ("meaning", "zero_shown", "expected"),
    [
        ("a number from 1 to 4", False, ("suppressed", 1, 4)),
        ("fewer than five", False, ("suppressed", 0, 4)),
        ("fewer than five", True, ("suppressed", 1, 4)),
        ("fewer than 5 (including zero)", True, ("suppressed", 0, 4)),
        ("5 or fewer", True, ("suppressed", 1, 5)),
        ("less than 10", False, ("suppressed", 0, 9)),
        ("nil", False, ("reported", 0, 0)),
        ("that no child was counted", False, ("reported", 0, 0)),
        ("suppressed to protect confidentiality", False, ("suppressed", None, None)),
        ("not held", False, ("not_held", None, None)),
        ("not available", False, ("not_available", None, None)),
    ],
)
def test_a_key_gives_the_bounds_that_it_states_and_no_tighter(
    meaning: str, zero_shown: bool, expected: tuple[str, int | None, int | None]
) -> None:
    reading = read_meaning(meaning, zero_shown)
    assert reading is not None
    assert (reading.status, reading.lower, reading.upper) == expected


@pytest.mark.parametrize(
    ("sentence", "says"),
    [
        ("Zeros are shown as 0.", True),
        ("True zeros are shown as 0.", True),
        ("zeros as Nil", True),
        ("0 means zero.", True),
        ("Fewer than five children are shown as <5 and zeros are shown as zero or Nil.", True),
        ("Numbers below five, including zeros, are shown as <5.", False),
        ("The total is zero in 2020/21.", False),
        ("Figures from 0 to 4 are shown as *.", False),
        ("Zeros are also suppressed.", False),
    ],
)
def test_one_is_the_least_only_where_the_document_says_in_words_that_zeros_are_shown(
    sentence: str, says: bool
) -> None:
    assert (zero_is_shown([sentence]) is not None) is says


def test_rounding_and_limits_are_taken_from_sentences_that_state_them() -> None:
    assert stated_rounding(["All figures are rounded to the nearest 5."]) == (
        5,
        "All figures are rounded to the nearest 5.",
    )
    assert stated_rounding(["Percentages are rounded to the nearest 1%."]) is None
    limit = limit_of("NB figures for question 7 are for referrals starting up to 23/11/25.")
    assert limit is not None
    assert limit.as_at == date(2025, 11, 23)
    assert limit_of("How many were re-referred within 12 months?") is None


# --- one dictionary of marks, two engines -----------------------------------------------------------


PRINTED = [
    "0",
    "5",
    "12",
    "1,234",
    "1",
    "234",
    "12,34",
    "1.204",
    "12.0",
    "12.5",
    "-3",
    "<5",
    "<",
    "5",
    "<1",
    "≤5",
    "5",
    "or",
    "fewer",
    "fewer",
    "than",
    "5",
    "under",
    "10",
    "1-4",
    "4-1",
    "between",
    "1",
    "and",
    "4",
    "*",
    "**",
    "c",
    "[c]",
    "x",
    "[x]",
    "z",
    "n/a",
    "nil",
    "dim",
    "zero",
    "-",
    "–",
    "#ref!",
    "12%",
    "701",
    "(41%)",
    "1,054",
    "(42%",
    "of",
    "those",
    "assessed)",
    "~1250",
    "c.",
    "250",
    "approx.",
    "2",
    "750",
    "250",
    "(approx)",
    "12",
    "children",
    "1,2o4",
    "12a",
    "999999999999999",
    "not",
    "held",
    "we",
    "do",
    "not",
    "record",
    "this",
    "not",
    "recorded",
    "tbc",
    "awaiting",
    "data",
    "s.40(2)",
    "s40",
    "exempt",
    "s12",
    "section",
    "12(1)",
    "section",
    "21",
    "publicly",
    "available",
    "information",
    "see",
    "dfe",
    "website",
    "in",
    "the",
    "public",
    "domain",
    "data",
    "not",
    "available",
    "refused",
    "under",
    "section",
    "40(2)",
]


def test_the_reader_and_the_warehouse_read_a_mark_alike(
    dictionary: Dictionary, reader: WarehouseReader
) -> None:
    words = PRINTED
    texts = sorted(
        {mark_text(" ".join(words[at : at + length])) for at in range(len(words)) for length in range(1, 6)}
    )
    assert_alike(dictionary, reader.read(texts), texts)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.lists(
        st.text(alphabet="0123456789 ,.-–<≤*~%()[]#abcdefghilnorstuvz", max_size=14), min_size=20, max_size=60
    )
)
def test_the_reader_and_the_warehouse_read_any_text_alike(
    dictionary: Dictionary, reader: WarehouseReader, texts: list[str]
) -> None:
    texts = sorted({mark_text(text) for text in texts})
    assert_alike(dictionary, reader.read(texts), texts)


def assert_alike(dictionary: Dictionary, found: dict[str, Reading], texts: list[str]) -> None:
    reader = MarkReader.of(dictionary)
    assert texts
    for text in texts:
        reading = reader.general(text)
        ours = (
            None
            if reading is None
            else (reading.status, reading.value, reading.lower, reading.upper, reading.is_approximate)
        )
        theirs = found.get(text)
        if theirs is not None:
            theirs = (
                theirs[0],
                *(None if one is None else int(str(one).split(".")[0]) for one in theirs[1:4]),
                theirs[4],
            )
            if theirs[0] == "unreadable":
                theirs, ours = theirs[:1], ours[:1] if ours else None
        assert ours == theirs, text


def test_the_dictionary_is_read_from_the_seeds_and_a_missing_one_is_said(tmp_path: Path) -> None:
    from pathways.errors import PathwaysError

    with pytest.raises(PathwaysError, match=r"There is no foi_question\.csv"):
        load_dictionary(tmp_path)
