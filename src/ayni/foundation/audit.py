"""The audit trail: who did what, when and why, written in the transaction of the deed itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.foundation.queries import load_queries

_QUERIES = load_queries("foundation")


@dataclass(frozen=True)
class AuditRow:
    """One deed. `subject` is the id of what it was done to, `actor` of who did it."""

    number: int
    at: datetime
    actor: str
    channel: str
    action: str
    subject: str
    reason: str
    details: Mapping[str, Any]


def record(
    tx: Tx, *, action: str, subject: str, reason: str = "", details: Mapping[str, Any] | None = None
) -> None:
    """Add one row. `action` reads module.verb; `details` hold ids and numbers, never personal data."""
    tx.execute(
        _QUERIES["record_audit"],
        {
            "at": tx.now,
            "actor": tx.actor.who,
            "channel": tx.actor.channel,
            "action": action,
            "subject": subject,
            "reason": reason,
            "details": Jsonb(dict(details or {})),
        },
    )


def list_audit(tx: Tx, *, subject: str) -> list[AuditRow]:
    """Everything that was done to `subject`, oldest first."""
    with tx.connection.cursor(row_factory=class_row(AuditRow)) as cursor:
        return cursor.execute(_QUERIES["list_audit"], {"subject": subject}).fetchall()
