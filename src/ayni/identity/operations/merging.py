"""Merging two files of one human, and taking it back. Nothing moves: readers see the files as one."""

from __future__ import annotations

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity.errors import AlreadyMerged, MergeAlreadyUndone, UnknownMerge
from ayni.identity.model import Merge
from ayni.identity.queries.officers import check_may_decide, find_acting_officer
from ayni.identity.queries.people import get_person
from ayni.identity.store import merges as store
from ayni.values.ids import PersonId, show_id


def wait_for_others(tx: Tx) -> None:
    """Make whoever else would merge or undo wait until this transaction ends, before deciding what to do."""
    store.lock_merges(tx)


def merge_people(tx: Tx, *, kept_id: PersonId, merged_id: PersonId, reason: str) -> Merge:
    """Let one file stand for another of the same human.

    Neither may be merged already: AlreadyMerged tells which file to use instead. Raises UnknownPerson,
    PersonIsRestricted, AlreadyMerged, OwnCase, PersonRefused (the same file twice, no reason).
    """
    store.lock_merges(tx)
    for person_id in (kept_id, merged_id):
        get_person(tx, person_id=person_id)
        standing = store.get_canonical_id(tx, person_id=person_id)
        if standing != person_id:
            raise AlreadyMerged(person=show_id("per", person_id), use=show_id("per", standing))
    _check_own_case(tx, kept_id, merged_id)
    number = store.insert_merge(tx, kept_id=kept_id, merged_id=merged_id, reason=reason)
    audit.record(
        tx,
        action="identity.merge",
        subject=show_id("per", merged_id),
        reason=reason,
        details={"kept": show_id("per", kept_id), "merge": number},
    )
    return get_merge(tx, number=number)


def undo_merge(tx: Tx, *, number: int, reason: str) -> Merge:
    """Let both files stand for themselves again, with all that was written to either meanwhile.

    Raises UnknownMerge, MergeAlreadyUndone, OwnCase, PersonRefused (no reason).
    """
    store.lock_merges(tx)
    merge = get_merge(tx, number=number)
    _check_own_case(tx, merge.kept_id, merge.merged_id)
    if not store.undo_merge(tx, number=number, reason=reason):
        raise MergeAlreadyUndone
    audit.record(
        tx,
        action="identity.undo_merge",
        subject=show_id("per", merge.merged_id),
        reason=reason,
        details={"kept": show_id("per", merge.kept_id), "merge": number},
    )
    return get_merge(tx, number=number)


def get_merge(tx: Tx, *, number: int) -> Merge:
    """One merge. Raises UnknownMerge."""
    merge = store.find_merge(tx, number=number)
    if merge is None:
        raise UnknownMerge
    return merge


def _check_own_case(tx: Tx, *people: PersonId) -> None:
    officer = find_acting_officer(tx)
    if officer is not None:
        check_may_decide(tx, officer_id=officer.id, person_ids=people)
