"""How long landing census returns takes, and how much memory, at a size that a test can wait for."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import PROJECT
from pathways.census.bench import MOST_OF_WALK, against_walk, growth, land, landing_of, made_return, walk
from pathways.settings import load_settings

NOISE = 1.5
"""How much of a ratio others on the machine may take: it is measured in one run, yet not alone."""


def test_both_contenders_see_every_child(tmp_path: Path) -> None:
    path = made_return(tmp_path, 300)
    assert land(path) > 100
    assert walk(path) > 10 * land(path)


@pytest.mark.bench
def test_landing_takes_little_more_than_walking_the_file_and_no_more_memory_for_more_children() -> None:
    landed, walked = against_walk(rounds=3, children=25_000)
    assert landed.best <= MOST_OF_WALK * NOISE * walked.best
    sizes = [landing_of(load_settings(PROJECT), children) for children in (20_000, 80_000)]
    assert growth(sizes) < 1.2
    assert sizes[1].peak_mb < 1.6 * sizes[0].peak_mb
    assert sizes[1].peak_mb < 500
