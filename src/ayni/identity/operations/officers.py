"""Officers' accounts and what they may do."""

from __future__ import annotations

from collections.abc import Sequence

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import queries
from ayni.identity.errors import OfficerRefused
from ayni.identity.model import Officer, OfficerRole
from ayni.identity.store import officers as store
from ayni.values.ids import OfficerId, PersonId, new_id, show_id


def register_officer(
    tx: Tx,
    *,
    login: str,
    roles: Sequence[OfficerRole],
    person_id: PersonId | None = None,
    document: tuple[str, str] | None = None,
) -> Officer:
    """Give a registered person an officer's account. The human is named by id or by document, one of the two.

    A human may have several accounts, which count as one (`are_same_human`).
    Raises UnknownPerson, UnknownDocument, LoginTaken, OfficerRefused.
    """
    if (person_id is None) == (document is None):
        raise OfficerRefused(rule="name the human by id or by document, one of the two")
    if not roles:
        raise OfficerRefused(rule="an account needs a role")
    if person_id is None:
        assert document is not None
        person_id = queries.get_holder(tx, kind=document[0], number=document[1]).id
    officer_id = OfficerId(new_id(tx.now))
    names = sorted({str(role) for role in roles})
    store.insert_officer(tx, officer_id=officer_id, login=login, person_id=person_id, roles=names)
    audit.record(
        tx,
        action="identity.register_officer",
        subject=show_id("off", officer_id),
        details={"person": show_id("per", person_id), "roles": names},
    )
    return queries.get_officer(tx, officer_id=officer_id)
