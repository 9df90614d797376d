"""Finding people by what is known of them. Who searched is written down by the operation `search_people`."""

from __future__ import annotations

from dataclasses import replace

from ayni.foundation.db import Tx
from ayni.identity.model import FoundPerson, NewPerson, Person
from ayni.identity.store import names, people
from ayni.values.ids import PersonId

NAMES_PER_MILLE = (600, 400)
"""How like two names must be, of 1,000: at first, and when too few are. Half of a name may be wrong or gone.

The less likeness is asked for, the longer it takes; for the name of thousands the first step finds enough.
"""
WORDS_PER_MILLE = (names.SAME, 600)
"""The same for a single word, which is compared with each word of a name."""
ENOUGH = 5


def name_keys(tx: Tx, person: NewPerson | Person) -> tuple[str, str, str]:
    """The keys of given names, first and second surname, "" where there is none."""
    given, first, second = (
        tx.country.name_key(name or "")
        for name in (person.given_names, person.first_surname, person.second_surname)
    )
    return given, first, second


def find_by_name(tx: Tx, *, text: str, district: str | None, limit: int) -> list[FoundPerson]:
    """People whose names sound like a text, the likest first."""
    key = tx.country.name_key(text)
    if not key:
        return []
    hits: dict[PersonId, int] = {}
    near = _one_letter_wrong_per_mille(key)
    for least in NAMES_PER_MILLE if " " in key else WORDS_PER_MILLE:
        hits = dict(names.search_by_name(tx, key=key, least_per_mille=least, district=district, limit=limit))
        if len(hits) >= min(limit, ENOUGH) or max(hits.values(), default=0) >= near:
            break
    return [replace(one, likeness_per_mille=hits[one.id]) for one in names.list_found(tx, people=list(hits))]


def _one_letter_wrong_per_mille(key: str) -> int:
    """How like a name is to itself with one letter wrong: whoever is so like is taken for who was meant.

    A word of n letters has n + 1 groups of three, with those at its ends; one letter is in three of them.
    """
    groups = sum(len(word) + 1 for word in key.split())
    return max(0, 1000 * (groups - 3) // (groups + 3))


def show_found(tx: Tx, *, people_found: list[Person], limit: int) -> list[FoundPerson]:
    """People as a list shows them; restricted files are left out."""
    shown: list[PersonId] = [one.id for one in people_found if not one.restricted]
    return names.list_found(tx, people=shown[:limit])


def find_by_document(tx: Tx, *, kind: str, number: str) -> list[Person]:
    """The holder of a document, or nobody. Raises InvalidDocument."""
    found = people.find_holder(tx, kind=kind, number=tx.country.check_document(kind, number))
    return [] if found is None else [found]
