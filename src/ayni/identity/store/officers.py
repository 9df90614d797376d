"""Officers' accounts and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ayni.foundation.db import Tx
from ayni.identity.model import Officer, OfficerRole
from ayni.identity.store.statements import QUERIES, named
from ayni.values.ids import OfficerId, PersonId


def insert_officer(
    tx: Tx, *, officer_id: OfficerId, login: str, person_id: PersonId, roles: Sequence[str]
) -> None:
    """Add an account with its roles. Raises LoginTaken, OfficerRefused, UnknownPerson."""
    with tx.connection.transaction(), named():
        tx.execute(
            QUERIES["insert_officer"],
            {"officer_id": officer_id, "login": login, "person_id": person_id, "now": tx.now},
        )
        tx.execute(
            QUERIES["insert_officer_roles"],
            {"officer_id": officer_id, "roles": list(roles), "now": tx.now, "granted_by": tx.actor.who},
        )


def find_officer(tx: Tx, *, officer_id: OfficerId) -> Officer | None:
    """One account by id, or None."""
    return _officer(tx, "find_officer", {"officer_id": officer_id})


def find_officer_by_login(tx: Tx, *, login: str) -> Officer | None:
    """One account by login, or None."""
    return _officer(tx, "find_officer_by_login", {"login": login})


def _officer(tx: Tx, name: str, parameters: dict[str, Any]) -> Officer | None:
    row = tx.execute(QUERIES[name], parameters).fetchone()
    if row is None:
        return None
    roles = tuple(OfficerRole(role) for role in row[3])
    return Officer(OfficerId(row[0]), row[1], PersonId(row[2]), roles)
