"""What must always be true, each with a sentence and a check: asked by tests, by `ayni check`, and hourly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ayni.foundation import jobs
from ayni.foundation.db import SYSTEM, Database, Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.logging import get_logger
from ayni.foundation.queries import load_queries

_QUERIES = load_queries("foundation")
_EXAMPLES = 10
_LOG = get_logger("foundation.invariants")
WARN_DAYS = 60
"""How long before a dated parameter runs out its absence counts as a fault."""


@dataclass(frozen=True)
class Violation:
    """One case of an invariant that does not hold: what it concerns (an id or a name), and its numbers."""

    subject: str
    numbers: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class Invariant:
    """A named truth. `sentence` says it as it should be; `check` gives every case where it is not so."""

    name: str
    sentence: str
    check: Callable[[Tx], Sequence[Violation]]


@dataclass(frozen=True)
class Result:
    """What one invariant said: `violations` counts all, `examples` holds the first ten."""

    name: str
    sentence: str
    violations: int
    examples: tuple[Violation, ...]

    @property
    def held(self) -> bool:
        """Whether it is true."""
        return self.violations == 0


@dataclass(frozen=True)
class RecordedResult:
    """A row of the record that the hourly check keeps."""

    at: datetime
    name: str
    held: bool
    violations: int
    examples: list[dict[str, Any]]


_REGISTERED: dict[str, Invariant] = {}


def register(name: str, sentence: str, check: Callable[[Tx], Sequence[Violation]]) -> None:
    """Make an invariant known. The same name again must mean the same check."""
    known = _REGISTERED.get(name)
    if known is not None and known.check is not check:
        raise ValueError(f"two invariants are called {name}")
    _REGISTERED[name] = Invariant(name, sentence, check)


def list_invariants() -> list[Invariant]:
    """Every registered invariant, by name."""
    return sorted(_REGISTERED.values(), key=lambda invariant: invariant.name)


def check_all(database: Database) -> list[Result]:
    """Ask every invariant, each at one instant. One that cannot be asked does not hold."""
    return [check(database, invariant) for invariant in list_invariants()]


def check(database: Database, invariant: Invariant) -> Result:
    """Ask one invariant. Changes nothing."""
    try:
        with database.snapshot() as tx:
            found = list(invariant.check(tx))
    except (psycopg.Error, AyniError) as error:
        code = error.code if isinstance(error, AyniError) else error.sqlstate or type(error).__name__
        found = [Violation("could_not_be_checked", {"code": code})]
    return Result(invariant.name, invariant.sentence, len(found), tuple(found[:_EXAMPLES]))


def check_and_record(database: Database) -> None:
    """The hourly job: ask every invariant, keep what each said, log an error for each violated."""
    results = check_all(database)
    with database.transaction(SYSTEM) as tx:
        for result in results:
            tx.execute(
                _QUERIES["record_invariant"],
                {
                    "at": tx.now,
                    "name": result.name,
                    "held": result.held,
                    "violations": result.violations,
                    "examples": Jsonb([{"subject": v.subject, **v.numbers} for v in result.examples]),
                },
            )
    for result in results:
        if not result.held:
            _LOG.error("invariant_violated", invariant=result.name, violations=result.violations)


def list_results(tx: Tx, *, limit: int = 100) -> list[RecordedResult]:
    """What the hourly check has recorded, newest first."""
    with tx.connection.cursor(row_factory=class_row(RecordedResult)) as cursor:
        return cursor.execute(_QUERIES["list_invariant_results"], {"limit": limit}).fetchall()


# -- the foundation's own ------------------------------------------------------------------------------


def _clock_behind_floor(tx: Tx) -> list[Violation]:
    row = tx.execute(_QUERIES["seconds_behind_floor"]).fetchone()
    return [] if row is None else [Violation("clock", {"seconds_behind": int(row[0])})]


def _jobs_given_up(tx: Tx) -> list[Violation]:
    return [
        Violation(f"job {job.number}", {"name": job.name, "attempts": job.attempts})
        for job in jobs.list_jobs(tx, state="failed", limit=1000)
    ]


def _parameters_running_out(tx: Tx) -> list[Violation]:
    """A parameter in force today whose rows do not reach `WARN_DAYS` days ahead.

    `days_left` counts the days that still have a value, today among them: at 60 it is told, at 61 not yet.
    """
    horizon = tx.today + timedelta(days=WARN_DAYS)
    found = []
    for name in sorted({row.name for row in tx.country.parameter_rows()}):
        rows = [row for row in tx.country.parameter_rows() if row.name == name]
        covered = tx.today
        for row in sorted(rows, key=lambda row: row.valid_from):
            if row.valid_from <= covered:
                end = row.valid_until or horizon
                covered = max(covered, end + timedelta(days=1))
        if covered <= horizon and any(row.valid_from <= tx.today for row in rows):
            last = covered - timedelta(days=1)
            found.append(Violation(name, {"last_day": str(last), "days_left": (covered - tx.today).days}))
    return found


def _keep_time(tx: Tx) -> None:
    tx.execute(_QUERIES["raise_clock_floor"])


def register_foundation() -> None:
    """The foundation's own invariants and periodic jobs."""
    register(
        "clock_never_back", "The server's clock is not behind an instant it once showed.", _clock_behind_floor
    )
    register("no_job_given_up", "No job was given up after its last attempt.", _jobs_given_up)
    register(
        "parameters_reach_ahead",
        f"Every dated parameter in force has a value for each of the next {WARN_DAYS} days.",
        _parameters_running_out,
    )
    jobs.register("foundation.check_invariants", check_and_record, in_transaction=False, every="11 * * * *")
    jobs.register("foundation.keep_time", _keep_time, every="* * * * *")
