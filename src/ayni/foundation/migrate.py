"""Migrations: numbered SQL files for tables, and functions and views that are re-created each time.

Tables change only forward, by `sql/migrations/NNNN_name.sql` of each module, in the order of the layers.
Everything happens in one transaction under one advisory lock, so that two programs that start at once do
not meet, and a failure leaves the database as it was.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from importlib.util import find_spec
from typing import LiteralString

import psycopg
from psycopg.rows import TupleRow

from ayni.foundation.db import APPLICATION_ROLE, connect, owner_url
from ayni.foundation.errors import AyniError, Refused
from ayni.foundation.queries import list_sql, load_sql
from ayni.foundation.queue import SCHEMA, install_queue, list_queue_migrations

_LOCK = 0x61796E69  # "ayni"
_FILE = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9_]+)\.sql")

_LEDGER_OF_MIGRATIONS: LiteralString = """
CREATE SCHEMA IF NOT EXISTS foundation;
CREATE TABLE IF NOT EXISTS foundation.migrations (
    module text NOT NULL,
    number integer NOT NULL,
    name text NOT NULL,
    digest text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (module, number)
);
CREATE TABLE IF NOT EXISTS foundation.definitions (
    module text PRIMARY KEY,
    digest text NOT NULL
);
"""


class MigrationChanged(AyniError):
    """A migration that this database has run is not the one in the program."""

    code = "migration_changed"
    what = "Migration {module} {number} was changed after this database ran it."
    means = "Nothing was migrated. The tables may not be what the program expects."
    do = "Restore the file as it was released, and put the change into a new migration."


class AlreadyLive(Refused):
    """A live database was asked to become a simulated one."""

    code = "already_live"
    what = "This database is live, and stays so for ever."
    means = "Nothing was changed: it has no clock of its own."
    do = "Leave out --simulated, or name another folder (AYNI_HOME) or database for trials."


class DatabaseIsNewer(AyniError):
    """The database has run migrations that this program does not have."""

    code = "database_is_newer"
    what = "This database was set up by a newer Ayni: it has run {module} {number}."
    means = "Nothing was changed."
    do = "Install that version of Ayni, or a later one."


class MigrationLocked(AyniError):
    """Somebody works on the tables, and the wait was over."""

    code = "migration_locked"
    http_status = 503
    what = "The tables are in use, and the migration waited {seconds} seconds in vain."
    means = "Nothing was migrated."
    do = "Stop the long work (ayni jobs), or try at a quieter hour."


class NotPermitted(AyniError):
    """The login may not create what a migration creates."""

    code = "migration_not_permitted"
    what = "This database login may not create schemas and roles."
    means = "Nothing was migrated."
    do = "Set AYNI_OWNER_DATABASE_URL to the login that owns the database."


@dataclass(frozen=True)
class Migration:
    """One numbered file of one module."""

    module: str
    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 of the text, in hexadecimal."""
        return _digest(self.text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def list_migrations(module: str) -> list[Migration]:
    """A module's migrations in order; none for a module that is not there yet."""
    if find_spec(f"ayni.{module}") is None:
        return []
    folder = files(f"ayni.{module}") / "sql" / "migrations"
    found = []
    if folder.is_dir():
        for entry in folder.iterdir():
            match = _FILE.fullmatch(entry.name)
            if match:
                text = entry.read_text(encoding="utf-8")
                found.append(Migration(module, int(match["number"]), match["name"], text))
    return sorted(found, key=lambda migration: migration.number)


def migrate(
    url: str,
    modules: Sequence[str],
    *,
    simulated_at: datetime | None = None,
    lock_timeout_seconds: int = 10,
    snapshot: bool = False,
) -> list[Migration]:
    """Bring a database up to date and return what was newly run.

    `modules` come in the order of the layers, lowest first. A new database becomes simulated when
    `simulated_at` is given and live otherwise; later calls leave that as it is. With `snapshot`, the
    readable `tables.sql` is run in place of the migrations (for the test that both are the same). Raises
    MigrationLocked, NotPermitted, DatabaseIsNewer, MigrationChanged, and AlreadyLive when `simulated_at` is
    given for a live database.
    """
    with connect(owner_url(url)) as connection:
        try:
            with connection.transaction():
                connection.execute(
                    "SELECT set_config('lock_timeout', %s, true)", [f"{lock_timeout_seconds}s"]
                )
                connection.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
                done = _migrate(connection, modules, snapshot=snapshot)
                _set_up_clock(connection, simulated_at)
                return done
        except psycopg.errors.LockNotAvailable as error:
            raise MigrationLocked(seconds=lock_timeout_seconds) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise NotPermitted from error


def _migrate(
    connection: psycopg.Connection[TupleRow], modules: Sequence[str], *, snapshot: bool
) -> list[Migration]:
    connection.execute(_LEDGER_OF_MIGRATIONS)
    create_application_role(connection)
    rows = connection.execute("SELECT module, number, digest FROM foundation.migrations").fetchall()
    applied = {(module, number): digest for module, number, digest in rows}
    known = {module: list_migrations(module) for module in modules}
    for module, number in applied:
        if module in known and number not in {migration.number for migration in known[module]}:
            raise DatabaseIsNewer(module=module, number=number)
    done = []
    for module in modules:
        if not known[module] and not load_sql(module, "tables.sql"):
            continue
        new = [migration for migration in known[module] if (module, migration.number) not in applied]
        for migration in known[module]:
            if applied.get((module, migration.number), migration.digest) != migration.digest:
                raise MigrationChanged(module=module, number=migration.number)
        if snapshot and new:
            for name in ("tables.sql", *list_sql(module, "tables")):
                _run(connection, load_sql(module, name))
        for migration in new:
            if not snapshot:
                _run(connection, migration.text)
            connection.execute(
                "INSERT INTO foundation.migrations (module, number, name, digest) VALUES (%s, %s, %s, %s)",
                [migration.module, migration.number, migration.name, migration.digest],
            )
        if module == "foundation":
            _install_queue(connection, max((n for m, n in applied if m == SCHEMA), default=None))
        done += new
        _define(connection, module, force=bool(new))
    return done


def _install_queue(connection: psycopg.Connection[TupleRow], applied: int | None) -> None:
    newest = list_queue_migrations()[-1][0]
    if applied is not None and applied > newest:
        raise DatabaseIsNewer(module=SCHEMA, number=applied)
    number, name, digest = install_queue(connection, applied)
    connection.execute(
        "INSERT INTO foundation.migrations (module, number, name, digest) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [SCHEMA, number, name, digest],
    )


def _define(connection: psycopg.Connection[TupleRow], module: str, *, force: bool) -> None:
    """Re-create a module's functions and views when their text has changed."""
    names = ("functions.sql", *list_sql(module, "functions"), "views.sql")
    texts = [load_sql(module, name) for name in names]
    digest = _digest("\0".join(texts))
    row = connection.execute(
        "SELECT digest FROM foundation.definitions WHERE module = %s", [module]
    ).fetchone()
    if row is not None and row[0] == digest and not force:
        return
    for text in texts:
        _run(connection, text)
    connection.execute(
        "INSERT INTO foundation.definitions VALUES (%s, %s)"
        " ON CONFLICT (module) DO UPDATE SET digest = excluded.digest",
        [module, digest],
    )


def _run(connection: psycopg.Connection[TupleRow], text: str) -> None:
    if text.strip():
        connection.execute(text.encode())


def create_application_role(connection: psycopg.Connection[TupleRow]) -> None:
    """The role that the application acts as: once for the whole server, before any grant."""
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APPLICATION_ROLE]).fetchone()
    if found is None:
        role = psycopg.sql.Identifier(APPLICATION_ROLE)
        connection.execute(psycopg.sql.SQL("CREATE ROLE {} LOGIN").format(role))


def _set_up_clock(connection: psycopg.Connection[TupleRow], simulated_at: datetime | None) -> None:
    at = simulated_at or datetime(1970, 1, 1, tzinfo=UTC)
    connection.execute(
        "INSERT INTO foundation.clock (simulated, at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        [simulated_at is not None, at],
    )
    if simulated_at is not None:
        row = connection.execute("SELECT simulated FROM foundation.clock").fetchone()
        if row is not None and not row[0]:
            raise AlreadyLive
