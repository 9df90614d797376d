"""What residents are told of their benefits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ayni.values.ids import EntitlementId, PersonId


@dataclass(frozen=True, slots=True)
class ToTell:
    """A payment of which its resident is to be told: how it stands by `code`, and what waits, until when."""

    number: int
    phone: str | None
    language: str | None
    amount_minor: int
    code: str
    until: datetime | None
    voucher: int | None


@dataclass(frozen=True, slots=True)
class PaidAsVoucher:
    """An entitlement that an agent pays out: waiting, cashed, or returned to the programme."""

    entitlement_id: EntitlementId
    person_id: PersonId
    number: int
    amount_minor: int
    until: datetime
    state: str


@dataclass(frozen=True, slots=True)
class Unpaid:
    """An entitlement that is owed and not paid: to whom, and why not when it was last tried."""

    entitlement_id: EntitlementId
    person_id: PersonId
    amount_minor: int
    code: str
    reason: str
    tried_at: datetime | None
