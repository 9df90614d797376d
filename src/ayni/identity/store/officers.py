"""Officers' accounts and their roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ayni.foundation.db import Tx
from ayni.identity.model import HeldRole, Officer, OfficerRole
from ayni.identity.store.statements import QUERIES, changed, many, named
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
    found = _officers(tx, "find_officer", {"officer_id": officer_id})
    return found[0] if found else None


def find_officer_by_login(tx: Tx, *, login: str) -> Officer | None:
    """One account by login, or None."""
    found = _officers(tx, "find_officer_by_login", {"login": login})
    return found[0] if found else None


def list_officers(tx: Tx) -> list[Officer]:
    """Every account."""
    return _officers(tx, "list_officers", {})


def _officers(tx: Tx, name: str, parameters: dict[str, Any]) -> list[Officer]:
    with named():
        rows = tx.execute(QUERIES[name], parameters).fetchall()
    return [
        Officer(OfficerId(officer_id), login, PersonId(person_id), tuple(map(OfficerRole, roles)), disabled)
        for officer_id, login, person_id, roles, disabled in rows
    ]


def list_accounts_of_person(tx: Tx, *, person_id: PersonId) -> list[Officer]:
    """The accounts of one human."""
    rows = tx.execute(QUERIES["list_accounts_of_person"], {"person_id": person_id}).fetchall()
    found = (find_officer(tx, officer_id=OfficerId(row[0])) for row in rows)
    return [officer for officer in found if officer is not None]


def list_officer_roles(tx: Tx, *, officer_id: OfficerId) -> list[HeldRole]:
    """Every role that an account has or had."""
    return many(tx, HeldRole, "list_officer_roles", {"officer_id": officer_id})


def insert_officer_role(tx: Tx, *, officer_id: OfficerId, role: str) -> None:
    """Grant a role. Raises RoleAlreadyGranted, OfficerRefused."""
    row = {"officer_id": officer_id, "roles": [role], "now": tx.now, "granted_by": tx.actor.who}
    with tx.connection.transaction(), named(role=role):
        tx.execute(QUERIES["insert_officer_roles"], row)


def revoke_officer_role(tx: Tx, *, officer_id: OfficerId, role: str, reason: str) -> bool:
    """End a role; False when the account does not hold it. Raises OfficerRefused."""
    row = {"officer_id": officer_id, "role": role, "reason": reason, "now": tx.now, "by": tx.actor.who}
    return changed(tx, "revoke_officer_role", row)


def disable_account(tx: Tx, *, officer_id: OfficerId, reason: str) -> None:
    """Disable an account. Raises OfficerDisabled, OfficerRefused."""
    row = {"officer_id": officer_id, "reason": reason, "now": tx.now, "by": tx.actor.who}
    with tx.connection.transaction(), named():
        tx.execute(QUERIES["disable_account"], row)


def enable_account(tx: Tx, *, officer_id: OfficerId, reason: str) -> bool:
    """Enable a disabled account; False when it was not disabled. Raises OfficerRefused."""
    row = {"officer_id": officer_id, "reason": reason, "now": tx.now, "by": tx.actor.who}
    return changed(tx, "enable_account", row)


def is_same_human(tx: Tx, *, first: PersonId, second: PersonId) -> bool:
    """Whether two files are of one human."""
    row = tx.execute(QUERIES["is_same_human"], {"first": first, "second": second}).fetchone()
    assert row is not None
    return bool(row[0])


def list_own_cases(tx: Tx, *, officer_id: OfficerId, person_ids: Sequence[PersonId]) -> list[PersonId]:
    """Those of the people who are the officer's own human or hold a document of theirs."""
    row = {"officer_id": officer_id, "person_ids": list(person_ids)}
    return [PersonId(found[0]) for found in tx.execute(QUERIES["list_own_cases"], row).fetchall()]
