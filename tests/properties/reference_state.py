"""The things that the reference ledger keeps: owners, classes, accounts, holds, and what it remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ayni.ledger import Counts, Result, Transfer


@dataclass
class RefOwner:
    """`maxima`: kind → maximum (None is no limit); a kind that is absent has no row for the day."""

    limit_class: int | None
    flags: int = 0


@dataclass
class RefClass:
    maxima: dict[str, int | None]
    counts: dict[int, Counts]


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
class Memory:
    transfer: Transfer
    result: Result
    amount: int = 0
    seq: int = 0
    event_at: datetime | None = None
