"""The things that the reference ledger keeps: owners, classes, accounts, holds, and what it remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from ayni.ledger import Counts, Result, Transfer

ZONE = ZoneInfo("America/Lima")


def month(at: datetime) -> tuple[int, int]:
    local = at.astimezone(ZONE)
    return local.year, local.month


@dataclass
class RefOwner:
    limit_class: int | None
    flags: int = 0


@dataclass
class RefMaximum:
    """A dated row: None is no limit; without a row for the day, nothing is allowed."""

    valid_from: date
    valid_until: date | None
    maximum: int | None


@dataclass
class RefClass:
    """`maxima`: rows by kind. `counts`: first day → limits in which it counts, by transfer code."""

    maxima: dict[str, list[RefMaximum]]
    counts: dict[int, dict[date, Counts]]

    def maxima_on(self, day: date) -> dict[str, int | None]:
        found = {}
        for kind, rows in self.maxima.items():
            begun = [row for row in rows if row.valid_from <= day]
            newest = max(begun, key=lambda row: row.valid_from, default=None)
            if newest is not None and (newest.valid_until is None or newest.valid_until >= day):
                found[kind] = newest.maximum
        return found

    def row_of(self, kind: str, first: date) -> RefMaximum | None:
        return next((row for row in self.maxima.get(kind, []) if row.valid_from == first), None)

    def same(self, kind: str, one: RefMaximum, other: RefMaximum) -> bool:
        """Whether two rows of one first day say the same, given that the next row ends both."""
        ends = [
            row.valid_from - timedelta(days=1) for row in self.maxima[kind] if row.valid_from > one.valid_from
        ]
        days = [min([*ends, row.valid_until or date.max]) for row in (one, other)]
        return one.maximum == other.maximum and days[0] == days[1]

    def counts_on(self, day: date) -> dict[int, Counts]:
        begun = {code: [first for first in rows if first <= day] for code, rows in self.counts.items()}
        return {code: self.counts[code][max(days)] for code, days in begun.items() if days}


@dataclass
class RefAccount:
    owner: UUID
    book: int
    debit_normal: bool = False
    credit_limit: int | None = 0
    ceiling: int | None = None
    purpose: int | None = None
    accepts: tuple[int, ...] = ()
    flags: int = 0
    closed: bool = False
    dpend: int = 0
    dpost: int = 0
    cpend: int = 0
    cpost: int = 0
    version: int = 0
    origins: set[UUID] = field(default_factory=set)
    lines: list[tuple[int, int]] = field(default_factory=list)
    """(seq, posted balance after it)"""

    @property
    def balance(self) -> int:
        return self.dpost - self.cpost if self.debit_normal else self.cpost - self.dpost

    def room(self) -> int | None:
        """What may still leave on the normal side; None is without end."""
        if self.credit_limit is None:
            return None
        return self.balance - (self.cpend if self.debit_normal else self.dpend) + self.credit_limit


@dataclass
class RefHold:
    transfer: Transfer
    amount: int
    placed_at: datetime
    seq: int
    counts: Counts
    state: str = "pending"

    @property
    def expires_at(self) -> datetime | None:
        seconds = self.transfer.timeout_seconds
        return None if seconds is None else self.placed_at + timedelta(seconds=seconds)


@dataclass
class RefOriginal:
    """A single or post that may be returned, with the usage that its payer and payee had of it."""

    transfer: Transfer
    amount: int
    placed_at: datetime
    counts: Counts
    returned: int = 0


@dataclass
class Memory:
    transfer: Transfer
    result: Result
    amount: int = 0
    seq: int = 0
    event_at: datetime | None = None
