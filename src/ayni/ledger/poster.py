"""Group commit: many callers, one poster.

The ledger has one lock, so many small transactions would queue for it, each paying for its own commit. Here
callers hand their transfers to one thread, which takes whatever has queued (and waits for nobody when idle),
posts it as one batch in one transaction, and gives each caller its own answers after the commit.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import timedelta

import psycopg
from psycopg.rows import TupleRow

from ayni.foundation.answers import Answer, give
from ayni.foundation.db import Database, DatabaseUnreachable, OutcomeUnknown, Tx, connect
from ayni.ledger import store
from ayni.ledger.errors import BatchTooLarge, NoRoom, PosterStopped
from ayni.ledger.formats import check_fits, pack
from ayni.ledger.model import MAX_BATCH, Posted, Transfer

_REST, _QUIET = 4, 8
"""Work in bulk rests so many times as long as its batch took, until nobody has waited for so many batches."""


@dataclass(frozen=True, slots=True, eq=False)
class _Submission:
    transfers: Sequence[Transfer]
    answer: Answer


class Poster:
    """Posts for all threads of a process. Use it as a context, or call `stop` when done."""

    def __init__(self, database: Database, *, most: int = MAX_BATCH) -> None:
        self._url = database.url
        self._most = most
        self._queue: queue.SimpleQueue[_Submission | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._stopped = False
        self._carried: _Submission | None = None
        self._connection: psycopg.Connection[TupleRow] | None = None
        self._thread = threading.Thread(target=self._run, name="ledger-poster", daemon=True)
        self._thread.start()

    def __enter__(self) -> Poster:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def submit(self, transfers: Sequence[Transfer]) -> Future[list[Posted]]:
        """Hand over transfers; the future gives their answers after the commit.

        They stay together and in order. Raises BatchTooLarge, BadBatch or PosterStopped here; the future
        raises OutcomeUnknown when the database went away, and then the same ids are to be sent again.
        """
        answer: Future[list[Posted]] = Future()
        self._enqueue(_Submission(transfers, answer))
        return answer

    async def post_async(self, transfers: Sequence[Transfer]) -> list[Posted]:
        """The same for callers on an event loop, which is woken once per batch and not once per caller."""
        answer: asyncio.Future[list[Posted]] = asyncio.get_running_loop().create_future()
        self._enqueue(_Submission(transfers, answer))
        return await answer

    def _enqueue(self, submission: _Submission) -> None:
        if len(submission.transfers) > self._most:
            raise BatchTooLarge(size=len(submission.transfers), limit=self._most)
        # A caller's mistake must not fail the batch of others, so it is looked for before queueing.
        for transfer in submission.transfers:
            check_fits(transfer)
        with self._gate:
            if self._stopped:
                raise PosterStopped
            self._queue.put(submission)

    def post(self, transfers: Sequence[Transfer], *, timeout_seconds: int | None = None) -> list[Posted]:
        """Hand over transfers and wait for the answers."""
        return self.submit(transfers).result(timeout_seconds)

    def stop(self) -> None:
        """Post what has queued, then stop."""
        with self._gate:
            if not self._stopped:
                self._stopped = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, last = self._take()
            if batch:
                self._post(batch)
            if last and self._carried is None:
                break
        if self._connection is not None:
            self._connection.close()

    def _take(self) -> tuple[list[_Submission], bool]:
        """What has queued, in order, up to one batch; and whether the poster was told to stop."""
        batch: list[_Submission] = []
        size = 0
        while True:
            try:
                following = self._carried or (
                    self._queue.get() if not batch and not self._stopped else self._queue.get_nowait()
                )
            except queue.Empty:
                return batch, self._stopped and self._queue.empty()
            self._carried = None
            if following is None:
                continue
            # A chain left open would swallow the next caller's transfer: it goes alone.
            alone = bool(following.transfers) and following.transfers[-1].linked
            if batch and (size + len(following.transfers) > self._most or alone):
                self._carried = following
                return batch, False
            batch.append(following)
            size += len(following.transfers)
            if alone:
                return batch, False

    def _post(self, batch: list[_Submission]) -> None:
        transfers = [transfer for submission in batch for transfer in submission.transfers]
        try:
            if self._connection is None or self._connection.closed:
                self._connection = connect(self._url)
            answers = store.post(self._connection, transfers, pack(transfers, checked=True))
        except (DatabaseUnreachable, NoRoom) as error:
            self._fail(batch, error)
        except psycopg.OperationalError as error:
            # Lost on the way: committed or not, only asking again can tell.
            if self._connection is not None:
                self._connection.close()
            unknown = OutcomeUnknown()
            unknown.__cause__ = error
            self._fail(batch, unknown)
        except Exception as error:
            if len(batch) == 1:
                self._fail(batch, error)
                return
            # Nothing was posted. One of them is to blame: alone, each gets its own answer.
            for submission in batch:
                self._post([submission])
        else:
            place = 0
            given: list[tuple[Answer, object]] = []
            for submission in batch:
                until = place + len(submission.transfers)
                given.append((submission.answer, answers[place:until]))
                place = until
            give(given)

    def _fail(self, batch: list[_Submission], error: Exception) -> None:
        give([(submission.answer, error) for submission in batch])


class Turns:
    """How many to post at once, so that nobody at a till waits long behind work in bulk.

    It begins with few, and as long as nobody waits for the ledger's lock they become as many as one likes.
    When somebody does, it is few again, and the others have their turn, `_REST` times as long as the batch
    took, until nobody has waited for `_QUIET` batches. `look` goes last in the transaction that posts, and
    `pause` after its commit.
    """

    def __init__(self, most: int, *, fewest: int = 200) -> None:
        self._most = most
        self._fewest = min(fewest, most)
        self.size = self._fewest
        self._begun = time.monotonic_ns()
        self._pause = timedelta(0)
        self._quiet = _QUIET

    def begin(self) -> None:
        """A batch begins now."""
        self._begun = time.monotonic_ns()

    def look(self, tx: Tx) -> None:
        """Look whether somebody waits for this transaction to end."""
        took = timedelta(microseconds=(time.monotonic_ns() - self._begun) // 1_000)
        if store.is_waited_for(tx):
            self.size = self._fewest
            self._pause = took * _REST
            self._quiet = 0
            return
        self._quiet += 1
        if self._quiet >= _QUIET:
            self.size = min(self._most, self.size * 2)
            self._pause = timedelta(0)

    def pause(self) -> None:
        """Let the others have their turn, if there were any."""
        if self._pause:
            time.sleep(self._pause.total_seconds())
