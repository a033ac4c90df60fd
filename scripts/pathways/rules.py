"""The register of rules: what each says, and what to do where it is broken."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

REGISTER = Path("reference") / "quality_rule.csv"


@dataclass(frozen=True)
class Rule:
    """One row of ``seeds/reference/quality_rule.csv``."""

    rule_code: str
    statement: str
    remedy: str = ""
    severity: str = "critical"


class RuleBook:
    """The registered rules by their code.

    A code that is not registered still gets a sentence, made from the code, so
    that a failure is never silent for want of a row.
    """

    def __init__(self, rules: dict[str, Rule]) -> None:
        self._rules = rules

    def __getitem__(self, rule_code: str) -> Rule:
        known = self._rules.get(rule_code)
        if known is not None:
            return known
        words = rule_code.replace("_", " ")
        return Rule(rule_code, f"{words[:1].upper()}{words[1:]}.")


def load_rules(seeds: Path) -> RuleBook:
    """Reads the register under the seeds folder; an unreadable one is empty.

    The register is itself a seed: the door says what is wrong with it, so this
    reader must not be what stops the door.
    """
    try:
        text = (seeds / REGISTER).read_text(encoding="utf-8")
        rows = list(csv.DictReader(text.splitlines(keepends=True)))
    except (OSError, UnicodeDecodeError, csv.Error):
        return RuleBook({})
    return RuleBook(
        {
            row["rule_code"]: Rule(
                rule_code=row["rule_code"],
                statement=row.get("statement") or "",
                remedy=row.get("remedy") or "",
                severity=row.get("severity") or "critical",
            )
            for row in rows
            if row.get("rule_code")
        }
    )


def sentence(place: str, found: str, rule: Rule) -> str:
    """One broken row in plain words: where, what was found, the rule, the remedy."""
    parts = [f"{place}: found {found}.", rule.statement, rule.remedy]
    return " ".join(part for part in parts if part)


def capped(sentences: list[str], total: int, limit: int = 20) -> list[str]:
    """The first ``limit`` sentences, and how many more there are."""
    shown = sentences[:limit]
    if total > len(shown):
        shown = [*shown, f"... and {total - len(shown):,} more."]
    return shown
