"""Paying over HTTP: one call, one receipt, and the same receipt again."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.channels.api.conftest import NOBODY, PEDRO, Served, key


def test_a_payment_moves_money_once_and_tells_it_twice(served: Served) -> None:
    before, mine = served.balance(served.rosa), str(key())
    first = served.house.pay(served.rosa, "BODEGA01", 1_250, key=mine)
    assert first.status == 201
    assert first.headers["location"] == f"/api/v1/payments/{mine}"
    assert first.data["amount_minor"] == 1_250
    assert first.data["key"] == mine
    assert not first.data["repeated"]
    again = served.house.pay(served.rosa, "BODEGA01", 1_250, key=mine)
    assert again.status == 200
    assert again.data == first.data | {"repeated": True}
    assert served.balance(served.rosa) == before - 1_250


def test_purpose_money_goes_first_where_the_shop_takes_it(served: Served) -> None:
    answer = served.house.pay(served.rosa, "BODEGA01", 100)
    assert {part["purpose"] for part in answer.data["parts"]} <= {"food", None}
    other = served.house.pay(served.rosa, "BOTICA01", 100)
    assert [part["purpose"] for part in other.data["parts"]] == [None]


def test_a_key_is_for_one_thing_only(served: Served) -> None:
    mine = str(key())
    assert served.house.pay(served.rosa, "BODEGA01", 10, key=mine).status == 201
    refused = served.house.pay(served.rosa, "BODEGA01", 11, key=mine)
    assert (refused.status, refused.code) == (409, "key_already_used")


def test_each_client_has_keys_of_its_own(served: Served) -> None:
    mine = str(key())
    assert served.house.pay(served.rosa, "BODEGA01", 10, key=mine).status == 201
    other = served.client("payments:write")
    answer = other.pay(served.rosa, "BODEGA01", 12, key=mine)
    assert (answer.status, answer.data["repeated"]) == (201, False)


def test_the_same_request_fifty_times_at_once_is_one_payment(served: Served) -> None:
    before, mine = served.balance(served.rosa), str(key())
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: served.house.pay(served.rosa, "BODEGA01", 7, key=mine), range(50)))
    assert {answer.status for answer in answers} == {200, 201}
    assert sum(answer.status == 201 for answer in answers) == 1
    assert served.balance(served.rosa) == before - 7


def test_too_little_money_is_told_with_what_there_is(served: Served) -> None:
    answer = served.house.pay(served.pedro, "BODEGA01", 500)
    assert (answer.status, answer.code) == (409, "insufficient_funds")
    assert answer.data["numbers"]["available_minor"] == "0"
    assert answer.data["title"]
    assert answer.data["do"]


def test_cash_in_and_out_at_an_agent(served: Served) -> None:
    before = served.balance(served.rosa)
    body = {"wallet": served.rosa, "shop": "AGENTE01", "amount_minor": 2_000}
    cash_in = served.house.post("/api/v1/payments", body | {"kind": "cash_in", "key": str(key())})
    assert (cash_in.status, served.balance(served.rosa)) == (201, before + 2_000)
    cash_out = served.house.post("/api/v1/payments", body | {"kind": "cash_out", "key": str(key())})
    assert cash_out.status == 201
    assert served.balance(served.rosa) == before - cash_out.data["fee_minor"]


def test_sending_to_a_telephone_and_letting_it_wait(served: Served) -> None:
    before = served.balance(served.pedro)
    body = {"kind": "send", "wallet": served.rosa, "phone": PEDRO, "amount_minor": 300, "key": str(key())}
    sent = served.house.post("/api/v1/payments", body)
    assert (sent.status, sent.data["parcel"]) == (201, None)
    assert served.balance(served.pedro) == before + 300
    assert served.house.post("/api/v1/payments", body).data["repeated"]
    waits = served.house.post("/api/v1/payments", body | {"phone": NOBODY, "key": str(key())})
    assert waits.status == 201
    assert waits.data["parcel"].startswith("trf_")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_minor": 0}, "bad_request"),
        ({"amount_minor": -1}, "bad_request"),
        ({"amount_minor": 1.5}, "bad_request"),
        ({"amount_minor": True}, "bad_request"),
        ({"amount_minor": "10"}, "bad_request"),
        ({"amount_minor": 10**15}, "bad_request"),
        ({"amount_minor": 2**70}, "bad_request"),
        ({"key": "1"}, "bad_request"),
        ({"key": "6f9619ff-8b86-4011-b42d-00cf4fc964ff"}, "bad_request"),
        ({"wallet": "per_x"}, "bad_request"),
        ({"wallet": "per_zzzzzzzzzzzzzzzzzzzzzzzzzz"}, "bad_request"),
        ({"wallet": None}, "bad_request"),
        ({"shop": "bodega01"}, "bad_request"),
        ({"shop": "BODEGA\u0000"}, "bad_request"),
        ({"shop": "NOSUCH01"}, "unknown_shop"),
        ({"kind": "steal"}, "bad_request"),
        ({"kind": "send"}, "bad_request"),
        ({"phone": "+51987600002"}, "bad_request"),
        ({"kind": "send", "shop": None, "phone": "\u0000\u0000\u0000\u0000\u0000\u0000"}, "invalid_phone"),
        ({"kind": "send", "shop": None, "phone": "not a phone"}, "invalid_phone"),
        ({"colour": "red"}, "bad_request"),
        ({"kind": "cash_in"}, "unknown_shop"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(served: Served, change: dict[str, Any], code: str) -> None:
    before = served.balance(served.rosa)
    body = {"kind": "pay", "wallet": served.rosa, "shop": "BODEGA01", "amount_minor": 10, "key": str(key())}
    answer = served.house.post("/api/v1/payments", body | change)
    assert answer.code == code
    assert 400 <= answer.status < 500
    assert served.balance(served.rosa) == before


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'"pay"',
        b"\xff\xfe",
        b"[" * 30_000,
        b'{"a":' * 10_000,
        b'{"kind":"pay","kind":"pay"}',
        b'{"amount_minor":1e400}',
    ],
)
def test_a_body_that_is_no_payment_is_refused(served: Served, raw: bytes) -> None:
    answer = served.house.ask("POST", "/api/v1/payments", raw=raw)
    assert (answer.status, answer.code) == (422, "bad_request")
