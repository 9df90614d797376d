"""A stretch of civil days: how long a law, a membership or a price holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

_DAY = timedelta(days=1)


class NotAPeriod(ValueError):
    """Two days that do not make a stretch of days."""


def _civil(day: object) -> None:
    if not isinstance(day, date) or isinstance(day, datetime):
        raise NotAPeriod(f"a period is made of civil days, not of {type(day).__name__}")


@dataclass(frozen=True, slots=True)
class Period:
    """Every day from `first_on` to `last_on`, both counted; `last_on` is None while no end is known.

    >>> Period(date(2026, 1, 1), date(2026, 12, 31)).contains(date(2026, 12, 31))
    True
    >>> Period.before(date(2026, 1, 1), date(2027, 1, 1)) == Period(date(2026, 1, 1), date(2026, 12, 31))
    True
    """

    first_on: date
    last_on: date | None = None

    def __post_init__(self) -> None:
        _civil(self.first_on)
        if self.last_on is None:
            return
        _civil(self.last_on)
        if self.last_on < self.first_on:
            raise NotAPeriod("a period does not end before it begins")

    @classmethod
    def before(cls, first_on: date, end_on: date | None) -> Period:
        """The half-open form: `end_on` is the first day that no longer belongs (None: no end known)."""
        if end_on is None:
            return cls(first_on)
        _civil(first_on)
        _civil(end_on)
        if end_on <= first_on:
            raise NotAPeriod("a period has at least one day")
        return cls(first_on, end_on - _DAY)

    @property
    def days(self) -> int | None:
        """How many days it has; None while no end is known."""
        return None if self.last_on is None else (self.last_on - self.first_on).days + 1

    def contains(self, day: date) -> bool:
        """Whether `day` is one of its days."""
        return self.first_on <= day and (self.last_on is None or day <= self.last_on)

    def overlaps(self, other: Period) -> bool:
        """Whether some day belongs to both."""
        return (self.last_on is None or other.first_on <= self.last_on) and (
            other.last_on is None or self.first_on <= other.last_on
        )

    def meets(self, other: Period) -> bool:
        """Whether `other` begins on the very next day after this one ends."""
        return self.last_on is not None and self.last_on < date.max and self.last_on + _DAY == other.first_on

    def __str__(self) -> str:
        return f"{self.first_on} to {self.last_on}" if self.last_on else f"{self.first_on} onwards"
