"""Quotes: what an order would do and cost, before anybody confirms it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter

from ayni import wallet
from ayni.channels.api.errors import BadRequest
from ayni.channels.api.state import State, named
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import (
    PROBLEMS,
    AmountMinor,
    Model,
    PersonText,
    PhoneText,
    ShopText,
    TheState,
    may,
    reached_wallet,
)
from ayni.channels.api.v1.wallets import LimitShown, limit_shown
from ayni.foundation.db import Tx
from ayni.values.ids import PersonId, new_id
from ayni.wallet import Order, OrderKind, Quote

router = APIRouter(tags=["quotes"], responses=PROBLEMS)


class NewQuote(Model):
    """An order that nobody has given yet. What is sent names a phone, everything else a shop."""

    kind: Literal["pay", "cash_in", "cash_out", "send"]
    wallet: PersonText
    amount_minor: AmountMinor
    shop: ShopText | None = None
    phone: PhoneText | None = None
    payee: PersonText | None = None


class QuoteShown(Model):
    """What the order would do now. It promises nothing and keeps nothing."""

    kind: str
    to: str
    amount_minor: int
    fee_minor: int
    total_minor: int
    available_minor: int
    limits: list[LimitShown]
    waits_until: datetime | None
    """When nobody with a wallet has the telephone: until when the money would wait."""


@router.post("/quotes")
def quote(state: TheState, asked: NewQuote, caller: Caller = may("payments:write")) -> QuoteShown:
    """Say what an order would do and cost. Changes nothing, and needs no key."""
    if (asked.kind == "send") != (asked.shop is None) or (asked.kind == "send") != (asked.phone is not None):
        raise BadRequest(reason="what is sent names a phone, and everything else a shop")
    with state.database.transaction(caller.actor) as tx:
        found = _quote(tx, state, asked, caller)
    return QuoteShown(
        kind=str(found.kind),
        to=found.to,
        amount_minor=found.amount_minor,
        fee_minor=found.fee_minor,
        total_minor=found.total_minor,
        available_minor=found.available_minor,
        limits=[limit_shown(one) for one in found.limits],
        waits_until=found.waits_until,
    )


def _quote(tx: Tx, state: State, asked: NewQuote, caller: Caller) -> Quote:
    """What a quote tells of a wallet is for whoever may touch it, also where it is an agent's order."""
    person_id = reached_wallet(tx, caller, asked.wallet)
    key = new_id(tx.now)
    if asked.phone is not None:
        payee = None if asked.payee is None else PersonId(named("per", asked.payee))
        return wallet.quote_send(
            tx,
            person_id=person_id,
            phone=asked.phone,
            amount_minor=asked.amount_minor,
            client=caller.keyspace,
            key=key,
            payee_id=payee,
        )
    assert asked.shop is not None
    shop_id = state.find_shop(tx, asked.shop)
    kind = OrderKind(asked.kind)
    return wallet.quote(tx, order=Order(kind, person_id, shop_id, asked.amount_minor, caller.keyspace, key))
