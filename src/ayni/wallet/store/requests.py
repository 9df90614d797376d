"""Requests to pay, as rows."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import psycopg

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.errors.requests import RequestRefused
from ayni.wallet.model.requests import PayRequest
from ayni.wallet.store import QUERIES, UNSTORABLE, list_all


def insert_request(tx: Tx, request: PayRequest) -> bool:
    """Ask for money; False when the id is known. Raises RequestRefused."""
    values = {
        "id": request.id,
        "payee_id": request.payee_id,
        "payer_id": request.payer_id,
        "amount_minor": request.amount_minor,
        "note": request.note,
        "expires_at": request.expires_at,
        "now": tx.now,
    }
    try:
        with tx.connection.transaction():
            return tx.execute(QUERIES["insert_request"], values).fetchone() is not None
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise RequestRefused from None


def find_request(tx: Tx, request_id: UUID) -> PayRequest | None:
    """One request, or None."""
    found = list_all(tx, PayRequest, "request", {"id": request_id})
    return found[0] if found else None


def list_waiting(tx: Tx, person_id: PersonId, *, most: int) -> list[PayRequest]:
    """What a person is asked for."""
    return list_all(tx, PayRequest, "requests_waiting", {"person_id": person_id, "now": tx.now, "most": most})


def list_asked(tx: Tx, person_id: PersonId, *, most: int) -> list[PayRequest]:
    """What a person has asked others for."""
    return list_all(tx, PayRequest, "requests_of", {"person_id": person_id, "most": most})


def count_between(tx: Tx, *, payee_id: PersonId, payer_id: PersonId) -> int:
    """How many requests wait between two people, or were declined today; nobody else asks meanwhile."""
    values = {
        "payee_id": payee_id,
        "payer_id": payer_id,
        "now": tx.now,
        "since": tx.now - timedelta(days=1),
    }
    tx.execute(QUERIES["lock_requests"], values)
    row = tx.execute(QUERIES["count_requests"], values).fetchone()
    return int(row[0]) if row else 0


def insert_end(tx: Tx, request_id: UUID, *, how: str) -> bool:
    """End a request; False when it has ended."""
    values = {"id": request_id, "how": how, "now": tx.now}
    return tx.execute(QUERIES["insert_request_end"], values).fetchone() is not None
