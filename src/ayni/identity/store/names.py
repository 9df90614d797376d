"""Names as they sound, searches, and files that were merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.identity.model import FoundPerson, Searched
from ayni.identity.store.statements import QUERIES, many
from ayni.values.ids import PersonId

SAME = 1000
"""Likeness, of 1,000, of names that sound the same."""
NameKeys = tuple[UUID, str, str, str]
"""Person, and the keys of given names, first and second surname ("" where there is none)."""


def insert_name_keys(tx: Tx, rows: Sequence[NameKeys]) -> None:
    """Add keys of registered people; those that are there stay."""
    tx.execute(
        QUERIES["insert_name_keys"],
        {
            "people": [row[0] for row in rows],
            "given": [row[1] for row in rows],
            "first": [row[2] for row in rows],
            "second": [row[3] for row in rows],
        },
    )


def list_people_without_name_keys(tx: Tx, *, after: UUID, limit: int) -> list[tuple[Any, ...]]:
    """Id, given names and surnames of people without a key, each way in which they were ever written."""
    return tx.execute(QUERIES["list_people_without_name_keys"], {"after": after, "limit": limit}).fetchall()


def search_by_name(
    tx: Tx, *, key: str, least_per_mille: int, district: str | None, limit: int
) -> list[tuple[PersonId, int]]:
    """People and how like the key their names sound, of 1,000; the likest first.

    A key of one word is compared with each word of a name; with 1,000 as the least, any who have it.
    """
    least = f"{least_per_mille / 1000:.3f}"
    tx.execute(QUERIES["set_likeness"], {"names": least, "words": least})
    statement = "search_by_name"
    if " " not in key:
        statement = "search_by_same_word" if least_per_mille == SAME else "search_by_word"
    # The planner takes a LIMIT for a promise that reading the table from its start soon finds enough.
    tx.execute(QUERIES["use_indexes"], {"whole_tables": "off"})
    rows = tx.execute(QUERIES[statement], {"key": key, "district": district, "limit": limit}).fetchall()
    tx.execute(QUERIES["use_indexes"], {"whole_tables": "on"})
    return [(PersonId(row[0]), row[1]) for row in rows]


def list_found(tx: Tx, *, people: Sequence[PersonId]) -> list[FoundPerson]:
    """What a list shows of people, in the order given; nothing of restricted files."""
    return many(tx, FoundPerson, "list_found", {"people": list(people)})


def insert_search(tx: Tx, *, kind: str, found: int) -> None:
    """Note a search."""
    tx.execute(
        QUERIES["insert_search"],
        {
            "kind": kind,
            "found": found,
            "now": tx.now,
            "by": tx.actor.who,
            "channel": tx.actor.channel,
        },
    )


def list_searches(tx: Tx, *, limit: int) -> list[Searched]:
    """The last searches."""
    return many(tx, Searched, "list_searches", {"limit": limit})
