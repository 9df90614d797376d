"""People and their documents. Those whose file is restricted are found only by `privacy.find_restricted`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ayni.foundation.db import Tx
from ayni.identity.errors import PersonIsRestricted, UnknownDocument, UnknownPerson
from ayni.identity.model import Document, Person
from ayni.identity.store import people as store
from ayni.values.ids import PersonId


def get_person(tx: Tx, *, person_id: PersonId) -> Person:
    """One person by id, as known now. Raises UnknownPerson, PersonIsRestricted."""
    person = get_anybody(tx, person_id=person_id)
    if person.restricted:
        raise PersonIsRestricted
    return person


def get_anybody(tx: Tx, *, person_id: PersonId) -> Person:
    """One person by id, restricted or not: within identity only. Raises UnknownPerson."""
    person = store.find_person(tx, person_id=person_id)
    if person is None:
        raise UnknownPerson
    return person


def find_person(tx: Tx, *, kind: str, number: str) -> Person | None:
    """The holder of a document, written in any way the country accepts; or None. Raises InvalidDocument."""
    person = store.find_holder(tx, kind=kind, number=tx.country.check_document(kind, number))
    return None if person is None or person.restricted else person


def get_holder(tx: Tx, *, kind: str, number: str) -> Person:
    """As `find_person`, but raises UnknownDocument when nobody holds it."""
    person = find_person(tx, kind=kind, number=number)
    if person is None:
        raise UnknownDocument(kind=kind)
    return person


def list_people_by_phone(tx: Tx, *, phone: str) -> list[Person]:
    """Everybody whom a telephone reaches: it may serve a whole household. Raises InvalidPhone."""
    found = store.list_people_by_phone(tx, phone=tx.country.check_mobile(phone))
    return [person for person in found if not person.restricted]


def list_documents(tx: Tx, *, person_id: PersonId) -> list[Document]:
    """A person's documents, each with the last answer of a register. Raises UnknownPerson."""
    get_anybody(tx, person_id=person_id)
    return store.list_documents(tx, person_id=person_id)


def copy_people_to_compare(tx: Tx, *, write: Callable[[Any], object]) -> None:
    """Everybody by whom two files can be compared, as CSV, a piece at a time, for whoever seeks duplicates.

    Columns: id, given names, two surnames, birth and whether it is estimated, sex, one document's kind and
    number, telephone, district code, address line. Restricted files are left out, and parts of another file.
    """
    store.copy_people(tx, "copy_people_to_compare", write=write)


def copy_people_to_list(tx: Tx, *, write: Callable[[Any], object]) -> None:
    """The same people as CSV, for a list that is given to somebody: `note_listed` says to whom and what for.

    Columns: id, one document's kind and number, two surnames, given names, birth and whether it is
    estimated, sex, district code, address line, telephone, language, whether made up.
    """
    store.copy_people(tx, "copy_people_to_list", write=write)
