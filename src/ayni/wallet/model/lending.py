"""What a lender may know of a wallet, with its holder's consent. Amounts are whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

CONSENT = "lending"
"""The purpose to which a holder consents."""


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came in of itself or by its holder: from a person, or as cash. Never from a programme."""

    on: date
    amount_minor: int
    payer: str
    """Who paid, as an opaque mark that tells payers apart; empty for the holder's own cash."""


@dataclass(frozen=True, slots=True)
class LendingMonth:
    """A month of it. `payers` are different people, `days` those on which anything came in."""

    first_on: date
    received_minor: int
    receipts: int
    payers: int
    cash_in_minor: int
    cash_ins: int
    days: int


@dataclass(frozen=True, slots=True)
class LendingHistory:
    """The months before this one, oldest first, with the day on which anything first came in."""

    months: tuple[LendingMonth, ...]
    first_received_on: date | None


def history_of(received: Sequence[Received], *, today: date, months: int) -> LendingHistory:
    """The whole months before today's, empty ones too."""
    firsts = []
    year, month = today.year, today.month
    for _ in range(months):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        firsts.append(date(year, month, 1))
    return LendingHistory(
        months=tuple(_month(first, received) for first in reversed(firsts)),
        first_received_on=min((one.on for one in received), default=None),
    )


def _month(first_on: date, received: Sequence[Received]) -> LendingMonth:
    here = [one for one in received if (one.on.year, one.on.month) == (first_on.year, first_on.month)]
    sent = [one for one in here if one.payer]
    cash = [one for one in here if not one.payer]
    return LendingMonth(
        first_on=first_on,
        received_minor=sum(one.amount_minor for one in sent),
        receipts=len(sent),
        payers=len({one.payer for one in sent}),
        cash_in_minor=sum(one.amount_minor for one in cash),
        cash_ins=len(cash),
        days=len({one.on for one in here}),
    )
