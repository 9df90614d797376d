"""The ledger's words: accounts, transfers, holds, and every answer that a posting can get.

Amounts are whole minor units. The model is pure: what the database does is written in `sql/`, and a
reference model under `tests/properties` says the same in plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import Any
from uuid import UUID

from ayni.ledger.model.results import Result
from ayni.values.ids import AccountId, EventId, OwnerRef, TransferId

MAX_BATCH = 8_192
"""The most transfers in one call. Bulk work keeps to `BULK_BATCH`, so that a till never waits behind it."""

BULK_BATCH = 2_000

MAX_AMOUNT_MINOR = 10**14
"""The largest amount of one transfer; a batch of the largest can then never overflow a sum."""

MAX_COUNTER_MINOR = 4 * 10**18
"""The most that a counter, a credit limit or a ceiling may be: sums of two of them still fit."""

MAX_EXPIRIES_PER_POST = 100
"""How many overdue holds one posting expires on the way; the job clears the rest."""


class Kind(IntEnum):
    """What a transfer does."""

    SINGLE = 0
    PENDING = 1
    POST = 2
    VOID = 3
    EXPIRE = 4
    """Only the ledger itself makes these."""
    RETURN = 5
    """Gives back all or part of an earlier single or post, and the usage of limits with it."""


class HoldState(IntEnum):
    """A hold is resolved exactly once."""

    PENDING = 0
    POSTED = 1
    VOIDED = 2
    EXPIRED = 3


class AccountFlag(IntFlag):
    """What an account, or its owner, is kept from doing."""

    FROZEN = 1
    DORMANT = 2
    LEGAL_HOLD = 4
    OWNER_FROZEN = 8
    OWNER_DORMANT = 16
    OWNER_LEGAL_HOLD = 32
    CLOSED = 64


class Counts(IntFlag):
    """In which limits a transfer code counts, for the owner who is debited and the one who is credited."""

    NONE = 0
    DEBIT_SINGLE = 1
    DEBIT_CONVERSIONS = 2
    DEBIT_TOTAL = 4
    CREDIT_SINGLE = 8
    CREDIT_CONVERSIONS = 16
    CREDIT_TOTAL = 32


class AccountCode(IntEnum):
    """The chart of accounts: 1… assets (debit-normal), 2… liabilities, 3… funds, 5… costs."""

    TRUST_ACCOUNT = 1010
    DEPOSITS_IN_TRANSIT = 1020
    EMONEY_AT_ISSUER = 1110
    RESIDENT = 2010
    PURPOSE = 2020
    GOAL = 2030
    ESCROW = 2040
    AGENT = 2050
    MERCHANT = 2060
    BILLER = 2070
    PROGRAMME = 2080
    LENDER = 2090
    ISSUER_OWN = 2100
    PAYOUTS_IN_TRANSIT = 2110
    BUDGET_FREE = 3110
    BUDGET_RESERVED = 3120
    BENEFITS_PAID = 5110

    @property
    def debit_normal(self) -> bool:
        """Assets and costs grow by debits."""
        return self // 1000 in (1, 5)


class TransferCode(IntEnum):
    """Why money moves. `docs/concepts/postings.md` is the table of what each one debits and credits."""

    ISSUE = 10
    REDEEM = 11
    FUND_BUDGET = 20
    RESERVE_BUDGET = 21
    RELEASE_BUDGET = 22
    SPEND_BUDGET = 23
    DISBURSE = 30
    CLAIM = 31
    RETURN_BENEFIT = 32
    SEND = 40
    PAY = 41
    REFUND = 42
    PAY_BILL = 43
    SAVE = 44
    REMIT = 45
    CASH_IN = 50
    CASH_OUT = 51
    COMMISSION = 60
    FEE = 61
    SETTLE = 70
    PAYOUT = 71
    PAYOUT_REJECTED = 72


@dataclass(frozen=True, slots=True)
class Transfer:
    """A request to post. `id` is made and kept by the client before the first send.

    `pending_id` names the hold that a `POST` or `VOID` resolves, and the transfer that a `RETURN` gives back.
    For these three the accounts may be None (the hold's own; the original's, swapped), and amount 0 means all
    of the hold, or all that is left of the original.
    `event_at` None means the ledger's own instant. `context` says who asked and how (no personal data).
    """

    id: TransferId
    event_id: EventId
    book: int
    debit_account_id: AccountId | None
    credit_account_id: AccountId | None
    amount_minor: int
    code: int
    kind: Kind = Kind.SINGLE
    pending_id: TransferId | None = None
    timeout_seconds: int | None = None
    linked: bool = False
    balancing: bool = False
    reference: UUID | None = None
    event_at: datetime | None = None
    context: str | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to one transfer: what happened, what moved, and its place in the ledger's order.

    `amount_minor` and `seq` are 0 unless the result is `ok`.
    """

    result: Result
    amount_minor: int
    seq: int


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to open. `credit_limit_minor` None is unlimited; `balance_ceiling_minor` None is none."""

    id: AccountId
    book: int
    code: int
    owner_ref: OwnerRef
    debit_normal: bool = False
    credit_limit_minor: int | None = 0
    balance_ceiling_minor: int | None = None
    purpose: int | None = None
    accepts: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it stands. Counters only grow, but for the pending ones."""

    id: AccountId
    owner_ref: OwnerRef
    book: int
    code: int
    debit_normal: bool
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int
    credit_limit_minor: int | None
    balance_ceiling_minor: int | None
    flags: int
    limit_class: int | None
    purpose: int | None
    accepts: tuple[int, ...] | None
    version: int
    created_at: datetime

    @property
    def balance_minor(self) -> int:
        """The posted balance, on the account's normal side."""
        balance = self.credits_posted - self.debits_posted
        return -balance if self.debit_normal else balance

    @property
    def available_minor(self) -> int | None:
        """What may leave now: holds are counted, and the credit limit; None is without end."""
        if self.credit_limit_minor is None:
            return None
        held = self.credits_pending if self.debit_normal else self.debits_pending
        return self.balance_minor - held + self.credit_limit_minor


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One transfer as one account sees it. `amount_minor` is signed: plus on the account's normal side.

    A pending, voided or expired hold moves no balance; `kind` tells them apart.
    """

    seq: int
    transfer_id: TransferId
    event_id: EventId
    kind: Kind
    code: int
    counterpart_account_id: AccountId
    amount_minor: int
    balance_minor: int
    version: int
    event_at: datetime
    created_at: datetime
    reference: UUID | None


@dataclass(frozen=True, slots=True)
class RecordedTransfer:
    """A transfer as it stands in the ledger, with all of its fields.

    `amount_minor` is what moved, `requested_minor` what was asked for where that differs (0: all of the hold,
    or all that was left). Versions and posted balances are those of the two accounts after it. A `PENDING`
    one has a `hold_state`, and `expires_at` if it has a term. `returned_minor` is what returns gave back.
    """

    id: TransferId
    seq: int
    event_id: EventId
    book: int
    debit_account_id: AccountId
    credit_account_id: AccountId
    amount_minor: int
    requested_minor: int | None
    code: int
    kind: Kind
    pending_id: TransferId | None
    timeout_seconds: int | None
    balancing: bool
    reference: UUID | None
    context: Any
    event_at: datetime
    created_at: datetime
    debit_version: int
    credit_version: int
    debit_balance_minor: int
    credit_balance_minor: int
    hold_state: HoldState | None
    expires_at: datetime | None
    returned_minor: int


@dataclass(frozen=True, slots=True)
class LimitUse:
    """One limit of an owner today: `kind` is single, conversions_month, total_month or balance.

    `maximum_minor` None is no limit. `used_minor` is what the month has used, or what is held (incoming holds
    included), and 0 for single. `renews_at` is when the month ends, and None for single and balance.
    """

    kind: str
    maximum_minor: int | None
    used_minor: int
    renews_at: datetime | None

    @property
    def left_minor(self) -> int | None:
        """What is still allowed, never below 0; None is without end."""
        return None if self.maximum_minor is None else max(0, self.maximum_minor - self.used_minor)


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """The sums of one kind of account in one book, for one owner or for all."""

    book: int
    code: int
    owner_ref: OwnerRef | None
    accounts: int
    debits_pending: int
    debits_posted: int
    credits_pending: int
    credits_posted: int


@dataclass(frozen=True, slots=True)
class Violation:
    """An invariant that does not hold, of what, and what was found instead."""

    invariant: str
    subject: str
    found: str
