"""Registering people, and what they bring with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ayni.foundation import audit
from ayni.foundation.country import InvalidDocument
from ayni.foundation.db import Tx
from ayni.identity.errors import PersonRefused
from ayni.identity.model import (
    NO_DOCUMENT,
    NewPerson,
    NotAName,
    Person,
    Whereabouts,
    completed_years,
    read_name,
)
from ayni.identity.operations.standing import get_changeable
from ayni.identity.queries import people as queries
from ayni.identity.queries.search import name_keys
from ayni.identity.store import people as store
from ayni.values.ids import PersonId, new_id, show_id

OLDEST_YEARS = 120


def register_person(tx: Tx, *, person: NewPerson) -> Person:
    """Register one person, checking name, birth, document and telephone, by the country's rules.

    Somebody without a document has none here, or the kind NONE. Raises InvalidDocument, InvalidPhone,
    DocumentAlreadyHeld, PersonRefused.
    """
    if person.document is not None:
        person = replace(person, document=_checked_document(tx, *person.document))
    if person.phone is not None:
        person = replace(person, phone=tx.country.check_mobile(person.phone))
    person = replace(
        person,
        **checked_particulars(
            tx,
            {
                "first_surname": person.first_surname,
                "second_surname": person.second_surname,
                "given_names": person.given_names,
                "birth_on": person.birth_on,
            },
        ),
    )
    person_id = person.person_id or PersonId(new_id(tx.now))
    store.insert_people(tx, [_row(replace(person, person_id=person_id), tx)])
    audit.record(tx, action="identity.register", subject=show_id("per", person_id))
    return queries.get_person(tx, person_id=person_id)


def checked_particulars(tx: Tx, particulars: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are given, names in their one written form. Raises PersonRefused."""
    found = dict(particulars)
    for name in ("first_surname", "second_surname", "given_names"):
        if found.get(name) is not None:
            try:
                found[name] = read_name(found[name])
            except NotAName as wrong:
                raise PersonRefused(rule=str(wrong)) from None
    born = found.get("birth_on")
    if born is not None and not (born <= tx.today and completed_years(born, tx.today) <= OLDEST_YEARS):
        raise PersonRefused(rule=f"a birth is not in the future, and not more than {OLDEST_YEARS} years ago")
    return found


def _checked_document(tx: Tx, kind: str, number: str) -> tuple[str, str] | None:
    if kind != NO_DOCUMENT:
        return kind, tx.country.check_document(kind, number)
    if number.strip():
        raise InvalidDocument(kind=kind, reason="somebody without a document has no number of one")
    return None


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
        *name_keys(tx, person),
    )


def record_whereabouts(tx: Tx, *, people: Iterable[Whereabouts]) -> int:
    """Add new telephones and addresses of many registered people, and say how many people were named.

    A new address closes the one before it; a new telephone stands beside the others. Checked as in
    `register_people`. Nothing new is kept of people whose file is restricted. Raises UnknownPerson,
    PersonRefused.
    """
    nothing = (None,) * 10
    return store.update_whereabouts(
        tx,
        ((p.person_id, *nothing, p.phone, p.district_code, p.address_line, None, None, None) for p in people),
    )


def add_document(tx: Tx, *, person_id: PersonId, kind: str, number: str) -> None:
    """Add a document to a registered person.

    Raises InvalidDocument, DocumentAlreadyHeld, UnknownPerson, PersonIsRestricted, PersonHasDied, OwnCase.
    """
    document = _checked_document(tx, kind, number)
    if document is None:
        raise InvalidDocument(kind=kind, reason="somebody without a document has none to add")
    get_changeable(tx, person_id=person_id)
    store.insert_document(tx, person_id=person_id, kind=kind, number=document[1])
    audit.record(
        tx, action="identity.add_document", subject=show_id("per", person_id), details={"kind": kind}
    )
