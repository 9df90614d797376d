"""What is known of suspected duplicates."""

from __future__ import annotations

from ayni import identity
from ayni.foundation.db import Tx
from ayni.registry.errors import UnknownPair
from ayni.registry.model import Pair, Verdict
from ayni.registry.store import duplicates as store
from ayni.values.ids import PersonId


def get_pair(tx: Tx, *, one_id: PersonId, other_id: PersonId) -> Pair:
    """One pair, its people in any order. Raises UnknownPair."""
    pair = store.find_pair(tx, low_id=min(one_id, other_id), high_id=max(one_id, other_id))
    if pair is None:
        raise UnknownPair
    return pair


def list_pairs(tx: Tx, *, limit: int = 50) -> list[Pair]:
    """What waits for a verdict, the likeliest first; after all others, what an officer was unsure about."""
    return store.list_open_pairs(tx, limit=limit)


def count_pairs(tx: Tx) -> tuple[int, int]:
    """How many pairs wait for a verdict, and how many of them hold up payments."""
    return store.count_open_pairs(tx)


def list_verdicts(tx: Tx, *, pair: Pair) -> list[Verdict]:
    """What was decided about a pair, oldest first. The last one holds."""
    return store.list_verdicts(tx, pair=pair)


def list_own_people(tx: Tx, *, officer: identity.Officer) -> list[PersonId]:
    """Whom an officer may not judge: every file of their own, and who lives with them today."""
    files = identity.list_same_human(tx, person_id=officer.person_id)
    return store.list_own_people(tx, files=files)
