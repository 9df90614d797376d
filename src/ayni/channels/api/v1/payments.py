"""Payments: a resident pays a merchant, or trades cash with an agent. One call, one commit, one receipt.

The hot path: read by msgspec, carried out by the desk together with whatever else has come, and told again
from the same receipt when it is sent again.
"""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from ayni.channels.api.carrying import Sending, carry_out, send
from ayni.channels.api.errors import BadRequest, ScopeMissing
from ayni.channels.api.state import State, caller_of, named, state_of
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import KEY_PATTERN
from ayni.values.ids import PersonId, show_id
from ayni.wallet import Order, OrderKind, Receipt

SCOPE = "payments:write"
_JSON = "application/json"


PersonText = Annotated[str, msgspec.Meta(pattern="^per_[0-7][0-9a-hjkmnp-tv-z]{25}$")]


class NewPayment(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is to be paid. `key` is a UUIDv7 that the client makes and keeps before it sends."""

    kind: Literal["pay", "cash_in", "cash_out", "send"]
    key: Annotated[str, msgspec.Meta(pattern=KEY_PATTERN)]
    wallet: PersonText
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=10**14)]
    shop: Annotated[str, msgspec.Meta(pattern="^[0-9A-Z]{4,12}$")] | None = None
    """With whom, unless it is sent: the code on the sign of a merchant or an agent."""
    phone: Annotated[str, msgspec.Meta(min_length=6, max_length=20)] | None = None
    """To whom it is sent."""
    payee: PersonText | None = None
    """Who of those whom the telephone reaches, where there are several."""


class Part(msgspec.Struct, frozen=True):
    """How much came from, or went to, money of one purpose; null is free money."""

    purpose: str | None
    amount_minor: int


class Payment(msgspec.Struct, frozen=True):
    """A payment that was carried out. `seq` is its place in the ledger's order."""

    id: str
    event: str
    key: str
    kind: str
    amount_minor: int
    fee_minor: int
    parts: list[Part]
    seq: int
    repeated: bool
    parcel: str | None = None
    """When nobody with a wallet has the telephone: what waits for them."""


_decode = msgspec.json.Decoder(NewPayment).decode
_encode = msgspec.json.Encoder().encode


async def pay(request: Request) -> Response:
    """Carry out a payment; 201 when it was done now, 200 when the same request had done it before."""
    state, caller = state_of(request), caller_of(request)
    if SCOPE not in caller.scopes:
        raise ScopeMissing(scope=SCOPE)
    try:
        asked = _decode(await request.body())
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise BadRequest(reason=str(error)) from None
    if (asked.kind == "send") != (asked.shop is None) or (asked.kind == "send") != (asked.phone is not None):
        raise BadRequest(reason="what is sent names a phone, and everything else a shop")
    shop_id = None if asked.shop is None else state.known_shop(asked.shop)
    if asked.kind == "pay" and shop_id is not None:
        receipt = await state.desk.hand_over_async(_order(asked, shop_id, caller), actor=caller.actor)
    else:
        receipt = await run_in_threadpool(_carry_out, state, caller, asked)
    return Response(
        _encode(show(receipt, asked.key)),
        200 if receipt.repeated else 201,
        {"location": f"/api/v1/payments/{asked.key}"},
        _JSON,
    )


def _order(asked: NewPayment, shop_id: UUID, caller: Caller) -> Order:
    return Order(
        OrderKind(asked.kind),
        PersonId(named("per", asked.wallet)),
        shop_id,
        asked.amount_minor,
        caller.keyspace,
        UUID(asked.key),
        through=caller.client_id,
    )


def _carry_out(state: State, caller: Caller, asked: NewPayment) -> Receipt:
    """Whatever is more than a payment at a shop that was seen before."""
    if asked.phone is not None:
        payee = None if asked.payee is None else PersonId(named("per", asked.payee))
        sent = Sending(PersonId(named("per", asked.wallet)), asked.phone, asked.amount_minor, payee)
        return send(state, caller, sent, UUID(asked.key), caller.keyspace)
    assert asked.shop is not None
    with state.database.transaction(caller.actor) as tx:
        shop_id = state.find_shop(tx, asked.shop)
    return carry_out(state, caller.actor, _order(asked, shop_id, caller))


def show(receipt: Receipt, key: str) -> Payment:
    """A receipt as it is told."""
    assert receipt.payment_id is not None
    return Payment(
        id=show_id("trf", receipt.payment_id),
        event=show_id("evt", receipt.event_id),
        key=key,
        kind=str(receipt.kind),
        amount_minor=receipt.amount_minor,
        fee_minor=receipt.fee_minor,
        parts=[Part(part.purpose, part.amount_minor) for part in receipt.parts],
        seq=receipt.seq,
        repeated=receipt.repeated,
        parcel=None if receipt.parcel_id is None else show_id("trf", receipt.parcel_id),
    )
