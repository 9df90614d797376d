"""Officers' accounts, and what their human may not decide."""

from __future__ import annotations

from collections.abc import Sequence

from ayni.foundation.db import Tx
from ayni.identity.errors import OfficerDisabled, OwnCase, RoleNotGranted, UnknownOfficer
from ayni.identity.model import HeldRole, Officer, OfficerRole
from ayni.identity.store import officers as store
from ayni.values.ids import NotAnId, OfficerId, PersonId, read_id


def get_officer(
    tx: Tx, *, officer_id: OfficerId | None = None, login: str | None = None, even_disabled: bool = False
) -> Officer:
    """An account by id or by login. Raises UnknownOfficer, and OfficerDisabled unless `even_disabled`."""
    found = None
    if officer_id is not None:
        found = store.find_officer(tx, officer_id=officer_id)
    elif login is not None:
        found = store.find_officer_by_login(tx, login=login)
    if found is None:
        raise UnknownOfficer
    if found.disabled and not even_disabled:
        raise OfficerDisabled
    return found


def list_officers(tx: Tx) -> list[Officer]:
    """Every account by login, the disabled ones too."""
    return store.list_officers(tx)


def list_held_roles(tx: Tx, *, officer_id: OfficerId) -> list[HeldRole]:
    """Every role that an account has or had, oldest first. Raises UnknownOfficer."""
    get_officer(tx, officer_id=officer_id, even_disabled=True)
    return store.list_officer_roles(tx, officer_id=officer_id)


def find_acting_officer(tx: Tx) -> Officer | None:
    """The account that acts in this transaction, when its actor is one (`off_…`). Raises OfficerDisabled."""
    try:
        officer_id = OfficerId(read_id("off", tx.actor.who))
    except NotAnId:
        return None
    return get_officer(tx, officer_id=officer_id)


def get_acting_officer(tx: Tx, *, roles: Sequence[OfficerRole]) -> Officer:
    """The account that acts, which must have one of the roles. Raises RoleNotGranted, OfficerDisabled."""
    officer = find_acting_officer(tx)
    if officer is None or not set(officer.roles) & set(roles):
        raise RoleNotGranted(role=" or ".join(roles))
    return officer


def are_same_human(tx: Tx, *, first: OfficerId, second: OfficerId) -> bool:
    """Whether two accounts are of one human, by whichever file, so that they count as one.

    Raises UnknownOfficer.
    """
    one = get_officer(tx, officer_id=first, even_disabled=True)
    other = get_officer(tx, officer_id=second, even_disabled=True)
    return store.is_same_human(tx, first=one.person_id, second=other.person_id)


def check_may_decide(tx: Tx, *, officer_id: OfficerId, person_ids: Sequence[PersonId]) -> None:
    """Refuse an officer who decides on themselves, by whichever file, or on who holds the same document.

    For any number of people at once. Households are the registry's to compare. Raises OwnCase,
    UnknownOfficer, OfficerDisabled.
    """
    get_officer(tx, officer_id=officer_id)
    if store.list_own_cases(tx, officer_id=officer_id, person_ids=person_ids):
        raise OwnCase
