"""One clock, and a trail that only grows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ayni.app import MODULES
from ayni.foundation import audit, clock
from ayni.foundation.clock import BeyondCalendar, ClockGoesBack, ClockIsLive
from ayni.foundation.country import Country
from ayni.foundation.db import Actor, Database, DatabaseUnreachable, NotMigrated, Tx, connect
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate
from tests.conftest import START


@pytest.fixture
def live(server: EmbeddedServer, country: Country) -> Database:
    server.create_database("live")
    migrate(server.url("live"), MODULES)
    return Database(server.url("live"), country)


def test_a_simulated_database_begins_where_it_was_told(tx: Tx) -> None:
    assert tx.now == START
    assert clock.is_simulated(tx)


def test_the_civil_date_is_limas(tx: Tx) -> None:
    clock.set_clock(tx, at=datetime(2025, 6, 10, 4, 59, tzinfo=UTC))
    row = tx.execute("SELECT (foundation.now() AT TIME ZONE 'America/Lima')::date").fetchone()
    assert row is not None
    assert row[0].isoformat() == "2025-06-09"
    assert tx.today.isoformat() == "2025-06-02"


def test_a_simulated_clock_goes_forward_and_never_back(tx: Tx) -> None:
    clock.set_clock(tx, at=START + timedelta(days=1))
    with pytest.raises(ClockGoesBack):
        clock.set_clock(tx, at=START)


def test_a_clock_is_never_set_to_the_end_of_the_calendar(tx: Tx) -> None:
    """A bug: a clock at the last hour of 9999 stopped every command, and could not be moved back."""
    for at in (datetime(9999, 12, 31, 23, tzinfo=UTC), datetime(clock.END_YEAR, 1, 1, tzinfo=UTC)):
        with pytest.raises(BeyondCalendar):
            clock.set_clock(tx, at=at)
    clock.set_clock(tx, at=datetime(clock.END_YEAR - 1, 12, 31, 23, tzinfo=UTC))


def test_a_live_clock_is_the_servers_and_cannot_be_set(live: Database) -> None:
    with live, live.transaction() as tx:
        assert not clock.is_simulated(tx)
        assert abs(datetime.now(UTC) - tx.now) < timedelta(minutes=5)
        with pytest.raises(ClockIsLive):
            clock.set_clock(tx, at=datetime.now(UTC) + timedelta(days=1))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE foundation.clock SET simulated = false",
        "UPDATE foundation.clock SET at = at - interval '1 second'",
        "DELETE FROM foundation.clock",
        "TRUNCATE foundation.clock",
        "UPDATE foundation.audit SET actor = 'somebody else'",
        "DELETE FROM foundation.audit",
        "TRUNCATE foundation.audit",
    ],
)
def test_even_the_owner_cannot_rewrite_time_or_the_trail(
    own_database: Database, owner: psycopg.Connection, statement: str
) -> None:
    with own_database.transaction() as tx:
        audit.record(tx, action="test.done", subject="x")
    with pytest.raises(psycopg.Error) as refused:
        owner.execute(statement.encode())
    assert refused.value.sqlstate in ("AY002", "AY003")


def test_the_trail_keeps_who_what_when_and_why(tx: Tx) -> None:
    audit.record(tx, action="person.corrected", subject="per_1", reason="typing error", details={"fields": 1})
    [row] = audit.list_audit(tx, subject="per_1")
    assert (row.at, row.actor, row.channel) == (START, "tester", "test")
    assert (row.action, row.reason, row.details) == ("person.corrected", "typing error", {"fields": 1})


def test_a_trail_row_goes_with_its_deed(own_database: Database) -> None:
    class Change(Exception):
        pass

    def deed_that_fails() -> None:
        with own_database.transaction(Actor("a", "b")) as tx:
            audit.record(tx, action="test.done", subject="y")
            raise Change

    with pytest.raises(Change):
        deed_that_fails()
    with own_database.transaction() as tx:
        assert audit.list_audit(tx, subject="y") == []


def test_a_database_without_ayni_says_so(server: EmbeddedServer, country: Country) -> None:
    server.create_database("empty")
    with (
        Database(server.url("empty"), country) as empty,
        pytest.raises(NotMigrated),
        empty.transaction(),
    ):
        raise AssertionError("no transaction should have begun")


def test_a_server_that_is_not_there_says_so() -> None:
    with pytest.raises(DatabaseUnreachable):
        connect("postgresql://127.0.0.1:1/nowhere?connect_timeout=2")


def test_the_application_cannot_write_what_it_may_only_read(
    new_database: Callable[[], Database],
) -> None:
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        new_database().transaction() as tx,
    ):
        tx.connection.execute("UPDATE foundation.clock SET at = at")
