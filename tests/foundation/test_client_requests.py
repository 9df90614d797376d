"""What clients ask for under ids of their own is kept once, and ends once."""

from __future__ import annotations

import threading
from uuid import UUID, uuid4

import psycopg
import pytest

from ayni.foundation import client_requests, clients
from ayni.foundation.client_requests import RequestDiffers, UnknownRequestState
from ayni.foundation.db import Database, Tx

ASKED = {"amount": "1.00"}
NOTHING = UUID(int=0)


def _add(tx: Tx, name: str = "bank-one") -> None:
    clients.add_client(tx, client_id=name, name="B", scopes=["payments:write"], requests_a_minute=60)


def _begin(tx: Tx, key: UUID, name: str = "bank-one") -> tuple[client_requests.ClientRequest, bool]:
    return client_requests.begin_request(
        tx, client_id=name, correlation_id=key, kind="gsma/transactions", asked=ASKED
    )


def test_the_same_request_is_kept_once_for_each_client(tx: Tx) -> None:
    _add(tx)
    _add(tx, "bank-two")
    key = uuid4()
    first, is_new = _begin(tx, key)
    again, is_new_again = _begin(tx, key)
    other, is_new_other = _begin(tx, key, "bank-two")
    assert (is_new, is_new_again, is_new_other) == (True, False, True)
    assert first == again
    assert first.id != other.id
    assert first.completed is None
    assert "1.00" not in repr(first)


def test_another_request_under_the_same_id_is_refused(tx: Tx) -> None:
    _add(tx)
    key = uuid4()
    _begin(tx, key)
    for kind, asked in (("gsma/transactions", {"amount": "2.00"}), ("gsma/reversals", ASKED)):
        with pytest.raises(RequestDiffers):
            client_requests.begin_request(
                tx, client_id="bank-one", correlation_id=key, kind=kind, asked=asked
            )


def test_it_ends_once_with_an_object_or_an_error(tx: Tx) -> None:
    _add(tx)
    made, _ = _begin(tx, uuid4())
    failed, _ = _begin(tx, uuid4())
    assert client_requests.list_open_requests(tx, after=NOTHING) == sorted([made.id, failed.id])
    assert client_requests.end_request(tx, request_id=made.id, answer={"a": 1}, object_ref="trf_1")
    assert not client_requests.end_request(tx, request_id=made.id, answer={"a": 2}, object_ref="trf_2")
    assert client_requests.end_request(tx, request_id=failed.id, answer={"errorCode": "x"})
    assert client_requests.list_open_requests(tx, after=NOTHING) == []
    found = client_requests.find_request_by_object(tx, client_id="bank-one", object_ref="trf_1")
    assert found is not None
    assert (found.id, found.completed, found.answer) == (made.id, True, {"a": 1})
    assert client_requests.find_request_by_object(tx, client_id="bank-two", object_ref="trf_1") is None
    assert client_requests.get_request(tx, request_id=failed.id).completed is False


def test_what_is_not_there_or_anothers_is_unknown(tx: Tx) -> None:
    _add(tx)
    request, _ = _begin(tx, uuid4())
    with pytest.raises(UnknownRequestState):
        client_requests.get_request(tx, request_id=uuid4())
    with pytest.raises(UnknownRequestState):
        client_requests.get_request(tx, request_id=request.id, client_id="bank-two")
    with pytest.raises(UnknownRequestState):
        client_requests.get_request_by_correlation(
            tx, client_id="bank-two", correlation_id=request.correlation_id
        )


def test_twenty_at_once_keep_one(own_database: Database) -> None:
    with own_database.transaction() as tx:
        _add(tx)
    key, found = uuid4(), []

    def ask() -> None:
        with own_database.transaction() as tx:
            found.append(_begin(tx, key))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(is_new for _, is_new in found) == 1
    assert len({request.id for request, _ in found}) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE foundation.client_requests SET asked = '{}'",
        "DELETE FROM foundation.client_requests",
        "TRUNCATE foundation.client_requests CASCADE",
        "UPDATE foundation.client_request_ends SET answer = '{}'",
        "DELETE FROM foundation.client_request_ends",
        "INSERT INTO foundation.client_request_ends VALUES (gen_random_uuid(), true, 'b', NULL, '{}', now())",
    ],
)
def test_nobody_rewrites_what_was_asked(
    own_database: Database, owner: psycopg.Connection, statement: str
) -> None:
    with own_database.transaction() as tx:
        _add(tx)
        request, _ = _begin(tx, uuid4())
        client_requests.end_request(tx, request_id=request.id, answer={}, object_ref="x")
    with pytest.raises(psycopg.Error):
        owner.execute(statement)  # type: ignore[call-overload]
