"""Webhooks: addresses that clients want told what happens, and where each stands in the ledger's order.

Where one stands is never overwritten: each step is added under the next number, and whoever decided by an
older one finds that it was not the last. So a delivery that ends after its client asked for a replay does not
undo it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from ayni.foundation import audit
from ayni.foundation.client_requests import RequestDiffers
from ayni.foundation.db import Tx
from ayni.foundation.errors import NotFound, Refused
from ayni.foundation.queries import load_queries
from ayni.values.ids import show_id

_QUERIES = load_queries("foundation")
MOST = 10
"""How many webhooks a client may have at once."""
_NEWEST = 2**63 - 1


class UnknownWebhook(NotFound):
    """No webhook of this client's with this id."""

    code = "unknown_webhook"
    what = "This client has no webhook with this id."
    means = "Nothing was changed."
    do = "Look at the list of webhooks."


class TooManyWebhooks(Refused):
    """More than any client needs."""

    code = "too_many_webhooks"
    what = "A client may have {most} webhooks, and this one has as many."
    means = "Nobody is told at the new address."
    do = "End one that is not needed."


class WebhookEnded(Refused):
    """It ended, for good."""

    code = "webhook_ended"
    what = "This webhook has ended."
    means = "Nothing is told to its address any more, and nothing was changed."
    do = "Make a new one; it may begin wherever this one ended."


@dataclass(frozen=True)
class Webhook:
    """An address, and its last step: everything up to `told_seq` was told or was not for its client.

    `trying_seq`: up to here was tried `failures` times, and not taken because of `problem`. `url` may hold a
    key of the client's, and hides from `repr`.
    """

    id: UUID
    client_id: str
    url: str = field(repr=False)
    key_version: int
    asked_seq: int | None
    begun_at: datetime
    number: int
    kind: str
    told_seq: int
    trying_seq: int | None
    failures: int
    problem: str | None
    at: datetime

    @property
    def ended_at(self) -> datetime | None:
        """When it ended, if it has."""
        return self.at if self.kind == "ended" else None


@dataclass(frozen=True)
class Step:
    """How a webhook came to where it stood: begun, passed, taken, refused, replayed or ended."""

    number: int
    kind: str
    told_seq: int
    trying_seq: int | None
    events: int
    failures: int
    problem: str | None
    at: datetime


def begin_webhook(
    tx: Tx,
    *,
    client_id: str,
    webhook_id: UUID,
    url: str,
    key_version: int,
    asked_seq: int | None,
    last_seq: int,
) -> tuple[Webhook, bool]:
    """Tell a client at `url` what comes after `asked_seq`, or after `last_seq` if it did not say.

    Gives the webhook, and whether it is new: the same id again is the same. Raises RequestDiffers,
    TooManyWebhooks.
    """
    # One after the other, so that no two are each the last that is allowed.
    tx.execute(_QUERIES["lock_client"], {"client_id": client_id})
    values = {"id": webhook_id, "client_id": client_id, "url": url, "key_version": key_version}
    found = find_webhook(tx, client_id=client_id, webhook_id=webhook_id)
    if found is not None:
        if (found.url, found.asked_seq) != (url, asked_seq):
            raise RequestDiffers
        return found, False
    if len(list_webhooks(tx, client_id=client_id)) >= MOST:
        raise TooManyWebhooks(most=MOST)
    tx.execute(_QUERIES["insert_webhook"], values | {"asked_seq": asked_seq, "now": tx.now})
    told_seq = last_seq if asked_seq is None else asked_seq
    _insert(tx, webhook_id, 1, "begun", told_seq)
    audit.record(tx, action="webhooks.begin", subject=show_id("whk", webhook_id))
    return get_webhook(tx, client_id=client_id, webhook_id=webhook_id), True


def find_webhook(tx: Tx, *, client_id: str, webhook_id: UUID) -> Webhook | None:
    """A webhook of a client's, also one that has ended; or None."""
    with tx.connection.cursor(row_factory=class_row(Webhook)) as cursor:
        values = {"id": webhook_id, "client_id": client_id}
        return cursor.execute(_QUERIES["webhook"], values).fetchone()


def get_webhook(tx: Tx, *, client_id: str, webhook_id: UUID) -> Webhook:
    """The same. Raises UnknownWebhook."""
    found = find_webhook(tx, client_id=client_id, webhook_id=webhook_id)
    if found is None:
        raise UnknownWebhook
    return found


def list_webhooks(tx: Tx, *, client_id: str | None = None) -> list[Webhook]:
    """The webhooks of a client, or all, that have not ended and whose client has not, oldest first."""
    with tx.connection.cursor(row_factory=class_row(Webhook)) as cursor:
        return cursor.execute(_QUERIES["open_webhooks"], {"client_id": client_id}).fetchall()


def list_steps(tx: Tx, *, webhook_id: UUID, before: int = _NEWEST, most: int = 50) -> list[Step]:
    """What became of a webhook's deliveries, newest first; without what was not for its client."""
    with tx.connection.cursor(row_factory=class_row(Step)) as cursor:
        values = {"id": webhook_id, "before": before, "most": most}
        return cursor.execute(_QUERIES["webhook_steps"], values).fetchall()


def note_told(tx: Tx, *, webhook: Webhook, upto_seq: int, events: int) -> bool:
    """Note that a client was told of `events` up to here, or that there were none for it.

    False: the webhook has taken another step meanwhile, and stands where that one says.
    """
    return _insert(
        tx, webhook.id, webhook.number + 1, "taken" if events else "passed", upto_seq, events=events
    )


def note_not_taken(
    tx: Tx, *, webhook: Webhook, after_seq: int, upto_seq: int, events: int, problem: str
) -> bool:
    """Note that a client's address did not take what was tried, to be tried so again.

    Up to `after_seq` there was nothing for it. False: as `note_told`.
    """
    return _insert(
        tx,
        webhook.id,
        webhook.number + 1,
        "refused",
        after_seq,
        trying_seq=upto_seq,
        events=events,
        failures=webhook.failures + 1,
        problem=problem,
    )


def replay(tx: Tx, *, client_id: str, webhook_id: UUID, asked_key: UUID, after_seq: int) -> Webhook:
    """Tell everything after `after_seq` again, beginning now; under the same key, only once.

    Raises UnknownWebhook, WebhookEnded, RequestDiffers.
    """
    tx.execute(_QUERIES["lock_client"], {"client_id": client_id})
    found = get_webhook(tx, client_id=client_id, webhook_id=webhook_id)
    before = tx.execute(_QUERIES["webhook_replay"], {"asked_key": asked_key}).fetchone()
    if before is not None:
        if tuple(before) != (webhook_id, after_seq):
            raise RequestDiffers
        return found
    if found.ended_at is not None:
        raise WebhookEnded
    _take(tx, found, "replayed", after_seq, asked_key)
    audit.record(
        tx, action="webhooks.replay", subject=show_id("whk", webhook_id), details={"after_seq": after_seq}
    )
    return get_webhook(tx, client_id=client_id, webhook_id=webhook_id)


def end_webhook(tx: Tx, *, client_id: str, webhook_id: UUID) -> None:
    """Tell nothing at this address any more; twice is once. Raises UnknownWebhook."""
    found = get_webhook(tx, client_id=client_id, webhook_id=webhook_id)
    if found.ended_at is None:
        _take(tx, found, "ended", None)
        audit.record(tx, action="webhooks.end", subject=show_id("whk", webhook_id))


def _take(tx: Tx, webhook: Webhook, kind: str, told_seq: int | None, asked_key: UUID | None = None) -> None:
    """Take a step that a person wants, whatever a delivery notes at the same moment."""
    last = webhook
    while last.ended_at is None:
        stands_at = last.told_seq if told_seq is None else told_seq
        if _insert(tx, last.id, last.number + 1, kind, stands_at, asked_key=asked_key):
            return
        last = get_webhook(tx, client_id=last.client_id, webhook_id=last.id)


def _insert(
    tx: Tx,
    webhook_id: UUID,
    number: int,
    kind: str,
    told_seq: int,
    *,
    trying_seq: int | None = None,
    events: int = 0,
    failures: int = 0,
    problem: str | None = None,
    asked_key: UUID | None = None,
) -> bool:
    values = {
        "id": webhook_id,
        "number": number,
        "kind": kind,
        "told_seq": told_seq,
        "trying_seq": trying_seq,
        "events": events,
        "failures": failures,
        "problem": problem,
        "asked_key": asked_key,
        "now": tx.now,
    }
    return tx.execute(_QUERIES["insert_webhook_step"], values).fetchone() is not None
