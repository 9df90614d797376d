"""Who in the office may do something about somebody's wallet."""

from __future__ import annotations

from collections.abc import Sequence

from ayni import identity
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.values.ids import PersonId


def check_officer(tx: Tx, *, roles: Sequence[OfficerRole], person_id: PersonId) -> None:
    """Whoever acts has one of the roles, and it is not about themselves or their household.

    Raises RoleNotGranted, OfficerDisabled, OwnCase.
    """
    officer = identity.get_acting_officer(tx, roles=roles)
    identity.check_may_decide(tx, officer_id=officer.id, person_ids=[person_id])
