"""Officers' accounts."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.identity.errors import UnknownOfficer
from ayni.identity.model import Officer
from ayni.identity.store import officers as store
from ayni.values.ids import OfficerId


def get_officer(tx: Tx, *, officer_id: OfficerId | None = None, login: str | None = None) -> Officer:
    """An officer's account by id or by login. Raises UnknownOfficer."""
    found = None
    if officer_id is not None:
        found = store.find_officer(tx, officer_id=officer_id)
    elif login is not None:
        found = store.find_officer_by_login(tx, login=login)
    if found is None:
        raise UnknownOfficer
    return found


def are_same_human(tx: Tx, *, first: OfficerId, second: OfficerId) -> bool:
    """Whether two accounts are of one human, so that they count as one. Raises UnknownOfficer."""
    one, other = get_officer(tx, officer_id=first), get_officer(tx, officer_id=second)
    return one.person_id == other.person_id
