"""A city loses its server, goes back to its backup, and everybody sends again: nothing is paid twice."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from ayni import ledger
from ayni.app import MODULES
from ayni.foundation.backup import backup, restore
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.ledger import Counts, Kind, NewAccount, Result, Transfer
from ayni.values.ids import AccountId, EventId, OwnerRef, TransferId, derived_id
from tests.conftest import START

HOMES = 40
EVENT = EventId(UUID("00000000-0000-7000-8000-0000000000e1"))
PROGRAMME = AccountId(derived_id(START, "test", "programme"))


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="ayni-fault-"))
    path.chmod(0o755)
    yield path
    EmbeddedServer(path).stop()
    shutil.rmtree(path, ignore_errors=True)


def _home(number: int) -> AccountId:
    return AccountId(derived_id(START, "test", "home", number))


def _set_up(database: Database) -> None:
    owners = {name: OwnerRef(derived_id(START, "test", "owner", name)) for name in ("city", "homes")}
    with database.transaction() as tx:
        ledger.open_book(tx, book=1, name="test", currency="PEN", entity_ref=owners["city"])
        ledger.define_limit_class(tx, limit_class=1, name="free", time_zone="America/Lima")
        for kind in ("single", "conversions_month", "total_month", "balance"):
            ledger.add_limit(
                tx,
                limit_class=1,
                kind=kind,
                valid_from=date(2025, 1, 1),
                valid_until=None,
                maximum_minor=None,
                source="test",
            )
        ledger.add_limit_codes(tx, limit_class=1, counts={1: Counts(63)}, valid_from=date(2025, 1, 1))
        ledger.open_owners(tx, owner_refs=list(owners.values()), limit_class=1)
        programme = NewAccount(PROGRAMME, 1, 2010, owners["city"], credit_limit_minor=None)
        homes = [NewAccount(_home(number), 1, 2010, owners["homes"]) for number in range(HOMES)]
        ledger.open_accounts(tx, accounts=[programme, *homes])


def _benefit(home: int, round_: int) -> Transfer:
    return Transfer(
        id=TransferId(derived_id(START, "benefit", home, round_)),
        event_id=EVENT,
        book=1,
        debit_account_id=PROGRAMME,
        credit_account_id=_home(home),
        amount_minor=100 + home,
        code=1,
        # Each third one is a hold, which nobody has claimed yet.
        kind=Kind.PENDING if home % 3 == 0 else Kind.SINGLE,
        timeout_seconds=86_400 if home % 3 == 0 else None,
    )


def _post(database: Database, transfers: list[Transfer]) -> list[Result]:
    with database.transaction() as tx:
        return [answer.result for answer in ledger.post(tx, transfers)]


def _balances(database: Database) -> dict[AccountId, tuple[int, int]]:
    with database.transaction() as tx:
        assert ledger.list_violations(tx) == []
        found = ledger.find_accounts(tx, [PROGRAMME, *(_home(number) for number in range(HOMES))])
    return {key: (account.balance_minor, account.credits_pending) for key, account in found.items()}


def test_after_a_restore_everything_is_sent_again_and_nothing_is_doubled(
    folder: Path, tmp_path: Path, country: Country
) -> None:
    before = [_benefit(home, 1) for home in range(HOMES)]
    after = [_benefit(home, 2) for home in range(HOMES)]
    with EmbeddedServer(folder) as server:
        server.create_database("city")
        migrate(server.url("city"), MODULES, simulated_at=START)
        with Database(server.url("city"), country) as database:
            _set_up(database)
            assert set(_post(database, before)) == {Result.CREATED}
            kept = backup(server.url("city"), tmp_path / "city.backup")
            assert set(_post(database, after)) == {Result.CREATED}
            as_it_was = _balances(database)
        pid = server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
    # The folder of the first server is given up: all that is left is the file.
    with EmbeddedServer(folder / "new") as server:
        server.create_database("city")
        restore(server.url("city"), kept.path)
        assert migrate(server.url("city"), MODULES) == []
        with Database(server.url("city"), country) as database:
            assert sum(balance for balance, _ in _balances(database).values()) == 0
            again = _post(database, [*before, *after])
            assert again == [Result.EXISTS] * HOMES + [Result.CREATED] * HOMES
            assert _balances(database) == as_it_was
            assert set(_post(database, [*after, *before])) == {Result.EXISTS}
            assert _balances(database) == as_it_was
        server.stop()


def test_a_backup_that_is_made_while_payments_go_on_is_one_instant_of_them(
    folder: Path, tmp_path: Path, country: Country
) -> None:
    rounds = [[_benefit(home, round_) for home in range(HOMES)] for round_ in range(1, 400)]
    begun, enough = threading.Event(), threading.Event()
    sent: list[Transfer] = []

    def pay(database: Database) -> None:
        for batch in rounds:
            assert set(_post(database, batch)) == {Result.CREATED}
            sent.extend(batch)
            begun.set()
            if enough.is_set():
                break

    with EmbeddedServer(folder) as server:
        for name in ("city", "again"):
            server.create_database(name)
        migrate(server.url("city"), MODULES, simulated_at=START)
        with Database(server.url("city"), country) as database:
            _set_up(database)
            paying = threading.Thread(target=pay, args=(database,))
            paying.start()
            begun.wait()
            kept = backup(server.url("city"), tmp_path / "city.backup")
            enough.set()
            paying.join()
            as_it_was = _balances(database)
        restore(server.url("again"), kept.path, MODULES)
        with Database(server.url("again"), country) as database:
            _balances(database)
            again = [answer for batch in rounds[: len(sent) // HOMES] for answer in _post(database, batch)]
            # Whole batches up to an instant were in the backup, and none after it.
            kept_ones = again.count(Result.EXISTS)
            assert again == [Result.EXISTS] * kept_ones + [Result.CREATED] * (len(again) - kept_ones)
            assert kept_ones % HOMES == 0
            assert kept_ones > 0
            assert _balances(database) == as_it_was
        server.stop()
