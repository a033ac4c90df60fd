"""What the rates of all councils add to a build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conftest import PROJECT, Built
from pathways.bench_rates import COUNCILS, MOST_SECONDS, YEARS, build_rates
from pathways.settings import load_settings

NOISE = 1.5
"""How much of the time others on the machine may take."""


@pytest.mark.bench
def test_the_rates_of_153_councils_add_little_to_a_build(built: Built, tmp_path: Path) -> None:
    settings = replace(load_settings(PROJECT), warehouse=built.folder)
    added = build_rates(settings, tmp_path)
    # of all ages, every council and year has its six rates
    assert added.all_ages_count == COUNCILS * YEARS * 6
    assert added.estimate_count > 0
    assert added.elapsed < MOST_SECONDS * NOISE, added.seconds
