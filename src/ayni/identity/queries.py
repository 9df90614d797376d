"""What identity tells."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.identity import store
from ayni.identity.errors import UnknownDocument, UnknownOfficer, UnknownPerson
from ayni.identity.model import Document, Officer, Person
from ayni.values.ids import OfficerId, PersonId


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
