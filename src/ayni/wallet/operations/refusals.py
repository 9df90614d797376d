"""The ledger's answers as named facts: which limit, what is left of it, and when it renews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ayni import ledger
from ayni.foundation.country import ParameterMissing
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import Counts, Kind, Result
from ayni.values.ids import AccountId
from ayni.wallet.errors import (
    AccountClosed,
    AgentOutOfFloat,
    InsufficientFunds,
    KeyAlreadyUsed,
    LimitExceeded,
    LimitMissing,
    OrderRefused,
    PurposeMoneyNotAccepted,
    WalletMayNotSpend,
)
from ayni.wallet.model import Order, OrderKind, Shop, Wallet
from ayni.wallet.operations.tiers import PARAMETERS, RESIDENT_COUNTS

_LIMITS = {
    Result.DEBIT_SINGLE_LIMIT_EXCEEDED: "single",
    Result.CREDIT_SINGLE_LIMIT_EXCEEDED: "single",
    Result.DEBIT_CONVERSIONS_LIMIT_EXCEEDED: "conversions_month",
    Result.CREDIT_CONVERSIONS_LIMIT_EXCEEDED: "conversions_month",
    Result.DEBIT_TOTAL_LIMIT_EXCEEDED: "total_month",
    Result.CREDIT_TOTAL_LIMIT_EXCEEDED: "total_month",
    Result.CREDIT_BALANCE_LIMIT_EXCEEDED: "balance",
}
_SAYS = {
    "single": "The most for one payment",
    "conversions_month": "The most cash that may become e-money in a month",
    "total_month": "The most that all payments of a month may add up to",
    "balance": "The most that a wallet may hold",
}
_COUNTED = {
    "conversions_month": (Counts.DEBIT_CONVERSIONS, Counts.CREDIT_CONVERSIONS),
    "total_month": (Counts.DEBIT_TOTAL, Counts.CREDIT_TOTAL),
}
_STATES = {
    Result.DEBIT_ACCOUNT_FROZEN: "frozen",
    Result.DEBIT_OWNER_FROZEN: "frozen",
    Result.DEBIT_ACCOUNT_DORMANT: "dormant",
    Result.DEBIT_OWNER_DORMANT: "dormant",
    Result.DEBIT_ACCOUNT_LEGAL_HOLD: "under legal hold",
    Result.DEBIT_OWNER_LEGAL_HOLD: "under legal hold",
}


@dataclass(frozen=True, slots=True)
class Usable:
    """Which of a wallet's accounts an order may use, and which purposes' money it may not."""

    wallet: Wallet
    shop: Shop
    accounts: tuple[AccountId, ...]
    barred: Mapping[AccountId, str]


def differs(result: Result) -> bool:
    """Whether the id is known to the ledger for something else."""
    return Result.EXISTS_WITH_DIFFERENT_KIND <= result <= Result.EXISTS_WITH_DIFFERENT_EVENT_AT


def refusal(tx: Tx, order: Order, usable: Usable, result: Result) -> AyniError:
    """The named fact behind a refused order."""
    if differs(result):
        return KeyAlreadyUsed()
    if result == Result.INSUFFICIENT_FUNDS:
        return _too_little(tx, order, usable)
    if result in _LIMITS:
        return limit_exceeded(tx, usable.wallet, kind=_LIMITS[result])
    if result in (Result.DEBIT_LIMIT_MISSING, Result.CREDIT_LIMIT_MISSING):
        return LimitMissing()
    if result in _STATES:
        return WalletMayNotSpend(state=_STATES[result])
    if result in (Result.DEBIT_ACCOUNT_CLOSED, Result.CREDIT_ACCOUNT_CLOSED):
        resident_pays = order.kind != OrderKind.CASH_IN
        is_resident = (result == Result.DEBIT_ACCOUNT_CLOSED) == resident_pays
        return AccountClosed(side="resident" if is_resident else "shop")
    return OrderRefused(result=in_words(result))


def in_words(result: Result) -> str:
    """A result's name as words."""
    return result.name.lower().replace("_", " ")


def _too_little(tx: Tx, order: Order, usable: Usable) -> AyniError:
    amount = tx.country.format_money(order.amount_minor)
    if order.kind == OrderKind.CASH_IN:
        return AgentOutOfFloat(amount=amount)
    found = ledger.find_accounts(tx, [*usable.accounts, *usable.barred])
    rooms = {account_id: max(0, account.available_minor or 0) for account_id, account in found.items()}
    available = sum(rooms[account_id] for account_id in usable.accounts)
    barred = {name: rooms[account_id] for account_id, name in usable.barred.items() if rooms[account_id]}
    numbers: dict[str, Any] = {
        "amount": amount,
        "available": tx.country.format_money(available),
        "available_minor": available,
    }
    if barred and available + sum(barred.values()) >= order.amount_minor:
        return PurposeMoneyNotAccepted(purposes=", ".join(sorted(barred)), **numbers)
    return InsufficientFunds(**numbers)


def limit_exceeded(tx: Tx, wallet: Wallet, *, kind: str) -> AyniError:
    """Which limit, what is left of it for this wallet, and when it renews."""
    try:
        maximum = tx.country.parameter(PARAMETERS[kind], on=tx.today)
    except ParameterMissing:
        return LimitMissing()
    assert isinstance(maximum, int), "limits are amounts of money"
    if kind == "single":
        left, renews = maximum, ""
    elif kind == "balance":
        left, renews = maximum - _held(tx, wallet), "There is room again as money is spent."
    else:
        left = maximum - _used(tx, wallet, kind)
        renews = f"It renews on {_next_month(tx.today).isoformat()}."
    left = max(0, left)
    return LimitExceeded(
        limit=_SAYS[kind],
        kind=kind,
        maximum=tx.country.format_money(maximum),
        left=tx.country.format_money(left),
        left_minor=left,
        renews=renews,
    )


def _held(tx: Tx, wallet: Wallet) -> int:
    accounts = ledger.list_accounts(tx, wallet.owner_ref)
    return sum(account.balance_minor + account.credits_pending for account in accounts)


def _used(tx: Tx, wallet: Wallet, kind: str) -> int:
    """What the ledger has counted since the month began, added up from the wallet's own lines."""
    out_bit, in_bit = _COUNTED[kind]
    first = tx.today.replace(day=1)
    since = datetime(first.year, first.month, 1, tzinfo=tx.country.timezone).astimezone(UTC)
    used = 0
    for account in ledger.list_accounts(tx, wallet.owner_ref):
        before = 0
        while page := ledger.list_statement(tx, account.id, most=500, before_seq=before, since=since):
            for line in page:
                counts = RESIDENT_COUNTS.get(line.code, Counts.NONE)
                if line.kind in (Kind.SINGLE, Kind.POST) and counts & (
                    in_bit if line.amount_minor > 0 else out_bit
                ):
                    used += abs(line.amount_minor)
            before = page[-1].seq
    return used


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
