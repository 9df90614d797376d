"""What a shop has done in a day, earned by it, and has at its bank. Amounts are whole minor units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ShopAccount:
    """Where a shop's money goes at its bank."""

    bank_account: str = field(repr=False)
    creditor: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Commission:
    """What an agent has earned by the cash of a day."""

    shop_id: UUID
    on_day: date
    orders: int
    turnover_minor: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DayLine:
    """What moved for one reason on a day: how often, and how much came in and went out."""

    code: int
    times: int
    in_minor: int
    out_minor: int


@dataclass(frozen=True, slots=True)
class ShopDay:
    """A shop's day: what it began with, what moved and why, and what it ended with."""

    shop_id: UUID
    on_day: date
    opening_minor: int
    lines: tuple[DayLine, ...]
    closing_minor: int


def earned(rows: Sequence[tuple[Any, ...]], kind: str, amount_minor: int) -> int:
    """What a tariff gives for one order: fixed, and a share, half a unit rounded up; for others nothing."""
    for name, fixed, share in rows:
        if name == kind:
            return int(fixed) + int((Decimal(amount_minor) * share).to_integral_value(ROUND_HALF_UP))
    return 0
