"""The paths of the profile, and what is common to all of them: scopes, correlation, callbacks, paging."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from ayni import wallet
from ayni.channels.api.errors import ScopeMissing
from ayni.channels.api.gsma import accounts, batches, bills, carry, reversals, transactions
from ayni.channels.api.gsma.errors import BadField, NoSuchObject
from ayni.channels.api.gsma.faults import instant, tell
from ayni.channels.api.gsma.parties import IDENTIFIERS, Found, read_path
from ayni.channels.api.gsma.wire import Pair
from ayni.channels.api.outgoing import read_address
from ayni.channels.api.state import State, caller_of, state_of
from ayni.channels.api.tokens import Caller
from ayni.foundation import client_requests
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import DatabaseUnreachable, Tx
from ayni.foundation.errors import AyniError
from ayni.values.ids import new_id

PREFIX = "/gsma/v1.2"
_USUAL, _MOST = 50, 500
_MOST_COUNTED = 10_000
"""Entries of an account that a page is cut from, and that are counted: the newest."""
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Asked:
    """One request, with its body read."""

    state: State
    caller: Caller
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    raw: bytes


@dataclass(frozen=True)
class Told:
    """What is answered; `available` is how many records there are in all, of a list."""

    body: Any
    status: int = 200
    available: int | None = None


class _Named(StringConvertor):
    """An account as type@value, which tells it from the other way of writing one."""

    regex = "[^/]*@[^/]*"


register_url_convertor("named", _Named())
Handler = Callable[[Asked], Told]


def _route(path: str, method: str, scope: str, handler: Handler) -> Route:
    async def endpoint(request: Request) -> Response:
        state, caller = state_of(request), caller_of(request)
        try:
            if scope not in caller.scopes:
                raise ScopeMissing(scope=scope)
            raw = await request.body()
            _check_hash(request, raw)
            asked = Asked(state, caller, request.path_params, request.query_params, request.headers, raw)
            told = await run_in_threadpool(handler, asked)
        except AyniError as error:
            return tell(error, at=state.present.now)
        headers = {"x-date": instant(state.present.now)}
        if told.available is not None:
            headers["x-records-available-count"] = str(told.available)
            headers["x-records-returned-count"] = str(len(told.body))
        return Response(_encode(told.body), told.status, headers, "application/json")

    return Route(PREFIX + path, endpoint, methods=[method])


def _check_hash(request: Request, raw: bytes) -> None:
    said = request.headers.get("x-content-hash")
    if said is not None and said.lower() != hashlib.sha256(raw).hexdigest():
        raise BadField(reason="X-Content-Hash is not the SHA-256 of the body", error="formatError")


# -- what is made -----------------------------------------------------------------------------------


def _make(kind: str, accept: Callable[[Tx, Asked], dict[str, Any]]) -> Handler:
    """Keep what is asked, answer with its state, and have it carried out at once."""

    def handler(asked: Asked) -> Told:
        state, caller = asked.state, asked.caller
        callback = asked.headers.get("x-callback-url")
        if callback is not None:
            read_address(callback, state.networks)
        with state.database.transaction(caller.actor) as tx:
            request, _ = client_requests.begin_request(
                tx,
                client_id=caller.client_id,
                correlation_id=_correlation(tx, asked.headers.get("x-correlationid")),
                kind=kind,
                asked=accept(tx, asked),
                callback_url=callback,
            )
        if request.completed is None:
            state.workers.submit(carry.attempt, state, request.id)
        return Told(_state_of(request), 202)

    return handler


def _correlation(tx: Tx, text: str | None) -> UUID:
    """The client's own id of a request. Without one nothing ties a repetition to the first."""
    return new_id(tx.now) if text is None else _read_uuid(text, "X-CorrelationID")


def _read_uuid(text: str, called: str) -> UUID:
    try:
        if len(text) == 36:
            return UUID(text)
    except ValueError:
        pass
    raise BadField(reason=f"{called} is a UUID", error="formatError")


def _state_of(request: ClientRequest) -> dict[str, Any]:
    status = {None: "pending", True: "completed", False: "failed"}[request.completed]
    told: dict[str, Any] = {
        "serverCorrelationId": str(request.id),
        "status": status,
        "notificationMethod": "polling" if request.callback_url is None else "callback",
    }
    if request.object_ref is not None:
        told["objectReference"] = request.object_ref
    if request.completed is False:
        told["error"] = request.answer
    return told


def _transaction(tx: Tx, asked: Asked) -> dict[str, Any]:
    return transactions.accept(tx, asked.raw, asked.caller, kind=asked.path.get("kind"))


def _reversal(tx: Tx, asked: Asked) -> dict[str, Any]:
    return reversals.accept(tx, asked.raw, reference=asked.path["reference"])


def _new_batch(tx: Tx, asked: Asked) -> dict[str, Any]:
    return batches.accept(asked.raw, asked.caller)


def _bill_payment(tx: Tx, asked: Asked) -> dict[str, Any]:
    party = _party(asked)
    accounts.reach(tx, asked.caller, party)
    return bills.accept(tx, asked.raw, party=party, reference=asked.path["bill"])


# -- what became of it ------------------------------------------------------------------------------


def _request_state(asked: Asked) -> Told:
    request_id = _read_uuid(asked.path["id"], "serverCorrelationId")
    with asked.state.database.transaction(asked.caller.actor) as tx:
        found = client_requests.get_request(tx, request_id=request_id, client_id=asked.caller.client_id)
    return Told(_state_of(found))


def _response(asked: Asked) -> Told:
    correlation_id = _read_uuid(asked.path["id"], "clientCorrelationId")
    with asked.state.database.transaction(asked.caller.actor) as tx:
        found = client_requests.get_request_by_correlation(
            tx, client_id=asked.caller.client_id, correlation_id=correlation_id
        )
    if found.object_ref is None:
        # Nothing was made, or not yet: the request's state says which.
        raise NoSuchObject
    return Told({"link": _link(found)})


def _link(request: ClientRequest) -> str:
    what = "batchtransactions" if request.kind == batches.KIND else "transactions"
    return f"{PREFIX}/{what}/{request.object_ref}"


def _one_transaction(asked: Asked) -> Told:
    """What this client has made by itself, or what moved in an account that it may touch."""
    reference, client_id = asked.path["reference"], asked.caller.client_id
    with asked.state.database.transaction(asked.caller.actor) as tx:
        found = client_requests.find_request_by_object(tx, client_id=client_id, object_ref=reference)
        if found is not None and found.kind in (transactions.KIND, reversals.KIND):
            return Told(found.answer)
        payment_id = reversals.read_reference(reference)
        payment = wallet.get_payment(tx, payment_id=payment_id, linked_to=client_id)
        return Told(transactions.show_payment(tx, payment))


def _batch(asked: Asked) -> ClientRequest:
    try:
        request_id = UUID(asked.path["id"])
    except ValueError:
        raise NoSuchObject from None
    with asked.state.database.transaction(asked.caller.actor) as tx:
        found = client_requests.get_request(tx, request_id=request_id, client_id=asked.caller.client_id)
    if found.kind != batches.KIND or found.completed is False:
        raise NoSuchObject
    return found


def _show_batch(asked: Asked) -> Told:
    return Told(batches.show(asked.state, _batch(asked)))


def _list_of_batch(name: str) -> Handler:
    def handler(asked: Asked) -> Told:
        return _page(asked, list((_batch(asked).answer or {}).get(name, ())))

    return handler


def _heartbeat(asked: Asked) -> Told:
    try:
        asked.state.present.refresh()
    except DatabaseUnreachable:
        return Told({"serviceStatus": "unavailable"})
    return Told({"serviceStatus": "available"})


# -- accounts ---------------------------------------------------------------------------------------


def _party(asked: Asked) -> list[Pair]:
    """The account of a path, written in either of the standard's two ways."""
    if "account" in asked.path:
        return read_path(asked.path["account"])
    kind = asked.path["type"]
    if kind not in IDENTIFIERS:
        raise BadField(reason="the identifier's type is one of the standard's", error="formatError")
    return [Pair(kind, asked.path["identifier"])]


def _of_account(show: Callable[[Tx, Found], dict[str, Any]]) -> Handler:
    def handler(asked: Asked) -> Told:
        with asked.state.database.snapshot(asked.caller.actor) as tx:
            return Told(show(tx, accounts.reach(tx, asked.caller, _party(asked))))

    return handler


def _entries(*, with_type: bool) -> Handler:
    def handler(asked: Asked) -> Told:
        offset = _number(asked, "offset", 0, 0, 1_000_000)
        limit = _number(asked, "limit", _USUAL, 1, _MOST)
        keep, party = _kept(asked), _party(asked)
        with asked.state.database.snapshot(asked.caller.actor) as tx:
            found = islice(accounts.entries(tx, accounts.reach(tx, asked.caller, party)), _MOST_COUNTED)
            page, available = accounts.page_of(found, keep, offset=offset, limit=limit)
            shown = [entry.show(party, tx.country.currency) for entry in page]
        if with_type:
            shown = [told | {"type": entry.kind} for told, entry in zip(shown, page, strict=True)]
        else:
            shown = [told | {"displayType": entry.kind} for told, entry in zip(shown, page, strict=True)]
        return Told(shown, available=available)

    return handler


def _kept(asked: Asked) -> accounts.Keep:
    since, until = _instant(asked, "fromDateTime"), _instant(asked, "toDateTime")
    kind = asked.query.get("transactionType") or asked.query.get("displayType")
    status = asked.query.get("transactionStatus", "completed")

    def keep(entry: accounts.Entry) -> bool:
        return (
            (since is None or entry.at >= since)
            and (until is None or entry.at <= until)
            and kind in (None, entry.kind)
            and status == "completed"
        )

    return keep


def _number(asked: Asked, name: str, usual: int, least: int, most: int) -> int:
    text = asked.query.get(name)
    if text is None:
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 9 or not least <= int(text):
        error = "invalidOffset" if name == "offset" else "formatError"
        raise BadField(reason=f"{name} is a number from {least}", error=error)
    return min(int(text), most)


def _instant(asked: Asked, name: str) -> datetime | None:
    text = asked.query.get(name)
    if text is None:
        return None
    try:
        # In a query a plus that was not escaped has become a space.
        at = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise BadField(reason=f"{name} is an instant with its zone", error="formatError")
    return at


# -- bills ------------------------------------------------------------------------------------------


def _companies(asked: Asked) -> Told:
    with asked.state.database.transaction(asked.caller.actor) as tx:
        found = bills.list_companies(tx)
    return _page(asked, found)


def _company(asked: Asked) -> Told:
    with asked.state.database.transaction(asked.caller.actor) as tx:
        found = [one for one in bills.list_companies(tx) if one["serviceProvider"] == asked.path["provider"]]
    if not found:
        raise NoSuchObject
    return Told(found[0])


def _bills(asked: Asked) -> Told:
    with asked.state.database.transaction(asked.caller.actor) as tx:
        found = bills.list_bills(tx, _party(asked))
    return _page(asked, found)


def _bill_payments(asked: Asked) -> Told:
    party = _party(asked)
    with asked.state.database.transaction(asked.caller.actor) as tx:
        accounts.reach(tx, asked.caller, party)
        return Told(bills.find_payment(tx, party, asked.path["bill"]))


def _page(asked: Asked, found: list[dict[str, Any]]) -> Told:
    offset = _number(asked, "offset", 0, 0, 1_000_000)
    limit = _number(asked, "limit", _USUAL, 1, _MOST)
    return Told(found[offset : offset + limit], available=len(found))


def routes() -> list[BaseRoute]:
    """Every path that the profile offers."""
    pay = "payments:write"
    made: list[tuple[str, str, str, Handler]] = [
        ("/transactions", "POST", pay, _make(transactions.KIND, _transaction)),
        ("/transactions/type/{kind}", "POST", pay, _make(transactions.KIND, _transaction)),
        ("/transactions/{reference}", "GET", "payments:read", _one_transaction),
        ("/transactions/{reference}/reversals", "POST", pay, _make(reversals.KIND, _reversal)),
        ("/batchtransactions", "POST", pay, _make(batches.KIND, _new_batch)),
        ("/batchtransactions/{id}", "GET", "payments:read", _show_batch),
        ("/batchtransactions/{id}/completions", "GET", "payments:read", _list_of_batch("completions")),
        ("/batchtransactions/{id}/rejections", "GET", "payments:read", _list_of_batch("rejections")),
        ("/requeststates/{id}", "GET", "payments:read", _request_state),
        ("/responses/{id}", "GET", "payments:read", _response),
        ("/heartbeat", "GET", "payments:read", _heartbeat),
        ("/billcompanies", "GET", "payments:read", _companies),
        ("/billcompanies/{provider}", "GET", "payments:read", _company),
    ]
    of_account: list[tuple[str, str, str, Handler]] = [
        ("status", "GET", "wallets:read", _of_account(accounts.status)),
        ("accountname", "GET", "wallets:read", _of_account(accounts.name)),
        ("balance", "GET", "wallets:read", _of_account(accounts.balance)),
        ("transactions", "GET", "wallets:read", _entries(with_type=True)),
        ("statemententries", "GET", "wallets:read", _entries(with_type=False)),
        ("bills", "GET", "payments:read", _bills),
        ("bills/{bill}/payments", "GET", "payments:read", _bill_payments),
        ("bills/{bill}/payments", "POST", pay, _make(bills.KIND, _bill_payment)),
    ]
    for path, method, scope, handler in of_account:
        made.append((f"/accounts/{{account:named}}/{path}", method, scope, handler))
        made.append((f"/accounts/{{type}}/{{identifier}}/{path}", method, scope, handler))
    return [_route(path, method, scope, handler) for path, method, scope, handler in made]
