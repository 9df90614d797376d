"""What must always be true: recorded each time, told when it is not, and told in time."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import psycopg
import pytest

from ayni.channels import worker
from ayni.foundation import invariants, jobs
from ayni.foundation.clock import set_clock
from ayni.foundation.db import Database, Tx

invariants.register_foundation()


@pytest.fixture
def one_given_up(own_database: Database, owner: psycopg.Connection) -> int:
    """A job that was given up: one of the foundation's invariants does not hold."""
    with own_database.transaction() as tx:
        number = jobs.defer(tx, "foundation.keep_time")
    assert number is not None
    owner.execute(
        "UPDATE jobs.procrastinate_jobs SET status = 'failed', attempts = 10 WHERE id = %s", [number]
    )
    return number


def _recorded(database: Database, name: str) -> list[tuple[bool, int, list[dict[str, object]]]]:
    with database.transaction() as tx:
        return [
            (result.held, result.violations, result.examples)
            for result in invariants.list_results(tx)
            if result.name == name
        ]


def test_the_hourly_check_records_what_holds_and_what_does_not_and_logs_it(
    own_database: Database, one_given_up: int, logged: io.StringIO
) -> None:
    with own_database.transaction() as tx:
        jobs.defer(tx, "foundation.check_invariants")
    worker.run(own_database, once=True, signals=False)
    example = {"subject": f"job {one_given_up}", "name": "foundation.keep_time", "attempts": 10}
    # A worker that begins within minutes of the hourly round makes up for it, and there are two rows of each.
    given_up, clock = (_recorded(own_database, name) for name in ("no_job_given_up", "clock_never_back"))
    assert given_up in ([(False, 1, [example])], [(False, 1, [example])] * 2)
    assert clock in ([(True, 0, [])], [(True, 0, [])] * 2)
    assert "invariant_violated" in logged.getvalue()


def test_each_check_adds_to_the_record_and_a_wrong_that_is_righted_is_seen_to_hold_again(
    own_database: Database, one_given_up: int
) -> None:
    invariants.check_and_record(own_database)
    with own_database.transaction() as tx:
        jobs.retry(tx, number=one_given_up)
    invariants.check_and_record(own_database)
    assert [held for held, _, _ in _recorded(own_database, "no_job_given_up")] == [True, False]


@pytest.mark.parametrize(
    ("day", "left"),
    [((2026, 3, 1), None), ((2026, 3, 2), 60), ((2026, 4, 30), 1)],
    ids=["61 days", "60 days", "the last day"],
)
def test_a_parameter_that_runs_out_is_told_60_days_before(
    own_database: Database, day: tuple[int, int, int], left: int | None
) -> None:
    """The cap on interest rates is known to 2026-04-30: on 2026-03-02 sixty days of it are left."""
    with own_database.transaction() as tx:
        set_clock(tx, at=datetime(*day, 17, tzinfo=UTC))
    [check] = [one for one in invariants.list_invariants() if one.name == "parameters_reach_ahead"]
    found = {one.subject: one.numbers for one in invariants.check(own_database, check).examples}
    assert found.get("credit.rate_cap") == (left and {"last_day": "2026-04-30", "days_left": left})


def test_an_invariant_that_cannot_be_asked_does_not_hold(
    own_database: Database, owner: psycopg.Connection
) -> None:
    def ask(tx: Tx) -> list[invariants.Violation]:
        owner.execute("SELECT pg_terminate_backend(%s, 60000)", [tx.connection.info.backend_pid])
        tx.execute("SELECT 1")
        return []

    result = invariants.check(own_database, invariants.Invariant("test_lost", "Never asked.", ask))
    assert [(one.subject, one.numbers) for one in result.examples] == [
        ("could_not_be_checked", {"code": "database_unreachable"})
    ]
