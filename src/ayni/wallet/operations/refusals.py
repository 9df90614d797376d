"""The ledger's answers as named facts: which limit, what is left of it, and when it renews."""

from __future__ import annotations

from typing import Any

from ayni import ledger
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import Result
from ayni.payments import TRUST_BOOK
from ayni.wallet.errors import (
    AccountClosed,
    AgentFull,
    AgentOutOfFloat,
    InsufficientFunds,
    KeyAlreadyUsed,
    LimitExceeded,
    LimitMissing,
    OrderRefused,
    OrganisationOutOfMoney,
    PayeeCannotTake,
    PurposeMoneyNotAccepted,
    WalletMayNotSpend,
)
from ayni.wallet.model import Order, OrderKind, Wallet
from ayni.wallet.operations.plans import INWARD, Usable

_LIMITS = {
    Result.DEBIT_SINGLE_LIMIT_EXCEEDED: "single",
    Result.CREDIT_SINGLE_LIMIT_EXCEEDED: "single",
    Result.DEBIT_CONVERSIONS_LIMIT_EXCEEDED: "conversions_month",
    Result.CREDIT_CONVERSIONS_LIMIT_EXCEEDED: "conversions_month",
    Result.DEBIT_TOTAL_LIMIT_EXCEEDED: "total_month",
    Result.CREDIT_TOTAL_LIMIT_EXCEEDED: "total_month",
    Result.CREDIT_BALANCE_LIMIT_EXCEEDED: "balance",
}
_PAYEE = {
    Result.CREDIT_SINGLE_LIMIT_EXCEEDED,
    Result.CREDIT_CONVERSIONS_LIMIT_EXCEEDED,
    Result.CREDIT_TOTAL_LIMIT_EXCEEDED,
    Result.CREDIT_BALANCE_LIMIT_EXCEEDED,
    # A wallet that its holder has closed holds nothing.
    Result.CREDIT_CEILING_EXCEEDED,
}
_SAYS = {
    "single": "The most for one payment",
    "conversions_month": "The most cash that may become e-money in a month",
    "total_month": "The most that all payments of a month may add up to",
    "balance": "The most that a wallet may hold",
}
_STATES = {
    Result.DEBIT_ACCOUNT_FROZEN: "frozen",
    Result.DEBIT_OWNER_FROZEN: "frozen",
    Result.DEBIT_ACCOUNT_DORMANT: "dormant",
    Result.DEBIT_OWNER_DORMANT: "dormant",
    Result.DEBIT_ACCOUNT_LEGAL_HOLD: "under legal hold",
    Result.DEBIT_OWNER_LEGAL_HOLD: "under legal hold",
}


def differs(result: Result) -> bool:
    """Whether the id is known to the ledger for something else."""
    return Result.EXISTS_WITH_DIFFERENT_KIND <= result <= Result.EXISTS_WITH_DIFFERENT_EVENT_AT


def refusal(tx: Tx, order: Order, usable: Usable, result: Result, *, fee_minor: int = 0) -> AyniError:
    """The named fact behind a refused order, which would have cost a fee."""
    if differs(result):
        return KeyAlreadyUsed()
    if result == Result.INSUFFICIENT_FUNDS:
        return _too_little(tx, order, usable, fee_minor)
    if order.kind in (OrderKind.SEND, OrderKind.REMIT) and result in _PAYEE:
        # How much the other holds, and which limit it is, is for their eyes.
        return PayeeCannotTake(amount=tx.country.format_money(order.amount_minor))
    if result in _LIMITS:
        return limit_exceeded(tx, usable.wallet, kind=_LIMITS[result])
    if result in (Result.DEBIT_LIMIT_MISSING, Result.CREDIT_LIMIT_MISSING):
        return LimitMissing()
    if result in _STATES:
        return WalletMayNotSpend(state=_STATES[result])
    if result in (Result.DEBIT_ACCOUNT_CLOSED, Result.CREDIT_ACCOUNT_CLOSED):
        resident_pays = order.kind not in INWARD
        is_resident = (result == Result.DEBIT_ACCOUNT_CLOSED) == resident_pays
        other = "payee" if order.kind == OrderKind.SEND else "shop"
        return AccountClosed(side="resident" if is_resident else other)
    if result == Result.CREDIT_CEILING_EXCEEDED and order.kind == OrderKind.CASH_OUT:
        return AgentFull(amount=tx.country.format_money(order.amount_minor))
    return OrderRefused(result=in_words(result))


def in_words(result: Result) -> str:
    """A result's name as words."""
    return result.name.lower().replace("_", " ")


def _too_little(tx: Tx, order: Order, usable: Usable, fee_minor: int) -> AyniError:
    if order.kind == OrderKind.CASH_IN:
        return AgentOutOfFloat(amount=tx.country.format_money(order.amount_minor))
    if order.kind == OrderKind.REMIT:
        return OrganisationOutOfMoney(amount=tx.country.format_money(order.amount_minor))
    wanted_minor = order.amount_minor + fee_minor
    found = ledger.find_accounts(tx, [*usable.accounts, *usable.barred])
    rooms = {account_id: max(0, account.available_minor or 0) for account_id, account in found.items()}
    available = sum(rooms[account_id] for account_id in usable.accounts)
    barred = {name: rooms[account_id] for account_id, name in usable.barred.items() if rooms[account_id]}
    numbers: dict[str, Any] = {
        "amount": tx.country.format_money(wanted_minor),
        "available": tx.country.format_money(available),
        "available_minor": available,
    }
    if barred and available + sum(barred.values()) >= wanted_minor:
        return PurposeMoneyNotAccepted(purposes=", ".join(sorted(barred)), **numbers)
    return InsufficientFunds(**numbers)


def limit_exceeded(tx: Tx, wallet: Wallet, *, kind: str) -> AyniError:
    """Which limit, what is left of it for this wallet, and when it renews: what the ledger itself counts."""
    limits = ledger.limit_use(tx, wallet.owner_ref, book=TRUST_BOOK)
    found = next((limit for limit in limits if limit.kind == kind and limit.maximum_minor is not None), None)
    if found is None or found.maximum_minor is None:
        return LimitMissing()
    renews = "There is room again as money is spent." if kind == "balance" else ""
    if found.renews_at is not None:
        renews = f"It renews on {found.renews_at.astimezone(tx.country.timezone).date().isoformat()}."
    left = found.left_minor or 0
    return LimitExceeded(
        limit=_SAYS[kind],
        kind=kind,
        maximum=tx.country.format_money(found.maximum_minor),
        left=tx.country.format_money(left),
        left_minor=left,
        renews=renews,
    )


def check_room(tx: Tx, wallet: Wallet, amount_minor: int) -> None:
    """Refuse at once to set aside what could never be taken. Raises LimitExceeded, LimitMissing.

    Between two accounts of one owner nothing counts; it counts when somebody takes it.
    """
    for limit in ledger.limit_use(tx, wallet.owner_ref, book=TRUST_BOOK):
        left = limit.left_minor
        if limit.kind in ("single", "total_month") and left is not None and left < amount_minor:
            raise limit_exceeded(tx, wallet, kind=limit.kind)
