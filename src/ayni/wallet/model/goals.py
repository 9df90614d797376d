"""Savings goals and standing payments. Amounts are whole minor units."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from ayni.values.ids import AccountId, PersonId

MOST_GOALS = 10
"""How many goals a person has at a time."""

MOST_STANDING = 20
"""How many standing payments a person has at a time."""

NAME_LETTERS = 60


@dataclass(frozen=True, slots=True)
class Goal:
    """Money put aside for something. It can be taken back at any time."""

    id: UUID
    person_id: PersonId
    name: str
    target_minor: int | None
    by_on: date | None
    account_id: AccountId
    opened_at: datetime
    ended_at: datetime | None
    saved_minor: int = 0


class Rhythm(StrEnum):
    """How often a standing payment is due."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Standing:
    """A payment that is made again and again, to a person or into a goal."""

    id: UUID
    person_id: PersonId
    payee_id: PersonId | None
    goal_id: UUID | None
    amount_minor: int
    every: str
    first_on: date
    last_on: date | None
    agreed_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class StandingTry:
    """A try on a due day. "refused" is tried again; "paid" and "given_up" end the day."""

    standing_id: UUID
    due_on: date
    attempt: int
    outcome: str
    code: str
    reason: str
    tried_on: date


def due_days(standing: Standing, *, until: date) -> Iterator[date]:
    """The days on which a standing payment was due, up to one of them.

    By the month it is the day of the first one, or the month's last where there is no such day.
    """
    last = min(until, standing.last_on or until)
    number, day = 0, standing.first_on
    while day <= last:
        yield day
        number += 1
        if standing.every == Rhythm.WEEK:
            day = standing.first_on + timedelta(days=7 * number)
        else:
            months = standing.first_on.month - 1 + number
            year, month = standing.first_on.year + months // 12, months % 12 + 1
            day = date(year, month, min(standing.first_on.day, calendar.monthrange(year, month)[1]))
