"""Bills of companies, and what became of their payments. Amounts are whole minor units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ayni.values.ids import PersonId, TransferId


@dataclass(frozen=True, slots=True)
class OpenBill:
    """A bill as its company tells it. `holder` is as much of a name as it shows to payers."""

    number: str
    holder: str = field(repr=False)
    amount_minor: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as it was told to us. `is_paid`: a payment was accepted, or is not answered yet."""

    id: UUID
    shop_id: UUID
    customer: str = field(repr=False)
    number: str
    holder: str = field(repr=False)
    amount_minor: int
    due_on: date | None
    told_at: datetime
    is_paid: bool = False


@dataclass(frozen=True, slots=True)
class BillPayment:
    """A payment of a bill. `accepted` None: not answered yet. What the company refused was given back."""

    id: TransferId
    bill_id: UUID
    shop_id: UUID
    number: str
    attempt: int
    person_id: PersonId
    paid_at: datetime
    accepted: bool | None
    reason: str


@dataclass(frozen=True, slots=True)
class BillAnswer:
    """What a company says to a payment: it has booked it, or it does not take it and why."""

    accepted: bool
    reason: str = ""
