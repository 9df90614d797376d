"""Business days of Peru, and the districts of Lima."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ayni.countries.peru import PERU, DayOutOfReach, UnknownDistrict

ALL = settings(deadline=None)
TERMS = yaml.safe_load((Path(__file__).parent / "cases" / "terms.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TERMS, ids=[case["says"] for case in TERMS])
def test_a_legal_term_ends(case: dict[str, Any]) -> None:
    assert PERU.add_business_days(case["from"], case["days"]) == case["day"]
    assert str(case["from"]) in case["says"]
    assert str(case["day"]) in case["says"]


@pytest.mark.parametrize(
    "day", ["2026-01-01", "2026-04-02", "2026-04-03", "2025-07-23", "2025-12-09", "2026-02-07", "2026-02-08"]
)
def test_holidays_and_weekends_are_no_business_days(day: str) -> None:
    assert not PERU.is_business_day(date.fromisoformat(day))


def test_decreed_days_stay_business_days() -> None:
    days = [decreed.on for decreed in PERU.compensable_days()]
    assert days == [date(2025, 5, 2), date(2025, 12, 26), date(2026, 1, 2)]
    assert all(map(PERU.is_business_day, days))


@ALL
@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 60))
def test_a_term_ends_on_a_business_day_after_that_many_of_them(start: date, days: int) -> None:
    end = PERU.add_business_days(start, days)
    between = range(start.toordinal() + 1, end.toordinal() + 1)
    assert PERU.is_business_day(end)
    assert sum(PERU.is_business_day(date.fromordinal(n)) for n in between) == days
    back = PERU.add_business_days(end, -days)
    assert PERU.add_business_days(back, days) == end


@pytest.mark.parametrize(
    ("on", "days"), [(date(9999, 12, 31), 1), (date(1, 1, 1), -1), (date(2026, 1, 1), 10**9)]
)
def test_a_term_that_leaves_the_calendar_is_refused(on: date, days: int) -> None:
    with pytest.raises(DayOutOfReach) as refused:
        PERU.add_business_days(on, days)
    assert str(days) in refused.value.sentence


def test_lima_is_found_by_either_code() -> None:
    barranco = PERU.get_district("150104")
    assert barranco.name == "Barranco"
    assert PERU.get_district("140125") is barranco
    assert PERU.find_district("140104") is not barranco
    assert barranco.poverty_share == Decimal("0.03172")


def test_every_district_lies_in_lima_and_is_ordered_by_code() -> None:
    districts = PERU.districts()
    assert len(districts) == 43
    assert [district.code for district in districts] == sorted(district.code for district in districts)
    for district in districts:
        assert district.code.startswith("1501")
        assert district.register_code.startswith("1401")
        assert Decimal("-12.6") < district.latitude < Decimal("-11.6")
        assert Decimal("-77.3") < district.longitude < Decimal("-76.6")
        assert type(district.poverty_share) is Decimal
        assert 0 < district.poverty_share < 1


@pytest.mark.parametrize("code", ["", "070101", "150144", "15010", "x", "Lima", "150101\x00", "１５０１０１"])
def test_a_code_of_no_district_is_refused(code: str) -> None:
    assert PERU.find_district(code) is None
    with pytest.raises(UnknownDistrict):
        PERU.get_district(code)
