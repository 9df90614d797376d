"""The connection dies around COMMIT. What was not done, what was done, and that asking again settles both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import psycopg
import pytest

from ayni.foundation import audit
from ayni.foundation.db import Database, DatabaseUnreachable, OutcomeUnknown, Tx

_SLOW = """
CREATE FUNCTION public.wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_catalog.pg_sleep(600);
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER slow_commit AFTER INSERT ON foundation.audit
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.wait();
"""


@pytest.fixture
def slow_commit(owner: psycopg.Connection) -> None:
    """A commit that writes audit waits in a deferred trigger, before it is durable."""
    owner.execute(_SLOW)


@pytest.fixture
def deaf_commit(owner: psycopg.Connection) -> Iterator[None]:
    """A commit is durable at once, and its answer waits for a second server that does not exist."""
    owner.execute("SET synchronous_commit = local")
    owner.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
    owner.execute("SELECT pg_reload_conf()")
    yield
    owner.execute("ALTER SYSTEM RESET synchronous_standby_names")
    owner.execute("SELECT pg_reload_conf()")


@pytest.fixture
def killing(owner: psycopg.Connection) -> Iterator[Callable[[str], None]]:
    """Ends the connection that waits for something, as soon as there is one that does."""
    threads = []

    def kill(waits_for: str) -> None:
        def run() -> None:
            found = None
            while found is None:
                found = owner.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND wait_event = %s",
                    [waits_for],
                ).fetchone()

        threads.append(threading.Thread(target=run, daemon=True))
        threads[-1].start()

    yield kill
    for thread in threads:
        thread.join()


def _did(database: Database) -> int:
    with database.transaction() as tx:
        return len(audit.list_audit(tx, subject="it"))


def _do(database: Database) -> None:
    with database.transaction() as tx:
        _once(tx)


def _once(tx: Tx) -> None:
    """What everything with an id of its own does: done before is not done again."""
    if not audit.list_audit(tx, subject="it"):
        audit.record(tx, action="test.did", subject="it")


@pytest.mark.usefixtures("slow_commit")
def test_a_connection_that_dies_in_an_unfinished_commit_is_an_unknown_outcome(
    own_database: Database, owner: psycopg.Connection, killing: Callable[[str], None]
) -> None:
    killing("PgSleep")
    with pytest.raises(OutcomeUnknown, match="may or may not have been done") as caught:
        _do(own_database)
    assert isinstance(caught.value.__cause__, psycopg.OperationalError)
    owner.execute("DROP TRIGGER slow_commit ON foundation.audit")
    assert _did(own_database) == 0
    _do(own_database)
    assert _did(own_database) == 1


@pytest.mark.usefixtures("deaf_commit")
def test_a_commit_whose_answer_is_lost_was_done_and_asking_again_does_not_double_it(
    own_database: Database, killing: Callable[[str], None]
) -> None:
    killing("SyncRep")
    with pytest.raises(OutcomeUnknown):
        _do(own_database)
    assert _did(own_database) == 1
    _do(own_database)
    assert _did(own_database) == 1


def test_a_connection_that_dies_before_the_commit_has_done_nothing(
    own_database: Database, killing: Callable[[str], None]
) -> None:
    killing("PgSleep")

    def dies() -> None:
        with own_database.transaction() as tx:
            _once(tx)
            tx.execute("SELECT pg_sleep(600)")

    with pytest.raises(DatabaseUnreachable, match="Nothing was done"):
        dies()
    assert _did(own_database) == 0


def test_a_reader_whose_connection_dies_is_never_told_that_it_may_have_done_something(
    own_database: Database, owner: psycopg.Connection
) -> None:
    with pytest.raises(DatabaseUnreachable), own_database.snapshot() as tx:
        owner.execute("SELECT pg_terminate_backend(%s, 60000)", [tx.connection.info.backend_pid])
    with own_database.snapshot() as tx:
        assert audit.list_audit(tx, subject="it") == []


def test_a_commit_that_the_server_refuses_is_no_unknown_outcome(
    own_database: Database, owner: psycopg.Connection
) -> None:
    """The server answered, and said no: the caller sees why, and knows that nothing was done."""
    owner.execute(_SLOW.replace("PERFORM pg_catalog.pg_sleep(600);", "RAISE deadlock_detected;"))
    with pytest.raises(psycopg.errors.DeadlockDetected):
        _do(own_database)
    assert _did(own_database) == 0


def test_the_pool_goes_on_after_a_lost_connection(own_database: Database, owner: psycopg.Connection) -> None:
    with own_database.transaction() as tx:
        lost = tx.connection.info.backend_pid
    owner.execute("SELECT pg_terminate_backend(%s, 60000)", [lost])
    with pytest.raises(DatabaseUnreachable):
        _do(own_database)
    _do(own_database)
    assert _did(own_database) == 1
