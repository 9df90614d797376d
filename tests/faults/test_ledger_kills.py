"""kill -9 while a batch is provably being worked on; then every id is sent again, and the plan moves once.

Something is put in the batch's way, so that it stands still at a known place: before it has the ledger's
lock, while it updates accounts, while it inserts transfers, or after its commit is on the disk and nobody
was told.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from ayni import ledger
from ayni.app import MODULES
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.ledger import Result, Transfer
from ayni.values.ids import AccountId
from tests.conftest import START, TEST_ACTOR
from tests.faults.posting_client import CALLERS, batch, planned
from tests.ledger.city import City

ACCOUNTS = "name | limit\n source | none\n " + "\n ".join(f"a{number} | -" for number in range(5))
CALLS = 10 * CALLERS
LOCK = 7165646765
ROOT = Path(__file__).parents[2]

_ASKS = "EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = {!r} AND NOT l.granted)"
_HAS_THE_LOCK = (
    "EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'advisory' AND l.granted)"
)
WAITING = {
    "lock": _ASKS.format("advisory"),
    "update": f"{_HAS_THE_LOCK} AND {_ASKS.format('transactionid')}",
    "insert": f"{_HAS_THE_LOCK} AND {_ASKS.format('transactionid')}",
    "commit": f"{_HAS_THE_LOCK} AND a.wait_event = 'SyncRep'",
}
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="ayni-kills-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder)
    server.start()
    server.create_database("made")
    migrate(server.url("made"), MODULES, simulated_at=START)
    yield server
    server.stop()
    server.leave()
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Scene:
    """A database of its own with the accounts of the plan, and what stands in the way there."""

    server: EmbeddedServer
    database: Database
    accounts: list[AccountId]
    obstacle: psycopg.Connection | None = None

    @property
    def name(self) -> str:
        return str(psycopg.conninfo.conninfo_to_dict(self.database.url)["dbname"])

    def owner(self, database: str | None = None) -> psycopg.Connection:
        """A connection of the owner's, once the server takes any: after a kill it begins anew."""
        deadline = time.monotonic() + 90
        while True:
            try:
                return psycopg.connect(
                    self.server.url(database or self.name),
                    autocommit=True,
                    options="-c synchronous_commit=local -c search_path=pg_catalog",
                )
            except psycopg.OperationalError:
                assert time.monotonic() < deadline, "the server never came back"
                time.sleep(0.05)

    def stand_in_the_way(self, phase: str, last: Transfer) -> None:
        """Whoever posts now stops at this phase: for an insert, where `last` is written."""
        self.obstacle = self.owner()
        if phase == "lock":
            self.obstacle.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        elif phase == "update":
            self.obstacle.execute("BEGIN")
            self.obstacle.execute("SELECT FROM ledger.accounts WHERE id = %s FOR UPDATE", [self.accounts[-1]])
        elif phase == "insert":
            self.obstacle.execute("BEGIN")
            self.obstacle.execute(
                """INSERT INTO ledger.transfers SELECT 1000000000 + t.seq, %s, (x).* FROM ledger.transfers t,
                    LATERAL (SELECT t.event_id, t.debit_account_id, t.credit_account_id, t.amount_minor,
                        t.event_at, t.created_at, t.debit_version, t.credit_version, t.debit_balance,
                        t.credit_balance, t.debit_previous_seq, t.credit_previous_seq, t.timeout_seconds,
                        t.book, t.code, t.kind) x LIMIT 1""",
                [last.id],
            )
        else:
            # A commit waits for a copy that does not exist, after it was written here.
            self.obstacle.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
            self.obstacle.execute("SELECT pg_reload_conf()")

    def waiting(self, phase: str) -> int | None:
        """The backend that stands still at this phase."""
        query = f"SELECT a.pid FROM pg_stat_activity a WHERE a.datname = %s AND {WAITING[phase]}"
        with self.owner("postgres") as connection:
            found = connection.execute(query.encode(), [self.name]).fetchone()
        return None if found is None else int(found[0])

    def forget_the_copy(self) -> None:
        """Only in the file: the running server still waits for it, and the one after it does not."""
        with self.owner("postgres") as connection:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")

    def clear(self) -> None:
        """Start the server if it has gone, take away what stands in the way, and wait for what was left."""
        if self.obstacle is not None:
            self.obstacle.close()
        self.server.start()
        with self.owner("postgres") as connection:
            connection.execute("SELECT pg_reload_conf()")
            query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"
            _until(lambda: connection.execute(query.encode(), [self.name]).fetchone() == (0,))
            _until(lambda: connection.execute("SHOW synchronous_standby_names").fetchone() == ("",))


@pytest.fixture
def scene(server: EmbeddedServer, country: Country) -> Iterator[Scene]:
    server.start()
    name = f"kill_{next(_numbers)}"
    server.create_database(name, template="made")
    database = Database(server.url(name), country)
    with database.transaction(TEST_ACTOR) as tx:
        city = City(tx).open(ACCOUNTS)
    database.close()
    scene = Scene(server, Database(server.url(name), country), list(city.accounts.values()))
    yield scene
    scene.database.close()
    server.drop_database(name)


@dataclass
class Client:
    """The program in a process of its own, and the lines that it has said."""

    scene: Scene
    how: str
    many: int
    said: list[list[str]] = field(default_factory=list)

    def __enter__(self) -> Client:
        url, accounts = self.scene.database.url, [str(one) for one in self.scene.accounts]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.posting_client", self.how, url, str(self.many), *accounts],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"},
        )
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.end()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.split())

    def end(self) -> int:
        """Wait until it has ended and all that it said is here."""
        code = self.process.wait(120)
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            if not pipe.closed:
                pipe.close()
        return code

    def go(self) -> None:
        """Let it send its next batch."""
        assert self.process.stdin is not None
        self.process.stdin.write("go\n")
        self.process.stdin.flush()

    def count(self, word: str) -> int:
        return sum(line[0] == word for line in list(self.said))

    def numbers(self, word: str) -> set[int]:
        return {int(line[1]) for line in self.said if line[0] == word}


def _until(true: Callable[[], object]) -> None:
    """Wait for what must come; the deadline only keeps a broken test from waiting for ever."""
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def _kill(victim: str, client: Client, backend: int, server: EmbeddedServer) -> None:
    pid = {"client": client.process.pid, "backend": backend, "postmaster": server.pid()}[victim]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def _books(scene: Scene, sent: list[Transfer]) -> None:
    """All that was planned has moved once, and nothing else."""
    due = Counter[AccountId | None]()
    for one in sent:
        due[one.debit_account_id] -= one.amount_minor
        due[one.credit_account_id] += one.amount_minor
    with scene.database.transaction(TEST_ACTOR) as tx:
        found = ledger.find_accounts(tx, scene.accounts)
        assert {key: account.balance_minor for key, account in found.items()} == dict(due)
        assert tx.execute("SELECT count(*) FROM ledger.transfers").fetchone() == (len(sent),)
        assert ledger.list_violations(tx) == []


def _send(scene: Scene, transfers: list[Transfer]) -> list[Result]:
    with scene.database.transaction(TEST_ACTOR) as tx:
        return [answer.result for answer in ledger.post(tx, transfers)]


@pytest.mark.parametrize("victim", ["client", "backend", "postmaster"])
@pytest.mark.parametrize("phase", ["lock", "update", "insert", "commit"])
def test_a_kill_while_a_batch_is_worked_on(scene: Scene, phase: str, victim: str) -> None:
    told = 1
    with Client(scene, "batches", most := 100) as client:
        client.go()
        _until(lambda: client.count("told") == told)
        scene.stand_in_the_way(phase, batch(told, scene.accounts)[-1])
        while not scene.waiting(phase):
            assert told < most
            client.go()
            _until(lambda before=told: scene.waiting(phase) or client.count("told") > before)
            # Only a server that has not heard of the missing copy yet lets a batch slip through.
            told = client.count("told")
        assert told == 1 or phase == "commit"
        backend = scene.waiting(phase)
        assert backend is not None
        if phase == "commit":
            scene.forget_the_copy()
        _kill(victim, client, backend, scene.server)
        client.end()
        # It had sent one more batch, and was never told.
        assert client.said[-1] == ["sent", str(told)]
        assert client.numbers("told") == {*range(told)}
    scene.clear()
    whole = [batch(number, scene.accounts) for number in range(told + 2)]
    again = [set(_send(scene, one)) for one in whole]
    # Only what was on the disk is known: and that is known even if nobody was told.
    unacknowledged = Result.EXISTS if phase == "commit" else Result.CREATED
    assert again == [*[{Result.EXISTS}] * told, {unacknowledged}, {Result.CREATED}]
    assert {result for one in whole for result in _send(scene, one)} == {Result.EXISTS}
    _books(scene, [one for transfers in whole for one in transfers])


@pytest.mark.parametrize("victim", ["client", "backend", "postmaster"])
@pytest.mark.parametrize("phase", ["update", "commit"])
def test_a_kill_while_many_callers_wait_for_their_poster(scene: Scene, phase: str, victim: str) -> None:
    plan = [planned(number, scene.accounts) for number in range(CALLS)]
    with Client(scene, "callers", CALLS) as client:
        _until(lambda: client.count("told") >= CALLERS)
        scene.stand_in_the_way(phase, plan[-1])
        _until(lambda: scene.waiting(phase))
        backend = scene.waiting(phase)
        assert backend is not None
        # Every caller waits: what is worked on has been told to nobody.
        told_before = client.count("told")
        assert told_before < CALLS
        if phase == "commit":
            scene.forget_the_copy()
        _kill(victim, client, backend, scene.server)
        if victim == "client":
            client.end()
            told = client.numbers("told")
            assert len(told) <= told_before + CALLERS
            assert len(told) < CALLS
        else:
            scene.server.start()
            with scene.owner("postgres") as connection:
                connection.execute("SELECT pg_reload_conf()")
            # The callers send again by themselves, and the poster finds its way back to the server.
            assert client.end() == 0
            assert client.numbers("unknown")
            told = client.numbers("told")
            assert told == {*range(CALLS)}
    scene.clear()
    again = _send(scene, plan)
    assert set(again) <= {Result.CREATED, Result.EXISTS}
    assert {again[number] for number in told} == {Result.EXISTS}
    assert set(_send(scene, plan)) == {Result.EXISTS}
    _books(scene, plan)
