"""Registering people, and what they bring with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.errors import PersonRefused
from ayni.identity.model import NewPerson, Person, Whereabouts
from ayni.identity.queries import people as queries
from ayni.identity.store import people as store
from ayni.values.ids import PersonId, new_id, show_id

OLDEST_DAYS = 121 * 366


def register_person(tx: Tx, *, person: NewPerson) -> Person:
    """Register one person, checking document and telephone by the country's rules.

    Raises InvalidDocument, InvalidPhone, DocumentAlreadyHeld, PersonRefused.
    """
    if person.document is not None:
        kind, number = person.document
        person = replace(person, document=(kind, tx.country.check_document(kind, number)))
    if person.phone is not None:
        person = replace(person, phone=tx.country.check_mobile(person.phone))
    if person.birth_on is not None and not 0 <= (tx.today - person.birth_on).days <= OLDEST_DAYS:
        raise PersonRefused(rule="a birth is not in the future, and not more than 120 years ago")
    person_id = person.person_id or PersonId(new_id(tx.now))
    store.insert_people(tx, [_row(replace(person, person_id=person_id), tx)])
    audit.record(tx, action="identity.register", subject=show_id("per", person_id))
    return queries.get_person(tx, person_id=person_id)


def register_people(tx: Tx, *, people: Iterable[NewPerson]) -> int:
    """Register many people at once, all or none, and say how many.

    For imports that have checked documents and telephones by the country's rules, and that write their own
    audit row; what must never happen is still refused. Memory does not grow with the number of people.
    Raises DocumentAlreadyHeld, PersonRefused.
    """
    return store.insert_people(tx, (_row(person, tx) for person in people))


def _row(person: NewPerson, tx: Tx) -> Sequence[Any]:
    kind, number = person.document or (None, None)
    return (
        person.person_id or new_id(tx.now),
        person.first_surname,
        person.second_surname,
        person.given_names,
        person.birth_on,
        person.birth_estimated,
        person.sex,
        person.language,
        person.synthetic,
        kind,
        number,
        person.phone,
        person.district_code,
        person.address_line,
    )


def record_whereabouts(tx: Tx, *, people: Iterable[Whereabouts]) -> int:
    """Add new telephones and addresses of many registered people, and say how many people were named.

    A new address closes the one before it; a new telephone stands beside the others. Checked as in
    `register_people`. Raises UnknownPerson, PersonRefused.
    """
    nothing = (None,) * 10
    return store.update_whereabouts(
        tx, ((p.person_id, *nothing, p.phone, p.district_code, p.address_line) for p in people)
    )


def add_document(tx: Tx, *, person_id: PersonId, kind: str, number: str) -> None:
    """Add a document to a registered person. Raises InvalidDocument, DocumentAlreadyHeld, UnknownPerson."""
    number = tx.country.check_document(kind, number)
    store.insert_document(tx, person_id=person_id, kind=kind, number=number)
    audit.record(
        tx, action="identity.add_document", subject=show_id("per", person_id), details={"kind": kind}
    )
