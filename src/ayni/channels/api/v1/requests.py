"""Requests for payment: one resident asks another, who pays, declines, or lets it pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from ayni import wallet
from ayni.channels.api.state import State, named
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1.described import (
    PROBLEMS,
    AmountMinor,
    At,
    Key,
    Limit,
    Model,
    PersonText,
    PhoneText,
    TheState,
    done_before,
    may,
    reached_wallet,
)
from ayni.foundation.db import Tx
from ayni.values.ids import PersonId, show_id
from ayni.wallet import PayRequest, Receipt

router = APIRouter(tags=["requests"], responses=PROBLEMS)
RequestPath = Annotated[UUID, Path(description="The request")]


class NewRequest(Model):
    """Who asks whom for how much. The same key again is the same request."""

    key: Key
    wallet: PersonText
    phone: PhoneText
    amount_minor: AmountMinor
    note: Annotated[str, Field(max_length=140, pattern=r"^[^\x00-\x1f]*$")] = ""
    payer: PersonText | None = None


class ByWallet(Model):
    """Whose answer it is: the wallet that pays, declines or withdraws."""

    wallet: PersonText


class RequestShown(Model):
    """A request and its state: waiting, paid, declined, withdrawn or expired."""

    id: UUID
    payee: str
    payer: str
    amount_minor: int
    note: str
    asked_at: At
    expires_at: At
    state: str


class RequestPaid(Model):
    """What was paid. `payment` is its id."""

    payment: str
    event: str
    amount_minor: int
    fee_minor: int
    seq: int
    repeated: bool


def _shown(tx: Tx, one: PayRequest) -> RequestShown:
    state = one.ended or ("waiting" if one.expires_at > tx.now else "expired")
    return RequestShown(
        id=one.id,
        payee=show_id("per", one.payee_id),
        payer=show_id("per", one.payer_id),
        amount_minor=one.amount_minor,
        note=one.note,
        asked_at=one.asked_at,
        expires_at=one.expires_at,
        state=state,
    )


@router.post("/requests", status_code=201)
def ask(state: TheState, asked: NewRequest, caller: Caller = may("requests:write")) -> RequestShown:
    """Ask whoever a telephone reaches for money. The same request again is the same."""
    with state.database.transaction(caller.actor) as tx:
        made = wallet.requests.ask(
            tx,
            person_id=reached_wallet(tx, caller, asked.wallet),
            phone=asked.phone,
            amount_minor=asked.amount_minor,
            note=asked.note,
            client=caller.keyspace,
            key=UUID(asked.key),
            payer_id=None if asked.payer is None else PersonId(named("per", asked.payer)),
        )
        return _shown(tx, made)


@router.get("/requests")
def list_(
    state: TheState,
    wallet_id: Annotated[PersonText, Query(alias="wallet", description="Whose requests")],
    role: Annotated[Literal["payer", "payee"], Query(description="Asked of it, or by it")] = "payer",
    limit: Limit = 50,
    caller: Caller = may("requests:read"),
) -> list[RequestShown]:
    """What a wallet is asked for and has not answered (payer), or asks others for (payee); newest first."""
    with state.database.snapshot(caller.actor) as tx:
        person_id = reached_wallet(tx, caller, wallet_id)
        look = wallet.requests.list_waiting if role == "payer" else wallet.requests.list_asked
        return [_shown(tx, one) for one in look(tx, person_id=person_id, most=limit)]


@router.post("/requests/{request_id}/pay", status_code=201, responses=done_before(RequestPaid))
def pay(
    state: TheState,
    request_id: RequestPath,
    asked: ByWallet,
    response: Response,
    caller: Caller = may("requests:write"),
) -> RequestPaid:
    """Pay what was asked for. Twice is once: the second time tells the same payment, with 200."""
    with state.database.transaction(caller.actor) as tx:
        person_id = reached_wallet(tx, caller, asked.wallet)
        receipt = wallet.requests.pay_request(tx, request_id=request_id, person_id=person_id)
    response.status_code = 200 if receipt.repeated else 201
    return _paid(receipt)


def _paid(receipt: Receipt) -> RequestPaid:
    assert receipt.payment_id is not None
    return RequestPaid(
        payment=show_id("trf", receipt.payment_id),
        event=show_id("evt", receipt.event_id),
        amount_minor=receipt.amount_minor,
        fee_minor=receipt.fee_minor,
        seq=receipt.seq,
        repeated=receipt.repeated,
    )


@router.post("/requests/{request_id}/decline", status_code=204)
def decline(
    state: TheState, request_id: RequestPath, asked: ByWallet, caller: Caller = may("requests:write")
) -> None:
    """Say no to what one is asked for."""
    _end(state, caller, request_id, asked, wallet.requests.decline_request)


@router.post("/requests/{request_id}/withdraw", status_code=204)
def withdraw(
    state: TheState, request_id: RequestPath, asked: ByWallet, caller: Caller = may("requests:write")
) -> None:
    """Take back what one has asked for."""
    _end(state, caller, request_id, asked, wallet.requests.withdraw_request)


def _end(state: State, caller: Caller, request_id: UUID, asked: ByWallet, how: Callable[..., object]) -> None:
    with state.database.transaction(caller.actor) as tx:
        how(tx, request_id=request_id, person_id=reached_wallet(tx, caller, asked.wallet))
