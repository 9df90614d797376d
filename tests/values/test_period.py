"""A period is a stretch of civil days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ayni.values.period import NotAPeriod, Period

DAYS = st.dates(date(2020, 1, 1), date(2020, 3, 1))
ALL = settings(deadline=None)


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(DAYS)
    return Period(first, draw(st.none() | st.dates(first, date(2020, 3, 31))))


@ALL
@given(periods(), periods())
def test_two_periods_overlap_when_some_day_belongs_to_both(one: Period, other: Period) -> None:
    days = [date.fromordinal(n) for n in range(date(2020, 1, 1).toordinal(), date(2020, 4, 2).toordinal())]
    shared = any(one.contains(day) and other.contains(day) for day in days)
    assert one.overlaps(other) == shared == other.overlaps(one)


@ALL
@given(periods(), periods())
def test_periods_that_meet_do_not_overlap(one: Period, other: Period) -> None:
    if one.meets(other):
        assert not one.overlaps(other)


def test_both_ends_belong_to_it() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    assert year.days == 365
    assert year.contains(date(2026, 1, 1))
    assert year.contains(date(2026, 12, 31))
    assert not year.contains(date(2025, 12, 31))
    assert not year.contains(date(2027, 1, 1))
    assert str(year) == "2026-01-01 to 2026-12-31"


def test_without_an_end_it_goes_on() -> None:
    open_end = Period(date(2026, 1, 1))
    assert open_end.contains(date.max)
    assert open_end.days is None
    assert not open_end.meets(Period(date(2027, 1, 1)))
    assert str(open_end) == "2026-01-01 onwards"


def test_the_half_open_form_leaves_its_end_out() -> None:
    assert Period.before(date(2026, 1, 1), date(2026, 2, 1)).last_on == date(2026, 1, 31)
    assert Period.before(date(2026, 1, 1), None) == Period(date(2026, 1, 1))


def test_the_day_after_meets_it() -> None:
    assert Period(date(2026, 1, 1), date(2026, 1, 31)).meets(Period(date(2026, 2, 1)))
    assert not Period(date(2026, 1, 1), date.max).meets(Period(date(2026, 2, 1)))


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 1, 2), date(2026, 1, 1)),
        (datetime(2026, 1, 1, tzinfo=UTC), None),
        (date(2026, 1, 1), "2026-02-01"),
        (None, None),
    ],
)
def test_what_is_not_a_stretch_of_days_is_refused(first: object, last: object) -> None:
    with pytest.raises(NotAPeriod):
        Period(first, last)  # type: ignore[arg-type]


def test_a_half_open_period_without_a_day_is_refused() -> None:
    with pytest.raises(NotAPeriod):
        Period.before(date(2026, 1, 1), date(2026, 1, 1))
