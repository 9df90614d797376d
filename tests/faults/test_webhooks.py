"""A worker killed while it tells a webhook: another one tells the same again, and nothing is left out."""

from __future__ import annotations

import os
import signal
import socket
import threading
from uuid import uuid4

from ayni import ledger, wallet
from ayni.foundation import clients, webhooks
from ayni.foundation.db import Database
from tests.channels.api.receivers import bad_receiver, read_request
from tests.conftest import TEST_ACTOR
from tests.faults.working import start, wait_until_started
from tests.wallet.conftest import build


def test_another_worker_goes_on_where_a_killed_one_was(own_database: Database) -> None:
    """The second stands by while the first lives, although the first gets no answer."""
    messages: list[bytes] = []
    killed = threading.Event()
    first_was_told, told_again = threading.Event(), threading.Event()

    def take(plug: socket.socket) -> None:
        message = read_request(plug)
        if not message:
            return
        messages.append(message)
        if not killed.is_set():
            first_was_told.set()
            killed.wait(30)
            return
        plug.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        told_again.set()

    with bad_receiver(take) as url:
        webhook = _begin(own_database, url)
        first = start(own_database, "tests.faults.telling")
        second = None
        try:
            assert first_was_told.wait(30)
            second = start(own_database, "tests.faults.telling")
            wait_until_started(second)
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            assert len(messages) == 1, "one of them leads"
            killed.set()
            assert told_again.wait(30)
            second.send_signal(signal.SIGTERM)
            assert second.wait() == 0
        finally:
            for process in (first, second):
                if process is not None:
                    process.kill()
                    process.communicate()
    assert len(messages) == 2
    assert messages[0] == messages[1], "the same, under the same id"
    with own_database.transaction(TEST_ACTOR) as tx:
        steps = webhooks.list_steps(tx, webhook_id=webhook.id)
        last = ledger.last_seq(tx)
    assert [(step.kind, step.told_seq) for step in steps] == [("taken", last), ("begun", 0)]


def _begin(database: Database, url: str) -> webhooks.Webhook:
    """A city in which something was paid, and a webhook of all of it."""
    with database.transaction(TEST_ACTOR) as tx:
        city = build(tx)
        city.give(1_000)
        city.pay(100)
        clients.add_client(tx, client_id="bank-one", name="B", scopes=["payments:read"], requests_a_minute=60)
        wallet.links.begin_link(tx, client_id="bank-one")
        made, _ = webhooks.begin_webhook(
            tx, client_id="bank-one", webhook_id=uuid4(), url=url, key_version=1, asked_seq=0, last_seq=0
        )
    return made
