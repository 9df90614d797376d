"""What a holder takes home on paper: a statement of some days, a receipt of one event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from ayni.values.ids import TransferId
from ayni.wallet.model import StatementEntry

MOST_LINES = 20_000
"""Of one statement: more is asked for in parts."""


class PaperKind(StrEnum):
    """How a statement is written."""

    CSV = "csv"
    PDF = "pdf"


@dataclass(frozen=True, slots=True)
class Period:
    """A wallet's events of some days, both included, the oldest first, with what it held before and after."""

    holder: str = field(repr=False)
    since: date
    until: date
    opening_minor: int
    entries: tuple[StatementEntry, ...]
    closing_minor: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptPaper:
    """One event as its holder may show it. `amount_minor` is signed and without the fee; `parts` likewise."""

    transfer_id: TransferId
    at: datetime
    code: int
    counterpart: str = field(repr=False)
    amount_minor: int
    fee_minor: int
    parts: Mapping[str, int]
    seq: int
    returned_minor: int = 0
    """What of it was given back since."""
