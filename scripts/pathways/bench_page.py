"""The page of benchmarks: its sections, and the ratios that it states.

A ratio stands in a table under a heading that ends in the words of :data:`RATIO`, so that what is held
against the next run is what people read.
"""

from __future__ import annotations

from itertools import pairwise

RATIO = "of its time"
MOST_MORE = 0.2
"""By which part a ratio may exceed the one that the page states."""


def sections(page: str) -> dict[str, str]:
    """The sections of a page by their headings, in order."""
    found: dict[str, str] = {}
    for part in f"\n{page}".split("\n## ")[1:]:
        title = part.split("\n", 1)[0]
        found[title] = f"## {part.rstrip()}\n"
    return found


def merged(before: str, after: str) -> str:
    """The page with the sections that were measured anew in the place of those of before."""
    return "\n".join({**sections(before), **sections(after)}.values())


def stated_ratios(page: str) -> dict[str, float]:
    """Each ratio of the page's tables, by section, what is measured and what it is held against."""
    ratios: dict[str, float] = {}
    for title, text in sections(page).items():
        header: list[str] = []
        for above, line in pairwise(["", *text.splitlines()]):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if not line.startswith("|") or line.startswith("|---"):
                continue
            if not above.startswith("|"):
                header = cells
                continue
            for name, cell in zip(header, cells, strict=True):
                if name.endswith(RATIO):
                    ratios[" / ".join(part for part in (title, header[0], cells[0]) if part)] = float(cell)
    return ratios


def regressions(before: str, after: str) -> list[str]:
    """Ratios that exceed the one stated before by more than a fifth, each in a sentence."""
    stated = stated_ratios(before)
    return [
        f"{name}: {stated[name]:.2f} of the other's time was stated, {ratio:.2f} was measured, "
        f"{100 * (ratio / stated[name] - 1):.0f}% more."
        for name, ratio in stated_ratios(after).items()
        if name in stated and ratio > stated[name] * (1 + MOST_MORE)
    ]
