"""Periods as councils write them, read to a first and a last day.

A financial year is 1 April to 31 March, as the letters ask for it. A calendar year stays one, an academic
year is 1 September to 31 August. A bare year means what the document says that it means, and nothing where
it says nothing: 2021 may be the year that begins, the year that ends, or the calendar year.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

LONGEST = 5_000
"""Characters of the longest text that is searched for periods: no heading or sentence has more."""


class YearKind(Enum):
    """What a bare year stands for in a document, in its own words."""

    CALENDAR = "calendar"
    ENDING_MARCH = "ending_march"
    BEGINNING_APRIL = "beginning_april"


@dataclass(frozen=True, order=True)
class Period:
    """A period by its first and last day."""

    start: date
    end: date

    @property
    def is_longer_than_a_year(self) -> bool:
        """Whether the period spans more than twelve months: a total over years."""
        return self.end - self.start > timedelta(days=366)


@dataclass(frozen=True)
class PeriodSpan:
    """A period found in a text, with the place of the words that say it.

    ``period`` is None where the words name a period that could be more than one, such as a bare year without
    a key.
    """

    start: int
    end: int
    period: Period | None
    words: str


MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan ionawr",
            "february feb chwefror",
            "march mar mawrth",
            "april apr ebrill",
            "may mai",
            "june jun mehefin",
            "july jul gorffennaf",
            "august aug awst",
            "september sept sep medi",
            "october oct hydref",
            "november nov tachwedd",
            "december dec rhagfyr",
        ),
        start=1,
    )
    for name in names.split()
}

_MONTH = r"(?P<{0}month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")(?![a-z])\.?"
_DAY = r"(?P<{0}day>\d{{1,2}})(?:\s?(?:st|nd|rd|th|ain|af|eg))?"
_YEAR = r"(?:'|’)?(?P<{0}year>(?:19|20)\d{{2}}|\d{{2}})(?!\d)"
_APART = r"[\s,\-/\.]*"


def _long_date(name: str) -> str:
    """Regular expression of a date with its month in words; the day may be left out or stand behind it."""
    day, month, year = _DAY.format(name + "a"), _MONTH.format(name + "a"), _YEAR.format(name + "a")
    day_behind, month_before = _DAY.format(name + "b"), _MONTH.format(name + "b")
    year_behind = _YEAR.format(name + "b")
    month_only, year_only = _MONTH.format(name + "c"), _YEAR.format(name + "c")
    return (
        rf"(?:(?:the\s+)?{day}\s*(?:of\s+)?{_APART}{month}{_APART}{year}"
        rf"|{month_before}\s*{day_behind}\b{_APART}{year_behind}"
        rf"|{month_only}{_APART}{year_only})"
    )


def _short_date(name: str) -> str:
    """Regular expression of a date in digits: British order, or ISO."""
    return (
        rf"(?:(?P<{name}iyear>20\d{{2}})-(?P<{name}imonth>\d{{1,2}})-(?P<{name}iday>\d{{1,2}})(?!\d)"
        rf"|(?P<{name}nday>\d{{1,2}})[/.\-](?P<{name}nmonth>\d{{1,2}})[/.\-](?P<{name}nyear>20\d{{2}}|\d{{2}})(?!\d))"
    )


def _any_date(name: str) -> str:
    return rf"(?:{_long_date(name + 'l')}|{_short_date(name)})"


_TO = r"\s*(?:-|–|—|−|to|until|till|through|up to|and|hyd at|hyd|i)\s*(?:and including\s+)?"
_ENDING = (
    r"(?:(?:financial\s+|fiscal\s+|reporting\s+)?year|12 months|twelve months|y|blwyddyn)"
    r"(?:\s*[-/]?\s*(?:end(?:ing|ed)?|e|to)\b|\s+(?:up to|until|yn diweddu))(?:\s+(?:on|at|the))?\s*"
)

_NO_DAY_BEFORE = r"(?<!\d )(?<!\dst )(?<!\dnd )(?<!\drd )(?<!\dth )"
"""A month is not the first day of itself where a day stands before it that it does not have: 31 April."""

_RANGE = re.compile(
    rf"(?<![\w/.]){_NO_DAY_BEFORE}(?:from\s+|between\s+)?{_any_date('from')}{_TO}{_any_date('to')}",
    re.IGNORECASE,
)
# "1 April 2020" without its year in front: "April to December 2020"
_MONTHS_OF_ONE_YEAR = re.compile(
    rf"(?<!\w){_NO_DAY_BEFORE}(?:{_DAY.format('f')}\s*)?{_MONTH.format('f')}{_TO}"
    rf"(?:{_DAY.format('t')}\s*)?{_MONTH.format('t')}{_APART}{_YEAR.format('t')}",
    re.IGNORECASE,
)
_YEAR_ENDING = re.compile(
    rf"(?<!\w)(?:{_ENDING}|ye\s+|y/e\s+|fye\s+(?=\d{{1,2}}\s|\w+\s))(?:the\s+)?{_any_date('to')}",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"(?<!\w)(?:(?:calendar\s+year|cal\.?\s+year|blwyddyn galendr|cy)\s*(?P<a>20\d{2})"
    r"|(?P<b>20\d{2})\s*\(?(?:calendar\s+year|calendar)\)?)(?!\w)",
    re.IGNORECASE,
)
_TWO_YEARS = re.compile(
    r"(?<![\w/.\-–])(?P<before>(?:academic|school|calendar|financial|fiscal|reporting)\s+years?\s*)?"
    r"(?:fy\s*)?(?P<from>(?:19|20)\d{2}|\d{2})\s*(?P<sep>/|-|–|—|−|_|\s+to\s+|\s*&\s*)\s*"
    r"(?:fy\s*)?(?P<to>(?:19|20)\d{2}|\d{2})(?!\d|[/.\-–]\d|\s*(?:yrs?|years?\s+old|years?\b|months?|days?|oed|%|\+))"
    r"(?P<behind>\s*\(?(?:academic|school)\s+year\)?)?",
    re.IGNORECASE,
)
_SEVERAL_YEARS = re.compile(
    r"(?<![\w/.\-–])(?P<from>20\d{2})\s*[/\-–]\s*(?:20)?\d{2}\s*(?:-|–|—|to|until|through)\s*"
    r"(?:20)?\d{2}\s*[/\-–]\s*(?P<to>20\d{2}|\d{2})(?!\d)",
    re.IGNORECASE,
)
_FY = re.compile(
    r"(?<!\w)(?:f\.?y\.?e?|financial\s+year|year\s+ending)\s*'?(?P<year>(?:19|20)\d{2}|\d{2})(?!\w|[/\-–]\d)"
    rf"(?!\s*(?:of\s+)?{_APART}{_MONTH.format('n')})",
    re.IGNORECASE,
)
"""A number before a month is a day: "Year ending 31 March" names no year."""
_BARE = re.compile(r"(?<![\w/.,\-–£:])(?P<year>20[0-3]\d)(?![\w/\-–:]|[.,]\d|\s*(?:Act|Regulations|Order)\b)")


def _full_year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)


def _last_day(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _date_of(groups: dict[str, str | None], name: str, *, is_end: bool) -> date | None:
    """The date that the groups of one end caught; a month alone is its first or last day."""
    for kind in ("la", "lb", "lc", "i", "n"):
        year, month = groups.get(f"{name}{kind}year"), groups.get(f"{name}{kind}month")
        if not year or not month:
            continue
        month_number = MONTHS.get(month.lower().rstrip("."), 0) if month[0].isalpha() else int(month)
        if not 1 <= month_number <= 12:
            return None
        day = groups.get(f"{name}{kind}day")
        if kind == "lc" and year == "31":
            # "March 31" is a day of any year
            return None
        full = _full_year(year)
        number = int(day) if day else (_last_day(full, month_number) if is_end else 1)
        try:
            return date(full, month_number, number)
        except ValueError:
            return None
    return None


def financial_year(ending: int) -> Period:
    """1 April to 31 March of the year in which it ends."""
    return Period(date(ending - 1, 4, 1), date(ending, 3, 31))


def calendar_year(year: int) -> Period:
    """1 January to 31 December."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def years_of(period: Period) -> list[Period]:
    """The years of twelve months that a period consists of: itself, if it is one or no whole number."""
    years, start = [], period.start
    while start <= period.end:
        end = date(start.year + 1, start.month, start.day) - timedelta(days=1)
        years.append(Period(start, end))
        start = end + timedelta(days=1)
    return years if years and years[-1].end == period.end else [period]


def _year_ending(day: date) -> Period:
    """The twelve months that end on a day."""
    before = date(day.year - 1, day.month, min(day.day, _last_day(day.year - 1, day.month)))
    return Period(before + timedelta(days=1), day)


def _ranges(text: str) -> Iterable[PeriodSpan]:
    for match in _RANGE.finditer(text):
        groups = match.groupdict()
        start, end = _date_of(groups, "from", is_end=False), _date_of(groups, "to", is_end=True)
        if start and end:
            period = Period(start, end) if start < end else None
            yield PeriodSpan(match.start(), match.end(), period, match.group())
    for match in _MONTHS_OF_ONE_YEAR.finditer(text):
        year = _full_year(match["tyear"])
        first, last = MONTHS[match["fmonth"].lower()], MONTHS[match["tmonth"].lower()]
        # "April to March 2021" begins in the year before
        first_year = year if first <= last else year - 1
        try:
            period = Period(
                date(first_year, first, int(match["fday"] or 1)),
                date(year, last, int(match["tday"] or _last_day(year, last))),
            )
        except ValueError:
            continue
        yield PeriodSpan(match.start(), match.end(), period, match.group())


def _endings(text: str) -> Iterable[PeriodSpan]:
    for match in _YEAR_ENDING.finditer(text):
        day = _date_of(match.groupdict(), "to", is_end=True)
        if day:
            yield PeriodSpan(match.start(), match.end(), _year_ending(day), match.group())


def _is_an_age(match: re.Match[str]) -> bool:
    """Whether two digits and two digits are ages rather than years: 16-17, and not 16/17 or FY16-17."""
    is_marked = match["sep"].strip() == "/" or "fy" in match.group().lower() or match["before"]
    return not is_marked and int(match["to"]) <= 18


def _two_years(text: str) -> Iterable[PeriodSpan]:
    for match in _SEVERAL_YEARS.finditer(text):
        start, end = int(match["from"]), _full_year(match["to"])
        if end > start + 1:
            span = Period(date(start, 4, 1), date(end, 3, 31))
            yield PeriodSpan(match.start(), match.end(), span, match.group())
    for match in _TWO_YEARS.finditer(text):
        first, second = match["from"], match["to"]
        if len(first) == 2 and (len(second) == 4 or _is_an_age(match)):
            continue
        start = _full_year(first)
        end = _full_year(second) if len(second) == 4 else start // 100 * 100 + int(second)
        if end < start:
            end += 100
        kind = f"{match['before'] or ''}{match['behind'] or ''}".lower()
        if not 2000 <= start <= 2050 or end - start > 15 or end <= start:
            continue
        if end - start > 1:
            # years from ... to ...: a total over several of them
            if len(first) == 4 and (len(second) == 4 or match["sep"].strip() != "to"):
                span = Period(date(start, 4, 1), date(end, 3, 31))
                yield PeriodSpan(match.start(), match.end(), span, match.group())
            continue
        if "calendar" in kind:
            period = Period(date(start, 1, 1), date(end, 12, 31))
        elif "academic" in kind or "school" in kind:
            period = Period(date(start, 9, 1), date(end, 8, 31))
        else:
            period = financial_year(end)
        yield PeriodSpan(match.start(), match.end(), period, match.group())


def _single_years(text: str, year_kind: YearKind | None) -> Iterable[PeriodSpan]:
    for match in _CALENDAR.finditer(text):
        year = int(match["a"] or match["b"])
        yield PeriodSpan(match.start(), match.end(), calendar_year(year), match.group())
    for match in _FY.finditer(text):
        year = _full_year(match["year"])
        kind = (
            YearKind.ENDING_MARCH
            if match.group().lower().replace(".", "").startswith(("fye", "year"))
            else year_kind
        )
        yield PeriodSpan(match.start(), match.end(), _bare_year(year, kind), match.group())
    days = [(start, end) for start, end, _ in find_dates(text)]
    for match in _BARE.finditer(text):
        if any(start <= match.start() < end for start, end in days):
            continue
        yield PeriodSpan(match.start(), match.end(), _bare_year(int(match["year"]), year_kind), match.group())


def _bare_year(year: int, kind: YearKind | None) -> Period | None:
    if kind is YearKind.CALENDAR:
        return calendar_year(year)
    if kind is YearKind.ENDING_MARCH:
        return financial_year(year)
    if kind is YearKind.BEGINNING_APRIL:
        return financial_year(year + 1)
    return None


def find_periods(text: str, year_kind: YearKind | None = None) -> list[PeriodSpan]:
    """The periods that a text names, from left to right.

    Args:
        text: Any text, in one line.
        year_kind: What a bare year means here, if the document says so.

    Returns:
        Spans that do not overlap; the longest wording at a place wins.
    """
    if len(text) > LONGEST or not any(sign.isdigit() for sign in text):
        return []
    found = [
        *_ranges(text),
        *_endings(text),
        *_two_years(text),
        *_single_years(text, year_kind),
    ]
    found.sort(key=lambda span: (span.start - span.end, span.start))
    kept: list[PeriodSpan] = []
    for span in found:
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return sorted(kept, key=lambda span: span.start)


_WHOLE_DATE = re.compile(rf"(?<![\w/.]){_any_date('to')}", re.IGNORECASE)


def find_dates(text: str) -> list[tuple[int, int, date]]:
    """The full dates in a text (day, month and year), with their places."""
    dates = []
    for match in _WHOLE_DATE.finditer(text):
        groups = match.groupdict()
        if not any(groups.get(f"to{kind}day") for kind in ("la", "lb", "i", "n")):
            continue
        day = _date_of(groups, "to", is_end=False)
        if day:
            dates.append((match.start(), match.end(), day))
    return dates


_MARCH_END = (
    r"(?:year|12 months|twelve months)s?\s+(?:to|ending|ended|"
    r"end)\s+(?:on\s+)?(?:the\s+)?(?:31(?:st)?\s+(?:of\s+)?)?march"
)
_KEY_ENDING = re.compile(
    r"(?<!\w)(?:(?:fy|fye)\s?'?(?:20)?\d{2}|20\d{2})['\"”’]?\s*(?:\([^)]*\)\s*)?"
    r"(?:means?|is|=|refers to|denotes|stands for|covers|relates to|:)\s*(?:the\s+)?(?P<what>[^.;]{3,60})",
    re.IGNORECASE,
)
_YEARS_END = re.compile(
    rf"(?:years?|figures|periods?|columns?|headings?|dates?)\b[^.;]{{0,60}}\b{_MARCH_END}"
    rf"|years?\s+(?:are|is|shown)[^.;]{{0,40}}\b(?:ending|ended|to|end)\s+(?:in\s+|on\s+)?(?:31(?:st)?\s+)?march",
    re.IGNORECASE,
)
_YEARS_CALENDAR = re.compile(
    r"calendar\s+years?|(?:1(?:st)?\s+)?january\s+to\s+(?:31(?:st)?\s+)?december(?!\s+20\d{2}\b)",
    re.IGNORECASE,
)
_REPORTING_YEAR = re.compile(r"reporting\s+years?\b[^.;]{0,60}\bmarch", re.IGNORECASE)


def stated_year_kind(texts: Sequence[str]) -> YearKind | None:
    """What the document says of its bare years; None where it says nothing, or several things.

    A statement names an example (``FY21 means the year ending 31 March 2021``) or the rule (``years are years
    ending 31 March``, ``by calendar year``).
    """
    kinds: set[YearKind] = set()
    for text in texts:
        for match in _KEY_ENDING.finditer(text):
            digits = re.search(r"\d{2}(?!\d)", match.group())
            year = 2000 + int(digits.group()) if digits else 0
            for span in find_periods(match["what"]):
                if span.period == financial_year(year):
                    kinds.add(YearKind.ENDING_MARCH)
                elif span.period == financial_year(year + 1):
                    kinds.add(YearKind.BEGINNING_APRIL)
                elif span.period == calendar_year(year):
                    kinds.add(YearKind.CALENDAR)
        if _YEARS_END.search(text) or _REPORTING_YEAR.search(text):
            kinds.add(YearKind.ENDING_MARCH)
        elif _YEARS_CALENDAR.search(text):
            kinds.add(YearKind.CALENDAR)
    return kinds.pop() if len(kinds) == 1 else None
