"""Carrying out what a client orders: odd orders are looked at first, and all go through the one desk."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from ayni import wallet
from ayni.channels.api.state import State
from ayni.channels.api.tokens import Caller
from ayni.foundation.db import Actor, Tx
from ayni.foundation.errors import AyniError
from ayni.values.ids import PersonId
from ayni.wallet import Order, OrderKind, Receipt


@dataclass(frozen=True)
class Sending:
    """What is sent to a telephone; `payee_id` chooses where it reaches several."""

    person_id: PersonId
    phone: str = field(repr=False)
    amount_minor: int
    payee_id: PersonId | None = None


def carry_out(state: State, actor: Actor, order: Order) -> Receipt:
    """Carry out an order and wait for its receipt. Raises as `wallet.pay` and its sisters do, and
    CodeNeeded or HeldForReview for an odd one.
    """
    if order.kind not in (OrderKind.PAY, OrderKind.REMIT):
        with state.database.transaction(actor) as tx:
            held = _look_first(tx, order)
        if held is not None:
            raise held
    return state.desk.carry_out(order, actor=actor)


def send(state: State, caller: Caller, sent: Sending, key: UUID, keyspace: str) -> Receipt:
    """Send money to a telephone, or let it wait there. Raises as `wallet.send` does, and as `carry_out`."""
    order: dict[str, Any] = {
        "person_id": sent.person_id,
        "phone": sent.phone,
        "amount_minor": sent.amount_minor,
        "client": keyspace,
        "key": key,
        "payee_id": sent.payee_id,
    }
    with state.database.transaction(caller.actor) as tx:
        held = _look_first(tx, replace(wallet.order_of_send(tx, **order), through=caller.client_id))
    if held is not None:
        raise held
    with state.database.transaction(caller.actor) as tx:
        wallet.links.check_reach_of_wallet(tx, client_id=caller.client_id, person_id=sent.person_id)
        return wallet.send(tx, **order)


def _look_first(tx: Tx, order: Order) -> AyniError | None:
    """Look at an order of a client that may touch the wallet: what is to be raised after a commit."""
    if order.kind == OrderKind.CASH_IN:
        wallet.links.check_reach_of_shop(tx, client_id=order.through, shop_id=order.other_id)
    else:
        wallet.links.check_reach_of_wallet(tx, client_id=order.through, person_id=order.person_id)
    return wallet.safety.look_at(tx, order=order)
