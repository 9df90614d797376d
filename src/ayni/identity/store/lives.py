"""Corrections of who a person is, and deaths."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ayni.foundation.db import Tx
from ayni.identity.model import Death, Particulars
from ayni.identity.store.statements import QUERIES, many, named
from ayni.values.ids import PersonId


def lock_person(tx: Tx, *, person_id: PersonId) -> None:
    """Make others who would change the same person wait until this transaction ends."""
    tx.execute(QUERIES["lock_person"], {"person_id": person_id})


def insert_correction(
    tx: Tx, *, person_id: PersonId, particulars: Mapping[str, Any], reason: str, source: str
) -> None:
    """Put the full set of particulars in the place of those that hold at present. Raises PersonRefused."""
    row = {**particulars, "person_id": person_id, "reason": reason, "source": source}
    _replace(tx, "correction", row)


def insert_death(tx: Tx, *, person_id: PersonId, died_on: date | None, source: str, reason: str) -> None:
    """Put a death, or its reversal, in the place of what is known at present. Raises PersonRefused."""
    row = {"person_id": person_id, "died_on": died_on, "source": source, "reason": reason}
    _replace(tx, "death", row)


def _replace(tx: Tx, what: str, row: Mapping[str, Any]) -> None:
    parameters = {**row, "now": tx.now, "by": tx.actor.who}
    with tx.connection.transaction(), named():
        tx.execute(QUERIES[f"close_{what}"], parameters)
        tx.execute(QUERIES[f"insert_{what}"], parameters)


def list_particulars(tx: Tx, *, person_id: PersonId) -> list[Particulars]:
    """As registered, then each correction."""
    return many(tx, Particulars, "list_particulars", {"person_id": person_id})


def list_deaths(tx: Tx, *, person_id: PersonId) -> list[Death]:
    """Records of a death and their reversals, oldest first."""
    return many(tx, Death, "list_deaths", {"person_id": person_id})
