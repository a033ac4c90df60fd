"""Where the counts of an answer come from, where it says so: ``pathways census answer`` marks its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pathways.foi.dictionary import Dictionary, QuestionSet
from pathways.foi.document import Document

MADE_UP = "(made up)"
"""Stands behind the name of the council, on the cover of an answer from made-up returns."""
MADE_UP_COLUMN = "is_synthetic"
"""The column of an answer's CSV file that says the same."""
_COUNCIL_MADE_UP = re.compile(rf"^Council:.*{re.escape(MADE_UP)}$")


@dataclass(frozen=True)
class Origin:
    """What an answer says of the source of its counts."""

    is_from_census: bool
    is_made_up: bool


def origin_of(document: Document, dictionary: Dictionary, question_set: QuestionSet) -> Origin:
    """What a document says of the source of its counts.

    It is counted from the census where it has the definition of each count that the census has for the
    letter, word by word: then the relations of those definitions hold in it, and not those of the letter.
    """
    statements = dictionary.census_statements.get(question_set.code, ())
    said = "\n".join(document.texts)
    return Origin(
        bool(statements) and all(statement in said for statement in statements),
        _is_made_up(document),
    )


def _is_made_up(document: Document) -> bool:
    if any(_COUNCIL_MADE_UP.match(text.strip()) for text in document.texts):
        return True
    for grid in document.grids:
        for cell in grid.cells:
            if cell.text == MADE_UP_COLUMN:
                # as the warehouse takes a kept answer: what does not say false is made up
                below = [one.text for one in grid.cells if one.column == cell.column and one.row > cell.row]
                return any(text.lower() != "false" for text in below)
    return False
