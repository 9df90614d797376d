"""Payments a second over HTTP: a server, a load and PostgreSQL, each a process of its own, on one machine."""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import urllib3

from ayni import ledger, payments, wallet
from ayni.app import MODULES, load_country
from ayni.foundation import clients, keys
from ayni.foundation.db import Actor, Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.values.ids import AccountId, EntitlementId, PersonId, ProgrammeId, new_id, show_id
from ayni.wallet import Benefit
from bench.measure import figure, in_turn, ratio
from bench.wallet import SHOPS, Town

CLIENTS = (1, 16, 64, 256)
_SECONDS = 5
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
    """A town behind a server, and a client's token."""

    town: Town
    port: int
    token: str

    def load(self, callers: int, *, seconds: int = _SECONDS, rate: int | None = None) -> dict[str, Any]:
        """One run of the load: rate, p50, p95 and p99 in milliseconds. Every payment must be made."""
        asked: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.port,
            "token": self.token,
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
        assert set(told["statuses"]) == {"201"}, told["statuses"]
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
        with database.transaction(_ACTOR) as tx:
            _, secret = clients.add_client(
                tx, client_id="bench", name="B", scopes=["payments:write"], requests_a_minute=10_000_000
            )
            wallet.links.begin_link(tx, client_id="bench")
        command = [sys.executable, "-c", _SERVER, url, str(Path(folder) / "keys")]
        process = stack.enter_context(
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        )
        assert process.stdin is not None
        assert process.stdout is not None
        stack.callback(process.stdin.close)
        port = int(process.stdout.readline())
        form = {"grant_type": "client_credentials", "client_id": "bench", "client_secret": secret}
        answer = urllib3.request("POST", f"http://127.0.0.1:{port}/oauth/token", body=urlencode(form))
        yield Served(town, port, answer.json()["access_token"])


def _programme(database: Database, people: list[PersonId]) -> tuple[Any, datetime]:
    """A programme with enough money to pay everybody many times."""
    with database.transaction(_ACTOR) as tx:
        book = payments.open_programme_book(
            tx, programme_id=ProgrammeId(new_id(tx.now)), name="Programme of the bench"
        )
    with database.transaction(_ACTOR) as tx:
        payments.confirm_deposit(
            tx,
            bank_reference="PROGRAMME",
            amount_minor=10**12,
            for_account=book.emoney_account_id,
            received_at=tx.now,
        )
        return book.emoney_account_id, tx.now


_PAYER = """
import sys
from bench.api import pay_benefits
pay_benefits(sys.argv[1], sys.argv[2], int(sys.argv[3]))
"""


def pay_benefits(url: str, account: str, count: int) -> None:
    """Pay so many benefits of 0.01, to the town's wallets, as the job of a cycle does."""
    with Database(url, load_country("peru")) as database:
        with database.transaction(_ACTOR) as tx:
            rows = tx.connection.execute("SELECT person_id FROM wallet.wallets ORDER BY person_id").fetchall()
            at = tx.now
        people = [PersonId(row[0]) for row in rows]
        print("ready", flush=True)
        turns, paid = ledger.Turns(ledger.BULK_BATCH), 0
        while paid < count:
            some = [people[(paid + place) % len(people)] for place in range(turns.size)]
            benefits = [Benefit(EntitlementId(new_id(at)), at, one, 1) for one in some]
            turns.begin()
            with database.transaction(_ACTOR) as tx:
                answers = wallet.disburse(tx, from_account_id=AccountId(UUID(account)), benefits=benefits)
                turns.look(tx)
            turns.pause()
            assert all(answer.paid for answer in answers)
            paid += len(some)


def _while_paying(served: Served, server: EmbeddedServer, rate: int, count: int) -> list[dict[str, Any]]:
    """The same load before, and while, a programme pays; in turn."""
    account, _ = _programme(served.town.database, served.town.people)
    runs: list[dict[str, Any]] = []
    for _ in range(3):
        runs.append(served.load(256, rate=rate))
        command = [sys.executable, "-c", _PAYER, server.url("api"), str(account), str(count)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as payer:
            assert payer.stdout is not None
            payer.stdout.readline()
            runs.append(served.load(256, rate=rate))
            assert payer.poll() is None, "the programme was done before the residents were"
            payer.terminate()
    return runs


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
        runs = _while_paying(served, server, half, benefits)
    return [*lines, "", *_told(half, runs[0::2], runs[1::2]), ""]


def _told(half: int, alone: list[dict[str, Any]], beside: list[dict[str, Any]]) -> list[str]:
    """What half of the load means, alone and while a programme pays."""

    def median(runs: list[dict[str, Any]], name: str) -> float:
        return float(statistics.median(one[name] for one in runs))

    slower = statistics.median(b["p50"] / a["p50"] for a, b in zip(alone, beside, strict=True))
    first = f"At half of that load ({half:,} payments a second begun on time over 256 connections, waits"
    second = f"counted from when each was due): p50 {median(alone, 'p50'):.0f} ms, "
    second += f"p99 {median(alone, 'p99'):.0f} ms (goal: < 100 ms)."
    third = f"While a programme pays beside it: p50 {median(beside, 'p50'):.0f} ms, "
    third += (
        f"p99 {median(beside, 'p99'):.0f} ms, {median(beside, 'rate'):,.0f} payments a second; the median"
    )
    return [first, second, third, f"wait is {slower:.1f} × as long (goal: < 2)."]
