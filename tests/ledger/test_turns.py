"""Work in bulk lets others have their turn: few at once while somebody waits, and a pause after each."""

from __future__ import annotations

import threading
import time

import pytest

from ayni import ledger, payments
from ayni.foundation.db import Database
from ayni.values.ids import OwnerRef, new_id
from tests.conftest import TEST_ACTOR


def _lock(database: Database, held: threading.Event, release: threading.Event) -> None:
    """Hold the ledger's lock, as whoever posts does."""
    with database.transaction(TEST_ACTOR) as tx:
        ledger.open_owners(tx, owner_refs=[OwnerRef(new_id(tx.now))], limit_class=None)
        held.set()
        release.wait(60)


@pytest.fixture
def books(own_database: Database) -> Database:
    with own_database.transaction(TEST_ACTOR) as tx:
        payments.set_up_books(tx)
    return own_database


def test_alone_it_takes_as_many_as_it_likes_and_never_pauses(
    books: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    turns = ledger.Turns(2_000)
    assert turns.size == 200, "nobody knows yet whether somebody waits"
    for _ in range(4):
        turns.begin()
        with books.transaction(TEST_ACTOR) as tx:
            ledger.open_owners(tx, owner_refs=[OwnerRef(new_id(tx.now))], limit_class=None)
            turns.look(tx)
        turns.pause()
    assert (turns.size, slept) == (2_000, [])


def test_while_somebody_waits_it_takes_few_and_lets_them_go_first(books: Database) -> None:
    turns, held, release = ledger.Turns(2_000, fewest=100), threading.Event(), threading.Event()
    release.set()
    waiting = threading.Thread(target=_lock, args=(books, held, release))
    with books.transaction(TEST_ACTOR) as tx:
        for _ in range(5):
            turns.look(tx)
    assert turns.size == 2_000
    turns.begin()
    with books.transaction(TEST_ACTOR) as tx:
        ledger.open_owners(tx, owner_refs=[OwnerRef(new_id(tx.now))], limit_class=None)
        waiting.start()
        while turns.size == 2_000:
            turns.look(tx)
        assert not held.is_set()
    turns.pause()
    waiting.join()
    assert turns.size == 100
    sizes = []
    for _ in range(13):
        with books.transaction(TEST_ACTOR) as tx:
            turns.look(tx)
        sizes.append(turns.size)
    assert sizes == [100] * 7 + [200, 400, 800, 1_600, 2_000, 2_000], "nobody has waited for a while"


def test_a_lock_in_another_database_is_nobodys_wait(books: Database, database: Database) -> None:
    held, release = threading.Event(), threading.Event()
    holder = threading.Thread(target=_lock, args=(books, held, release))
    holder.start()
    held.wait(60)
    waiter = threading.Thread(target=_lock, args=(books, threading.Event(), release))
    waiter.start()
    turns = ledger.Turns(2_000)
    with books.transaction(TEST_ACTOR) as tx:
        before = 0
        while turns.size > before or turns.size == 2_000:
            before = turns.size
            turns.look(tx)
    with database.transaction(TEST_ACTOR) as tx:
        elsewhere = ledger.Turns(2_000)
        elsewhere.look(tx)
    release.set()
    holder.join()
    waiter.join()
    assert elsewhere.size == 400
