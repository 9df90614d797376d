"""Rates are exact decimals on a year of 360 days."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayni.values.rate import DAYS_PER_YEAR, NotARate, Rate

ALL = settings(deadline=None)
YEARLY = st.decimals("0", "10", allow_nan=False, places=6).map(Rate)
TINY = Decimal("1e-25")


@ALL
@given(YEARLY)
def test_month_and_day_lead_back_to_the_year(rate: Rate) -> None:
    assert abs(Rate.from_monthly(rate.monthly).yearly - rate.yearly) < TINY
    assert abs(Rate.from_daily(rate.daily).yearly - rate.yearly) < TINY


@ALL
@given(YEARLY)
def test_thirty_days_are_a_month_and_360_a_year(rate: Rate) -> None:
    assert abs(rate.over(30) - rate.monthly) < TINY
    assert abs(rate.over(DAYS_PER_YEAR) - rate.yearly) < TINY


@ALL
@given(YEARLY, st.integers(0, 10**9), st.integers(0, 400))
def test_interest_is_never_negative_and_grows_with_time(rate: Rate, principal: int, days: int) -> None:
    assert 0 <= rate.interest_minor(principal, days) <= rate.interest_minor(principal, days + 1)


def test_a_year_at_the_cap_doubles_a_debt_and_more() -> None:
    assert Rate.percent("113.16").interest_minor(100_000, 360) == 113_160
    assert Rate.percent("113.16").interest_minor(100_000, 30) == 6_510


def test_half_a_unit_is_rounded_up() -> None:
    assert Rate.percent("50").interest_minor(1, 360) == 1
    assert Rate.percent("49").interest_minor(1, 360) == 0


def test_nothing_earns_nothing() -> None:
    assert Rate(Decimal(0)).interest_minor(10**12, 360) == 0
    assert Rate.percent("80").interest_minor(10**12, 0) == 0


def test_it_reads_and_shows_per_cent_without_losing_a_digit() -> None:
    assert Rate.percent("113.16") == Rate(Decimal("1.1316"))
    assert str(Rate.percent("113.16")) == "113.16 %"
    assert Rate(1).yearly == Decimal(1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "value", [0.5, "0.5", True, None, Decimal("NaN"), Decimal("Infinity"), Decimal(-1), 1001]
)
def test_what_is_no_rate_is_refused(value: object) -> None:
    for make in (Rate, Rate.from_monthly, Rate.from_daily):
        with pytest.raises(NotARate):
            make(value)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "abc", "1,5", "٣", "NaN", "-1", "1e999", "100001", 5, None])
def test_a_text_that_is_no_rate_is_refused(text: object) -> None:
    with pytest.raises(NotARate):
        Rate.percent(text)  # type: ignore[arg-type]


@pytest.mark.parametrize(("principal", "days"), [(1.5, 1), (-1, 1), (1, -1), (1, 1.0), (True, 1), (1, True)])
def test_interest_runs_over_whole_days_on_whole_units(principal: object, days: object) -> None:
    with pytest.raises(NotARate):
        Rate.percent("10").interest_minor(principal, days)  # type: ignore[arg-type]
