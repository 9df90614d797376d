"""Many at once, and kills in mid-batch: nothing is lost, nothing doubled, and the books hold."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ayni import ledger
from ayni.app import MODULES, load_country
from ayni.foundation.db import Database, begin
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.ledger import AccountFlag, Kind, Result, Transfer
from ayni.values.ids import AccountId, TransferId, new_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import EVENT, City

ACCOUNTS = "name | limit\n source | none\n " + "\n ".join(f"a{number} | -" for number in range(6))


def transfer(debit: AccountId, credit: AccountId, amount: int, **given: object) -> Transfer:
    return Transfer(
        id=TransferId(new_id(START)),
        event_id=EVENT,
        book=1,
        debit_account_id=debit,
        credit_account_id=credit,
        amount_minor=amount,
        code=2,
        **given,  # type: ignore[arg-type]
    )


@pytest.fixture
def city(own_database: Database) -> City:
    with own_database.transaction(TEST_ACTOR) as tx:
        return City(tx).open(ACCOUNTS)


def test_holds_posts_voids_expiry_returns_and_double_sends_race_and_the_books_hold(
    own_database: Database, city: City
) -> None:
    accounts = list(city.accounts.values())
    sent: list[Transfer] = []
    answers: dict[TransferId, set[tuple[str, int]]] = {}
    problems: list[BaseException] = []

    def draw(chance: random.Random) -> Transfer:
        debit, credit = chance.sample(accounts, 2)
        choice = chance.random()
        holds = [one for one in sent[-60:] if one.kind == Kind.PENDING]
        if choice < 0.3 and holds:
            kind = chance.choice([Kind.POST, Kind.VOID])
            hold = chance.choice(holds)
            return Transfer(TransferId(new_id(START)), EVENT, 1, None, None, 0, 2, kind, hold.id)
        if choice < 0.4 and sent:
            paid = chance.choice(sent[-60:])
            amount = chance.choice([0, 1, 10])
            return Transfer(TransferId(new_id(START)), EVENT, 1, None, None, amount, 2, Kind.RETURN, paid.id)
        if choice < 0.5 and sent:
            return chance.choice(sent[-60:])
        if choice < 0.7:
            return transfer(debit, credit, chance.randint(1, 30), kind=Kind.PENDING, timeout_seconds=3600)
        return transfer(debit, credit, chance.randint(1, 30))

    def work(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for step in range(40):
                batch = [draw(chance) for _ in range(chance.choice([1, 1, 5, 30]))]
                with own_database.transaction(TEST_ACTOR) as tx:
                    posted = ledger.post(tx, batch, ordered=step % 3 == 0)
                sent.extend(batch)
                for one, answer in zip(batch, posted, strict=True):
                    name = "ok" if answer.result.ok else answer.result.name
                    answers.setdefault(one.id, set()).add((name, answer.seq))
                if step % 10 == 0:
                    with own_database.transaction(TEST_ACTOR) as tx:
                        ledger.expire_holds(tx, most=5)
        except BaseException as error:
            problems.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    # Whoever asked, and however often: one id has one answer.
    assert [given for given in answers.values() if len(given) > 1] == []
    with own_database.transaction(TEST_ACTOR) as tx:
        assert ledger.list_violations(tx) == []


def test_after_freeze_returns_no_debit_has_a_later_seq(own_database: Database, city: City) -> None:
    source, target = city.accounts["source"], city.accounts["a0"]
    stop = threading.Event()

    def pay() -> None:
        while not stop.is_set():
            with own_database.transaction(TEST_ACTOR) as tx:
                ledger.post(tx, [transfer(source, target, 1) for _ in range(5)])

    threads = [threading.Thread(target=pay) for _ in range(3)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    with own_database.transaction(TEST_ACTOR) as tx:
        ledger.flag_account(tx, account_id=source, flags=AccountFlag.FROZEN)
        line = ledger.list_statement(tx, source, most=1)
    time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join()
    with own_database.transaction(TEST_ACTOR) as tx:
        assert ledger.list_statement(tx, source, most=1)[0].seq == line[0].seq
        assert ledger.list_violations(tx) == []


def test_one_poster_serves_many_callers(own_database: Database, city: City) -> None:
    source, target = city.accounts["source"], city.accounts["a0"]
    with ledger.Poster(own_database) as poster:
        futures = [poster.submit([transfer(source, target, 1)]) for _ in range(300)]
        lone = poster.submit([transfer(source, target, 1, linked=True)])
        after = poster.submit([transfer(source, target, 1)])
        assert {future.result()[0].result for future in futures} == {Result.CREATED}
        # A chain that one caller left open does not swallow the next caller's transfer.
        assert lone.result()[0].result is Result.LINKED_EVENT_CHAIN_OPEN
        assert after.result()[0].result is Result.CREATED
    with own_database.transaction(TEST_ACTOR) as tx:
        assert ledger.get_account(tx, target).balance_minor == 301
        assert ledger.list_violations(tx) == []


@pytest.fixture
def own_server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="ayni-kill-"))
    folder.chmod(0o755)
    server = EmbeddedServer(folder)
    server.start()
    server.create_database("kill")
    migrate(server.url("kill"), MODULES, simulated_at=START)
    yield server
    server.leave()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("victim", ["backend", "postmaster"])
def test_a_kill_in_mid_batch_and_every_id_sent_again(own_server: EmbeddedServer, victim: str) -> None:
    database = Database(own_server.url("kill"), load_country("peru"))
    with database.transaction(TEST_ACTOR) as tx:
        city = City(tx).open(ACCOUNTS)
    source, target = city.accounts["source"], city.accounts["a0"]
    batches = [[transfer(source, target, 1) for _ in range(2_000)] for _ in range(12)]
    acknowledged: list[int] = []
    pids: list[int] = []

    def post_all() -> None:
        with psycopg.connect(database.url, autocommit=True) as connection:
            pids.append(connection.info.backend_pid)
            for number, batch in enumerate(batches):
                with connection.transaction():
                    ledger.post(begin(connection, database.country, TEST_ACTOR), batch)
                acknowledged.append(number)

    def run() -> None:
        try:
            post_all()
        except psycopg.Error:
            return

    thread = threading.Thread(target=run)
    thread.start()
    while len(acknowledged) < 3 and thread.is_alive():
        time.sleep(0.01)
    pid = pids[0] if victim == "backend" else own_server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    thread.join(60)
    database.close()
    own_server.start()
    again = Database(own_server.url("kill"), load_country("peru"))
    for number, batch in enumerate(batches):
        with again.transaction(TEST_ACTOR) as tx:
            results = {answer.result for answer in ledger.post(tx, batch)}
        assert len(results) == 1
        if number in acknowledged:
            assert results == {Result.EXISTS}
    with again.transaction(TEST_ACTOR) as tx:
        assert ledger.get_account(tx, target).balance_minor == 24_000
        assert ledger.list_violations(tx) == []
    again.close()


def test_a_killed_client_loses_only_what_was_not_acknowledged(own_database: Database, city: City) -> None:
    source, target = city.accounts["source"], city.accounts["a0"]
    program = f"""
import sys
from uuid import UUID
sys.path.insert(0, {str(Path(__file__).parents[2])!r})
from tests.faults.test_ledger_races import *
database = Database({own_database.url!r}, load_country("peru"))
with ledger.Poster(database) as poster:
    while True:
        one = transfer(UUID({str(source)!r}), UUID({str(target)!r}), 1)
        poster.post([one])
        print(one.id, flush=True)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        told = [client.stdout.readline().strip() for _ in range(20)]
        client.send_signal(signal.SIGKILL)
    with own_database.transaction(TEST_ACTOR) as tx:
        found = tx.connection.execute(
            "SELECT count(*) FROM ledger.transfers WHERE id = ANY (%s::uuid[])", [told]
        ).fetchone()
        assert found == (20,)
        assert ledger.list_violations(tx) == []
