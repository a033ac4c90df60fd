"""The reader's dictionaries: the seeds that say what is asked, how it is worded and what marks mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from pathways.errors import PathwaysError
from pathways.foi.periods import Period
from pathways.seed_files import SeedFileError, read_seed


@dataclass(frozen=True)
class Question:
    """One question of a letter: its code and number, and the measure it asks for (None for yes or no)."""

    code: str
    number: str
    measure: str | None
    summary: str


@dataclass(frozen=True)
class Wording:
    """One wording of a question: of the letter itself, or a label that councils are known to use.

    ``stated_otherwise`` says how the label names another thing than the question asks for, if it does.
    """

    question: str
    text: str
    stated_otherwise: str


@dataclass(frozen=True)
class QuestionSet:
    """One letter: its questions, wordings, and the periods and ages that it asks for."""

    code: str
    nation: str
    title: str
    questions: tuple[Question, ...]
    wordings: tuple[Wording, ...]
    periods: tuple[Period, ...]
    ages: tuple[str, ...]
    lettered: str
    """Which list the letter prints as a, b, c ...: ``period`` or ``age``."""

    @cached_property
    def by_code(self) -> dict[str, Question]:
        """The questions by their code."""
        return {question.code: question for question in self.questions}

    @cached_property
    def by_measure(self) -> dict[str, str]:
        """The code of the question that asks for a measure."""
        return {question.measure: question.code for question in self.questions if question.measure}

    @cached_property
    def stems(self) -> list[str]:
        """The numbers of which a letter makes a question: ``4`` of ``4a``."""
        lettered = (question.number for question in self.questions if question.number[-1:].isalpha())
        return sorted({number[:-1] for number in lettered})

    @cached_property
    def yes_no(self) -> str | None:
        """The code of the question that asks for yes or no."""
        return next((question.code for question in self.questions if question.measure is None), None)

    def item(self, letter: str) -> Period | str | None:
        """The period or age band that the letter's own list calls by a letter; None where it has none."""
        items: tuple[Period | str, ...] = self.periods if self.lettered == "period" else self.ages
        at = "abcde".find(letter.lower()) if len(letter) == 1 else -1
        return items[at] if 0 <= at < len(items) else None

    def numbered(self, number: str) -> list[str]:
        """The codes of the questions with a number, such as ``4a``; two where one number asks for two."""
        return [question.code for question in self.questions if question.number == number]


@dataclass(frozen=True)
class MarkRule:
    """One row of cell_mark.csv that holds for answers: a pattern and what it stands for."""

    pattern: re.Pattern[str]
    status: str
    value_rule: str
    lower_rule: str
    upper_rule: str
    is_approximate: bool


@dataclass(frozen=True)
class Council:
    """One council of authority.csv, which may have ended."""

    code: str
    nation: str
    name: str
    end_date: str


@dataclass(frozen=True)
class Dictionary:
    """All that the reader knows beforehand."""

    question_sets: tuple[QuestionSet, ...]
    mark_rules: tuple[MarkRule, ...]
    councils: tuple[Council, ...]
    subsets: tuple[tuple[str, str, str], ...]
    """Question set, question and the question of which it counts a part."""
    census_subsets: tuple[tuple[str, str, str], ...]
    """The same for answers that were counted from census returns, by their own definitions."""
    census_statements: dict[str, tuple[str, ...]]
    """Question set -> the definitions of what is counted from census returns for it, in words."""

    def question_set(self, code: str) -> QuestionSet:
        """The letter of a code.

        Raises:
            PathwaysError: there is none.
        """
        for question_set in self.question_sets:
            if question_set.code == code:
                return question_set
        known = ", ".join(question_set.code for question_set in self.question_sets)
        raise PathwaysError(f"There is no question set '{code}'. Known are: {known}.")


def seed_rows(seeds: Path, name: str) -> list[dict[str, str]]:
    """The rows of a seed, by column name.

    Raises:
        PathwaysError: the seed is missing or not whole.
    """
    paths = sorted(seeds.rglob(f"{name}.csv"))
    if not paths:
        raise PathwaysError(f"There is no {name}.csv under {seeds}: the reader needs it.")
    try:
        table = read_seed(paths[0].read_bytes())
    except SeedFileError as fault:
        raise PathwaysError(f"{paths[0].name}, {fault}. Mend it first: run 'pathways check door'.") from fault
    return [dict(zip(table.header, row.values, strict=True)) for row in table.rows]


def load_dictionary(seeds: Path) -> Dictionary:
    """Reads the dictionaries from the seeds folder.

    Raises:
        PathwaysError: one of them is missing or not whole.
    """
    questions = seed_rows(seeds, "foi_question")
    wordings = seed_rows(seeds, "foi_wording")
    asked = seed_rows(seeds, "foi_asked")
    definitions = {row["definition_code"]: row for row in questions if row["definition_code"]}
    counted = {row["definition_code"]: row for row in seed_rows(seeds, "foi_census_answer")}
    statements = {
        row["definition_code"]: row["statement"]
        for row in seed_rows(seeds, "definition")
        if row["definition_code"] in counted
    }
    nested = [
        (row["definition_code"], row["superset_definition_code"])
        for row in seed_rows(seeds, "definition_subset")
    ]
    sets = []
    for row in seed_rows(seeds, "foi_question_set"):
        code = row["question_set_code"]
        panel = [cell for cell in asked if cell["question_set_code"] == code]
        sets.append(
            QuestionSet(
                code,
                row["nation_code"],
                row["letter_title"],
                tuple(
                    Question(
                        one["question_code"],
                        one["question_number"],
                        one["measure_code"] or None,
                        one["question_summary"],
                    )
                    for one in questions
                    if one["question_set_code"] == code
                ),
                tuple(
                    Wording(
                        one["question_code"],
                        one["wording"],
                        one["stated_otherwise"],
                    )
                    for one in wordings
                    if one["question_set_code"] == code
                ),
                tuple(
                    sorted(
                        {
                            Period(
                                date.fromisoformat(cell["period_start_date"]),
                                date.fromisoformat(cell["period_end_date"]),
                            )
                            for cell in panel
                        }
                    )
                ),
                tuple(dict.fromkeys(cell["age_band_code"] for cell in panel)),
                row["lettered_list_code"],
            )
        )
    return Dictionary(
        tuple(sets),
        tuple(
            MarkRule(
                re.compile(row["mark_pattern"]),
                row["status_code"],
                row["value_rule_code"],
                row["lower_rule_code"],
                row["upper_rule_code"],
                row["is_approximate"] == "true",
            )
            for row in sorted(seed_rows(seeds, "cell_mark"), key=lambda row: int(row["mark_order"]))
            if row["source_kind_code"] in ("foi", "any")
        ),
        tuple(
            Council(row["authority_code"], row["nation_code"], row["authority_name"], row["end_date"])
            for row in seed_rows(seeds, "authority")
        ),
        _subsets(nested, definitions),
        _subsets(nested, counted),
        {
            one.code: tuple(
                statements[code] for code, row in counted.items() if row["question_set_code"] == one.code
            )
            for one in sets
        },
    )


def _subsets(
    nested: list[tuple[str, str]], questions: dict[str, dict[str, str]]
) -> tuple[tuple[str, str, str], ...]:
    """Question set, part and whole of each pair of definitions that are both of questions."""
    return tuple(
        (
            questions[part]["question_set_code"],
            questions[part]["question_code"],
            questions[whole]["question_code"],
        )
        for part, whole in nested
        if part in questions and whole in questions
    )
