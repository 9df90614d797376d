"""Cash codes as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ayni.values.ids import AccountId, EventId, PersonId

DIGITS = 8


@dataclass(frozen=True, slots=True)
class CashCode:
    """Money set aside for cash. `ended` None: it waits; otherwise `paid_out` (at `shop_id`) or `returned`."""

    id: UUID
    person_id: PersonId
    amount_minor: int
    account_id: AccountId
    event_id: EventId
    made_at: datetime
    expires_at: datetime
    ended: str | None
    shop_id: UUID | None
    ended_at: datetime | None
    key_version: int


@dataclass(frozen=True, slots=True)
class NewCashCode:
    """A cash code that was made, with its digits: the same request again gives the same digits."""

    cash_code: CashCode
    code: str = field(repr=False)
    repeated: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What an agent is to hand over. The same code again at the same agent says the same, only `repeated`."""

    cash_code_id: UUID
    amount_minor: int
    display_name: str
    repeated: bool = field(default=False, compare=False)
