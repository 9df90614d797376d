"""Officers' accounts: making, disabling and enabling them, and what they are trusted with."""

from __future__ import annotations

from collections.abc import Sequence

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.errors import OfficerNotDisabled, OfficerRefused, PersonHasDied, RoleNotGranted
from ayni.identity.model import Officer, OfficerRole
from ayni.identity.queries.officers import check_may_decide, find_acting_officer, get_officer
from ayni.identity.queries.people import get_holder, get_person
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

    A human may have several accounts, which count as one (`are_same_human`); nobody makes one for themselves.
    Raises UnknownPerson, UnknownDocument, PersonIsRestricted, PersonHasDied, LoginTaken, OfficerRefused,
    OwnCase.
    """
    if (person_id is None) == (document is None):
        raise OfficerRefused(rule="name the human by id or by document, one of the two")
    if not roles:
        raise OfficerRefused(rule="an account needs a role")
    if person_id is None:
        assert document is not None
        person_id = get_holder(tx, kind=document[0], number=document[1]).id
    if get_person(tx, person_id=person_id).died_on is not None:
        raise PersonHasDied
    _refuse_own(tx, person_id)
    officer_id = OfficerId(new_id(tx.now))
    names = sorted({str(role) for role in roles})
    store.insert_officer(tx, officer_id=officer_id, login=login, person_id=person_id, roles=names)
    audit.record(
        tx,
        action="identity.register_officer",
        subject=show_id("off", officer_id),
        details={"person": show_id("per", person_id), "roles": names},
    )
    return get_officer(tx, officer_id=officer_id)


def grant_role(tx: Tx, *, officer_id: OfficerId, role: OfficerRole, reason: str) -> Officer:
    """Trust an account with one more role from now on. Nobody grants to an account of their own.

    Raises UnknownOfficer, OfficerDisabled, RoleAlreadyGranted, OfficerRefused, OwnCase.
    """
    _begin(tx, get_officer(tx, officer_id=officer_id), reason)
    store.insert_officer_role(tx, officer_id=officer_id, role=role)
    return _done(tx, "grant_role", officer_id, reason, {"role": str(role)})


def revoke_role(tx: Tx, *, officer_id: OfficerId, role: OfficerRole, reason: str) -> Officer:
    """Take a role from an account from now on. What it did before stands.

    Raises UnknownOfficer, RoleNotGranted, OfficerRefused, OwnCase.
    """
    _begin(tx, get_officer(tx, officer_id=officer_id, even_disabled=True), reason)
    if not store.revoke_officer_role(tx, officer_id=officer_id, role=role, reason=reason):
        raise RoleNotGranted(role=role)
    return _done(tx, "revoke_role", officer_id, reason, {"role": str(role)})


def disable_officer(tx: Tx, *, officer_id: OfficerId, reason: str) -> Officer:
    """Take from an account all that it may do; its roles come back when it is enabled.

    Raises UnknownOfficer, OfficerDisabled, OfficerRefused, OwnCase.
    """
    _begin(tx, get_officer(tx, officer_id=officer_id), reason)
    store.disable_account(tx, officer_id=officer_id, reason=reason)
    return _done(tx, "disable_officer", officer_id, reason, {})


def enable_officer(tx: Tx, *, officer_id: OfficerId, reason: str) -> Officer:
    """Give back to a disabled account what it may do.

    Raises UnknownOfficer, OfficerNotDisabled, OfficerRefused, OwnCase.
    """
    _begin(tx, get_officer(tx, officer_id=officer_id, even_disabled=True), reason)
    if not store.enable_account(tx, officer_id=officer_id, reason=reason):
        raise OfficerNotDisabled
    return _done(tx, "enable_officer", officer_id, reason, {})


def _begin(tx: Tx, officer: Officer, reason: str) -> None:
    if not 1 <= len(reason.strip()) <= 500 or "\0" in reason:
        raise OfficerRefused(rule="a reason has 1 to 500 letters")
    _refuse_own(tx, officer.person_id)


def _refuse_own(tx: Tx, person_id: PersonId) -> None:
    acting = find_acting_officer(tx)
    if acting is not None:
        check_may_decide(tx, officer_id=acting.id, person_ids=[person_id])


def _done(tx: Tx, verb: str, officer_id: OfficerId, reason: str, details: dict[str, str]) -> Officer:
    audit.record(
        tx,
        action=f"identity.{verb}",
        subject=show_id("off", officer_id),
        reason=reason,
        details=details,
    )
    return get_officer(tx, officer_id=officer_id, even_disabled=True)
