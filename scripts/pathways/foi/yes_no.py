"""The question that a letter wants answered by yes or no."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pathways.foi.dictionary import QuestionSet
from pathways.foi.document import Block, Grid
from pathways.foi.layout import Reader
from pathways.foi.proposal import YesNo
from pathways.foi.wording import leading_number

_NAMED_ANSWER = re.compile(
    r"\b(?:question|qu|q)\s?\.?(?P<number>\d)\s*(?::|=|[-–—]|is|was)?\s*['\"“‘]?(?P<answer>yes|no)['\"”’]?(?=\s*(?:[.;]|$))",
    re.IGNORECASE,
)
_PROCESS = r"(?:\s+[\w'-]+){0,5}?\s+(?:process|pathway|procedure|protocol|mechanism)\b"
_HAS = re.compile(
    rf"\b(?:(?:does|do)\s+(?:(?:indeed|currently|already)\s+)?have|has|have|there (?:is|are)){_PROCESS}",
    re.IGNORECASE,
)
_HAS_NOT = re.compile(
    rf"\b(?:(?:does|do)\s+not\s+(?:currently\s+)?have|"
    rf"(?:has|have|there (?:is|are))\s+(?:currently\s+)?no){_PROCESS}",
    re.IGNORECASE,
)
_ANSWER_IS = re.compile(
    r"\banswer (?:to (?:this|the|question)(?: question)?(?: \d)? )?is:?\s*(?P<answer>yes|no)\b", re.IGNORECASE
)
_ASKS = re.compile(r"[\W\d]*(?:does|do|did|is|are|has|have|whether|if|please)\b", re.IGNORECASE)
_HEDGED = re.compile(
    r"\b(?:but|however|although|depends?|depending|unless|sometimes|some|partly|if|plan(?:s|ned|ning)?|developing|future|"
    r"previously|used to|former(?:ly)?)\b|\?",
    re.IGNORECASE,
)


def read_yes_no(reader: Reader, blocks: Sequence[Block]) -> YesNo | None:
    """The answer to the question that asks for yes or no; None where the document has none."""
    code = reader.question_set.yes_no
    if code is None:
        return None
    best: YesNo | None = None
    after: int | None = None
    for at, block in enumerate(blocks):
        if isinstance(block, Grid):
            best = best or _of_grid(reader, block, code)
            continue
        label = reader.label(block.text)
        if best is None and (answer := _named(reader.question_set, block.text)) is not None:
            best, after = answer, None
            continue
        if label.question and label.question.code == code:
            answer = answer_within(reader.question_set, block.text)
            if answer:
                best = answer if best is None or best.value is None else best
                after = None
            else:
                after = at
            continue
        if after is not None and best is None and at - after <= 4:
            text = re.sub(r"^(?:answer|response|a|ateb)\s*[:.\-–]\s*", "", block.text, flags=re.IGNORECASE)
            value = yes_or_no(text)
            if value is not None and len(text) < 500:
                best, after = YesNo(code, text, value), None
            elif (
                not label.says_something
                and len(text) < 200
                and at == after + 1
                and not text.endswith("?")
                and not re.search(r"\d", text)
            ):
                best, after = YesNo(code, text, None), None
            elif label.question:
                after = None
    return best


def _named(question_set: QuestionSet, text: str) -> YesNo | None:
    """The answer in a sentence that names the question by number: ``the answer to question 1 is Yes``."""
    code = question_set.yes_no or ""
    for match in _NAMED_ANSWER.finditer(text):
        if match["number"] == question_set.by_code[code].number:
            return YesNo(code, match["answer"], yes_or_no(match["answer"]))
    return None


def answer_within(question_set: QuestionSet, text: str) -> YesNo | None:
    """The answer behind the question in one paragraph: ``1. Yes.``, ``Q1. Does ...? Yes``."""
    code = question_set.yes_no or ""
    _, rest = leading_number(text)
    behind = rest.rsplit("?", 1)[-1] if "?" in rest else rest
    behind = re.sub(r"^\s*\(?\s*yes\s*(?:or|/)\s*no\s*\)?", "", behind, flags=re.IGNORECASE)
    behind = behind.strip(" :–—-")
    if behind and (value := yes_or_no(behind)) is not None:
        return YesNo(code, behind, value)
    match = re.search(r"[:–—-]\s*(?P<answer>(?:yes|no)\b[^:]{0,200})$", rest, re.IGNORECASE)
    if match and (value := yes_or_no(match["answer"])) is not None:
        return YesNo(code, match["answer"], value)
    return None


def _of_grid(reader: Reader, grid: Grid, code: str) -> YesNo | None:
    for row in range(1, grid.row_count + 1):
        cells = [cell for cell in grid.row(row) if cell.text]
        for position, cell in enumerate(cells):
            label = reader.label(cell.text)
            if not (label.question and label.question.code == code):
                continue
            for other in cells[position + 1 :]:
                if (value := yes_or_no(other.text)) is not None:
                    return YesNo(code, other.text, value)
            if answer := answer_within(reader.question_set, cell.text):
                return answer
            below = grid.at.get((row + 1, cell.column))
            if below and (value := yes_or_no(below.text)) is not None:
                return YesNo(code, below.text, value)
    return None


def yes_or_no(text: str) -> bool | None:
    """Whether a text begins with yes or no, and does not take it back; None where it is neither."""
    plain = text.strip(" \"'“”‘’*•–-:").lower()
    if re.match(r"(?:yes and no|yes/no|no/yes|yes or no)\b", plain):
        return None
    if re.match(r"(?:yes|ydy|oes|ie)\b", plain):
        return True
    if re.match(
        r"(?:no(?! (?:further|data|information|figures?|record|breakdown|age))|nac oes|na|nag oes)\b(?!\s*/)",
        plain,
    ) and not plain.startswith("not"):
        return False
    return _in_a_sentence(text)


def _in_a_sentence(text: str) -> bool | None:
    """What a sentence such as "The council does have such a process" answers; None where it hedges."""
    first = re.split(r"(?<=[.;])\s", text, maxsplit=1)[0]
    if _ASKS.match(first) or _HEDGED.search(first):
        return None
    if match := _ANSWER_IS.search(first):
        return match["answer"].lower() == "yes"
    if _HAS_NOT.search(first):
        return False
    return True if _HAS.search(first) and not re.search(r"\bnot\b|\bno\b", first) else None
