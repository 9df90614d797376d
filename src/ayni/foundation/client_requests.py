"""What clients ask for under ids of their own: kept before it is carried out, so that nothing is done twice.

A client whose answer was lost sends the same request again, or asks what became of it. Whoever was killed in
the middle finds here what is still to be done: carrying out must be safe to repeat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.foundation.errors import NotFound, Refused
from ayni.foundation.queries import load_queries
from ayni.values.ids import new_id

_QUERIES = load_queries("foundation")


class RequestDiffers(Refused):
    """An id under which the client asked for something else."""

    code = "request_differs"
    what = "This client asked for something else under this id before."
    means = "Nothing was done now. What was asked for first stands."
    do = "Use a new id for a new request; to repeat one, send it as it was."


class UnknownRequestState(NotFound):
    """No request of this client's under this id."""

    code = "unknown_request_state"
    what = "This client has sent no request with this id."
    means = "Nothing was changed."
    do = "Check the id; if the request was never received, send it again."


@dataclass(frozen=True)
class ClientRequest:
    """A request and what became of it. `completed` None: it is still being carried out.

    `answer` is the object that was made, or the error, in the shape of the channel that was asked. Both it
    and `asked` may name people, and hide from `repr`.
    """

    id: UUID
    client_id: str
    correlation_id: UUID
    kind: str
    asked: Mapping[str, Any] = field(repr=False)
    callback_url: str | None = field(repr=False)
    asked_at: datetime
    completed: bool | None
    object_ref: str | None
    answer: Mapping[str, Any] | None = field(repr=False)
    ended_at: datetime | None


def begin_request(
    tx: Tx,
    *,
    client_id: str,
    correlation_id: UUID,
    kind: str,
    asked: Mapping[str, Any],
    callback_url: str | None = None,
) -> tuple[ClientRequest, bool]:
    """Keep a request, or find the same one that was kept before: with it, whether it is new.

    Raises RequestDiffers.
    """
    values = {"client_id": client_id, "correlation_id": correlation_id}
    row = tx.execute(
        _QUERIES["insert_client_request"],
        values
        | {
            "id": new_id(tx.now),
            "kind": kind,
            "asked": Jsonb(dict(asked)),
            "callback_url": callback_url,
            "now": tx.now,
        },
    ).fetchone()
    found = _one(tx, "client_request_by_correlation", values)
    if found is None:
        raise UnknownRequestState
    if row is None and (found.kind, found.asked) != (kind, asked):
        raise RequestDiffers
    return found, row is not None


def end_request(
    tx: Tx, *, request_id: UUID, answer: Mapping[str, Any], object_ref: str | None = None
) -> bool:
    """Say what became of a request: an object (`object_ref` names it), or an error. False: it was said."""
    values = {"id": request_id, "object_ref": object_ref, "answer": Jsonb(dict(answer)), "now": tx.now}
    return tx.execute(_QUERIES["end_client_request"], values).fetchone() is not None


def get_request(tx: Tx, *, request_id: UUID, client_id: str | None = None) -> ClientRequest:
    """A request by our id; of one client's, where it is named. Raises UnknownRequestState."""
    found = _one(tx, "client_request", {"id": request_id})
    if found is None or client_id not in (None, found.client_id):
        raise UnknownRequestState
    return found


def get_request_by_correlation(tx: Tx, *, client_id: str, correlation_id: UUID) -> ClientRequest:
    """A request by the client's own id. Raises UnknownRequestState."""
    values = {"client_id": client_id, "correlation_id": correlation_id}
    found = _one(tx, "client_request_by_correlation", values)
    if found is None:
        raise UnknownRequestState
    return found


def find_request_by_object(tx: Tx, *, client_id: str, object_ref: str) -> ClientRequest | None:
    """The request by which a client made an object, or None."""
    return _one(tx, "client_request_by_object", {"client_id": client_id, "object_ref": object_ref})


def list_open_requests(tx: Tx, *, after: UUID, most: int = 100) -> list[UUID]:
    """What was begun and has no end yet, oldest first."""
    return [row[0] for row in tx.execute(_QUERIES["open_client_requests"], {"after": after, "most": most})]


def _one(tx: Tx, name: str, values: dict[str, Any]) -> ClientRequest | None:
    with tx.connection.cursor(row_factory=class_row(ClientRequest)) as cursor:
        return cursor.execute(_QUERIES[name], values).fetchone()
