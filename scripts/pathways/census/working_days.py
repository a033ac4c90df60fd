"""Days as small numbers, and which of them are working days in England.

A day is the number of days since 1 January 1990, so that a list says what it is.
"""

from __future__ import annotations

from datetime import date, timedelta

_BASE = date(1990, 1, 1)
_END = date(2032, 1, 1)
_MOVED = {2020: date(2020, 5, 8)}
"""The early May bank holiday was moved to the 75th anniversary of VE Day."""
_SPRING = {2012: date(2012, 6, 4), 2022: date(2022, 6, 2)}
"""The spring bank holiday was moved to that of a jubilee."""
_ADDED = (date(2011, 4, 29), date(2012, 6, 5), date(2022, 6, 3), date(2022, 9, 19), date(2023, 5, 8))
"""Royal wedding, Diamond and Platinum Jubilee, state funeral, coronation."""


def easter_sunday(year: int) -> date:
    """Easter in the Gregorian calendar (the algorithm of Meeus, Jones and Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def bank_holidays(year: int) -> set[date]:
    """Bank holidays of England and Wales in a calendar year, with those for one year only."""
    easter = easter_sunday(year)

    def monday_from(month: int, day: int) -> date:
        first = date(year, month, day)
        return first + timedelta(-first.weekday() % 7)

    found = {easter - timedelta(2), easter + timedelta(1)}
    found.add(_MOVED.get(year) or monday_from(5, 1))
    found.add(_SPRING.get(year) or monday_from(5, 25))
    found.add(monday_from(8, 25))
    found.update(day for day in _ADDED if day.year == year)
    for month, day in ((1, 1), (12, 25), (12, 26)):
        holiday = date(year, month, day)
        while holiday.weekday() >= 5 or holiday in found:
            holiday += timedelta(1)
        found.add(holiday)
    return found


def day_of(moment: date) -> int:
    """The number of a day."""
    return (moment - _BASE).days


ISO: list[str] = []
"""Each day as YYYY-MM-DD."""
CENSUS_YEAR: list[int] = []
"""The census year of each day: 1 April to 31 March, named after its last day."""
WORKING_DAY_COUNT: list[int] = []
"""Working days from the first day of all to each day, both included."""
WORKING_DAYS: list[int] = []
"""All working days in order."""


def _fill() -> None:
    holidays: set[date] = set()
    for year in range(_BASE.year, _END.year):
        holidays |= bank_holidays(year)
    for number in range((_END - _BASE).days):
        moment = _BASE + timedelta(number)
        ISO.append(moment.isoformat())
        CENSUS_YEAR.append(moment.year + ((moment.month, moment.day) >= (4, 1)))
        if moment.weekday() < 5 and moment not in holidays:
            WORKING_DAYS.append(number)
        WORKING_DAY_COUNT.append(len(WORKING_DAYS))


_fill()


def first_day(census_year: int) -> int:
    """1 April of the year before."""
    return day_of(date(census_year - 1, 4, 1))


def last_day(census_year: int) -> int:
    """31 March, the reference date."""
    return day_of(date(census_year, 3, 31))


def working_days_after(day: int, count: int) -> int:
    """The day that is ``count`` working days after ``day``, which is not counted itself; 0 is the day."""
    return WORKING_DAYS[WORKING_DAY_COUNT[day] + count - 1] if count else day


def working_days_between(start: int, end: int) -> int:
    """Working days from ``start``, not counted, to ``end``, counted."""
    return WORKING_DAY_COUNT[end] - WORKING_DAY_COUNT[start]


def last_working_day(day: int) -> int:
    """The day itself, or the working day before it."""
    return WORKING_DAYS[WORKING_DAY_COUNT[day] - 1]
