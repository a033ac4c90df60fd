"""What the style sheets in a web page hide or strike: rules of tags, classes and identifiers, nested or not.

Whatever else a selector asks for (states, attributes, places among siblings) is taken as not met: what it
hides stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

MOST_RULES = 20_000
"""Selectors of a page that are looked at."""
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_TOKEN = re.compile(r"[^{}]*[{}]")
_DECLARATION = re.compile(r"([\w-]+)\s*:\s*([^;!]*)(!)?")
_COMPOUND = re.compile(r"(\*|[a-z][\w-]*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:all|screen)\s*|@supports\b.*|@layer\b.*", re.IGNORECASE)
_KINDS = {
    name: name for name in ("display", "visibility", "opacity", "font-size", "text-indent", "left", "clip")
} | dict.fromkeys(("text-decoration", "text-decoration-line"), "line")


@dataclass(frozen=True)
class _Simple:
    """A tag, classes and identifiers that one element has together."""

    tag: str
    classes: frozenset[str]
    identifiers: frozenset[str]

    def meets(self, element: Any) -> bool:
        """Whether an element has them all."""
        return (
            (not self.tag or element.tag == self.tag)
            and self.classes <= set((element.get("class") or "").split())
            and self.identifiers <= {element.get("id")}
        )


@dataclass(frozen=True)
class _Rule:
    selector: tuple[tuple[str, _Simple], ...]
    weight: tuple[bool, int, int, int, int]
    kind: str
    value: str

    def meets(self, element: Any) -> bool:
        """Whether an element and those around it are what the selector says, from the right to the left."""
        if not self.selector[-1][1].meets(element):
            return False
        at = element
        for (relation, _), (_, wanted) in zip(
            reversed(self.selector), list(reversed(self.selector))[1:], strict=False
        ):
            at = at.getparent()
            while at is not None and not wanted.meets(at):
                at = None if relation == ">" else at.getparent()
            if at is None:
                return False
        return True


def declared(text: str) -> dict[str, tuple[str, bool]]:
    """What declarations say of being shown and struck, each with whether it is important."""
    found: dict[str, tuple[str, bool]] = {}
    for name, value, important in _DECLARATION.findall(text.lower()):
        if name in _KINDS and not (found.get(_KINDS[name], ("", False))[1] and not important):
            found[_KINDS[name]] = (value.strip(), bool(important))
    return found


@dataclass
class Sheets:
    """The rules of a page on what is shown and what is struck."""

    rules: dict[str, list[_Rule]] = field(default_factory=lambda: defaultdict(list))
    count: int = 0

    def add(self, text: str) -> None:
        """Adds the rules of one style sheet; those for print and for some widths alone are left out."""
        text = re.sub(r"<!--|-->", " ", _COMMENT.sub(" ", text))
        around: list[bool] = []
        selector = ""
        for token in _TOKEN.findall(text):
            before, sign = token[:-1].strip(), token[-1]
            if sign == "{":
                # a statement such as @import ends with a semicolon, and no rule holds braces
                selector = before.rpartition(";")[2].strip()
                holds = not selector.startswith("@") or bool(_SCREEN.fullmatch(selector))
                around.append(holds and (not around or around[-1]))
                continue
            if around and around.pop() and selector and not selector.startswith("@"):
                self._rule(selector, before)
            selector = ""

    def _rule(self, selectors: str, declarations: str) -> None:
        said = declared(declarations)
        for one in selectors.split(",") if said else ():
            self.count += 1
            parsed = _selector(one)
            if parsed is None or self.count > MOST_RULES:
                continue
            simples = [simple for _, simple in parsed]
            specific = (
                sum(len(simple.identifiers) for simple in simples),
                sum(len(simple.classes) for simple in simples),
                sum(bool(simple.tag) for simple in simples),
            )
            last = simples[-1]
            key = min(
                (*(f"#{name}" for name in last.identifiers), *(f".{name}" for name in last.classes)),
                default=last.tag,
            )
            for kind, (value, important) in said.items():
                self.rules[key].append(_Rule(parsed, (important, *specific, self.count), kind, value))

    def of(self, element: Any) -> dict[str, str]:
        """What holds of an element, of being shown and struck, its own style included."""
        keys = [f".{name}" for name in (element.get("class") or "").split()]
        keys += [f"#{element.get('id')}", element.tag, ""]
        weights: dict[str, tuple[bool, int, int, int, int]] = {}
        found: dict[str, str] = {}
        for key in dict.fromkeys(keys) if self.rules else ():
            for rule in self.rules.get(key, ()):
                if weights.get(rule.kind, (False, -1, 0, 0, 0)) < rule.weight and rule.meets(element):
                    weights[rule.kind], found[rule.kind] = rule.weight, rule.value
        for kind, (value, important) in declared(element.get("style") or "").items():
            if important or not weights.get(kind, (False,))[0]:
                found[kind] = value
        return found


def _selector(text: str) -> tuple[tuple[str, _Simple], ...] | None:
    """A selector as its parts, each with how it stands to the one before it; None where it asks for more."""
    parts: list[tuple[str, _Simple]] = []
    relation = " "
    for word in text.replace(">", " > ").split():
        if word == ">":
            relation = ">"
            continue
        match = _COMPOUND.fullmatch(word)
        if match is None:
            return None
        names = re.findall(r"([.#])([\w-]+)", match[2])
        tag = (match[1] or "").lower()
        parts.append(
            (
                relation,
                _Simple(
                    "" if tag == "*" else tag,
                    frozenset(name for sign, name in names if sign == "."),
                    frozenset(name for sign, name in names if sign == "#"),
                ),
            )
        )
        relation = " "
    return tuple(parts) or None
