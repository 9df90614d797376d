"""Every endpoint that takes a body is sent what no client would mean, and says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from ayni.channels.api import gsma
from tests.channels.api.conftest import PEDRO, Served, key

BODIES: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"hello",
    "half of it": b'{"key": ',
    "null": b"null",
    "a number": b"7",
    "a text": b'"x"',
    "a list": b"[]",
    "a list of lists": b"[[[]]]",
    "deep lists": b"[" * 30_000,
    "deep lists, closed": b"[" * 15_000 + b"]" * 15_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "not UTF-8": b'{"key": "\xff\xfe"}',
    "UTF-16": '{"key": "x"}'.encode("utf-16"),
    "NaN": b'{"amount_minor": NaN}',
    "infinity": b'{"amount_minor": 1e999}',
    "a number of 10,000 digits": b'{"amount_minor": ' + b"9" * 10_000 + b"}",
    "unknown fields": json.dumps({f"field{number}": number for number in range(500)}).encode(),
    "a prototype": b'{"__proto__": {"x": 1}, "constructor": 1}',
}
VALUES: list[Any] = [
    True,
    -1,
    0,
    10**30,
    1.5,
    "",
    "\x00",
    "a\x00b",
    "\ud800",
    "' OR 1=1 --",
    "../../etc/passwd",
    "x" * 60_000,
    [],
    {},
    [[]],
]


def _posts(served: Served) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each path that takes a body, filled with what exists, and a body that would do."""
    told = served.house.get("/api/v1/openapi.json").data
    paid = served.house.pay(served.rosa, "BODEGA01", 100).data["id"]
    asked = {"key": str(key()), "wallet": served.pedro, "phone": PEDRO, "amount_minor": 100}
    named = {
        "{payment_id}": paid,
        "{request_id}": "00000000-0000-7000-8000-000000000000",
        "{code}": "BODEGA01",
        "{webhook_id}": "whk_" + "0" * 26,
    }
    for path, methods in told["paths"].items():
        body = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        schema = body["schema"]
        schema = told["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        for name, value in named.items():
            path = path.replace(name, value)
        yield path, {name: asked.get(name, "x") for name in schema["properties"]}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_no_request_is_refused_everywhere(served: Served, body: bytes) -> None:
    for path, _ in _posts(served):
        answer = served.house.ask("POST", path, raw=body)
        assert (answer.status, answer.code) == (422, "bad_request"), (path, answer)
        assert len(answer.body) < 2_000, "what was sent is not sent back"


def test_a_field_of_any_other_kind_is_refused_everywhere(served: Served) -> None:
    before = served.balance(served.rosa)
    paths = list(_posts(served))
    assert len(paths) >= 12
    paid = before - served.balance(served.rosa)
    for path, fields in paths:
        for name in fields:
            for value in VALUES:
                answer = served.house.post(path, fields | {name: value})
                assert 400 <= answer.status < 500, (path, name, value, answer)
                assert answer.code, (path, name)
    assert served.balance(served.rosa) == before - paid


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_the_profile_refuses_it_too(served: Served, body: bytes) -> None:
    wallet, paid = served.rosa, "00000000-0000-7000-8000-000000000000"
    for path in (
        "/transactions",
        "/transactions/type/merchantpay",
        f"/transactions/{paid}/reversals",
        "/batchtransactions",
        f"/accounts/walletid/{wallet}/bills/{paid}/payments",
    ):
        answer = served.house.ask("POST", gsma.PREFIX + path, raw=body)
        assert 400 <= answer.status < 500, (path, answer)
        assert answer.data["errorCode"], path
        assert len(answer.body) < 2_000
