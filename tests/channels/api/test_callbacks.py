"""Callbacks: what became of a request arrives at the client, also late, and never twice as two things."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from ayni.app import register
from ayni.channels import worker
from ayni.channels.api import callbacks, gsma
from ayni.channels.api.errors import NotTaken
from ayni.foundation import client_requests, jobs
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import Database
from ayni.foundation.keys import KeyRing, KeyRingLost
from ayni.foundation.settings import BadSetting, read_settings
from tests.channels.api.conftest import HERE, Served
from tests.channels.api.gsma_client import Gsma, payment
from tests.channels.api.gsma_schema import check, spec
from tests.channels.api.receivers import receiver
from tests.conftest import TEST_ACTOR

AT = "/transactions/type/{transactionType}"
PATH = "/transactions/type/merchantpay"


@pytest.fixture(scope="module")
def speaker(served: Served) -> Gsma:
    spec()
    register()
    return Gsma(served.house)


@pytest.fixture
def allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AYNI_CALLBACK_NETWORKS", "127.0.0.0/8")


def _request(served: Served, correlation: str) -> ClientRequest:
    with served.database.transaction(TEST_ACTOR) as tx:
        return client_requests.get_request_by_correlation(
            tx, client_id=served.house.id, correlation_id=UUID(correlation)
        )


@pytest.mark.usefixtures("allowed")
def test_the_worker_puts_what_was_made_to_the_clients_address(speaker: Gsma, served: Served) -> None:
    correlation = str(uuid4())
    with receiver() as taker:
        accepted = speaker.post(
            PATH, payment(), AT, x_correlationid=correlation, x_callback_url=f"{taker.url}/cb"
        )
        assert accepted.data["notificationMethod"] == "callback"
        state = speaker.wait(accepted)
        worker.run(served.database, once=True, signals=False)
    ((method, path, headers, body),) = taker.taken
    assert (method, path, headers["x-correlationid"]) == ("PUT", "/cb", correlation)
    check(AT, "POST", 201, body)
    assert body["transactionReference"] == state.data["objectReference"]


@pytest.mark.usefixtures("allowed")
def test_a_failure_is_called_back_as_the_standards_error(speaker: Gsma, served: Served) -> None:
    with receiver() as taker:
        poor = payment("900000.00")
        speaker.wait(speaker.post(PATH, poor, AT, x_callback_url=taker.url))
        worker.run(served.database, once=True, signals=False)
    ((_, _, _, body),) = taker.taken
    check(AT, "POST", 400, body)
    assert body["errorCode"] == "greaterThanTransactionMaxValue"


def test_a_callback_that_is_not_taken_waits_and_is_tried_again(speaker: Gsma, served: Served) -> None:
    with receiver(503, 301) as taker:
        correlation = str(uuid4())
        accepted = speaker.post(PATH, payment(), AT, x_correlationid=correlation, x_callback_url=taker.url)
        speaker.wait(accepted)
        request = _request(served, correlation)
        for _ in range(2):
            with pytest.raises(NotTaken):
                callbacks.call_back(served.database, request_id=str(request.id), networks=HERE)
        callbacks.call_back(served.database, request_id=str(request.id), networks=HERE)
    assert [body for *_, body in taker.taken] == [request.answer] * 3
    with served.database.transaction(TEST_ACTOR) as tx:
        names = [job.name for job in jobs.list_jobs(tx, state="todo")]
    assert "api.call_back" in names


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "http://169.254.169.254/", "ftp://example.org/", "x", "http://[::1]:1/"]
)
def test_an_address_inside_is_refused_before_anything_is_done(
    speaker: Gsma, served: Served, url: str
) -> None:
    before = served.balance(served.rosa)
    answer = speaker.post(PATH, payment(), AT, x_callback_url=url)
    assert (answer.status, answer.data["errorCode"]) == (400, "formatError")
    assert answer.data["errorParameters"][0]["value"] == "bad_address"
    assert served.balance(served.rosa) == before


def test_a_request_that_a_killed_server_left_open_is_carried_out_once(served: Served) -> None:
    """It was kept, and whoever was to carry it out died; two rounds at once do it once."""
    before = served.balance(served.rosa)
    with served.database.transaction(TEST_ACTOR) as tx:
        request, is_new = client_requests.begin_request(
            tx,
            client_id=served.house.id,
            correlation_id=uuid4(),
            kind="gsma/transactions",
            asked=payment("3.00") | {"type": "merchantpay"},
        )
    assert is_new
    for _ in range(2):
        gsma.finish_requests(served.database, lambda: served.ring)
    assert served.balance(served.rosa) == before - 300
    with served.database.transaction(TEST_ACTOR) as tx:
        found = client_requests.get_request(tx, request_id=request.id, client_id=served.house.id)
    assert found.completed
    assert found.answer is not None
    assert found.answer["amount"] == "3.00"


@pytest.mark.parametrize("text", ["10.0.0.1/8", "x", "10.0.0.0/99", "10.0.0.0/8;x"])
def test_networks_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(BadSetting):
        read_settings({"AYNI_CALLBACK_NETWORKS": text})


def test_networks_are_read() -> None:
    told = read_settings({"AYNI_CALLBACK_NETWORKS": "10.1.0.0/16, ::1/128"})
    assert [str(network) for network in told.callback_networks] == ["10.1.0.0/16", "::1/128"]
    assert read_settings({}).callback_networks == ()


def test_a_round_with_nothing_to_finish_needs_no_keys(own_database: Database) -> None:
    """A bug: it loaded the ring first, and failed each minute where there was none."""

    def lost() -> KeyRing:
        raise KeyRingLost(folder="nowhere")

    assert gsma.finish_requests(own_database, lost) == 0
