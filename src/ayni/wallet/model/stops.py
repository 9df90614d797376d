"""What keeps a wallet from paying, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StopKind(StrEnum):
    """Who or what keeps a wallet from paying. Receiving works through all of them."""

    FROZEN_BY_HOLDER = "frozen_by_holder"
    FROZEN_BY_OFFICE = "frozen_by_office"
    LEGAL_HOLD = "legal_hold"
    DORMANT = "dormant"
    DEATH = "death"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Stop:
    """A time in which a wallet pays nothing. `authority` is the order behind a legal hold."""

    number: int
    kind: str
    reason: str
    authority: str | None
    begun_at: datetime
    begun_by: str
    ended_at: datetime | None
    ended_by: str | None
    ended_reason: str | None
