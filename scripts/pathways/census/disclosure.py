"""Keeps small counts of an answer back, and as few others as it takes that nobody works them out.

`protect` withholds every count of 1 to 5, then has the audit (`pathways.census.audit`, where the rules
and their sources stand) try to work it out. Where it can, an integer program finds the fewest further
figures to withhold so that it can't; and again, until the audit finds nothing.

What is withheld beside the small counts is chosen by number first, then by place (ours): a figure for a
band before one for all ages, a part before its whole, which are the smaller ones wherever there is a
difference. It is not chosen by size itself: a reader who knows that the smaller of two figures was
withheld, and sees the other, has a limit for it.

Marks (ours): a small count has "1 to 5", which says what is known of it, so that rates keep their bounds.
A figure withheld beside it has "[c]", which says nothing. Where "1 to 5" would itself give others away
(three bands of one or more can't add up to 1), a small count has "[c]" too, which takes no figure from
the reader; so "[c]" can be any number. A nought is withheld only if nothing else helps, or because an
earlier answer withheld the cell.

What is not promised: an answer is safe against a reader who has it, the relations, the marks' meaning and
the answers before. One who runs this program on every table that there might be, and sees for which of them
it withholds the same cells, can rule out more. Nor is the number of figures withheld the least there is:
each step takes the fewest, and what turns out not to be needed is shown again, but the steps are not
planned together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from pathways.census.audit import (
    LARGEST,
    SMALLEST,
    WIDTH,
    AgeSum,
    Audit,
    Cell,
    ContradictionError,
    Crossed,
    Fact,
    Finding,
    Knowledge,
    Nested,
    Published,
    Relation,
    Status,
    SumKind,
    Supposed,
    Table,
    Terms,
    World,
    audit,
    blocks,
    boldest,
    cell_at_stake,
    facts_of,
    find_narrow,
    is_small,
    shown,
)
from pathways.errors import PathwaysError

ALL_AGES = "all"
REST = "rest"
"""Age band code of those of all ages who are in no band of the answer; no cell of an answer has it."""

# costs: one figure more outweighs every choice of place, a figure's place every loss of a mark's meaning
_FIGURE, _NOUGHT, _DEPTH, _MARK = 1_000_000, 400_000, 10_000, 100
# how far a figure may be from its true count in the world that shows it to be safe; far more than is needed
_REACH = 1_000


class DisclosureError(PathwaysError):
    """An answer can't be given without telling what must be kept back."""


@dataclass(frozen=True)
class Protected:
    """An answer that may be published, and what the audit was able to work out from it.

    Attributes:
        cells: The answer.
        audit: What the audit says of it. Its findings are those of `supposed`, and no others.
        supposed: What a reader would conclude who supposes that what an earlier answer kept back still
            stands, in a period of which figures were revised. The earlier answer tells it, whatever is
            withheld in this one; had nothing that is kept back been revised, there would be none.
    """

    cells: dict[Cell, Published]
    audit: Audit
    supposed: tuple[Finding, ...] = ()

    def count(self, status: Status) -> int:
        """Number of cells with a status."""
        return sum(cell.status is status for cell in self.cells.values())


def relations_between(
    cells: Iterable[Cell],
    nesting: Iterable[tuple[str, str]],
    sum_kind: SumKind | Mapping[str, SumKind],
    crossings: Iterable[tuple[str, str, str, str]] = (),
) -> list[Relation]:
    """What a reader knows of how the cells of an answer hang together, in every period of it.

    Args:
        cells: Cells of the answer, and of earlier ones about the same periods.
        nesting: Question codes (part, whole): the part counts some of those whom the whole counts.
        sum_kind: How ages add up, for all questions or by question.
        crossings: Question codes (whole, one, other, both): both counts exactly those whom one and other have
            in common, and all are parts of the whole.
    """
    present = set(cells)
    periods = sorted({cell.period_key for cell in present})
    questions = sorted({cell.question_code for cell in present})
    nesting, crossings = sorted(set(nesting)), sorted(set(crossings))
    kinds = dict.fromkeys(questions, sum_kind) if isinstance(sum_kind, SumKind) else dict(sum_kind)
    relations: list[Relation] = []
    for period in periods:
        ages = sorted({cell.age_band_code for cell in present if cell.period_key == period} - {ALL_AGES})
        summed = {
            question for question in questions if any(Cell(question, period, age) in present for age in ages)
        }
        relations.extend(
            AgeSum(
                Cell(question, period, ALL_AGES),
                tuple(Cell(question, period, age) for age in ages),
                Cell(question, period, REST),
                kinds[question],
            )
            for question in sorted(summed)
        )
        for part, whole in nesting:
            both = {part, whole}
            if both <= set(questions):
                is_split = both <= summed
                has_rest = is_split and all(kinds[question] is SumKind.PARTITION for question in both)
                relations.extend(
                    Nested(Cell(part, period, age), Cell(whole, period, age))
                    for age in (ALL_AGES, *(ages if is_split else ()), *((REST,) if has_rest else ()))
                )
        for crossing in crossings:
            if set(crossing) <= set(questions):
                relations.extend(
                    Crossed(*(Cell(question, period, age) for question in crossing))
                    for age in (ALL_AGES, *(ages if set(crossing) <= summed else ()))
                )
    return relations


def check_counts(counts: Mapping[Cell, int], relations: Iterable[Relation]) -> None:
    """Sees that the counts are as the relations say.

    Raises:
        ContradictionError: a count is below nought, or a relation does not hold. The message has no count.
    """
    for cell, count in counts.items():
        if count < 0:
            raise ContradictionError(f"The count of {cell} is below nought.")
    for relation in relations:
        rest = relation.rest if isinstance(relation, AgeSum) else None
        for fact in relation.facts:
            terms = [(cell, sign) for cell, sign in fact.terms if cell in counts or cell != rest]
            if all(cell in counts for cell, _ in terms):
                total = sum(sign * counts[cell] for cell, sign in terms)
                is_open = len(terms) < len(fact.terms)
                if _is_broken(total, fact, is_open):
                    names = "; ".join(str(cell) for cell, _ in terms)
                    raise ContradictionError(
                        f"Counts do not hang together as a {type(relation).__name__} says: {names}. "
                        f"Leave the relation out, or mend the counts."
                    )


def _is_broken(total: int, fact: Fact, is_open: bool) -> bool:
    """Whether a sum can't be what a fact says; an open one lacks the rest, which is nought or more."""
    if not is_open:
        return total != 0 if fact.is_nought else total < 0
    # the rest is taken off in a partition, and can make up for anything in a cover
    return fact.is_nought and total < 0


def protect(
    counts: Mapping[Cell, int], relations: Sequence[Relation], earlier: Sequence[Table] = ()
) -> Protected:
    """An answer in which nothing small can be worked out, as far as `audit` is able to.

    The same counts give the same answer.

    Args:
        counts: True counts. What the council can't count is left out, not nought.
        relations: What a reader knows of how they hang together; they must be true of the counts.
        earlier: Answers that the council gave before, as published. What they kept back stays back. A figure
            that they gave is given again, unless it has been revised: to keep it back would be for show.

    Raises:
        ContradictionError: the relations are not true of the counts.
        DisclosureError: an earlier answer tells so much that nothing can be done.
    """
    check_counts(counts, relations)
    depth = _depth(relations)
    answer: dict[Cell, Published] = {cell: _at_first(cell, counts[cell], earlier) for cell in sorted(counts)}
    held = {
        cell for cell in counts if _was_kept_back(cell, earlier) or _is_small_revision(cell, counts, earlier)
    }
    fixed = {cell for cell in counts if answer[cell].value is not None and _was_given(cell, counts, earlier)}
    beyond: set[Terms] = set()
    for cells, facts in blocks(counts, facts_of(relations)):
        block = _Block(cells, facts, counts, earlier, fixed, depth)
        block.make_safe(answer)
        block.give_back(answer, held)
        beyond |= block.beyond
    found = audit(answer, relations, earlier)
    for finding in found.findings:
        if finding.terms not in beyond:
            raise DisclosureError(f"{finding}. This is a fault of the program: publish nothing.")
    return Protected(answer, found, found.findings)


def _at_first(cell: Cell, count: int, earlier: Sequence[Table]) -> Published:
    if is_small(count):
        return Published(Status.PRIMARY)
    if _was_kept_back(cell, earlier) or _is_small_revision(cell, {cell: count}, earlier):
        return _withheld(count)
    return shown(count)


def _withheld(count: int) -> Published:
    return Published(Status.SECONDARY, is_kind_known=count > LARGEST)


def _was_kept_back(cell: Cell, earlier: Sequence[Table]) -> bool:
    return any(cell in answer and answer[cell].value is None for answer in earlier)


def _values_given(cell: Cell, earlier: Sequence[Table]) -> list[int]:
    return [value for answer in earlier if cell in answer and (value := answer[cell].value) is not None]


def _was_given(cell: Cell, counts: Mapping[Cell, int], earlier: Sequence[Table]) -> bool:
    return counts[cell] in _values_given(cell, earlier)


def _is_small_revision(cell: Cell, counts: Mapping[Cell, int], earlier: Sequence[Table]) -> bool:
    return any(is_small(abs(counts[cell] - value)) for value in _values_given(cell, earlier))


def _depth(relations: Iterable[Relation]) -> dict[Cell, int]:
    """How many wholes a cell is a part of, one within the other."""
    wholes: dict[Cell, set[Cell]] = {}
    for relation in relations:
        if isinstance(relation, Nested):
            wholes.setdefault(relation.part, set()).add(relation.whole)
        elif isinstance(relation, AgeSum):
            for band in relation.bands:
                wholes.setdefault(band, set()).add(relation.total)
    found: dict[Cell, int] = {}

    def measure(cell: Cell, above: frozenset[Cell]) -> int:
        if cell in above:
            raise ContradictionError(f"{cell} is a part of itself by the relations given.")
        if cell not in found:
            found[cell] = max(
                (1 + measure(whole, above | {cell}) for whole in wholes.get(cell, ())), default=0
            )
        return found[cell]

    for cell in sorted(wholes):
        measure(cell, frozenset())
    return found


class _Block:
    """Cells that hang together, made safe on their own."""

    def __init__(
        self,
        cells: set[Cell],
        facts: list[Fact],
        counts: Mapping[Cell, int],
        earlier: Sequence[Table],
        fixed: set[Cell],
        depth: Mapping[Cell, int],
    ):
        self.cells, self.facts, self.counts, self.earlier = cells, facts, counts, earlier
        self.open = [cell for cell in sorted(cells) if cell in counts and cell not in fixed]
        self.worlds: list[World] = []
        self.beyond: set[Terms] = set()
        self.has_past = any(cell in was for cell in cells for was in earlier)
        deepest = max((depth.get(cell, 0) for cell in self.open), default=0)
        # the deeper, the dearer to lose; ties by place in the answer
        self.cost = {
            cell: _DEPTH * (deepest - depth.get(cell, 0)) + number for number, cell in enumerate(self.open)
        }

    def first_finding(self, answer: Table) -> Finding | None:
        """The first thing that can be worked out, by a reader who supposes something or not."""
        finding = self._look(answer, self.earlier)[2]
        if finding is None and self.has_past:
            finding = self._look(answer, ())[2]
        return finding

    def _look(self, answer: Table, supposing: Sequence[Table]) -> tuple[Supposed, Knowledge, Finding | None]:
        """What a reader knows who supposes that what these answers kept back still stands."""
        supposed, knowledge = boldest(answer, self.cells, self.facts, supposing, self.worlds)
        findings = find_narrow(answer, self.cells, self.facts, self.earlier, knowledge)
        finding = next((one for one in findings if not supposing or one.terms not in self.beyond), None)
        seen = {tuple(sorted(world.items())) for world in self.worlds}
        self.worlds.extend(world for world in knowledge.worlds() if tuple(sorted(world.items())) not in seen)
        return supposed, knowledge, finding

    def make_safe(self, answer: dict[Cell, Published]) -> None:
        """Withholds until nothing is found; each step withholds more, so that it ends.

        Raises:
            DisclosureError: nothing is left to withhold, and no supposition is needed to see it.
        """
        self._make_safe(answer, ())
        # a figure withheld for the one may make possible what the other supposes
        while self.has_past and self.first_finding(answer) is not None:
            self._make_safe(answer, self.earlier)
            self._make_safe(answer, ())

    def _make_safe(self, answer: dict[Cell, Published], supposing: Sequence[Table]) -> None:
        while True:
            supposed, knowledge, finding = self._look(answer, supposing)
            if finding is None:
                return
            terms = finding.terms
            here = cell_at_stake(terms[0][0], answer, self.earlier) if len(terms) == 1 else None
            if here is not None and here.status is Status.PRIMARY:
                value = next(
                    value for value in range(SMALLEST, LARGEST + 1) if not knowledge.may_be(terms, value)
                )
                ways = [self._loosened(answer, supposed, supposing, terms, value, value)]
            else:
                found = finding.range
                if found is None or found.highest is None:
                    raise DisclosureError(f"{finding}.")
                width = WIDTH + (len(set(_values_given(terms[0][0], self.earlier))) if here else 0)
                ways = [
                    self._loosened(answer, supposed, supposing, terms, found.lowest + width, None),
                    self._loosened(answer, supposed, supposing, terms, None, found.highest - width),
                ]
            best = min((way for way in ways if way is not None), key=lambda way: way[0], default=None)
            if best is None and supposing:
                self.beyond.add(terms)
                continue
            if best is None:
                raise DisclosureError(
                    f"{finding}, whatever is withheld: an earlier answer tells too much of it. Leave the "
                    f"question or the ages of this period out of the answer."
                )
            answer.update(best[1])

    def give_back(self, answer: dict[Cell, Published], held: set[Cell]) -> None:
        """Shows again what turns out not to be needed, the dearest first; then marks that say more."""
        for cell in sorted(self.open, key=lambda cell: -self.cost[cell]):
            here = answer[cell]
            if here.status is Status.SECONDARY and cell not in held:
                answer[cell] = shown(self.counts[cell])
                if self.first_finding(answer) is None:
                    continue
                answer[cell] = here
            if not here.is_kind_known and self.counts[cell]:
                answer[cell] = Published(here.status)
                if self.first_finding(answer) is not None:
                    answer[cell] = here

    def _loosened(
        self,
        answer: Mapping[Cell, Published],
        supposed: Supposed,
        supposing: Sequence[Table],
        terms: Sequence[tuple[Cell, int]],
        lowest: int | None,
        highest: int | None,
    ) -> tuple[float, dict[Cell, Published]] | None:
        """The cheapest way to withhold so that a sum may be between two numbers.

        It looks for a world, that is for counts that fit all that a reader knows, with the sum so; a figure
        that has another count in it than it truly has must be withheld.

        Returns:
            The cost and the cells that change, or None if there is no way.
        """
        model = _Model()
        known = {cell: value for cell, value in supposed.known.items() if cell not in self.cost}
        number = {cell: model.add(0, *supposed.bounds[cell]) for cell in sorted(supposed.bounds)}
        withheld: dict[Cell, int] = {}
        unmarked: dict[Cell, int] = {}
        for cell in self.open:
            here, count = answer[cell], self.counts[cell]
            if here.value is not None:
                number[cell] = model.add(0, 0, None)
                price = _FIGURE + self.cost[cell] + (0 if count else _NOUGHT)
                hide = withheld[cell] = model.add(price, 0, 1)
                drop = min(_REACH, max(count - LARGEST - 1, 0))
                model.limit({number[cell]: 1, hide: -_REACH}, None, count)
                below: dict[int, float] = {number[cell]: 1, hide: drop}
                if 0 < count <= _REACH:
                    loose = unmarked[cell] = model.add(_MARK + self.cost[cell] / _DEPTH, 0, 1)
                    model.limit({hide: 1, loose: -1}, 0, None)
                    below[loose] = LARGEST + 1
                model.limit(below, count, None)
            elif here.is_kind_known:
                # bounds by the mark give way; those by an earlier answer do not
                low, high = supposed.bounds[cell]
                before = [was[cell] for was in supposing if cell in was]
                past = [was.bounds for was in before if was.value is None]
                floor = max((bound[0] for bound in past), default=0)
                roof = min((bound[1] for bound in past if bound[1] is not None), default=None)
                model.bound(number[cell], min(low, floor), roof)
                loose = unmarked[cell] = model.add(_MARK + self.cost[cell] / _DEPTH, 0, 1)
                model.limit({number[cell]: 1, loose: low}, low, None)
                if high is not None:
                    model.limit({number[cell]: 1, loose: -_REACH}, None, high)
        facts = [*((fact.terms, 0.0, 0.0 if fact.is_nought else None) for fact in supposed.facts)]
        for sums, low_limit, high_limit in [*facts, (tuple(terms), lowest, highest)]:
            row: dict[int, float] = {}
            given = 0
            for cell, sign in sums:
                if cell in number:
                    row[number[cell]] = row.get(number[cell], 0) + sign
                else:
                    given += sign * known[cell]
            model.limit(
                row,
                None if low_limit is None else low_limit - given,
                None if high_limit is None else high_limit - given,
            )
        world = model.solve()
        if world is None:
            return None
        changes: dict[Cell, Published] = {}
        for cell in self.open:
            is_unmarked = cell in unmarked and world[unmarked[cell]] > 0.5
            if cell in withheld and world[withheld[cell]] > 0.5:
                is_known = self.counts[cell] > LARGEST and not is_unmarked
                changes[cell] = Published(Status.SECONDARY, is_kind_known=is_known)
            elif cell not in withheld and is_unmarked:
                changes[cell] = Published(answer[cell].status, is_kind_known=False)
        return (model.cost_of(world), changes) if changes else None


class _Model:
    """An integer program, built up variable by variable."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.lows: list[float] = []
        self.highs: list[float] = []
        self.rows: list[tuple[dict[int, float], float, float]] = []

    def add(self, cost: float, low: float, high: float | None) -> int:
        """A variable; returns its number."""
        self.costs.append(cost)
        self.lows.append(low)
        self.highs.append(np.inf if high is None else high)
        return len(self.costs) - 1

    def bound(self, number: int, low: float, high: float | None) -> None:
        """Gives a variable other bounds."""
        self.lows[number], self.highs[number] = low, np.inf if high is None else high

    def limit(self, row: dict[int, float], low: float | None, high: float | None) -> None:
        """A sum that has limits."""
        self.rows.append((row, -np.inf if low is None else low, np.inf if high is None else high))

    def solve(self) -> list[float] | None:
        """The cheapest values, or None if there are none."""
        matrix = np.zeros((len(self.rows), len(self.costs)))
        for place, (row, _, _) in enumerate(self.rows):
            for number, sign in row.items():
                matrix[place, number] = sign
        for has_presolve in (True, False):
            done = milp(
                self.costs,
                integrality=np.ones(len(self.costs)),
                bounds=Bounds(self.lows, self.highs),
                constraints=LinearConstraint(
                    matrix, [low for _, low, _ in self.rows], [high for _, _, high in self.rows]
                ),
                options={"mip_rel_gap": 0, "presolve": has_presolve},
            )
            # its presolve was seen to lose solutions; none is believed only if it is said twice
            if done.status != 2:
                break
        if done.status == 2:
            return None
        if done.x is None:
            raise RuntimeError(f"the solver stopped: {done.message}")
        return [float(round(value)) for value in done.x]

    def cost_of(self, world: Sequence[float]) -> float:
        """What a solution costs."""
        return sum(cost * value for cost, value in zip(self.costs, world, strict=True))
