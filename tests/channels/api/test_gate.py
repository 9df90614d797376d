"""Who is let in: tokens, scopes, links, rates and sizes. Whoever is not learns nothing."""

from __future__ import annotations

import base64
import json
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from ayni import wallet
from ayni.channels import api
from ayni.channels.api.errors import PortTaken, TooManyRequests
from ayni.channels.api.gate import Rates
from ayni.foundation import clients
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database
from ayni.foundation.keys import Purpose
from ayni.values.ids import PersonId, read_id
from tests.channels.api.conftest import Client, Served, key
from tests.conftest import TEST_ACTOR


def refused(answer: object) -> tuple[int, str]:
    return answer.status, answer.code  # type: ignore[attr-defined]


def until(holds: Callable[[], bool]) -> None:
    """Wait for what the server notices within a second; far longer is a fault."""
    for _ in range(400):
        if holds():
            return
        time.sleep(0.05)
    raise AssertionError("it was never noticed")


def test_a_token_is_given_for_name_and_secret(served: Served) -> None:
    client = served.client("payments:write", "wallets:read", prove=False)
    answer = client.prove()
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.data["token_type"] == "Bearer"
    assert answer.data["expires_in"] == 900
    assert answer.data["scope"] == "payments:write wallets:read"


def test_a_client_may_prove_itself_in_the_header(served: Served) -> None:
    client = served.client("payments:write", prove=False)
    said = base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()
    found = client.http.request(
        "POST",
        f"{served.url}/oauth/token",
        body="grant_type=client_credentials",
        headers={
            "authorization": f"Basic {said}",
            "content-type": "application/x-www-form-urlencoded",
        },
    )
    assert found.status == 200


def test_a_token_may_be_for_less_than_the_client_may(served: Served) -> None:
    client = served.client("payments:write", "wallets:read", prove=False)
    answer = client.prove(scope="wallets:read")
    client.token = answer.data["access_token"]
    assert answer.data["scope"] == "wallets:read"
    told = client.pay(served.rosa, "BODEGA01", 1)
    assert (told.status, told.code) == (403, "scope_missing")
    assert client.prove(scope="programmes:read").data["error"] == "invalid_scope"


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"client_id": "nobody-here"}, 401, "invalid_client"),
        ({"client_id": "\x00"}, 401, "invalid_client"),
        ({"client_id": "a" * 5_000}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": ""}, 400, "unsupported_grant_type"),
        ({"scope": "everything"}, 400, "invalid_scope"),
    ],
)
def test_a_token_is_refused_in_the_words_of_the_standard(
    served: Served, change: dict[str, str], status: int, error: str
) -> None:
    client = served.client("payments:write", prove=False)
    answer = client.prove(**change)
    assert (answer.status, answer.data["error"]) == (status, error)
    assert client.secret not in answer.body.decode()


def test_an_unknown_client_and_a_wrong_secret_are_one_answer(served: Served) -> None:
    client = served.client("payments:write", prove=False)
    wrong = client.prove(client_secret="wrong")
    unknown = client.prove(client_id="nobody-here")
    assert wrong.body == unknown.body


def _forged(served: Served, **change: object) -> str:
    """A token signed with a key that is not ours, or saying what ours would not."""
    client = served.client("payments:write")
    head, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in client.token.split(".")[:2])
    _, secret = served.ring.hmac(Purpose.SESSION, b"ayni access token")
    signing = OctKey.import_key(secret if change.pop("signed", True) else b"x" * 32)
    return jwt.encode(head | {"kid": change.pop("kid", head["kid"])}, claims | change, signing)


def test_only_our_own_tokens_are_believed(served: Served) -> None:
    good = _forged(served)
    assert replace(served.house, token=good).pay(served.rosa, "BODEGA01", 1).status == 201
    head, claims, signature = good.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none","kid":"1"}').decode().rstrip("=")
    for token in (
        _forged(served, signed=False),
        _forged(served, kid="99"),
        _forged(served, kid="x"),
        _forged(served, sub="nobody-here"),
        _forged(served, secret=99),
        _forged(served, exp=1),
        f"{head}.{claims}.{signature[:-4]}AAAA",
        f"{none}.{claims}.",
        f"{head}.{claims}",
        "x",
        "x" * 10_000,
        ".." * 50,
        "é",
    ):
        answer = replace(served.house, token=token).pay(served.rosa, "BODEGA01", 1)
        assert refused(answer) == (401, "token_refused"), token


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic eDp5", "bearer\tx", "Token x"])
def test_without_a_token_nothing_is_looked_at(served: Served, header: str) -> None:
    nobody = Client(served.url, "", "")
    for path in ("/api/v1/payments", "/api/v1/nothing", "/", "/problems/x"):
        answer = nobody.ask("POST", path, {}, authorization=header)
        assert refused(answer) == (401, "token_refused")
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_ends_after_fifteen_minutes(served: Served) -> None:
    client = served.client("payments:write")
    assert client.pay(served.rosa, "BODEGA01", 1).status == 201
    with served.database.transaction(TEST_ACTOR) as tx:
        set_clock(tx, at=tx.now + timedelta(minutes=15))
    until(lambda: client.pay(served.rosa, "BODEGA01", 1).status == 401)
    served.house.token = served.house.prove().data["access_token"]


def test_a_client_that_ends_is_refused_within_a_second(served: Served) -> None:
    client = served.client("payments:write")
    assert client.pay(served.rosa, "BODEGA01", 1).status == 201
    with served.database.transaction(TEST_ACTOR) as tx:
        clients.end_client(tx, client_id=client.id, reason="it leaked")
    until(lambda: client.pay(served.rosa, "BODEGA01", 1).status == 401)
    assert client.prove().status == 401


def test_a_token_dies_with_the_secret_that_it_was_given_for(served: Served) -> None:
    client = served.client("payments:write")
    with served.database.transaction(TEST_ACTOR) as tx:
        secret = clients.rotate_secret(tx, client_id=client.id)
    until(lambda: client.pay(served.rosa, "BODEGA01", 1).status == 401)
    client.secret = secret
    client.token = client.prove().data["access_token"]
    assert client.pay(served.rosa, "BODEGA01", 1).status == 201


def test_a_wallet_that_a_client_is_not_linked_to_does_not_exist_for_it(served: Served) -> None:
    rosa = PersonId(read_id("per", served.rosa))
    stranger = served.client("payments:write", everything=False)
    mine = served.client("payments:write", person_id=rosa)
    assert mine.pay(served.rosa, "BODEGA01", 1).status == 201
    for order in (
        {"kind": "pay", "shop": "BODEGA01"},
        {"kind": "cash_out", "shop": "AGENTE01"},
        {"kind": "send", "phone": "+51987600002"},
    ):
        body = order | {"amount_minor": 100, "key": str(key())}
        known = stranger.post("/api/v1/payments", body | {"wallet": served.rosa})
        unknown = stranger.post("/api/v1/payments", body | {"wallet": "per_" + "0" * 26})
        assert (known.status, known.code) == (404, "unknown_wallet")
        assert known.body == unknown.body
    others = mine.pay(served.pedro, "BODEGA01", 1)
    assert (others.status, others.code) == (404, "unknown_wallet")


def test_an_agents_float_is_spent_by_a_client_of_the_agent_only(served: Served) -> None:
    rosa = PersonId(read_id("per", served.rosa))
    residents = served.client("payments:write", person_id=rosa)
    refused = residents.pay(served.rosa, "AGENTE01", 100, kind="cash_in")
    assert (refused.status, refused.code) == (404, "unknown_shop")
    agents = served.client("payments:write", shop=served.agent)
    assert agents.pay(served.rosa, "AGENTE01", 100, kind="cash_in").status == 201
    assert agents.pay(served.rosa, "AGENTE01", 100, kind="cash_out").code == "unknown_wallet"


def test_a_link_that_ended_is_over_at_once(served: Served) -> None:
    rosa = PersonId(read_id("per", served.rosa))
    client = served.client("payments:write", person_id=rosa)
    assert client.pay(served.rosa, "BODEGA01", 1).status == 201
    with served.database.transaction(TEST_ACTOR) as tx:
        wallet.links.end_link(tx, client_id=client.id, person_id=rosa)
    assert client.pay(served.rosa, "BODEGA01", 1).code == "unknown_wallet"


def test_a_client_beyond_its_rate_waits_and_nobody_else_does(served: Served) -> None:
    hasty = served.client("payments:write", a_minute=30)
    answers = [hasty.pay(served.rosa, "BODEGA01", 1) for _ in range(300)]
    good = [answer for answer in answers if answer.status == 201]
    late = [answer for answer in answers if answer.status == 429]
    assert len(good) + len(late) == 300
    assert 30 <= len(good) <= 60
    assert late[0].code == "too_many_requests"
    assert 1 <= int(late[0].headers["retry-after"]) <= 60
    assert served.house.pay(served.rosa, "BODEGA01", 1).status == 201


@pytest.mark.parametrize(("a_minute", "at_once"), [(6_000, 600), (600, 60), (30, 30)])
def test_what_may_come_in_a_minute_may_not_come_all_at_once(a_minute: int, at_once: int) -> None:
    """A bug: whoever sent ten times as much slowed everybody until the minute's requests were used up."""
    rates = Rates()
    assert at_once <= _let_in(rates, a_minute) <= at_once + a_minute // 60
    rates.count("other", a_minute)


def _let_in(rates: Rates, a_minute: int) -> int:
    """How many requests of one client are let in before one is refused."""
    for count in range(6_000):
        try:
            rates.count("hasty", a_minute)
        except TooManyRequests:
            return count
    return 6_000


def test_a_body_that_is_too_large_is_not_read(served: Served) -> None:
    answer = served.house.ask("POST", "/api/v1/payments", raw=b" " * 10_000_000)
    assert (answer.status, answer.code) == (413, "body_too_large")


def test_a_body_that_lies_about_its_size_is_not_read_to_its_end(served: Served) -> None:
    """In pieces, without a length: it is counted as it comes."""
    at = urlsplit(served.url)
    with socket.create_connection((at.hostname, at.port), timeout=30) as plug:
        plug.sendall(
            b"POST /api/v1/payments HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n"
            b"authorization: Bearer " + served.house.token.encode() + b"\r\n\r\n"
        )
        for _ in range(20):
            plug.sendall(b"2000\r\n" + b" " * 0x2000 + b"\r\n")
        answer = plug.recv(65_536)
    assert b" 413 " in answer.split(b"\r\n")[0]


def test_what_is_not_there_is_told_to_those_who_are_let_in(served: Served) -> None:
    assert served.house.get("/api/v1/nothing").code == "no_such_resource"
    wrong = served.house.ask("DELETE", "/oauth/token")
    assert (wrong.status, wrong.code) == (405, "method_not_allowed")


def test_a_port_that_is_taken_is_told(served: Served, own_database: Database) -> None:
    port = int(served.url.rpartition(":")[2])
    with pytest.raises(PortTaken), api.serve(own_database, served.ring, host="127.0.0.1", port=port):
        raise AssertionError("two servers on one port")
