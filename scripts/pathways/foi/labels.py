"""What a heading says: which question, period and age, and whether figures under it are counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from pathways.foi.ages import find_ages
from pathways.foi.dictionary import QuestionSet
from pathways.foi.periods import Period, YearKind, find_dates, find_periods
from pathways.foi.wording import QuestionReading, leading_number, read_question, several_numbers


@dataclass(frozen=True)
class Label:
    """What a text says as a heading or label. All is None or False where it says nothing of it."""

    text: str
    question: QuestionReading | None = None
    question_words: str = ""
    several_questions: tuple[str, ...] = ()
    period: Period | None = None
    is_period_unclear: bool = False
    has_several_periods: bool = False
    age: str | None = None
    has_several_ages: bool = False
    is_total_word: bool = False
    is_date: bool = False
    role: str | None = None
    item: Period | str | None = None
    """Period or age band of the letter's own list that its number names, where nothing else says one."""

    @property
    def dimensions(self) -> frozenset[str]:
        """Which of question, period and age it names."""
        named = (
            ("question", self.question),
            ("period", self.period or self.is_period_unclear),
            ("age", self.age),
        )
        return frozenset(name for name, value in named if value)

    @property
    def says_something(self) -> bool:
        """Whether it is a label of any kind that the reader knows."""
        return bool(self.dimensions or self.role or self.several_questions or self.is_date or self.item)


_ROLES = (
    (
        "not_a_count",
        r"%|\bper ?cent(?:age)?\b|\bproportion\b|\bshare of\b|\brates?\b|\bper 10,?000\b|\bratio\b",
    ),
    (
        "not_a_count",
        r"\bchange\b|\bdifference\b|\bvariance\b|\bincrease\b|\bdecrease\b|^\W*(?:\+\s*/?\s*[-–−]|"
        r"±)\W*$|\+/-|^trend$|\bvs\.? |\bdirection of travel\b",
    ),
    ("not_a_count", r"\b(?:average|mean|median)\b|\bav\.|\bavg\b"),
    (
        "not_a_count",
        r"\(\s*dfe\s*\)|\bdfe (?:published|figures?|statistics|data)\b|\bpublished (?:by|figures?)\b",
    ),
    (
        "not_a_count",
        r"^(?:target|rank|ranking|budget|cost|forecast|estimate for|england average|national|"
        r"statistical neighbours?)\b",
    ),
    (
        "replaced",
        r"\b(?:previous(?:ly)?|original(?:ly)?|old|earlier|superseded|draft|incorrect|wrong|withdrawn|before)\b.{0,30}$|"
        r"\b(?:first|initial) (?:figures?|answers?|response|values?|counts?|reply|return|submission)|"
        r"\b(?:figures?|values?|counts?|answers?|numbers?)\b.{0,20}\b(?:sent|given|supplied|provided|issued|disclosed|released)\b|"
        r"\b(?:sent|given|supplied|provided|issued|disclosed|released) (?:on|in)\b|"
        r"\bas (?:first |originally |previously )?(?:sent|given|supplied|provided|issued|"
        r"published|answered|reported before)\b|^(?:was|from|sent)$",
    ),
    (
        "note",
        r"^(?:internal )?(?:notes?|comments?|remarks?|commentary|explanation|caveats?|source|"
        r"ref(?:erence)?|reason|footnotes?|status)\b",
    ),
    (
        "question_head",
        r"^(?:questions?(?: (?:no|number|ref|text)\.?)?|measures?|indicators?|q\.?(?: ?no\.?)?|"
        r"description|item|activity|data item|metric|data)\W*$",
    ),
    (
        "period_head",
        r"^(?:(?:financial|reporting|fiscal|calendar|time)?\s*(?:years?|periods?|date range|"
        r"timeframe)|year ending|(?:financial |reporting )?years? "
        r"(?:ending|ended|to)(?: \d{1,2}(?:st)?)? march|fy|blwyddyn|cyfnod)\W*$",
    ),
    (
        "age_head",
        r"^(?:ages?(?: ?(?:groups?|bands?|ranges?|at \w+|category))?|oed(?:ran)?|grwp oedran|"
        r"grŵp oedran|age of child)\W*(?:\(?years\)?)?$",
    ),
    (
        "value_head",
        r"^(?:the )?(?:total )?(?:new |revised |corrected |updated |amended |right |"
        r"correct )?(?:no\.?|numbers?|counts?|figures?|values?|totals?|answers?|responses?|"
        r"results?|children|child count|cyp|children and young people)"
        r"(?: (?:of|now) (?:children|child|cyp|cases|young people|"
        r"children and young people))?\W*$|^(?:corrected|correct|revised|updated|amended|"
        r"should (?:be|read)|now)\b",
    ),
)
_ROLES_COMPILED = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _ROLES)
_TOTAL = re.compile(
    r"(?:grand |overall |sub[- ]?|combined |5[- ]year |five[- ]year )?(?:all|totals?|overall|cyfanswm|sum)"
    r"(?:\s*\(?(?:all|overall|5 years|five years|all years|years)\)?)?\s*:?",
    re.IGNORECASE,
)
_ALL_YEARS = re.compile(
    r"\b(?:all|five|5|total)[- ](?:years|periods)\b|\b(?:5|five)[- ]year\b", re.IGNORECASE
)


_LIST_MARK = re.compile(r"\(?(?:[a-e]|[ivx]{1,4})\)?[.)]*[\s:=\-–—]*[\d,. ]*", re.IGNORECASE)
_LETTER = re.compile(r"\(?(?P<letter>[a-e])[.)]+", re.IGNORECASE)
_SIGNS = re.compile(r"\W*(?:[+±]\s*/?\s*[-–−]?|%|£)\W*")
TABLE_NUMBER = re.compile(
    r"^\W*(?:table|tabl|figure|chart|annex|appendix)\s+[A-Z]?\d{0,2}[a-z]?\s*[:.\-–—]+\s*", re.IGNORECASE
)


def _item(question_set: QuestionSet, number: str) -> Period | str | None:
    """What the letter of a number such as ``1c`` stands for, where the letter's question has no parts."""
    codes = question_set.numbered(number[0])
    counts = [code for code in codes if question_set.by_code[code].measure]
    return question_set.item(number[1]) if counts and not question_set.numbered(number) else None


def _role(text: str) -> str | None:
    for role, pattern in _ROLES_COMPILED:
        if pattern.search(text):
            return role
    return None


def _cut(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the spans."""
    kept, at = [], 0
    for start, end in sorted(spans):
        kept.append(text[at:start])
        at = max(at, end)
    return " ".join((" ".join(kept) + " " + text[at:]).split())


@lru_cache(maxsize=50_000)
def read_label(
    question_set: QuestionSet, text: str, year_kind: YearKind | None = None, parent: str | None = None
) -> Label:
    """What a text says as a heading or label in the answer to a letter.

    Args:
        question_set: The letter that was sent.
        text: The text, in one line.
        year_kind: What a bare year means in this document.
        parent: Number of the question under which the text stands.
    """
    text = text.strip()
    if not text or len(text) > 1_200:
        return Label(text)
    shown, text = text, TABLE_NUMBER.sub("", text)
    number, rest = leading_number(text)
    if number and len(number) == 2 and (item := _item(question_set, number)) is not None:
        # "1c" where question 1 has no parts: c is an item of the letter's own list
        own = read_label(question_set, f"Q{number[0]}. {rest}", year_kind, parent)
        return replace(own, text=shown, item=item)
    alone = _LETTER.fullmatch(text)
    if alone and parent and (item := _item(question_set, parent + alone["letter"].lower())) is not None:
        return Label(shown, item=item)
    periods = find_periods(text, year_kind)
    ages = find_ages(text)
    # 5-9 is an age band before it is a list of questions
    several = [] if ages else several_numbers(text)
    dates = find_dates(text) if len(text) < 40 else []
    is_total = bool(_TOTAL.fullmatch(text))
    words = _cut(
        text, [*((span.start, span.end) for span in periods), *((span.start, span.end) for span in ages)]
    )
    clean = re.sub(r"\(\s*[,;\-–]?\s*\)", " ", words)
    clean = re.sub(r"^[\s,:;\-–—|/•*]+|[\s,:;\-–—|/]+$", "", clean)
    if (periods or ages) and _LIST_MARK.fullmatch(clean):
        # the letter's own list of periods and ages: "a. April 1st 2015 to March 31st 2016"
        clean = ""
    role = "not_a_count" if _SIGNS.fullmatch(text) else _role(clean) if clean else None
    question = None
    if (
        clean
        and not several
        and role not in ("note", "question_head", "period_head", "age_head", "value_head")
    ):
        question = read_question(question_set, clean, parent)
    if role == "replaced" and question is not None and len(clean) > 60:
        role = None
    if role == "not_a_count" and question is not None and len(clean) > 60 and "%" not in clean:
        role = None
    if _ALL_YEARS.search(text) and not (question and len(clean) > 40):
        role = "not_a_count"
    codes = {span.code for span in ages}
    if (not codes and question is None) or (question is not None and question.by_number):
        # "Q2 All 2020/21", "2024-25 / all"
        behind = leading_number(clean)[1].strip(" ,:;-–—|/()")
        if (
            not codes
            and behind
            and (spans := find_ages(behind))
            and spans[0].end - spans[0].start >= len(behind)
        ):
            codes, clean = {spans[0].code}, clean.replace(behind, "").strip(" ,:;-–—|/()")
            if not leading_number(clean)[0]:
                question = None
    distinct = {span.period for span in periods if span.period}
    period = next(iter(distinct)) if len(distinct) == 1 else None
    unclear = bool(periods) and not distinct
    if number is None and question is None and len(text) > 160:
        # a paragraph of prose names periods and ages in passing
        return Label(shown, several_questions=tuple(several))
    return Label(
        shown,
        question=question,
        question_words=clean,
        several_questions=tuple(several),
        period=period if period and not period.is_longer_than_a_year else None,
        is_period_unclear=unclear,
        has_several_periods=len(distinct) > 1 or bool(period and period.is_longer_than_a_year),
        age=(next(iter(codes)) if len(codes) == 1 else None),
        has_several_ages=len(codes) > 1,
        is_total_word=is_total,
        is_date=bool(dates) and not periods and dates[0][1] - dates[0][0] >= len(text) - 3,
        role=role,
    )
