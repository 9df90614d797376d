"""How identity's statements are sent, and how the database's refusals get their names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.queries import load_queries
from ayni.identity.errors import (
    AlreadyRepresents,
    CollectorAlreadyNamed,
    ConsentAlreadyGiven,
    ConsentRefused,
    DocumentAlreadyHeld,
    LoginTaken,
    OfficerDisabled,
    OfficerRefused,
    PersonHasDied,
    PersonIsRestricted,
    PersonRefused,
    RepresentationRefused,
    RoleAlreadyGranted,
    TooManyRepresented,
    UnknownPerson,
)

QUERIES = load_queries("identity")

_REASON = "a reason has 1 to 500 letters"
_SOURCE = "what proves it has 1 to 100 letters"
_RULES: dict[type[AyniError], dict[str, str]] = {
    PersonRefused: {
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
        "addresses_say_something": "an address has a district or a line",
        "corrections_first_surname_fits": "a surname has 1 to 200 letters",
        "corrections_second_surname_fits": "a surname has 1 to 200 letters",
        "corrections_given_names_fit": "given names have 1 to 200 letters",
        "corrections_sex_is_known": "sex is female, male or left open",
        "corrections_language_is_a_code": "a language is a code of two or three small letters",
        "corrections_estimate_needs_a_date": "an estimated date of birth needs a date",
        "corrections_give_a_reason": _REASON,
        "withdrawn_documents_give_a_reason": _REASON,
        "corrections_name_a_source": _SOURCE,
        "deaths_give_a_reason": _REASON,
        "deaths_name_a_source": _SOURCE,
        "deaths_are_past": "nobody has died in the future",
        "restrictions_give_a_reason": _REASON,
        "restrictions_are_lifted_for_a_reason": _REASON,
        "reads_have_a_purpose": "a purpose has 1 to 500 letters",
        "merges_are_of_two_files": "a file is not merged with itself",
        "merges_give_a_reason": _REASON,
        "merges_are_undone_for_a_reason": _REASON,
    },
    RepresentationRefused: {
        "representatives_kind_is_known": "there are primary_collector, alternate_collector and guardian",
        "representatives_are_somebody_else": "nobody represents themselves",
        "representatives_authority_kind_fits": "the kind of paper has 1 to 60 letters",
        "representatives_authority_number_fits": "the paper's number has 1 to 60 letters",
        "representatives_authority_says_fits": "what the paper says has 1 to 500 letters",
        "representatives_show_their_authority": "the paper has a number, or it is told what it says",
        "representatives_last_after_they_begin": "the last day is not before the first",
        "representatives_end_after_they_begin": "it ends at the earliest on the day before its first",
        "representatives_give_a_reason": _REASON,
        "representatives_end_for_a_reason": _REASON,
    },
    ConsentRefused: {
        "consents_purpose_is_plain": "a purpose is 1 to 60 small letters, digits, points or underscores",
        "consents_text_version_fits": "the version of the text has 1 to 60 letters",
        "consents_are_not_of_the_future": "nobody has consented in the future",
        "consents_end_after_they_begin": "it is withdrawn at the earliest on the day when it was given",
        "consents_are_withdrawn_for_a_reason": _REASON,
    },
    OfficerRefused: {
        "officers_login_is_plain": "a login has 2 to 100 of a-z, 0-9, dots, dashes, underscores or @",
        "officer_roles_role_is_known": "one of the roles does not exist",
        "officer_roles_are_revoked_for_a_reason": _REASON,
        "disabled_accounts_give_a_reason": _REASON,
        "disabled_accounts_are_enabled_for_a_reason": _REASON,
    },
}
_REFUSED_BY = {
    constraint: (kind, rule) for kind, rules in _RULES.items() for constraint, rule in rules.items()
}
_FACTS: dict[str, type[AyniError]] = {
    "officers_login_is_taken": LoginTaken,
    "documents_belong_to_a_person": UnknownPerson,
    "officers_are_people": UnknownPerson,
    "merges_keep_a_person": UnknownPerson,
    "merges_merge_a_person": UnknownPerson,
    "representatives_one_primary_at_a_time": CollectorAlreadyNamed,
    "representatives_collect_once": AlreadyRepresents,
    "representatives_guard_once": AlreadyRepresents,
    "consents_are_open_once": ConsentAlreadyGiven,
    "restrictions_are_open_once": PersonIsRestricted,
    "deaths_are_open_once": PersonHasDied,
    "disabled_accounts_are_open_once": OfficerDisabled,
}
"""Constraints that say all by their name."""

Found = TypeVar("Found")


@contextlib.contextmanager
def named(**numbers: Any) -> Iterator[None]:
    """Turns what the database refuses into our named errors, by the constraint's name.

    `numbers` fill the sentences of those that need them: the document's kind, a role, a cap.
    """
    try:
        yield
    except psycopg.IntegrityError as error:
        constraint = error.diag.constraint_name or ""
        if constraint in _FACTS:
            raise _FACTS[constraint] from None
        if constraint in _REFUSED_BY:
            kind, rule = _REFUSED_BY[constraint]
            raise kind(rule=rule) from None
        if constraint == "documents_are_held_once":
            raise DocumentAlreadyHeld(kind=numbers.get("kind", "document")) from None
        if constraint == "officer_roles_are_held_once":
            raise RoleAlreadyGranted(**numbers) from None
        if constraint == "representatives_collect_for_few":
            raise TooManyRepresented(**numbers) from None
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


def changed(tx: Tx, name: str, parameters: dict[str, Any]) -> bool:
    """Run a statement that gives back the rows it has changed, and say whether there were any."""
    with tx.connection.transaction(), named():
        return tx.execute(QUERIES[name], parameters).fetchone() is not None


def copy_in(tx: Tx, statement: LiteralString, rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with tx.connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in rows:
            copying.write_row(row)
            count += 1
    return count
