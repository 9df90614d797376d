"""Events: everything that moved a client's wallets and shops, in the order in which it was committed.

Read here by asking again and again, or told to an address (webhooks): the same events under the same numbers.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from ayni import wallet
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import PROBLEMS, At, Limit, Model, TheState, may
from ayni.ledger import LAST, TransferCode
from ayni.values.ids import show_id
from ayni.wallet import Payment, Side

router = APIRouter(tags=["events"], responses=PROBLEMS)
SCOPE = "payments:read"
Seq = Annotated[int, Query(ge=0, le=LAST, description="A place in the ledger's order; 0 is its beginning")]


class SideShown(Model):
    """Who paid, or was paid; null is whoever this client is not linked to."""

    wallet: str | None
    shop: str | None


class PaymentMade(Model):
    """A payment as it was made. `seq` is its place in the ledger's order."""

    id: str
    event: str
    why: str
    amount_minor: int
    fee_minor: int
    at: At
    debit: SideShown
    credit: SideShown
    seq: int


class Event(Model):
    """What happened. `seq` orders all events; the same event is always told under the same one."""

    type: Literal["payment.made"]
    seq: int
    payment: PaymentMade


class Events(Model):
    """What followed, and `upto_seq`: the place to go on after, whether or not there was anything."""

    events: list[Event]
    upto_seq: int


def payment_made(made: Payment) -> PaymentMade:
    """A payment as it is told."""
    return PaymentMade(
        id=show_id("trf", made.id),
        event=show_id("evt", made.event_id),
        why=TransferCode(made.code).name.lower(),
        amount_minor=made.amount_minor,
        fee_minor=made.fee_minor,
        at=made.at,
        debit=_side(made.debit),
        credit=_side(made.credit),
        seq=made.seq,
    )


def _side(side: Side) -> SideShown:
    return SideShown(
        wallet=None if side.person_id is None else show_id("per", side.person_id),
        shop=None if side.shop is None else side.shop.code,
    )


def event(made: Payment) -> Event:
    """A payment as an event."""
    return Event(type="payment.made", seq=made.seq, payment=payment_made(made))


@router.get("/events")
def list_(state: TheState, after_seq: Seq, limit: Limit = 100, caller: Caller = may(SCOPE)) -> Events:
    """What moved the wallets and shops of this client after a place in the ledger's order, oldest first.

    Ask again with `upto_seq` for what came since. Nothing comes later before that place.
    """
    with state.database.snapshot(caller.actor) as tx:
        made, upto_seq = wallet.list_payments_after(
            tx, after_seq=after_seq, linked_to=caller.client_id, most=limit
        )
    return Events(events=[event(one) for one in made], upto_seq=upto_seq)
