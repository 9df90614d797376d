"""Many callers, one desk: orders that come while others are carried out are carried out together.

An order alone costs a transaction, the reading of wallet, shop, locks and tariff, and a commit. Here callers
hand their order to one thread, which takes whatever has queued (and waits for nobody when idle), reads for
all of them at once, posts them as one batch, commits, and gives each caller its own receipt or refusal.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass

from ayni.foundation.answers import Answer, give
from ayni.foundation.db import SYSTEM, Actor, Database, DatabaseUnreachable, OutcomeUnknown
from ayni.wallet.errors import DeskClosed
from ayni.wallet.model import Order, Receipt
from ayni.wallet.operations import carry_out
from ayni.wallet.operations.plans import Remembered

MOST = 500
"""Orders that are carried out together: a till never waits behind more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Handed:
    order: Order
    actor: Actor
    answer: Answer


class Desk:
    """Carries out orders for all threads of a process. Use it as a context, or call `close` when done."""

    def __init__(self, database: Database, *, most: int = MOST) -> None:
        self._database = database
        self._most = most
        self._queue: queue.SimpleQueue[_Handed | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._closed = False
        self._remembered = Remembered()
        self._thread = threading.Thread(target=self._run, name="wallet-desk", daemon=True)
        self._thread.start()

    def __enter__(self) -> Desk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def hand_over(self, order: Order, *, actor: Actor = SYSTEM) -> Future[Receipt]:
        """Hand over an order; the future gives its receipt after the commit, or raises as `wallet.pay` does.

        When the database went away it raises OutcomeUnknown: the same order, with its key, is to be handed
        over again. Raises DeskClosed here.
        """
        answer: Future[Receipt] = Future()
        self._enqueue(_Handed(order, actor, answer))
        return answer

    async def hand_over_async(self, order: Order, *, actor: Actor = SYSTEM) -> Receipt:
        """The same for callers on an event loop, which is woken once per batch and not once per caller."""
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._enqueue(_Handed(order, actor, answer))
        return await answer

    def _enqueue(self, handed: _Handed) -> None:
        with self._gate:
            if self._closed:
                raise DeskClosed
            self._queue.put(handed)

    def carry_out(self, order: Order, *, actor: Actor = SYSTEM) -> Receipt:
        """The same, and wait for it."""
        return self.hand_over(order, actor=actor).result()

    def close(self) -> None:
        """Carry out what has queued, then stop."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, last = self._take()
            if batch:
                self._carry_out(batch)
            if last:
                return

    def _take(self) -> tuple[list[_Handed], bool]:
        """What has queued, in order; and whether the desk was closed behind it."""
        batch: list[_Handed] = []
        while len(batch) < self._most:
            try:
                handed = self._queue.get() if not batch else self._queue.get_nowait()
            except queue.Empty:
                break
            if handed is None:
                return batch, True
            batch.append(handed)
        return batch, False

    def _carry_out(self, batch: list[_Handed]) -> None:
        try:
            with self._database.each_alone(SYSTEM) as tx:
                answers = carry_out(
                    tx,
                    orders=[one.order for one in batch],
                    actors=[one.actor for one in batch],
                    remembered=self._remembered,
                )
        except (DatabaseUnreachable, OutcomeUnknown) as error:
            # The database is away, or did not say what became of the commit: the same for all of them.
            give([(one.answer, error) for one in batch])
        except Exception as error:
            if len(batch) == 1:
                give([(batch[0].answer, error)])
                return
            # Nothing was carried out. One of them is to blame: alone, each gets its own answer.
            for one in batch:
                self._carry_out([one])
        else:
            give(zip((one.answer for one in batch), answers, strict=True))
