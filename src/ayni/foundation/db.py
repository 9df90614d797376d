"""The database and its transactions.

One request or job is one transaction, opened at the edge by `Database.transaction`. Operations take the
`Tx` first, and never commit. `Tx` carries what every rule needs: the connection, the clock, the country and
the actor.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, LiteralString

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool, PoolTimeout

from ayni.foundation.country import Country
from ayni.foundation.errors import AyniError
from ayni.foundation.queries import load_queries

APPLICATION_ROLE = "ayni_app"
_QUERIES = load_queries("foundation")

# Everything is named in full; a generic plan is settled once and does not wait for statistics.
_SESSION = "-c search_path=pg_catalog -c timezone=UTC -c default_transaction_isolation=read\\ committed"


class DatabaseUnreachable(AyniError):
    """The server does not answer."""

    code = "database_unreachable"
    http_status = 503
    what = "The database does not answer."
    means = "Nothing was done. What was acknowledged before is safe."
    do = "Start it (ayni up), or check AYNI_DATABASE_URL, and send the same request again."


class OutcomeUnknown(AyniError):
    """The connection was lost between COMMIT and its answer: only asking again can tell."""

    code = "outcome_unknown"
    http_status = 503
    what = "The connection to the database was lost while the work was being committed."
    means = "It may or may not have been done, and nobody can tell from here."
    do = "Send it again with the same ids: it is done once, and the answer says what happened."


class NotMigrated(AyniError):
    """The database exists but holds no Ayni."""

    code = "database_not_migrated"
    http_status = 503
    what = "This database has not been set up for Ayni, or only in part."
    means = "Nothing was done."
    do = "Run: ayni migrate"


@dataclass(frozen=True)
class Actor:
    """Who acts, and through which channel. `who` is an id or a role, never a name."""

    who: str
    channel: str

    def __str__(self) -> str:
        return f"{self.who} via {self.channel}"


SYSTEM = Actor("system", "worker")


@dataclass(frozen=True)
class Tx:
    """One open transaction, with its clock, country and actor."""

    connection: psycopg.Connection[TupleRow]
    country: Country
    actor: Actor
    now: datetime

    @cached_property
    def today(self) -> date:
        """The civil date of `now` in the country's time zone."""
        return self.now.astimezone(self.country.timezone).date()

    def execute(
        self, statement: LiteralString, parameters: Mapping[str, Any] | None = None
    ) -> psycopg.Cursor[TupleRow]:
        """Run one statement; for `store.py` files only."""
        return self.connection.execute(statement, parameters)


class Database:
    """A database that Ayni works on. `url` logs in as the application role, or as one that may become it."""

    def __init__(self, url: str, country: Country, *, pool_size: int = 8) -> None:
        self.country = country
        self.url = application_url(url)
        self._pool = ConnectionPool(
            self.url, min_size=0, max_size=pool_size, open=False, timeout=30, kwargs={"autocommit": True}
        )

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back every connection."""
        self._pool.close()

    @contextlib.contextmanager
    def connection(self) -> Iterator[psycopg.Connection[TupleRow]]:
        """A pooled connection in autocommit mode, for the ledger's poster and for `transaction`."""
        self._pool.open()
        try:
            connection = self._pool.getconn()
        except PoolTimeout as error:
            raise DatabaseUnreachable from error
        try:
            with connection:
                yield connection
        finally:
            self._pool.putconn(connection)

    @contextlib.contextmanager
    def transaction(self, actor: Actor = SYSTEM) -> Iterator[Tx]:
        """One transaction: committed when the block ends, rolled back when it raises.

        Raises DatabaseUnreachable when the connection is lost before the commit, and so nothing was done, and
        OutcomeUnknown when it is lost during the commit.
        """
        with self.connection() as connection, transaction_on(connection, self.country, actor) as tx:
            yield tx

    @contextlib.contextmanager
    def each_alone(self, actor: Actor = SYSTEM) -> Iterator[Tx]:
        """A Tx whose statements are committed one by one: for work that one statement writes.

        It saves what opening and ending a transaction cost. Raises OutcomeUnknown when the connection is
        lost.
        """
        with self.connection() as connection:
            try:
                yield begin(connection, self.country, actor)
            except psycopg.OperationalError as error:
                if not connection.closed:
                    raise
                raise OutcomeUnknown from error

    @contextlib.contextmanager
    def snapshot(self, actor: Actor = SYSTEM) -> Iterator[Tx]:
        """A transaction that only reads, all of it at one instant, whatever others commit meanwhile."""
        with (
            self.connection() as connection,
            transaction_on(connection, self.country, actor, reads=True) as tx,
        ):
            yield tx


@contextlib.contextmanager
def transaction_on(
    connection: psycopg.Connection[TupleRow], country: Country, actor: Actor, *, reads: bool = False
) -> Iterator[Tx]:
    """`Database.transaction` on a connection that the caller keeps, for work in several steps.

    With `reads` it is a snapshot. Raises DatabaseUnreachable, OutcomeUnknown.
    """
    ended = False
    try:
        with connection.transaction():
            if reads:
                connection.execute(_QUERIES["snapshot"])
            yield begin(connection, country, actor)
            ended = True
    except psycopg.OperationalError as error:
        # A server that answers, to say no, is a different thing: it has rolled back, and the caller sees why.
        if not connection.closed:
            raise
        raise (OutcomeUnknown if ended and not reads else DatabaseUnreachable) from error


def begin(connection: psycopg.Connection[TupleRow], country: Country, actor: Actor) -> Tx:
    """A Tx on a connection whose transaction is already open."""
    return Tx(connection, country, actor, now(connection))


def now(connection: psycopg.Connection[TupleRow]) -> datetime:
    """The present instant by the database's one clock. Raises NotMigrated."""
    try:
        row = connection.execute(_QUERIES["now"]).fetchone()
    except (psycopg.errors.InvalidSchemaName, psycopg.errors.UndefinedFunction) as error:
        raise NotMigrated from error
    if row is None or row[0] is None:
        raise NotMigrated
    at: datetime = row[0]
    return at.astimezone(UTC)


def application_url(url: str) -> str:
    """`url` with the session settings that Ayni relies on, acting as the application role."""
    return make_conninfo(url, options=f"{_SESSION} -c role={APPLICATION_ROLE}", application_name="ayni")


def owner_url(url: str) -> str:
    """`url` with Ayni's session settings, acting as the one who owns the schema."""
    return make_conninfo(url, options=_SESSION, application_name="ayni")


def connect(url: str) -> psycopg.Connection[TupleRow]:
    """A connection in autocommit mode; raises DatabaseUnreachable."""
    try:
        return psycopg.connect(url, autocommit=True)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable from error
