"""Reversals: a merchant gives a payment back, wholly or in part. What was sent to a person stays theirs."""

from __future__ import annotations

from typing import Any

import msgspec

from ayni import wallet
from ayni.channels.api.gsma.errors import BadField, NoSuchObject, NotOffered
from ayni.channels.api.gsma.faults import instant
from ayni.channels.api.gsma.transactions import ECHOED
from ayni.channels.api.gsma.wire import NewReversal, plain, read, read_amount, show_amount
from ayni.channels.api.state import State
from ayni.channels.api.tokens import Caller
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import Tx
from ayni.values.ids import NotAnId, TransferId, read_id, show_id

KIND = "gsma/reversals"


def read_reference(text: str) -> TransferId:
    """The payment that a reference names. Raises NoSuchObject."""
    try:
        return TransferId(read_id("trf", text))
    except NotAnId:
        raise NoSuchObject from None


def accept(tx: Tx, raw: bytes, *, reference: str) -> dict[str, Any]:
    """A reversal that may be tried, as it is kept. Raises BadField, NotOffered, NoSuchObject."""
    body = read(NewReversal, raw)
    if body.type not in ("reversal", "adjustment"):
        raise BadField(reason="its type is reversal or adjustment", error="formatError")
    if body.type == "adjustment":
        raise NotOffered(what_is_asked="adjustments: a reversal may be of a part")
    if body.amount is not None:
        read_amount(body.amount, body.currency or tx.country.currency, tx.country.currency)
    read_reference(reference)
    return plain(body) | {"reference": reference}


def carry_out(state: State, caller: Caller, request: ClientRequest) -> tuple[str, dict[str, Any]]:
    """Give a payment back for the merchant who took it."""
    body = msgspec.convert({**request.asked}, NewReversal)
    original = str(request.asked["reference"])
    payment_id = read_reference(original)
    with state.database.transaction(caller.actor) as tx:
        ours = tx.country.currency
        amount = None if body.amount is None else read_amount(body.amount, body.currency or ours, ours)
        shop = wallet.find_shop_paid(tx, payment_id=payment_id)
        if shop is None:
            raise NoSuchObject
        wallet.links.check_reach_of_shop(tx, client_id=caller.client_id, shop_id=shop.id)
        refund = wallet.refund(
            tx,
            merchant_id=shop.id,
            payment_id=payment_id,
            amount_minor=amount,
            client=f"gsma:{caller.client_id}",
            key=request.id,
        )
    reference, at = show_id("evt", refund.event_id), instant(state.present.now)
    told: dict[str, Any] = {
        "transactionReference": reference,
        "originalTransactionReference": original,
        "type": "reversal",
        "transactionStatus": "completed",
        "amount": show_amount(refund.amount_minor),
        "currency": ours,
        "transactionReceipt": reference,
        "creationDate": at,
        "modificationDate": at,
    }
    echoed = (name for name in ECHOED if name != "originalTransactionReference")
    return reference, told | {name: request.asked[name] for name in echoed if request.asked.get(name)}
