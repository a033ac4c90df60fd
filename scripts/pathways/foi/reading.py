"""From a document to a proposal: the letter, the marks, the figures, and what speaks against each of them."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pathways.errors import PathwaysError
from pathways.foi.ages import ALL, UNKNOWN
from pathways.foi.dictionary import Council, Dictionary, QuestionSet
from pathways.foi.document import Document, Grid, Paragraph
from pathways.foi.frames import opened
from pathways.foi.layout import Fact, Reader
from pathways.foi.marks import (
    NOTE_MARK,
    RAISED_MARKS,
    UNREADABLE,
    DocumentMark,
    MarkReader,
    mark_text,
)
from pathways.foi.origin import origin_of
from pathways.foi.periods import LONGEST, Period, find_periods, stated_year_kind
from pathways.foi.proposal import (
    AGES_ABOVE_ALL,
    NO_KNOWN_MARK,
    PART_ABOVE_WHOLE,
    Note,
    Proposal,
    ProposedCell,
)
from pathways.foi.prose import unflatten, without_item_numbers
from pathways.foi.recognise import recognise
from pathways.foi.statements import (
    disputed_marks,
    find_councils,
    find_date,
    find_licence,
    find_publisher,
    find_reference,
    footnotes,
    limit_of,
    lines_of,
    plain_mark,
    sentences,
    stated_marks,
    stated_rounding,
    zero_is_shown,
)
from pathways.foi.surroundings import caveats_of
from pathways.foi.walk import REQUEST, Walk
from pathways.foi.wording import (
    NEARLY_THE_SAME,
    leading_number,
    likeness,
    mentioned_numbers,
)
from pathways.foi.yes_no import read_yes_no

MOST_PLACES = 1_000_000
"""Rows times columns over which a table may reach."""

LONG_LABEL = 60
"""Characters from which a label in the letter's own wording quotes the letter."""


@dataclass(frozen=True)
class Told:
    """What the user says of a document beforehand; it goes before what the document says."""

    question_set: str | None = None
    reference: str | None = None
    authority: str | None = None
    received: date | None = None


def read_document(document: Document, dictionary: Dictionary, told: Told) -> Proposal:
    """Reads a document into a proposal.

    Raises:
        PathwaysError: nothing in it tells which letter it answers, or what the user said is not known.
    """
    _require_no_far_cells(document)
    recognised = recognise(document, dictionary)
    if told.question_set:
        question_set = dictionary.question_set(told.question_set)
        # the user's word stands, unless all that the document says is of another letter
        is_certain = (
            recognised is None or not recognised.is_certain or recognised.question_set == question_set
        )
    else:
        if recognised is None:
            known = ", ".join(one.code for one in dictionary.question_sets)
            raise PathwaysError(
                f"{document.name}: nothing in it tells which letter it answers. Say it with "
                f"--question-set ({known})."
            )
        question_set, is_certain = recognised.question_set, recognised.is_certain
    return _Reading(document, dictionary, told, question_set, is_certain).proposal()


def _require_no_far_cells(document: Document) -> None:
    """Raises a PathwaysError where a table reaches over more places than can be looked at in time."""
    for grid in document.grids:
        if grid.row_count * grid.column_count > MOST_PLACES:
            where = f"the sheet '{grid.sheet}'" if grid.sheet else f"table {grid.number}"
            raise PathwaysError(
                f"{document.name}: {where} reaches over {grid.row_count:,} rows and {grid.column_count:,} "
                "columns, more than an answer can. Delete what stands far away from the answer, or save that "
                "as a file of its own."
            )


class _Reading:
    """The reading of one document."""

    def __init__(
        self,
        document: Document,
        dictionary: Dictionary,
        told: Told,
        question_set: QuestionSet,
        is_certain: bool,
    ) -> None:
        self.document = document
        self.dictionary = dictionary
        self.told = told
        self.question_set = question_set
        self.is_certain = is_certain
        self.remarks = list(document.remarks)
        self.origin = origin_of(document, dictionary, question_set)
        self.lines = [line for line in lines_of(document) if len(line) <= LONGEST]
        if len(self.lines) < len(lines_of(document)):
            self.remarks.append("texts longer than any sentence were not searched")
        self.said = sentences(self.lines)
        self.notes_by_mark = footnotes(self.lines)
        marks = MarkReader.of(dictionary)
        year_kind = stated_year_kind([line for line in self.said if len(line) < 600])
        stated = self._document_marks(marks)
        self.reader = Reader(question_set, marks, stated, year_kind, self._column_keys(question_set))
        grids = len(document.grids)
        shown = [one for one in document.blocks if isinstance(one, Grid) or not one.is_navigation]
        blocks = without_item_numbers(self.reader, opened(self.reader, shown))
        self.blocks = unflatten(self.reader, blocks, grids + 1)

    def _column_keys(self, question_set: QuestionSet) -> dict[str, str]:
        """What short headings stand for, where a line says so: ``2(i): of those in 1, ...``."""
        headings = {cell.text for grid in self.document.grids for cell in grid.cells if len(cell.text) <= 8}
        keys = _keys_of_tables(self.document, question_set)
        for line in self.lines:
            match = _COLUMN_KEY.match(line)
            if match and match["code"] in headings and match["code"] not in keys:
                keys[match["code"]] = re.sub(
                    r"^of (?:those|these)\b[^,]*,\s*", "", match["words"], flags=re.IGNORECASE
                )
        return keys

    # --- marks --------------------------------------------------------------------------------------

    def _cell_texts(self) -> set[str]:
        texts = {cell.text for grid in self.document.grids for cell in grid.cells}
        for block in self.document.blocks:
            if isinstance(block, Paragraph):
                if len(block.text) <= 40:
                    texts.add(block.text)
                texts.update(
                    re.findall(
                        r"(?<=[:=]\s)[-–—](?=[,;]|$)|<\s?\d+|\*+|\[\w\]|\w+ or (?:fewer|less)|"
                        r"\d[\d,]* (?:out )?of \d[\d,]*|"
                        r"(?:(?:fewer|less) than|under|below|llai na) \w+",
                        block.text[:LONGEST],
                    )
                )
        return {mark_text(text) for text in texts if text and len(text) <= 60}

    def _document_marks(self, marks: MarkReader) -> dict[str, DocumentMark]:
        texts = self._cell_texts()
        self.disputed = disputed_marks(self.said, texts)
        stated = stated_marks(self.said, texts, marks, zero_is_shown(self.said))
        for text in texts - set(stated):
            if (noted := self._noted(text, marks, stated)) is not None:
                stated[text] = noted
        return stated

    def _noted(self, text: str, marks: MarkReader, stated: dict[str, DocumentMark]) -> DocumentMark | None:
        """A figure with a footnote's mark, or with words in brackets behind it."""
        general = marks.general(text)
        if general is not None and general.status != "unreadable":
            return None
        in_digits = _with_digits(text)
        if (
            in_digits != text
            and (reading := marks.general(in_digits)) is not None
            and reading.status == "suppressed"
        ):
            own = DocumentMark(reading, "A number in words.", "The cell as printed.")
            return stated.get(in_digits, own)
        match = NOTE_MARK.match(text) or re.match(
            r"^(?P<figure>[\d, ]*\d|<\s?\d+)\s*(?P<mark>\([ivx]{1,4}\)|\([a-z]\))$", text
        )
        if match:
            figure = match["figure"].strip()
            note = self.notes_by_mark.get(plain_mark(match["mark"]))
            is_raised = match["mark"][0] in RAISED_MARKS
            meaning = stated.get(match["mark"])
            reading = stated[figure].reading if figure in stated else marks.general(figure)
            if (
                reading is None
                or reading.status == "unreadable"
                or meaning is not None
                or not (note or is_raised)
            ):
                return None
            evidence = note or "A raised mark without a note."
            return DocumentMark(reading, "The mark of a footnote stands behind the figure.", evidence)
        if match := _OF_WHOLE.fullmatch(text):
            reading, whole = (marks.general(match[name]) for name in ("figure", "whole"))
            if reading and whole and (reading.value or 0) <= (whole.value or 0):
                return DocumentMark(reading, "The number of which it is a part stands behind it.", text)
            return None
        match = re.match(r"^(?P<figure>[\d, ]*\d)\s*\((?P<remark>[a-z][a-z .'’\-]{3,40})\)$", text)
        if (
            match
            and (reading := marks.general(match["figure"].strip())) is not None
            and reading.status == "reported"
        ):
            return DocumentMark(reading, "Words in brackets stand behind the figure.", f"({match['remark']})")
        return None

    # --- from facts to cells ------------------------------------------------------------------------

    def proposal(self) -> Proposal:
        """The whole of it."""
        walk = Walk(self.reader, self.document, self.blocks, self.notes_by_mark)
        facts = walk.walk()
        ahead = {
            one: remark.question
            for remark in walk.remarks
            if remark.is_ahead
            for one in sentences([remark.text])
        }
        self.caveats = caveats_of(self.reader, self.document, self.said, ahead)
        self.limits = list(_limits_under(walk))
        asides = [fact for fact in facts if fact.aside and fact.text]
        self.kept = [fact for fact in facts if not fact.aside]
        self.is_answer = self._says_that_it_answers()
        rounding = stated_rounding(self.said)
        cells = [cell for fact in self.kept for cell in self._cells(fact, rounding[0] if rounding else None)]
        cells, weaker = self._without_weaker(cells)
        asides.extend(weaker)
        cells = self._doubted(cells)
        councils = find_councils(self.document, self.dictionary)
        authority, publisher = self._authority(councils)
        proposal = Proposal(
            self.document,
            self.question_set.code,
            self.is_certain,
            self.question_set.nation,
            self.question_set.title,
            self.told.reference or find_reference(self.document),
            authority,
            publisher or find_publisher(self.document),
            find_date(self.document) or self.told.received,
            find_licence(self.document),
            cells,
            read_yes_no(self.reader, self.blocks),
            self._used_marks(cells),
            [],
            asides,
            self.remarks,
            [block for block in self.blocks if isinstance(block, Grid)],
            is_made_up=self.origin.is_made_up,
        )
        if self.origin.is_made_up:
            self.remarks.append("it was counted from made-up returns, and is never accepted")
        proposal.notes = self._notes(proposal, rounding)
        proposal.silent_count = self._silent(cells)
        return proposal

    def _silent(self, cells: list[ProposedCell]) -> int:
        """How many figures the letter asks for and no cell is about."""
        found = {cell.key for cell in cells}
        asked = itertools.product(
            (question.code for question in self.question_set.questions if question.measure),
            self.question_set.periods,
            self.question_set.ages,
        )
        return sum(key not in found for key in asked)

    def _authority(self, councils: Sequence[tuple[Council, str]]) -> tuple[str, str]:
        if self.told.authority:
            named = [
                council
                for council in self.dictionary.councils
                if self.told.authority.lower() in (council.code.lower(), council.name.lower())
                and council.nation == self.question_set.nation
                and not council.end_date
            ]
            if len(named) != 1:
                raise PathwaysError(
                    f"--authority '{self.told.authority}' names {len(named)} councils of this "
                    f"letter's nation; "
                    "one was expected: give a name or code of seeds/reference/authority.csv."
                )
            return named[0].code, next(
                (printed for council, printed in councils if council == named[0]), named[0].name
            )
        own = [
            (council, printed) for council, printed in councils if council.nation == self.question_set.nation
        ]
        if len(own) == 1:
            return own[0][0].code, own[0][1]
        if len(own) > 1:
            self.remarks.append(
                "it names several councils ("
                + ", ".join(printed for _, printed in own)
                + "): say which with --authority"
            )
        return "", ""

    def _cells(self, fact: Fact, rounded_to: int | None) -> Iterable[ProposedCell]:
        doubts = list(fact.doubts)
        doubts.extend(
            caveat.words
            for caveat in self.caveats
            if caveat.holds(fact.question, fact.period, fact.period_label, fact.text)
        )
        if mark_text(fact.text) in self.disputed:
            doubts.append("the document says two things of its mark")
        reading = self.reader.marks.read(fact.text, self.reader.document_marks)
        if reading is None:
            reading = UNREADABLE
            doubts.append(NO_KNOWN_MARK)
        elif reading.status == "unreadable":
            doubts.append(_unreadable_because(fact.text))
        if fact.age == UNKNOWN:
            doubts.append("its age band is not one of the dictionary")
        if not fact.question and not doubts:
            doubts.append("no question was found for it")
        elif not fact.is_row_wide and fact.period is None and not doubts:
            doubts.append("no year was found for it")
        if fact.strength == 1 and not self._is_coherent:
            doubts.append("its label is known only by the steps that it names")
        if not self.is_answer:
            doubts.append("nothing in the document says that it answers a request")
        if not self.is_certain:
            doubts.append(
                "its words are those of another letter"
                if self.told.question_set
                else "little tells which letter is answered: say it with --question-set"
            )
        if not fact.is_placed:
            if fact.text:
                yield ProposedCell(fact, None, None, None, None, UNREADABLE, False, "; ".join(doubts))
            return
        question = self.question_set.by_code[fact.question or ""]
        if question.measure is None:
            return
        if (
            rounded_to
            and reading.value is not None
            and reading.status == "reported"
            and not reading.is_approximate
        ):
            either = rounded_to // 2
            reading = replace(
                reading,
                lower=max(0, reading.value - either),
                upper=reading.value + either,
                is_approximate=True,
            )
        periods = [fact.period] if fact.period else list(self.question_set.periods)
        ages = [fact.age] if fact.age else list(self.question_set.ages)
        for period in periods:
            for age in ages:
                yield ProposedCell(
                    fact, fact.question, question.measure, period, age, reading, not doubts, "; ".join(doubts)
                )

    def _says_that_it_answers(self) -> bool:
        """Whether a document is an answer: by its words, a question's number, the user, or most questions.

        A report or a read-me has figures on the same steps, and nobody gave them in answer to the letter.
        """
        facts = (fact for fact in self.kept if fact.strength >= 3 and fact.question_label != fact.question)
        labels = {fact.question_label for fact in facts}
        has_number = any(leading_number(label)[0] or len(label) > LONG_LABEL for label in labels)
        told = self.told.question_set or self.told.reference or self.document.sender
        return bool(
            told or has_number or self._is_coherent or any(_ANSWERS.search(text) for text in self.lines)
        )

    @property
    def _is_coherent(self) -> bool:
        """Whether so many questions were found that labels known by their steps alone fit between them."""
        return len({fact.question for fact in self.kept if fact.question}) >= 4

    def _without_weaker(self, cells: list[ProposedCell]) -> tuple[list[ProposedCell], list[Fact]]:
        """Without figures whose label is only like a question that another table names itself."""
        strongest: dict[object, int] = defaultdict(int)
        for cell in cells:
            if cell.question and cell.fact.text:
                strongest[cell.key] = max(strongest[cell.key], cell.fact.strength)
        weak = [
            cell for cell in cells if cell.question and cell.fact.strength <= 1 and strongest[cell.key] >= 3
        ]
        for cell in weak:
            cell.fact.aside = (
                f"another table says it with the question's own label ({cell.fact.question_label[:50]})"
            )
        facts = list({id(cell.fact): cell.fact for cell in weak}.values())
        return [cell for cell in cells if cell not in weak], facts

    def _doubted(self, cells: list[ProposedCell]) -> list[ProposedCell]:
        """The cells, with conflicts made unreadable and contradictions named."""
        stated: dict[object, list[ProposedCell]] = defaultdict(list)
        for cell in cells:
            if cell.question:
                stated[cell.key].append(cell)
        conflicts: dict[object, str] = {}
        for key, several in stated.items():
            texts = {cell.reading: cell.fact.text for cell in several if cell.reading.status != "blank"}
            if len(texts) > 1:
                conflicts[key] = " and ".join(repr(text) for text in texts.values())
        one = {key: several[0] for key, several in stated.items() if key not in conflicts}
        contradictions = self._contradictions(one)
        result = []
        for cell in cells:
            doubts = [cell.reason] if cell.reason else []
            reading = cell.reading
            if cell.question and cell.key in conflicts:
                reading = UNREADABLE
                doubts.append(f"printed twice with two values: {conflicts[cell.key]}")
            elif cell.question and cell.key in contradictions:
                doubts.append(contradictions[cell.key])
            result.append(replace(cell, reading=reading, is_sure=not doubts, reason="; ".join(doubts)))
        return result

    def _contradictions(self, one: dict[object, ProposedCell]) -> dict[object, str]:
        found: dict[object, str] = {}
        is_from_census = self.origin.is_from_census
        subsets = self.dictionary.census_subsets if is_from_census else self.dictionary.subsets
        parts = [(part, whole) for code, part, whole in subsets if code == self.question_set.code]
        sums: dict[tuple[str, Period], int] = defaultdict(int)
        for cell in one.values():
            question, period, age = cell.key
            if question is None or period is None:
                continue
            if age != ALL and not is_from_census:
                # of census returns a child counts in each band in which it has a case
                sums[question, period] += cell.reading.lower or 0
            wholes = [(whole, period, age) for part, whole in parts if part == question]
            if age != ALL:
                wholes.append((question, period, ALL))
            for key in wholes:
                whole = one.get(key)
                if whole is not None and _is_above(cell.reading.lower, whole.reading.upper):
                    words = (
                        f"{question} {cell.fact.text} ({age}) is more than {key[0]} {whole.fact.text} "
                        f"({key[2]}), {PART_ABOVE_WHOLE}"
                    )
                    found[cell.key] = found[key] = words
        for (question, period), total in sums.items():
            whole = one.get((question, period, ALL))
            if whole is not None and _is_above(total, whole.reading.upper):
                found[question, period, ALL] = (
                    f"{AGES_ABOVE_ALL} {total}, more than all children {whole.fact.text}"
                )
        return found

    def _used_marks(self, cells: list[ProposedCell]) -> dict[str, DocumentMark]:
        """The document's own marks that its cells use and that say more than the dictionary."""
        used = {mark_text(cell.fact.text) for cell in cells}
        return {
            text: mark
            for text, mark in sorted(self.reader.document_marks.items())
            if text in used and self.reader.marks.general(text) != mark.reading
        }

    # --- notes --------------------------------------------------------------------------------------

    def _notes(self, proposal: Proposal, rounding: tuple[int, str] | None) -> list[Note]:
        notes = [*self._limits(proposal), *self._relabelled(proposal)]
        if rounding:
            notes.insert(0, Note("rounded", None, None, None, rounding[1], rounded_to=rounding[0]))
        return notes

    def _limits(self, proposal: Proposal) -> list[Note]:
        notes = list(self.limits)
        for sentence in self.said:
            limit = limit_of(sentence)
            is_note = _OTHER_NOTE.match(sentence) is not None
            if (limit is None and not is_note) or len(sentence) > 400 or REQUEST.search(sentence):
                continue
            numbers = re.findall(
                r"\b(?:questions?|q)\s*\.?\s*(\d(?:\s?\(?[a-e](?![a-z])\)?)?)", sentence, re.IGNORECASE
            )
            codes = [
                code
                for number in numbers
                for code in self.question_set.numbered(re.sub(r"[\s()]", "", number.lower()))
            ]
            codes = [code for code in codes if self.question_set.by_code[code].measure]
            periods = [
                span.period
                for span in find_periods(sentence, self.reader.year_kind)
                if span.period and not span.period.is_longer_than_a_year
            ]
            asked = [period for period in periods if any(cell.period == period for cell in proposal.cells)]
            if limit is not None and limit.as_at is not None and codes:
                notes.extend(
                    Note(
                        "as_at_date",
                        code,
                        asked[0] if len(asked) == 1 else None,
                        None,
                        sentence,
                        as_at=limit.as_at,
                    )
                    for code in dict.fromkeys(codes)
                )
            elif (_INCOMPLETE.search(sentence) and (codes or asked)) or (
                _OTHER_NOTE.match(sentence) and codes
            ):
                notes.extend(
                    Note("limit", code, asked[0] if len(asked) == 1 else None, None, sentence)
                    for code in (dict.fromkeys(codes) or [None])
                )
        covered = {note.text for note in notes}
        for cell in proposal.cells:
            mark = self.reader.document_marks.get(mark_text(cell.fact.text))
            evidence = mark.evidence if mark and mark.meaning.startswith(("The mark of", "Words in")) else ""
            if cell.question and evidence and limit_of(evidence) and evidence not in covered:
                notes.append(Note("limit", cell.question, cell.period, cell.age, evidence))
        for label in dict.fromkeys(
            (cell.fact.period_label, cell.period) for cell in proposal.cells if cell.period
        ):
            notes.extend(self._heading_limit(*label))
        return notes

    def _heading_limit(self, heading: str, period: Period | None) -> Iterable[Note]:
        match = NOTE_MARK.match(heading)
        sentence = self.notes_by_mark.get(plain_mark(match["mark"])) if match else None
        limit = limit_of(sentence) if sentence else None
        if limit and sentence and period:
            kind = "as_at_date" if limit.as_at else "limit"
            yield Note(kind, None, period, None, sentence, as_at=limit.as_at)

    def _relabelled(self, proposal: Proposal) -> list[Note]:
        notes = []
        for code in self.question_set.by_code:
            cells = [cell for cell in proposal.cells if cell.question == code]
            labels = dict.fromkeys(cell.fact.question_label for cell in cells)
            for label in labels:
                wording = self._stated_otherwise(code, label)
                if wording:
                    has_figure = any(cell.reading.status in ("reported", "suppressed") for cell in cells)
                    tail = (
                        "Which of the two was counted is not stated."
                        if has_figure
                        else "No figure was given."
                    )
                    notes.append(
                        Note("relabelled_question", code, None, None, f"{wording} {tail}", stated_label=label)
                    )
                    break
        return notes

    def _stated_otherwise(self, code: str, label: str) -> str:
        for wording in self.question_set.wordings:
            if wording.question == code and wording.stated_otherwise:
                single_set = replace(self.question_set, wordings=(wording,))
                if likeness(single_set, label)[1] >= NEARLY_THE_SAME:
                    return wording.stated_otherwise
        return ""


def _limits_under(walk: Walk) -> Iterator[Note]:
    """The days up to which figures reach, of sentences that stand under a question and name none.

    One that ends with a colon is about what follows it: the year of that table, if it has one alone.
    """
    for remark in walk.remarks:
        for sentence in sentences([remark.text]):
            limit = limit_of(sentence)
            if (
                limit is None
                or limit.as_at is None
                or mentioned_numbers(sentence)
                or REQUEST.search(sentence)
            ):
                continue
            following = walk.facts[remark.fact_count :] if sentence.endswith(":") else []
            periods = {fact.period for fact in following if fact.period and fact.table == following[0].table}
            period = periods.pop() if len(periods) == 1 else None
            yield Note("as_at_date", remark.question, period, None, sentence, as_at=limit.as_at)


def _keys_of_tables(document: Document, question_set: QuestionSet) -> dict[str, str]:
    """What short terms stand for by a table of the document that gives each its question by number."""
    keys: dict[str, str] = {}
    for grid in document.grids:
        heads = {
            cell.column: cell.row
            for cell in grid.cells
            if re.fullmatch(
                r"(?:your |letter'?s? )?q(?:uestion)?s?(?: no\.?| number)?", cell.text, re.IGNORECASE
            )
        }
        for column, row in heads.items():
            for at in range(row + 1, grid.row_count + 1):
                cells = grid.row(at)
                number = grid.at.get((at, column))
                term = cells[0] if cells else None
                if number is None or term is None or term.column == column or len(term.text) > 40:
                    continue
                if re.fullmatch(r"Q?0?\d[a-e]?", number.text) and not _holds_figures(grid, at, column):
                    code = number.text.upper().lstrip("Q0").lower()
                    wording = next(
                        (
                            one.text
                            for one in question_set.wordings
                            if one.question in question_set.numbered(code)
                        ),
                        "",
                    )
                    if wording:
                        keys[term.text] = f"{code}. {wording}"
    return _codes_of_tables(document) | keys


def _codes_of_tables(document: Document) -> dict[str, str]:
    """What codes such as EHA_CHILDREN stand for by a table that has each beside a sentence."""
    places: dict[str, set[int]] = defaultdict(set)
    for grid in document.grids:
        for cell in grid.cells:
            if _CODE.fullmatch(cell.text):
                places[cell.text].add(grid.number)
    return {
        cell.text: beside.text
        for grid in document.grids
        for cell in grid.cells
        if len(places.get(cell.text, ())) > 1
        and (beside := grid.at.get((cell.row, cell.column + 1))) is not None
        and len(beside.text.split()) > 3
    }


def _holds_figures(grid: Grid, row: int, column: int) -> bool:
    """Whether a row has numbers beside that of its question: then it is one of answers."""
    return any(re.fullmatch(r"[\d,]+", cell.text) for cell in grid.row(row) if cell.column != column)


_CODE = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+|[A-Z]{2,}[A-Z0-9]*")
_ANSWERS = re.compile(
    r"\bfreedom of information\b|\brhyddid gwybodaeth\b|\b(?:foia?|eir)\b|"
    r"\byour (?:\w+ )?(?:request|questions?)\b|"
    r"\brequest (?:id|ref\w*|no|number|\d)|\bquestion \d",
    re.IGNORECASE,
)
"""Words with which a document says that it answers a request."""
_OF_WHOLE = re.compile(r"(?P<figure>\d[\d,]*) (?:out )?of (?P<whole>\d[\d,]*)", re.IGNORECASE)
_COLUMN_KEY = re.compile(
    r"(?:column\s+)?(?P<code>\d?\(?[A-Za-z\d]{1,4}\)?(?:\([ivx]+\))?)\s*(?::|=|[-–—])\s+(?P<words>\D.{14,})"
)
_OTHER_NOTE = re.compile(r"other note \d+:\s*\S", re.IGNORECASE)
"""A line of the template that goes with the letter."""
_INCOMPLETE = re.compile(
    r"\bincomplete\b|\bpart[- ]year\b|\byear to date\b|\bto date\b|\bnot (?:yet )?(?:complete|"
    r"elapsed)\b|\bso far\b|\bfull 12 months\b|\b12 months (?:has|have|had) not\b",
    re.IGNORECASE,
)


def _is_above(part: int | None, whole: int | None) -> bool:
    return part is not None and whole is not None and part > whole


_DIGITS = {"five": "5", "six": "6", "ten": "10", "four": "4", "three": "3", "one": "1", "two": "2"}


def _with_digits(text: str) -> str:
    """The text with its number words as digits: fewer than five."""
    return re.sub(r"\b(" + "|".join(_DIGITS) + r")\b", lambda match: _DIGITS[match.group()], text)


def _unreadable_because(text: str) -> str:
    if text.startswith("#"):
        return "a broken formula or an error stands there"
    if "%" in text:
        return "a percentage stands where a count was asked"
    if text.startswith("-"):
        return "a count cannot be negative"
    if re.search(r"[a-z]", text, re.IGNORECASE):
        return "there are letters among its digits"
    if re.fullmatch(r"\d+[.,]\d+", text):
        return "its separator could mean two things"
    return "it cannot be read without guessing"
