"""What a reader can work out from an answer in which small counts are kept back.

A council's answer has a count for each question, period and age band. Some are kept back. A reader who
sets the rest side by side (the total less its parts, the question less the question that counts a part of
it, last year's answer less this year's) can narrow down what is not shown. `audit` is that reader: it
finds, by integer programming, the lowest and the highest number that each cell may still be, and says
where that is too narrow.

Rules, each with its source:

- A count of 1 to 5 is small (DfE, Children in need, releases 2020 and 2021: "any number between 1 and 5
  inclusive has been suppressed"). It is safe while every one of the five numbers is still possible (ours:
  the mark tells the five apart from all others; nothing else may tell more).
- A cell kept back to protect another is safe while five numbers in a row may lie in its range (ours: as
  wide as the band, so that it is no better known than a small count).
- A difference between two counts, one of which is a part of the other, is itself a count of children, and
  small if it is 1 to 5 (ours: "closed" 230 and "referred to early help" 227 tell of three children). So
  is what is left of all ages after the bands. Neither stands in the answer, so nobody marks them: a
  difference is safe if it can't be 1 to 5, or if its range holds five numbers.
- A nought may be shown (DfE, data guidance of the re-referrals release: "where any number is shown as
  zero, the original figure submitted was zero").
- What an earlier answer kept back stays back, and a revision by 1 to 5 is a small count too (ours, after
  DfE's newest release, which is suppressed in all: a figure shown once can't be taken back).

Whole numbers, not the relaxation to fractions: a fraction is a number that the reader can rule out, so
ranges of the relaxation are wider than what the reader is left with, and an audit by them would pass what
it should not. Both ends of a range are reached by counts that were checked against all that is known, so a
range is never wider than the truth, whatever the solver says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from pathways.errors import PathwaysError

SMALLEST, LARGEST = 1, 5
"""Ends of the band of small counts."""
WIDTH = LARGEST - SMALLEST
SMALL_MARK = "1 to 5"
WITHHELD_MARK = "[c]"
"""The Government Analysis Function's shorthand for confidential."""
NEARLY = 1e-6
NO_LIMIT_OVER = 1_000
"""A cell that may be larger than the largest figure shown by this much has no upper limit."""


class Cell(NamedTuple):
    """Where a count stands."""

    question_code: str
    period_key: str
    age_band_code: str

    def __str__(self) -> str:
        return f"{self.question_code}, {self.period_key}, {self.age_band_code}"


class Status(StrEnum):
    """Whether a count is shown, and if not, why."""

    SHOWN = "shown"
    PRIMARY = "primary"
    SECONDARY = "secondary"


@dataclass(frozen=True)
class Published:
    """What the answer has in a cell.

    Attributes:
        status: Shown, kept back as small (primary), or kept back to protect another (secondary).
        value: The count, if it is shown.
        is_kind_known: Whether a reader may know which of the two kinds a cell kept back is. A small one then
            has the mark "1 to 5". A secondary one has "[c]", which may stand on any number, so it tells
            nothing; yet a reader who knows how the marks are given may see that this one can't be small, and
            the audit takes it that he does: 6 or more. Where not even that may be known, the cell, small or
            not, has "[c]" and may be any number, nought included.
    """

    status: Status
    value: int | None = None
    is_kind_known: bool = True

    def __post_init__(self) -> None:
        if (self.value is None) == (self.status is Status.SHOWN):
            raise ValueError("a cell has a value exactly when it is shown")

    @property
    def mark(self) -> str:
        """The text of the cell, as `pathways foi read` reads it back."""
        if self.value is not None:
            return str(self.value)
        return SMALL_MARK if self.status is Status.PRIMARY and self.is_kind_known else WITHHELD_MARK

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Lowest and highest number that the cell may be, for all that its mark says."""
        if self.value is not None:
            return self.value, self.value
        if not self.is_kind_known:
            return 0, None
        return (SMALLEST, LARGEST) if self.status is Status.PRIMARY else (LARGEST + 1, None)


def shown(value: int) -> Published:
    """A count that is shown."""
    return Published(Status.SHOWN, value)


def from_mark(text: str) -> Published:
    """A cell of an earlier answer, from the text that stood in it.

    Raises:
        ValueError: it is neither a whole number nor one of the two marks.
    """
    if text == SMALL_MARK:
        return Published(Status.PRIMARY)
    if text == WITHHELD_MARK:
        return Published(Status.SECONDARY, is_kind_known=False)
    return shown(int(text))


Terms = tuple[tuple[Cell, int], ...]


@dataclass(frozen=True)
class Fact:
    """A sum of cells, each with its sign, that the reader knows to be nought or more.

    Attributes:
        terms: The cells and their signs.
        is_nought: Whether it is known to be nought.
        counts: What the sum is a count of, if it is a count of children that may be small; else blank.
    """

    terms: Terms
    is_nought: bool = False
    counts: str = ""


class SumKind(StrEnum):
    """How all ages and the bands hang together.

    PARTITION: each child, or referral, is in one band: all ages are the sum of the bands and the rest.
    COVER: a child is counted once in each band in which it was referred, so the bands may add up to more.
    """

    PARTITION = "partition"
    COVER = "cover"


@dataclass(frozen=True)
class AgeSum:
    """All ages, its bands, and the rest: who is in no band that is asked for (0-4, unborn, age not known)."""

    total: Cell
    bands: tuple[Cell, ...]
    rest: Cell | None
    kind: SumKind

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What a reader knows by it."""
        rest = () if self.rest is None else (self.rest,)
        whole: Terms = ((self.total, 1), *((cell, -1) for cell in (*self.bands, *rest)))
        if self.kind is SumKind.PARTITION:
            return (
                Fact(whole, is_nought=True),
                *(
                    Fact(((cell, 1),), counts=f"children of {self.total} in none of the bands")
                    for cell in rest
                ),
            )
        return (
            Fact(tuple((cell, -sign) for cell, sign in whole)),
            *(
                Fact(((self.total, 1), (cell, -1)), counts=f"children of {self.total} not in {cell}")
                for cell in self.bands
            ),
            *(Fact(((self.total, 1), (cell, -1))) for cell in rest),
        )


@dataclass(frozen=True)
class Nested:
    """A count of some of those whom another counts."""

    part: Cell
    whole: Cell

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What a reader knows by it."""
        return (
            Fact(((self.whole, 1), (self.part, -1)), counts=f"children of {self.whole} not in {self.part}"),
        )


@dataclass(frozen=True)
class Crossed:
    """Two parts of one whole, and those who are in both: closed, re-referred, early help, and both of these.

    It holds where `both` counts exactly those whom `one` and `other` have in common. Give it only if so.
    """

    whole: Cell
    one: Cell
    other: Cell
    both: Cell

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What a reader knows by it."""
        neither: Terms = ((self.whole, 1), (self.one, -1), (self.other, -1), (self.both, 1))
        return (Fact(neither, counts=f"children of {self.whole} neither in {self.one} nor in {self.other}"),)


Relation = AgeSum | Nested | Crossed


@dataclass(frozen=True)
class Range:
    """Lowest and highest whole number that is consistent with all that is published; None is no limit."""

    lowest: int
    highest: int | None

    def __str__(self) -> str:
        return f"{self.lowest} or more" if self.highest is None else f"{self.lowest} to {self.highest}"


@dataclass(frozen=True)
class Finding:
    """A count that can be worked out too well.

    Attributes:
        what: The count, in words.
        terms: The cells that it is made of.
        range: What is left of it; None where the answer shows what an earlier one kept back.
    """

    what: str
    terms: Terms
    range: Range | None

    def __str__(self) -> str:
        if self.range is None:
            return f"{self.what} is shown, and an earlier answer kept it back"
        # how many numbers are left, and not which: this is said on the terminal
        left = None if self.range.highest is None else self.range.highest - self.range.lowest + 1
        numbers = "" if left is None else f" to {left} number{'' if left == 1 else 's'}"
        return f"{self.what} can be narrowed down{numbers}"


@dataclass(frozen=True)
class Audit:
    """What the reader was able to work out.

    Attributes:
        ranges: Of every cell kept back.
        findings: What is too narrow.
        told_earlier: Small counts that an earlier answer told: nothing in this one can take them back.
    """

    ranges: Mapping[Cell, Range]
    findings: tuple[Finding, ...]
    told_earlier: tuple[Cell, ...] = ()

    @property
    def is_safe(self) -> bool:
        """Whether nothing is too narrow."""
        return not self.findings


Table = Mapping[Cell, Published]


class ContradictionError(PathwaysError):
    """What is published can't be true of any counts."""


Integers = NDArray[np.int64]
World = Mapping[Cell, int]
"""Counts of cells, shown or not, that fit together."""


@dataclass
class Group:
    """Unknown cells that hang together by what is known, and the counts that they may be.

    Every set of counts that the solver has found is kept: what it has seen once it need not ask again.
    """

    cells: list[Cell]
    bounds: list[tuple[int, int | None]]
    rows: list[tuple[Integers, int, bool]]
    ceiling: int
    seen: list[Integers] = field(default_factory=list)
    swept: set[int] = field(default_factory=set)

    def vector(self, terms: Terms) -> Integers:
        """Signs of the cells in a sum."""
        signs = np.zeros(len(self.cells), dtype=np.int64)
        for cell, sign in terms:
            signs[self.cells.index(cell)] += sign
        return signs

    def see(self, counts: Sequence[int] | Integers) -> None:
        """Keeps counts that are possible."""
        found: Integers = np.asarray(counts, dtype=np.int64)
        if not any(np.array_equal(found, other) for other in self.seen):
            self.seen.append(found)

    def solve(self, goal: Integers, limits: Sequence[tuple[Integers, float, float]] = ()) -> Integers | None:
        """Counts for which `goal` is lowest, or None if there are none within the limits."""
        rows = np.array([row for row, _, _ in (*self.rows, *limits)]).reshape(-1, len(self.cells))
        lower = np.array([float(low) for _, low, _ in self.rows] + [low for _, low, _ in limits])
        upper = np.array(
            [float(low) if is_equal else np.inf for _, low, is_equal in self.rows]
            + [high for _, _, high in limits]
        )
        least = np.array([float(low) for low, _ in self.bounds])
        most = np.array([np.inf if high is None else float(high) for _, high in self.bounds])
        constraints = LinearConstraint(rows, lower, upper) if len(rows) else ()
        # in fractions first: these tables nearly always give whole numbers, and if so nothing is lower
        for is_whole in (False, True):
            done = milp(
                goal,
                integrality=np.full(len(self.cells), int(is_whole)),
                bounds=Bounds(least, most),
                constraints=constraints,
                options={"mip_rel_gap": 0},
            )
            if done.status == 2:
                return None
            if done.x is None:
                raise RuntimeError(f"the solver stopped: {done.message}")
            found: Integers = np.rint(done.x).astype(np.int64)
            sums = rows @ found
            # never taken at the solver's word: what it says is possible is seen to be
            if (
                np.abs(found - done.x).max() < NEARLY
                and np.all(least <= found)
                and np.all(found <= most)
                and np.all(lower <= sums)
                and np.all(sums <= upper)
            ):
                self.see(found)
                return found
        return None

    def range(self, terms: Terms) -> Range:
        """Lowest and highest value of a sum.

        Raises:
            ContradictionError: no counts are possible at all.
        """
        signs = self.vector(terms)
        seen = [int(signs @ counts) for counts in self.seen]
        # a limit by the mark that was seen to be reached needs no solver
        floor, roof = self.bounds[self.cells.index(terms[0][0])] if len(terms) == 1 else (None, None)
        if floor not in seen or terms[0][1] != 1:
            low = self.solve(signs)
            if low is None:
                raise ContradictionError("no counts fit what is published")
            floor = int(signs @ low)
        if roof not in seen or terms[0][1] != 1:
            high = self.solve(-signs, [(signs, -np.inf, self.ceiling)])
            # none below the ceiling: the lowest is over it
            roof = floor if high is None else int(signs @ high)
        assert floor is not None and roof is not None
        return Range(floor, None if roof >= self.ceiling else roof)

    def may_be(self, terms: Terms, value: int) -> bool:
        """Whether a sum may have a value."""
        signs = self.vector(terms)
        if any(int(signs @ counts) == value for counts in self.seen):
            return True
        if self.sweep(value) and any(int(signs @ counts) == value for counts in self.seen):
            return True
        return self.solve(np.zeros(len(self.cells), np.int64), [(signs, value, value)]) is not None

    def sweep(self, value: int) -> bool:
        """Looks for counts in which many small cells have a value at once, to save asking for each."""
        missing = [
            number
            for number, bounds in enumerate(self.bounds)
            if bounds == (SMALLEST, LARGEST) and all(counts[number] != value for counts in self.seen)
        ]
        if value in self.swept or len(missing) < 3:
            return False
        self.swept.add(value)
        units = np.eye(len(self.cells), dtype=np.int64)
        goal = units[missing].sum(axis=0)
        self.solve(-goal, [(units[number], -np.inf, value) for number in missing])
        self.solve(goal, [(units[number], value, np.inf) for number in missing])
        return True

    def is_seen_to_vary(self, terms: Terms, width: int) -> bool:
        """Whether counts seen so far differ by as much."""
        signs = self.vector(terms)
        values = [int(signs @ counts) for counts in self.seen]
        return bool(values) and max(values) - min(values) >= width


class Knowledge:
    """All that a reader knows of the cells that are not shown."""

    def __init__(
        self,
        known: Mapping[Cell, int],
        bounds: Mapping[Cell, tuple[int, int | None]],
        facts: Sequence[Fact],
        worlds: Iterable[World] = (),
    ):
        """Takes in what is known.

        Args:
            known: Counts that are shown.
            bounds: Lowest and highest number of the cells that are not.
            facts: Sums that are known; every cell in them is in one of the two.
            worlds: Counts that were possible by what was known before; those that still are save work.
        """
        self.known = known
        leader = {cell: cell for cell in bounds}

        def lead(cell: Cell) -> Cell:
            while leader[cell] != cell:
                leader[cell] = cell = leader[leader[cell]]
            return cell

        open_facts: dict[tuple[Terms, int, bool], None] = {}
        for fact in facts:
            rest, given = self.reduce(fact.terms)
            if rest:
                open_facts[rest, -given, fact.is_nought] = None
                for cell, _ in rest[1:]:
                    leader[lead(cell)] = lead(rest[0][0])
            elif given < 0 or (fact.is_nought and given):
                raise ContradictionError("figures that are shown contradict one another")
        ceiling = max(known.values(), default=0) + NO_LIMIT_OVER
        groups: dict[Cell, Group] = {}
        self.group_of: dict[Cell, Group] = {}
        for cell in sorted(bounds):
            group = groups.setdefault(lead(cell), Group([], [], [], ceiling))
            group.cells.append(cell)
            group.bounds.append(bounds[cell])
            self.group_of[cell] = group
        for terms, low, is_equal in open_facts:
            group = self.group_of[terms[0][0]]
            group.rows.append((group.vector(terms), low, is_equal))
        self.groups = list(groups.values())
        for world in worlds:
            if _fits(world, known, bounds, facts):
                for group in self.groups:
                    group.see([world[cell] for cell in group.cells])

    def worlds(self) -> list[World]:
        """Counts of all cells that were found possible."""
        first = {
            cell: int(count)
            for group in self.groups
            for cell, count in zip(group.cells, group.seen[0], strict=True)
        }
        return [
            {
                **self.known,
                **first,
                **{cell: int(count) for cell, count in zip(group.cells, counts, strict=True)},
            }
            for group in self.groups
            for counts in group.seen
        ]

    def reduce(self, terms: Terms) -> tuple[Terms, int]:
        """A sum without its known cells, and what these add up to."""
        signs: dict[Cell, int] = {}
        given = 0
        for cell, sign in terms:
            if cell in self.known:
                given += sign * self.known[cell]
            else:
                signs[cell] = signs.get(cell, 0) + sign
        return tuple(sorted((cell, sign) for cell, sign in signs.items() if sign)), given

    def is_possible(self) -> bool:
        """Whether there are counts for which all of it holds."""
        return all(
            group.seen or group.solve(np.zeros(len(group.cells), np.int64)) is not None
            for group in self.groups
        )

    def range(self, terms: Terms) -> Range:
        """Lowest and highest value of a sum whose unknown cells hang together."""
        rest, given = self.reduce(terms)
        if not rest:
            return Range(given, given)
        found = self.group_of[rest[0][0]].range(rest)
        return Range(found.lowest + given, None if found.highest is None else found.highest + given)

    def may_be(self, terms: Terms, value: int) -> bool:
        """Whether a sum may have a value."""
        rest, given = self.reduce(terms)
        return given == value if not rest else self.group_of[rest[0][0]].may_be(rest, value - given)

    def is_seen_to_vary(self, terms: Terms, width: int) -> bool:
        """Whether a sum is known already to vary by as much."""
        rest, _ = self.reduce(terms)
        return bool(rest) and self.group_of[rest[0][0]].is_seen_to_vary(rest, width)


def _fits(
    world: World,
    known: Mapping[Cell, int],
    bounds: Mapping[Cell, tuple[int, int | None]],
    facts: Iterable[Fact],
) -> bool:
    """Whether counts are possible by what is known."""
    for cell, value in known.items():
        if world.get(cell) != value:
            return False
    for cell, (low, high) in bounds.items():
        count = world.get(cell)
        if count is None or count < low or (high is not None and count > high):
            return False
    for fact in facts:
        total = sum(sign * world[cell] for cell, sign in fact.terms)
        if total < 0 or (fact.is_nought and total):
            return False
    return True


def facts_of(relations: Iterable[Relation]) -> list[Fact]:
    """What a reader knows by the relations."""
    return [fact for relation in relations for fact in relation.facts]


def blocks(cells: Iterable[Cell], facts: Sequence[Fact]) -> list[tuple[set[Cell], list[Fact]]]:
    """Cells that hang together, shown or not, each set with the facts about it; in order."""
    leader = {cell: cell for cell in cells}
    for fact in facts:
        for cell, _ in fact.terms:
            leader.setdefault(cell, cell)

    def lead(cell: Cell) -> Cell:
        while leader[cell] != cell:
            leader[cell] = cell = leader[leader[cell]]
        return cell

    for fact in facts:
        for cell, _ in fact.terms[1:]:
            leader[lead(cell)] = lead(fact.terms[0][0])
    found: dict[Cell, tuple[set[Cell], list[Fact]]] = {}
    for cell in sorted(leader):
        found.setdefault(lead(cell), (set(), []))[0].add(cell)
    for fact in facts:
        found[lead(fact.terms[0][0])][1].append(fact)
    return list(found.values())


@dataclass(frozen=True)
class Supposed:
    """What a reader takes as known, once he has supposed something of what an earlier answer kept back."""

    bounds: dict[Cell, tuple[int, int | None]]
    facts: list[Fact]
    known: dict[Cell, int]


def suppositions(
    table: Table, cells: set[Cell], facts: Sequence[Fact], earlier: Sequence[Table]
) -> list[Supposed]:
    """What a reader may suppose, the boldest first; the last is to suppose nothing.

    With an earlier answer at hand he supposes that what it kept back, and nobody has shown since, is the same
    now: then both answers hold for one number, and a figure revised beside it tells of it twice. He may
    suppose so of what neither has (the rest of the ages) too, or not.
    """
    unknown = {cell for cell in cells if cell not in table or table[cell].value is None}
    known = {cell: value for cell in cells - unknown if (value := table[cell].value) is not None}
    bounds = {cell: table[cell].bounds if cell in table else (0, None) for cell in unknown}
    found = [Supposed(bounds, list(facts), known)]
    before = [answer for answer in earlier if any(cell in answer for cell in cells)]
    if not before:
        return found
    for is_rest_the_same in (False, True):
        all_bounds, all_known, all_facts = dict(bounds), dict(known), list(facts)
        for number, answer in enumerate(before):
            then: dict[Cell, Cell] = {}
            for cell in cells:
                past = Cell(f"{cell.question_code} in answer {number}", cell.period_key, cell.age_band_code)
                was = answer.get(cell)
                if was is None:
                    if cell in unknown and not is_rest_the_same:
                        all_bounds[past] = (0, None)
                        then[cell] = past
                elif was.value is not None:
                    all_known[past] = was.value
                    then[cell] = past
                elif cell in unknown:
                    both = _intersection(all_bounds[cell], was.bounds)
                    if both is None:
                        # it has been revised
                        all_bounds[past] = was.bounds
                        then[cell] = past
                    else:
                        all_bounds[cell] = both
            all_facts.extend(
                Fact(tuple((then.get(cell, cell), sign) for cell, sign in fact.terms), fact.is_nought)
                for fact in facts
            )
        found.insert(0, Supposed(all_bounds, all_facts, all_known))
    return found


def _intersection(
    one: tuple[int, int | None], other: tuple[int, int | None]
) -> tuple[int, int | None] | None:
    low = max(one[0], other[0])
    highs = [high for high in (one[1], other[1]) if high is not None]
    if highs and min(highs) < low:
        return None
    return low, min(highs) if highs else None


def boldest(
    table: Table,
    cells: set[Cell],
    facts: Sequence[Fact],
    earlier: Sequence[Table],
    worlds: Iterable[World] = (),
) -> tuple[Supposed, Knowledge]:
    """The boldest supposition that is not contradicted, and what follows.

    Args:
        table: The answer.
        cells: Cells that hang together.
        facts: What is known of them.
        earlier: Answers before this one.
        worlds: Counts that may be possible.

    Raises:
        ContradictionError: what is published contradicts itself.
    """
    for supposed in suppositions(table, cells, facts, earlier):
        try:
            knowledge = Knowledge(supposed.known, supposed.bounds, supposed.facts, worlds)
        except ContradictionError:
            continue
        if knowledge.is_possible():
            return supposed, knowledge
    raise ContradictionError(
        f"the figures of {min(cells).period_key} contradict the relations between them: no counts fit both"
    )


def audit(published: Table, relations: Iterable[Relation], earlier: Sequence[Table] = ()) -> Audit:
    """Tries to work out what an answer keeps back.

    Args:
        published: The answer. A cell of a relation that is not in it is one that nobody was told.
        relations: What a reader knows of how the counts hang together.
        earlier: Answers of the same council that the reader has too, oldest first, with the same codes for
            the same question, period and age. What they kept back is at stake, even if it is left out now.

    Raises:
        ContradictionError: no counts fit what is published and the relations.
    """
    ranges: dict[Cell, Range] = {}
    findings: list[Finding] = []
    told: list[Cell] = []
    for cells, facts in blocks(published, facts_of(relations)):
        _, knowledge = boldest(published, cells, facts, earlier)
        findings.extend(find_narrow(published, cells, facts, earlier, knowledge, ranges))
        told.extend(cell for cell in sorted(cells) if _is_told_earlier(cell, published, earlier))
    return Audit(ranges, tuple(findings), tuple(told))


def _is_told_earlier(cell: Cell, published: Table, earlier: Sequence[Table]) -> bool:
    if cell not in published or published[cell].status is not Status.PRIMARY:
        return False
    values = [answer[cell].value for answer in earlier if cell in answer]
    return any(value is not None and is_small(value) for value in values)


def find_narrow(
    published: Table,
    cells: set[Cell],
    facts: Sequence[Fact],
    earlier: Sequence[Table],
    knowledge: Knowledge,
    ranges: dict[Cell, Range] | None = None,
) -> Iterator[Finding]:
    """Yields what can be worked out too well; puts the ranges of cells kept back into `ranges`."""
    for cell in sorted(cells):
        here, terms = cell_at_stake(cell, published, earlier), ((cell, 1),)
        if here is None:
            continue
        before = [answer[cell] for answer in earlier if cell in answer]
        if here.value is not None:
            for was in before:
                if was.value is None:
                    yield Finding(str(cell), terms, None)
                elif is_small(abs(here.value - was.value)):
                    change = abs(here.value - was.value)
                    yield Finding(f"the revision of {cell}", terms, Range(change, change))
            continue
        if here.status is Status.PRIMARY:
            is_safe = all(knowledge.may_be(terms, value) for value in range(SMALLEST, LARGEST + 1))
        else:
            width = WIDTH + len({was.value for was in before if was.value is not None})
            is_safe = knowledge.is_seen_to_vary(terms, width)
            if not is_safe:
                # a figure that was shown is shown again unless it is revised: it is not what it was
                found = knowledge.range(terms)
                gone = {was.value for was in before if was.value is not None and _holds(found, was.value)}
                is_safe = found.highest is None or found.highest - found.lowest - len(gone) >= WIDTH
        if ranges is not None and cell in published:
            ranges[cell] = knowledge.range(terms)
        if not is_safe:
            yield Finding(str(cell), terms, knowledge.range(terms))
    for fact in facts:
        if not fact.counts or knowledge.is_seen_to_vary(fact.terms, WIDTH):
            continue
        if any(_is_repeated(fact.terms, published, answer) for answer in earlier):
            continue
        found = knowledge.range(fact.terms)
        if found.highest is not None and found.highest - found.lowest < WIDTH and _may_be_small(found):
            yield Finding(fact.counts, fact.terms, found)


def cell_at_stake(cell: Cell, published: Table, earlier: Sequence[Table]) -> Published | None:
    """What stands in a cell or, where this answer leaves it out, what an earlier one kept back."""
    if cell in published:
        return published[cell]
    past = [answer[cell] for answer in earlier if cell in answer]
    return past[-1] if past and all(was.value is None for was in past) else None


def is_small(count: int) -> bool:
    """Whether a count is one that is kept back."""
    return SMALLEST <= count <= LARGEST


def _may_be_small(found: Range) -> bool:
    return found.lowest <= LARGEST and (found.highest is None or found.highest >= SMALLEST)


def _holds(found: Range, value: int) -> bool:
    return found.lowest <= value and (found.highest is None or value <= found.highest)


def _is_repeated(terms: Terms, published: Table, answer: Table) -> bool:
    """Whether a difference was told by an earlier answer: all its figures stand there, the same."""
    return all(
        cell in published and cell in answer and published[cell].value == answer[cell].value is not None
        for cell, _ in terms
    )
