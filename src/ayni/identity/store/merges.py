"""Files that turned out to be of one human."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.identity.model import Merge
from ayni.identity.store.statements import QUERIES, changed, many, named, one
from ayni.values.ids import PersonId


def lock_merges(tx: Tx) -> None:
    """Make others who would merge or undo wait until this transaction ends."""
    tx.execute(QUERIES["lock_merges"])


def insert_merge(tx: Tx, *, kept_id: PersonId, merged_id: PersonId, reason: str) -> int:
    """Merge a file into another; the number of the merge. Raises PersonRefused, UnknownPerson."""
    with tx.connection.transaction(), named():
        row = tx.execute(
            QUERIES["insert_merge"],
            {
                "kept_id": kept_id,
                "merged_id": merged_id,
                "reason": reason,
                "by": tx.actor.who,
                "now": tx.now,
            },
        ).fetchone()
    assert row is not None
    return int(row[0])


def undo_merge(tx: Tx, *, number: int, reason: str) -> bool:
    """End a merge; False when it has ended before. Raises PersonRefused (no reason)."""
    return changed(tx, "undo_merge", {"number": number, "reason": reason, "by": tx.actor.who, "now": tx.now})


def find_merge(tx: Tx, *, number: int) -> Merge | None:
    """One merge, or None."""
    return one(tx, Merge, "find_merge", {"number": number})


def list_merges(tx: Tx, *, person_id: PersonId) -> list[Merge]:
    """Every merge that a file was ever part of, oldest first."""
    return many(tx, Merge, "list_merges", {"person_id": person_id})


def get_canonical_id(tx: Tx, *, person_id: PersonId) -> PersonId:
    """The file that stands for a person: their own when nobody knows better."""
    row = tx.execute(QUERIES["get_canonical_id"], {"person_id": person_id}).fetchone()
    assert row is not None
    return PersonId(row[0])


def list_same_human(tx: Tx, *, person_id: PersonId) -> list[PersonId]:
    """Every file of the human whose file this is, this one too."""
    rows = tx.execute(QUERIES["list_same_human"], {"person_id": person_id}).fetchall()
    return [PersonId(row[0]) for row in rows]
