"""Where a webhook stands is a fact with a history: steps are added, and none is overtaken unseen."""

from __future__ import annotations

from typing import LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from ayni.foundation import clients, webhooks
from ayni.foundation.client_requests import RequestDiffers
from ayni.foundation.db import Tx
from ayni.foundation.webhooks import TooManyWebhooks, UnknownWebhook, Webhook, WebhookEnded

URL = "https://bank.example/ayni"


@pytest.fixture
def made(tx: Tx) -> Webhook:
    clients.add_client(tx, client_id="bank-one", name="B", scopes=["webhooks:write"], requests_a_minute=60)
    return _begin(tx)


def _begin(tx: Tx, webhook_id: UUID | None = None, asked_seq: int | None = None) -> Webhook:
    found, _ = webhooks.begin_webhook(
        tx,
        client_id="bank-one",
        webhook_id=webhook_id or uuid4(),
        url=URL,
        key_version=1,
        asked_seq=asked_seq,
        last_seq=40,
    )
    return found


def _now(tx: Tx, one: Webhook) -> Webhook:
    return webhooks.get_webhook(tx, client_id="bank-one", webhook_id=one.id)


def test_it_begins_where_it_is_asked_to(tx: Tx, made: Webhook) -> None:
    assert (made.told_seq, made.number, made.failures, made.ended_at) == (40, 1, 0, None)
    assert _begin(tx, asked_seq=7).told_seq == 7
    assert _begin(tx, made.id) == made
    with pytest.raises(RequestDiffers):
        _begin(tx, made.id, asked_seq=7)
    assert URL not in repr(made)


def test_a_step_that_was_overtaken_changes_nothing(tx: Tx, made: Webhook) -> None:
    webhooks.replay(tx, client_id="bank-one", webhook_id=made.id, asked_key=uuid4(), after_seq=3)
    assert not webhooks.note_told(tx, webhook=made, upto_seq=50, events=2)
    assert not webhooks.note_not_taken(tx, webhook=made, after_seq=40, upto_seq=50, events=2, problem="down")
    assert _now(tx, made).told_seq == 3


def test_failures_are_counted_until_it_is_taken(tx: Tx, made: Webhook) -> None:
    one = made
    for count in (1, 2):
        assert webhooks.note_not_taken(tx, webhook=one, after_seq=40, upto_seq=50, events=2, problem="down")
        one = _now(tx, one)
        assert (one.failures, one.told_seq, one.trying_seq, one.problem) == (count, 40, 50, "down")
    assert webhooks.note_told(tx, webhook=one, upto_seq=50, events=2)
    one = _now(tx, one)
    assert (one.failures, one.told_seq, one.trying_seq, one.problem) == (0, 50, None, None)
    assert webhooks.note_told(tx, webhook=one, upto_seq=90, events=0)
    kinds = [step.kind for step in webhooks.list_steps(tx, webhook_id=made.id)]
    assert kinds == ["taken", "refused", "refused", "begun"], "what was for others is not told"
    assert _now(tx, one).told_seq == 90


def test_it_is_replayed_once_for_each_key(tx: Tx, made: Webhook) -> None:
    asked_key = uuid4()
    for _ in range(2):
        moved = webhooks.replay(
            tx, client_id="bank-one", webhook_id=made.id, asked_key=asked_key, after_seq=3
        )
        assert (moved.told_seq, moved.number) == (3, 2)
    with pytest.raises(RequestDiffers):
        webhooks.replay(tx, client_id="bank-one", webhook_id=made.id, asked_key=asked_key, after_seq=4)


def test_it_ends_once_and_for_good(tx: Tx, made: Webhook) -> None:
    for _ in range(2):
        webhooks.end_webhook(tx, client_id="bank-one", webhook_id=made.id)
    ended = _now(tx, made)
    assert (ended.number, ended.ended_at) == (2, tx.now)
    assert webhooks.list_webhooks(tx) == []
    with pytest.raises(WebhookEnded):
        webhooks.replay(tx, client_id="bank-one", webhook_id=made.id, asked_key=uuid4(), after_seq=3)


def test_a_client_has_ten_at_most(tx: Tx, made: Webhook) -> None:
    for _ in range(webhooks.MOST - 1):
        _begin(tx)
    with pytest.raises(TooManyWebhooks):
        _begin(tx)
    webhooks.end_webhook(tx, client_id="bank-one", webhook_id=made.id)
    _begin(tx)


def test_what_is_anothers_does_not_exist(tx: Tx, made: Webhook) -> None:
    with pytest.raises(UnknownWebhook):
        webhooks.get_webhook(tx, client_id="bank-two", webhook_id=made.id)
    clients.end_client(tx, client_id="bank-one", reason="the agreement ended")
    assert webhooks.list_webhooks(tx) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE foundation.webhook_steps SET told_seq = 99",
        "DELETE FROM foundation.webhook_steps",
        "TRUNCATE foundation.webhook_steps",
        "UPDATE foundation.webhooks SET url = 'https://thief.example/'",
    ],
)
def test_nothing_of_it_is_changed_or_removed(tx: Tx, made: Webhook, statement: LiteralString) -> None:
    assert made.number == 1
    with pytest.raises(psycopg.Error):
        tx.execute(statement)


@pytest.mark.parametrize(
    ("kind", "told_seq", "trying_seq", "problem"),
    [
        ("refused", 1, 2, None),
        ("refused", 1, None, "down"),
        ("refused", 2, 2, "down"),
        ("taken", -1, None, None),
        ("taken", 1, 2, None),
        ("taken", 1, None, "down"),
        ("lost", 1, None, None),
        ("replayed", 1, None, None),
    ],
)
def test_the_database_refuses_what_no_step_is(
    tx: Tx, made: Webhook, kind: str, told_seq: int, trying_seq: int | None, problem: str | None
) -> None:
    values = {"id": made.id, "kind": kind, "told": told_seq, "trying": trying_seq, "problem": problem}
    with pytest.raises(psycopg.errors.CheckViolation):
        tx.execute(
            "INSERT INTO foundation.webhook_steps VALUES (%(id)s, 2, %(kind)s, %(told)s, %(trying)s, 1,"
            " CASE WHEN %(problem)s::text IS NULL THEN 0 ELSE 1 END, %(problem)s, NULL, '2025-06-01')",
            values,
        )
