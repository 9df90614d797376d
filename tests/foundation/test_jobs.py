"""Jobs: queued with their transaction, done by a worker, taken up when a worker dies."""

from __future__ import annotations

import pytest

from ayni.channels import worker
from ayni.foundation import invariants, jobs
from ayni.foundation.db import Database, Tx


def _note(tx: Tx, *, subject: str) -> None:
    tx.connection.execute(
        "INSERT INTO foundation.audit (at, actor, channel, action, subject)"
        " VALUES (%s, 'x', 'x', 'noted', %s)",
        [tx.now, subject],
    )


def _noted(database: Database) -> list[str]:
    with database.transaction() as tx:
        rows = tx.connection.execute("SELECT subject FROM foundation.audit ORDER BY number").fetchall()
    return [row[0] for row in rows]


jobs.register("test.note", _note)


def test_a_job_is_done_by_the_worker_after_its_transaction_committed(own_database: Database) -> None:
    with own_database.transaction() as tx:
        jobs.defer(tx, "test.note", subject="a")
    worker.run(own_database, once=True, signals=False)
    assert _noted(own_database) == ["a"]


def test_a_job_of_a_transaction_that_is_rolled_back_never_existed(own_database: Database) -> None:
    def undone() -> None:
        with own_database.transaction() as tx:
            jobs.defer(tx, "test.note", subject="a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    worker.run(own_database, once=True, signals=False)
    assert _noted(own_database) == []


def test_a_job_of_an_unknown_name_is_refused(tx: Tx) -> None:
    with pytest.raises(jobs.UnknownJob):
        jobs.defer(tx, "test.nobody_wrote_this")


def test_an_argument_that_is_no_id_or_number_is_refused(tx: Tx) -> None:
    with pytest.raises(jobs.JobArgumentsRefused):
        jobs.defer(tx, "test.note", subject=object())


def test_a_job_with_a_queueing_lock_waits_only_once(tx: Tx) -> None:
    assert jobs.defer(tx, "test.note", queueing_lock="l", subject="a") is not None
    assert jobs.defer(tx, "test.note", queueing_lock="l", subject="a") is None


def test_only_a_job_that_was_given_up_is_put_back(tx: Tx) -> None:
    with pytest.raises(jobs.NotGivenUp):
        jobs.retry(tx, number=1)


def test_the_foundations_invariants_hold_in_a_new_database(own_database: Database) -> None:
    invariants.register_foundation()
    results = {result.name: result.held for result in invariants.check_all(own_database)}
    assert results["clock_never_back"]
    assert results["no_job_given_up"]
