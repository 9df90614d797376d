"""Payments that were made: found by id or by the key of the request, and given back by their merchant."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from ayni import wallet
from ayni.channels.api.state import named
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import (
    PROBLEMS,
    AmountMinor,
    Key,
    Model,
    PaymentText,
    TheState,
    done_before,
    may,
)
from ayni.channels.api.v1.events import PaymentMade, payment_made
from ayni.values.ids import TransferId, show_id

router = APIRouter(tags=["payments"], responses=PROBLEMS)
PaymentPath = Annotated[PaymentText, Path(description="The payment")]


class PaymentShown(PaymentMade):
    """A payment, and how much of it was given back since."""

    returned_minor: int


class NewRefund(Model):
    """What is given back: all that is left of the payment, or so much of it."""

    key: Key
    amount_minor: AmountMinor | None = None


class RefundShown(Model):
    """What was given back. `seq` is its place in the ledger's order."""

    event: str
    payment: str
    amount_minor: int
    seq: int
    repeated: bool


def _shown(found: wallet.Payment) -> PaymentShown:
    return PaymentShown(**payment_made(found).model_dump(), returned_minor=found.returned_minor)


@router.get("/payments/{payment_id}")
def show(state: TheState, payment_id: PaymentPath, caller: Caller = may("payments:read")) -> PaymentShown:
    """A payment of a wallet or a shop that this client is linked to."""
    with state.database.snapshot(caller.actor) as tx:
        found = wallet.get_payment(
            tx, payment_id=TransferId(named("trf", payment_id)), linked_to=caller.client_id
        )
    return _shown(found)


@router.get("/payments")
def find(
    state: TheState,
    key: Annotated[Key, Query(description="The key of this client's own request")],
    caller: Caller = may("payments:read"),
) -> PaymentShown:
    """What became of a request whose answer was lost. 404: it was not carried out, and may be sent again."""
    with state.database.snapshot(caller.actor) as tx:
        payment_id = wallet.payment_id_of(client=caller.keyspace, key=UUID(key))
        found = wallet.get_payment(tx, payment_id=payment_id, linked_to=caller.client_id)
    return _shown(found)


@router.post("/payments/{payment_id}/refunds", status_code=201, responses=done_before(RefundShown))
def refund(
    state: TheState,
    payment_id: PaymentPath,
    asked: NewRefund,
    response: Response,
    caller: Caller = may("payments:write"),
) -> RefundShown:
    """Give a payment back, for the merchant who took it. 201 when it was done now, 200 when before."""
    paid = TransferId(named("trf", payment_id))
    with state.database.transaction(caller.actor) as tx:
        # Who paid may ask for it; who was paid gives it back.
        wallet.get_payment(tx, payment_id=paid, linked_to=caller.client_id)
        shop = wallet.find_shop_paid(tx, payment_id=paid)
        if shop is None:
            raise wallet.UnknownPayment
        wallet.links.check_reach_of_shop(tx, client_id=caller.client_id, shop_id=shop.id)
        done = wallet.refund(
            tx,
            merchant_id=shop.id,
            payment_id=paid,
            amount_minor=asked.amount_minor,
            client=caller.keyspace,
            key=UUID(asked.key),
        )
    response.status_code = 200 if done.repeated else 201
    return RefundShown(
        event=show_id("evt", done.event_id),
        payment=payment_id,
        amount_minor=done.amount_minor,
        seq=done.seq,
        repeated=done.repeated,
    )
