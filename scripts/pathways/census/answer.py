"""A council's answer to a letter, counted from its census returns and kept from telling of single children.

The counts come from ``census.fct_census_measure``; ``foi_census_answer.csv`` says which measure answers which
question. Small counts are kept back, and as many others as it takes (``disclosure``); each answer is kept in
the landing area, since what it gave away, or kept back, counts in every later one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl

from pathways.census.area import read_manifest
from pathways.census.audit import SMALL_MARK, WITHHELD_MARK, Cell, Published, Relation, SumKind, from_mark
from pathways.census.disclosure import ALL_AGES, Protected, protect, relations_between
from pathways.census.kept import COLUMNS, keep_answer, kept_answers, rows_of, spoilt
from pathways.errors import PathwaysError
from pathways.foi.ages import ALL
from pathways.foi.dictionary import QuestionSet, load_dictionary, seed_rows
from pathways.foi.origin import MADE_UP
from pathways.foi.periods import Period
from pathways.foi.template import HEADER_ROW, TEXT_WIDTH, template_content
from pathways.settings import Settings
from pathways.warehouse import open_build_file, table_names

NOT_HELD = "not held"
NOT_AVAILABLE = "not available"
BUILD_RUN = "build_run"
"""In the schema quality of the build file: what the last run came to."""
PREVIOUS_MISSING, NEXT_MISSING = "previous_return_missing", "next_return_missing"
"""Reasons of ``fct_census_measure`` for a count that would be looked for in a year that is not landed."""
_ABOUT = (
    "This workbook answers a request under the Freedom of Information Act. Its figures were counted from the "
    "council's children in need census returns."
)
_ABOUT_MADE_UP = (
    "This workbook shows what an answer looks like. No figure in it is real: the returns are made up."
)
NOT_COUNTED = "Not counted from census returns: the council may hold it elsewhere."


@dataclass(frozen=True)
class Asked:
    """One question that census returns answer."""

    code: str
    measure: str
    part_of: tuple[str, ...]
    definition: str
    looks_back: bool
    """Whether what it counts may stand in a return before that of the year."""


@dataclass(frozen=True)
class Returns:
    """The returns of a council that were built."""

    la_code: str
    is_synthetic: bool
    covered: Mapping[int, date]
    """Census year -> last day of the unbroken run of returns in which it stands."""

    @property
    def last_day(self) -> date:
        """The last day of which any return speaks."""
        return max(self.covered.values())


@dataclass(frozen=True)
class Counted:
    """A measure of a year and age band, or why there is none."""

    value: int | None
    reason: str | None
    is_follow_up_complete: bool | None


@dataclass(frozen=True)
class Answer:
    """A council's answer: a text for each question, period and age band that the letter asks for."""

    question_set: QuestionSet
    questions: tuple[Asked, ...]
    texts: Mapping[tuple[str, Period, str], str]
    notes: Mapping[tuple[str, Period], str]
    """What has to be said of a question in a period, beside its definition."""
    returns: Returns
    protected: Protected

    @property
    def la_code(self) -> str:
        """The council."""
        return self.returns.la_code

    @property
    def is_synthetic(self) -> bool:
        """Whether a return was made up."""
        return self.returns.is_synthetic

    @property
    def last_day(self) -> date:
        """The last day of which any return speaks."""
        return self.returns.last_day

    def as_csv(self) -> str:
        """The answer as CSV, one row a cell, each with its definition."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(COLUMNS)
        definitions = {one.code: one.definition for one in self.questions}
        for (code, period, age), count in self.texts.items():
            notes = (definitions.get(code, NOT_COUNTED), self.notes.get((code, period), ""))
            writer.writerow(
                [
                    code,
                    period.start.isoformat(),
                    period.end.isoformat(),
                    age,
                    count,
                    " ".join(filter(None, notes)),
                    self.question_set.code,
                    self.returns.covered.get(period.end.year, self.last_day).isoformat(),
                    str(self.is_synthetic).lower(),
                ]
            )
        return text.getvalue()


def period_key(period: Period) -> str:
    """A period as the key of a cell."""
    return f"{period.start.isoformat()}_{period.end.isoformat()}"


def questions_of(seeds: Path, question_set_code: str) -> tuple[Asked, ...]:
    """The questions of a letter that census returns answer, in the order of the letter.

    Raises:
        PathwaysError: none of them is.
    """
    statements = {row["definition_code"]: row["statement"] for row in seed_rows(seeds, "definition")}
    looks_back = {
        row["measure_code"]: row["needs_previous_return"] == "true"
        for row in seed_rows(seeds, "census_measure")
    }
    found = tuple(
        Asked(
            row["question_code"],
            row["census_measure_code"],
            tuple(row["part_of_codes"].split()),
            statements[row["definition_code"]],
            looks_back[row["census_measure_code"]],
        )
        for row in seed_rows(seeds, "foi_census_answer")
        if row["question_set_code"] == question_set_code
    )
    if not found:
        raise PathwaysError(
            f"No question of {question_set_code} is answered from census returns: foi_census_answer.csv has "
            "no row for it."
        )
    return found


def make_answer(settings: Settings, question_set_code: str, la_code: str | None) -> Answer:
    """Counts a council's answer from the last build and keeps small counts back.

    Args:
        settings: The project's folders.
        question_set_code: Letter.
        la_code: DfE code of the council; needed where returns of several are landed.

    Raises:
        PathwaysError: there is no build, no return of the council, or no safe answer beside earlier ones.
    """
    question_set = load_dictionary(settings.seeds).question_set(question_set_code)
    questions = questions_of(settings.seeds, question_set_code)
    returns = _returns(settings, la_code)
    values = _values(settings, returns.la_code, [one.measure for one in questions])
    counts: dict[Cell, int] = {}
    texts: dict[tuple[str, Period, str], str] = {}
    notes: dict[tuple[str, Period], str] = {}
    asked = {one.code: one for one in questions}
    for question in question_set.questions:
        if question.measure is None:
            continue
        for period in question_set.periods:
            known = asked.get(question.code)
            for age in question_set.ages:
                counted = values.get((known.measure, period.end.year, age)) if known else None
                if counted and counted.value is not None:
                    counts[Cell(question.code, period_key(period), ALL_AGES if age == ALL else age)] = (
                        counted.value
                    )
                is_held = counted is None or counted.reason not in (PREVIOUS_MISSING, NEXT_MISSING)
                has_return = known and period.end.year in returns.covered and is_held
                texts[question.code, period, age] = NOT_HELD if has_return else NOT_AVAILABLE
                if known and (note := _note(known, period, counted, returns)):
                    notes[question.code, period] = note
    earlier = _earlier(settings, returns.la_code, question_set_code)
    protected = protect(counts, known_relations(questions, counts, earlier), earlier)
    for code, period, age in texts:
        shown = protected.cells.get(Cell(code, period_key(period), ALL_AGES if age == ALL else age))
        if shown is not None:
            texts[code, period, age] = shown.mark
    return Answer(question_set, questions, texts, notes, returns, protected)


def _note(asked: Asked, period: Period, counted: Counted | None, returns: Returns) -> str:
    """What a reader has to know of a question in a period: why there is no count, or how far one is whole."""
    year = period.end.year
    name = _year_name(period)
    if counted is None:
        return f"No count for {name}: the return of census year {year} is not at hand."
    if counted.reason in (PREVIOUS_MISSING, NEXT_MISSING):
        missing = year - 1 if counted.reason == PREVIOUS_MISSING else year + 1
        return (
            f"No count for {name}: it would be looked for in the return of census year {missing} too, which "
            "is not at hand."
        )
    if counted.value is None:
        return ""
    found = []
    if asked.looks_back and year == min(returns.covered):
        found.append(
            f"For {name} it may be too low: an assessment before {_day(period.start)} stands in an earlier "
            "return, which is not at hand."
        )
    if counted.is_follow_up_complete is False:
        found.append(
            f"For {name} it may be too low: returns reach to {_day(returns.covered[year])}, before all "
            "children had their twelve months."
        )
    return " ".join(found)


def _year_name(period: Period) -> str:
    return f"{period.start.year}/{period.end.year % 100:02}"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def known_relations(
    questions: Sequence[Asked],
    counts: Mapping[Cell, int],
    earlier: Sequence[Mapping[Cell, Published]],
) -> list[Relation]:
    """What a reader takes for granted of an answer, wherever the counts bear it out.

    A child may stand in two bands of a year, and among those who came back and those referred to early help
    by two cases; both are rare. So a reader supposes that the bands and the rest add up, and that those of
    both questions are those of the last: where that is true of the counts it must tell nothing.
    """
    cells = {*counts, *(cell for table in earlier for cell in table)}
    nesting = [(one.code, whole) for one in questions for whole in one.part_of]
    found: list[Relation] = []
    for period in sorted({cell.period_key for cell in cells}):
        of_period = {cell: count for cell, count in counts.items() if cell.period_key == period}
        found.extend(
            relations_between(
                (cell for cell in cells if cell.period_key == period),
                nesting,
                {cell.question_code: _sum_kind(cell.question_code, of_period) for cell in cells},
                _crossings(questions, of_period),
            )
        )
    return found


def _sum_kind(question: str, counts: Mapping[Cell, int]) -> SumKind:
    """How the bands of a question add up in a period, as far as its counts tell."""
    total, in_bands = None, 0
    for cell, count in counts.items():
        if cell.question_code == question and cell.age_band_code == ALL_AGES:
            total = count
        elif cell.question_code == question:
            in_bands += count
    return SumKind.PARTITION if total is None or in_bands <= total else SumKind.COVER


def _crossings(questions: Sequence[Asked], counts: Mapping[Cell, int]) -> Iterator[tuple[str, str, str, str]]:
    """The questions (whole, one, other, both) of which the last may count those whom both others count."""
    parents = {one.code: one.part_of for one in questions}
    for both, part_of in parents.items():
        if len(part_of) != 2:
            continue
        one, other = part_of
        for whole in sorted({*parents[one]} & {*parents[other]}):
            if all(
                count
                >= sum(counts.get(_of_question(cell, part), 0) for part in part_of)
                - counts[_of_question(cell, both)]
                for cell, count in counts.items()
                if cell.question_code == whole and _of_question(cell, both) in counts
            ):
                yield whole, one, other, both


def _of_question(cell: Cell, code: str) -> Cell:
    return cell._replace(question_code=code)


@contextmanager
def _built(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build file, if the last build reached the census.

    Raises:
        PathwaysError: it did not.
    """
    try:
        with open_build_file(settings) as connection:
            if BUILD_RUN not in table_names(connection, "quality") or not _is_good(connection):
                raise PathwaysError(
                    "The last build did not end well, so its counts are not relied on: mend what its message "
                    "says, and run `make build` first."
                )
            yield connection
    except duckdb.CatalogException as fault:
        raise PathwaysError(
            "The last build did not reach the census returns: its message says why. Mend that, and run "
            "`make build` first."
        ) from fault


def _is_good(connection: duckdb.DuckDBPyConnection) -> bool:
    row = connection.execute(f"select bool_and(is_good) from quality.{BUILD_RUN}").fetchone()
    return bool(row and row[0])


def _require_built(settings: Settings, la_code: str, built: Mapping[int, str]) -> None:
    """Raises a PathwaysError where other returns of a council are landed than were built."""
    landed = {
        one.census_year: one.sha256 for one in read_manifest(settings.returns) if one.la_code == la_code
    }
    changed = sorted(year for year in {*landed, *built} if landed.get(year) != built.get(year))
    if changed:
        raise PathwaysError(
            f"The returns of {la_code} for {', '.join(map(str, changed))} were landed, amended or taken out "
            "after the last build: run `make build` first."
        )


def _returns(settings: Settings, la_code: str | None) -> Returns:
    with _built(settings) as connection:
        rows = connection.execute(
            "select covered.la_code, covered.is_synthetic, covered.census_year, covered.last_covered_date, "
            "landed.sha256 from census.int_census_return__covered as covered "
            "inner join census.stg_census__return as landed on covered.return_key = landed.return_key "
            "order by covered.la_code, covered.census_year"
        ).fetchall()
    codes = sorted({str(row[0]) for row in rows})
    if la_code is None and len(codes) > 1:
        raise PathwaysError(
            f"Returns of {len(codes)} councils are built: say which with --council {codes[0]}."
        )
    code = la_code or next(iter(codes), "")
    own = [row for row in rows if row[0] == code]
    _require_built(settings, code, {int(row[2]): str(row[4]) for row in own})
    if not own:
        whose = f" of {code}" if code else ""
        raise PathwaysError(
            f"No census return{whose} is built. Land them with `pathways land`, and run `make build`."
        )
    return Returns(code, any(row[1] for row in own), {int(row[2]): row[3] for row in own})


def _values(settings: Settings, la_code: str, measures: Sequence[str]) -> dict[tuple[str, int, str], Counted]:
    with _built(settings) as connection:
        rows = connection.execute(
            "select measure_code, census_year, age_band_code, value, no_value_reason_code, "
            "is_follow_up_complete from census.fct_census_measure "
            "where la_code = ? and measure_code in (select unnest(?))",
            [la_code, list(measures)],
        ).fetchall()
    return {
        (str(code), int(year), str(age)): Counted(None if value is None else int(value), reason, is_complete)
        for code, year, age, value, reason, is_complete in rows
    }


# --- earlier answers --------------------------------------------------------------------------------


def _earlier(settings: Settings, la_code: str, question_set_code: str) -> list[dict[Cell, Published]]:
    """The answers that the council gave before to the same letter, oldest first."""
    tables = []
    for path in kept_answers(settings, la_code, question_set_code):
        table: dict[Cell, Published] = {}
        for row in rows_of(settings, path):
            if row["count"] in (NOT_HELD, NOT_AVAILABLE):
                continue
            age = ALL_AGES if row["age_band"] == ALL else row["age_band"]
            key = f"{row['period_start']}_{row['period_end']}"
            try:
                table[Cell(row["question"], key, age)] = from_mark(row["count"])
            except ValueError as fault:
                raise spoilt(settings, path, f"the count '{row['count'][:20]}'") from fault
        tables.append(table)
    return tables


def keep(settings: Settings, answer: Answer) -> Path:
    """Keeps an answer, so that later ones are held against it; the same answer is kept once."""
    return keep_answer(settings, answer.la_code, answer.question_set.code, answer.as_csv())


# --- the workbook -----------------------------------------------------------------------------------


def workbook(
    settings: Settings, answer: Answer, *, council: str, on: date, has_process: bool | None
) -> bytes:
    """The template of the letter, filled in, with a sheet of definitions.

    Args:
        settings: The project's folders.
        answer: What it says.
        council: Name of the council.
        on: Day of the answer.
        has_process: Answer to the question on a process; None leaves it to be filled in.
    """
    question_set = answer.question_set
    template = template_content(
        settings.seeds, question_set.code, about=_ABOUT_MADE_UP if answer.is_synthetic else _ABOUT
    )
    book = openpyxl.load_workbook(io.BytesIO(template))
    for question in question_set.questions:
        sheet = book[question.code]
        if question.measure is None:
            if has_process is not None:
                sheet.cell(HEADER_ROW + 1, 2).value = "Yes" if has_process else "No"
            continue
        for down, period in enumerate(question_set.periods, start=1):
            for across, age in enumerate(question_set.ages, start=2):
                _put(sheet.cell(HEADER_ROW + down, across), answer.texts[question.code, period, age])
    for row in book["Cover"].iter_rows():
        for cell in row:
            if cell.value == "Council: ":
                cell.value = f"Council: {council}{f' {MADE_UP}' if answer.is_synthetic else ''}"
            elif cell.value == "Date: ":
                cell.value = f"Date: {on.day} {on:%B %Y}"
    _notes(book["Notes"], answer)
    _definitions(book.create_sheet("Definitions"), answer)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _put(cell: Any, text: str) -> None:
    """Writes a count as a number, and a mark as the text that it is."""
    if text.isdecimal():
        cell.value, cell.number_format = int(text), "0"
    else:
        cell.value = text


def _notes(sheet: Any, answer: Answer) -> None:
    """Says up to which day those who came back were followed."""
    numbers = {
        answer.question_set.by_code[one.code].number
        for one in answer.questions
        if "rereferred" in _of(answer, one)
    }
    day = _day(answer.last_day)
    for row in sheet.iter_rows(min_col=1, max_col=1):
        for cell in row:
            if any(cell.value == f"Question {number}, figures as at " for number in numbers):
                cell.value = f"{cell.value}{day}"


def _of(answer: Answer, asked: Asked) -> str:
    return answer.question_set.by_code[asked.code].measure or ""


def _definitions(sheet: Any, answer: Answer) -> None:
    known = {one.code: one.definition for one in answer.questions}
    lines = [
        "What was counted",
        f"Counts from 1 to 5 are shown as '{SMALL_MARK}' or {WITHHELD_MARK}. {WITHHELD_MARK} stands also for "
        "a count that is kept back so that no other can be worked out. A nought is shown as 0.",
        "Each child counts once in each age band in which it has a case: bands can add up to more than "
        "all children.",
        *(
            f"{code}: {known.get(code, NOT_COUNTED)}"
            for code in dict.fromkeys(code for code, *_ in answer.texts)
        ),
        *(f"{code}: {note}" for (code, _), note in answer.notes.items()),
    ]
    for row, line in enumerate(lines, start=1):
        sheet.cell(row, 1).value = line
    sheet.column_dimensions["A"].width = TEXT_WIDTH
