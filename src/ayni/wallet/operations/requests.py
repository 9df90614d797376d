"""Requests to pay: asked by one resident of another, and paid once, by however many keys.

The transfers that pay a request have ids that are made of the request, so that the ledger itself pays it
once.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.values.ids import PersonId, as_key, client_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors import KeyAlreadyUsed, OwnWallet, UnknownPayee
from ayni.wallet.errors.requests import RequestOver, TooManyRequests, UnknownRequest
from ayni.wallet.model import Order, OrderKind, Receipt
from ayni.wallet.model.requests import MOST_WAITING, PayRequest
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.orders import carry_out
from ayni.wallet.operations.plans import check_request
from ayni.wallet.operations.sends import choose_payee
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import requests as store

_CLIENT = "request"


def ask(
    tx: Tx,
    *,
    person_id: PersonId,
    phone: str,
    amount_minor: int,
    client: str,
    key: UUID,
    note: str = "",
    payer_id: PersonId | None = None,
) -> PayRequest:
    """Ask whoever a telephone reaches for money; they see the name, the amount and the note.

    `payer_id` chooses among those whom `find_payees` gave. The same `key` again is the same request. Raises
    UnknownPayee (nobody with a wallet is there), SeveralPayees, OwnWallet, TooManyRequests, RequestRefused,
    KeyAlreadyUsed, BadAmount, BadKey, UnknownWallet, InvalidPhone.
    """
    wrong = check_request(Order(OrderKind.SEND, person_id, person_id, amount_minor, client, key))
    if wrong is not None:
        raise wrong
    queries.get_wallet(tx, person_id=person_id)
    # The key's own milliseconds, so that it is a key for paying too.
    request_id = as_key(client_id(f"{client}\x1fask", key))
    payer = choose_payee(tx, phone=tx.country.check_mobile(phone), payee_id=payer_id)
    if payer is None:
        raise UnknownPayee
    if queries.are_one_human(tx, payer, person_id):
        raise OwnWallet
    earlier = store.find_request(tx, request_id)
    if earlier is None:
        waiting = store.count_between(tx, payee_id=person_id, payer_id=payer)
        if waiting >= MOST_WAITING:
            raise TooManyRequests(count=waiting)
        until = tx.now + timedelta(days=whole(tx, "wallet.request_days"))
        request = PayRequest(
            request_id, person_id, payer, amount_minor, note.strip(), tx.now, until, None, None
        )
        if store.insert_request(tx, request):
            audit.record(tx, action="wallet.ask", subject=show_id("per", person_id))
            return request
        earlier = store.find_request(tx, request_id)
    same = earlier is not None and (earlier.payee_id, earlier.payer_id, earlier.amount_minor) == (
        person_id,
        payer,
        amount_minor,
    )
    if earlier is None or not same:
        raise KeyAlreadyUsed
    return earlier


def pay_request(tx: Tx, *, request_id: UUID, person_id: PersonId) -> Receipt:
    """Pay what one is asked for, by a send. Twice is once: the second time gives the same receipt.

    Posts, so a transaction does it last. Raises UnknownRequest, RequestOver, and as `wallet.send` does.
    """
    request = _get(tx, request_id, payer_id=person_id)
    order = Order(OrderKind.SEND, person_id, request.payee_id, request.amount_minor, _CLIENT, request.id)
    if request.ended == "paid":
        (again,) = carry_out(tx, orders=[order])
        if isinstance(again, AyniError):
            raise again
        return again
    _check_open(tx, request)
    with all_or_nothing(tx):
        if not store.insert_end(tx, request.id, how="paid"):
            newest = _get(tx, request_id, payer_id=person_id)
            if newest.ended != "paid":
                raise RequestOver(ended=newest.ended or "ended")
        (answer,) = carry_out(tx, orders=[order])
        if isinstance(answer, AyniError):
            # Rolled back with its refusal, so that it may be paid when there is enough.
            raise answer
    return answer


def decline_request(tx: Tx, *, request_id: UUID, person_id: PersonId) -> None:
    """Say no to what one is asked for. Raises UnknownRequest, RequestOver."""
    request = _get(tx, request_id, payer_id=person_id)
    _close(tx, request, "declined")


def withdraw_request(tx: Tx, *, request_id: UUID, person_id: PersonId) -> None:
    """Take back what one has asked for. Raises UnknownRequest, RequestOver."""
    request = _get(tx, request_id, payee_id=person_id)
    _close(tx, request, "withdrawn")


def list_waiting(tx: Tx, *, person_id: PersonId, most: int = 50) -> list[PayRequest]:
    """What a person is asked for and has not answered, the newest first."""
    return store.list_waiting(tx, person_id, most=most)


def list_asked(tx: Tx, *, person_id: PersonId, most: int = 50) -> list[PayRequest]:
    """What a person has asked others for, the newest first."""
    return store.list_asked(tx, person_id, most=most)


def _get(
    tx: Tx, request_id: UUID, *, payer_id: PersonId | None = None, payee_id: PersonId | None = None
) -> PayRequest:
    request = store.find_request(tx, request_id)
    if request is None or (payer_id or request.payer_id, payee_id or request.payee_id) != (
        request.payer_id,
        request.payee_id,
    ):
        raise UnknownRequest
    return request


def _check_open(tx: Tx, request: PayRequest) -> None:
    if request.ended is not None:
        raise RequestOver(ended=request.ended)
    if request.expires_at <= tx.now:
        raise RequestOver(ended="not answered in time")


def _close(tx: Tx, request: PayRequest, how: str) -> None:
    _check_open(tx, request)
    if not store.insert_end(tx, request.id, how=how):
        raise RequestOver(ended="ended just now")
    audit.record(tx, action=f"wallet.request_{how}", subject=show_id("per", request.payee_id))
