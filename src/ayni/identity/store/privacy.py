"""Restrictions of a file, and who looked at it."""

from __future__ import annotations

from collections.abc import Sequence

from ayni.foundation.db import Tx
from ayni.identity.model import Answered, Read, Restriction
from ayni.identity.store.statements import QUERIES, changed, many, named
from ayni.values.ids import PersonId


def insert_restriction(tx: Tx, *, person_id: PersonId, reason: str) -> None:
    """Restrict a file. Raises PersonIsRestricted, PersonRefused."""
    with tx.connection.transaction(), named():
        row = {"person_id": person_id, "reason": reason, "now": tx.now, "by": tx.actor.who}
        tx.execute(QUERIES["insert_restriction"], row)


def lift_restriction(tx: Tx, *, person_id: PersonId, reason: str) -> bool:
    """End a restriction; False when there is none. Raises PersonRefused."""
    row = {"person_id": person_id, "reason": reason, "now": tx.now, "by": tx.actor.who}
    return changed(tx, "lift_restriction", row)


def list_restrictions(tx: Tx, *, person_id: PersonId) -> list[Restriction]:
    """Every restriction of a file."""
    return many(tx, Restriction, "list_restrictions", {"person_id": person_id})


def insert_reads_in_a_list(tx: Tx, *, person_ids: Sequence[PersonId], purpose: str) -> None:
    """Write down that people were in a list. Raises PersonRefused."""
    with tx.connection.transaction(), named():
        row = {"person_ids": list(person_ids), "purpose": purpose, "now": tx.now}
        row |= {"by": tx.actor.who, "channel": tx.actor.channel}
        tx.execute(QUERIES["insert_reads_in_a_list"], row)


def insert_read(tx: Tx, *, person_id: PersonId, kind: str, purpose: str) -> None:
    """Write down that somebody looked at a file. Raises PersonRefused."""
    row = {"person_id": person_id, "kind": kind, "purpose": purpose, "now": tx.now}
    with tx.connection.transaction(), named():
        tx.execute(QUERIES["insert_read"], row | {"by": tx.actor.who, "channel": tx.actor.channel})


def list_reads(tx: Tx, *, person_id: PersonId) -> list[Read]:
    """Who looked at a file."""
    return many(tx, Read, "list_reads", {"person_id": person_id})


def list_files_of_human(tx: Tx, *, person_id: PersonId) -> list[PersonId]:
    """The other files of the same human."""
    rows = tx.execute(QUERIES["list_files_of_human"], {"person_id": person_id}).fetchall()
    return [PersonId(row[0]) for row in rows]


def list_verifications(tx: Tx, *, person_id: PersonId) -> list[Answered]:
    """Every answer of a register about a person's documents."""
    return many(tx, Answered, "list_verifications", {"person_id": person_id})
