"""People and their documents."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.identity.errors import UnknownDocument, UnknownPerson
from ayni.identity.model import Document, Person
from ayni.identity.store import people as store
from ayni.values.ids import PersonId


def get_person(tx: Tx, *, person_id: PersonId) -> Person:
    """One person by id. Raises UnknownPerson."""
    person = store.find_person(tx, person_id=person_id)
    if person is None:
        raise UnknownPerson
    return person


def find_person(tx: Tx, *, kind: str, number: str) -> Person | None:
    """The holder of a document, written in any way the country accepts; or None. Raises InvalidDocument."""
    return store.find_holder(tx, kind=kind, number=tx.country.check_document(kind, number))


def get_holder(tx: Tx, *, kind: str, number: str) -> Person:
    """As `find_person`, but raises UnknownDocument when nobody holds it."""
    person = find_person(tx, kind=kind, number=number)
    if person is None:
        raise UnknownDocument(kind=kind)
    return person


def list_people_by_phone(tx: Tx, *, phone: str) -> list[Person]:
    """Everybody whom a telephone reaches: it may serve a whole household. Raises InvalidPhone."""
    return store.list_people_by_phone(tx, phone=tx.country.check_mobile(phone))


def list_documents(tx: Tx, *, person_id: PersonId) -> list[Document]:
    """A person's documents, each with the last answer of a register. Raises UnknownPerson."""
    get_person(tx, person_id=person_id)
    return store.list_documents(tx, person_id=person_id)
