"""A children in need census return (XML) as rows, child by child, in memory that does not grow.

The XML is untrusted: a document type, which is where entities are declared, is refused, and what is packed
much tighter than returns are is taken for a bomb. Nothing is guessed: a date is ``YYYY-MM-DD``, a truth value
``0``, ``1``, ``false`` or ``true``; another text leaves the column empty and is set aside with its line.
"""

from __future__ import annotations

import gc
import gzip
import hashlib
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from lxml import etree

from pathways.census.tables import (
    ASSESSMENT,
    CHILD,
    CIN_PLAN,
    DISABILITY,
    FACTOR,
    PLAN,
    REFERRAL,
    REVIEW,
    SECTION_47,
    SET_ASIDE,
    TABLES,
    Kind,
    Table,
)
from pathways.errors import PathwaysError

SYNTHETIC_SOFTWARE = "pathways-synthetic"
"""``SoftwareCode`` of the returns that ``pathways census make`` writes."""
FIRST_YEAR, LAST_YEAR = 2017, 2026
"""Census years whose schema is known."""
DATE_RULE = "census_date_is_iso"
BOOLEAN_RULE = "census_truth_value_is_known"
COUNT_RULE = "census_count_is_whole"
REPEATED_RULE = "census_element_is_given_once"
UNKNOWN_RULE = "census_element_is_known"

_EPOCH = date(1970, 1, 1).toordinal()
_BOOLEANS = {"0": False, "false": False, "1": True, "true": True}
_PROLOG = 1 << 16
_TIGHTEST = 200
"""How many times larger than its packed form a return may be; returns pack to about a twentieth."""
_FREE = 1 << 26
"""Bytes that are never too tightly packed."""


@dataclass(frozen=True)
class Header:
    """What a return says of itself: council, census year, last day, and the program that wrote it.

    A return is of the year of its reference date; ``written_year`` is the year that it says beside it.
    """

    la_code: str
    census_year: int
    reference_date: date
    software_code: str = ""
    written_year: int | None = None

    @property
    def is_synthetic(self) -> bool:
        """Whether the return is made up by this project."""
        return self.software_code == SYNTHETIC_SOFTWARE


@dataclass
class Rows:
    """Rows of all tables since they were last taken: lists in the order of the table's columns."""

    lists: dict[str, list[list[Any]]] = field(default_factory=lambda: {table.name: [] for table in TABLES})

    @property
    def columns(self) -> dict[str, dict[str, list[Any]]]:
        """The rows by table and column."""
        return {
            table.name: {
                name: [row[at] for row in self.lists[table.name]] for at, name in enumerate(table.columns)
            }
            for table in TABLES
        }


class _Packed:
    """A gzip stream that stops where it unpacks to more than a return can be."""

    def __init__(self, path: Path) -> None:
        self._file = gzip.open(path, "rb")  # noqa: SIM115
        self._packed = path.stat().st_size
        self._count = 0

    def read(self, size: int = -1) -> bytes:
        content = self._file.read(size)
        self._count += len(content)
        if self._count > _FREE and self._count > self._packed * _TIGHTEST:
            raise _RefusedError("it unpacks to more than a return can be", "a return packed by gzip")
        return content

    def close(self) -> None:
        self._file.close()


_Step = tuple[int, str, int, str, str]
"""What the walk does at an element: a kind, the table, the place in its row or its width, its name, and the
element in which it stands by DfE's schema."""
_TEXT, _DATE, _BOOLEAN, _COUNT, _LISTED, _LISTED_DATE = range(6)
_BLOCK, _REFERRAL, _INSIDE, _TWO_LEVELS, _UNKNOWN = range(6, 11)
_KINDS = {Kind.TEXT: _TEXT, Kind.DATE: _DATE, Kind.BOOLEAN: _BOOLEAN, Kind.COUNT: _COUNT}
_INSIDE_NAMES = frozenset(
    {
        "Child",
        "ChildIdentifiers",
        "ChildCharacteristics",
        "Disabilities",
        "FactorsIdentifiedAtAssessment",
        "Reviews",
    }
)
_HOLDERS = {
    **dict.fromkeys(("Header", "Children"), "Message"),
    "Child": "Children",
    **dict.fromkeys(("ChildIdentifiers", "ChildCharacteristics", "CINdetails"), "Child"),
    **{one.element: "ChildIdentifiers" for one in CHILD.fields},
    **dict.fromkeys(("Ethnicity", "Disabilities"), "ChildCharacteristics"),
    "Disability": "Disabilities",
    **dict.fromkeys(("Assessments", "CINPlanDates", "Section47", "ChildProtectionPlans"), "CINdetails"),
    **{
        one.element: block
        for block, table in (
            ("CINdetails", REFERRAL),
            ("Assessments", ASSESSMENT),
            ("Section47", SECTION_47),
            ("CINPlanDates", CIN_PLAN),
            ("ChildProtectionPlans", PLAN),
        )
        for one in table.fields
    },
    "FactorsIdentifiedAtAssessment": "Assessments",
    "AssessmentFactors": "FactorsIdentifiedAtAssessment",
    "Reviews": "ChildProtectionPlans",
    "CPPreviewDate": "Reviews",
    "DateOfInitialCPC": "",
}
"""In which element each element stands by DfE's schema; the day of the first conference stands in two."""
_CONFERENCE_IN = {"CINdetails": REFERRAL.name, "Section47": SECTION_47.name}
_LISTED_IN = {DISABILITY.name: CHILD.name, FACTOR.name: ASSESSMENT.name, REVIEW.name: PLAN.name}
_CONFERENCE = {table.name: table.columns.index("initial_conference_date") for table in (REFERRAL, SECTION_47)}
_HASH = REFERRAL.columns.index("content_hash")


def _is_number(text: str) -> bool:
    """Whether a text is digits from 0 to 9; other scripts have digits too."""
    return text.isascii() and text.isdecimal()


def _hash_of(said: list[str]) -> int:
    """The hash of what a referral says: names of its elements, each with its text behind it if it has one."""
    digest = hashlib.blake2b("\x1f".join(said).encode(), digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


class _RefusedError(Exception):
    """What was found and what was expected instead; made a sentence where the file is known."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


def _opened(path: Path) -> IO[bytes] | _Packed:
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    return _Packed(path) if is_packed else path.open("rb")


def _require_no_document_type(path: Path) -> None:
    stream = _opened(path)
    try:
        start = stream.read(_PROLOG)
    finally:
        stream.close()
    # also where the text is UTF-16
    if b"<!DOCTYPE" in start.replace(b"\0", b"") or b"<!ENTITY" in start.replace(b"\0", b""):
        raise _RefusedError(
            "a document type (<!DOCTYPE ...>)", "a return without one, as DfE's schema has it"
        )


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keeps Python from looking for cycles among the rows, which have none: a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def read_return(
    path: Path,
    *,
    la_code: str | None = None,
    census_year: int | None = None,
    flush: Callable[[Header, Rows], None],
    every: int = 20_000,
    tick: Callable[[int], None] = lambda count: None,
) -> tuple[Header, dict[str, int]]:
    """Reads a return and hands its rows over, ``every`` so many children.

    Args:
        path: The XML file, packed by gzip or not.
        la_code: DfE code of the council, for a return without a header.
        census_year: Census year, for a return without a header.
        flush: Takes the rows of some children.
        every: After how many children.
        tick: Is told how many children have been read.

    Returns:
        The header, and how many rows each table has.

    Raises:
        PathwaysError: the file is no CIN census return, not whole, or not of a council and year.
    """
    try:
        _require_no_document_type(path)
        with _without_collector():
            return _Reading(la_code, census_year, flush, every, tick).read(path)
    except _RefusedError as fault:
        sentence = f"found {fault.found}; expected was {fault.expected}"
    except etree.XMLSyntaxError as fault:
        line = f", line {fault.lineno}" if fault.lineno else ""
        sentence = f"the XML breaks off or is not well formed{line}; expected was a whole return"
    except (EOFError, zlib.error, gzip.BadGzipFile):
        sentence = "the packed file is damaged or breaks off; expected was a whole return"
    except OSError as fault:
        sentence = f"it cannot be read ({fault.strerror or 'damaged'})"
    raise PathwaysError(f"{path.name}: {sentence}. Nothing was landed from it: export the return again.")


class _Reading:
    """The reading of one file.

    A child that is as the schema has it is read in one walk over its elements. One that is not (an unknown or
    repeated element, a text that is no date) is read block by block, and what is odd in it is set aside.
    """

    def __init__(
        self,
        la_code: str | None,
        census_year: int | None,
        flush: Callable[[Header, Rows], None],
        every: int,
        tick: Callable[[int], None],
    ) -> None:
        self.told = (la_code, census_year)
        self.flush, self.every, self.tick = flush, every, tick
        self.rows = Rows()
        self.counts = {table.name: 0 for table in TABLES}
        self.header: Header | None = None
        self.child_id: str | None = None
        self.names: dict[str, str] = {}
        self.days: dict[str, int] = {}
        self.steps: dict[str, _Step] = {}
        self.child_number = self.referral_number = 0
        self.blocks = {
            "Assessments": (ASSESSMENT, {"FactorsIdentifiedAtAssessment": (FACTOR, "AssessmentFactors")}),
            "Section47": (SECTION_47, {}),
            "CINPlanDates": (CIN_PLAN, {}),
            "ChildProtectionPlans": (PLAN, {"Reviews": (REVIEW, "CPPreviewDate")}),
        }
        self.fields = {
            table.name: {one.element: (one.column, one.kind) for one in table.fields} for table in TABLES
        }

    def read(self, path: Path) -> tuple[Header, dict[str, int]]:
        stream = _opened(path)
        try:
            parsed = etree.iterparse(
                # a plain file is read by libxml2 itself, which is faster
                stream if isinstance(stream, _Packed) else str(path),
                events=("end",),
                tag=("{*}Header", "{*}Child"),
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
            )
            for _, element in parsed:
                name, around = self._name(element.tag), element.getparent()
                if around is None or self._name(around.tag) != _HOLDERS[name]:
                    # inside another block, which is set aside as a whole
                    continue
                if name == "Header":
                    if self.header is not None:
                        raise _RefusedError(
                            "two headers, or one behind a child", "one header, before the children"
                        )
                    self.header = self._read_header(element)
                else:
                    self._child(element)
                element.clear()
                while (before := element.getprevious()) is not None:
                    self._set_aside_unknown(before)
                    around.remove(before)
            root = parsed.root
            if root is None or self._name(root.tag) != "Message":
                named = self._name(root.tag) if root is not None else "nothing"
                raise _RefusedError(f"a file of <{named}>", "a CIN census return, <Message>")
            if root.getroottree().docinfo.internalDTD is not None:
                raise _RefusedError("a document type", "a return without one")
            for block in root.iterchildren(etree.Element):
                self._set_aside_unknown(block)
                if self._name(block.tag) == "Children":
                    for other in block.iterchildren(etree.Element):
                        self._set_aside_unknown(other)
        finally:
            stream.close()
        if not self.child_number:
            raise _RefusedError("no child", "a return with at least one <Child>")
        self._hand_over()
        assert self.header is not None
        return self.header, self.counts

    def _set_aside_unknown(self, element: Any) -> None:
        """Sets aside what stands beside header and children and is neither."""
        if isinstance(element.tag, str) and self._name(element.tag) not in ("Header", "Children", "Child"):
            self.child_id = None
            self._unknown(element, self._name(element.tag))

    def _name(self, tag: str) -> str:
        name = self.names.get(tag)
        if name is None:
            name = self.names[tag] = tag.rpartition("}")[2]
        return name

    # --- header -------------------------------------------------------------------------------------

    def _read_header(self, element: Any) -> Header:
        said = {
            self._name(one.tag): (one.text or "").strip()
            for one in element.iter()
            if isinstance(one.tag, str)
        }
        collection = said.get("Collection", "CIN")
        if collection.upper() != "CIN":
            raise _RefusedError(f"a return of the collection {collection[:20]}", "one of the collection CIN")
        reference = said.get("ReferenceDate", "")
        year = said.get("Year", "")
        return self._headed(said.get("LEA", ""), year, reference, said.get("SoftwareCode", ""))

    def _headed(self, la_code: str, year: str, reference: str, software_code: str = "") -> Header:
        told_code, told_year = self.told
        if told_code and la_code and told_code != la_code:
            raise _RefusedError(
                f"the council {la_code[:20]} in its header", f"--council {told_code}, or no --council"
            )
        la_code = told_code or la_code
        day = self._day(reference) if reference else None
        if reference and day is None:
            raise _RefusedError(f"the reference date '{reference[:20]}'", "a date such as 2024-03-31")
        number = told_year or (date.fromordinal(day + _EPOCH).year if day is not None else None)
        written = int(year) if _is_number(year) and len(year) == 4 else None
        number = number or written
        if not (len(la_code) == 3 and _is_number(la_code)) or number is None:
            raise _RefusedError(
                "no council or census year in its header",
                "both; else say them with --council 990 --census-year 2024",
            )
        if not FIRST_YEAR <= number <= LAST_YEAR:
            raise _RefusedError(f"the census year {number}", f"one from {FIRST_YEAR} to {LAST_YEAR}")
        if day is not None and date.fromordinal(day + _EPOCH).year != number:
            raise _RefusedError(
                f"the reference date {reference} in a return of {number}", "the year of the reference date"
            )
        last = date.fromordinal(day + _EPOCH) if day is not None else date(number, 3, 31)
        return Header(la_code, number, last, software_code, written)

    # --- texts --------------------------------------------------------------------------------------

    def _day(self, text: str) -> int | None:
        """Days since 1970-01-01 of an ISO date; None for another text."""
        day = self.days.get(text)
        if day is not None:
            return day
        if len(text) != 10 or text[4] != "-" or text[7] != "-" or not text.isascii():
            return None
        try:
            day = date.fromisoformat(text).toordinal() - _EPOCH
        except ValueError:
            return None
        self.days[text] = day
        return day

    def _value(self, element: Any, name: str, text: str, kind: Kind) -> Any:
        if kind is Kind.TEXT:
            return text
        value: Any
        if kind is Kind.DATE:
            value, rule = self._day(text), DATE_RULE
        elif kind is Kind.BOOLEAN:
            value, rule = _BOOLEANS.get(text), BOOLEAN_RULE
        else:
            value, rule = (int(text) if _is_number(text) and len(text) < 6 else None), COUNT_RULE
        if value is None:
            self._aside(rule, name, element.sourceline, text)
        return value

    def _aside(self, rule: str, element: str, line: int | None, text: str) -> None:
        self.rows.lists[SET_ASIDE.name].append([rule, element[:80], line, self.child_id, text[:80]])

    # --- children -----------------------------------------------------------------------------------

    def _child(self, element: Any) -> None:
        if self.header is None:
            self.header = self._headed("", "", "")
        self.child_number += 1
        before = self.referral_number
        made = self._walk(element)
        if made is None:
            self.referral_number = before
            self._block_by_block(element)
        else:
            for table, row in made:
                self.rows.lists[table].append(row)
        if self.child_number % self.every == 0:
            self._hand_over()

    def _walk(self, child: Any) -> list[tuple[str, list[Any]]] | None:
        """The rows of a child that is as the schema has it; None for another one."""
        steps, days = self.steps, self.days
        row: list[Any] = [None] * CHILD.width
        row[0], row[-1] = self.child_number, child.sourceline
        made: list[tuple[str, list[Any]]] = [(CHILD.name, row)]
        open_rows: dict[str, list[Any]] = {CHILD.name: row}
        counts: dict[str, int] = {}
        said: list[str] = []
        # the element in which the next one stands, how many more stand in it, and those around it
        holder, left = "Children", 1
        outside: list[tuple[str, int]] = []
        for element in child.iter(etree.Element):
            while not left:
                if not outside:
                    # an element has others inside where a text should stand
                    return None
                holder, left = outside.pop()
            left -= 1
            tag = element.tag
            step = steps.get(tag)
            if step is None:
                step = steps[tag] = self._step(self._name(tag))
            kind, table, at, name, around = step
            if around != holder and (around or holder not in _CONFERENCE_IN):
                return None
            if kind <= _LISTED_DATE:
                text = element.text
                said.append(name)
                if not text or not (text := text.strip()):
                    continue
                said.append(text)
                if kind in (_TEXT, _LISTED):
                    value: Any = text
                elif kind in (_DATE, _LISTED_DATE):
                    value = days.get(text)
                    if value is None:
                        value = self._day(text)
                elif kind == _BOOLEAN:
                    value = _BOOLEANS.get(text)
                else:
                    value = int(text) if _is_number(text) and len(text) < 6 else None
                if value is None:
                    return None
                if kind >= _LISTED:
                    outer = open_rows.get(_LISTED_IN[table])
                    if outer is None:
                        return None
                    made.append((table, [*outer[:at], value]))
                    continue
                row = open_rows.get(table)  # type: ignore[assignment]
                if row is None or row[at] is not None:
                    return None
                row[at] = value
                continue
            if kind == _TWO_LEVELS:
                if not self._conference(element, _CONFERENCE_IN[holder], open_rows, said):
                    return None
                continue
            if kind == _UNKNOWN or (element.text and not element.text.isspace()):
                # a text where elements should stand
                return None
            outside.append((holder, left))
            holder, left = name, len(element)
            if kind == _BLOCK:
                said.append(name)
                number = counts[table] = counts.get(table, 0) + 1
                row = [None] * at
                row[0], row[1] = self.referral_number, number
                open_rows[table] = row
                made.append((table, row))
            elif kind == _REFERRAL:
                self._sign(open_rows, said)
                said = []
                counts = {}
                self.referral_number += 1
                row = [None] * at
                row[0], row[1], row[-1] = self.child_number, self.referral_number, element.sourceline
                open_rows = {CHILD.name: open_rows[CHILD.name], table: row}
                made.append((table, row))
        self._sign(open_rows, said)
        self.child_id = open_rows[CHILD.name][1]
        return made

    def _conference(self, element: Any, table: str, open_rows: dict[str, list[Any]], said: list[str]) -> bool:
        """Reads the day of the initial conference, which stands at two levels; False if it can't be read."""
        text = (element.text or "").strip()
        said.append("DateOfInitialCPC")
        if not text:
            return True
        said.append(text)
        row, at, day = open_rows.get(table), _CONFERENCE[table], self._day(text)
        if row is None or row[at] is not None or day is None:
            return False
        row[at] = day
        return True

    def _sign(self, open_rows: dict[str, list[Any]], said: list[str]) -> None:
        """Gives the referral at hand the hash of all that it says, by which copies are told."""
        row = open_rows.get(REFERRAL.name)
        if row is not None:
            row[_HASH] = _hash_of(said)

    def _step(self, name: str) -> _Step:
        """What the walk does at an element of a name."""
        around = _HOLDERS.get(name, "")
        if name in _INSIDE_NAMES:
            return _INSIDE, "", 0, name, around
        if name == "CINdetails":
            return _REFERRAL, REFERRAL.name, REFERRAL.width, name, around
        if name in self.blocks:
            table = self.blocks[name][0]
            return _BLOCK, table.name, table.width, name, around
        if name == "DateOfInitialCPC":
            return _TWO_LEVELS, "", 0, name, around
        for table in TABLES:
            for at, one in enumerate(table.fields, start=len(table.numbers)):
                if one.element == name:
                    if table.name in _LISTED_IN:
                        listed = _LISTED_DATE if one.kind is Kind.DATE else _LISTED
                        return listed, table.name, len(table.numbers), name, around
                    return _KINDS[one.kind], table.name, at, name, around
        return _UNKNOWN, "", 0, name, around

    def _block_by_block(self, element: Any) -> None:
        """Reads a child that is not as the schema has it, and sets aside what is odd in it."""
        self.child_id = None
        found: dict[str, Any] = {}
        details = []
        for block in element.iterchildren(etree.Element):
            name = self._name(block.tag)
            if name == "CINdetails":
                details.append(block)
            elif name == "ChildIdentifiers":
                identifier = next((one for one in block if self._name(one.tag) == "LAchildID"), None)
                said = identifier.text if identifier is not None and not len(identifier) else None
                self.child_id = (said or "").strip() or None
                self._leaves(block, CHILD, found, None)
            elif name == "ChildCharacteristics":
                self._leaves(block, CHILD, found, None, inner={"Disabilities": self._disabilities})
            else:
                self._unknown(block, name)
        self._append(CHILD, found, child_number=self.child_number, line_number=element.sourceline)
        for block in details:
            self._referral(block)

    def _disabilities(self, block: Any) -> None:
        self._no_text(block)
        for one in block.iterchildren(etree.Element):
            if self._name(one.tag) != "Disability":
                self._unknown(one, self._name(one.tag))
            elif text := (one.text or "").strip():
                self._append(DISABILITY, {"disability_code": text}, child_number=self.child_number)

    def _leaves(
        self,
        block: Any,
        table: Table,
        found: dict[str, Any],
        said: list[str] | None,
        inner: dict[str, Callable[[Any], None]] | None = None,
    ) -> None:
        """Reads the elements of a block into columns; ``said`` gets what they say, to tell copies."""
        fields = self.fields[table.name]
        self._no_text(block)
        for one in block.iterchildren(etree.Element):
            name = self._name(one.tag)
            known = fields.get(name) if _HOLDERS.get(name) in (self._name(block.tag), "") else None
            if known is None:
                if inner is not None and name in inner:
                    inner[name](one)
                else:
                    self._unknown(one, name)
                continue
            text = one.text
            text = text.strip() if text else ""
            if said is not None:
                said.extend((name, text) if text else (name,))
            if len(one):
                # part of it may stand in what is inside: none of it is read
                self._unknown(one[0], self._name(one[0].tag))
                continue
            if not text:
                continue
            column, kind = known
            if column in found:
                self._aside(REPEATED_RULE, name, one.sourceline, text)
                continue
            found[column] = text if kind is Kind.TEXT else self._value(one, name, text, kind)

    def _no_text(self, block: Any) -> None:
        """Sets aside a text that stands where elements should."""
        if block.text and not block.text.isspace():
            self._unknown(block, self._name(block.tag))

    def _referral(self, details: Any) -> None:
        self.referral_number += 1
        number = self.referral_number
        said: list[str] = []
        found: dict[str, Any] = {}
        counts = dict.fromkeys(self.blocks, 0)

        def block_of(name: str) -> Callable[[Any], None]:
            def read(block: Any) -> None:
                counts[name] += 1
                self._block(block, name, number, counts[name], said)

            return read

        self._leaves(details, REFERRAL, found, said, inner={name: block_of(name) for name in self.blocks})
        self._append(
            REFERRAL,
            found,
            child_number=self.child_number,
            referral_number=number,
            content_hash=_hash_of(said),
            line_number=details.sourceline,
        )

    def _block(self, block: Any, name: str, referral: int, number: int, said: list[str]) -> None:
        table, lists = self.blocks[name]
        said.append(name)
        found: dict[str, Any] = {}

        def list_of(listed: Table, element: str) -> Callable[[Any], None]:
            def read(inner: Any) -> None:
                self._no_text(inner)
                for one in inner.iterchildren(etree.Element):
                    if self._name(one.tag) != element:
                        self._unknown(one, self._name(one.tag))
                        continue
                    text = (one.text or "").strip()
                    said.extend((element, text) if text else (element,))
                    if text:
                        column, kind = self.fields[listed.name][element]
                        value = self._value(one, element, text, kind)
                        if value is not None:
                            self._append(
                                listed,
                                {column: value},
                                **dict(zip(listed.numbers, (referral, number), strict=True)),
                            )

            return read

        inner = {outer: list_of(listed, element) for outer, (listed, element) in lists.items()}
        self._leaves(block, table, found, said, inner=inner)
        self._append(table, found, **dict(zip(table.numbers, (referral, number), strict=True)))

    def _unknown(self, element: Any, name: str) -> None:
        self._aside(UNKNOWN_RULE, name, element.sourceline, "")

    def _append(self, table: Table, found: dict[str, Any], **numbers: Any) -> None:
        values = {**found, **numbers}
        self.rows.lists[table.name].append([values.get(column) for column in table.columns])

    def _hand_over(self) -> None:
        assert self.header is not None
        for name, rows in self.rows.lists.items():
            self.counts[name] += len(rows)
        self.flush(self.header, self.rows)
        self.rows = Rows()
        self.tick(self.child_number)
