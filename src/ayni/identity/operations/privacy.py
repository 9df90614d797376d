"""Opening a person's file, giving it to them, and restricting it. Whoever looks is written down."""

from __future__ import annotations

from collections.abc import Sequence

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.errors import NotRestricted
from ayni.identity.model import OfficerRole, Person, PersonFile
from ayni.identity.operations.standing import lock_people
from ayni.identity.queries.file import check_may_see_restricted, gather_file
from ayni.identity.queries.officers import check_may_decide, get_acting_officer
from ayni.identity.queries.people import get_anybody, get_person
from ayni.identity.store import people as people_store
from ayni.identity.store import privacy as store
from ayni.values.ids import PersonId, show_id


def open_file(tx: Tx, *, person_id: PersonId, purpose: str) -> PersonFile:
    """Everything that identity knows of a person; who looked, when and what for is kept and theirs to see.

    A restricted file opens only for an officer (the actor, `off_…`) who is registrar or auditor.
    Raises UnknownPerson, PersonRefused (no purpose), RoleNotGranted, OwnCase, OfficerDisabled.
    """
    person = get_anybody(tx, person_id=person_id)
    if person.restricted:
        check_may_see_restricted(tx, person_id=person_id)
    store.insert_read(tx, person_id=person_id, kind="file", purpose=purpose)
    return gather_file(tx, person=person)


def note_listed(tx: Tx, *, person_ids: Sequence[PersonId], purpose: str) -> None:
    """Write down of people that they were in a list, and what for: they can see it. Raises PersonRefused."""
    store.insert_reads_in_a_list(tx, person_ids=person_ids, purpose=purpose)


def find_restricted(
    tx: Tx, *, reason: str, document: tuple[str, str] | None = None, phone: str | None = None
) -> list[Person]:
    """People of a restricted file by document (kind, number) or by telephone, for a registrar or an auditor.

    Each whom it finds is written down as a read, with the reason. Raises InvalidDocument, InvalidPhone,
    RoleNotGranted, OwnCase, OfficerDisabled, PersonRefused (no reason).
    """
    found: Sequence[Person | None] = []
    if document is not None:
        kind, number = document
        number = tx.country.check_document(kind, number)
        found = [people_store.find_holder(tx, kind=kind, number=number)]
    elif phone is not None:
        found = people_store.list_people_by_phone(tx, phone=tx.country.check_mobile(phone))
    get_acting_officer(tx, roles=(OfficerRole.REGISTRAR, OfficerRole.AUDITOR))
    restricted = [person for person in found if person is not None and person.restricted]
    for person in restricted:
        check_may_see_restricted(tx, person_id=person.id)
        store.insert_read(tx, person_id=person.id, kind="restricted", purpose=reason)
    return restricted


def restrict_person(tx: Tx, *, person_id: PersonId, reason: str) -> None:
    """Restrict a person's file: our erasure, for what the law obliges us to keep.

    Nobody finds them by name, telephone or document, other modules begin nothing new with them, and nothing
    of the file changes. What exists stays: the books still close. A registrar decides it, as the actor
    (`off_…`). Raises UnknownPerson, PersonIsRestricted, RoleNotGranted, OwnCase, PersonRefused (no reason).
    """
    lock_people(tx, person_id)
    get_person(tx, person_id=person_id)
    _check_registrar(tx, person_id)
    store.insert_restriction(tx, person_id=person_id, reason=reason)
    audit.record(tx, action="identity.restrict", subject=show_id("per", person_id), reason=reason)


def lift_restriction(tx: Tx, *, person_id: PersonId, reason: str) -> None:
    """End the restriction of a file; it is used again from now on. A registrar decides it.

    Raises UnknownPerson, NotRestricted, RoleNotGranted, OwnCase, PersonRefused (no reason).
    """
    lock_people(tx, person_id)
    get_anybody(tx, person_id=person_id)
    _check_registrar(tx, person_id)
    if not store.lift_restriction(tx, person_id=person_id, reason=reason):
        raise NotRestricted
    audit.record(tx, action="identity.lift_restriction", subject=show_id("per", person_id), reason=reason)


def _check_registrar(tx: Tx, person_id: PersonId) -> None:
    officer = get_acting_officer(tx, roles=(OfficerRole.REGISTRAR,))
    check_may_decide(tx, officer_id=officer.id, person_ids=[person_id])
