"""Batches: an organisation pays many people from its own account, each on its own, all under one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from ayni import wallet
from ayni.channels.api.errors import ScopeMissing
from ayni.channels.api.gsma.errors import BadField, NotOffered
from ayni.channels.api.gsma.faults import describe, instant
from ayni.channels.api.gsma.parties import find_person, find_shop
from ayni.channels.api.gsma.wire import Loose, NewTransaction, Organisation, Pairs, plain, read, read_amount
from ayni.channels.api.state import State
from ayni.channels.api.tokens import Caller
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.values.ids import as_key, derived_id, show_id
from ayni.wallet import Order, OrderKind, Receipt

KIND = "gsma/batchtransactions"
SCOPE = "disbursements:write"
MOST = 5_000
"""Payments of one batch; a longer list is sent as several."""
_AT_ONCE = 200
"""So many are committed together: nobody at a till waits behind more."""
_ECHOED = ("batchTitle", "batchdescription", "requestingOrganisation", "requestDate", "customData")


class NewBatch(msgspec.Struct, frozen=True, omit_defaults=True):
    """requestBatchTransaction."""

    transactions: Annotated[list[NewTransaction], msgspec.Meta(min_length=1, max_length=MOST)]
    batchTitle: Loose | None = None  # noqa: N815
    batchdescription: Loose | None = None
    requestingOrganisation: Organisation | None = None  # noqa: N815
    scheduledStartDate: str | None = None  # noqa: N815
    requestDate: str | None = None  # noqa: N815
    customData: Pairs | None = None  # noqa: N815


def accept(raw: bytes, caller: Caller) -> dict[str, Any]:
    """A batch that may be tried, as it is kept. Raises BadField, NotOffered, ScopeMissing."""
    if SCOPE not in caller.scopes:
        raise ScopeMissing(scope=SCOPE)
    body = read(NewBatch, raw)
    if body.scheduledStartDate is not None:
        raise NotOffered(what_is_asked="batches that start later: send it when it is to be paid")
    for one in body.transactions:
        if one.type != "disbursement":
            raise NotOffered(what_is_asked="batches of anything but disbursements")
        if one.creditParty is None or one.debitParty is None:
            raise BadField(
                reason="each names a creditParty and a debitParty", error="mandatoryValueNotSupplied"
            )
    return plain(body)


def carry_out(state: State, caller: Caller, request: ClientRequest) -> tuple[str, dict[str, Any]]:
    """Pay each, and list what was paid, and what was not and why. Safe to repeat: each has a key."""
    body = msgspec.convert(dict(request.asked), NewBatch)
    completions: list[dict[str, Any]] = []
    rejections: list[dict[str, Any]] = []
    for start in range(0, len(body.transactions), _AT_ONCE):
        some = body.transactions[start : start + _AT_ONCE]
        with state.database.transaction(caller.actor) as tx:
            answers = _pay(tx, caller, request, some, start)
        for one, answer in zip(some, answers, strict=True):
            told = _parties(one)
            if isinstance(answer, Receipt):
                completions.append(told | _completion(state, answer))
            else:
                rejections.append(told | _rejection(state, answer))
    at = instant(state.present.now)
    batch: dict[str, Any] = {
        "batchId": str(request.id),
        "batchStatus": "completed",
        "processingFlag": False,
        "completedCount": len(completions),
        "rejectionCount": len(rejections),
        "parsingSuccessCount": len(body.transactions),
        "approvalDate": instant(request.asked_at),
        "completionDate": at,
        "creationDate": instant(request.asked_at),
        "modificationDate": at,
    }
    echoed = {name: request.asked[name] for name in _ECHOED if request.asked.get(name) is not None}
    lists = {"completions": completions, "rejections": rejections}
    return str(request.id), {"batch": batch | echoed} | lists


def _pay(
    tx: Tx, caller: Caller, request: ClientRequest, some: list[NewTransaction], start: int
) -> list[Receipt | AyniError]:
    orders: dict[int, Order] = {}
    answers: dict[int, Receipt | AyniError] = {}
    for place, one in enumerate(some):
        try:
            orders[place] = _order(tx, caller, request, one, start + place)
        except AyniError as error:
            answers[place] = error
    carried = wallet.carry_out(tx, orders=list(orders.values()))
    answers |= dict(zip(orders, carried, strict=True))
    return [answers[place] for place in range(len(some))]


def _order(tx: Tx, caller: Caller, request: ClientRequest, one: NewTransaction, place: int) -> Order:
    assert one.creditParty is not None
    assert one.debitParty is not None
    return Order(
        OrderKind.REMIT,
        find_person(tx, one.creditParty),
        find_shop(tx, one.debitParty, kind="merchant").id,
        read_amount(one.amount, one.currency, tx.country.currency),
        f"gsma:{caller.client_id}",
        as_key(derived_id(request.asked_at, "batch", request.id, place)),
        through=caller.client_id,
    )


def _parties(one: NewTransaction) -> dict[str, Any]:
    told: dict[str, Any] = {"creditParty": plain(one.creditParty), "debitParty": plain(one.debitParty)}
    if one.requestingOrganisationTransactionReference is not None:
        told["requestingOrganisationTransactionReference"] = one.requestingOrganisationTransactionReference
    return told


def _completion(state: State, receipt: Receipt) -> dict[str, Any]:
    assert receipt.payment_id is not None
    reference = show_id("trf", receipt.payment_id)
    link = f"/gsma/v1.2/transactions/{reference}"
    return {"transactionReference": reference, "completionDate": instant(state.present.now), "link": link}


def _rejection(state: State, error: AyniError) -> dict[str, Any]:
    at = state.present.now
    told = describe(error, at=at)
    reason = f"{told['errorCode']}: {error.sentence}"
    return {"rejectionReason": reason[:256], "rejectionDate": instant(at)}


def show(state: State, request: ClientRequest) -> dict[str, Any]:
    """A batch as it stands. The standard asks for both dates at all times: before its end, the beginning."""
    if request.answer is not None and request.completed:
        batch: dict[str, Any] = request.answer["batch"]
        return batch
    begun = instant(request.asked_at)
    return {
        "batchId": str(request.id),
        "batchStatus": "created",
        "processingFlag": True,
        "approvalDate": begun,
        "completionDate": begun,
        "creationDate": begun,
        "modificationDate": instant(state.present.now),
    }


def find(request: ClientRequest, reference: str) -> dict[str, Any] | None:
    """A payment of this batch as a transaction, or None when it is not of it."""
    answer: Mapping[str, Any] = request.answer or {}
    places = {one["transactionReference"]: one for one in answer.get("completions", ())}
    return places.get(reference)
