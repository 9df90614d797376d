"""Workers that are killed, stopped or doubled: a job has one effect; one that fails waits for a person."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator

import psycopg
import pytest

from ayni.channels import worker
from ayni.channels.worker.run import delay_seconds
from ayni.foundation import invariants, jobs
from ayni.foundation.db import Database
from tests.faults import working
from tests.faults.working import Gate, wait_until_started

Start = Callable[[], subprocess.Popen[str]]

working.register(tick=False)


@pytest.fixture
def start(own_database: Database) -> Iterator[Start]:
    """Starts workers, and ends at last those that still run."""
    processes: list[subprocess.Popen[str]] = []

    def run() -> subprocess.Popen[str]:
        processes.append(working.start(own_database))
        wait_until_started(processes[-1])
        return processes[-1]

    yield run
    for process in processes:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


@pytest.fixture
def gate(owner: psycopg.Connection) -> Gate:
    return Gate(owner)


def _noted(owner: psycopg.Connection, subject: str) -> int:
    found = owner.execute("SELECT count(*) FROM foundation.audit WHERE subject = %s", [subject]).fetchone()
    assert found is not None
    return int(found[0])


def _state(database: Database, number: int) -> tuple[str, int]:
    with database.transaction() as tx:
        found = tx.connection.execute(
            "SELECT status::text, attempts FROM jobs.procrastinate_jobs WHERE id = %s", [number]
        ).fetchone()
    assert found is not None
    return found[0], found[1]


def _defer(database: Database, name: str, **arguments: str) -> int:
    with database.transaction() as tx:
        number = jobs.defer(tx, name, **arguments)
    assert number is not None
    return number


def _kill_at_the_gate(process: subprocess.Popen[str], gate: Gate) -> None:
    """Kill -9 a worker whose job stands at the gate, and open it."""
    backend = gate.wait_for_one()
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    gate.open()
    gate.wait_until_gone(backend)


@pytest.mark.parametrize("name", ["test.work", "test.work_in_steps"], ids=["in one transaction", "in steps"])
def test_a_job_of_a_killed_worker_is_taken_up_and_has_one_effect(
    own_database: Database, owner: psycopg.Connection, start: Start, gate: Gate, name: str
) -> None:
    number = _defer(own_database, name, subject="home")
    _kill_at_the_gate(start(), gate)
    assert _state(own_database, number)[0] == "doing"
    assert _noted(owner, "home") == (0 if name == "test.work" else 1)
    # Found by the heartbeat that stopped, and by nothing else.
    while _state(own_database, number)[0] == "doing":
        worker.run(own_database, once=True, pace=working.PACE, signals=False)
    assert _noted(owner, "home") == 1
    assert _state(own_database, number) == ("succeeded", 2)


@pytest.mark.skipif(not os.environ.get("AYNI_TEST_SOAK"), reason="the reaper comes round once a minute")
def test_a_living_worker_takes_up_what_a_killed_one_left(
    own_database: Database, owner: psycopg.Connection, start: Start, gate: Gate
) -> None:
    number = _defer(own_database, "test.work", subject="home")
    _kill_at_the_gate(start(), gate)
    start()
    while _state(own_database, number)[0] != "succeeded":
        pass
    assert _noted(owner, "home") == 1


def test_a_worker_that_is_told_to_stop_finishes_its_job_and_begins_no_other(
    own_database: Database, owner: psycopg.Connection, start: Start, gate: Gate
) -> None:
    present, following = (_defer(own_database, "test.work", subject=name) for name in ("one", "two"))
    process = start()
    gate.wait_for_one()
    process.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    assert _state(own_database, present)[0] == "doing"
    gate.open()
    _, err = process.communicate()
    assert process.returncode == 0
    assert "worker_stopped" in err
    assert _state(own_database, present)[0] == "succeeded"
    assert _state(own_database, following) == ("todo", 0)
    assert (_noted(owner, "one"), _noted(owner, "two")) == (1, 0)


def test_what_comes_round_is_queued_once_for_its_minute_by_however_many_workers(
    own_database: Database, owner: psycopg.Connection, start: Start
) -> None:
    for _ in range(2):
        # Two at once, and two that come after them in the same minute or the next.
        both = [start(), start()]
        fences = [_defer(own_database, "test.work", subject="fence") for _ in both]
        while any(_state(own_database, fence)[0] != "succeeded" for fence in fences):
            pass
        while _noted(owner, "tick") == 0:
            pass
        for process in both:
            process.send_signal(signal.SIGTERM)
            process.communicate()
            assert process.returncode == 0
    rounds = owner.execute(
        "SELECT args ->> 'timestamp', count(*), min(status::text) FROM jobs.procrastinate_jobs"
        " WHERE task_name = 'test.tick' GROUP BY 1"
    ).fetchall()
    assert rounds
    assert {count for _, count, _ in rounds} == {1}
    assert _noted(owner, "tick") == sum(state == "succeeded" for _, _, state in rounds)


def test_a_job_that_always_fails_is_tried_ten_times_and_waits_for_a_person(
    own_database: Database, owner: psycopg.Connection
) -> None:
    number = _defer(own_database, "test.break")
    for attempt in range(1, jobs.ATTEMPTS + 1):
        worker.run(own_database, once=True, signals=False)
        done = attempt == jobs.ATTEMPTS
        assert _state(own_database, number) == ("failed" if done else "todo", attempt)
        # It waits now. Nobody does it before its time.
        worker.run(own_database, once=True, signals=False)
        assert _state(own_database, number)[1] == attempt
        owner.execute("UPDATE jobs.procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    assert _noted(owner, "broken") == 0
    with own_database.transaction() as tx:
        [given_up] = jobs.list_jobs(tx, state="failed")
    assert (given_up.number, given_up.name, given_up.attempts) == (number, "test.break", jobs.ATTEMPTS)
    invariants.register_foundation()
    [check] = [one for one in invariants.list_invariants() if one.name == "no_job_given_up"]
    assert [one.subject for one in invariants.check(own_database, check).examples] == [f"job {number}"]


def test_the_wait_between_attempts_grows_to_an_hour() -> None:
    waits = [delay_seconds(attempts) for attempts in range(jobs.ATTEMPTS + 5)]
    assert waits[:4] == [2, 4, 8, 16]
    assert waits == sorted(waits)
    assert waits[-1] == 3600


def test_a_job_that_kills_its_worker_each_time_is_given_up(
    own_database: Database, owner: psycopg.Connection, start: Start, gate: Gate
) -> None:
    """Else it would take down one worker after another for ever."""
    number = _defer(own_database, "test.work", subject="poison")
    owner.execute(
        "UPDATE jobs.procrastinate_jobs SET attempts = %s WHERE id = %s", [jobs.ATTEMPTS - 1, number]
    )
    _kill_at_the_gate(start(), gate)
    while _state(own_database, number)[0] == "doing":
        worker.run(own_database, once=True, pace=working.PACE, signals=False)
    assert _state(own_database, number) == ("failed", jobs.ATTEMPTS)
    assert _noted(owner, "poison") == 0
