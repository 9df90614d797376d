"""Carrying out what was kept: now, in a thread of the server, or by a round, for whoever was killed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from ayni.channels.api.gsma import batches, bills, reversals, transactions
from ayni.channels.api.gsma.faults import describe
from ayni.channels.api.state import State
from ayni.channels.api.tokens import CHANNEL, Caller
from ayni.foundation import client_requests, jobs
from ayni.foundation.client_requests import ClientRequest
from ayni.foundation.db import Actor, Database, DatabaseUnreachable, OutcomeUnknown
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.foundation.logging import get_logger

Made = tuple[str, dict[str, Any]]
"""The reference of the object that was made, and the object."""
CALL_BACK = "api.call_back"
_LOG = get_logger("channels.api")
_BEGINNING = UUID(int=0)
_MOST = 100
_KINDS: Mapping[str, Callable[[State, Caller, ClientRequest], Made]] = {
    transactions.KIND: transactions.carry_out,
    reversals.KIND: reversals.carry_out,
    bills.KIND: bills.carry_out,
    batches.KIND: batches.carry_out,
}


def attempt(state: State, request_id: UUID) -> None:
    """`carry_out`, where nobody waits: one that cannot be carried out stays open, and keeps no other
    waiting.
    """
    try:
        carry_out(state, request_id)
    except Exception as error:
        # The message is not logged: it may quote a person.
        _LOG.critical("request_not_carried_out", request=str(request_id), exc_info=error)


def carry_out(state: State, request_id: UUID) -> None:
    """Carry out a request that was kept, unless it is done, and note what became of it.

    Safe to repeat, also at the same time. When the database is away it stays open, for the next round.
    """
    with state.database.transaction() as tx:
        request = client_requests.get_request(tx, request_id=request_id)
    if request.completed is not None:
        return
    actor = Actor(f"client {request.client_id}", CHANNEL)
    caller = Caller(request.client_id, frozenset(), actor)
    try:
        reference, answer = _KINDS[request.kind](state, caller, request)
    except (DatabaseUnreachable, OutcomeUnknown):
        return
    except AyniError as error:
        _end(state, request, actor, describe(error, at=state.present.now))
    else:
        _end(state, request, actor, answer, reference)


def _end(
    state: State, request: ClientRequest, actor: Actor, answer: dict[str, Any], reference: str | None = None
) -> None:
    with state.database.transaction(actor) as tx:
        ended = client_requests.end_request(tx, request_id=request.id, answer=answer, object_ref=reference)
        if ended and request.callback_url is not None:
            jobs.defer(tx, CALL_BACK, request_id=str(request.id))


def finish_requests(database: Database, load_ring: Callable[[], KeyRing]) -> int:
    """Carry out what was kept and left open by somebody who was killed; returns how many it looked at.

    The ring is loaded when there is something to do.
    """
    looked, after = 0, _BEGINNING
    with database.transaction() as tx:
        if not client_requests.list_open_requests(tx, after=after, most=1):
            return 0
    with State(database, load_ring()) as state:
        while True:
            with database.transaction() as tx:
                found = client_requests.list_open_requests(tx, after=after, most=_MOST)
            for request_id in found:
                attempt(state, request_id)
                after = request_id
            looked += len(found)
            if len(found) < _MOST:
                return looked
