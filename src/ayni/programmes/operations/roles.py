"""Which officer may do what: by role, and never for their own household."""

from __future__ import annotations

from collections.abc import Iterable

from ayni import identity, registry
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole, get_officer
from ayni.programmes.errors import RoleMissing
from ayni.values.ids import OfficerId, PersonId


def check_role(tx: Tx, officer_id: OfficerId, *roles: OfficerRole) -> None:
    """Refuse who has none of these roles. Raises RoleMissing, UnknownOfficer, OfficerDisabled."""
    held = get_officer(tx, officer_id=officer_id).roles
    if not any(role in held for role in roles):
        raise RoleMissing(role=" or ".join(roles))


def check_household(tx: Tx, officer_id: OfficerId, people: Iterable[PersonId]) -> None:
    """Refuse an officer who decides on themselves, or on anybody of their household, by whichever file.

    Raises OwnCase.
    """
    files = [file for one in set(people) for file in identity.list_same_human(tx, person_id=one)]
    identity.check_may_decide(tx, officer_id=officer_id, person_ids=files)
    if set(files) & set(registry.list_own_people(tx, officer=get_officer(tx, officer_id=officer_id))):
        raise identity.OwnCase
