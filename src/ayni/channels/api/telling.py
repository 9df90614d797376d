"""Telling webhooks what happened: in the ledger's order, each event until it is taken.

Every webhook goes at its own pace: one that is down, slow or far behind keeps nobody else waiting. What was
tried and not taken is tried again as it was, under the same id, at growing intervals.
"""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from ayni import ledger, wallet
from ayni.channels.api.errors import BadAddress, NotTaken
from ayni.channels.api.outgoing import Networks, deliver
from ayni.channels.api.signatures import sign
from ayni.channels.api.v1.described import Model
from ayni.channels.api.v1.events import Event, event
from ayni.foundation import webhooks
from ayni.foundation.db import Database
from ayni.foundation.keys import KeyRing
from ayni.foundation.logging import get_logger
from ayni.foundation.webhooks import Webhook
from ayni.values.ids import show_id

_LOG = get_logger("channels.api")
_AT_ONCE, _OF_ONE_CLIENT = 8, 2
_EVENTS = 100
_PASSED = 10_000
_WAIT_SECONDS = 1
_FIRST, _LONGEST = timedelta(seconds=2), timedelta(hours=1)
_AT_FAULT = timedelta(minutes=1)
"""How long a webhook rests after something that nobody expected."""


class Told(Model):
    """What is posted to a webhook: some events, oldest first."""

    type: str
    webhook: str
    events: list[Event]


@dataclass(frozen=True)
class _Passed:
    """How far a webhook was looked through since its step `number`, and nothing was for its client."""

    number: int
    seq: int


class Teller:
    """Use it as a context; `step` until it says that there is nothing more to do."""

    def __init__(self, database: Database, load_ring: Callable[[], KeyRing], networks: Networks) -> None:
        self._database = database
        self._load_ring = load_ring
        self._networks = networks
        self._workers = ThreadPoolExecutor(_AT_ONCE, "webhook")
        self._running: dict[UUID, tuple[str, Future[None]]] = {}
        self._passed: dict[UUID, _Passed] = {}
        self._resting_until: dict[UUID, tuple[int | None, int]] = {}

    def __enter__(self) -> Teller:
        return self

    def __exit__(self, *_: object) -> None:
        self._workers.shutdown()

    def step(self) -> bool:
        """Begin what is due, and wait a moment for it; False when there was nothing to do."""
        self._reap()
        with self._database.snapshot() as tx:
            last_seq = ledger.last_seq(tx)
            waiting = [one for one in webhooks.list_webhooks(tx) if self._is_due(one, last_seq)]
        busy = Counter(client_id for client_id, _ in self._running.values())
        for one in waiting:
            if busy[one.client_id] < _OF_ONE_CLIENT:
                busy[one.client_id] += 1
                self._running[one.id] = one.client_id, self._workers.submit(self._tell, one)
        if not self._running:
            return False
        wait([future for _, future in self._running.values()], _WAIT_SECONDS, FIRST_COMPLETED)
        return True

    def _reap(self) -> None:
        for webhook_id, (_, future) in list(self._running.items()):
            if not future.done():
                continue
            del self._running[webhook_id]
            error = future.exception()
            if error is not None:
                _LOG.critical("uncaught", exc_info=error)
                self._resting_until[webhook_id] = None, _after(_AT_FAULT)

    def _is_due(self, one: Webhook, last_seq: int) -> bool:
        if one.id in self._running or self._stands_at(one) >= last_seq:
            return False
        number, until = self._resting_until.get(one.id, (None, 0))
        return number not in (None, one.number) or until <= time.monotonic_ns()

    def _stands_at(self, one: Webhook) -> int:
        passed = self._passed.get(one.id)
        return passed.seq if passed is not None and passed.number == one.number else one.told_seq

    def _tell(self, one: Webhook) -> None:
        with self._database.snapshot() as tx:
            at = tx.now
            made, upto_seq = wallet.list_payments_after(
                tx,
                after_seq=self._stands_at(one),
                upto_seq=one.trying_seq or ledger.LAST,
                linked_to=one.client_id,
                most=_EVENTS,
            )
        if not made:
            self._pass(one, upto_seq)
            return
        told = Told(
            type="events", webhook=show_id("whk", one.id), events=[event(payment) for payment in made]
        )
        body = told.model_dump_json().encode()
        message_id = f"{told.webhook}_{made[0].seq}_{upto_seq}"
        problem = ""
        try:
            headers = sign(self._load_ring(), one, message_id=message_id, at=at, body=body)
            deliver("POST", one.url, body, headers, self._networks)
        except (NotTaken, BadAddress) as error:
            problem = str(error)
        self._note(one, upto_seq, len(made), problem)

    def _pass(self, one: Webhook, upto_seq: int) -> None:
        """Remember here that there was nothing; write it down only after a long way.

        Nothing is left of what was tried where its client's link has ended meanwhile.
        """
        self._passed[one.id] = _Passed(one.number, upto_seq)
        if upto_seq - one.told_seq >= _PASSED or one.trying_seq is not None:
            self._note(one, upto_seq, 0, "")

    def _note(self, one: Webhook, upto_seq: int, events: int, problem: str) -> None:
        with self._database.transaction() as tx:
            if not problem:
                webhooks.note_told(tx, webhook=one, upto_seq=upto_seq, events=events)
                return
            # From where it was looked, or the retry would look through all that came before it again.
            webhooks.note_not_taken(
                tx,
                webhook=one,
                after_seq=self._stands_at(one),
                upto_seq=upto_seq,
                events=events,
                problem=problem,
            )
        pause = min(_LONGEST, _FIRST * 2 ** min(one.failures, 20))
        # A replay is another step, and does not wait.
        self._resting_until[one.id] = one.number + 1, _after(pause)
        _LOG.warning("webhook_not_taken", subject_id=show_id("whk", one.id), attempt=one.failures + 1)


def _after(pause: timedelta) -> int:
    return time.monotonic_ns() + pause // timedelta(microseconds=1) * 1_000


@contextlib.contextmanager
def telling(
    database: Database, load_ring: Callable[[], KeyRing], networks: Networks = ()
) -> Iterator[Callable[[], bool]]:
    """What tells webhooks, step by step, for whoever follows the ledger."""
    with Teller(database, load_ring, networks) as teller:
        yield teller.step
