"""Residents at shops: paying, and trading cash.

These are the hot payments. They write nothing but transfers, so that they may go through the ledger's poster
and be committed in groups; whatever else follows from them is derived from the ledger, in its order.

Every id comes from the client's key, so that a request sent again meets itself. The event's id is made of all
that was asked, and the first leg always has the same id: the ledger notices the same key for anything else.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ayni import ledger
from ayni.foundation.country import ParameterMissing
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import Account, Posted, Poster, Result, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import AccountId, EventId, PersonId, TransferId, client_id
from ayni.wallet import store
from ayni.wallet.errors import (
    BadAmount,
    BadKey,
    NotPayableInCash,
    OwnShop,
    TooManyAtOnce,
    UnknownShop,
    UnknownWallet,
)
from ayni.wallet.model import (
    MAX_AMOUNT_MINOR,
    Order,
    OrderKind,
    PurposeAccount,
    Receipt,
    ReceiptPart,
    Shop,
    Wallet,
)
from ayni.wallet.operations.refusals import Usable, differs, limit_exceeded, refusal
from ayni.wallet.operations.tiers import PARAMETERS

_CODES = {
    OrderKind.PAY: TransferCode.PAY,
    OrderKind.CASH_IN: TransferCode.CASH_IN,
    OrderKind.CASH_OUT: TransferCode.CASH_OUT,
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """An order as transfers, not yet posted."""

    order: Order
    usable: Usable
    event_id: EventId
    parts: tuple[ReceiptPart, ...]
    transfers: tuple[Transfer, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the orders of one call name, read at once."""

    wallets: dict[PersonId, Wallet]
    bound: dict[PersonId, list[PurposeAccount]]
    shops: dict[UUID, Shop]
    accounts: dict[AccountId, Account]


def pay(
    tx: Tx,
    *,
    person_id: PersonId,
    merchant_id: UUID,
    amount_minor: int,
    client: str,
    key: UUID,
    poster: Poster | None = None,
) -> Receipt:
    """Pay a merchant: with purpose money first where the shop accepts it, then with free money.

    All or nothing. The same `key` again gives the same receipt. With a `poster` the payment is committed
    before this returns, and a refusal is remembered with its key; without, it is part of `tx`, and goes last
    in it. Raises
    InsufficientFunds, PurposeMoneyNotAccepted, LimitExceeded, LimitMissing, WalletMayNotSpend, AccountClosed,
    KeyAlreadyUsed, UnknownWallet, UnknownShop, BadAmount, BadKey, OrderRefused.
    """
    order = Order(OrderKind.PAY, person_id, merchant_id, amount_minor, client, key)
    return _only(carry_out(tx, orders=[order], poster=poster))


def cash_out(
    tx: Tx,
    *,
    person_id: PersonId,
    agent_id: UUID,
    amount_minor: int,
    client: str,
    key: UUID,
    poster: Poster | None = None,
) -> Receipt:
    """Give free money to an agent, who hands over cash once this has returned. Purpose money is never cash.

    Raises NotPayableInCash for what coins cannot pay, OwnShop, and as `pay` does.
    """
    order = Order(OrderKind.CASH_OUT, person_id, agent_id, amount_minor, client, key)
    return _only(carry_out(tx, orders=[order], poster=poster))


def cash_in(
    tx: Tx,
    *,
    person_id: PersonId,
    agent_id: UUID,
    amount_minor: int,
    client: str,
    key: UUID,
    poster: Poster | None = None,
) -> Receipt:
    """Take e-money from an agent's float for cash that the resident has handed over.

    Raises AgentOutOfFloat, NotPayableInCash, OwnShop, and as `pay` does. The agent is told of the resident's
    limits only that they were met: what is left is for the resident's eyes.
    """
    order = Order(OrderKind.CASH_IN, person_id, agent_id, amount_minor, client, key)
    return _only(carry_out(tx, orders=[order], poster=poster))


def _only(answers: list[Receipt | AyniError]) -> Receipt:
    (answer,) = answers
    if isinstance(answer, AyniError):
        raise answer
    return answer


def carry_out(tx: Tx, *, orders: Sequence[Order], poster: Poster | None = None) -> list[Receipt | AyniError]:
    """Carry out many orders, each on its own, and answer each with its receipt or the named refusal.

    At most `ledger.BULK_BATCH`. See `pay` for what `poster` changes. Raises TooManyAtOnce.
    """
    if len(orders) > ledger.BULK_BATCH:
        raise TooManyAtOnce(size=len(orders), limit=ledger.BULK_BATCH)
    known = _read(tx, orders)
    spent: dict[AccountId, int] = {}
    plans = [_plan(tx, order, known, spent) for order in orders]
    transfers = [leg for plan in plans if isinstance(plan, _Plan) for leg in plan.transfers]
    posted = iter(poster.post(transfers) if poster is not None else ledger.post(tx, transfers))
    return [
        _settle(tx, plan, [next(posted) for _ in plan.transfers]) if isinstance(plan, _Plan) else plan
        for plan in plans
    ]


def _read(tx: Tx, orders: Sequence[Order]) -> _Known:
    people = [order.person_id for order in orders]
    bound = store.find_purpose_accounts(tx, people)
    return _Known(
        wallets=store.find_wallets(tx, people),
        bound=bound,
        shops=store.find_shops(tx, [order.shop_id for order in orders]),
        accounts=ledger.find_accounts(
            tx, [account.account_id for mine in bound.values() for account in mine]
        ),
    )


def _plan(tx: Tx, order: Order, known: _Known, spent: dict[AccountId, int]) -> _Plan | Receipt | AyniError:
    usable = _check(tx, order, known)
    if isinstance(usable, AyniError):
        return usable
    parts = _parts(order, usable, known, spent)
    event_id = EventId(client_id(_spelled(order), order.key))
    if len(parts) > 1:
        # The ledger tests a limit leg by leg; what is one payment to people is tested here as one.
        single = _parameter(tx, PARAMETERS["single"])
        if isinstance(single, AyniError) or order.amount_minor > single:
            earlier = _find_receipt(tx, order, usable, event_id)
            return earlier or limit_exceeded(tx, usable.wallet, kind="single")
    return _Plan(order, usable, event_id, parts, _legs(tx, order, usable, event_id, parts))


def _parameter(tx: Tx, name: str) -> int | ParameterMissing:
    """An amount of the law on this day, or the fact that there is none: a refusal of one order."""
    try:
        value = tx.country.parameter(name, on=tx.today)
    except ParameterMissing as missing:
        return missing
    assert isinstance(value, int), f"{name} is an amount of money"
    return value


def _spelled(order: Order) -> str:
    """All that an order asks for; a client's name cannot hold the sign between."""
    asked = (order.client, order.kind, order.person_id, order.shop_id, order.amount_minor)
    return "\x1f".join(map(str, asked))


def _check(tx: Tx, order: Order, known: _Known) -> Usable | AyniError:
    """The accounts that an order may use, or what is wrong with the request itself."""
    if type(order.amount_minor) is not int or not 0 < order.amount_minor <= MAX_AMOUNT_MINOR:
        return BadAmount(most=MAX_AMOUNT_MINOR)
    if order.key.version != 7 or not order.client or not order.client.isprintable():
        return BadKey()
    wallet, shop = known.wallets.get(order.person_id), known.shops.get(order.shop_id)
    if wallet is None:
        return UnknownWallet()
    kind = "merchant" if order.kind == OrderKind.PAY else "agent"
    if shop is None or shop.kind != kind:
        return UnknownShop(kind=kind)
    if kind == "agent":
        coin = _parameter(tx, "cash.smallest_coin_minor")
        if isinstance(coin, AyniError):
            return coin
        if order.amount_minor % coin:
            show = tx.country.format_money
            return NotPayableInCash(amount=show(order.amount_minor), coin=show(coin))
        if shop.keeper_id == order.person_id:
            return OwnShop()
    bound = known.bound.get(order.person_id, [])
    welcome = [
        account.account_id for account in bound if kind == "merchant" and account.purpose in shop.accepts
    ]
    return Usable(
        wallet,
        shop,
        (*welcome, wallet.main_account_id),
        {account.account_id: account.name for account in bound if account.account_id not in welcome},
    )


def _parts(
    order: Order, usable: Usable, known: _Known, spent: dict[AccountId, int]
) -> tuple[ReceiptPart, ...]:
    """Purpose money first, then free money for the rest."""
    *bound, main = usable.accounts
    names = {account.account_id: account.name for account in known.bound.get(order.person_id, [])}
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
    return tuple(parts)


def _legs(
    tx: Tx, order: Order, usable: Usable, event_id: EventId, parts: tuple[ReceiptPart, ...]
) -> tuple[Transfer, ...]:
    context = json.dumps({"actor": tx.actor.who, "channel": tx.actor.channel, "client": order.client})
    shop_account = usable.shop.account_id
    outward = order.kind != OrderKind.CASH_IN
    return tuple(
        Transfer(
            id=_leg_id(order, place),
            event_id=event_id,
            book=TRUST_BOOK,
            debit_account_id=part.account_id if outward else shop_account,
            credit_account_id=shop_account if outward else part.account_id,
            amount_minor=part.amount_minor,
            code=_CODES[order.kind],
            linked=place < len(parts) - 1,
            context=context,
        )
        for place, part in enumerate(parts)
    )


def _leg_id(order: Order, place: int) -> TransferId:
    client = order.client if place == 0 else f"{order.client}\x1fleg {place}"
    return TransferId(client_id(client, order.key))


def _settle(tx: Tx, plan: _Plan, posted: list[Posted]) -> Receipt | AyniError:
    failed = [answer.result for answer in posted if not answer.result.ok]
    if not failed:
        return Receipt(
            plan.event_id,
            plan.order.kind,
            plan.order.amount_minor,
            plan.parts,
            posted[-1].seq,
            repeated=posted[0].result == Result.EXISTS,
        )
    reason = next((result for result in failed if result != Result.LINKED_EVENT_FAILED), failed[0])
    if differs(reason):
        # Sent before, when the purpose money stood otherwise and the parts were others.
        earlier = _find_receipt(tx, plan.order, plan.usable, plan.event_id)
        if earlier is not None:
            return earlier
    return refusal(tx, plan.order, plan.usable, reason)


def _find_receipt(tx: Tx, order: Order, usable: Usable, event_id: EventId) -> Receipt | None:
    """The receipt of an event that was carried out before, from the wallet's own lines."""
    names: dict[AccountId, str | None] = {**usable.barred}
    for mine in store.find_purpose_accounts(tx, [order.person_id]).values():
        names |= {account.account_id: account.name for account in mine}
    names[usable.wallet.main_account_id] = None
    lines = []
    for account_id in names:
        before = 0
        while page := ledger.list_statement(tx, account_id, most=200, before_seq=before):
            mine_here = [line for line in page if line.event_id == event_id]
            lines += [(line, account_id) for line in mine_here]
            before = page[-1].seq
            if mine_here:
                break
    if not lines:
        return None
    lines.sort(key=lambda pair: pair[0].seq)
    parts = tuple(
        ReceiptPart(account_id, names[account_id], abs(line.amount_minor)) for line, account_id in lines
    )
    return Receipt(event_id, order.kind, order.amount_minor, parts, lines[-1][0].seq, repeated=True)
