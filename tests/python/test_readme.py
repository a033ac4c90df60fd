"""The README keeps its word: its queries give its results, on the published file."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from conftest import PROJECT, Built

README = (PROJECT / "README.md").read_text(encoding="utf-8")
QUERIES = re.findall(r"```sql\n([^`]+)```\n\n((?:\|.*\n)+)", README)


def shown(value: object) -> str:
    """A value as the README prints it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def markdown(relation: duckdb.DuckDBPyRelation) -> str:
    """A query's result as the README's table."""
    lines = [relation.columns, ["---"] * len(relation.columns)]
    lines += [[shown(value) for value in row] for row in relation.fetchall()]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def test_the_readme_has_six_queries_with_results() -> None:
    assert len(QUERIES) == 6


@pytest.mark.parametrize("query, result", QUERIES, ids=range(len(QUERIES)))
def test_a_query_of_the_readme_gives_the_result_printed_below_it(
    built: Built, query: str, result: str
) -> None:
    with duckdb.connect(str(built.published_file), read_only=True) as warehouse:
        assert markdown(warehouse.sql(query.rstrip().removesuffix(";"))) == result


def test_the_python_lines_of_the_readme_run_from_the_project_folder(built: Built) -> None:
    found = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)
    assert len(found) == 2
    for lines in found:
        placed = lines.replace("warehouse/pathways.duckdb", str(built.published_file))
        exec(placed.replace("exports/", f"{built.exports}/"), {})


def test_the_closing_words_of_the_build_are_the_ones_in_the_readme(built: Built) -> None:
    (words,) = re.findall(r"It ends like this:\n\n((?:    .*\n)+)", README)
    said = built.output
    for folder in (built.folder, built.target, built.exports):
        said = said.replace(str(folder), folder.name)
    kept = [re.sub(r"[\d,]+ KiB", "... KiB", line) for line in said.splitlines()]
    for line in words.splitlines():
        assert re.sub(r"[\d,]+ KiB", "... KiB", line.strip()) in kept


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "CHANGELOG.md", "README.md"])
def test_every_file_that_a_page_names_is_there(name: str) -> None:
    text = Path(PROJECT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:seeds|models|macros|tests|scripts|docs)/[\w./-]+)`", text)
    assert [path for path in named if not (PROJECT / path).exists()] == []
