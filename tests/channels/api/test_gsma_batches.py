"""Disbursements: an organisation pays one person or many from its own account, over the standard's API."""

from __future__ import annotations

import itertools
from typing import Any
from uuid import UUID, uuid4

import pytest

from ayni import payments
from ayni.channels.api import gsma as profile
from ayni.foundation import client_requests
from tests.channels.api.conftest import PEDRO, ROSA, Answer, Served
from tests.channels.api.gsma_client import Gsma, party, transfer
from tests.channels.api.gsma_schema import spec
from tests.conftest import TEST_ACTOR

SHOP = party(organisationid="BODEGA01")
_references = itertools.count(1)


@pytest.fixture(scope="module")
def gsma(served: Served) -> Gsma:
    spec()
    with served.database.transaction(TEST_ACTOR) as tx:
        payments.confirm_deposit(
            tx,
            bank_reference="B-1",
            amount_minor=500_000,
            for_account=served.bodega.account_id,
            received_at=tx.now,
        )
    return Gsma(served.house)


def one(amount: str = "1.00", **change: Any) -> dict[str, Any]:
    told = transfer(amount, debitParty=SHOP, creditParty=party(msisdn=PEDRO), type="disbursement")
    return told | {"requestingOrganisationTransactionReference": f"W-{next(_references)}"} | change


def send(gsma: Gsma, *payments: dict[str, Any], **headers: str) -> Answer:
    body = {"batchTitle": "Wages", "transactions": list(payments)}
    return gsma.post("/batchtransactions", body, **headers)


def get(gsma: Gsma, batch_id: str, what: str = "") -> Answer:
    path = f"/batchtransactions/{batch_id}{what}"
    return gsma.get(path, at="/batchtransactions/{batchId}" + what.partition("?")[0])


def test_one_person_is_paid(gsma: Gsma, served: Served) -> None:
    before = served.balance(served.pedro)
    body = transfer("12.00", debitParty=SHOP, creditParty=party(msisdn=PEDRO))
    made = gsma.make("disbursement", body)
    assert made.data["type"] == "disbursement"
    assert served.balance(served.pedro) == before + 1_200
    reader = Gsma(served.client("payments:write"))
    at = "/transactions/type/{transactionType}"
    refused = reader.post("/transactions/type/disbursement", body, at)
    assert (refused.status, refused.data["errorCode"]) == (401, "clientAuthorisationError")


def test_many_are_paid_each_on_its_own(gsma: Gsma, served: Served) -> None:
    rosa, pedro = served.balance(served.rosa), served.balance(served.pedro)
    good = [one("2.00"), one("3.00", creditParty=party(walletid=served.rosa))]
    bad = [
        one(creditParty=party(msisdn="+51987699999")),
        one("20.00", debitParty=party(organisationid="BOTICA01")),
        one(debitParty=party(organisationid="AGENTE01")),
        one(currency="USD"),
        one(amount="0"),
    ]
    state = gsma.wait(send(gsma, good[0], *bad, good[1]))
    assert state.data["status"] == "completed", state.data
    batch_id = state.data["objectReference"]
    batch = get(gsma, batch_id).data
    assert (batch["batchStatus"], batch["completedCount"], batch["rejectionCount"]) == ("completed", 2, 5)
    assert batch["batchTitle"] == "Wages"
    assert served.balance(served.rosa) == rosa + 300
    assert served.balance(served.pedro) == pedro + 200
    done = get(gsma, batch_id, "/completions")
    assert [told["requestingOrganisationTransactionReference"] for told in done.data] == [
        payment["requestingOrganisationTransactionReference"] for payment in good
    ]
    link = done.data[0]["link"]
    assert gsma.transaction(link.rpartition("/")[2]).data["amount"] == "2.00"
    not_done = get(gsma, batch_id, "/rejections")
    assert not_done.headers["x-records-available-count"] == "5"
    reasons = [told["rejectionReason"].partition(":")[0] for told in not_done.data]
    assert reasons == [
        "identifierError",
        "insufficientFunds",
        "identifierError",
        "currencyNotSupported",
        "formatError",
    ]
    page = get(gsma, batch_id, "/rejections?limit=2&offset=4")
    assert page.data == not_done.data[4:]


def test_a_batch_again_is_the_same_batch(gsma: Gsma, served: Served) -> None:
    before, correlation = served.balance(served.pedro), str(uuid4())
    body = [one("1.00"), one("1.00")]
    first = send(gsma, *body, x_correlationid=correlation)
    gsma.wait(first)
    again = send(gsma, *body, x_correlationid=correlation)
    assert again.data["serverCorrelationId"] == first.data["serverCorrelationId"]
    assert served.balance(served.pedro) == before + 200, "two alike in one batch are two"
    link = gsma.get(f"/responses/{correlation}", at="/responses/{clientCorrelationId}").data["link"]
    assert link.endswith(f"/batchtransactions/{again.data['objectReference']}")


def test_a_batch_that_was_half_paid_when_the_server_died_is_paid_once(gsma: Gsma, served: Served) -> None:
    """It is kept; a first round pays it and dies before it says so; the next round says so."""
    before = served.balance(served.pedro)
    asked = {"transactions": [one("0.50") for _ in range(450)]}
    with served.database.transaction(TEST_ACTOR) as tx:
        request, _ = client_requests.begin_request(
            tx,
            client_id=served.house.id,
            correlation_id=uuid4(),
            kind="gsma/batchtransactions",
            asked=asked,
        )
    batch = get(gsma, str(request.id)).data
    assert (batch["batchStatus"], batch["processingFlag"]) == ("created", True)
    for _ in range(2):
        profile.finish_requests(served.database, lambda: served.ring)
    batch = get(gsma, str(request.id)).data
    assert (batch["completedCount"], batch["rejectionCount"]) == (450, 0)
    assert served.balance(served.pedro) == before + 450 * 50


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"transactions": []}, "lengthError"),
        ({"transactions": None}, "formatError"),
        ({"scheduledStartDate": "2026-01-01T00:00:00Z"}, "transactionTypeError"),
        ({"transactions": [transfer(type="transfer")]}, "transactionTypeError"),
        ({"transactions": [one(creditParty=None)]}, "mandatoryValueNotSupplied"),
        ({"batchTitle": "x" * 300}, "lengthError"),
    ],
)
def test_a_batch_that_cannot_be_is_refused_whole(gsma: Gsma, change: dict[str, Any], code: str) -> None:
    answer = gsma.post("/batchtransactions", {"transactions": [one()]} | change)
    assert (answer.status, answer.data["errorCode"]) == (400, code)


def test_a_batch_larger_than_any_is_not_read(gsma: Gsma) -> None:
    raw = b'{"transactions": [' + b" " * 5_000_000
    answer = gsma.client.ask("POST", "/gsma/v1.2/batchtransactions", raw=raw)
    assert (answer.status, answer.data["errorCode"]) == (400, "lengthError")


def test_a_batch_of_somebody_else_does_not_exist(gsma: Gsma, served: Served) -> None:
    batch_id = gsma.wait(send(gsma, one())).data["objectReference"]
    other = Gsma(served.client())
    for what in ("", "/completions", "/rejections"):
        assert get(other, batch_id, what).status == 404
        assert get(gsma, str(UUID(int=0)), what).status == 404
        assert get(gsma, "x", what).status == 404
    stranger = Gsma(served.client(everything=False))
    state = stranger.wait(send(stranger, one()))
    assert get(stranger, state.data["objectReference"]).data["rejectionCount"] == 1
    assert ROSA not in get(stranger, state.data["objectReference"], "/rejections").body.decode()
