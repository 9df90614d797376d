"""The resources of version 1: each tells what the operations tell, to those who may see it."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import uuid4

import pytest

from ayni import wallet
from ayni.values.ids import PersonId, read_id
from tests.channels.api.conftest import PEDRO, ROSA, Client, Served, key
from tests.conftest import TEST_ACTOR

NOBODY = "per_" + "0" * 26


def test_a_wallet_tells_what_is_in_it(served: Served) -> None:
    told = served.house.get(f"/api/v1/wallets/{served.rosa}").data
    assert told["total_minor"] == served.balance(served.rosa)
    assert told["total_minor"] == told["available_minor"] + sum(told["bound_minor"].values())
    assert told["currency"] == "PEN"
    assert told["may_spend"] is True
    limits = served.house.get(f"/api/v1/wallets/{served.rosa}/limits").data
    assert {limit["kind"] for limit in limits} >= {"single", "balance", "total_month"}
    assert all(limit["left_minor"] <= limit["maximum_minor"] for limit in limits)


def _pages(served: Served, path: str, name: str, limit: int, between: Any = None) -> list[Any]:
    found, cursor = [], ""
    while True:
        page = served.house.get(f"{path}?limit={limit}{cursor}")
        assert page.status == 200, page
        assert len(page.data[name]) <= limit
        found += page.data[name]
        if page.data["next"] is None:
            return found
        cursor = f"&cursor={page.data['next']}"
        if between is not None:
            between()


def test_a_statement_is_read_in_pages_while_new_rows_arrive(served: Served) -> None:
    for _ in range(4):
        served.house.pay(served.rosa, "BODEGA01", 3)
        served.house.pay(served.rosa, "BOTICA01", 2)
    path = f"/api/v1/wallets/{served.rosa}/statement"
    whole = served.house.get(f"{path}?limit=500").data["entries"]
    paged = _pages(served, path, "entries", 3, lambda: served.house.pay(served.rosa, "BODEGA01", 1))
    assert paged == whole
    assert len({entry["seq"] for entry in whole}) == len(whole)
    for newer, older in itertools.pairwise(whole):
        assert newer["balance_minor"] - newer["amount_minor"] == older["balance_minor"]


def test_a_shop_reads_its_account_in_pages_and_its_day(served: Served) -> None:
    served.house.pay(served.rosa, "BODEGA01", 5)
    path = "/api/v1/merchants/BODEGA01"
    shop = served.house.get(path).data
    assert (shop["kind"], shop["name"]) == ("merchant", "Bodega Doña Julia")
    whole = served.house.get(f"{path}/payments?limit=500").data["payments"]
    assert whole[0]["balance_minor"] == shop["balance_minor"]
    paged = _pages(
        served, f"{path}/payments", "payments", 2, lambda: served.house.pay(served.rosa, "BODEGA01", 1)
    )
    assert paged == whole
    with served.database.transaction(TEST_ACTOR) as tx:
        today = tx.today
    day = served.house.get(f"{path}/day?on={today}").data
    moved = sum(line["in_minor"] - line["out_minor"] for line in day["lines"])
    assert day["opening_minor"] + moved == day["closing_minor"]
    agent = served.house.get("/api/v1/agents/AGENTE01").data
    assert (agent["kind"], agent["balance_minor"] > 0) == ("agent", True)


def test_a_quote_is_what_the_payment_then_costs(served: Served) -> None:
    asked = {"kind": "cash_out", "wallet": served.rosa, "shop": "AGENTE01", "amount_minor": 1_000}
    quote = served.house.post("/api/v1/quotes", asked)
    assert quote.status == 200, quote
    assert quote.data["to"] == "Agente Don Pepe"
    made = served.house.post("/api/v1/payments", asked | {"key": str(key())})
    assert made.data["fee_minor"] == quote.data["fee_minor"]
    send = {"kind": "send", "wallet": served.rosa, "phone": "+51987600077", "amount_minor": 100}
    assert served.house.post("/api/v1/quotes", send).data["waits_until"] is not None
    both = served.house.post("/api/v1/quotes", send | {"shop": "BODEGA01"})
    assert (both.status, both.code) == (422, "bad_request")


def test_a_payment_is_found_by_its_id_and_by_its_key(served: Served) -> None:
    mine = str(key())
    assert served.house.get(f"/api/v1/payments?key={mine}").code == "unknown_payment"
    assert served.house.get(f"/api/v1/payments?key={uuid4()}").code == "bad_request"
    made = served.house.pay(served.rosa, "BOTICA01", 700, key=mine).data
    for path in (f"/api/v1/payments/{made['id']}", f"/api/v1/payments?key={mine}"):
        told = served.house.get(path).data
        assert (told["id"], told["amount_minor"], told["why"]) == (made["id"], 700, "pay")
        assert told["debit"] == {"wallet": served.rosa, "shop": None}
        assert told["credit"] == {"wallet": None, "shop": "BOTICA01"}
    stranger = served.client(everything=False)
    assert stranger.get(f"/api/v1/payments/{made['id']}").code == "unknown_payment"
    assert served.client().get(f"/api/v1/payments?key={mine}").code == "unknown_payment"


def test_a_merchant_gives_a_payment_back_once(served: Served) -> None:
    before = served.balance(served.rosa)
    made = served.house.pay(served.rosa, "BOTICA01", 700).data
    path, mine = f"/api/v1/payments/{made['id']}/refunds", str(key())
    part = served.house.post(path, {"key": mine, "amount_minor": 300})
    assert (part.status, part.data["amount_minor"]) == (201, 300)
    assert served.house.post(path, {"key": mine, "amount_minor": 300}).status == 200
    rest = served.house.post(path, {"key": str(key())})
    assert rest.data["amount_minor"] == 400
    assert served.balance(served.rosa) == before
    assert served.house.post(path, {"key": str(key())}).code == "nothing_left_to_refund"
    payers = served.client(person_id=PersonId(read_id("per", served.rosa)))
    assert payers.post(path, {"key": str(key())}).code == "unknown_shop"


def test_a_request_is_made_seen_paid_and_declined(served: Served) -> None:
    rosa, pedro = served.balance(served.rosa), served.balance(served.pedro)
    asked = {"key": str(key()), "wallet": served.pedro, "phone": ROSA, "amount_minor": 250, "note": "bread"}
    made = served.house.post("/api/v1/requests", asked)
    assert (made.status, made.data["state"]) == (201, "waiting")
    assert served.house.post("/api/v1/requests", asked).data == made.data
    waiting = served.house.get(f"/api/v1/requests?wallet={served.rosa}").data
    assert made.data in waiting
    assert made.data in served.house.get(f"/api/v1/requests?wallet={served.pedro}&role=payee").data
    path = f"/api/v1/requests/{made.data['id']}"
    wrong = served.house.post(f"{path}/pay", {"wallet": served.pedro})
    assert (wrong.status, wrong.code) == (404, "unknown_request")
    paid = served.house.post(f"{path}/pay", {"wallet": served.rosa})
    assert (paid.status, paid.data["amount_minor"]) == (201, 250)
    assert served.house.post(f"{path}/pay", {"wallet": served.rosa}).status == 200
    assert served.balance(served.pedro) == pedro + 250
    assert served.balance(served.rosa) == rosa - 250
    over = served.house.post(f"{path}/decline", {"wallet": served.rosa})
    assert over.code == "request_over"
    for answer, who in (("decline", served.rosa), ("withdraw", served.pedro)):
        more = served.house.post("/api/v1/requests", asked | {"key": str(key())}).data
        assert served.house.post(f"/api/v1/requests/{more['id']}/{answer}", {"wallet": who}).status == 204


def test_an_agent_pays_out_a_cash_code(served: Served) -> None:
    with served.database.transaction(TEST_ACTOR) as tx:
        code = wallet.make_cash_code(
            tx,
            ring=served.ring,
            person_id=PersonId(read_id("per", served.rosa)),
            amount_minor=1_000,
            client="phone",
            key=key(),
        )
    path = "/api/v1/agents/AGENTE01/cash-codes"
    wrong = served.house.post(path, {"phone": ROSA, "code": "00000000"})
    assert (wrong.status, wrong.code) == (404, "wrong_cash_code")
    done = served.house.post(path, {"phone": ROSA, "code": code.code})
    assert (done.status, done.data["amount_minor"], done.data["repeated"]) == (200, 1_000, False)
    assert served.house.post(path, {"phone": ROSA, "code": code.code}).data["repeated"]
    others = served.client(shop=served.bodega)
    assert others.post(path, {"phone": ROSA, "code": code.code}).code == "unknown_shop"
    voucher = served.house.post("/api/v1/agents/AGENTE01/vouchers", {"number": 1, "code": "00000000"})
    assert voucher.code == "wrong_voucher"
    looked = served.house.post("/api/v1/agents/AGENTE01/vouchers/look-up", {"number": 1, "code": "00000000"})
    assert looked.code == "wrong_voucher"


def test_a_merchant_writes_codes(served: Served) -> None:
    hung = served.house.post("/api/v1/merchants/BODEGA01/codes", {})
    once = served.house.post("/api/v1/merchants/BODEGA01/codes", {"amount_minor": 500})
    with served.database.transaction(TEST_ACTOR) as tx:
        for text, amount in ((hung.data["text"], None), (once.data["text"], 500)):
            scanned = wallet.codes.read_code(tx, text=text)
            assert scanned.amount_minor == amount
    assert served.house.post("/api/v1/merchants/AGENTE01/codes", {}).code == "unknown_shop"


@pytest.mark.parametrize(
    "path",
    [
        "/wallets/{nobody}",
        "/wallets/{nobody}/limits",
        "/wallets/{nobody}/statement",
        "/merchants/NOSUCH01",
        "/merchants/NOSUCH01/payments",
        "/merchants/NOSUCH01/day?on=2025-06-02",
        "/payments/trf_00000000000000000000000000",
        "/requests?wallet={nobody}",
        "/entitlements/ent_00000000000000000000000000",
        "/programmes/nothing",
        "/programmes/nothing/cycles",
        "/cycles/cyc_00000000000000000000000000",
    ],
)
def test_what_a_client_is_not_linked_to_is_what_does_not_exist(served: Served, path: str) -> None:
    stranger = served.client(everything=False)
    unknown = stranger.get("/api/v1" + path.format(nobody=NOBODY))
    assert unknown.status == 404
    assert unknown.code
    known = path.format(nobody=served.rosa).replace("NOSUCH01", "BODEGA01")
    if known != path:
        answer = stranger.get("/api/v1" + known)
        assert (answer.status, answer.body) == (404, unknown.body)


def test_an_entitlement_of_a_stranger_is_none(served: Served) -> None:
    answer = served.client(everything=False).get("/api/v1/entitlements/ent_" + "0" * 26)
    assert answer.code == "no_such_entitlement"


@pytest.mark.parametrize(
    "query",
    [
        "cursor=x",
        "cursor=e30",
        "cursor=eyJhIjoxfQ",
        "cursor=%00",
        "limit=0",
        "limit=501",
        "limit=x",
        "cursor=W10",
    ],
)
def test_a_page_that_cannot_be_is_refused(served: Served, query: str) -> None:
    for path in (f"/api/v1/wallets/{served.rosa}/statement", "/api/v1/merchants/BODEGA01/payments"):
        answer = served.house.get(f"{path}?{query}")
        assert answer.status in (200, 422), answer
        if answer.status == 422:
            assert answer.code == "bad_request"


@pytest.mark.parametrize(
    "on", ["0", "20250602", "2025-02-30", "9999-12-31", "0001-01-01", "today", "", "2025-06-02T00"]
)
def test_a_day_that_is_none_is_refused(served: Served, on: str) -> None:
    """A bug: a number was read as seconds since 1970, and answered with a day that nobody had asked for."""
    answer = served.house.get(f"/api/v1/merchants/BODEGA01/day?on={on}")
    assert (answer.status, answer.code) == (422, "bad_request")


@pytest.mark.parametrize("scope", ["wallets:read", "merchants:read", "payments:read", "requests:read"])
def test_each_scope_opens_what_it_is_for_and_nothing_else(served: Served, scope: str) -> None:
    client = served.client(scope)
    paths = {
        "wallets:read": f"/api/v1/wallets/{served.rosa}",
        "merchants:read": "/api/v1/merchants/BODEGA01",
        "payments:read": f"/api/v1/payments?key={key()}",
        "requests:read": f"/api/v1/requests?wallet={served.rosa}",
    }
    for needed, path in paths.items():
        answer = client.get(path)
        if needed == scope:
            assert answer.status in (200, 404)
        else:
            assert (answer.status, answer.code) == (403, "scope_missing")
    assert client.post("/api/v1/quotes", {"phone": PEDRO}).code in ("scope_missing", "bad_request")


def test_the_description_is_open_to_everybody(served: Served) -> None:
    nobody = Client(served.url, "", "")
    assert nobody.get("/api/v1/openapi.json").data["openapi"].startswith("3.1")
