"""Which letter a document answers: by the periods, questions and words that stand in it."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from pathways.foi.columns import with_bands
from pathways.foi.dictionary import Dictionary, QuestionSet
from pathways.foi.document import Document
from pathways.foi.periods import find_periods, stated_year_kind
from pathways.foi.statements import find_councils
from pathways.foi.wording import LIKE, leading_number, likeness

CERTAIN = 3.0
"""By how many points a letter must be ahead of the next to be certain."""

_CUES = {
    "W": (
        r"social services and well-?being",
        r"\bneeds assessments?\b",
        r"\bcare and support plans?\b",
        r"\bwales\b|\bwelsh\b",
        r"\bcyngor\b",
        r"\bsimple assessments?\b",
        r"\bdim\b|\bplant\b|\bblwyddyn\b",
    ),
    "E": (
        r"\bchild(?:ren)? in need\b|\bcin\b",
        r"\bsection 17\b|\bs\.?17\b",
        r"\brc[789]\b",
        r"\btargeted early help\b",
        r"\bdepartment for education\b|\bdfe\b",
        r"\bchild protection plans?\b|\bcpp?\b",
    ),
}


@dataclass(frozen=True)
class Recognised:
    """The letter that a document answers. ``is_certain`` is False where little tells it from another."""

    question_set: QuestionSet
    is_certain: bool


def recognise(document: Document, dictionary: Dictionary) -> Recognised | None:
    """Which letter a document answers; None where nothing in it is of any letter."""
    texts = [text for text in dict.fromkeys(document.texts) if len(text) <= 1_200][:600]
    joined = " ".join(document.texts).lower()
    bands = (cell.text for grid in document.grids for cell in with_bands(grid).cells)
    said = dict.fromkeys([*document.texts[:3000], *itertools.islice(bands, 3000)])
    kind = stated_year_kind([text for text in document.texts[:3000] if len(text) < 600])
    periods = {span.period for text in said for span in find_periods(text, kind) if span.period}
    years = {period.end.year for period in periods}
    nations = {council.nation for council, _ in find_councils(document, dictionary)}
    points: dict[str, float] = {}
    for question_set in dictionary.question_sets:
        asked = set(question_set.periods)
        score = 3.0 * len(periods & asked)
        # by another kind of year still the years of the letter
        score += 0.5 * len({period.end.year for period in asked} & years)
        score += 2.0 * sum(bool(re.search(cue, joined)) for cue in _CUES[question_set.nation])
        if nations == {question_set.nation}:
            score += 5.0
        if question_set.nation == "W" and re.search(r"\(wales\)|\bcyngor\b|\bllywodraeth cymru\b", joined):
            score += 5.0
        points[question_set.code] = score
    for text in texts:
        number, rest = leading_number(text)
        if number:
            for question_set in dictionary.question_sets:
                is_of_it = question_set.numbered(number) or number in question_set.stems
                points[question_set.code] += 1.0 if is_of_it and number[-1].isalpha() else 0.0
                points[question_set.code] -= 0.0 if is_of_it else 1.0
        alike = {
            question_set.code: likeness(question_set, rest)[1] for question_set in dictionary.question_sets
        }
        best = max(alike.values())
        nearest = [code for code, score in alike.items() if score == best]
        if best >= LIKE:
            for code in nearest:
                points[code] += 2.0 / len(nearest)
    ranked = sorted(points, key=lambda code: -points[code])
    if points[ranked[0]] <= 1.0:
        return None
    ahead = points[ranked[0]] - points[ranked[1]] if len(ranked) > 1 else CERTAIN
    if ahead < CERTAIN:
        # where nothing in it is Welsh a letter to England is likelier; its cells are not sure either way
        close = [code for code in ranked if points[ranked[0]] - points[code] < CERTAIN]
        nation = "W" if any(re.search(cue, joined) for cue in _CUES["W"]) else "E"
        likelier = [code for code in close if dictionary.question_set(code).nation == nation]
        return Recognised(dictionary.question_set((likelier or close)[0]), False)
    return Recognised(dictionary.question_set(ranked[0]), True)
