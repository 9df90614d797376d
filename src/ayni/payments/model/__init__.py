"""The books, what the bank confirms, and what must agree with what. Amounts are whole minor units."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ayni.values.ids import AccountId, EventId, OwnerRef, ProgrammeId

TRUST_BOOK = 1
"""The issuer's trust book: bank-side assets, and e-money as the liability that they stand behind."""

ISSUER_BOOK = 2
"""The issuer's own income and costs."""

FIRST_PROGRAMME_BOOK = 100
"""Programmes' budgets have the books from here on; the lender's will be 3."""

INSTITUTION_CLASS = 1
"""The class of limits that says, in so many words, that there is no limit."""

MAX_DEPOSIT_MINOR = 10**14
"""What the ledger takes in one transfer."""


@dataclass(frozen=True, slots=True)
class Institutions:
    """Those without whom there is no e-money: the issuer with its two accounts, and the municipality.

    On the account of payouts stands what is on its way to bank accounts; it is nobody's to spend.
    """

    issuer_ref: OwnerRef
    municipality_ref: OwnerRef
    trust_account_id: AccountId
    issuer_account_id: AccountId
    payouts_ref: OwnerRef
    payouts_account_id: AccountId


@dataclass(frozen=True, slots=True)
class ProgrammeBook:
    """A programme's budget book, and the programme's e-money account in the trust book.

    `asset_account_id` ("e-money at the issuer") always has the balance of `emoney_account_id`.
    """

    programme_id: ProgrammeId
    book: int
    name: str
    owner_ref: OwnerRef
    emoney_account_id: AccountId
    asset_account_id: AccountId
    free_account_id: AccountId
    reserved_account_id: AccountId


@dataclass(frozen=True, slots=True)
class Deposit:
    """A confirmed credit of the bank, for which e-money was issued to `account_id`."""

    bank_reference: str
    event_id: EventId
    account_id: AccountId
    amount_minor: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class BankCredit:
    """One credit on the trust account, as the bank tells it. `narrative` is what the payer wrote."""

    reference: str
    amount_minor: int
    received_at: datetime
    narrative: str


@dataclass(frozen=True, slots=True)
class BankBalance:
    """What the bank says stood on the trust account at an instant."""

    as_of: datetime
    balance_minor: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """The bank's newest word, and what the deposits after it add up to."""

    bank: str
    as_of: datetime
    balance_minor: int
    received_since_minor: int


@dataclass(frozen=True, slots=True)
class MirrorDifference:
    """A programme whose own book shows another amount than the issuer owes it."""

    programme_id: ProgrammeId
    book: int
    asset_minor: int
    emoney_minor: int
