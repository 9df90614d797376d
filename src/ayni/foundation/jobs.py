"""Work for later: queued in the transaction that asks for it, done by `ayni worker`, tried again on failure.

A job is a plain function with a name. It may run more than once (a worker can be killed after the work and
before the note that it is done), so what it does must be safe to repeat.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.foundation.errors import BadInput, NotFound
from ayni.foundation.queries import load_queries

_QUERIES = load_queries("foundation")
_WAITING = "procrastinate_jobs_queueing_lock_idx_v1"

ATTEMPTS = 10
"""How often a job is tried before it is given up and waits for a person."""


class UnknownJob(NotFound):
    """No job of that name was registered."""

    code = "unknown_job"
    http_status = 500
    what = "There is no job called {name}."
    means = "Nothing was queued, and the work that wanted it was undone."
    do = "Check the spelling, and that the module that registers it is loaded."


class JobArgumentsRefused(BadInput):
    """Arguments of a job must be ids, numbers and short texts that JSON can hold."""

    code = "job_arguments_refused"
    http_status = 500
    what = "The job {name} was given an argument that the queue cannot hold: {argument}."
    means = "Nothing was queued, and the work that wanted it was undone."
    do = "Pass ids as text, and numbers as whole numbers."


class NotGivenUp(NotFound):
    """Only a job that was given up can be put back."""

    code = "job_not_given_up"
    what = "There is no job number {number} that was given up."
    means = "Nothing was queued."
    do = "Look at the list: ayni jobs list --state failed"


@dataclass(frozen=True)
class Job:
    """A kind of job. `run` takes a Tx, or the Database if it commits in steps; then its arguments."""

    name: str
    run: Callable[..., object]
    in_transaction: bool = True
    every: str | None = None
    """A cron line (minute hour day month weekday, in UTC) for work that comes round by itself."""


@dataclass(frozen=True)
class QueuedJob:
    """A job in the queue, or done. `state` is todo, doing, succeeded or failed (given up)."""

    number: int
    name: str
    state: str
    attempts: int
    scheduled_at: datetime | None


_REGISTERED: dict[str, Job] = {}


def register(
    name: str, run: Callable[..., object], *, in_transaction: bool = True, every: str | None = None
) -> None:
    """Make a job known by name (module.verb). The same name again must mean the same function."""
    known = _REGISTERED.get(name)
    if known is not None and known.run is not run:
        raise ValueError(f"two jobs are called {name}")
    _REGISTERED[name] = Job(name, run, in_transaction, every)


def list_registered() -> list[Job]:
    """Every kind of job, by name."""
    return sorted(_REGISTERED.values(), key=lambda job: job.name)


def get_registered(name: str) -> Job:
    """The kind of job called `name`; raises UnknownJob."""
    if name not in _REGISTERED:
        raise UnknownJob(name=name)
    return _REGISTERED[name]


def defer(
    tx: Tx, name: str, *, at: datetime | None = None, queueing_lock: str | None = None, **arguments: Any
) -> int | None:
    """Queue a job in this transaction: it exists when the transaction commits, and not otherwise.

    `at`: not before this instant by the database's clock. `queueing_lock`: when a job with the same one
    already waits, nothing is queued and None is returned. Raises UnknownJob and JobArgumentsRefused.
    """
    get_registered(name)
    for argument, value in arguments.items():
        if not isinstance(value, int | str | None):
            raise JobArgumentsRefused(name=name, argument=argument)
    parameters = {"name": name, "queueing_lock": queueing_lock, "args": Jsonb(arguments), "at": at}
    try:
        with tx.connection.transaction():
            row = tx.execute(_QUERIES["defer_job"], parameters).fetchone()
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name == _WAITING:
            return None
        raise
    assert row is not None
    return int(row[0])


def list_jobs(tx: Tx, *, state: str, limit: int = 100) -> list[QueuedJob]:
    """The oldest jobs in a state: todo, doing, succeeded or failed."""
    with tx.connection.cursor(row_factory=class_row(QueuedJob)) as cursor:
        return cursor.execute(_QUERIES["list_jobs"], {"state": state, "limit": limit}).fetchall()


def count_jobs(tx: Tx) -> dict[str, int]:
    """How many jobs there are in each state."""
    return dict(tx.execute(_QUERIES["count_jobs"]).fetchall())


def retry(tx: Tx, *, number: int) -> None:
    """Put a job that was given up back into the queue; raises NotGivenUp."""
    if tx.execute(_QUERIES["retry_job"], {"number": number}).fetchone() is None:
        raise NotGivenUp(number=number)
