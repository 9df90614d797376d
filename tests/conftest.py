"""Fixtures: one embedded PostgreSQL for the run, one migrated template, and a copy or a rollback per test."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg
import pytest

from ayni.app import MODULES, load_country
from ayni.foundation import logging
from ayni.foundation.country import Country
from ayni.foundation.db import Actor, Database, Tx, begin
from ayni.foundation.embedded import EmbeddedServer
from ayni.foundation.migrate import migrate

START = datetime(2025, 6, 2, 15, 0, tzinfo=UTC)
"""A Monday morning in Lima: the instant at which every test database begins."""

TEST_ACTOR = Actor("tester", "test")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged while a test runs, from debug on; afterwards logs go where they went."""
    stream = io.StringIO()
    logging.configure("debug", stream)
    yield stream
    logging.configure("info")


@pytest.fixture(scope="session")
def country() -> Country:
    return load_country("peru")


_MEMORY, _NEEDED_BYTES = Path("/dev/shm"), 8 * 2**30


def _place() -> Path | None:
    """In memory where there is room: a thousand databases are made and dropped, and none is to be kept."""
    if not _MEMORY.is_dir() or not os.access(_MEMORY, os.W_OK):
        return None
    room = min(shutil.disk_usage(_MEMORY).free, psutil.virtual_memory().available)
    return _MEMORY if room > _NEEDED_BYTES else None


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    folder = Path(tempfile.mkdtemp(prefix="ayni-test-", dir=_place()))
    # As root, the server runs as a system user, who must be able to enter.
    folder.chmod(0o755)
    with EmbeddedServer(folder) as running:
        with psycopg.connect(running.url("postgres"), autocommit=True) as connection:
            # Nobody pulls this machine's plug. Tests of what survives a kill start servers of their own.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("ALTER SYSTEM SET full_page_writes = off")
            connection.execute("ALTER SYSTEM SET checkpoint_timeout = '30min'")
            connection.execute("ALTER SYSTEM SET max_wal_size = '1GB'")
            connection.execute("SELECT pg_reload_conf()")
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: EmbeddedServer) -> str:
    """The name of a database that is migrated and otherwise empty."""
    server.create_database("template_ayni")
    migrate(server.url("template_ayni"), MODULES, simulated_at=START)
    return "template_ayni"


_numbers = itertools.count(1)


_MOST_LEFT, _DROPPED_AT_ONCE = 100, 50
"""So many databases of 15 MB are left to go with the server's folder: dropping one takes longer than making
it, as all that is not yet written must be, and dropping many in a row hardly more than one.
"""


@pytest.fixture(scope="session")
def left_behind() -> deque[str]:
    """Databases whose test has ended, the oldest first."""
    return deque()


@pytest.fixture
def new_database(
    server: EmbeddedServer, template: str, country: Country, left_behind: deque[str]
) -> Iterator[Callable[[], Database]]:
    """Makes databases of a test's own: each a fresh copy of the template."""
    made: list[tuple[str, Database]] = []

    def make() -> Database:
        name = f"test_{next(_numbers)}"
        server.create_database(name, template=template)
        made.append((name, Database(server.url(name), country)))
        return made[-1][1]

    yield make
    for name, database in made:
        database.close()
        left_behind.append(name)
    if len(left_behind) > _MOST_LEFT:
        for _ in range(_DROPPED_AT_ONCE):
            server.drop_database(left_behind.popleft())


@pytest.fixture
def own_database(new_database: Callable[[], Database]) -> Database:
    """A fresh database that this test may commit to."""
    return new_database()


@pytest.fixture(scope="session")
def database(server: EmbeddedServer, template: str, country: Country) -> Iterator[Database]:
    """A database that all tests share: nothing may be committed to it."""
    server.create_database("shared", template=template)
    with Database(server.url("shared"), country) as shared:
        yield shared


class _RollBack(Exception):
    pass


@pytest.fixture
def tx(database: Database) -> Iterator[Tx]:
    """A transaction that is rolled back when the test ends."""
    with database.connection() as connection:
        try:
            with connection.transaction():
                yield begin(connection, database.country, TEST_ACTOR)
                raise _RollBack
        except _RollBack:
            pass


@pytest.fixture
def owner(own_database: Database, server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    """`own_database` as the owner of the schema, for trying what even the owner may not do."""
    name = psycopg.conninfo.conninfo_to_dict(own_database.url)["dbname"]
    with psycopg.connect(server.url(str(name)), autocommit=True) as connection:
        yield connection
