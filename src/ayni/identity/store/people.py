"""People, their documents and whereabouts, and what registers answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.identity.errors import UnknownPerson
from ayni.identity.model import Claim, Document, Person, WithdrawnDocument
from ayni.identity.store.statements import QUERIES, copy_in, many, named, one
from ayni.values.ids import PersonId


def insert_people(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    """Add people with all that they bring; all or none. Raises DocumentAlreadyHeld, PersonRefused."""
    with tx.connection.transaction():
        count = _stage(tx, rows)
        when = {"now": tx.now, "on": tx.today}
        with named():
            tx.execute(QUERIES["insert_staged_people"], when)
        for name in (
            "insert_staged_name_keys",
            "insert_staged_documents",
            "insert_staged_contacts",
            "insert_staged_addresses",
        ):
            with named():
                tx.execute(QUERIES[name], when)
    return count


def update_whereabouts(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    """Add telephones and addresses of registered people; all or none. Raises UnknownPerson, PersonRefused."""
    with tx.connection.transaction():
        count = _stage(tx, rows)
        tx.execute(QUERIES["drop_restricted_staged"])
        if tx.execute(QUERIES["find_unknown_staged"]).fetchone() is not None:
            raise UnknownPerson
        when = {"now": tx.now, "on": tx.today}
        with named():
            tx.execute(QUERIES["close_changed_addresses"], when)
            tx.execute(QUERIES["insert_staged_contacts"], when)
            tx.execute(QUERIES["insert_staged_addresses"], when)
    return count


def _stage(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    tx.execute(QUERIES["stage_people"])
    tx.execute(QUERIES["empty_staged_people"])
    with named():
        return copy_in(tx, QUERIES["copy_staged_people"], rows)


def insert_document(tx: Tx, *, person_id: PersonId, kind: str, number: str) -> None:
    """Add one document. Raises DocumentAlreadyHeld, UnknownPerson, PersonRefused."""
    with tx.connection.transaction(), named(kind=kind):
        tx.execute(
            QUERIES["insert_document"],
            {"kind": kind, "number": number, "person_id": person_id, "now": tx.now},
        )


def withdraw_document(tx: Tx, *, person_id: PersonId, kind: str, number: str, reason: str) -> bool:
    """Take a document from a person, on record; False if they do not hold it. Raises PersonRefused."""
    what = {"kind": kind, "number": number, "person_id": person_id}
    with tx.connection.transaction(), named():
        said = {**what, "now": tx.now, "by": tx.actor.who, "reason": reason}
        if tx.execute(QUERIES["note_withdrawn_document"], said).fetchone() is None:
            return False
        tx.execute(QUERIES["delete_document"], what)
    return True


def list_withdrawn_documents(tx: Tx, *, person_id: PersonId) -> list[WithdrawnDocument]:
    """Documents that were entered on a person by mistake."""
    return many(tx, WithdrawnDocument, "list_withdrawn_documents", {"person_id": person_id})


def find_person(tx: Tx, *, person_id: PersonId) -> Person | None:
    """One person, or None."""
    return one(tx, Person, "find_person", {"person_id": person_id})


def find_holder(tx: Tx, *, kind: str, number: str) -> Person | None:
    """Who holds a document, or None."""
    return one(tx, Person, "find_holder", {"kind": kind, "number": number})


def list_people_by_phone(tx: Tx, *, phone: str) -> list[Person]:
    """Everybody whom a telephone reaches."""
    return many(tx, Person, "list_people_by_phone", {"phone": phone})


def list_documents(tx: Tx, *, person_id: PersonId) -> list[Document]:
    """A person's documents."""
    return many(tx, Document, "list_documents", {"person_id": person_id})


def list_claims(tx: Tx, *, person_ids: Sequence[PersonId]) -> list[Claim]:
    """Claims of these people that no register has confirmed."""
    return many(tx, Claim, "list_claims", {"person_ids": list(person_ids)})


def list_people_to_verify(tx: Tx, *, after: UUID, limit: int) -> list[PersonId]:
    """The next people with a document that was never asked about."""
    rows = tx.execute(QUERIES["list_people_to_verify"], {"after": after, "limit": limit}).fetchall()
    return [PersonId(row[0]) for row in rows]


def insert_verifications(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    """Add a register's answers."""
    return copy_in(tx, QUERIES["copy_verifications"], rows)


def copy_people(tx: Tx, name: str, *, write: Callable[[Any], object]) -> None:
    """Write people as CSV, a piece at a time: by `copy_people_to_compare` or `copy_people_to_list`."""
    with tx.connection.cursor() as cursor, cursor.copy(QUERIES[name]) as copy:
        for piece in copy:
            write(piece)
