"""The page of benchmarks: sections that are measured anew, and ratios that got worse."""

from __future__ import annotations

from conftest import PROJECT
from pathways.bench_page import merged, regressions, sections, stated_ratios

PAGE = """## Landing

Words.

| | best round, s | landing takes, of its time |
|---|---|---|
| `pathways land` | 0.41 | 1.00 |
| pandas | 0.62 | {pandas} |

| releases | MB |
|---|---|
| 1 | 146 |

## `fct_referral`

| referrals | s | `fct_referral` takes, of its time |
|---|---|---|
| 1 million | 0.9 | 1.20 |
"""


def page(pandas: str) -> str:
    return PAGE.format(pandas=pandas)


def test_ratios_are_the_numbers_under_their_heading_and_no_others() -> None:
    assert stated_ratios(page("0.66")) == {
        "Landing / `pathways land`": 1.0,
        "Landing / pandas": 0.66,
        "`fct_referral` / referrals / 1 million": 1.2,
    }


def test_a_ratio_is_worse_past_a_fifth_more_and_not_before() -> None:
    assert regressions(page("1.00"), page("1.20")) == []
    assert regressions(page("1.00"), page("1.21")) == [
        "Landing / pandas: 1.00 of the other's time was stated, 1.21 was measured, 21% more."
    ]
    assert regressions(page("1.00"), page("0.50")) == []


def test_what_was_not_stated_before_cannot_be_worse() -> None:
    assert regressions("", page("9.00")) == []


def test_a_section_that_is_measured_anew_takes_its_place_and_the_others_stay() -> None:
    landing = page("0.66").split("\n## ")[0]
    changed = merged(page("0.66"), landing.replace("Words.", "Other words.") + "\n")
    assert changed == page("0.66").replace("Words.", "Other words.")
    assert list(sections(merged(changed, "## New\n\nText.\n"))) == ["Landing", "`fct_referral`", "New"]


def test_the_page_of_the_project_states_ratios_in_each_table_that_compares() -> None:
    text = (PROJECT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    tables = text.count("of its time |")
    assert tables >= 4
    assert len(stated_ratios(text)) > tables
    assert merged("", text) == text.lstrip("\n")
