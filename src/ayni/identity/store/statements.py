"""How identity's statements are sent, and how the database's refusals get their names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString, TypeVar

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

QUERIES = load_queries("identity")

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

Found = TypeVar("Found")


@contextlib.contextmanager
def named(kind: str = "document") -> Iterator[None]:
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


def one(tx: Tx, kind: type[Found], name: str, parameters: dict[str, Any]) -> Found | None:
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(QUERIES[name], parameters).fetchone()


def many(tx: Tx, kind: type[Found], name: str, parameters: dict[str, Any]) -> list[Found]:
    with tx.connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(QUERIES[name], parameters).fetchall()


def copy_in(tx: Tx, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with tx.connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row)
            count += 1
    return count
