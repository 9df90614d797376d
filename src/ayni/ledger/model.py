"""The ledger's words: accounts, transfers, holds, and every answer that a posting can get.

Amounts are whole minor units. The model is pure: what the database does is written in `sql/`, and a
reference model under `tests/properties` says the same in plain Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, IntFlag
from uuid import UUID

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


class Result(IntEnum):
    """The answer to one transfer, in the order in which the tests are made: the first that fails answers.

    Before all tests the id is looked at: whether it is nil, and what is known of it. Then the chain: the last
    leg of one that was left open says so, and every other leg of one that fails is `LINKED_EVENT_FAILED`.

    `CREATED` and `EXISTS` are success. Every other answer is remembered with the id and given again for
    ever, except `ID_MUST_NOT_BE_NIL` and the `EXISTS_WITH_DIFFERENT_…` family, which are about the request.
    """

    CREATED = 0
    EXISTS = 1
    LINKED_EVENT_FAILED = 2
    LINKED_EVENT_CHAIN_OPEN = 3
    ID_MUST_NOT_BE_NIL = 4

    EXISTS_WITH_DIFFERENT_KIND = 10
    EXISTS_WITH_DIFFERENT_BALANCING = 11
    EXISTS_WITH_DIFFERENT_PENDING_ID = 12
    EXISTS_WITH_DIFFERENT_TIMEOUT = 13
    EXISTS_WITH_DIFFERENT_BOOK = 14
    EXISTS_WITH_DIFFERENT_DEBIT_ACCOUNT = 15
    EXISTS_WITH_DIFFERENT_CREDIT_ACCOUNT = 16
    EXISTS_WITH_DIFFERENT_AMOUNT = 17
    EXISTS_WITH_DIFFERENT_CODE = 18
    EXISTS_WITH_DIFFERENT_EVENT_ID = 19
    EXISTS_WITH_DIFFERENT_REFERENCE = 20
    EXISTS_WITH_DIFFERENT_EVENT_AT = 21

    KIND_NOT_ALLOWED = 30
    BALANCING_NOT_ALLOWED = 31
    TIMEOUT_NOT_ALLOWED = 32
    TIMEOUT_NOT_POSITIVE = 33
    PENDING_ID_REQUIRED = 34
    PENDING_ID_NOT_ALLOWED = 35
    AMOUNT_NOT_POSITIVE = 36
    AMOUNT_TOO_LARGE = 37

    PENDING_NOT_FOUND = 40
    PENDING_HAS_DIFFERENT_BOOK = 41
    PENDING_HAS_DIFFERENT_DEBIT_ACCOUNT = 42
    PENDING_HAS_DIFFERENT_CREDIT_ACCOUNT = 43
    PENDING_ALREADY_POSTED = 44
    PENDING_ALREADY_VOIDED = 45
    PENDING_EXPIRED = 46
    AMOUNT_EXCEEDS_PENDING = 47
    VOID_AMOUNT_DIFFERS = 48

    DEBIT_ACCOUNT_NOT_FOUND = 50
    CREDIT_ACCOUNT_NOT_FOUND = 51
    ACCOUNTS_MUST_DIFFER = 52
    DEBIT_ACCOUNT_IN_OTHER_BOOK = 53
    CREDIT_ACCOUNT_IN_OTHER_BOOK = 54

    DEBIT_ACCOUNT_CLOSED = 60
    CREDIT_ACCOUNT_CLOSED = 61
    DEBIT_ACCOUNT_FROZEN = 62
    DEBIT_ACCOUNT_DORMANT = 63
    DEBIT_ACCOUNT_LEGAL_HOLD = 64
    DEBIT_OWNER_FROZEN = 65
    DEBIT_OWNER_DORMANT = 66
    DEBIT_OWNER_LEGAL_HOLD = 67
    PURPOSE_NOT_ACCEPTED = 68

    INSUFFICIENT_FUNDS = 70
    INSUFFICIENT_DEBIT_BALANCE = 71
    DEBIT_CEILING_EXCEEDED = 72
    CREDIT_CEILING_EXCEEDED = 73

    DEBIT_LIMIT_MISSING = 80
    CREDIT_LIMIT_MISSING = 81
    DEBIT_SINGLE_LIMIT_EXCEEDED = 82
    DEBIT_CONVERSIONS_LIMIT_EXCEEDED = 83
    DEBIT_TOTAL_LIMIT_EXCEEDED = 84
    CREDIT_SINGLE_LIMIT_EXCEEDED = 85
    CREDIT_CONVERSIONS_LIMIT_EXCEEDED = 86
    CREDIT_TOTAL_LIMIT_EXCEEDED = 87
    CREDIT_BALANCE_LIMIT_EXCEEDED = 88

    OVERFLOW = 90

    @property
    def ok(self) -> bool:
        """Whether the transfer is in the ledger."""
        return self <= Result.EXISTS


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

    For `POST` and `VOID` the accounts may be None (the hold's own), and amount 0 means all of the hold.
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
