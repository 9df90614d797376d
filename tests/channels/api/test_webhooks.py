"""Webhooks: what happens is told in order, until it is taken, to who may know it, and provably by us."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ayni import wallet
from ayni.channels.api import telling
from ayni.foundation import clients
from ayni.foundation.keys import KeyRingLost
from ayni.values.ids import PersonId, read_id
from tests.channels.api.conftest import HERE, Client, Served, key
from tests.channels.api.receivers import Receiver, bad_receiver, read_request, receiver
from tests.conftest import TEST_ACTOR

PATH = "/api/v1/webhooks"


@dataclass
class Hooked:
    """A city some of whose clients have webhooks. All end with the test."""

    served: Served
    clients: list[Client] = field(default_factory=list)

    def client(self, *scopes: str, **more: Any) -> Client:
        made = self.served.client(*scopes, **more)
        self.clients.append(made)
        return made

    def hook(self, client: Client, url: str, **more: Any) -> dict[str, Any]:
        """A webhook of a client's."""
        made = client.post(PATH, {"key": str(key()), "url": url} | more)
        assert made.status == 201, made
        return dict(made.data)

    def pay(self, *amounts: int, shop: str = "BODEGA01") -> list[str]:
        return [self.served.house.pay(self.served.rosa, shop, amount).data["id"] for amount in amounts]

    def tell(self) -> None:
        """What a worker's follower does, once."""
        with telling.telling(self.served.database, lambda: self.served.ring, HERE) as step:
            while step():
                pass


@pytest.fixture
def hooked(served: Served) -> Iterator[Hooked]:
    made = Hooked(served)
    yield made
    with served.database.transaction(TEST_ACTOR) as tx:
        for client in made.clients:
            if any(one.id == client.id and one.ended_at is None for one in clients.list_clients(tx)):
                clients.end_client(tx, client_id=client.id, reason="the test ended")


def _paid(taker: Receiver) -> list[str]:
    return [event["payment"]["id"] for *_, body in taker.taken for event in body["events"]]


def test_what_happens_is_told_in_order_and_once(hooked: Hooked) -> None:
    client = hooked.client()
    with receiver() as taker:
        made = hooked.hook(client, f"{taker.url}/ayni?of=us")
        paid = hooked.pay(110, 120, 130)
        hooked.tell()
        hooked.tell()
        more = hooked.pay(140)
        hooked.tell()
    assert _paid(taker) == paid + more
    method, path, _, body = taker.taken[0]
    assert (method, path, body["type"], body["webhook"]) == ("POST", "/ayni?of=us", "events", made["id"])
    first = body["events"][0]
    assert (first["type"], first["seq"]) == ("payment.made", first["payment"]["seq"])
    shown = client.get(f"/api/v1/payments/{paid[0]}").data
    shown.pop("returned_minor")
    assert first["payment"] == shown
    seqs = [event["seq"] for *_, body in taker.taken for event in body["events"]]
    assert seqs == sorted(set(seqs))
    assert client.get(f"{PATH}/{made['id']}").data["told_seq"] >= seqs[-1]


def test_a_delivery_proves_that_it_is_ours(hooked: Hooked) -> None:
    """As standardwebhooks.com says, written here a second time."""
    with receiver() as taker:
        secret = hooked.hook(hooked.client(), taker.url)["secret"]
        hooked.pay(100)
        hooked.tell()
    ((_, _, headers, _),) = taker.taken
    (raw,) = taker.bodies
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + raw
    expected = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(expected).decode()}"
    assert "." not in headers["webhook-id"]
    assert headers["content-type"] == "application/json"


def test_nobody_is_told_of_what_is_not_theirs(hooked: Hooked) -> None:
    rosa = PersonId(read_id("per", hooked.served.rosa))
    with receiver() as taker, receiver() as others, receiver() as nobodys:
        hooked.hook(hooked.client(shop=hooked.served.bodega), taker.url)
        hooked.hook(hooked.client(person_id=rosa), others.url)
        hooked.hook(hooked.client(everything=False), nobodys.url)
        here, there = hooked.pay(100), hooked.pay(100, shop="BOTICA01")
        hooked.tell()
    assert _paid(taker) == here
    assert _paid(others) == here + there
    assert nobodys.taken == []
    ((*_, body),) = taker.taken
    assert body["events"][0]["payment"]["debit"] == {"wallet": None, "shop": None}, "who paid is not told"
    assert body["events"][0]["payment"]["credit"] == {"wallet": None, "shop": "BODEGA01"}


def test_what_is_not_taken_is_sent_again_as_it_was(hooked: Hooked) -> None:
    """Although more has happened since: the same id is the same message."""
    client = hooked.client()
    with receiver(503, 302) as taker:
        made = hooked.hook(client, taker.url)
        paid = hooked.pay(100)
        hooked.tell()
        shown = client.get(f"{PATH}/{made['id']}").data
        assert (shown["failures"], "503" in shown["problem"]) == (1, True)
        paid += hooked.pay(200)
        hooked.tell()
        hooked.tell()
    ids = [headers["webhook-id"] for _, _, headers, _ in taker.taken]
    assert (ids[0], ids[1]) == (ids[2], ids[2])
    assert taker.bodies[0] == taker.bodies[1] == taker.bodies[2] != taker.bodies[3]
    assert [event["payment"]["id"] for *_, body in taker.taken[2:] for event in body["events"]] == paid
    shown = client.get(f"{PATH}/{made['id']}").data
    assert (shown["failures"], shown["problem"]) == (0, None)
    kinds = [one["kind"] for one in client.get(f"{PATH}/{made['id']}/deliveries").data["deliveries"]]
    assert kinds == ["taken", "taken", "refused", "refused", "begun"]


def test_a_retry_after_a_long_way_of_others_payments_is_the_same_message(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bug: the retry looked through that way again, and forgot on it what it had tried."""
    monkeypatch.setattr("ayni.wallet.queries.payments._LOOKED_AT", 25)
    with receiver(500) as taker:
        hooked.hook(hooked.client(shop=hooked.served.bodega), taker.url)
        hooked.pay(*[1] * 60, shop="BOTICA01")
        hooked.pay(100)
        hooked.tell()
        hooked.pay(200)
        hooked.tell()
    assert taker.bodies[0] == taker.bodies[1]
    assert taker.taken[0][2]["webhook-id"] == taker.taken[1][2]["webhook-id"]


def test_one_that_is_not_taken_rests_before_it_is_tried_again(hooked: Hooked) -> None:
    with receiver(*[500] * 10) as taker:
        hooked.hook(hooked.client(), taker.url)
        hooked.pay(100)
        with telling.telling(hooked.served.database, lambda: hooked.served.ring, HERE) as step:
            for _ in range(10):
                step()
    assert len(taker.taken) == 1


def test_a_slow_receiver_keeps_nobody_else_waiting(hooked: Hooked) -> None:
    def slow(plug: Any) -> None:
        if not read_request(plug):
            return
        waited.append(plug)
        while not quick.taken:
            time.sleep(0.01)
        plug.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    waited: list[Any] = []
    slow_one = hooked.client()
    with receiver() as quick, bad_receiver(slow) as url:
        for _ in range(4):
            hooked.hook(slow_one, url)
        hooked.hook(hooked.client(), quick.url)
        hooked.pay(100)
        hooked.tell()
    assert len(quick.taken) == 1
    assert len(waited) == 4, "and the slow ones were told too, when their turn came"


def test_it_is_told_again_from_where_its_client_says(hooked: Hooked) -> None:
    client = hooked.client()
    with receiver() as taker:
        made = hooked.hook(client, taker.url)
        paid = hooked.pay(100, 200)
        hooked.tell()
        again = {"key": str(key()), "after_seq": made["told_seq"]}
        path = f"{PATH}/{made['id']}/replays"
        assert client.post(path, again).data["told_seq"] == made["told_seq"]
        hooked.tell()
        assert client.post(path, again).status == 200, "the same request again moves nothing"
        hooked.tell()
        assert client.post(path, again | {"after_seq": 0}).code == "request_differs"
        last = client.post(path, {"key": str(key()), "after_seq": taker.taken[0][3]["events"][0]["seq"]})
        assert last.status == 200
        hooked.tell()
    assert _paid(taker) == paid * 2 + paid[1:]


def test_a_replay_does_not_wait_for_the_rest_of_a_failure(hooked: Hooked) -> None:
    client = hooked.client()
    with (
        receiver(500) as taker,
        telling.telling(hooked.served.database, lambda: hooked.served.ring, HERE) as step,
    ):
        made = hooked.hook(client, taker.url)
        paid = hooked.pay(100)
        while step():
            pass
        client.post(f"{PATH}/{made['id']}/replays", {"key": str(key()), "after_seq": made["told_seq"]})
        while step():
            pass
    assert _paid(taker) == paid * 2


def test_a_replay_while_something_is_being_delivered_stands(hooked: Hooked) -> None:
    client = hooked.client()
    made: dict[str, Any] = {}

    def ask_in_the_middle(plug: Any) -> None:
        read_request(plug)
        if not asked:
            body = {"key": str(key()), "after_seq": made["told_seq"]}
            asked.append(client.post(f"{PATH}/{made['id']}/replays", body).status)
        plug.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    asked: list[int] = []
    with bad_receiver(ask_in_the_middle) as url:
        made |= hooked.hook(client, url)
        hooked.pay(100)
        hooked.tell()
    assert asked == [200]
    steps = client.get(f"{PATH}/{made['id']}/deliveries").data["deliveries"]
    assert [one["kind"] for one in steps] == ["taken", "replayed", "begun"], "the first delivery is no step"


def test_it_ends_for_good(hooked: Hooked) -> None:
    client = hooked.client()
    with receiver() as taker:
        made = hooked.hook(client, taker.url)
        path = f"{PATH}/{made['id']}"
        assert [client.ask("DELETE", path).status for _ in range(2)] == [204, 204]
        hooked.pay(100)
        hooked.tell()
        assert client.get(path).data["ended_at"] is not None
        assert client.get(PATH).data == []
        answer = client.post(f"{path}/replays", {"key": str(key()), "after_seq": 0})
        assert (answer.status, answer.code) == (409, "webhook_ended")
    assert taker.taken == []


def test_nothing_is_told_once_a_link_or_a_client_has_ended(hooked: Hooked) -> None:
    """Also not what was tried before and not taken."""
    client, other = hooked.client(shop=hooked.served.bodega), hooked.client()
    with receiver(500) as taker, receiver(500) as others:
        made = hooked.hook(client, taker.url)
        hooked.hook(other, others.url)
        hooked.pay(100)
        hooked.tell()
        with hooked.served.database.transaction(TEST_ACTOR) as tx:
            wallet.links.end_link(tx, client_id=client.id, shop_id=hooked.served.bodega.id)
            clients.end_client(tx, client_id=other.id, reason="the agreement ended")
        hooked.tell()
        hooked.pay(200)
        hooked.tell()
        hooked.tell()
    assert (len(taker.taken), len(others.taken)) == (1, 1)
    assert client.get(f"{PATH}/{made['id']}").data["failures"] == 0


def test_another_clients_webhook_does_not_exist(hooked: Hooked) -> None:
    made = hooked.hook(hooked.client(), "https://bank.example/ayni")
    stranger = hooked.client()
    path = f"{PATH}/{made['id']}"
    asked = {"key": str(key()), "after_seq": 0}
    for answer in (
        stranger.get(path),
        stranger.get(f"{path}/deliveries"),
        stranger.post(f"{path}/replays", asked),
        stranger.ask("DELETE", path),
    ):
        assert (answer.status, answer.code) == (404, "unknown_webhook")
    assert stranger.get(PATH).data == []


def test_the_same_request_is_the_same_webhook(hooked: Hooked) -> None:
    client = hooked.client()
    asked = {"key": str(key()), "url": "https://bank.example/ayni"}
    first, second = client.post(PATH, asked), client.post(PATH, asked)
    assert (first.status, second.status) == (201, 200)
    assert first.data == second.data, "with its secret, which the database does not hold"
    for other in ({"url": "https://bank.example/other"}, {"after_seq": 0}):
        assert client.post(PATH, asked | other).code == "request_differs"
    for _ in range(9):
        hooked.hook(client, "https://bank.example/ayni")
    full = client.post(PATH, asked | {"key": str(key())})
    assert (full.status, full.code) == (409, "too_many_webhooks")
    assert client.post(PATH, asked).status == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "http://bank.example/ayni"},
        {"url": "https://10.0.0.7/"},
        {"url": "https://[::1]/"},
        {"url": "ftp://bank.example/"},
        {"url": "https://user@bank.example/"},
        {"url": "https://bank.example/\x00"},
        {"url": ""},
        {"url": 7},
        {"after_seq": -1},
        {"after_seq": 10**12},
        {"after_seq": 10**30},
        {"after_seq": "1"},
        {"after_seq": 1.5},
        {"key": "x"},
        {"more": True},
    ],
)
def test_what_is_no_webhook_is_refused(hooked: Hooked, wrong: dict[str, Any]) -> None:
    client = hooked.client()
    answer = client.post(PATH, {"key": str(key()), "url": "https://bank.example/ayni"} | wrong)
    assert (answer.status, answer.code in ("bad_request", "bad_address")) == (422, True)
    assert client.get(PATH).data == []


def test_a_client_that_may_not_read_payments_is_not_told_of_them(hooked: Hooked) -> None:
    client = hooked.client("webhooks:read", "webhooks:write")
    answer = client.post(PATH, {"key": str(key()), "url": "https://bank.example/ayni"})
    assert (answer.status, answer.code) == (403, "scope_missing")
    assert client.get("/api/v1/events?after_seq=0").code == "scope_missing"


def test_deliveries_are_read_page_by_page(hooked: Hooked) -> None:
    client = hooked.client()
    with receiver() as taker:
        made = hooked.hook(client, taker.url)
        for amount in (100, 200, 300):
            hooked.pay(amount)
            hooked.tell()
    path = f"{PATH}/{made['id']}/deliveries"
    whole = client.get(path).data
    assert (len(whole["deliveries"]), whole["next"]) == (4, None)
    paged, cursor = [], ""
    while True:
        page = client.get(f"{path}?limit=1{cursor}").data
        paged += page["deliveries"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert paged == whole["deliveries"]
    assert client.get(f"{path}?cursor=eA").code == "bad_request"


def test_a_lost_ring_is_our_fault_and_keeps_the_place(hooked: Hooked) -> None:
    client = hooked.client()

    def lost() -> Any:
        raise KeyRingLost(folder="nowhere")

    with receiver() as taker:
        made = hooked.hook(client, taker.url)
        paid = hooked.pay(100)
        with telling.telling(hooked.served.database, lost, HERE) as step:
            while step():
                pass
        assert client.get(f"{PATH}/{made['id']}").data["failures"] == 0
        hooked.tell()
    assert _paid(taker) == paid


def test_many_events_arrive_in_a_few_messages(hooked: Hooked) -> None:
    client = hooked.client()
    with receiver() as taker:
        hooked.hook(client, taker.url, after_seq=0)
        hooked.pay(*[1] * 105)
        hooked.tell()
    sizes = [len(body["events"]) for *_, body in taker.taken]
    assert max(sizes) == 100
    told = client.get("/api/v1/events?after_seq=0&limit=500").data
    assert [event for *_, body in taker.taken for event in body["events"]][:500] == told["events"]
    assert json.dumps(told)
