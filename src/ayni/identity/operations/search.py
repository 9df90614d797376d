"""Searching for people. That somebody searched is kept; for whom is not."""

from __future__ import annotations

from uuid import UUID

from ayni.foundation.db import Database, Tx
from ayni.identity.errors import NothingToSearch
from ayni.identity.model import FoundPerson
from ayni.identity.queries import search as queries
from ayni.identity.store import names as store
from ayni.identity.store import people as people_store
from ayni.values.ids import PersonId

MOST = 100


def search_people(
    tx: Tx,
    *,
    text: str | None = None,
    document: tuple[str, str] | None = None,
    phone: str | None = None,
    district: str | None = None,
    limit: int = 20,
) -> list[FoundPerson]:
    """People by a name as it sounds, by a document (kind, number) or by a telephone: exactly one of them.

    A name may be misspelt, swapped or without a surname; the likest come first, at most `limit` (1 to 100).
    `district` (its code) narrows a search by name. Documents are shown by their last signs only. Restricted
    files are left out. Raises NothingToSearch, InvalidDocument, InvalidPhone.
    """
    given = [what for what in (text, document, phone) if what is not None]
    if len(given) != 1 or not 1 <= limit <= MOST:
        raise NothingToSearch(most=MOST)
    if text is not None:
        if "\0" in text or not text.strip():
            raise NothingToSearch(most=MOST)
        kind, found = "name", queries.find_by_name(tx, text=text, district=district, limit=limit)
    elif document is not None:
        holder = queries.find_by_document(tx, kind=document[0], number=document[1])
        kind, found = "document", queries.show_found(tx, people_found=holder, limit=limit)
    else:
        assert phone is not None
        reached = people_store.list_people_by_phone(tx, phone=tx.country.check_mobile(phone))
        kind, found = "phone", queries.show_found(tx, people_found=reached, limit=limit)
    store.insert_search(tx, kind=kind, found=len(found))
    return found


def fill_name_keys(database: Database, *, batch: int = 10_000) -> int:
    """Give people from before name keys theirs, in batches, and say to how many; a kill loses nothing."""
    after, count = PersonId(UUID(int=0)), 0
    while True:
        with database.transaction() as tx:
            rows = store.list_people_without_name_keys(tx, after=after, limit=batch)
            key = tx.country.name_key
            store.insert_name_keys(
                tx, [(row[0], key(row[1]), key(row[2] or ""), key(row[3] or "")) for row in rows]
            )
        if not rows:
            return count
        after = PersonId(rows[-1][0])
        count += len({row[0] for row in rows})
