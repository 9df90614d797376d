"""Stops, as rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import psycopg

from ayni.foundation.db import Tx
from ayni.values.ids import PersonId
from ayni.wallet.errors.stops import StopRefused
from ayni.wallet.model.stops import Stop, StopKind
from ayni.wallet.store import QUERIES, UNSTORABLE, list_all


def insert_stop(
    tx: Tx, person_id: PersonId, *, kind: StopKind, reason: str, authority: str | None = None
) -> bool:
    """Begin a stop; False when one of its kind is open. Raises StopRefused."""
    values = {"person_id": person_id, "kind": kind, "reason": reason, "authority": authority}
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["lock_wallet"], {"person_id": person_id})
            values |= {"now": tx.now, "by": tx.actor.who}
            return tx.execute(QUERIES["insert_stop"], values).fetchone() is not None
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise StopRefused from None


def end_stop(tx: Tx, person_id: PersonId, *, kind: StopKind, reason: str) -> bool:
    """End a stop; False when none of its kind is open. Raises StopRefused."""
    values = {"person_id": person_id, "kind": kind, "reason": reason, "now": tx.now, "by": tx.actor.who}
    try:
        with tx.connection.transaction():
            tx.execute(QUERIES["lock_wallet"], {"person_id": person_id})
            return tx.execute(QUERIES["end_stop"], values).fetchone() is not None
    except (psycopg.errors.CheckViolation, *UNSTORABLE):
        raise StopRefused from None


def list_stops(tx: Tx, person_id: PersonId) -> list[Stop]:
    """Everything that ever kept a wallet from paying, oldest first."""
    return list_all(tx, Stop, "stops", {"person_id": person_id})


def list_deaths_to_note(tx: Tx, *, most: int) -> list[tuple[PersonId, bool]]:
    """Holders whose wallet does not agree with identity on whether they live."""
    rows = tx.execute(QUERIES["deaths_to_note"], {"most": most}).fetchall()
    return [(PersonId(row[0]), row[1]) for row in rows]


def list_sleepers(tx: Tx, *, since: datetime, most: int) -> list[PersonId]:
    """Wallets in which nothing has moved since."""
    rows = tx.execute(QUERIES["sleepers"], {"since": since, "most": most}).fetchall()
    return [PersonId(row[0]) for row in rows]


def list_not_kept(tx: Tx) -> list[UUID]:
    """Wallets of which the ledger keeps other stops than stand written."""
    return [row[0] for row in tx.execute(QUERIES["stops_not_kept"])]
