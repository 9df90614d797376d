"""Who represents whom, and what people permit."""

from __future__ import annotations

from datetime import date

from ayni.foundation.db import Tx
from ayni.identity.model import Authority, Consent, Representation
from ayni.identity.store.statements import QUERIES, changed, many, named, one
from ayni.values.ids import PersonId


def insert_representative(
    tx: Tx,
    *,
    person_id: PersonId,
    representative_id: PersonId,
    kind: str,
    authority: Authority,
    most_people: int,
    valid_from: date,
    valid_until: date | None,
    reason: str,
) -> int:
    """Name a representative, and give the row's number.

    Raises CollectorAlreadyNamed, AlreadyRepresents, TooManyRepresented, RepresentationRefused.
    """
    with tx.connection.transaction(), named(most=most_people):
        row = tx.execute(
            QUERIES["insert_representative"],
            {
                "person_id": person_id,
                "representative_id": representative_id,
                "kind": kind,
                "authority_kind": authority.kind,
                "authority_number": authority.number,
                "authority_says": authority.says,
                "most_people": most_people,
                "valid_from": valid_from,
                "valid_until": valid_until,
                "reason": reason,
                "now": tx.now,
                "by": tx.actor.who,
            },
        ).fetchone()
    assert row is not None
    return int(row[0])


def find_representation(tx: Tx, *, number: int) -> Representation | None:
    """One row by its number, or None."""
    return one(tx, Representation, "find_representation", {"number": number})


def end_representation(tx: Tx, *, number: int, last_day: date, reason: str) -> bool:
    """End a row with its last day; False when it has ended already. Raises RepresentationRefused."""
    row = {"number": number, "last_day": last_day, "reason": reason, "now": tx.now, "by": tx.actor.who}
    return changed(tx, "end_representation", row)


def list_representatives(tx: Tx, *, person_id: PersonId, on: date | None = None) -> list[Representation]:
    """Who represents or represented a person; with a day, those who might act on it."""
    name = "list_representatives" if on is None else "list_representatives_on"
    return many(tx, Representation, name, {"person_id": person_id, "on": on})


def list_represented(tx: Tx, *, person_id: PersonId) -> list[Representation]:
    """Whom a person represents or represented."""
    return many(tx, Representation, "list_represented", {"person_id": person_id})


def insert_consent(
    tx: Tx, *, person_id: PersonId, purpose: str, text_version: str, given_on: date, given_by: PersonId
) -> None:
    """Add what a person permits. Raises ConsentAlreadyGiven, ConsentRefused."""
    row = {"person_id": person_id, "purpose": purpose, "text_version": text_version, "given_on": given_on}
    row |= {"given_by": given_by, "now": tx.now, "by": tx.actor.who}
    with tx.connection.transaction(), named():
        tx.execute(QUERIES["insert_consent"], row)


def withdraw_consents(tx: Tx, *, person_id: PersonId, purpose: str, reason: str) -> bool:
    """Withdraw a purpose in whatever words; False when nothing was permitted. Raises ConsentRefused."""
    row = {"person_id": person_id, "purpose": purpose, "on": tx.today, "reason": reason}
    return changed(tx, "withdraw_consents", row | {"now": tx.now, "by": tx.actor.who})


def has_consent(tx: Tx, *, person_id: PersonId, purpose: str) -> bool:
    """Whether a person permits a purpose at present."""
    row = tx.execute(QUERIES["has_consent"], {"person_id": person_id, "purpose": purpose}).fetchone()
    assert row is not None
    return bool(row[0])


def list_consents(tx: Tx, *, person_id: PersonId) -> list[Consent]:
    """Everything that a person permits or permitted."""
    return many(tx, Consent, "list_consents", {"person_id": person_id})
