"""Payouts to bank accounts, and what a bank tells us in its files. Amounts are whole minor units."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from ayni.values.ids import AccountId, EventId, TransferId

MOST_IN_A_FILE = 2_000
"""How many payouts one file asks for."""


class PayoutState(StrEnum):
    """Where a payout stands. What was paid may still be returned by the payee's bank."""

    ASKED = "asked"
    FILED = "filed"
    PAID = "paid"
    REJECTED = "rejected"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class TrustAccount:
    """Our account at the bank that keeps the trust."""

    bank: str
    bank_account: str
    holder: str


@dataclass(frozen=True, slots=True)
class Payout:
    """E-money that is to become money on a bank account. `reference` is how the bank names it to us."""

    id: UUID
    reference: str
    account_id: AccountId
    code: int
    amount_minor: int
    bank_account: str = field(repr=False)
    creditor: str = field(repr=False)
    transfer_id: TransferId
    event_id: EventId
    asked_at: datetime
    state: str = PayoutState.ASKED
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PayoutFile:
    """A file that asks the bank for payouts (ISO 20022 pain.001), as it was written."""

    id: UUID
    message_id: str
    content: bytes = field(repr=False)
    payouts: int
    amount_minor: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """What a status report (pain.002) says of one payout. `is_final` and not `is_good`: it was rejected."""

    reference: str
    status: str
    reason: str


@dataclass(frozen=True, slots=True)
class StatusReport:
    """A pain.002. `whole_group` is the status of all payouts of the file `original_id`, where it is given."""

    message_id: str
    original_id: str
    whole_group: str
    reason: str
    answers: tuple[Answered, ...]


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """One booking of the bank on the trust account. `amount_minor` is below zero for a debit."""

    reference: str
    amount_minor: int
    booked_at: datetime
    payout_reference: str
    narrative: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class BankStatement:
    """A statement of the trust account (from a camt.053)."""

    id: str
    bank_account: str
    opening_minor: int
    closing_minor: int
    begins_at: datetime
    ends_at: datetime
    entries: tuple[BookedEntry, ...]


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A camt.053 with its statements."""

    message_id: str
    statements: tuple[BankStatement, ...]


@dataclass(frozen=True, slots=True)
class BankFileRead:
    """What came of reading a bank's file. `findings` are sentences about what could not be assigned."""

    kind: str
    message_id: str
    read_before: bool
    deposits: int
    paid: int
    rejected: int
    returned: int
    findings: tuple[str, ...]
    broken: tuple[str, ...] = ()
    """Which of the invariants of the trust do not hold now, by name."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A booking of the bank to which nothing in our books corresponds yet."""

    reference: str
    amount_minor: int
    booked_at: datetime
    finding: str


@dataclass(frozen=True, slots=True)
class Safeguarding:
    """What safeguards the e-money, as of the bank's newest statement.

    `bank_minor` is what the bank says, `books_minor` what our books say of the same instant. What lies
    between them is itemised in `differences`; what is not explained by them is `unexplained_minor`, and
    should be 0. `emoney_minor` and `in_transit_minor` (of it, on its way out) are of now.
    """

    statement_id: str
    as_of: datetime
    bank_minor: int
    books_minor: int
    differences: tuple[Difference, ...]
    unexplained_minor: int
    emoney_minor: int
    in_transit_minor: int
    missing_before: tuple[str, ...]
    """Statements that do not begin where the one before them ended."""
