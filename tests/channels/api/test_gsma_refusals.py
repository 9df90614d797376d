"""What the GSMA profile refuses, each in the standard's own words."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from uuid import uuid4

import pytest

from tests.channels.api.conftest import PEDRO, ROSA, Client, Served
from tests.channels.api.gsma_client import ROOT, Gsma, party, payment, transfer
from tests.channels.api.gsma_schema import check, spec


@pytest.fixture(scope="module")
def gsma(served: Served) -> Gsma:
    spec()
    return Gsma(served.house)


BROKEN: list[tuple[dict[str, Any], str]] = [
    ({"amount": "0"}, "formatError"),
    ({"amount": "-1"}, "negativeValue"),
    ({"amount": "1.234"}, "formatError"),
    ({"amount": "1e3"}, "formatError"),
    ({"amount": "01"}, "formatError"),
    ({"amount": "1" * 30}, "formatError"),
    ({"amount": 5}, "formatError"),
    ({"amount": None}, "formatError"),
    ({"currency": "USD"}, "currencyNotSupported"),
    ({"currency": ""}, "currencyNotSupported"),
    ({"creditParty": []}, "lengthError"),
    ({"creditParty": None}, "mandatoryValueNotSupplied"),
    ({"creditParty": [{"key": "", "value": "x"}]}, "lengthError"),
    ({"creditParty": [{"key": "msisdn"}]}, "mandatoryValueNotSupplied"),
    ({"creditParty": "x"}, "formatError"),
    ({"descriptionText": "x" * 300}, "lengthError"),
    ({"descriptionText": "a\u0000b"}, "formatError"),
    ({"requestDate": "yesterday"}, "formatError"),
    ({"type": "merchantpay"}, "formatError"),
]


@pytest.mark.parametrize(("change", "code"), BROKEN)
def test_a_field_that_is_wrong_is_told_with_the_standards_code(
    gsma: Gsma, served: Served, change: dict[str, Any], code: str
) -> None:
    before = served.balance(served.rosa)
    at = "/transactions/type/{transactionType}"
    answer = gsma.post("/transactions/type/transfer", transfer() | change, at)
    assert (answer.status, answer.data["errorCode"]) == (400, code)
    assert answer.data["errorParameters"][0]["value"] == "gsma_bad_field"
    assert served.balance(served.rosa) == before


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 60_000, b'{"a":' * 10_000])
def test_a_body_that_is_no_object_is_refused(gsma: Gsma, raw: bytes) -> None:
    answer = gsma.client.ask("POST", f"{ROOT}/transactions/type/transfer", raw=raw)
    check("/transactions/type/{transactionType}", "POST", answer.status, answer.data)
    assert (answer.status, answer.data["errorCategory"]) == (400, "validation")


@pytest.mark.parametrize("kind", ["inttransfer", "adjustment", "reversal", "billpay"])
def test_a_type_that_is_not_offered_is_refused_by_name(gsma: Gsma, kind: str) -> None:
    at = "/transactions/type/{transactionType}"
    answer = gsma.post(f"/transactions/type/{kind}", transfer(), at)
    assert (answer.status, answer.data["errorCode"]) == (400, "transactionTypeError")
    assert answer.data["errorParameters"][0]["value"] == "gsma_not_offered"
    unknown = gsma.post("/transactions/type/theft", transfer(), at)
    assert (unknown.status, unknown.data["errorCode"]) == (400, "formatError")


def test_what_cannot_be_done_is_told_in_the_requests_state(gsma: Gsma) -> None:
    poor = payment("900.00", debitParty=party(msisdn=PEDRO))
    assert gsma.fail("merchantpay", poor) == ("businessRule", "insufficientFunds")
    over = ("businessRule", "greaterThanTransactionMaxValue")
    assert gsma.fail("merchantpay", payment("999999.00")) == over
    mine = transfer(creditParty=party(msisdn=ROSA))
    assert gsma.fail("transfer", mine) == ("businessRule", "samePartiesError")
    nobody = party(walletid="per_" + "0" * 26)
    for kind, body in (
        ("transfer", transfer(debitParty=nobody)),
        ("transfer", transfer(debitParty=party(iban="x"))),
        ("merchantpay", transfer(creditParty=party(storeid="NOSUCH01"))),
        ("merchantpay", transfer(creditParty=party(storeid="AGENTE01"))),
        ("merchantpay", payment(debitParty=party(msisdn=ROSA, walletid="per_" + "0" * 26))),
    ):
        assert gsma.fail(kind, body) == ("identification", "identifierError")


def test_an_odd_transfer_waits_for_the_holder_and_not_for_the_client(gsma: Gsma) -> None:
    """Many sends within a short time ask for a code, whoever sends them: the client is told so."""
    states = []
    for _ in range(12):
        accepted = gsma.post(
            "/transactions/type/transfer", transfer("0.10"), "/transactions/type/{transactionType}"
        )
        states.append(gsma.wait(accepted).data)
    declined = [state["error"] for state in states if state["status"] == "failed"]
    assert declined
    assert {error["errorCode"] for error in declined} == {"requestDeclined"}
    assert declined[0]["errorParameters"][0] == {"key": "code", "value": "code_needed"}


def test_a_body_that_was_changed_on_its_way_is_refused(gsma: Gsma) -> None:
    body = payment()
    at = "/transactions/type/{transactionType}"
    good = hashlib.sha256(json.dumps(body).encode()).hexdigest()
    assert gsma.post("/transactions/type/merchantpay", body, at, x_content_hash=good).status == 202
    answer = gsma.post("/transactions/type/transfer", body, at, x_content_hash="0" * 64)
    assert (answer.status, answer.data["errorCode"]) == (400, "formatError")


def test_a_correlation_id_is_a_uuid(gsma: Gsma) -> None:
    at = "/transactions/type/{transactionType}"
    for wrong in ("1", "x" * 36, "{" + str(uuid4())[1:-1] + "}"):
        answer = gsma.post("/transactions/type/transfer", transfer(), at, x_correlationid=wrong)
        assert (answer.status, answer.data["errorCode"]) == (400, "formatError")
    missing = gsma.get(f"/responses/{uuid4()}", at="/responses/{clientCorrelationId}")
    assert (missing.status, missing.data["errorCode"]) == (404, "identifierError")
    missing = gsma.get(f"/requeststates/{uuid4()}", at="/requeststates/{serverCorrelationId}")
    assert (missing.status, missing.data["errorCode"]) == (404, "identifierError")
    assert missing.data["errorParameters"][0]["value"] == "unknown_request_state"


def test_what_another_client_did_does_not_exist(gsma: Gsma, served: Served) -> None:
    correlation = str(uuid4())
    made = gsma.make("merchantpay", payment(), x_correlationid=correlation)
    reference = made.data["transactionReference"]
    stranger = Gsma(served.client(everything=False))
    assert stranger.transaction(reference).status == 404
    for other in (stranger, Gsma(served.client())):
        assert other.get(f"/responses/{correlation}", at="/responses/{clientCorrelationId}").status == 404
    shops = Gsma(served.client(shop=served.bodega)).transaction(reference).data
    assert shops["creditParty"] == party(organisationid="BODEGA01")
    assert shops["debitParty"] == party(identityalias="not shown"), "who paid is not the shop's to know"
    at = "/accounts/{identifierType}/{identifier}/balance"
    known = stranger.get(f"/accounts/walletid/{served.rosa}/balance", at)
    unknown = stranger.get(f"/accounts/walletid/per_{'0' * 26}/balance", at)
    shop = stranger.get("/accounts/storeid/BODEGA01/balance", at)
    for answer in (known, unknown, shop):
        assert answer.status == 404
        answer.data.pop("errorDateTime")
    assert known.data["errordescription"] == unknown.data["errordescription"] == shop.data["errordescription"]
    assert stranger.fail("merchantpay", payment())[0] == "identification"


def test_without_a_token_or_a_scope_the_standards_error_is_told(gsma: Gsma, served: Served) -> None:
    nobody = Gsma(Client(served.url, "", ""))
    answer = nobody.get("/heartbeat")
    assert (answer.status, answer.data["errorCategory"]) == (401, "authorisation")
    reader = Gsma(served.client("payments:read"))
    answer = reader.post("/transactions", transfer(type="transfer"))
    assert (answer.status, answer.data["errorCode"]) == (401, "clientAuthorisationError")
    hasty = Gsma(served.client(a_minute=1))
    answers = [hasty.get("/heartbeat") for _ in range(5)]
    assert answers[-1].data["errorCode"] == "rateLimitError"


@pytest.mark.parametrize("path", ["/nothing", "/accounts/balance", "/accounts/x/y/status", "/quotations"])
def test_a_path_that_is_not_offered_is_told_so(gsma: Gsma, path: str) -> None:
    answer = gsma.client.get(ROOT + path)
    assert answer.status in (400, 404)
    assert answer.data["errorCategory"] in ("identification", "validation")
