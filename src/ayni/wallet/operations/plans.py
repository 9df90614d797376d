"""An order as transfers: which accounts it may use, in which order, with which ids, and what it costs.

Nothing here changes anything. Every id comes from the client's key, so that a request sent again meets
itself. The event's id is made of all that was asked, and the first leg always has the same id: the ledger
notices the same key for anything else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import TypeVar
from uuid import UUID

from ayni import ledger
from ayni.foundation.country import ParameterMissing
from ayni.foundation.db import Actor, Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import Account, Transfer, TransferCode
from ayni.payments import TRUST_BOOK, get_institutions
from ayni.values.ids import AccountId, EventId, PersonId, TransferId, client_id
from ayni.wallet import store
from ayni.wallet.errors import (
    BadAmount,
    BadKey,
    NotPayableInCash,
    OwnShop,
    OwnWallet,
    UnknownShop,
    UnknownWallet,
)
from ayni.wallet.errors.access import SendingLocked
from ayni.wallet.errors.safety import CodeNeeded, HeldForReview
from ayni.wallet.model import (
    MAX_AMOUNT_MINOR,
    Order,
    OrderKind,
    PurposeAccount,
    ReceiptPart,
    Shop,
    Wallet,
)
from ayni.wallet.model.access import LockReason, SendingLock
from ayni.wallet.model.links import Reach
from ayni.wallet.model.safety import Action, RiskDecision
from ayni.wallet.operations.fees import fee_minor
from ayni.wallet.store.access import find_sending_locks
from ayni.wallet.store.links import find_reach
from ayni.wallet.store.safety import find_open_decisions
from ayni.wallet.store.trade import find_humans

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")

_CODES = {
    OrderKind.PAY: TransferCode.PAY,
    OrderKind.CASH_IN: TransferCode.CASH_IN,
    OrderKind.CASH_OUT: TransferCode.CASH_OUT,
    OrderKind.SEND: TransferCode.SEND,
    OrderKind.BILL: TransferCode.PAY_BILL,
    OrderKind.REMIT: TransferCode.REMIT,
}

_AT = {
    OrderKind.PAY: "merchant",
    OrderKind.CASH_IN: "agent",
    OrderKind.CASH_OUT: "agent",
    OrderKind.BILL: "biller",
    OrderKind.REMIT: "merchant",
}
"""At what kind of shop an order is carried out."""

INWARD = (OrderKind.CASH_IN, OrderKind.REMIT)
"""What comes from a shop's account into a resident's."""

LOCKABLE = (OrderKind.SEND, OrderKind.CASH_OUT)
"""What a thief of a telephone would do; a shop can still be paid."""


@dataclass(frozen=True, slots=True)
class Usable:
    """Which of a wallet's accounts an order may use, with whom, and which purposes' money it may not."""

    wallet: Wallet
    other_account_id: AccountId
    accounts: tuple[AccountId, ...]
    barred: Mapping[AccountId, str]


@dataclass(frozen=True, slots=True)
class Plan:
    """An order as transfers, not yet posted. The fee is the last of them, when there is one."""

    order: Order
    usable: Usable
    event_id: EventId
    parts: tuple[ReceiptPart, ...]
    fee_minor: int
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """What the orders of one call name, read at once."""

    wallets: dict[PersonId, Wallet]
    bound: dict[PersonId, list[PurposeAccount]]
    shops: dict[UUID, Shop]
    accounts: dict[AccountId, Account]
    locks: dict[PersonId, SendingLock]
    held: dict[PersonId, RiskDecision]
    humans: dict[PersonId, PersonId]
    reach: Reach


class Remembered:
    """Wallets and shops of one database, which nothing ever changes: read once, and kept for later calls.

    What may change (purposes, links, locks, and all that the ledger keeps) is read for each call.
    """

    def __init__(self, most: int = 100_000) -> None:
        self._most = most
        self._wallets: dict[PersonId, Wallet] = {}
        self._shops: dict[UUID, Shop] = {}

    def find_wallets(self, tx: Tx, person_ids: Sequence[PersonId]) -> dict[PersonId, Wallet]:
        """Wallets by person; people without one are left out, and asked for again."""
        return self._find(self._wallets, person_ids, lambda new: store.find_wallets(tx, new))

    def find_shops(self, tx: Tx, ids: Sequence[UUID]) -> dict[UUID, Shop]:
        """Shops by id; unknown ids are left out, and asked for again."""
        return self._find(self._shops, ids, lambda new: store.find_shops(tx, new))

    def _find(
        self, kept: dict[_Key, _Value], keys: Sequence[_Key], look: Callable[[list[_Key]], dict[_Key, _Value]]
    ) -> dict[_Key, _Value]:
        wanted = set(keys)
        found = {key: kept[key] for key in wanted if key in kept}
        if len(found) < len(wanted):
            new = look([key for key in wanted if key not in found])
            if len(kept) + len(new) > self._most:
                kept.clear()
            kept.update(new)
            found.update(new)
        return found


def read(tx: Tx, orders: Sequence[Order], remembered: Remembered) -> Known:
    """Wallets, shops and accounts of orders."""
    people = [order.person_id for order in orders]
    payees = [PersonId(order.other_id) for order in orders if order.kind == OrderKind.SEND]
    shops = remembered.find_shops(tx, [order.other_id for order in orders if order.kind != OrderKind.SEND])
    cash = [order for order in orders if _AT.get(order.kind) == "agent"]
    traders = [order.person_id for order in cash]
    traders += [shops[order.other_id].keeper_id for order in cash if order.other_id in shops]
    lockable = [order.person_id for order in orders if order.kind in LOCKABLE]
    bound = store.find_purpose_accounts(tx, people)
    return Known(
        wallets=remembered.find_wallets(tx, [*people, *payees]),
        bound=bound,
        shops=shops,
        accounts=ledger.find_accounts(tx, [account.account_id for mine in bound.values() for account in mine])
        if bound
        else {},
        locks=find_locks(tx, lockable),
        held=find_open_decisions(tx, lockable) if lockable else {},
        humans=find_humans(tx, traders) if traders else {},
        reach=_find_reach(tx, orders),
    )


def _find_reach(tx: Tx, orders: Sequence[Order]) -> Reach:
    through = [order for order in orders if order.through]
    if not through:
        return Reach(frozenset(), {})
    return find_reach(tx, [order.through for order in through], [_whose(order) for order in through])


def _whose(order: Order) -> UUID:
    """Whose money moves: the shop's where it comes in, else the resident's."""
    return order.other_id if order.kind in INWARD else order.person_id


def find_locks(tx: Tx, people: Sequence[PersonId]) -> dict[PersonId, SendingLock]:
    """Which of these people may send nothing at present. Without the country's term nobody's is locked."""
    term = parameter(tx, "wallet.sending_lock_hours") if people else 0
    if isinstance(term, AyniError):
        return {}
    return find_sending_locks(tx, sorted(set(people)), term=timedelta(hours=term))


def held(decision: RiskDecision) -> AyniError:
    """The refusal that an open decision means."""
    if decision.action == Action.ASK_CODE:
        return CodeNeeded(rule=decision.rule)
    return HeldForReview(rule=decision.rule)


def find_obstacle(tx: Tx, person_id: PersonId) -> AyniError | None:
    """What keeps somebody from sending and from taking cash out at present, or None."""
    lock = find_locks(tx, [person_id]).get(person_id)
    if lock is not None:
        return sending_locked(tx, lock)
    decision = find_open_decisions(tx, [person_id]).get(person_id)
    return None if decision is None else held(decision)


def sending_locked(tx: Tx, lock: SendingLock) -> AyniError:
    """The refusal that a lock means."""
    until = lock.locked_until.astimezone(tx.country.timezone)
    return SendingLocked(until=f"{until:%Y-%m-%d %H:%M}", why=LockReason(lock.why).words)


def check_request(order: Order) -> AyniError | None:
    """What is wrong with an amount or a key, whoever asks."""
    if type(order.amount_minor) is not int or not 0 < order.amount_minor <= MAX_AMOUNT_MINOR:
        return BadAmount(most=MAX_AMOUNT_MINOR)
    if order.key.version != 7 or not order.client or not order.client.isprintable():
        return BadKey()
    return None


def find_usable(tx: Tx, order: Order, known: Known) -> Usable | AyniError:
    """The accounts that an order may use, or what is wrong with the request itself."""
    wrong = check_request(order)
    if wrong is not None:
        return wrong
    wallet = known.wallets.get(order.person_id)
    if wallet is None:
        return UnknownWallet()
    if order.through and not known.reach.covers(order.through, _whose(order)):
        return UnknownShop(kind=_AT[order.kind]) if order.kind in INWARD else UnknownWallet()
    if order.person_id in known.locks and order.kind in LOCKABLE:
        return sending_locked(tx, known.locks[order.person_id])
    if order.person_id in known.held and order.kind in LOCKABLE:
        return held(known.held[order.person_id])
    if order.kind == OrderKind.SEND:
        return _to_a_person(order, wallet, known)
    shop = known.shops.get(order.other_id)
    # What moves between a holder's own accounts is no order with anybody.
    kind = _AT.get(order.kind, "shop")
    if shop is None or shop.kind != kind:
        return UnknownShop(kind=kind)
    if kind == "agent":
        refused = _cash(tx, order, shop, known)
        if refused is not None:
            return refused
    bound = known.bound.get(order.person_id, [])
    welcome = [
        account.account_id
        for account in bound
        if order.kind == OrderKind.PAY and account.purpose in shop.accepts
    ]
    return Usable(
        wallet,
        shop.account_id,
        (*welcome, wallet.main_account_id),
        {account.account_id: account.name for account in bound if account.account_id not in welcome},
    )


def _to_a_person(order: Order, wallet: Wallet, known: Known) -> Usable | AyniError:
    """Only free money is sent: what is for food is for the household that it was given to."""
    payee = known.wallets.get(PersonId(order.other_id))
    if payee is None:
        return UnknownWallet()
    if payee.owner_ref == wallet.owner_ref:
        return OwnWallet()
    bound = known.bound.get(order.person_id, [])
    return Usable(
        wallet,
        payee.main_account_id,
        (wallet.main_account_id,),
        {account.account_id: account.name for account in bound},
    )


def _cash(tx: Tx, order: Order, shop: Shop, known: Known) -> AyniError | None:
    """No agent trades with themselves, by whichever of their files."""
    wrong = check_coins(tx, order.amount_minor)
    if wrong is not None:
        return wrong
    return OwnShop() if known.humans[shop.keeper_id] == known.humans[order.person_id] else None


def check_coins(tx: Tx, amount_minor: int) -> AyniError | None:
    """Whether coins can pay an amount."""
    coin = parameter(tx, "cash.smallest_coin_minor")
    if isinstance(coin, AyniError):
        return coin
    show = tx.country.format_money
    return NotPayableInCash(amount=show(amount_minor), coin=show(coin)) if amount_minor % coin else None


def parameter(tx: Tx, name: str) -> int | ParameterMissing:
    """An amount of the law on this day, or the fact that there is none: a refusal of one order."""
    try:
        value = tx.country.parameter(name, on=tx.today)
    except ParameterMissing as missing:
        return missing
    assert isinstance(value, int), f"{name} is an amount of money"
    return value


def event_of(order: Order) -> EventId:
    """The id of all that an order asks for; a client's name cannot hold the sign between."""
    whom = order.named or order.other_id
    asked = (order.client, order.kind, order.person_id, whom, order.amount_minor)
    return EventId(client_id("\x1f".join(map(str, asked)), order.key))


def leg_id(order: Order, place: int | str) -> TransferId:
    """The id of one leg; of the first for every order with this key, whatever it asks."""
    client = order.client if place == 0 else f"{order.client}\x1fleg {place}"
    return TransferId(client_id(client, order.key))


def make_plan(tx: Tx, order: Order, usable: Usable, known: Known, spent: dict[AccountId, int]) -> Plan:
    """Purpose money first, then free money for the rest and for the fee. `spent` grows by what it uses."""
    names = {account.account_id: account.name for account in known.bound.get(order.person_id, [])}
    *bound, main = usable.accounts
    rest = order.amount_minor
    parts = []
    for account_id in bound:
        account = known.accounts[account_id]
        room = 0 if account.flags else (account.available_minor or 0) - spent.get(account_id, 0)
        part = min(rest, room)
        if part > 0:
            parts.append(ReceiptPart(account_id, names[account_id], part))
            spent[account_id] = spent.get(account_id, 0) + part
            rest -= part
    if rest:
        parts.append(ReceiptPart(main, None, rest))
    event_id = event_of(order)
    fee = fee_minor(tx, order.kind, order.amount_minor)
    return Plan(order, usable, event_id, tuple(parts), fee, _legs(tx, order, usable, event_id, parts, fee))


def _legs(
    tx: Tx, order: Order, usable: Usable, event_id: EventId, parts: list[ReceiptPart], fee: int
) -> tuple[Transfer, ...]:
    context = context_of(tx, order)
    outward = order.kind not in INWARD
    legs = [
        Transfer(
            id=leg_id(order, place),
            event_id=event_id,
            book=TRUST_BOOK,
            debit_account_id=part.account_id if outward else usable.other_account_id,
            credit_account_id=usable.other_account_id if outward else part.account_id,
            amount_minor=part.amount_minor,
            code=_CODES[order.kind],
            linked=place < len(parts) - 1 or fee > 0,
            context=context,
        )
        for place, part in enumerate(parts)
    ]
    if fee:
        legs.append(
            Transfer(
                id=leg_id(order, "fee"),
                event_id=event_id,
                book=TRUST_BOOK,
                debit_account_id=usable.wallet.main_account_id,
                credit_account_id=get_institutions(tx).issuer_account_id,
                amount_minor=fee,
                code=TransferCode.FEE,
                context=context,
            )
        )
    return tuple(legs)


def context_of(tx: Tx, order: Order) -> str:
    """Who asked, and through what: for hot payments this is the audit row."""
    return _context(tx.actor, order.client)


@lru_cache(maxsize=1024)
def _context(actor: Actor, client: str) -> str:
    return json.dumps({"actor": actor.who, "channel": actor.channel, "client": client})
