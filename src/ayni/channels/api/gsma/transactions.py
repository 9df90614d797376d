"""Transactions: transfers between residents, payments at merchants, and cash at agents."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec

from ayni.channels.api.carrying import Sending, send
from ayni.channels.api.carrying import carry_out as carry_out_order
from ayni.channels.api.errors import ScopeMissing
from ayni.channels.api.gsma import accounts, batches
from ayni.channels.api.gsma.errors import BadField, NotOffered
from ayni.channels.api.gsma.faults import instant
from ayni.channels.api.gsma.parties import find_person, find_phone, find_shop
from ayni.channels.api.gsma.wire import NewTransaction, Pair, plain, read, read_amount, show_amount
from ayni.channels.api.state import State
from ayni.channels.api.tokens import Caller
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import Tx
from ayni.values.ids import show_id
from ayni.wallet import Order, OrderKind, Payment, Receipt, Side

KIND = "gsma/transactions"
_TYPES = {
    "transfer": OrderKind.SEND,
    "merchantpay": OrderKind.PAY,
    "deposit": OrderKind.CASH_IN,
    "withdrawal": OrderKind.CASH_OUT,
    "disbursement": OrderKind.REMIT,
}
_KNOWN = frozenset(
    {
        *_TYPES,
        *("billpay", "inttransfer", "adjustment", "reversal"),
    }
)
ECHOED = (
    "subType",
    "descriptionText",
    "requestingOrganisationTransactionReference",
    "originalTransactionReference",
    "requestingOrganisation",
    "servicingIdentity",
    "requestDate",
    "customData",
    "metadata",
)
"""What a client says of a transaction, and is told again with it."""


def accept(tx: Tx, raw: bytes, caller: Caller, *, kind: str | None) -> dict[str, Any]:
    """A transaction that may be tried, as it is kept. Raises BadField, NotOffered, ScopeMissing."""
    body = read(NewTransaction, raw)
    said = kind or body.type
    if said is None:
        raise BadField(reason="it has a type", error="mandatoryValueNotSupplied")
    if said not in _KNOWN:
        raise BadField(reason="its type is one of the standard's", error="formatError")
    if body.type not in (None, said):
        raise BadField(reason="its type is that of the path", error="formatError")
    if said not in _TYPES:
        raise NotOffered(what_is_asked=f"transactions of type {said}")
    if said == "disbursement" and batches.SCOPE not in caller.scopes:
        raise ScopeMissing(scope=batches.SCOPE)
    if body.creditParty is None or body.debitParty is None:
        raise BadField(reason="it names a creditParty and a debitParty", error="mandatoryValueNotSupplied")
    read_amount(body.amount, body.currency, tx.country.currency)
    return plain(body) | {"type": said}


def carry_out(state: State, caller: Caller, request: ClientRequest) -> tuple[str, dict[str, Any]]:
    """Carry out a transaction that was kept. Its key is the id under which it was kept."""
    body = msgspec.convert(request.asked, NewTransaction)
    keyspace = f"gsma:{caller.client_id}"
    assert body.creditParty is not None
    assert body.debitParty is not None
    kind = _TYPES[str(body.type)]
    with state.database.transaction(caller.actor) as tx:
        amount = read_amount(body.amount, body.currency, tx.country.currency)
        phone = find_phone(body.creditParty) if kind == OrderKind.SEND else None
        if phone is not None:
            sent = Sending(find_person(tx, body.debitParty), phone, amount)
        else:
            order = _order(tx, kind, body.debitParty, body.creditParty, amount, caller, request)
    if phone is not None:
        receipt = send(state, caller, sent, request.id, keyspace)
    else:
        receipt = carry_out_order(state, caller.actor, order)
    return show(state, request, receipt)


def _order(
    tx: Tx,
    kind: OrderKind,
    debit: list[Pair],
    credit: list[Pair],
    amount_minor: int,
    caller: Caller,
    request: ClientRequest,
) -> Order:
    other: UUID
    inward = kind in (OrderKind.CASH_IN, OrderKind.REMIT)
    person = find_person(tx, credit if inward else debit)
    if kind == OrderKind.SEND:
        other = find_person(tx, credit)
    elif kind == OrderKind.PAY:
        other = find_shop(tx, credit, kind="merchant").id
    elif kind == OrderKind.REMIT:
        other = find_shop(tx, debit, kind="merchant").id
    else:
        other = find_shop(tx, debit if inward else credit, kind="agent").id
    keyspace = f"gsma:{caller.client_id}"
    return Order(kind, person, other, amount_minor, keyspace, request.id, through=caller.client_id)


def show_payment(tx: Tx, payment: Payment) -> dict[str, Any]:
    """A payment that the ledger has, whoever asked for it."""
    return {
        "transactionReference": show_id("trf", payment.id),
        "type": accounts.kind_of(payment.code),
        "transactionStatus": "completed",
        "amount": show_amount(payment.amount_minor),
        "currency": tx.country.currency,
        "creditParty": _side(payment.credit),
        "debitParty": _side(payment.debit),
        "transactionReceipt": show_id("evt", payment.event_id),
        "creationDate": instant(payment.at),
        "modificationDate": instant(payment.at),
    }


def _side(side: Side) -> list[dict[str, str]]:
    if side.shop is not None:
        return [{"key": "organisationid", "value": side.shop.code}]
    if side.person_id is not None:
        return [{"key": "walletid", "value": show_id("per", side.person_id)}]
    return [{"key": "identityalias", "value": "not shown"}]


def show(state: State, request: ClientRequest, receipt: Receipt) -> tuple[str, dict[str, Any]]:
    """A receipt as the standard's transaction, with its reference."""
    assert receipt.payment_id is not None
    asked = request.asked
    reference, at = show_id("trf", receipt.payment_id), instant(state.present.now)
    told: dict[str, Any] = {
        "transactionReference": reference,
        "type": asked["type"],
        "transactionStatus": "completed" if receipt.parcel_id is None else "waiting",
        "amount": show_amount(receipt.amount_minor),
        "currency": asked["currency"],
        "creditParty": asked["creditParty"],
        "debitParty": asked["debitParty"],
        "transactionReceipt": show_id("evt", receipt.event_id),
        "creationDate": at,
        "modificationDate": at,
    }
    if receipt.fee_minor:
        fee = {"feeType": "fee", "feeAmount": show_amount(receipt.fee_minor)}
        told["fees"] = [fee | {"feeCurrency": asked["currency"]}]
    return reference, told | {name: asked[name] for name in ECHOED if asked.get(name) is not None}
