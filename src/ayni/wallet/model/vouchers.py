"""Benefits as cash at an agent, as plain facts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ayni.values.ids import AccountId, PersonId, TransferId

VOUCHER_DIGITS = 8
"""Of a voucher's code. Its number is no secret."""


@dataclass(frozen=True, slots=True)
class Voucher:
    """A benefit that any agent pays out in cash. `ended` None: it waits; else `cashed` (at `shop_id`), or
    `returned` to the programme.

    `place` counts its codes (0: none was told yet), and `missed` the wrong tries at the newest.
    """

    id: TransferId
    number: int
    person_id: PersonId
    display_name: str
    programme_account_id: AccountId
    account_id: AccountId
    amount_minor: int
    issued_at: datetime
    until: datetime
    ended: str | None
    shop_id: UUID | None
    place: int
    key_version: int | None
    missed: int


@dataclass(frozen=True, slots=True)
class VoucherCode:
    """What a resident is given for a voucher: the number and the code, which are told to an agent."""

    number: int
    code: str = field(repr=False)
    amount_minor: int
    until: datetime


@dataclass(frozen=True, slots=True)
class CashedVoucher:
    """What an agent is to hand over, and to whom. Told again at the same agent: the same, only `repeated`."""

    number: int
    amount_minor: int
    display_name: str
    repeated: bool = field(default=False, compare=False)
