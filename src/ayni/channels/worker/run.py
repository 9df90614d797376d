"""Runs the queue. Jobs stay plain synchronous functions: each has a thread, the queue has the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType
from typing import Any

import procrastinate
from procrastinate.jobs import Job as QueueJob
from procrastinate.jobs import Status

from ayni.channels.worker.following import follow_once, following
from ayni.foundation import jobs
from ayni.foundation.db import SYSTEM, Database
from ayni.foundation.logging import get_logger
from ayni.foundation.queue import queue_url

_LOG = get_logger("channels.worker")
_LONGEST_WAIT_SECONDS = 3600
_FIRST_WAIT_SECONDS = 2
_LOOK_SECONDS = 0.02
_STOPS = (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True)
class Pace:
    """How quickly a worker notices things. `stalled_seconds` must be several heartbeats."""

    heartbeat_seconds: int = 10
    stalled_seconds: int = 30
    poll_seconds: int = 5
    concurrency: int = 4


_USUAL = Pace()


class _GrowingDelay(procrastinate.BaseRetryStrategy):
    """2, 4, 8 … seconds, at most an hour, and given up after `jobs.ATTEMPTS` attempts."""

    def get_retry_decision(
        self, *, exception: BaseException, job: QueueJob
    ) -> procrastinate.RetryDecision | None:
        if job.attempts + 1 >= jobs.ATTEMPTS:
            return None
        return procrastinate.RetryDecision(retry_in={"seconds": delay_seconds(job.attempts)})


def delay_seconds(attempts: int) -> int:
    """How long a job waits after it failed for the (`attempts` + 1)th time."""
    return min(_LONGEST_WAIT_SECONDS, _FIRST_WAIT_SECONDS << attempts)


def run(database: Database, *, once: bool = False, pace: Pace = _USUAL, signals: bool = True) -> None:
    """Work until SIGINT or SIGTERM, finishing what is begun; with `once`, until the queue is empty.

    A second one does not wait for what is begun: KeyboardInterrupt.
    """
    with contextlib.nullcontext() if once else following(database):
        _work(database, once=once, pace=pace, signals=signals)
    if once:
        follow_once(database)


def _work(database: Database, *, once: bool, pace: Pace, signals: bool) -> None:
    if not signals:
        asyncio.run(_run(database, once=once, pace=pace, early=None))
        return
    early = _EarlySignals()
    before = {number: signal.signal(number, early.note) for number in _STOPS}
    try:
        asyncio.run(_run(database, once=once, pace=pace, early=early))
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _EarlySignals:
    """Signals to stop that come before the queue listens to any: kept, and told to it when it does.

    One that raised or cancelled while connections are being opened could be swallowed there, and nothing
    would stop.
    """

    def __init__(self) -> None:
        self.kept: list[int] = []
        self.listening = False

    def note(self, number: int, _: FrameType | None) -> None:
        if self.listening:
            # The queue has given the signals back: it is stopping already, and somebody will not wait.
            raise KeyboardInterrupt
        self.kept.append(number)

    async def tell(self) -> None:
        """Wait until the queue has taken the signals over, and tell it what came before."""
        while signal.getsignal(signal.SIGTERM) == self.note:
            await asyncio.sleep(_LOOK_SECONDS)
        self.listening = True
        if self.kept:
            signal.raise_signal(signal.Signals(self.kept[0]))


async def _run(database: Database, *, once: bool, pace: Pace, early: _EarlySignals | None) -> None:
    connector = procrastinate.PsycopgConnector(
        conninfo=queue_url(database.url),
        min_size=1,
        max_size=4,
    )
    app = procrastinate.App(connector=connector)
    for job in jobs.list_registered():
        _add(app, job, database)
    _add_reaper(app, pace)
    async with app.open_async():
        if once:
            await _take_up(app, pace)
        _LOG.info("worker_started", count=len(jobs.list_registered()))
        teller = None if early is None else asyncio.create_task(early.tell())
        await app.run_worker_async(
            wait=not once,
            concurrency=pace.concurrency,
            fetch_job_polling_interval=pace.poll_seconds,
            update_heartbeat_interval=pace.heartbeat_seconds,
            stalled_worker_timeout=pace.stalled_seconds,
            listen_notify=not once,
            install_signal_handlers=early is not None,
        )
        if teller is not None:
            teller.cancel()
        _LOG.info("worker_stopped")


def _add(app: procrastinate.App, job: jobs.Job, database: Database) -> None:
    task = app.task(name=job.name, retry=_GrowingDelay(), pass_context=True)(_wrap(job, database))
    if job.every is not None:
        # When one waits already, the next round of the same is not queued on top of it.
        app.periodic(cron=job.every, periodic_id=job.name, queueing_lock=job.name)(task)


def _wrap(job: jobs.Job, database: Database) -> Callable[..., None]:
    @functools.wraps(job.run)
    def work(context: procrastinate.JobContext, **arguments: Any) -> None:
        if job.every is not None:
            arguments.pop("timestamp", None)
        try:
            if job.in_transaction:
                with database.transaction(SYSTEM) as tx:
                    job.run(tx, **arguments)
            else:
                job.run(database, **arguments)
        except Exception as error:
            _LOG.error(
                "job_failed",
                job=job.name,
                job_number=context.job.id,
                attempt=context.job.attempts + 1,
                exc_info=error,
            )
            raise

    return work


def _add_reaper(app: procrastinate.App, pace: Pace) -> None:
    """Jobs of a worker that is gone go back into the queue. A queueing lock and no lock: a reaper that is
    killed itself must not keep the next one from running."""

    async def reap(timestamp: int) -> None:
        await _take_up(app, pace)

    task = app.task(name="foundation.take_up_stalled_jobs")(reap)
    app.periodic(cron="* * * * *", queueing_lock="foundation.take_up_stalled_jobs")(task)


async def _take_up(app: procrastinate.App, pace: Pace) -> None:
    stalled = await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=pace.stalled_seconds)
    for job in stalled:
        if job.attempts + 1 >= jobs.ATTEMPTS:
            await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)
            _LOG.error("job_given_up", job=job.task_name, job_number=job.id, attempt=job.attempts + 1)
        else:
            await app.job_manager.retry_job(job)
            _LOG.warning("job_taken_up", job=job.task_name, job_number=job.id, attempt=job.attempts + 1)
