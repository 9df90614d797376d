"""Wires are cut and servers killed while clients pay: each sends again, and nothing is lost or doubled."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import urllib3
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ayni import ledger
from ayni.channels import api
from ayni.foundation import keys
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from tests.channels.api.conftest import Client, Served, key, served
from tests.channels.api.gsma_client import payment
from tests.conftest import START
from tests.faults.proxy import Proxy, proxy

__all__ = ["served"]

_SERVER = """
import sys
from pathlib import Path
from ayni.app import load_country
from ayni.channels import api
from ayni.foundation import keys
from ayni.foundation.db import Database
with (
    Database(sys.argv[1], load_country("peru"), pool_size=8) as database,
    api.serve(database, keys.load(Path(sys.argv[2])), host="127.0.0.1", port=0) as address,
):
    print(address.port, flush=True)
    sys.stdin.read()
"""


def _until_done(client: Client, wallet_id: str, mine: str) -> int:
    """Send the same payment until it is acknowledged, as a client must; the status of the last answer."""
    for _ in range(200):
        try:
            answer = client.pay(wallet_id, "BOTICA01", 10, key=mine)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
            continue
        if answer.status < 500:
            return answer.status
        assert answer.code in ("outcome_unknown", "database_unreachable", "unexpected")
        time.sleep(0.05)
    raise AssertionError("it was never acknowledged")


def test_an_answer_that_is_lost_on_its_way_is_told_again(served: Served) -> None:
    at = urllib3.util.parse_url(served.url)
    assert at.host is not None
    assert at.port is not None
    before, mine = served.balance(served.rosa), str(key())
    with proxy((at.host, at.port)) as wire:
        client = replace(
            served.house, url=f"http://127.0.0.1:{wire.port}", http=urllib3.PoolManager(retries=False)
        )
        wire.lose_answer()
        with pytest.raises(urllib3.exceptions.HTTPError):
            client.pay(served.rosa, "BOTICA01", 10, key=mine)
        assert wire.lost == 1
        again = client.pay(served.rosa, "BOTICA01", 10, key=mine)
    assert (again.status, again.data["repeated"]) == (200, True)
    assert served.balance(served.rosa) == before - 10


@pytest.fixture
def far(served: Served, country: Country) -> Iterator[tuple[Client, Proxy]]:
    """A second server of the same city, whose every word with PostgreSQL goes over a wire of ours."""
    told = conninfo_to_dict(served.database.url)
    path = f"{told['host']}/.s.PGSQL.{told.get('port', 5432)}"
    with proxy(path) as wire:
        url = make_conninfo(
            served.database.url, host="127.0.0.1", port=wire.port, gssencmode="disable", sslmode="disable"
        )
        with (
            Database(url, country, pool_size=4) as database,
            api.serve(database, served.ring, host="127.0.0.1", port=0) as address,
        ):
            client = replace(served.house, url=address.url, http=urllib3.PoolManager(retries=False))
            assert client.pay(served.rosa, "BOTICA01", 10).status == 201
            yield client, wire


@pytest.mark.parametrize("number", range(1, 8))
def test_whichever_word_of_postgresql_is_lost_a_payment_is_made_once(
    served: Served, far: tuple[Client, Proxy], number: int
) -> None:
    client, wire = far
    before, mine = served.balance(served.rosa), str(key())
    wire.lose_answer(number)
    status = _until_done(client, served.rosa, mine)
    wire.calm()
    assert status in (200, 201)
    assert served.balance(served.rosa) == before - 10
    assert client.pay(served.rosa, "BOTICA01", 10, key=mine).status == 200


@pytest.mark.parametrize("number", [1, 3, 5, 8, 12, 16, 20])
def test_whichever_word_is_lost_a_request_of_the_profile_is_carried_out_once(
    served: Served, far: tuple[Client, Proxy], number: int
) -> None:
    client, wire = far
    before, correlation = served.balance(served.rosa), str(uuid4())
    wire.lose_answer(number)
    for _ in range(200):
        answer = client.post(
            "/gsma/v1.2/transactions/type/merchantpay", payment("0.10"), x_correlationid=correlation
        )
        if answer.status == 202 and answer.data["status"] == "completed":
            break
        assert answer.status in (202, 500, 503), answer
        time.sleep(0.05)
    wire.calm()
    assert answer.data["status"] == "completed"
    assert served.balance(served.rosa) == before - 10


def test_a_server_that_is_killed_under_load_loses_nothing_and_doubles_nothing(
    served: Served, server: EmbeddedServer, tmp_path: Path
) -> None:
    """Eight clients pay on; the server is killed twice, without a word; each client sends again."""
    keys.create(tmp_path / "keys", at=START)
    before, start = served.balance(served.rosa), threading.Event()
    running: list[subprocess.Popen[str]] = []
    client = served.client("payments:write", prove=False)

    def begin() -> None:
        command = [sys.executable, "-c", _SERVER, served.database.url, str(tmp_path / "keys")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        client.url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        client.token = client.prove().data["access_token"]
        running.append(process)

    done: list[str] = []

    def pay(_: int) -> None:
        start.wait()
        for _ in range(30):
            mine = str(key())
            assert _until_done(client, served.rosa, mine) in (200, 201)
            done.append(mine)

    begin()
    with ThreadPoolExecutor(8) as pool:
        payers = [pool.submit(pay, number) for number in range(8)]
        start.set()
        for count in (50, 150):
            while len(done) < count:
                time.sleep(0.005)
            running[-1].kill()
            running[-1].wait()
            begin()
        for payer in payers:
            payer.result()
    for process in running:
        process.kill()
        process.communicate()
    assert len(done) == 240
    assert served.balance(served.rosa) == before - 240 * 10
    assert client.id
    with served.database.transaction() as tx:
        assert ledger.list_violations(tx) == []
