"""Payments a second over HTTP: a server, a load and PostgreSQL, each a process of its own, on one machine."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from ayni import programmes, wallet
from ayni.app import MODULES, load_country
from ayni.foundation import clients, keys
from ayni.foundation.db import Actor, Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.values.ids import show_id
from bench.disbursement import approved_cycle
from bench.measure import figure, in_turn, ratio
from bench.wallet import SHOPS, Town

CLIENTS = (1, 16, 64, 256)
_SECONDS, _ROUNDS = 5, 5
_HASTY, _HASTY_CLIENTS = 6_000, 16
"""What one client may send a minute, and over how many connections it sends ten times as much."""
Runs = list[dict[str, Any]]
"""Pairs of runs: alone, then beside something."""
_ACTOR = Actor("bench", "bench")
_SERVER = """
import sys
from pathlib import Path
from ayni.app import load_country
from ayni.channels import api
from ayni.foundation import keys
from ayni.foundation.db import Database
ring = keys.load(Path(sys.argv[2]))
with (
    Database(sys.argv[1], load_country("peru"), pool_size=16) as database,
    api.serve(database, ring, host="127.0.0.1", port=0) as address,
):
    print(address.port, flush=True)
    sys.stdin.read()
"""


@dataclass
class Served:
    """A town behind a server, and the tokens of two clients: one may send all it likes, `hasty` may not."""

    town: Town
    port: int
    token: str
    hasty: str

    def load(self, callers: int, *, seconds: int = _SECONDS, rate: int | None = None) -> dict[str, Any]:
        """One run of the load: rate, p50, p95 and p99 in milliseconds. Every payment must be made."""
        told = self.send(callers, seconds=seconds, rate=rate, token=self.token)
        assert set(told["statuses"]) == {"201"}, told["statuses"]
        return told

    def send(self, callers: int, *, seconds: int, rate: int | None, token: str) -> dict[str, Any]:
        """The same, whatever is answered."""
        asked: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "token": token,
            "clients": callers,
            "seconds": seconds,
            "people": [show_id("per", person) for person in self.town.people[SHOPS:]],
            "shops": [f"SHOP{number:03d}" for number in range(SHOPS)],
        }
        if rate is not None:
            asked["rate"] = rate
        done = subprocess.run(
            [sys.executable, "-m", "bench.api_load"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=True,
        )
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@contextlib.contextmanager
def _served(server: EmbeddedServer) -> Iterator[Served]:
    server.create_database("api")
    url = server.url("api")
    migrate(url, MODULES, simulated_at=datetime(2025, 6, 2, 15, tzinfo=UTC))
    with tempfile.TemporaryDirectory(prefix="ayni-bench-keys-") as folder, contextlib.ExitStack() as stack:
        keys.create(Path(folder) / "keys", at=datetime.now(UTC))
        database = stack.enter_context(Database(url, load_country("peru")))
        town = Town(database)
        secrets = {}
        for name, a_minute in (("bench", 10_000_000), ("hasty", _HASTY)):
            with database.transaction(_ACTOR) as tx:
                _, secrets[name] = clients.add_client(
                    tx, client_id=name, name="B", scopes=["payments:write"], requests_a_minute=a_minute
                )
                wallet.links.begin_link(tx, client_id=name)
        command = [sys.executable, "-c", _SERVER, url, str(Path(folder) / "keys")]
        process = stack.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        assert process.stdin is not None
        assert process.stdout is not None
        stack.callback(process.stdin.close)
        port = int(process.stdout.readline())
        yield Served(town, port, *(_token(port, name, secret) for name, secret in secrets.items()))


def _token(port: int, client: str, secret: str) -> str:
    form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
    answer = urllib3.request("POST", f"http://127.0.0.1:{port}/oauth/token", body=urlencode(form))
    return str(answer.json()["access_token"])


_PAYER = """
import sys
from uuid import UUID
from ayni import programmes
from ayni.app import load_country
from ayni.foundation.db import Actor, Database
from ayni.values.ids import CycleId
with Database(sys.argv[1], load_country("peru")) as database:
    programmes.disburse_cycle(
        database,
        cycle_id=CycleId(UUID(sys.argv[2])),
        actor=Actor("bench", "bench"),
        progress=lambda done, _: print(done, flush=True),
    )
"""


def _while_paying(served: Served, server: EmbeddedServer, rate: int, count: int) -> tuple[Runs, int]:
    """The same load before, and while, a cycle of so many wallets is paid; in turn. And how many it paid.

    The payment is killed after each round, and goes on with the next; it is measured once it pays.
    """
    database = served.town.database
    cycle = approved_cycle(database, server.folder, count, lambda *_: None, first=30_000_000)
    runs: Runs = []
    for _ in range(_ROUNDS):
        runs.append(served.load(256, rate=rate))
        command = [sys.executable, "-c", _PAYER, server.url("api"), str(cycle.id)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as payer:
            assert payer.stdout is not None
            payer.stdout.readline()
            runs.append(served.load(256, rate=rate))
            assert payer.poll() is None, "the programme was done before the residents were"
            payer.kill()
    with database.transaction(_ACTOR) as tx:
        return runs, programmes.count_payments(tx, cycle.id).credited


def _beside_a_hasty_one(served: Served, rate: int) -> tuple[Runs, dict[str, int]]:
    """The same load alone, and while another client sends ten times what it may; and what that one got."""
    runs: Runs = []
    got: dict[str, int] = {}
    for _ in range(_ROUNDS):
        runs.append(served.load(256, rate=rate))
        with ThreadPoolExecutor(1) as beside:
            hasty = beside.submit(
                served.send, _HASTY_CLIENTS, seconds=_SECONDS, rate=10 * _HASTY // 60, token=served.hasty
            )
            runs.append(served.load(256, rate=rate))
            for status, count in hasty.result()["statuses"].items():
                got[status] = got.get(status, 0) + count
    assert set(got) == {"201", "429"}, got
    return runs, got


def api_section(server: EmbeddedServer, tpcb: Callable[[], float], benefits: int) -> list[str]:
    """The section of the document; `tpcb` is PostgreSQL's own load with 32 clients on the same server."""
    lines = [
        "## Payments over HTTP",
        "",
        "Payments a second and milliseconds of waiting: one server process, with tokens, scopes, links and",
        "rates checked, and in a process of its own the load, on real sockets that stay open; each client",
        "sends its next payment when it has its receipt. Beside TPC-B at scale 32 with 32 clients, in turn,",
        "all on one machine, which all of them share.",
        "",
        "| clients | payments/s | p50 ms | p95 ms | p99 ms | ÷ TPC-B | goal |",
        "|---:|---:|---:|---:|---:|---:|---|",
    ]
    with _served(server) as served:
        most = 0.0
        for callers in CLIENTS:
            told: list[dict[str, Any]] = []

            def run(callers: int = callers, told: list[dict[str, Any]] = told) -> float:
                told.append(served.load(callers))
                return float(told[-1]["rate"])

            rates = in_turn({"TPC-B": tpcb, "http": run}, rounds=5)
            waits = [statistics.median(one[name] for one in told[1:]) for name in ("p50", "p95", "p99")]
            most = statistics.median(rates["http"])
            cells = " | ".join(f"{wait:.0f}" for wait in waits)
            against = ratio(rates["http"], rates["TPC-B"])
            goal = "≥ 1.0" if callers == 256 else ""
            lines.append(f"| {callers} | {figure(rates['http'])} | {cells} | {against:.2f} | {goal} |")
        half = int(most / 2)
        hasty, got = _beside_a_hasty_one(served, half)
        paying, paid = _while_paying(served, server, half, benefits)
    return [*lines, "", *_told(half, hasty, got), *_told_of_paying(paying, paid, benefits), ""]


def _median(runs: Runs, name: str) -> float:
    return float(statistics.median(one[name] for one in runs))


def _slower(runs: Runs) -> float:
    """How many times as long the median wait is in the second run of each pair."""
    pairs = zip(runs[0::2], runs[1::2], strict=True)
    return float(statistics.median(beside["p50"] / alone["p50"] for alone, beside in pairs))


def _told(half: int, runs: Runs, got: dict[str, int]) -> list[str]:
    """What half of the load means, alone and beside a client that sends too much."""
    alone, beside = runs[0::2], runs[1::2]
    return [
        f"At half of that load ({half:,} payments a second begun on time over 256 connections, waits",
        f"counted from when each was due): p50 {_median(alone, 'p50'):.0f} ms,",
        f"p99 {_median(alone, 'p99'):.0f} ms (goal: < 100 ms).",
        f"Beside another client that may send {_HASTY:,} requests a minute and sends ten times as many (",
        f"paid: {got['201']:,}, refused: {got['429']:,}): p50 {_median(beside, 'p50'):.0f} ms, p99",
        f"{_median(beside, 'p99'):.0f} ms; the median wait is {_slower(runs):.1f} × as long.",
        "",
    ]


def _told_of_paying(runs: Runs, paid: int, of: int) -> list[str]:
    """What residents notice of a programme that pays."""
    alone, beside = runs[0::2], runs[1::2]
    return [
        f"While a programme pays a cycle of {of:,} wallets ({paid:,} of them in the time of the rounds):",
        f"p50 {_median(beside, 'p50'):.0f} ms and p99 {_median(beside, 'p99'):.0f} ms, against",
        f"{_median(alone, 'p50'):.0f} and {_median(alone, 'p99'):.0f} ms in the same city before it;",
        f"{_median(beside, 'rate'):,.0f} payments a second; the median wait is {_slower(runs):.1f} × as long",
        "(goal: < 2).",
    ]
