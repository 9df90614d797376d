"""A worker as a program of its own, with jobs that can be held at a gate while they are killed.

Run as `python -m tests.faults.working URL`; `Gate` is the other side.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg

from ayni.app import load_country
from ayni.channels import worker
from ayni.channels.worker.run import Pace
from ayni.foundation import audit, jobs, logging
from ayni.foundation.db import SYSTEM, Database, Tx

GATE = 424243
PACE = Pace(heartbeat_seconds=1, stalled_seconds=3, poll_seconds=1, concurrency=1)


def _pass_gate(tx: Tx) -> None:
    tx.execute("SELECT pg_advisory_xact_lock_shared(424243)")


def _note(tx: Tx, *, subject: str) -> None:
    """Work that is one transaction: waits at the gate after its effect, before its commit."""
    audit.record(tx, action="test.noted", subject=subject)
    _pass_gate(tx)


def _note_in_steps(database: Database, *, subject: str) -> None:
    """Work that commits in steps, and so looks whether it was done: waits at the gate after its commit."""
    with database.transaction(SYSTEM) as tx:
        if not audit.list_audit(tx, subject=subject):
            audit.record(tx, action="test.noted", subject=subject)
    with database.transaction(SYSTEM) as tx:
        _pass_gate(tx)


def _tick(tx: Tx) -> None:
    audit.record(tx, action="test.ticked", subject="tick")


def _break(tx: Tx) -> None:
    audit.record(tx, action="test.broke", subject="broken")
    raise ZeroDivisionError


def register(*, tick: bool = True) -> None:
    """Make these jobs known."""
    jobs.register("test.work", _note)
    jobs.register("test.work_in_steps", _note_in_steps, in_transaction=False)
    jobs.register("test.break", _break)
    jobs.register("test.tick", _tick, every="* * * * *" if tick else None)


def start(database: Database, module: str = "tests.faults.working") -> subprocess.Popen[str]:
    """A worker in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", module, database.url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )


def wait_until_started(process: subprocess.Popen[str]) -> None:
    """Until the worker says that it works."""
    assert process.stderr is not None
    while "worker_started" not in (line := process.stderr.readline()):
        assert line, "it ended before it began"


class Gate:
    """Holds jobs back until it is opened."""

    def __init__(self, owner: psycopg.Connection) -> None:
        self._owner = owner
        owner.execute("SELECT pg_advisory_lock(%s)", [GATE])

    def wait_for_one(self) -> int:
        """Until a job stands at the gate; gives its backend."""
        query = (
            "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        while True:
            found = self._owner.execute(query, [GATE]).fetchone()
            if found is not None:
                return int(found[0])

    def open(self) -> None:
        """Let everybody pass."""
        self._owner.execute("SELECT pg_advisory_unlock(%s)", [GATE])

    def wait_until_gone(self, backend: int) -> None:
        """Until a backend whose client was killed has noticed it."""
        query = "SELECT FROM pg_stat_activity WHERE pid = %s"
        while self._owner.execute(query, [backend]).fetchone() is not None:
            pass


if __name__ == "__main__":
    logging.configure("info")
    register()
    with Database(sys.argv[1], load_country("peru")) as city:
        worker.run(city, pace=PACE)
