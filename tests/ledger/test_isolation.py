"""Under an older snapshot the ledger is not changed: not by posting, and by none of its other doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest

from ayni import ledger
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, Tx, begin
from ayni.ledger import AccountFlag, Counts, NewAccount, Result
from ayni.ledger.errors import WrongIsolation
from ayni.values.ids import AccountId, OwnerRef, new_id
from tests.conftest import START, TEST_ACTOR
from tests.ledger.city import City

LEVELS = [psycopg.IsolationLevel.REPEATABLE_READ, psycopg.IsolationLevel.SERIALIZABLE]
LATE = {"id": "late", "debit": "a", "credit": "b", "amount": "1", "code": "2"}
FROZEN = AccountFlag.FROZEN
DAY = date(2025, 2, 1)


def _limit(tx: Tx) -> None:
    ledger.add_limit(
        tx, limit_class=1, kind="single", valid_from=DAY, valid_until=None, maximum_minor=1, source="test"
    )


# By the name of the SQL function: each way to change something.
CHANGES: dict[str, list[Callable[[City, Tx], object]]] = {
    "post": [
        lambda city, tx: ledger.post(tx, [city.transfer(LATE)]),
        lambda city, tx: ledger.post(tx, [city.transfer(LATE)], ordered=True),
    ],
    "expire": [lambda _, tx: ledger.expire_holds(tx)],
    "open_book": [
        lambda city, tx: ledger.open_book(
            tx, book=3, name="late", currency="PEN", entity_ref=city.owners["a"]
        )
    ],
    "open_owners": [
        lambda _, tx: ledger.open_owners(tx, owner_refs=[OwnerRef(new_id(START))], limit_class=1)
    ],
    "open_accounts": [
        lambda city, tx: ledger.open_accounts(
            tx, accounts=[NewAccount(AccountId(new_id(START)), 1, 2010, city.owners["a"])]
        )
    ],
    "flag_account": [
        lambda city, tx: ledger.flag_account(tx, account_id=city.accounts["a"], flags=FROZEN),
        lambda city, tx: ledger.flag_account(tx, account_id=city.accounts["iced"], flags=FROZEN, on=False),
    ],
    "flag_owner": [lambda city, tx: ledger.flag_owner(tx, owner_ref=city.owners["a"], flags=FROZEN)],
    "close_account": [lambda city, tx: ledger.close_account(tx, account_id=city.accounts["iced"])],
    "set_account_limits": [
        lambda city, tx: ledger.set_account_limits(
            tx, account_id=city.accounts["a"], credit_limit_minor=700, balance_ceiling_minor=700
        )
    ],
    "set_limit_class": [
        lambda city, tx: ledger.set_limit_class(tx, owner_ref=city.owners["a"], limit_class=2)
    ],
    "define_class": [
        lambda _, tx: ledger.define_limit_class(tx, limit_class=9, name="late", time_zone="America/Lima")
    ],
    "add_limit": [lambda _, tx: _limit(tx)],
    "add_limit_codes": [
        lambda _, tx: ledger.add_limit_codes(tx, limit_class=1, counts={9: Counts(63)}, valid_from=DAY)
    ],
}


def _doors(database: Database) -> set[str]:
    """The functions of the ledger that the application may call and that may change something."""
    with database.connection() as connection:
        rows = connection.execute(
            """SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'ledger'::regnamespace
                AND p.prokind = 'f' AND p.provolatile = 'v'
                AND has_function_privilege('ayni_app', p.oid, 'EXECUTE')"""
        ).fetchall()
    return {name for (name,) in rows}


def _everything(connection: psycopg.Connection) -> list[object]:
    tables = connection.execute(
        "SELECT format('SELECT x::text FROM %s x ORDER BY 1', c.oid::regclass) FROM pg_class c"
        " WHERE c.relnamespace = 'ledger'::regnamespace AND c.relkind = 'r' ORDER BY 1"
    ).fetchall()
    return [connection.execute(query.encode()).fetchall() for (query,) in tables]


@pytest.fixture
def city(own_database: Database) -> City:
    with own_database.transaction(TEST_ACTOR) as tx:
        city = City(tx).open("name | limit\n a | none\n b | -\n iced | -")
        city.post(
            """id | kind    | debit | credit | amount | code | timeout | answer
               t  | single  | a     | b      | 5      | 2    | -       | created
               h  | pending | a     | b      | 5      | 2    | 60      | created"""
        )
        ledger.flag_account(tx, account_id=city.accounts["iced"], flags=FROZEN)
        # A hold is overdue, so that whoever is let in has something to do.
        set_clock(tx, at=START + timedelta(hours=1))
    return city


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
def test_an_older_snapshot_changes_nothing(own_database: Database, city: City, level: int) -> None:
    assert {*CHANGES} == _doors(own_database)
    with psycopg.connect(own_database.url) as connection:
        before = _everything(connection)
        connection.rollback()
        connection.isolation_level = psycopg.IsolationLevel(level)
        for changes in CHANGES.values():
            for change in changes:
                late = begin(connection, own_database.country, TEST_ACTOR)
                with pytest.raises(WrongIsolation):
                    change(city, late)
                connection.rollback()
        assert _everything(connection) == before


def test_the_same_changes_are_made_under_read_committed(own_database: Database, city: City) -> None:
    with own_database.transaction(TEST_ACTOR) as tx:
        before = _everything(tx.connection)
        for changes in CHANGES.values():
            for change in changes:
                with tx.connection.transaction(force_rollback=True):
                    change(city, tx)
                    assert _everything(tx.connection) != before


def test_what_was_committed_before_the_lock_was_given_is_seen(own_database: Database, city: City) -> None:
    """A transaction that began long ago sees the money that has left since, and does not spend it again."""
    leaves = {"id": "x", "debit": "b", "credit": "a", "amount": "5", "code": "2"}
    with psycopg.connect(own_database.url) as connection:
        early = begin(connection, own_database.country, TEST_ACTOR)
        assert ledger.get_account(early, city.accounts["b"]).balance_minor == 5
        requests = [city.transfer(leaves), city.transfer(leaves | {"id": "y"})]
        with own_database.transaction(TEST_ACTOR) as tx:
            assert ledger.post(tx, requests[:1])[0].result is Result.CREATED
        assert ledger.post(early, requests[1:])[0].result is Result.INSUFFICIENT_FUNDS
