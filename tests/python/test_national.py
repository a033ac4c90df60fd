"""The national picture: the warehouse's bootstrap against numpy's, and its interval against known truths."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pytest

from conftest import Built, CompiledModels

REPLICATES = 2000
FIGURES = {
    # figure and estimator: count and base
    ("closed_without_early_help_count", "not_in_need_ratio"): ("closed_without", "not_in_need"),
    ("closed_without_early_help_count", "population_ratio"): ("closed_without", "population"),
    ("closed_without_early_help_percent", "ratio_of_sums"): ("closed_without", "closed"),
    ("rereferral_without_early_help_percent", "ratio_of_sums"): ("back_without", "closed_without"),
    ("rereferral_with_early_help_percent", "ratio_of_sums"): ("back_with", "early_help"),
    ("rereferred_without_early_help_count", "population_ratio"): ("back_without", "population"),
    ("early_help_received_count", "population_ratio"): ("received", "population"),
}
NUMBERS_OF_CHILDREN = [key for key in FIGURES if key[0].endswith("_count")]
Panel = dict[str, np.ndarray]


def made_up_england(random: np.random.Generator, councils: int = 150, misread: float = 0) -> Panel:
    """Councils as unlike each other as England's: children, cases, and shares of each step.

    A part of the councils misread the letter, and count six times as many closed cases.
    """
    population = np.exp(random.normal(np.log(60_000), 0.7, councils)).round()
    not_in_need = random.poisson(population * 0.016 * np.exp(random.normal(0, 0.35, councils))) + 1
    closed = random.poisson(not_in_need * np.exp(random.normal(0, 0.25, councils))) + 1
    closed = np.where(random.random(councils) < misread, 6 * closed, closed)
    early_help = random.binomial(closed, random.beta(2, 10, councils)) + 1
    closed = closed + 1
    closed_without = closed - early_help
    return {
        "population": population,
        "not_in_need": not_in_need,
        "closed": closed,
        "early_help": early_help,
        "closed_without": closed_without,
        "back_with": random.binomial(early_help, np.clip(random.normal(0.24, 0.05, councils), 0.02, 0.9)),
        "back_without": random.binomial(
            closed_without, np.clip(random.normal(0.2, 0.05, councils), 0.02, 0.9)
        ),
        "received": random.poisson(population * 0.03 * np.exp(random.normal(0, 0.5, councils))),
    }


def draws(councils: int, replicates: int = REPLICATES) -> np.ndarray:
    """How often each council is drawn in each replicate, by the same seed as the warehouse's."""
    weights = np.zeros((replicates, councils))
    for replicate in range(replicates):
        for number in range(1, councils + 1):
            share = int(hashlib.md5(f"{replicate}/{number}".encode()).hexdigest()[:8], 16) / 2**32
            weights[replicate, int(share * councils)] += 1
    return weights


@dataclass(frozen=True)
class Interval:
    """A ratio of sums, its leverage-corrected standard error, and the bootstrap's two distances."""

    ratio: float
    error: float
    low: float
    high: float

    def ends(self, unseen: float) -> tuple[float, float]:
        width = np.sqrt(unseen) * self.error
        return self.ratio - width * self.high, self.ratio - width * self.low


def interval(weights: np.ndarray, count: np.ndarray, base: np.ndarray) -> Interval:
    count, base = count.astype(float), base.astype(float)
    ratio = count.sum() / base.sum()
    drawn_base = weights @ base
    drawn = (weights @ count) / drawn_base
    squares = weights @ count**2 - 2 * drawn * (weights @ (count * base)) + drawn**2 * (weights @ base**2)
    distance = (drawn - ratio) / (np.sqrt(np.maximum(squares, 0)) / drawn_base)
    residual = (count - ratio * base) / (1 - base / base.sum())
    low, high = np.quantile(distance, [0.025, 0.975])
    return Interval(ratio, float(np.sqrt((residual**2).sum()) / base.sum()), float(low), float(high))


@pytest.fixture(scope="module")
def models(built: Built) -> Iterator[CompiledModels]:
    models = CompiledModels(
        built,
        [
            "int_national_figure__estimated",
            "int_bootstrap_weight__drawn",
            "int_national_figure__resampled",
        ],
        {"dim_authority"},
    )
    yield models
    models.connection.close()


def test_the_warehouse_draws_and_counts_as_numpy_does(models: CompiledModels) -> None:
    random = np.random.default_rng(20)
    panels = {"whole": (made_up_england(random), 60), "part": (made_up_england(random), 31)}
    rows: list[dict[str, object]] = []
    for period, (panel, councils) in panels.items():
        for number in range(councils):
            for (figure, estimator), (count, base) in FIGURES.items():
                # the last council of the second panel gave one figure alone
                if period == "part" and number == councils - 1 and estimator == "ratio_of_sums":
                    continue
                rows.append(
                    {
                        "question_set_code": "s",
                        "source_basis_code": "foi",
                        "period_key": period,
                        "council_number": number + 1,
                        "figure_code": figure,
                        "estimator_code": estimator,
                        "population": int(panel["population"][number]),
                        "numerator": float(panel[count][number]),
                        "denominator": float(panel[base][number]),
                    }
                )
    models.insert("intermediate.int_national_figure__paired", rows)
    found = {
        tuple(row[:3]): row[3:]
        for row in models.connection.execute(
            "select period_key, figure_code, estimator_code, ratio, leveraged_standard_error,"
            " distance_low, distance_high from build.intermediate.int_national_figure__estimated"
            " inner join build.intermediate.int_national_figure__resampled"
            " using (question_set_code, source_basis_code, period_key, figure_code, estimator_code)"
        ).fetchall()
    }
    assert len(found) == len(panels) * len(FIGURES)
    for period, (panel, councils) in panels.items():
        weights = draws(councils)
        for (figure, estimator), (count, base) in FIGURES.items():
            seen = councils - (period == "part" and estimator == "ratio_of_sums")
            expected = interval(weights[:, :seen], panel[count][:seen], panel[base][:seen])
            assert found[period, figure, estimator] == pytest.approx(
                (expected.ratio, expected.error, expected.low, expected.high), rel=1e-9
            ), (period, figure, estimator)


def held_truth(answering: int, panels: int, misread: float = 0) -> dict[tuple[str, str], float]:
    """Of made-up Englands in which some councils answer, the part whose interval holds the truth."""
    random = np.random.default_rng(2022)
    weights = draws(answering)
    held = dict.fromkeys(FIGURES, 0)
    for _ in range(panels):
        panel = made_up_england(random, misread=misread)
        councils = len(panel["population"])
        seen = random.choice(councils, answering, replace=False)
        unseen = max(
            1 - answering / councils, 1 - panel["population"][seen].sum() / panel["population"].sum()
        )
        for key, (count, base) in FIGURES.items():
            low, high = interval(weights, panel[count][seen], panel[base][seen]).ends(unseen)
            held[key] += low <= panel[count].sum() / panel[base].sum() <= high
    return {key: count / panels for key, count in held.items()}


@pytest.mark.parametrize("answering", [30, 40, 75, 120])
def test_the_interval_holds_the_truth_in_93_to_97_of_100_made_up_englands(answering: int) -> None:
    coverage = held_truth(answering, 1500)
    assert all(0.93 <= value <= 0.97 for value in coverage.values()), coverage


def test_councils_that_count_otherwise_than_they_were_asked_break_the_promise() -> None:
    coverage = held_truth(40, 500, misread=0.1)
    assert all(0.90 <= coverage[key] < 0.93 for key in NUMBERS_OF_CHILDREN[:2]), coverage
