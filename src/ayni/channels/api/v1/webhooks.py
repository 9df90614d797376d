"""Webhooks: an address of a client's that is told every event, in order, until it has taken it."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Response
from pydantic import Field

from ayni import ledger
from ayni.channels.api.errors import BadRequest, ScopeMissing
from ayni.channels.api.outgoing import read_address_of_events
from ayni.channels.api.signatures import secret_of
from ayni.channels.api.state import State, named
from ayni.channels.api.tokens import Caller
from ayni.channels.api.v1 import events
from ayni.channels.api.v1.described import (
    PROBLEMS,
    At,
    Cursor,
    Key,
    Limit,
    Model,
    Page,
    TheState,
    cut_page,
    done_before,
    may,
    read_cursor,
)
from ayni.foundation import webhooks
from ayni.foundation.db import Tx
from ayni.foundation.keys import Purpose
from ayni.foundation.webhooks import Step, Webhook
from ayni.ledger import LAST
from ayni.values.ids import client_id, show_id

router = APIRouter(tags=["webhooks"], responses=PROBLEMS)
_ID = "^whk_[0-7][0-9a-hjkmnp-tv-z]{25}$"
WebhookPath = Annotated[str, Path(pattern=_ID, description="The webhook")]
Place = Annotated[int, Field(ge=0, le=LAST, examples=[0])]


class NewWebhook(Model):
    """Where events are to be told: a public address, https. From `after_seq` on; null: what comes next."""

    key: Key
    url: Annotated[str, Field(max_length=2_000, examples=["https://bank.example/ayni"])]
    after_seq: Place | None = None


class NewReplay(Model):
    """From where on everything is to be told again; or, further on, what is to be left out."""

    key: Key
    after_seq: Place


class WebhookShown(Model):
    """A webhook and where it stands: everything up to `told_seq` was taken, or was not for this client.

    `failures` deliveries in a row were not taken, for the `problem` of the last one. It is tried again, at
    intervals that grow up to an hour.
    """

    id: str
    url: str
    begun_at: At
    told_seq: int
    failures: int
    problem: str | None
    ended_at: At | None


class WebhookMade(WebhookShown):
    """The same, with what proves to its receiver that a delivery is ours (standardwebhooks.com)."""

    secret: str


class Delivery(Model):
    """One step. `upto_seq`: up to here it told, tried to tell, or was put."""

    number: int
    kind: Literal["begun", "taken", "refused", "replayed", "ended"]
    upto_seq: int
    events: int
    problem: str | None
    at: At


class Deliveries(Page):
    """What became of deliveries, newest first."""

    deliveries: list[Delivery]


@router.post("/webhooks", status_code=201, responses=done_before(WebhookMade))
def begin(
    state: TheState, asked: NewWebhook, response: Response, caller: Caller = may("webhooks:write")
) -> WebhookMade:
    """Have events told to an address. The same request again is told the same webhook, with 200."""
    if events.SCOPE not in caller.scopes:
        raise ScopeMissing(scope=events.SCOPE)
    read_address_of_events(asked.url, state.networks)
    with state.database.transaction(caller.actor) as tx:
        made, is_new = webhooks.begin_webhook(
            tx,
            client_id=caller.client_id,
            webhook_id=client_id(caller.keyspace, UUID(asked.key)),
            url=asked.url,
            key_version=state.ring.current(Purpose.SESSION),
            asked_seq=asked.after_seq,
            last_seq=_check_place(tx, asked.after_seq),
        )
    response.status_code = 201 if is_new else 200
    return WebhookMade(**_shown(made).model_dump(), secret=secret_of(state.ring, made))


@router.get("/webhooks")
def list_(state: TheState, caller: Caller = may("webhooks:read")) -> list[WebhookShown]:
    """This client's webhooks that have not ended, oldest first."""
    with state.database.snapshot(caller.actor) as tx:
        return [_shown(one) for one in webhooks.list_webhooks(tx, client_id=caller.client_id)]


@router.get("/webhooks/{webhook_id}")
def show(state: TheState, webhook_id: WebhookPath, caller: Caller = may("webhooks:read")) -> WebhookShown:
    """One of them, also when it has ended."""
    return _shown(_find(state, caller, webhook_id))


@router.get("/webhooks/{webhook_id}/deliveries")
def list_deliveries(
    state: TheState,
    webhook_id: WebhookPath,
    limit: Limit = 50,
    cursor: Cursor = None,
    caller: Caller = may("webhooks:read"),
) -> Deliveries:
    """What became of each delivery, newest first."""
    before = read_cursor(cursor, lambda told: min(int(told["before"]), LAST)) or LAST
    found = _find(state, caller, webhook_id)
    with state.database.snapshot(caller.actor) as tx:
        steps = webhooks.list_steps(tx, webhook_id=found.id, before=before, most=limit + 1)
    kept, onward = cut_page(steps, limit, lambda step: {"before": step.number})
    return Deliveries(next=onward, deliveries=[_delivery(step) for step in kept])


@router.post("/webhooks/{webhook_id}/replays", status_code=200)
def replay(
    state: TheState, webhook_id: WebhookPath, asked: NewReplay, caller: Caller = may("webhooks:write")
) -> WebhookShown:
    """Move a webhook back, and so have everything after `after_seq` told again; it begins at once."""
    with state.database.transaction(caller.actor) as tx:
        _check_place(tx, asked.after_seq)
        moved = webhooks.replay(
            tx,
            client_id=caller.client_id,
            webhook_id=named("whk", webhook_id),
            asked_key=client_id(caller.keyspace, UUID(asked.key)),
            after_seq=asked.after_seq,
        )
    return _shown(moved)


@router.delete("/webhooks/{webhook_id}", status_code=204)
def end(state: TheState, webhook_id: WebhookPath, caller: Caller = may("webhooks:write")) -> None:
    """Tell nothing to this address any more, for good. Twice is once."""
    with state.database.transaction(caller.actor) as tx:
        webhooks.end_webhook(tx, client_id=caller.client_id, webhook_id=named("whk", webhook_id))


def _check_place(tx: Tx, after_seq: int | None) -> int:
    """The last place in the ledger's order, when what was asked for is not beyond it. Raises BadRequest."""
    last_seq = ledger.last_seq(tx)
    if after_seq is not None and after_seq > last_seq:
        raise BadRequest(reason=f"after_seq is a place that was reached, and the last one is {last_seq}")
    return last_seq


def _find(state: State, caller: Caller, webhook_id: str) -> Webhook:
    with state.database.snapshot(caller.actor) as tx:
        return webhooks.get_webhook(tx, client_id=caller.client_id, webhook_id=named("whk", webhook_id))


def _shown(one: Webhook) -> WebhookShown:
    return WebhookShown(
        id=show_id("whk", one.id),
        url=one.url,
        begun_at=one.begun_at,
        told_seq=one.told_seq,
        failures=one.failures,
        problem=one.problem,
        ended_at=one.ended_at,
    )


def _delivery(step: Step) -> Delivery:
    return Delivery.model_validate(
        {
            "number": step.number,
            "kind": step.kind,
            "upto_seq": step.told_seq if step.trying_seq is None else step.trying_seq,
            "events": step.events,
            "problem": step.problem,
            "at": step.at,
        }
    )
