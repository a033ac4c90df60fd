"""How long landing census returns takes, and how much memory, at a size that a test can wait for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from conftest import PROJECT
from pathways.census.bench import MOST_OF_WALK, against_walk, growth, land, landing_of, made_return, walk
from pathways.census.bench_referrals import (
    MOST_OF_WINDOW,
    Size,
    against_peers,
    against_window,
    case_count,
    land_and_build,
)
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


@pytest.mark.bench
def test_fct_referral_takes_little_more_than_a_window_over_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # in pieces, as the largest size is built
    monkeypatch.setattr("pathways.census.bench_referrals.COUNCILS_A_PIECE", 6)
    settings = replace(load_settings(PROJECT), landing=tmp_path / "landing")
    built, landed = land_and_build(settings, Size("a test", 8_000, 10, 3), tmp_path)
    assert landed / 2 < case_count(built) < landed
    model, window = against_window(built, rounds=3)
    assert model.best <= MOST_OF_WINDOW * NOISE * window.best
    # pandas, polars and DuckDB find the re-referrals that the model finds, or this fails
    assert len(against_peers(built, tmp_path, rounds=1)) == 4
