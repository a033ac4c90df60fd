"""Numbers, days and texts of a workbook as the format of their cell shows them.

A format may show something else in the place of a number (``[<5]"<5";0``), or nothing (``;;;``): then the
number under it never gets out. What a format shows is written by ECMA-376, part 1, 18.8.31; what cannot be
told exactly is None. Only two liberties are taken: decimals that a format rounds away stay (12.5 shown as
``13`` is no count), and decimals that are all zero are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LAST_DAY = 2_958_465
"""31 December 9999, the last day that a workbook knows."""
_TOKEN = re.compile(
    r'(?P<quoted>"[^"]*"?)|\\(?P<escaped>.)|(?P<pad>_.)|(?P<fill>\*.)|(?P<bracket>\[[^\]]*\])'
    r"|(?P<general>General)|(?P<exponent>E[+-])|(?P<half>AM/PM|A/P)|(?P<day>y+|m+|d+|h+|s+)"
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<text>@)|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)\]")
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str


def shown_number(value: int | float, code: str) -> str | None:
    """A number as its format shows it; None where that cannot be told."""
    section, is_bare = _section_of(value, code)
    if section is None:
        return None
    tokens = _tokens(section)
    if any(token.kind == "day" or _is_elapsed(token) for token in tokens):
        return None
    return _written(abs(value) if is_bare else value, tokens)


def shown_text(text: str, code: str) -> str:
    """A text as its format shows it: a fourth section, or one with ``@``, may add to it or hide it."""
    sections = _sections(code)
    tokens = _tokens(sections[3] if len(sections) > 3 else sections[-1])
    if len(sections) < 4 and not any(token.kind == "text" for token in tokens):
        return text
    return "".join(text if token.kind in ("text", "general") else _literal(token) for token in tokens)


def is_day(code: str) -> bool:
    """Whether a format shows days or times."""
    return any(token.kind == "day" or _is_elapsed(token) for token in _tokens(_sections(code)[0]))


def shown_day(serial: int | float, code: str, *, since_1904: bool = False) -> str | None:
    """A day as ISO 8601, or as much of it as the format shows: ``Apr-20``, ``2020``, ``05-Sep``."""
    tokens = _tokens(_sections(code)[0])
    if serial < 0 or serial > _LAST_DAY or any(_is_elapsed(token) for token in tokens):
        return None
    if not since_1904 and serial < 60:
        # day 60 is 29 February 1900, which never was
        serial += 1
    moment = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    moment += timedelta(days=float(serial)) + timedelta(milliseconds=1)
    parts = _day_parts(tokens)
    if not parts:
        return None
    at = [place for place, token in enumerate(tokens) if token.kind == "day"]
    before = "".join(_literal(token) for token in tokens[: at[0]])
    behind = "".join(_literal(token) for token in tokens[at[-1] + 1 :] if token.kind != "half")
    return f"{before}{_day(moment, parts)}{behind}".strip()


def _is_elapsed(token: _Token) -> bool:
    return token.kind == "bracket" and bool(_ELAPSED.fullmatch(token.text))


def _day_parts(tokens: list[_Token]) -> dict[str, int]:
    """The parts of a day that a format shows, with the length of each; minutes are ``n``."""
    days = [token.text.lower() for token in tokens if token.kind == "day"]
    parts: dict[str, int] = {}
    for at, text in enumerate(days):
        is_minute = text[0] == "m" and (
            (at > 0 and days[at - 1][0] == "h") or (at + 1 < len(days) and days[at + 1][0] == "s")
        )
        letter = "n" if is_minute else text[0]
        if letter == "d" and len(text) > 2:
            letter = "weekday"
        parts[letter] = max(parts.get(letter, 0), len(text))
    return parts


def _day(moment: datetime, parts: dict[str, int]) -> str:
    month = MONTHS[moment.month - 1]
    if "y" in parts:
        year = f"{moment.year:04}" if parts["y"] > 2 else f"{moment.year % 100:02}"
        if "d" in parts:
            return moment.date().isoformat()
        if "m" in parts:
            return f"{month} {year}" if parts["y"] > 2 else f"{month}-{year}"
        return year
    if "m" in parts and "d" in parts:
        return f"{moment.day:02}-{month}" if parts["m"] > 2 else f"{moment.day:02}/{moment.month:02}"
    if "m" in parts:
        return month if parts["m"] > 2 else str(moment.month)
    if "d" in parts:
        return str(moment.day)
    if "h" in parts or "n" in parts or "s" in parts:
        return f"{moment:%H:%M:%S}" if "s" in parts else f"{moment:%H:%M}"
    return f"{moment:%A}"


def _section_of(value: int | float, code: str) -> tuple[str | None, bool]:
    """The section that holds for a number, and whether it leaves the sign of a negative one to itself."""
    sections = _sections(code)
    numbers = sections[:3]
    conditions = [_CONDITION.search(section) for section in numbers]
    if any(conditions):
        return _conditional(value, numbers, conditions), False
    if len(sections) > 4:
        return None, False
    if len(numbers) == 1 or value > 0 or (value == 0 and len(numbers) == 2):
        return numbers[0], False
    if value < 0:
        return numbers[1], True
    return numbers[2], False


def _conditional(
    value: int | float, sections: list[str], conditions: list[re.Match[str] | None]
) -> str | None:
    if value < 0:
        return None
    for section, condition in zip(sections, conditions, strict=True):
        if condition is not None and _holds(value, condition[1], float(condition[2])):
            return section
    rest = {section for section, condition in zip(sections, conditions, strict=True) if condition is None} - {
        "@"
    }
    return rest.pop() if len(rest) == 1 else None


def _holds(value: int | float, sign: str, bound: float) -> bool:
    return {
        "<": value < bound,
        "<=": value <= bound,
        ">": value > bound,
        ">=": value >= bound,
        "=": value == bound,
        "<>": value != bound,
    }[sign]


def _sections(code: str) -> list[str]:
    sections = [""]
    for token in _tokens(code):
        if token.kind == "other" and token.text == ";":
            sections.append("")
        else:
            sections[-1] += f"\\{token.text}" if token.kind == "escaped" else token.text
    return sections


def _tokens(code: str) -> list[_Token]:
    return [
        _Token(match.lastgroup or "other", match[match.lastgroup or 0]) for match in _TOKEN.finditer(code)
    ]


def _literal(token: _Token) -> str:
    """What a token shows that is no part of the number."""
    if token.kind == "quoted":
        return token.text.strip('"')
    if token.kind == "pad":
        return " "
    if token.kind == "bracket":
        currency = re.match(r"\[\$([^\]-]*)", token.text)
        return currency[1] if currency else ""
    return token.text if token.kind in ("escaped", "other", "percent") else ""


def _written(value: int | float, tokens: list[_Token]) -> str | None:
    if any(token.kind == "exponent" for token in tokens):
        return None
    places = [at for at, token in enumerate(tokens) if token.kind in ("digit", "point", "comma")]
    digits = [at for at in places if tokens[at].kind == "digit"]
    whole = [at for at, token in enumerate(tokens) if token.kind in ("general", "text")]
    if not digits:
        if places or len(whole) > 1:
            return None
        if not whole:
            return "".join(map(_literal, tokens)).strip()
        first = last = whole[0]
        number = _plain(value)
    else:
        first, last = places[0], places[-1]
        shape = "".join(token.text for token in tokens[first : last + 1])
        # anything between the digits, a fraction, or a comma that divides by a thousand
        if (
            len(shape) != last - first + 1
            or whole
            or not re.fullmatch(r"[0#?]+(?:,[0#?]+)*(?:\.[0#?]*)?|\.[0#?]+", shape)
        ):
            return None
        number = _shaped(value * 100 ** sum(token.kind == "percent" for token in tokens), shape)
    before = "".join(map(_literal, tokens[:first]))
    behind = "".join(map(_literal, tokens[last + 1 :]))
    if number.startswith("-"):
        before, number = f"-{before}", number[1:]
    return f"{before}{number}{behind}".strip()


def _shaped(value: int | float, shape: str) -> str:
    plain = _plain(value)
    sign, plain = ("-", plain[1:]) if plain.startswith("-") else ("", plain)
    whole, _, part = plain.partition(".")
    least = shape.partition(".")[0].count("0")
    if whole == "0" and not least and (not part or "." in shape):
        whole = ""
    whole = whole.zfill(least) if least else whole
    if "," in shape and len(whole) > 3:
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", ",", whole)
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def _plain(value: int | float) -> str:
    """A number without an exponent; what lies behind the tenth decimal is noise of the machine."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    text = f"{value:.10f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
