"""Money is whole minor units, and its shares add up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayni.values.money import MAX_MINOR, CurrencyMismatch, Money, NotMoney, parse_minor, show_minor

ALL = settings(deadline=None)
MINOR = st.integers(-MAX_MINOR, MAX_MINOR)
SMALL = st.integers(-(2**61), 2**61)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any)


@ALL
@given(MINOR)
def test_what_is_shown_is_read_back(minor: int) -> None:
    assert parse_minor(show_minor(minor)) == minor
    assert Money.parse(str(Money(minor, "PEN")), "PEN").minor == minor


@ALL
@given(MINOR, WEIGHTS)
def test_shares_add_up_and_each_is_off_by_less_than_one_unit(minor: int, weights: list[int]) -> None:
    parts = [part.minor for part in Money(minor, "PEN").allocate(weights)]
    assert sum(parts) == minor
    total = sum(weights)
    assert all(
        abs(part * total - minor * weight) < total for part, weight in zip(parts, weights, strict=True)
    )


@ALL
@given(SMALL, SMALL)
def test_it_adds_subtracts_and_compares_as_whole_numbers(one: int, other: int) -> None:
    a, b = Money(one, "PEN"), Money(other, "PEN")
    assert (a + b).minor == one + other
    assert (a - b).minor == one - other
    assert (-a).minor == -one
    assert ((a < b), (a <= b), (a > b), (a >= b), (a == b)) == (
        (one < other), (one <= other), (one > other), (one >= other), (one == other),
    )  # fmt: skip


def test_equal_remainders_favour_the_first() -> None:
    assert [part.minor for part in Money(100, "PEN").allocate([1, 1, 1])] == [34, 33, 33]
    assert [part.minor for part in Money(-100, "PEN").allocate([1, 1, 1])] == [-34, -33, -33]
    assert (Money(5, "PEN") * 3).minor == 15


@pytest.mark.parametrize(
    ("text", "minor"), [("0", 0), ("1234", 123_400), ("12.3", 1230), (" 12.34 ", 1234), ("-0.05", -5)]
)
def test_plain_amounts_are_read(text: str, minor: int) -> None:
    assert parse_minor(text) == minor


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,234.50",
        "S/ 1",
        "1.234",
        "1.",
        ".5",
        "+1",
        "--1",
        "1e3",
        "１２",
        "٣",
        "NaN",
        "1\x00",
        "9" * 18,
        "92233720368547758.08",
        None,
        1.5,
        3,
    ],
)
def test_everything_else_is_not_money(text: object) -> None:
    with pytest.raises(NotMoney):
        parse_minor(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("minor", "currency"),
    [
        (1.0, "PEN"),
        (True, "PEN"),
        ("1", "PEN"),
        (None, "PEN"),
        (MAX_MINOR + 1, "PEN"),
        (1, "pen"),
        (1, "PE"),
        (1, ""),
    ],
)
def test_what_is_no_amount_is_refused(minor: object, currency: str) -> None:
    with pytest.raises(NotMoney):
        Money(minor, currency)  # type: ignore[arg-type]


def test_currencies_do_not_mix() -> None:
    for mix in (Money.__add__, Money.__sub__, Money.__lt__, Money.__le__, Money.__gt__, Money.__ge__):
        with pytest.raises(CurrencyMismatch):
            mix(Money(1, "PEN"), Money(1, "USD"))
    assert Money(1, "PEN") != Money(1, "USD")


def test_a_sum_that_no_account_can_hold_is_refused() -> None:
    with pytest.raises(NotMoney):
        Money(MAX_MINOR, "PEN") + Money(1, "PEN")


@pytest.mark.parametrize("weights", [[], [0], [0, 0], [1, -1], [2, -1]])
def test_weights_are_zero_or_more_and_not_all_zero(weights: list[int]) -> None:
    with pytest.raises(NotMoney):
        Money(100, "PEN").allocate(weights)


@pytest.mark.parametrize("factor", [1.5, True, "2"])
def test_money_is_multiplied_by_whole_numbers(factor: object) -> None:
    with pytest.raises(NotMoney):
        Money(100, "PEN") * factor  # type: ignore[operator]
