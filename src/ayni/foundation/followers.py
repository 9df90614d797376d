"""Followers: work that goes on all the time beside the queue, such as telling others what the ledger wrote.

However many workers there are, one of them leads each follower and the others stand by: it holds a lock of
PostgreSQL's for as long as its connection lives, so whoever is killed leads no longer.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import psycopg
from psycopg.rows import TupleRow

from ayni.foundation.db import Database
from ayni.foundation.queries import load_queries

_QUERIES = load_queries("foundation")
Step = Callable[[], bool]
"""Does what is due; False when there was nothing."""


@dataclass(frozen=True)
class Follower:
    """A kind of work that goes on. `begin` gives its step, and ends it when the block ends."""

    name: str
    begin: Callable[[Database], AbstractContextManager[Step]]


_REGISTERED: dict[str, Follower] = {}


def register(name: str, begin: Callable[[Database], AbstractContextManager[Step]]) -> None:
    """Make a follower known by name (module.verb). The same name again must mean the same function."""
    known = _REGISTERED.get(name)
    if known is not None and known.begin is not begin:
        raise ValueError(f"two followers are called {name}")
    _REGISTERED[name] = Follower(name, begin)


def list_registered() -> list[Follower]:
    """Every follower, by name."""
    return sorted(_REGISTERED.values(), key=lambda one: one.name)


@contextlib.contextmanager
def leading(database: Database, name: str) -> Iterator[Callable[[], None] | None]:
    """Lead a follower until the block ends; None when another does.

    What it gives is to be called now and then: it raises psycopg.OperationalError once the connection, and
    with it the lead, is lost.
    """
    with database.connection() as connection:
        row = connection.execute(_QUERIES["take_lead"], {"name": name}).fetchone()
        if row is None or not row[0]:
            yield None
            return
        try:
            yield lambda: _look(connection)
        finally:
            with contextlib.suppress(psycopg.OperationalError):
                connection.execute(_QUERIES["leave_lead"], {"name": name})


def _look(connection: psycopg.Connection[TupleRow]) -> None:
    connection.execute(_QUERIES["still_there"])
