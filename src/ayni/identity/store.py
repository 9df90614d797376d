"""Identity's conversation with PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString, TypeVar
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.foundation.queries import load_queries
from ayni.identity.errors import (
    DocumentAlreadyHeld,
    LoginTaken,
    OfficerRefused,
    PersonRefused,
    UnknownPerson,
)
from ayni.identity.model import Claim, Document, Officer, OfficerRole, Person
from ayni.values.ids import OfficerId, PersonId

_QUERIES = load_queries("identity")

_PERSON_RULES = {
    "people_first_surname_fits": "a surname has 1 to 200 letters",
    "people_second_surname_fits": "a surname has 1 to 200 letters",
    "people_given_names_fit": "given names have 1 to 200 letters",
    "people_sex_is_known": "sex is female, male or left open",
    "people_language_is_a_code": "a language is a code of two or three small letters",
    "people_estimate_needs_a_date": "an estimated date of birth needs a date",
    "documents_kind_fits": "a document's kind has 1 to 20 letters",
    "documents_number_fits": "a document's number has 1 to 40 characters",
    "contacts_phone_is_e164": "a telephone number begins with + and the country's code",
    "addresses_district_is_a_code": "a district is a code of six digits",
    "addresses_line_fits": "an address has 1 to 300 letters",
}
_OFFICER_RULES = {
    "officers_login_is_plain": "a login has 2 to 100 small letters, digits, dots, dashes, underscores or @",
    "officer_roles_role_is_known": "one of the roles does not exist",
}

_T = TypeVar("_T")


@contextlib.contextmanager
def _named(kind: str = "document") -> Iterator[None]:
    """Turns what the database refuses into our named errors, by the constraint's name."""
    try:
        yield
    except psycopg.IntegrityError as error:
        constraint = error.diag.constraint_name or ""
        if constraint == "documents_are_held_once":
            raise DocumentAlreadyHeld(kind=kind) from None
        if constraint == "officers_login_is_taken":
            raise LoginTaken from None
        if constraint in ("documents_belong_to_a_person", "officers_are_people"):
            raise UnknownPerson from None
        if constraint in _PERSON_RULES:
            raise PersonRefused(rule=_PERSON_RULES[constraint]) from None
        if constraint in _OFFICER_RULES:
            raise OfficerRefused(rule=_OFFICER_RULES[constraint]) from None
        if isinstance(error, psycopg.errors.NotNullViolation):
            raise PersonRefused(rule=f"{error.diag.column_name} is missing") from None
        raise
    except psycopg.DataError:
        # A NUL, or a text that is no UTF-8: the message would quote it, so it goes no further.
        raise PersonRefused(rule="a field holds characters that cannot be stored") from None


def _one(tx: Tx, kind: type[_T], name: str, parameters: dict[str, Any]) -> _T | None:
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(_QUERIES[name], parameters).fetchone()


def _all(tx: Tx, kind: type[_T], name: str, parameters: dict[str, Any]) -> list[_T]:
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(_QUERIES[name], parameters).fetchall()


def _copy(tx: Tx, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with tx.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def insert_people(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    """Add people with all that they bring; all or none. Raises DocumentAlreadyHeld, PersonRefused."""
    with tx.connection.transaction():
        count = _stage(tx, rows)
        when = {"now": tx.now, "on": tx.today}
        with _named():
            tx.execute(_QUERIES["insert_staged_people"], when)
        for name in ("insert_staged_documents", "insert_staged_contacts", "insert_staged_addresses"):
            with _named():
                tx.execute(_QUERIES[name], when)
    return count


def update_whereabouts(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    """Add telephones and addresses of registered people; all or none. Raises UnknownPerson, PersonRefused."""
    with tx.connection.transaction():
        count = _stage(tx, rows)
        if tx.execute(_QUERIES["find_unknown_staged"]).fetchone() is not None:
            raise UnknownPerson
        when = {"now": tx.now, "on": tx.today}
        with _named():
            tx.execute(_QUERIES["close_changed_addresses"], when)
            tx.execute(_QUERIES["insert_staged_contacts"], when)
            tx.execute(_QUERIES["insert_staged_addresses"], when)
    return count


def _stage(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    tx.execute(_QUERIES["stage_people"])
    tx.execute(_QUERIES["empty_staged_people"])
    with _named():
        return _copy(tx, _QUERIES["copy_staged_people"], rows)


def insert_document(tx: Tx, *, person_id: PersonId, kind: str, number: str) -> None:
    """Add one document. Raises DocumentAlreadyHeld, UnknownPerson, PersonRefused."""
    with tx.connection.transaction(), _named(kind):
        tx.execute(
            _QUERIES["insert_document"],
            {"kind": kind, "number": number, "person_id": person_id, "now": tx.now},
        )


def find_person(tx: Tx, *, person_id: PersonId) -> Person | None:
    """One person, or None."""
    return _one(tx, Person, "find_person", {"person_id": person_id})


def find_holder(tx: Tx, *, kind: str, number: str) -> Person | None:
    """Who holds a document, or None."""
    return _one(tx, Person, "find_holder", {"kind": kind, "number": number})


def list_people_by_phone(tx: Tx, *, phone: str) -> list[Person]:
    """Everybody whom a telephone reaches."""
    return _all(tx, Person, "list_people_by_phone", {"phone": phone})


def list_documents(tx: Tx, *, person_id: PersonId) -> list[Document]:
    """A person's documents."""
    return _all(tx, Document, "list_documents", {"person_id": person_id})


def list_claims(tx: Tx, *, person_ids: Sequence[PersonId]) -> list[Claim]:
    """Claims of these people that no register has confirmed."""
    return _all(tx, Claim, "list_claims", {"person_ids": list(person_ids)})


def list_people_to_verify(tx: Tx, *, after: UUID, limit: int) -> list[PersonId]:
    """The next people with a document that was never asked about."""
    rows = tx.execute(_QUERIES["list_people_to_verify"], {"after": after, "limit": limit}).fetchall()
    return [PersonId(row[0]) for row in rows]


def insert_verifications(tx: Tx, rows: Iterable[Sequence[Any]]) -> int:
    """Add a register's answers."""
    return _copy(tx, _QUERIES["copy_verifications"], rows)


def insert_officer(
    tx: Tx, *, officer_id: OfficerId, login: str, person_id: PersonId, roles: Sequence[str]
) -> None:
    """Add an account with its roles. Raises LoginTaken, OfficerRefused, UnknownPerson."""
    with tx.connection.transaction(), _named():
        tx.execute(
            _QUERIES["insert_officer"],
            {"officer_id": officer_id, "login": login, "person_id": person_id, "now": tx.now},
        )
        tx.execute(
            _QUERIES["insert_officer_roles"],
            {"officer_id": officer_id, "roles": list(roles), "now": tx.now, "granted_by": tx.actor.who},
        )


def find_officer(tx: Tx, *, officer_id: OfficerId) -> Officer | None:
    """One account by id, or None."""
    return _officer(tx, "find_officer", {"officer_id": officer_id})


def find_officer_by_login(tx: Tx, *, login: str) -> Officer | None:
    """One account by login, or None."""
    return _officer(tx, "find_officer_by_login", {"login": login})


def _officer(tx: Tx, name: str, parameters: dict[str, Any]) -> Officer | None:
    row = tx.execute(_QUERIES[name], parameters).fetchone()
    if row is None:
        return None
    roles = tuple(OfficerRole(role) for role in row[3])
    return Officer(OfficerId(row[0]), row[1], PersonId(row[2]), roles)
