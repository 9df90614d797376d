"""Which days count for legal terms: weekends and public holidays do not, compensable days do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from importlib.resources.abc import Traversable

import holidays

from ayni.countries.peru.errors import BadCountryData, DayOutOfReach
from ayni.countries.peru.reader import CONFIDENCES, read_yaml

MOST_DAYS = 10_000
_SATURDAY = 5


@dataclass(frozen=True)
class DecreedDay:
    """A day that a decree gave to the public sector, to be worked off: it stays a business day."""

    on: date
    source: str
    confidence: str


@lru_cache(maxsize=128)
def public_holidays(year: int) -> frozenset[date]:
    """The national holidays of a year, Easter Sunday included, as the `holidays` library lists them."""
    return frozenset(holidays.country_holidays("PE", years=year))


def is_business_day(on: date) -> bool:
    """False on Saturdays, Sundays and public holidays."""
    return on.weekday() < _SATURDAY and on not in public_holidays(on.year)


def add_business_days(on: date, days: int) -> date:
    """The business day `days` after `on` (before it, when negative); zero gives `on` itself.

    The day itself is not counted, as in a legal term. Raises DayOutOfReach.
    """
    step = timedelta(days=1 if days > 0 else -1)
    day, left = on, abs(days)
    if left > MOST_DAYS:
        raise DayOutOfReach(on=on.isoformat(), days=days, most=MOST_DAYS)
    while left:
        try:
            day += step
        except OverflowError:
            raise DayOutOfReach(on=on.isoformat(), days=days, most=MOST_DAYS) from None
        left -= is_business_day(day)
    return day


def read_decreed_days(file: Traversable) -> tuple[DecreedDay, ...]:
    """The decreed days in `file`, by date; raises BadCountryData."""
    rows = read_yaml(file).get("decreed_days")
    if not isinstance(rows, list):
        raise BadCountryData(file=file.name, row="the file", reason="it lacks the list decreed_days")
    found: dict[date, DecreedDay] = {}
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or set(row) != {"day", "source", "confidence"}:
            reason = "a decreed day has exactly day, source and confidence"
        elif not isinstance(row["day"], date) or isinstance(row["day"], datetime):
            reason = "day is written as 2026-01-02"
        elif not isinstance(row["source"], str) or not row["source"].strip():
            reason = "source is a text"
        elif row["confidence"] not in CONFIDENCES:
            reason = f"confidence is one of {', '.join(CONFIDENCES)}"
        elif row["day"] in found:
            reason = "this day stands twice"
        elif not is_business_day(row["day"]):
            reason = "it is a weekend or a holiday already"
        else:
            found[row["day"]] = DecreedDay(row["day"], row["source"].strip(), row["confidence"])
            continue
        raise BadCountryData(file=file.name, row=f"row {number}", reason=reason)
    return tuple(found[day] for day in sorted(found))
