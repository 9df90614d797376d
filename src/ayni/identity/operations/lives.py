"""Putting right who somebody is, and recording that they have died."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import date

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.errors import NothingToCorrect, NotRecordedDead, PersonRefused, UnknownDocument
from ayni.identity.model import Corrected, Person
from ayni.identity.operations.people import checked_particulars
from ayni.identity.operations.standing import get_changeable
from ayni.identity.queries.people import get_person
from ayni.identity.queries.search import name_keys
from ayni.identity.store import lives as store
from ayni.identity.store import people as people_store
from ayni.identity.store.names import insert_name_keys
from ayni.values.ids import PersonId, show_id

_FIELDS = tuple(Corrected.__annotations__)


def correct_person(
    tx: Tx, *, person_id: PersonId, particulars: Corrected, reason: str, source: str
) -> Person:
    """Correct names, birth, sex or language; `source` is what proves it. What stood before stays readable.

    Only the fields that are named change, and two corrections at one time both hold. Documents are shown to
    their register again. Raises UnknownPerson, PersonIsRestricted, PersonRefused, NothingToCorrect, OwnCase.
    """
    if unknown := sorted(set(particulars) - set(_FIELDS)):
        raise PersonRefused(rule=f"there is no field called {unknown[0]}")
    person = get_changeable(tx, person_id=person_id, even_dead=True)
    before = {name: value for name, value in asdict(person).items() if name in _FIELDS}
    after = before | checked_particulars(tx, particulars)
    if after["birth_on"] is None and "birth_estimated" not in particulars:
        after["birth_estimated"] = False
    if after == before:
        raise NothingToCorrect
    if person.died_on is not None and after["birth_on"] is not None and after["birth_on"] > person.died_on:
        raise PersonRefused(rule="a birth is not after the death")
    store.insert_correction(tx, person_id=person_id, particulars=after, reason=reason, source=source)
    insert_name_keys(tx, [(person_id, *name_keys(tx, replace(person, **after)))])
    audit.record(
        tx,
        action="identity.correct",
        subject=show_id("per", person_id),
        reason=reason,
        details={"fields": [name for name in _FIELDS if after[name] != before[name]]},
    )
    return get_person(tx, person_id=person_id)


def withdraw_document(tx: Tx, *, person_id: PersonId, kind: str, number: str, reason: str) -> None:
    """Take from a person a document that was entered on them by mistake. Whose it is may have it then.

    It stays on record, with who withdrew it and why; answers of registers about it count for nobody any more.
    Raises InvalidDocument, UnknownDocument (they do not hold it), UnknownPerson, PersonIsRestricted,
    PersonRefused, OwnCase.
    """
    number = tx.country.check_document(kind, number)
    get_changeable(tx, person_id=person_id, even_dead=True)
    if not people_store.withdraw_document(
        tx, person_id=person_id, kind=kind, number=number, reason=reason.strip()
    ):
        raise UnknownDocument(kind=kind)
    audit.record(
        tx,
        action="identity.withdraw_document",
        subject=show_id("per", person_id),
        reason=reason,
        details={"kind": kind},
    )


def record_death(tx: Tx, *, person_id: PersonId, died_on: date, source: str, reason: str) -> Person:
    """Record that a person has died, and what proves it. Nothing new is begun for them from now on.

    Raises UnknownPerson, PersonIsRestricted, PersonHasDied, PersonRefused, OwnCase.
    """
    person = get_changeable(tx, person_id=person_id)
    if died_on > tx.today:
        raise PersonRefused(rule="nobody has died in the future")
    if person.birth_on is not None and died_on < person.birth_on and not person.birth_estimated:
        raise PersonRefused(rule="nobody has died before they were born")
    store.insert_death(tx, person_id=person_id, died_on=died_on, source=source, reason=reason)
    audit.record(tx, action="identity.record_death", subject=show_id("per", person_id), reason=reason)
    return get_person(tx, person_id=person_id)


def reverse_death(tx: Tx, *, person_id: PersonId, source: str, reason: str) -> Person:
    """Record that a death was a mistake: the person lives. Both records stay.

    Raises UnknownPerson, PersonIsRestricted, NotRecordedDead, PersonRefused, OwnCase.
    """
    person = get_changeable(tx, person_id=person_id, even_dead=True)
    if person.died_on is None:
        raise NotRecordedDead
    store.insert_death(tx, person_id=person_id, died_on=None, source=source, reason=reason)
    audit.record(tx, action="identity.reverse_death", subject=show_id("per", person_id), reason=reason)
    return get_person(tx, person_id=person_id)
