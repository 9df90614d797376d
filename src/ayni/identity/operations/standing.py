"""Whether a person's file may be changed now, by whoever acts."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.identity.errors import PersonHasDied
from ayni.identity.model import Person
from ayni.identity.queries.officers import check_may_decide, find_acting_officer
from ayni.identity.queries.people import get_person
from ayni.identity.store import lives as store
from ayni.values.ids import PersonId


def lock_people(tx: Tx, *person_ids: PersonId) -> None:
    """Make others who would change these people wait; in one order, so that no two wait for each other."""
    for person_id in sorted(person_ids):
        store.lock_person(tx, person_id=person_id)


def get_changeable(tx: Tx, *, person_id: PersonId, even_dead: bool = False) -> Person:
    """One person whose file whoever acts may change, and nobody else does until this transaction ends.

    Raises UnknownPerson, PersonIsRestricted, PersonHasDied (unless `even_dead`), and OwnCase or
    OfficerDisabled when an officer acts.
    """
    lock_people(tx, person_id)
    person = get_person(tx, person_id=person_id)
    if person.died_on is not None and not even_dead:
        raise PersonHasDied
    officer = find_acting_officer(tx)
    if officer is not None:
        check_may_decide(tx, officer_id=officer.id, person_ids=[person_id])
    return person
