"""Which question of a letter a heading or label means: by its number and by its wording.

Numbers mean another step in each letter, so they are read in the letter that was sent. Wording is read
twice: by likeness to the letter's own questions and known labels (``foi_wording.csv``), and by the steps
that it names (assessed, closed, early help, re-referred). Where number and wording contradict each other,
the wording decides only if it is nearly the letter's own, and the cell is not sure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz, process

from pathways.foi.dictionary import QuestionSet

LIKE = 82
"""Likeness, 0 to 100, from which a wording counts as that of a question."""
NEARLY_THE_SAME = 91
"""Likeness from which a wording decides even against a number."""
MARGIN = 4
"""By how much the likeliest question must be ahead of the next."""

_NUMBER = re.compile(
    r"^[\s\W]*(?:(?:questions?|quest|cwestiwn|qu|q)\s*\.?\s*(?:no\.?\s*|number\s*)?\(?0?(?P<a>\d)\s*[\.\-]?\s*\(?(?P<aletter>[a-e](?![\w.]*[a-z]))?\)?"
    r"|\(?(?P<b>\d)\s*[\.\-]?\s*\(?(?P<bletter>[a-e])\)?(?=$|[\s\.\):\-–—])"
    r"|\(?(?P<c>\d)(?:\s*[\.\):](?!\d)|\s+[\-–—]\s+(?=[a-z])))(?P<behind>\s*[\.\):\-–—]*\s*)",
    re.IGNORECASE,
)
_LETTER = re.compile(r"^[\s\W]*\(?(?P<letter>[a-e])\s*[\.\)]+\s*(?=\S|$)", re.IGNORECASE)
_SEVERAL = re.compile(
    r"(?:questions?|qs?)\s*\.?\s*(?P<from>\d)\s*(?P<fromletter>[a-e](?![a-z]))?\s*(?P<sep>-|–|—|to|and|&|,|through)\s*(?:questions?|q)?\s*\.?\s*"
    r"(?P<to>\d)\s*(?P<toletter>[a-e](?![a-z]))?(?:\s*(?:and|&|,)\s*(?:questions?|q)?\s*\.?\s*(?P<third>\d))?(?!\s*(?:months?|\d))"
    r"|^\s*\(?(?P<f2>\d)\s*(?:-|–|—|to)\s*(?P<t2>\d)\)?(?=[\s:.]|$)(?!\s*(?:years?|yrs?|months?))",
    re.IGNORECASE,
)

_IN_A_ROW = re.compile(
    r"(?P<word>(?:questions?|qs?)\s*\.?\s*)?(?P<list>\d(?:\s*(?:,\s*and|,|and|&)\s*(?:questions?|q)?\s*\d)+)"
    r"(?=\s*(?P<end>[.:;)\-–—])?(?!\w|[.,]\d))",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"[\(\[,\-–—:]\s*(?:questions?|qu|q)\s*\.?\s*(?P<number>\d)\s*\(?(?P<letter>[a-e](?![a-z]))?\)?\s*[\)\]]?\s*$",
    re.IGNORECASE,
)

_SPELLED_OUT = (
    (
        r"\beh\b|\behs?\b|\bearly\s*intervention(?: and prevention)?\b|\bcymorth cynnar\b|\bhelp cynnar\b",
        "early help",
    ),
    (r"\beha'?s?\b|\behat\b|\beh assessments?\b", "early help assessment"),
    (r"\bs\.?\s?17s?\b|\bsection 17\b|\bsec\.? 17\b", "child in need"),
    (r"\bc\.?i\.?n\.?p\b", "child in need plan"),
    (r"\bc\.?i\.?n\b|\bchildren in need\b", "child in need"),
    (r"\bc\.?p\.?p\b", "child protection plan"),
    (r"\bc\.?p\b", "child protection"),
    (
        r"\bc\.?&\.?f\b|\bchild(?:ren)? (?:and|&) famil(?:y|ies)\b|\bsocial work(?:er)?\b|"
        r"\bstatutory\b|\bsingle\b|\bsocial care\b|\bcsc\b",
        "child in need",
    ),
    (r"\bn\.?f\.?a\b", "no further action"),
    (r"\bc\s?(?:&|and)\s?s plans?\b|\bcasp\b|\bcspp?\b|\bcare (?:&|and) support\b", "care and support"),
    (r"\bs\.?\s?47\b|\bsection 47\b", "section47"),
    (r"\bre[\s\-–]+re?fer", "rerefer"),
    (r"\bre[\s\-–]+open", "rerefer"),
)
_SPELLED_OUT_COMPILED = tuple((re.compile(pattern, re.IGNORECASE), text) for pattern, text in _SPELLED_OUT)

_WORDS = [
    "assessment",
    "assessments",
    "assessed",
    "referral",
    "referrals",
    "referred",
    "rereferred",
    "rereferral",
    "rereferrals",
    "closed",
    "closure",
    "closing",
    "early",
    "help",
    "received",
    "receiving",
    "children",
    "young",
    "people",
    "support",
    "plan",
    "plans",
    "protection",
    "need",
    "needs",
    "following",
    "subsequently",
    "further",
    "action",
    "process",
    "completed",
    "stepped",
    "down",
    "returned",
    "within",
    "months",
    "initial",
    "case",
    "cases",
    "services",
    "service",
    "authority",
    "carried",
    "undertaken",
]


@dataclass(frozen=True)
class QuestionReading:
    """Which question a label was read as, and how surely.

    ``strength`` is 4 for number and wording together, 3 for a number or for the letter's own wording, 2 for
    wording that is like it, 1 for the steps alone that it names. ``doubt`` says what speaks against it.
    """

    code: str
    strength: int
    doubt: str = ""
    by_number: bool = False


@lru_cache(maxsize=20_000)
def _mended(word: str) -> str:
    """A word of the field with its typing mistakes mended: assesments, re-refered."""
    if len(word) < 5 or not word.isalpha():
        return word
    best = process.extractOne(word, _WORDS, scorer=fuzz.ratio, score_cutoff=84)
    return best[0] if best else word


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """A label in plain words: lower case, abbreviations spelled out, typing mistakes mended."""
    text = text.lower().replace("’", "'").replace("\u2011", "-")
    for pattern, spelled in _SPELLED_OUT_COMPILED:
        text = pattern.sub(spelled, text)
    words = re.findall(r"[a-z0-9]+|[<%]", text)
    return " ".join(_mended(word) for word in words)


_REREFERRED = re.compile(
    r"\brerefer|\b(?:repeat|further|subsequent|second|new) (?:child in need )?(?:referral|"
    r"assessment)|\bsubsequently (?:\w+ )?referred\b|"
    r"\breferred (?:again|back)|\breturn(?:ed|ing)\b|\breturns? (?:to|within|in)\b|"
    r"\b(?:came|come|coming|comes) back\b|"
    r"\bback (?:with)?in\b|"
    r"\bwithin (?:12|twelve|365|a|one|1)\b|(?:<|under|less than) ?12\b|\b12 ?(?:m|mths?|months?)\b|\brepeat\b"
)
_CLOSED = re.compile(
    r"\bclos(?:ed|ure|ures|ing|e)\b|\bno further action\b|\bnot in need\b|\bceased\b|\bended\b"
)
_EARLY_HELP = re.compile(
    r"\bearly help\b|\btargeted support\b|\btargeted help\b|\bfamily (?:help|support|hub)\b"
)
_REFERRED_ON = re.compile(
    r"\brefer|\bstep(?:ped|ping)? ?down|\btransfer|\bpassed\b|\bsignpost|\bmoved\b|\bhanded\b|\bdirected\b|"
    r"\bstepdown|\bwent (?:on )?to\b|\bgoing to\b|\bto early help\b|\bonward"
)
_ASSESSED = re.compile(r"\bassess")
_CARE_PLAN = re.compile(r"\bcare and support\b")
_PROTECTION_PLAN = re.compile(r"\bchild protection\b")
_NEED_PLAN = re.compile(r"\bneed plan")
_PROCESS = re.compile(r"\bprocess|\bprocedure|\bprotocol|\bmechanism")
_RECEIVED = re.compile(
    r"\breceiv|\bin receipt|\bopen to\b|\bsupported\b|\baccess|\bworked with\b|\bin early help\b"
)


@lru_cache(maxsize=20_000)
def measure_named(text: str) -> str | None:
    """The measure whose steps a wording names, or ``yes_no``; None if it names none or two."""
    words = plain(text)
    early_help = bool(_EARLY_HELP.search(words))
    if _PROCESS.search(words) and (early_help or _REFERRED_ON.search(words)):
        return "yes_no"
    if _REREFERRED.search(words):
        return (
            "early_help_rereferred_within_12_months" if early_help else "closed_rereferred_within_12_months"
        )
    if _CARE_PLAN.search(words) and not _CLOSED.search(words):
        return "care_and_support_plan"
    if early_help or not _ASSESSED.search(words):
        protection, need = _PROTECTION_PLAN.search(words), _NEED_PLAN.search(words)
        if protection and (need or re.search(r"\bor child in need\b|\bchild in need or\b", words)):
            return None
        if protection and not _CLOSED.search(words):
            return "early_help_on_child_protection_plan"
        if need and not _CLOSED.search(words):
            return "early_help_on_child_in_need_plan"
    if early_help:
        if _CLOSED.search(words):
            return "closed_referred_to_early_help"
        without_help = _EARLY_HELP.sub(" ", words)
        if _ASSESSED.search(without_help) and not re.search(r"\bchild in need\b|\bneeds\b", without_help):
            return "early_help_assessed"
        if _REFERRED_ON.search(words):
            return "closed_referred_to_early_help"
        if _ASSESSED.search(without_help):
            return "early_help_assessed"
        return "early_help_received" if _RECEIVED.search(words) or "children" in words else None
    # the case that is followed is "closed after assessment": the word says little beside another step
    if _CLOSED.search(words):
        return "closed_after_assessment"
    if _ASSESSED.search(words):
        return "assessed"
    return None


def leading_number(text: str) -> tuple[str | None, str]:
    """The question number in front of a label, such as ``4a``, and the label behind it."""
    if several_numbers(text):
        return None, text
    match = _NUMBER.match(text)
    if not match:
        return None, text
    digit = match["a"] or match["b"] or match["c"]
    letter = match["aletter"] or match["bletter"] or ""
    return digit + letter.lower(), text[match.end() :]


def leading_letter(text: str) -> tuple[str | None, str]:
    """A letter alone in front of a label, such as ``a)``, and the label behind it."""
    match = _LETTER.match(text)
    return (match["letter"].lower(), text[match.end() :]) if match else (None, text)


def several_numbers(text: str) -> list[str]:
    """The question numbers of a list or range at the start of a text, such as ``Questions 3 to 5``."""
    text = text.strip(" -–•*\t(")
    row = _IN_A_ROW.match(text)
    if row and (row["word"] or (row["end"] and "," in row["list"])):
        return re.findall(r"\d", row["list"])
    match = _SEVERAL.match(text)
    if not match:
        return []
    first, last = int(match["from"] or match["f2"]), int(match["to"] or match["t2"])
    if last <= first and not match["toletter"]:
        return []
    is_range = match["f2"] or match["sep"].lower() in ("-", "–", "—", "to", "through")
    if match["fromletter"] or match["toletter"]:
        letters = "abcde"
        start, end = match["fromletter"] or "a", match["toletter"] or "e"
        if first == last and is_range:
            return [
                f"{first}{letter}"
                for letter in letters[letters.index(start.lower()) : letters.index(end.lower()) + 1]
            ]
        return [f"{first}{match['fromletter'] or ''}", f"{last}{match['toletter'] or ''}"]
    if is_range:
        return [str(number) for number in range(first, last + 1)]
    return [str(first), str(last), *([match["third"]] if match["third"] else [])]


_MENTIONED = re.compile(
    r"\b(?:questions?|qs?)\s*\.?\s*(?P<list>\d\s*[a-e]?(?![\w])(?:\s*(?:,|and|&|or|to|-|–)\s*(?:questions?|q)?\s*\d\s*[a-e]?(?!\w))*)",
    re.IGNORECASE,
)


def mentioned_numbers(text: str) -> list[str]:
    """The question numbers that a sentence mentions anywhere: ``For questions 3, 4 and 5 please see ...``."""
    numbers: list[str] = []
    for match in _MENTIONED.finditer(text):
        numbers.extend(
            several_numbers(f"questions {match['list']}") if re.search(r"to|-|–", match["list"]) else []
        )
        numbers.extend(
            re.sub(r"\s", "", one).lower() for one in re.findall(r"\d(?:\s*[a-e](?![a-z]))?", match["list"])
        )
    return list(dict.fromkeys(numbers))


_REFERS_TO = re.compile(
    r"\b(?:of|from|in|at|under|as)\s+(?:in\s+)?(?:those\s+(?:in|at|from)\s+)?"
    r"(?:(?:questions?|q)\s*\.?\s*(?=\d)|(?=\d[a-e](?![a-z]))|(?<=as )(?=\d\b)|"
    r"(?:(?<=those in )|(?<=group in ))(?=\d\b(?!\s*(?:day|week|month|year|%|per))))"
    r"(?P<number>\d)\s*\(?(?P<letter>[a-e](?![a-z]))?\)?",
    re.IGNORECASE,
)


def _with_steps_of(question_set: QuestionSet, text: str) -> str:
    """The label with the step of another question that it refers to, as in ``of Q6``, in words."""

    def step(match: re.Match[str]) -> str:
        codes = question_set.numbered(match["number"] + (match["letter"] or "").lower())
        measures = [question_set.by_code[code].measure or "" for code in codes]
        return f" of {measures[0].replace('_', ' ')} " if len(measures) == 1 else match.group()

    return _REFERS_TO.sub(step, text)


def _names_both_plans(text: str) -> bool:
    """Whether a label asks for children on a child protection plan and on a child in need plan in one."""
    words = plain(text)
    both = re.search(r"\bchild protection\b", words) and re.search(
        r"\bneed plan|\bchild in need (?:or|and)\b|\b(?:or|and) child in need\b", words
    )
    return bool(both) and not re.search(r"\bassess", words)


@lru_cache(maxsize=20_000)
def likeness(question_set: QuestionSet, text: str) -> tuple[str | None, float]:
    """The question whose wording a text is most like, and how like; None where two are nearly as like."""
    words = plain(text)
    if len(words) < 3:
        return None, 0.0
    best: dict[str, float] = {}
    for wording in question_set.wordings:
        known = plain(wording.text)
        score = max(fuzz.ratio(words, known), fuzz.token_sort_ratio(words, known))
        if len(words) > len(known) * 1.1 and len(known) >= 60:
            # a question and what stands before or behind it
            score = max(score, fuzz.partial_ratio(known, words) - 1)
        best[wording.question] = max(best.get(wording.question, 0.0), score)
    ranked = sorted(best.items(), key=lambda item: -item[1])
    code, score = ranked[0]
    if len(ranked) > 1 and score - ranked[1][1] < MARGIN:
        return None, score
    return code, score


_OTHERWISE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bnot\b(?! (?:in need|held|recorded|available|known|yet|applicable))|\bnever\b|\bno longer\b",
        r"\bwithout\b|\bexcept\b|\bexcluding\b|\bother than\b",
        r"\brefus\w+|\bdeclin\w+|\breject\w+|\boffer(?:ed|s)?\b|\bawaiting\b|\bwaiting\b|\bpending\b|\bplanned\b",
        r"(?<!and )(?<!& )\bfamilies\b(?! (?:assess|help|support|hub|first|service))|\bhouseholds?\b",
        r"\bper ?cent\w*|\bproportion\b|\bshare of\b|\baverage\b|\bmedian\b|%|\bper 10,?000\b|\bthousands\b",
        r"\bmore than once\b|\btwo or more\b|\btwice\b|\bmultiple\b",
        r"\b(?!12\b|twelve\b)(?:\d{1,2}|three|six|nine|eighteen|two) months?\b|"
        r"\bwithin (?:\w+ )?(?:weeks?|days?)\b",
        r"\bsection 47\b|\bs\.?\s?47\b|\bconferences?\b",
        r"\b(?:child(?:ren)? in need|cin|child protection|cp) plans?\b",
        r"\bgirls?\b|\bboys?\b|\bmales?\b|\bfemales?\b|\bdisab\w+|\bunborn\b|\bethnic\w*|\blooked after\b",
        r"\bto date\b|\bytd\b|\bforecasts?\b|\bprojected\b|\bquarter\b|\bcumulative\b",
        r"\bneighbour\w*|\bengland\b|\bnational\b",
    )
)
"""What changes a question where its own wording does not say it: another count, group, time or area."""


@lru_cache(maxsize=20_000)
def said_otherwise(question_set: QuestionSet, code: str | None, text: str) -> str:
    """Words of a text that change what is counted, and that the question's own wordings lack; empty if none.

    Args:
        question_set: The letter that was sent.
        code: The question as which the text is read; None for a text that names none.
        text: A label, heading or caption.
    """
    own = [wording.text for wording in question_set.wordings if wording.question == code]
    for pattern in _OTHERWISE:
        match = pattern.search(text)
        if match and not any(pattern.search(wording) for wording in own):
            return match.group()
    return ""


def read_question(question_set: QuestionSet, text: str, parent: str | None = None) -> QuestionReading | None:
    """Which question of a letter a text means, and what in it the question does not say.

    Args and returns as ``likely_question``.
    """
    reading = likely_question(question_set, text, parent)
    if reading is None or reading.doubt:
        return reading
    words = said_otherwise(question_set, reading.code, text)
    return (
        replace(reading, doubt=f"its label says '{words}', which the question does not") if words else reading
    )


@lru_cache(maxsize=50_000)
def likely_question(
    question_set: QuestionSet, text: str, parent: str | None = None
) -> QuestionReading | None:
    """Which question of a letter a text means.

    Args:
        question_set: The letter that was sent.
        text: A heading or label, without the period and age that stand in it.
        parent: Number of the question under which the text stands, for labels such as ``a)``.

    Returns:
        None where it means none, or cannot be told.
    """
    number, rest = leading_number(text)
    if number is None and (trailing := _TRAILING.search(text)):
        # "Early Help (Q1)"
        number, rest = trailing["number"] + (trailing["letter"] or "").lower(), text[: trailing.start()]
    if number is None and (bare := re.match(r"\s*(?P<number>\d)\s+(?=[A-Z][a-z])", text)):
        # "2 Early help assessment": its number only where its words say the same
        reading = likely_question(question_set, f"{bare['number']}. {text[bare.end() :]}", parent)
        if reading is not None and reading.strength == 4:
            return reading
    if number is None:
        letter, behind = leading_letter(text)
        if parent and re.fullmatch(r"\W*[a-e]\W*", text, re.IGNORECASE):
            letter, behind = text.strip(" ()[].:").lower(), ""
        if letter and not re.fullmatch(r"[\d,. ]+", behind):
            # "c. 2,850" is about that many
            for stem in (parent, *question_set.stems):
                # under another question only words tell that it is part of one further down
                is_told = parent in (None, stem) or measure_named(behind) is not None
                if stem and is_told and question_set.numbered(stem + letter):
                    number, rest = stem + letter, behind
                    break
    numbered = question_set.numbered(number) if number else []
    if not numbered and _REFERS_TO.search(rest) and measure_named(_REFERS_TO.sub(" ", rest)) is None:
        # "Children in question 6 only": of whom, and not what
        return None
    rest = _with_steps_of(question_set, rest.strip(" .:;-–—()[]"))
    if _names_both_plans(rest):
        return None
    like, score = likeness(question_set, rest)
    measure = measure_named(rest)
    named = question_set.yes_no if measure == "yes_no" else question_set.by_measure.get(measure or "")
    worded = like if score >= LIKE else None
    if numbered:
        return _by_number(numbered, worded, score, named, len(plain(rest)))
    if worded and named and worded != named:
        # the steps that it names tell more than likeness, unless it is nearly the letter's own wording
        if score >= NEARLY_THE_SAME and len(plain(rest)) > 60:
            return QuestionReading(
                worded, 2, "its wording is like one question and names the steps of another"
            )
        return QuestionReading(named, 1)
    if worded:
        return QuestionReading(worded, 3 if score >= NEARLY_THE_SAME else 2)
    if not named or re.match(r"\W*of (?:those|these|which|them)\b", rest, re.IGNORECASE):
        # of whom, only the row above would tell
        return None
    return QuestionReading(named, 1)


def _by_number(
    numbered: list[str], worded: str | None, score: float, named: str | None, length: int
) -> QuestionReading | None:
    """The reading of a label with a number that the letter has."""
    hints = {code for code in (worded, named) if code}
    if len(numbered) > 1:
        agreed = [code for code in numbered if code in hints]
        return QuestionReading(agreed[0], 4, by_number=True) if len(agreed) == 1 else None
    code = numbered[0]
    if not hints:
        return QuestionReading(code, 3, by_number=True)
    if code in hints and (worded in (code, None) or score < NEARLY_THE_SAME):
        return QuestionReading(code, 4, by_number=True)
    doubt = f"its number is that of {code}, its wording that of another question"
    if worded and score >= NEARLY_THE_SAME and length > 25:
        return QuestionReading(worded, 2, doubt)
    if worded and worded == named and length > 12:
        return QuestionReading(worded, 2, doubt)
    if named and named != code and length > 12:
        return None
    return QuestionReading(code, 3, by_number=True)
