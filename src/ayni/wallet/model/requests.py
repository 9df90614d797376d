"""Requests to pay, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ayni.values.ids import PersonId

MOST_WAITING = 3
"""How many requests of one person may wait for another: nobody is pestered."""


@dataclass(frozen=True, slots=True)
class PayRequest:
    """Somebody (`payee_id`) asks somebody else for money. `ended` None: it waits until `expires_at`."""

    id: UUID
    payee_id: PersonId
    payer_id: PersonId
    amount_minor: int
    note: str = field(repr=False)
    asked_at: datetime
    expires_at: datetime
    ended: str | None
    ended_at: datetime | None
