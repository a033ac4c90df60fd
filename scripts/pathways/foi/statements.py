"""What a document says of its figures and itself: keys, zeros, rounding, limits, reference, date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from pathways.foi.dictionary import Council, Dictionary
from pathways.foi.document import Document, Grid, Paragraph, single_spaced
from pathways.foi.marks import RAISED_MARKS, DocumentMark, MarkReader, Reading, mark_text, without_zero
from pathways.foi.periods import find_dates, find_periods

_NUMBER_WORDS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"]
    )
}
_N = r"(?P<{0}>\d{{1,3}}|" + "|".join(_NUMBER_WORDS) + ")"


def _n(text: str) -> int:
    return _NUMBER_WORDS[text.lower()] if text.lower() in _NUMBER_WORDS else int(text)


_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+(?=[\"'“‘(\[*A-Z0-9<†‡~#-])|\s+[•·]\s+|\s\|\s")


LONGEST_SENTENCE = 900
"""Characters of the longest sentence that is searched for what it says of the figures."""


def sentences(texts: Iterable[str]) -> list[str]:
    """The texts cut into sentences; what is longer than any sentence is left out."""
    parts = (part.strip() for text in texts for part in _SENTENCE_END.split(text))
    return [part for part in parts if part and len(part) <= LONGEST_SENTENCE]


# --- zeros ------------------------------------------------------------------------------------------

_ZERO_SHOWN = re.compile(
    r"\b(?:true |actual |genuine |real )?(?:zero(?:e?s| values| counts| returns| figures)?|"
    r"nil (?:returns?|values?|counts?)|0s)\b[^.;]{0,40}?"
    r"\b(?:shown|reported|displayed|given|recorded|represented|presented|stated|appears?|indicated|denoted|printed|expressed|published|entered)\b"
    r"(?![^.;]{0,25}(?:suppress|\*|<))"
    r"|(?:['\"“‘]?\b(?:0|nil)['\"”’]?)\s*(?:means|=|denotes|indicates|is|represents|equals|"
    r":)\s*(?:a |an |true |that )*(?:zero|none|no children|nil|nought|there were (?:none|no))"
    r"|\b(?:zero(?:e?s)?|nought|0) (?:is |are )?(?:shown |displayed |given )?as (?:nil|0|zero)\b"
    r"|\b(?:0|nil)['\"”’]? (?:is|has been|are) (?:shown|given|used|stated|recorded|"
    r"entered) (?:where|when|if|for)"
    r"|\b(?:where|if|when) (?:there (?:were|was|are|is) )?(?:none|no children)\b[^.;<*]{0,40}?"
    r"(?<![\w<])(?:0|nil|zero)(?!\w)"
    r"|\b(?:a |the )?(?:figure|value|number) of (?:0|zero|nought) (?:is|are) (?:shown|given|stated|"
    r"reported|displayed)",
    re.IGNORECASE,
)
_ZERO_HIDDEN = re.compile(
    r"\b(?:including|includes?|inclusive of|from|between) (?:zeros?|zeroes|nil|0)\b|\b0 (?:to|-|"
    r"–) \d|\bzeros?\b[^.;]{0,30}\b(?:not shown|also suppressed|are suppressed|"
    r"have been suppressed|blank)",
    re.IGNORECASE,
)


def zero_is_shown(said: Sequence[str]) -> str | None:
    """The sentence in which the document says that a zero is shown as a zero; None where it does not."""
    return next((one for one in said if _ZERO_SHOWN.search(one) and not _ZERO_HIDDEN.search(one)), None)


# --- keys of marks ----------------------------------------------------------------------------------

_SIGN = (
    r"\*{1,3}|\[[a-z]{1,4}\]|[#~†‡^:x\-–—]|\.\.|[a-z]{1,3}(?:/[a-z])?|<\s?=?\s?\d{1,2}|≤\s?\d{1,2}|"
    r"\d{1,2} or (?:fewer|less)"
)
_QUOTED = rf"(?:['\"“‘(]\s*(?P<quoted>{_SIGN}|suppressed|withheld|redacted|low|small)\s*['\"”’)])"
_BARE_SIGN = (
    r"(?P<sign>\*{1,3}|\[[a-z]{1,4}\]|[#~†‡^]|\.\.|<\s?=?\s?\d{1,2}|≤\s?\d{1,2}|(?<![\w])-(?![\w-])|"
    r"(?<![\w])–(?![\w])|(?<!\w)[a-z](?![\w])|\bn/?a\b|\bnk\b)"
)
_MEANS = (
    r"(?:\s*(?:=|:|–|—|-)\s+|\s*=\s*|\s+(?:means?|denotes?|indicates?|represents?|stands for|"
    r"signifies|refers to|is used (?:for|where|when|to \w+)|is shown (?:for|where|when)|(?:is|"
    r"are) (?!a footnote))\s*)"
)
_KEY_FIRST = re.compile(
    rf"^\W{{0,2}}?(?:note:?\s*|key:?\s*|where\s+|\(?[ivx]{{1,4}}\)\s*|\d[.)]\s+)?(?:(?:a|an|the|"
    rf"any|all)\s+)?(?:cells?|figures?|values?|entries|symbols?|marks?|asterisks?|stars?|dash|"
    rf"hyphen)?\s*(?:marked|shown as|with)?\s*(?:{_QUOTED}|"
    rf"{_BARE_SIGN}){_MEANS}(?P<meaning>.{{2,200}})$",
    re.IGNORECASE,
)
_KEY_ANYWHERE = re.compile(
    rf"(?:{_QUOTED}|(?<![\w*])(?P<sign>\*{{1,3}}|\[[a-z]{{1,4}}\]|[#~†‡]|(?<=\()[-–](?=\s))(?![\w*])){_MEANS}(?P<meaning>[^;]{{2,200}})",
    re.IGNORECASE,
)
_KEY_LAST = re.compile(
    rf"(?P<meaning>.{{4,200}}?)\s*\b(?:(?:is|are|has been|have been|was|were|being|"
    rf"will be)\s+)?(?:shown|replaced|represented|displayed|marked|suppressed|denoted|recorded|"
    rf"given|reported|presented|indicated|expressed|published|masked|substituted|entered|written|"
    rf"redacted)"
    rf"\s+(?:as|with|by|using|to)\s+(?:a |an |the )?(?:asterisk |symbol |dash |letter |"
    rf"hyphen )?(?:{_QUOTED}|(?P<sign>\*{{1,3}}|\[[a-z]{{1,4}}\]|[#~†‡^]|<\s?=?\s?\d{{1,2}}|"
    rf"≤\s?\d{{1,2}}|(?<!\w)[cxsu-](?!\w)|\d{{1,2}} or (?:fewer|less)))",
    re.IGNORECASE,
)
_WORD_SIGN = re.compile(r"\b(?:an?|the) (?P<word>asterisk|star|dash|hyphen)\b", re.IGNORECASE)

_BELOW = re.compile(
    rf"\b(?:less than|fewer than|under|below|lower than|smaller than|<)\s?{_N.format('n')}\b", re.IGNORECASE
)
_AT_MOST = re.compile(
    rf"\b{_N.format('n')}\s+(?:or|and) (?:fewer|less|under|below)\b|(?:\b(?:up to|no more than|"
    rf"at most|not more than|less than or equal to)|≤|<=)\s?{_N.format('m')}\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    rf"\b(?:between|from|of|range|is|are|values?|numbers?|counts?|figures?|=)?\s*\b{_N.format('low')}\s*(?:-|–|to|and)\s*{_N.format('high')}\b(?!\s*(?:year|yrs|months|march|april|\(\w\)))",
    re.IGNORECASE,
)
_NIL = re.compile(
    r"^\W*(?:a\s+|an\s+|true\s+|that\s+)*(?:nil|zero|none|nought|no (?:child(?:ren)?|cases?)|0|there (?:are|"
    r"were) no(?:ne)?)\b",
    re.IGNORECASE,
)
_MORE_THAN_ZERO = re.compile(
    r"(?:more|greater|larger|higher|above|over) than (?:zero|0|nil)|but not zero|not (?:including|"
    r"zero)|excluding (?:zero|0)|above zero|non-?zero",
    re.IGNORECASE,
)
_WITHHELD = re.compile(
    r"suppress|confidential|withheld|withhold|redact|disclos|identif|small (?:number|count|"
    r"cohort)|low (?:number|count)s?|protect|personal data|section 40|s\.?\s?40",
    re.IGNORECASE,
)
_NOT_APPLICABLE = re.compile(r"not applicable", re.IGNORECASE)
_NOT_AVAILABLE = re.compile(
    r"not (?:currently )?available|unavailable|no data|data missing|missing data|not known|"
    r"unknown|cannot be provided|not possible",
    re.IGNORECASE,
)
_NOT_HELD = re.compile(
    r"not (?:held|recorded|collected|captured)|(?:do|does|did) not (?:hold|record|collect|capture)",
    re.IGNORECASE,
)
_FOOTNOTE_ONLY = re.compile(
    r"^\W*(?:includes?|excludes?|provisional|estimated?|figures? (?:for|from)|data (?:for|from)|"
    r"please|see|this|these|the figure|january|april|part|subject to|from)\b",
    re.IGNORECASE,
)


def read_meaning(meaning: str, zero_shown: bool) -> Reading | None:
    """What a key says that a mark stands for; None where it says nothing of a figure.

    The bounds are as the key states them: fewer than five is 0 to 4, or 1 to 4 where zeros are shown as such.
    """
    if _NIL.search(meaning) and not re.search(r"\b(?:to|or|and|-)\s*\d|less than|fewer", meaning):
        return Reading("reported", 0, 0, 0)
    lowest = 1 if zero_shown or _MORE_THAN_ZERO.search(meaning) else 0
    if re.search(r"\b(?:including|includes|inclusive of|or) (?:zero|nil|0)\b", meaning, re.IGNORECASE):
        lowest = 0
    between = next(
        (match for match in _BETWEEN.finditer(meaning) if _n(match["low"]) < _n(match["high"]) <= 50), None
    )
    if between and not re.search(r"section|age", between.group(), re.IGNORECASE):
        return Reading("suppressed", None, _n(between["low"]), _n(between["high"]))
    if match := _AT_MOST.search(meaning):
        return _suppressed(lowest, _n(match["n"] or match["m"]))
    if match := _BELOW.search(meaning):
        return _suppressed(lowest, _n(match["n"]) - 1)
    for status, pattern in (
        ("not_applicable", _NOT_APPLICABLE),
        ("not_held", _NOT_HELD),
        ("not_available", _NOT_AVAILABLE),
        ("suppressed", _WITHHELD),
    ):
        if pattern.search(meaning):
            return Reading(status)
    return None


def _suppressed(lower: int, upper: int) -> Reading | None:
    return Reading("suppressed", None, lower, upper) if lower < upper else None


def stated_marks(
    said: Sequence[str], cell_texts: set[str], reader: MarkReader, zero_sentence: str | None
) -> dict[str, DocumentMark]:
    """The marks whose meaning the document states, among those that stand in its cells.

    Args:
        said: Its sentences.
        cell_texts: Its cell texts, as ``mark_text`` writes them.
        reader: The general meanings.
        zero_sentence: Where it says that zeros are shown as such.
    """
    found: dict[str, DocumentMark] = {}
    ambiguous: set[str] = set()
    for sentence in said:
        for sign, meaning in _keys(sentence):
            mark = mark_text(sign)
            variants = [
                text for text in cell_texts if text == mark or text.replace(" ", "") == mark.replace(" ", "")
            ]
            reading = read_meaning(meaning, zero_sentence is not None)
            if not variants or reading is None:
                continue
            general = reader.general(mark)
            if (
                reading.lower is None
                and reading.status == "suppressed"
                and general is not None
                and general.upper is not None
            ):
                # "<5: suppressed" adds nothing to the bounds that it shows itself
                continue
            for variant in variants:
                if variant in found and found[variant].reading != reading:
                    if found[variant].reading.status == reading.status and reading.upper is None:
                        continue
                    if (
                        found[variant].reading.upper is not None
                        or found[variant].reading.status != reading.status
                    ):
                        ambiguous.add(variant)
                        continue
                found[variant] = DocumentMark(reading, single_spaced(meaning), sentence)
    for variant in ambiguous:
        found.pop(variant, None)
    if zero_sentence:
        for text in cell_texts:
            general = reader.general(text)
            if text not in found and general is not None and without_zero(general) != general:
                found[text] = DocumentMark(
                    without_zero(general), "One at least: zeros are shown as such.", zero_sentence
                )
    return found


def disputed_marks(said: Sequence[str], cell_texts: set[str]) -> set[str]:
    """The marks of a document of which it says two things: other statuses, or other upper bounds.

    Args:
        said: Its sentences.
        cell_texts: Its cell texts, as ``mark_text`` writes them.
    """
    meant: dict[str, set[tuple[str, int | None]]] = {}
    for sentence in said:
        for sign, meaning in _keys(sentence):
            reading = read_meaning(meaning, False)
            mark = mark_text(sign).replace(" ", "")
            if reading is not None:
                meant.setdefault(mark, set()).add((reading.status, reading.upper))
    disputed: set[str] = set()
    for mark, readings in meant.items():
        statuses = {status for status, _ in readings}
        bounds = {upper for _, upper in readings if upper is not None}
        if len(statuses) > 1 or len(bounds) > 1:
            disputed.update(text for text in cell_texts if text.replace(" ", "") == mark)
    return disputed


def explains_a_mark(text: str) -> bool:
    """Whether a line says what a mark stands for, as in ``* fewer than 5 children`` below a table."""
    # a letter before a colon numbers an item: "a: fewer than 5"
    keys = [(sign, meaning) for sign, meaning in _keys(text) if not sign.isalnum()]
    return any(read_meaning(meaning, False) is not None for _, meaning in keys)


def _keys(sentence: str) -> Iterable[tuple[str, str]]:
    sentence = _WORD_SIGN.sub(
        lambda match: "*" if match["word"].lower() in ("asterisk", "star") else "-", sentence
    )
    if match := _KEY_LAST.search(sentence):
        yield match["quoted"] or match["sign"], match["meaning"]
    for part in re.split(r";|(?<=\w),\s+(?=\[?[a-z*#~]\]?\s*=)", sentence):
        part = part.strip()
        if match := _KEY_FIRST.search(part):
            sign, meaning = match["quoted"] or match["sign"], match["meaning"]
            if not _FOOTNOTE_ONLY.search(meaning):
                yield sign, meaning
        else:
            for match in _KEY_ANYWHERE.finditer(part):
                yield match["quoted"] or match["sign"], match["meaning"]
    # "* fewer than 5": a mark and its meaning with nothing between
    if (
        match := re.match(
            r"^\W{0,2}?(?P<sign>\*{1,3}|\[[a-z]{1,4}\]|[#~†‡^])\s+(?P<meaning>(?!Includes?\b).{3,160})$",
            sentence,
            re.IGNORECASE,
        )
    ) and not _FOOTNOTE_ONLY.search(match["meaning"]):
        yield match["sign"], match["meaning"]


# --- rounding ---------------------------------------------------------------------------------------

_ROUNDED = re.compile(
    rf"\bround(?:ed|ing)\b[^.;]{{0,40}}?\b(?:nearest|multiple of|base)\s+(?:whole\s+)?{_N.format('n')}\b",
    re.IGNORECASE,
)


def stated_rounding(said: Sequence[str]) -> tuple[int, str] | None:
    """To what the figures are rounded, and the sentence that says it."""
    for sentence in said:
        if (
            (match := _ROUNDED.search(sentence))
            and _n(match["n"]) > 1
            and not re.search(r"percent|%", sentence)
        ):
            return _n(match["n"]), sentence
    return None


# --- limits -----------------------------------------------------------------------------------------

_LIMIT_DATE = re.compile(
    r"\b(?:up to|until|to|as at|as of|by|before|till|through to|"
    r"to the end of)\b(?: and including)?\s*(?:the\s+)?$",
    re.IGNORECASE,
)
_LIMITED = re.compile(
    r"\bup to\b|\buntil\b|\bas at\b|\bas of\b|\bto date\b|\bincomplete\b|\bpart[- ]year\b|"
    r"\bonly\b|\bfull 12 months\b|\b(?:12|twelve) months (?:has|have|had) not\b|"
    r"\bnot (?:yet )?(?:complete|elapsed|a full)\b|\bso far\b|\byear to date\b|\bprovisional\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Limit:
    """What limits figures; ``as_at`` is the day up to which, None where a sentence states another limit."""

    as_at: date | None


def limit_of(sentence: str) -> Limit | None:
    """The limit that a sentence states; None where it states none."""
    if not _LIMITED.search(sentence):
        return None
    for start, _, day in find_dates(sentence):
        if _LIMIT_DATE.search(sentence[:start]):
            return Limit(day)
    return Limit(None)


_NOTE_START = re.compile(
    rf"^\W{{0,1}}?(?P<mark>\*{{1,3}}|[†‡§^#]|[{RAISED_MARKS}]+|\[\^?\w{{1,3}}\]|\(\w{{1,3}}\)|\d{{1,2}}(?=[.):\s]))[.):]?\s*(?P<note>\S.*)$"
)


def footnotes(texts: Sequence[str]) -> dict[str, str]:
    """The notes of a document by their marks: ``*``, ``1``, ``a``; the sentence with its mark."""
    notes: dict[str, str] = {}
    for text in texts:
        if (match := _NOTE_START.match(text)) and len(text) < 400:
            notes.setdefault(plain_mark(match["mark"]), text)
    return notes


_LOWERED = str.maketrans(RAISED_MARKS, "0123456789abcdefghijklmnoprstuvwxyz()")


def plain_mark(mark: str) -> str:
    """A footnote's mark without brackets and not raised."""
    return mark.translate(_LOWERED).strip("[]()^.").lower() or mark


# --- the letter itself ------------------------------------------------------------------------------

_REFERENCE = re.compile(
    r"\b(?:(?:our|your|foi|foia|eir|request|case|council|information)?\s*ref(?:erence)?(?:\s+(?:no|number))?\.?|request\s+(?:id|no|number|ref\w*)|(?:foi|case)\s+(?:id|no|number))\s*[:#.\-]?\s*"
    r"(?P<a>(?:FOI(?:A)?|EIR|RFI|SAR|IR|REQUEST)?[\s\-/#]?[A-Z0-9][\w/\-.]*\d[\w/\-]*)"
    r"|\b(?P<b>(?:FOIA?|EIR|RFI)[\s\-/_#:]*(?:[A-Z]{0,6}[\-/])*\d[\w/\-]*)"
    r"|\b(?P<c>REQUEST\s+\d{2,})\b|\brequest\s+(?P<d>[A-Z]{2,5}[\-/]?[A-Z0-9/\-]*\d{2,}[\w/\-]*)"
    r"|\b(?P<e>[A-Z]{2,6}/(?:[A-Z]{2,5}/)?\d{2,4}(?:/\d{2,6})?)\b|\b(?P<f>[A-Z]{2,4}\d{2}-\d{3,6})\b",
    re.IGNORECASE,
)


def find_reference(document: Document) -> str:
    """The reference that the council gave the request; empty where none is printed."""
    for text in document.texts[:400]:
        for match in _REFERENCE.finditer(text[:600]):
            kind, found = next((key, value) for key, value in match.groupdict().items() if value)
            found = re.sub(r"\s+", " ", found).strip(" .:-#")
            if kind == "c":
                found = found.split()[-1] if found.isupper() or found.istitle() else found
            if kind in ("e", "f", "d") and not re.search(r"[A-Z]{2}", found):
                continue
            if sum(sign.isdigit() for sign in found) < 2 or re.fullmatch(r"(?:19|20)\d{2}", found):
                continue
            if re.fullmatch(r"(?:FOIA?|EIR)\s*(?:19|20)\d{2}", found, re.IGNORECASE):
                continue
            return found
    return ""


_DATE_LINE = re.compile(
    r"^(?:date(?:d| of (?:response|letter|issue|reply))?|published|issued|response date|sent|"
    r"date sent|date published)?\s*:?\s*(?:on\s+)?(?:(?:mon|tues|wednes|thurs|fri|satur|"
    r"sun)day,?\s+)?$",
    re.IGNORECASE,
)


def find_date(document: Document) -> date | None:
    """The day of the letter: that of the e-mail, or a date that stands alone or behind Date or Published."""
    if document.sent_date:
        return document.sent_date
    # what council and reference share a line with
    for text in _beside_no_figures(document)[:60]:
        if any(span.period for span in find_periods(text)):
            continue
        for part in re.split(
            r"\s+[-–—|]\s+|(?<=[.)])\s+(?=Published|Issued|Date)|(?<=\w)\s{2,}|,\s(?=\d{1,2}\s[A-Z])",
            text[:300],
        ):
            for start, end, day in find_dates(part):
                before, behind = part[:start], part[end:].strip(" .")
                if behind:
                    continue
                if _DATE_LINE.match(before.strip()) or (
                    re.search(r"(?:\d|[A-Z]{2})\S*\s*$", before) and len(part) < 60 and has_reference(before)
                ):
                    return day
    return None


def _beside_no_figures(document: Document) -> list[str]:
    """The texts of a document without the rows of its tables that hold numbers, and columns that hold dates.

    A date there is a cell.
    """
    texts: list[str] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            texts.append(block.text)
            continue
        if block.caption:
            texts.append(block.caption)
        counted = {cell.row for cell in block.cells if re.fullmatch(r"\d[\d,]*", cell.text)}
        dated = Counter(cell.column for cell in block.cells if find_dates(cell.text))
        texts.extend(
            cell.text
            for cell in block.cells
            if cell.text and cell.row not in counted and dated[cell.column] < 2
        )
    return texts


def has_reference(text: str) -> bool:
    """Whether a reference of a request stands in a text."""
    return bool(_REFERENCE.search(text))


_COUNCIL_WORDS = r"(?:(?:City|County|Borough|District|Metropolitan|Unitary)\s+)*"


def find_councils(document: Document, dictionary: Dictionary) -> list[tuple[Council, str]]:
    """The councils of the dictionary that the document names as councils, with the name as printed."""
    text = "\n".join([document.sender, *(one for one in document.texts[:400] if len(one) < 2_000)])
    found: dict[str, tuple[Council, str]] = {}
    for council in dictionary.councils:
        if council.end_date:
            continue
        name = (
            re.escape(council.name)
            .replace(r"\ and\ ", r"\ (?:and|&)\ ")
            .replace(r"\.", r"\.?")
            .replace(r"\ ", r"\s+")
        )
        pattern = (
            rf"\b(?:The\s+)?(?P<a>(?:London Borough|Royal Borough|City|County|Borough|"
            rf"Metropolitan Borough|Isles?)\s+of\s+{name}(?:\s+(?:{_COUNCIL_WORDS})Council)?)\b"
            rf"|\b(?P<b>{name}\s+{_COUNCIL_WORDS}Council)\b|\b(?P<c>(?:Cyngor|Council of the|"
            rf"Council of)\s+(?:[A-Z]\w+\s+)?{name})\b"
            # the cover of the workbook that goes with the letter
            rf"|^Council:[ \t]+(?P<d>{name})[ \t]*$"
        )
        if match := re.search(pattern, text, re.MULTILINE):
            printed = match["a"] or match["b"] or match["c"] or match["d"]
            found[council.code] = (council, single_spaced(printed))
    names = [council.name for council, _ in found.values()]
    # "Bath and North East Somerset Council" is not Somerset's
    return [
        (council, printed)
        for council, printed in found.values()
        if not any(council.name != other and council.name in other for other in names)
    ]


_PUBLISHER = re.compile(
    r"\b(?P<name>(?:[A-Z][\w'’.-]+\s+(?:and\s+|of\s+|upon\s+|on\s+|the\s+|&\s+)*){1,5}(?:City |"
    r"County |Borough |District |Metropolitan |Unitary )*Council)\b"
)


_AUTHORITY_LINE = re.compile(
    r"^(?:Response (?:from|of)\s+)?(?P<name>(?:[A-Z][\w'’-]+\s+){1,4}(?:County Borough|Borough|"
    r"County|City|District)(?:\s+\d+)?(?:\s+\([A-Z]\w+\))?)(?=$|[\s,.]*[-–—,.]|\s+Information)"
)


def find_publisher(document: Document) -> str:
    """The first council named, as printed; else the authority that a line begins with; else empty."""
    for text in [document.sender, *document.texts[:60]]:
        if match := _PUBLISHER.search(text):
            name = re.sub(r"^(?:The|Dear|From|At)\s+", "", single_spaced(match["name"]))
            if len(name.split()) > 1:
                return name
    lines = (match["name"] for text in document.texts[:20] if (match := _AUTHORITY_LINE.match(text)))
    return next(lines, "")


_LICENCES = (
    (
        re.compile(r"private study and non-commercial research.*news reporting", re.IGNORECASE | re.DOTALL),
        "Re-use for private study, non-commercial research and news reporting; other re-use by "
        "permission of the council",
    ),
    (re.compile(r"Open Government Licen[cs]e", re.IGNORECASE), "Open Government Licence v3.0"),
)


def find_licence(document: Document) -> str:
    """What the document says of re-use, in the words of the dictionary of licences."""
    text = " ".join(document.texts)
    return next(
        (licence for pattern, licence in _LICENCES if pattern.search(text)), "Not stated in the answer"
    )


def lines_of(document: Document) -> list[str]:
    """All prose of a document: paragraphs, captions, and cells that are sentences rather than figures."""
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, Paragraph):
            if not block.is_quoted:
                lines.append(block.text)
        elif isinstance(block, Grid):
            lines.extend(cell.text for cell in block.cells if len(cell.text) > 12 or " " in cell.text)
            lines.extend(_keys_in_rows(block))
            if block.caption:
                lines.append(block.caption)
    return lines


def _keys_in_rows(grid: Grid) -> Iterable[str]:
    """A key that stands in two cells: the mark in one, its meaning in the next."""
    for row in range(1, grid.row_count + 1):
        texts = [cell.text for cell in grid.row(row) if cell.text]
        if len(texts) == 2 and len(texts[0]) <= 8 < len(texts[1]):
            yield f"{texts[0]} = {texts[1]}"
