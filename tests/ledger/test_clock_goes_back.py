"""A live server whose clock is set back: the ledger's instants never go back with it, and no hold ends early.

A clock that was ahead is a floor that was raised by hand. Letting the floor go, which only a superuser can
without triggers, leaves what a server has whose clock was set right: a present before what it has written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import psycopg
import pytest

from ayni import ledger
from ayni.app import MODULES
from ayni.foundation.country import Country
from ayni.foundation.db import Database
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from ayni.ledger import Posted, Result
from ayni.values.ids import AccountId
from tests.conftest import TEST_ACTOR
from tests.ledger.city import City

R = Result
ACCOUNTS = (
    "name | limit | class\n a | none | -\n b | - | -\n luis | - | tight\n ana | - | tight\n eva | - | -"
)
DOORS = ("one", "set", "ordered")
HOUR = timedelta(hours=1)


@dataclass
class Live:
    """A live database, the hand on its clock, and the accounts that were opened in it."""

    database: Database
    hand: psycopg.Connection
    city: City

    def now(self) -> datetime:
        with self.database.transaction() as tx:
            return tx.now

    def ahead(self, at: datetime) -> None:
        self.hand.execute("UPDATE foundation.clock SET at = %s", [at])

    def set_right(self) -> None:
        self.hand.execute("SET session_replication_role = replica")
        self.hand.execute("UPDATE foundation.clock SET at = '1970-01-01'")
        self.hand.execute("RESET session_replication_role")

    def post(self, table: str, *, ordered: bool = False) -> list[Posted]:
        with self.database.transaction(TEST_ACTOR) as tx:
            # Names become ids by the instant at which the city began.
            self.city.tx = replace(tx, now=self.city.tx.now)
            return self.city.post(table, ordered=ordered)

    def pay(self, door: str, name: str, amount: int = 5) -> None:
        """Move money through a door: one alone, many plain ones, or in order."""
        rows = [
            f"{name}{number} | a | b | {amount} | 2 | created" for number in range(1 if door == "one" else 3)
        ]
        header = "id | debit | credit | amount | code | answer\n"
        self.post(header + "\n".join(rows), ordered=door == "ordered")

    def expire(self) -> int:
        with self.database.transaction(TEST_ACTOR) as tx:
            return ledger.expire_holds(tx)


@pytest.fixture
def live(server: EmbeddedServer, country: Country) -> Iterator[Live]:
    server.create_database("live_ledger")
    migrate(server.url("live_ledger"), MODULES)
    with (
        Database(server.url("live_ledger"), country) as database,
        psycopg.connect(server.url("live_ledger"), autocommit=True) as hand,
    ):
        with database.transaction(TEST_ACTOR) as tx:
            city = City(tx).open(ACCOUNTS)
        yield Live(database, hand, city)
    server.drop_database("live_ledger")


def _instants(live: Live) -> list[datetime]:
    rows = live.hand.execute("SELECT created_at FROM ledger.transfers ORDER BY seq").fetchall()
    return [at for (at,) in rows]


@pytest.mark.parametrize("door", DOORS)
def test_the_ledgers_instant_never_goes_back(live: Live, door: str) -> None:
    ahead = live.now() + HOUR
    live.pay(door, "before")
    live.ahead(ahead)
    live.pay(door, "ahead")
    live.set_right()
    assert live.now() < ahead
    live.pay(door, "back")
    live.pay(door, "later")
    instants = _instants(live)
    assert instants == sorted(instants)
    assert instants[-1] == ahead
    with live.database.transaction(TEST_ACTOR) as tx:
        account = live.city.accounts["b"]
        lines = ledger.list_statement(tx, account)
        assert [line.seq for line in lines] == sorted((line.seq for line in lines), reverse=True)
        assert [line.created_at for line in lines] == sorted(
            (line.created_at for line in lines), reverse=True
        )
        # Nothing of what came after the clock was set right stands before what came ahead of it.
        assert ledger.get_balance_at(tx, account, at=ahead) == lines[0].balance_minor
        assert ledger.get_balance_at(tx, account, at=ahead - timedelta(microseconds=1)) == 5 * len(lines) // 4
        assert ledger.list_violations(tx) == []


@pytest.mark.parametrize("door", DOORS)
def test_no_hold_ends_before_its_time(live: Live, door: str) -> None:
    placed_at = live.now() + HOUR
    live.ahead(placed_at)
    live.pay(door, "first")
    live.set_right()
    # Placed after the clock was set right: its time counts from the ledger's instant.
    table = "id | kind | debit | credit | amount | code | timeout | answer\n"
    names = ["h"] if door == "one" else ["h", "i", "j"]
    rows = "\n".join(f"{name} | pending | a | b | 7 | 2 | 600 | created" for name in names)
    live.post(table + rows, ordered=door == "ordered")
    due = placed_at + timedelta(seconds=600)
    found = live.hand.execute("SELECT DISTINCT expires_at FROM ledger.holds").fetchall()
    assert found == [(due,)]
    assert live.expire() == 0
    live.ahead(due - timedelta(microseconds=1))
    assert live.expire() == 0
    live.pay(door, "early")
    held = live.hand.execute("SELECT count(*) FROM ledger.holds WHERE state = 0").fetchone()
    assert held == (len(names),)
    live.ahead(due)
    live.set_right()
    # The ledger has not written at that instant yet: it is not due again until it is.
    assert live.expire() == 0
    live.ahead(due)
    assert live.expire() == len(names)
    assert _instants(live) == sorted(_instants(live))


def test_a_hold_placed_while_the_clock_was_ahead_is_not_due_when_it_was_set_right(live: Live) -> None:
    live.ahead(live.now() + HOUR)
    live.post(
        """id | kind    | debit | credit | amount | code | timeout | answer
           h  | pending | a     | b      | 7      | 2    | 600     | created"""
    )
    live.set_right()
    assert live.expire() == 0
    live.post("id | kind | amount | code | pending | answer\n p | post | 0 | 2 | h | created")
    assert _instants(live) == sorted(_instants(live))


@pytest.mark.parametrize("door", ["one", "ordered"])
def test_a_months_limits_are_not_renewed_by_going_back_to_the_month_before(live: Live, door: str) -> None:
    header = "id | debit | credit | amount | code | answer\n"
    live.ahead(live.now() + timedelta(days=40))
    live.post(header + "m | a | luis | 100 | 2 | created")
    live.post(header + "n | luis | eva | 50 | 1 | created", ordered=door == "ordered")
    live.set_right()
    live.post(
        header + "o | luis | eva | 31 | 1 | debit_conversions_limit_exceeded", ordered=door == "ordered"
    )
    live.post(header + "p | luis | eva | 30 | 1 | created", ordered=door == "ordered")
    used: AccountId = live.city.accounts["luis"]
    row = live.hand.execute("SELECT conversions_used FROM ledger.accounts WHERE id = %s", [used]).fetchone()
    assert row == (80,)
