"""Which files are of one human."""

from __future__ import annotations

from ayni.foundation.db import Tx
from ayni.identity.model import Merge
from ayni.identity.store import merges as store
from ayni.values.ids import PersonId


def get_canonical_id(tx: Tx, *, person_id: PersonId) -> PersonId:
    """The file that stands for a person: their own, or the one that it was merged into at last."""
    return store.get_canonical_id(tx, person_id=person_id)


def list_same_human(tx: Tx, *, person_id: PersonId) -> list[PersonId]:
    """Every file of the human whose file this is, this one too, in the order of their registration."""
    return store.list_same_human(tx, person_id=person_id)


def list_merges(tx: Tx, *, person_id: PersonId) -> list[Merge]:
    """Every merge that a file was ever part of, the undone ones too, oldest first."""
    return store.list_merges(tx, person_id=person_id)
