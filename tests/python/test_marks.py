"""The reading of cell texts, as a property: whatever is written, no number is made up."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conftest import PROJECT, WarehouseReader

CASES = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
COUNTS = st.integers(min_value=0, max_value=10**9)


def test_the_models_under_test_are_those_of_the_project(reader: WarehouseReader) -> None:
    model = PROJECT / "models/intermediate/int_cell_text__classified.sql"
    assert model.read_text().splitlines()[-1].strip() in reader.query


@CASES
@given(st.lists(COUNTS, min_size=1, max_size=30))
def test_a_count_is_read_as_itself_with_or_without_commas(reader: WarehouseReader, counts: list[int]) -> None:
    for written in (str, "{:,}".format, lambda count: f"{count:,}".replace(",", " ")):
        read = reader.read([written(count) for count in counts])
        for count in counts:
            assert read[written(count)] == ("reported", count, count, count, False)


@CASES
@given(st.lists(COUNTS, min_size=1, max_size=30))
def test_a_count_below_a_threshold_keeps_every_count_it_can_be(
    reader: WarehouseReader, counts: list[int]
) -> None:
    read = reader.read([f"<{count}" for count in counts])
    for count in counts:
        status, value, lower, upper, _ = read[f"<{count}"]
        assert value is None
        if count > 1:
            assert (status, lower, upper) == ("suppressed", 0, count - 1)
        else:
            # below 0 is nothing and below 1 is a zero that was not said
            assert (status, lower, upper) == ("unreadable", None, None)


@CASES
@given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=30))
def test_a_range_keeps_its_ends_and_one_the_wrong_way_round_is_no_range(
    reader: WarehouseReader, ranges: list[tuple[int, int]]
) -> None:
    read = reader.read([f"{low}-{high}" for low, high in ranges])
    for low, high in ranges:
        expected = ("suppressed", None, low, high) if low < high else ("unreadable", None, None, None)
        assert read[f"{low}-{high}"][:4] == expected


@CASES
@given(st.lists(st.text(max_size=12), min_size=1, max_size=30))
def test_any_text_at_all_has_a_number_only_if_all_its_digits_are_that_number(
    reader: WarehouseReader, texts: list[str]
) -> None:
    texts = [text.lower().replace("\x00", "") for text in texts]
    for source in ("foi", "dfe"):
        for text, (status, value, lower, upper, approximate) in reader.read(texts, source).items():
            assert (value is not None) == (status == "reported")
            if value is not None and text not in ("nil", "zero", "dim"):
                digits = "".join(sign for sign in text if sign in "0123456789.")
                assert Decimal(digits.strip(".")) == value
            if lower is not None and upper is not None:
                assert lower <= upper
                assert status == "reported" or lower < upper
            if approximate:
                assert lower is None
                assert upper is None


@CASES
@given(st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=30))
def test_a_dfe_number_is_read_to_its_last_decimal(reader: WarehouseReader, numbers: list[Decimal]) -> None:
    read = reader.read([str(number) for number in numbers], "dfe")
    assert {text: row[1] for text, row in read.items()} == {str(number): number for number in numbers}


@pytest.mark.parametrize("symbol", ["c", "u", "x", "z", "k", "low", ":", "~"])
def test_a_symbol_never_becomes_a_number_or_zero(reader: WarehouseReader, symbol: str) -> None:
    status, value, lower, upper, _ = reader.read([symbol], "dfe")[symbol]
    assert status not in ("reported", "blank", "unreadable")
    assert (value, lower, upper) == (None, None, None)
