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
    """Refuse an officer who decides on themselves, or on anybody who lives with them. Raises OwnCase."""
    concerned = list(dict.fromkeys(people))
    identity.check_may_decide(tx, officer_id=officer_id, person_ids=concerned)
    place = registry.find_membership(tx, person_id=get_officer(tx, officer_id=officer_id).person_id)
    if place is not None:
        at_home = registry.list_members(tx, household_id=place.household_id)
        if {one.person_id for one in at_home} & set(concerned):
            raise identity.OwnCase
