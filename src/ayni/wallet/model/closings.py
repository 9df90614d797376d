"""Wallets that are closed by their holders."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ayni.values.ids import PersonId

FULL = 0
"""The most that a closed wallet may hold: whatever is sent to it is refused, and stays with its sender."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A wallet on its way to being closed, or closed. With `payout_id` its money is on its way to a bank."""

    number: int
    person_id: PersonId
    payout_id: UUID | None
    begun_at: datetime
    ended_at: datetime | None
    ended_how: str | None

    @property
    def is_closed(self) -> bool:
        """Whether it is closed, and not on its way."""
        return self.ended_how == "closed"
