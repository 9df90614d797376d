"""Wallets, shops, orders and what is answered to them. Amounts are whole minor units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ayni.values.ids import AccountId, EntitlementId, EventId, OwnerRef, PersonId, TransferId

RESIDENT_CLASS = 10
"""The tier of people known by name and verified document: the limits of the simplified account."""

SHOP_CLASS = 20
"""Merchants and agents, whose accounts stand under a contract."""

MAX_AMOUNT_MINOR = 10**14
"""What the ledger takes in one transfer."""


class WhyNoWallet(StrEnum):
    """Why a person was not given a wallet now."""

    UNKNOWN_PERSON = "unknown_person"
    NO_DOCUMENT = "no_document"
    DOCUMENT_NOT_VERIFIED = "document_not_verified"
    HAS_WALLET = "has_wallet"
    HAS_DIED = "has_died"

    @property
    def sentence(self) -> str:
        """The reason in words."""
        return {
            WhyNoWallet.UNKNOWN_PERSON: "Nobody is registered under this id.",
            WhyNoWallet.NO_DOCUMENT: "The law asks for an identity document, and none is registered.",
            WhyNoWallet.DOCUMENT_NOT_VERIFIED: "No register has confirmed the person's document.",
            WhyNoWallet.HAS_WALLET: "The person has a wallet already.",
            WhyNoWallet.HAS_DIED: "The person has died.",
        }[self]


@dataclass(frozen=True, slots=True)
class Wallet:
    """The link between a person and the ledger's opaque owner."""

    person_id: PersonId
    owner_ref: OwnerRef
    main_account_id: AccountId
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class PurposeAccount:
    """A person's account for money of one purpose."""

    person_id: PersonId
    purpose: int
    name: str
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class OpenedWallets:
    """Who has a new wallet, and why the others have not."""

    opened: tuple[PersonId, ...]
    refused: Mapping[PersonId, WhyNoWallet]


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant (takes payments), an agent (trades cash) or a company that is paid bills.

    `accepts` are numbers of purposes.
    """

    id: UUID
    kind: str
    code: str
    display_name: str
    category: str | None
    keeper_id: PersonId
    owner_ref: OwnerRef
    account_id: AccountId
    accepts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Benefit:
    """One entitlement to be paid into a wallet.

    `attempt` goes up only after a recorded refusal. `purpose` is a purpose's name; None is free money.
    """

    entitlement_id: EntitlementId
    created_at: datetime
    person_id: PersonId
    amount_minor: int
    purpose: str | None = None
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class BenefitAnswer:
    """What became of a benefit. Without `paid` it stays payable, and `reason` says why in a sentence.

    `newly` is False when an earlier call had paid it. `code` is stable: "paid", "waiting" (in a hold, for a
    wallet that is not in use yet) or a refusal's. `sent` tells
    whether the attempt was used up: a refusal of the ledger is remembered, so trying again needs another.
    """

    entitlement_id: EntitlementId
    transfer_id: TransferId
    paid: bool
    newly: bool
    sent: bool
    code: str
    reason: str


class OrderKind(StrEnum):
    """What a resident does: at a shop, or with another resident."""

    PAY = "pay"
    CASH_IN = "cash_in"
    CASH_OUT = "cash_out"
    SEND = "send"
    BILL = "bill"
    REMIT = "remit"
    """A merchant pays a person from its own account: wages, a prize, what it owes."""
    SAVE = "save"
    """Between accounts of one's own: never carried out as an order, but refused as one."""


@dataclass(frozen=True, slots=True)
class Order:
    """A resident's order. `key` is a UUIDv7 that the client makes and keeps before sending.

    `other_id` is the shop, or the person who receives. `named` is what the client named them by, where that
    may come to mean somebody else: a telephone.
    """

    kind: OrderKind
    person_id: PersonId
    other_id: UUID
    amount_minor: int
    client: str
    key: UUID
    named: str = field(default="", repr=False)
    through: str = ""
    """The system outside that asks for it: whoever's money moves must have let it in. Empty is ourselves."""


@dataclass(frozen=True, slots=True)
class ReceiptPart:
    """From or to which of the resident's accounts a part moved. `purpose` None is free money."""

    account_id: AccountId
    purpose: str | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """An order carried out. The same order again gives the same receipt, only `repeated`.

    With `parcel_id` the money waits for its payee. What `amount_minor` moves is without the fee.
    """

    event_id: EventId
    kind: OrderKind
    amount_minor: int
    parts: tuple[ReceiptPart, ...]
    seq: int
    repeated: bool = field(default=False, compare=False)
    parcel_id: UUID | None = None
    fee_minor: int = 0
    payment_id: TransferId | None = None
    """The id by which a merchant finds it, to give it back."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a payment: a resident, a shop, or with neither somebody who is no customer's business."""

    person_id: PersonId | None = None
    shop: Shop | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as the ledger has it. `code` says why it moved; `returned_minor` has been given back.

    `seq` is the place of its first transfer in the ledger's order.
    """

    id: TransferId
    event_id: EventId
    code: int
    amount_minor: int
    fee_minor: int
    returned_minor: int
    at: datetime
    debit: Side
    credit: Side
    seq: int


@dataclass(frozen=True, slots=True)
class Refund:
    """A payment that was given back, or so much of it. `seq` is its place in the ledger's order."""

    event_id: EventId
    amount_minor: int
    seq: int
    repeated: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Payee:
    """Somebody whom a telephone reaches and who has a wallet, by as much of the name as others may see."""

    person_id: PersonId
    display_name: str


class ParcelEnd(StrEnum):
    """How a parcel ended."""

    TAKEN = "taken"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class Parcel:
    """Money sent to a telephone of nobody with a wallet. It waits in an account of the sender's until it is
    taken.

    `ended` None: it still waits. `phone` is in E.164 and hidden from `repr`.
    """

    id: UUID
    sender_id: PersonId
    phone: str = field(repr=False)
    amount_minor: int
    account_id: AccountId
    event_id: EventId
    sent_at: datetime
    expires_at: datetime
    ended: ParcelEnd | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class LimitLeft:
    """A limit of the wallet today. None is without end; `renews_on` is the first day of the next window."""

    kind: str
    maximum_minor: int | None
    left_minor: int | None
    renews_on: date | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What an order would do now, shown before it is confirmed. It promises nothing and keeps nothing.

    `to` is the other side by display name, or the hidden telephone where the money would wait until
    `waits_until`. `available_minor` may be used for it, purpose money included. `limits` are today's,
    before it.
    """

    kind: OrderKind
    to: str
    amount_minor: int
    fee_minor: int
    available_minor: int
    limits: tuple[LimitLeft, ...]
    waits_until: datetime | None = None

    @property
    def total_minor(self) -> int:
        """What leaves the wallet, or arrives on it when cash is turned into money."""
        if self.kind == OrderKind.CASH_IN:
            return self.amount_minor - self.fee_minor
        return self.amount_minor + self.fee_minor


@dataclass(frozen=True, slots=True)
class Balance:
    """What a person has. `available_minor` is free money that may leave now; `bound_minor` by purpose.

    `saved_minor` stands in goals.
    """

    total_minor: int
    available_minor: int
    bound_minor: Mapping[str, int]
    may_spend: bool
    saved_minor: int = 0


@dataclass(frozen=True, slots=True)
class StatementEntry:
    """One business event. `amount_minor` is signed; `balance_minor` is of the whole wallet after it."""

    event_id: EventId
    at: datetime
    code: int
    counterpart: str
    amount_minor: int
    parts: Mapping[str, int]
    balance_minor: int
    seq: int
    payment_id: TransferId
    """Of its first transfer."""

    @property
    def direction(self) -> str:
        """ "in", "out", or "within" for what only moved between the wallet's own accounts."""
        return "in" if self.amount_minor > 0 else "out" if self.amount_minor else "within"


@dataclass(frozen=True, slots=True)
class Statement:
    """Entries, newest first. `older` continues where it ends; None when there is nothing older."""

    entries: tuple[StatementEntry, ...]
    older: Mapping[AccountId, int] | None
