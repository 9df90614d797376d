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
