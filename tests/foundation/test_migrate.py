"""Migrations go forward, whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import psycopg
import pytest

from ayni.app import MODULES
from ayni.foundation import queue
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import (
    AlreadyLive,
    DatabaseIsNewer,
    MigrationChanged,
    MigrationLocked,
    NotPermitted,
    list_migrations,
    migrate,
)
from ayni.foundation.queue import QueueSchemaUnknown
from tests.conftest import START


@pytest.fixture
def url(server: EmbeddedServer, request: pytest.FixtureRequest) -> str:
    name = f"migrate_{abs(hash(request.node.name))}"
    server.create_database(name)
    return server.url(name)


def test_a_second_run_does_nothing(url: str) -> None:
    assert migrate(url, MODULES, simulated_at=START)
    assert migrate(url, MODULES) == []


def test_two_programs_that_start_at_once_do_not_meet(url: str) -> None:
    done: list[int] = []
    threads = [threading.Thread(target=lambda: done.append(len(migrate(url, MODULES)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done)[0] == 0
    assert sorted(done)[1] > 0


def test_a_migration_that_was_edited_afterwards_is_refused(url: str) -> None:
    migrate(url, ["foundation"])
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("UPDATE foundation.migrations SET digest = 'other' WHERE module = 'foundation'")
    with pytest.raises(MigrationChanged):
        migrate(url, ["foundation"])


def test_a_database_of_a_newer_program_is_left_alone(url: str) -> None:
    migrate(url, ["foundation"])
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("INSERT INTO foundation.migrations VALUES ('foundation', 9999, 'future', 'x')")
    with pytest.raises(DatabaseIsNewer):
        migrate(url, ["foundation"])


def test_tables_in_use_are_not_waited_for_without_end(url: str) -> None:
    migrate(url, ["foundation"])
    with psycopg.connect(url) as busy:
        busy.execute("LOCK TABLE foundation.migrations IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(MigrationLocked):
            migrate(url, ["foundation"], lock_timeout_seconds=1)


def test_a_login_that_may_not_create_is_told(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("DROP ROLE IF EXISTS poor_login")
        owner.execute("CREATE ROLE poor_login LOGIN")
    with pytest.raises(NotPermitted):
        migrate(psycopg.conninfo.make_conninfo(url, user="poor_login"), ["foundation"])


def test_a_failure_leaves_nothing_behind(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "_DUE", "a line that no version of the queue has")
    with pytest.raises(QueueSchemaUnknown):
        migrate(url, MODULES)
    with psycopg.connect(url) as owner:
        schemas = owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname IN ('foundation', 'ledger')")
        assert schemas.fetchone() == (0,)


def test_numbers_follow_each_other_in_every_module() -> None:
    for module in MODULES:
        numbers = [migration.number for migration in list_migrations(module)]
        assert numbers == list(range(1, len(numbers) + 1)), module


def test_a_module_without_tables_is_passed_over(tmp_path: Path) -> None:
    assert list_migrations("no_such_module") == []


def test_a_live_database_is_not_made_simulated_afterwards(url: str) -> None:
    """A bug: it was ignored in silence, and whoever asked believed that it was for trials."""
    migrate(url, MODULES)
    with pytest.raises(AlreadyLive):
        migrate(url, MODULES, simulated_at=START)
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT simulated FROM foundation.clock").fetchall() == [(False,)]
