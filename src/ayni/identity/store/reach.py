"""Telephones and addresses."""

from __future__ import annotations

from datetime import datetime

from ayni.foundation.db import Tx
from ayni.identity.model import Address, Contact
from ayni.identity.store.statements import QUERIES, changed, many
from ayni.values.ids import PersonId


def insert_contact(tx: Tx, *, person_id: PersonId, phone: str) -> bool:
    """Add a telephone from today; False when it is the person's already. Raises PersonRefused."""
    row = {"person_id": person_id, "phone": phone, "on": tx.today, "now": tx.now}
    return changed(tx, "insert_contact", row)


def close_contact(tx: Tx, *, person_id: PersonId, phone: str, mistaken: bool) -> bool:
    """End a telephone with today; False when it is not the person's."""
    row = {"person_id": person_id, "phone": phone, "on": tx.today, "mistaken": mistaken}
    return changed(tx, "close_contact", row)


def insert_contact_proof(tx: Tx, *, person_id: PersonId, phone: str, kind: str) -> bool:
    """Add a sign that a telephone reaches a person; False when it is not theirs."""
    row = {"person_id": person_id, "phone": phone, "kind": kind, "now": tx.now, "by": tx.actor.who}
    return changed(tx, "insert_contact_proof", row)


def list_contacts(tx: Tx, *, person_id: PersonId) -> list[Contact]:
    """Every telephone that a person has or had."""
    return many(tx, Contact, "list_contacts", {"person_id": person_id})


def list_addresses(tx: Tx, *, person_id: PersonId) -> list[Address]:
    """Every address that a person has or had."""
    return many(tx, Address, "list_addresses", {"person_id": person_id})


def list_people_reached(tx: Tx, *, phone: str, oldest: datetime) -> list[PersonId]:
    """Whom a telephone is proven to reach since `oldest`."""
    rows = tx.execute(QUERIES["list_people_reached"], {"phone": phone, "oldest": oldest})
    return [PersonId(row[0]) for row in rows]


def list_phones_reaching(tx: Tx, *, person_id: PersonId, oldest: datetime) -> list[str]:
    """Telephones that are proven to reach a person since `oldest`."""
    rows = tx.execute(QUERIES["list_phones_reaching"], {"person_id": person_id, "oldest": oldest})
    return [str(row[0]) for row in rows]
