"""What follows when two files are of one human after all, or are not: merges, and one household at a time."""

from __future__ import annotations

from collections.abc import Sequence

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.registry.model import Role, VerdictKind
from ayni.registry.store import duplicates as store
from ayni.values.ids import HouseholdId, PersonId, show_id


def wait_for_others(tx: Tx) -> None:
    """Make verdicts that may merge or part files wait for each other, so that each sees what holds."""
    identity.merging.wait_for_others(tx)


def join(
    tx: Tx,
    *,
    one_id: PersonId,
    other_id: PersonId,
    verdict: int,
    reason: str,
    keep: PersonId | None = None,
) -> None:
    """Let one file stand for both, unless one does already, and end households beside its own."""
    one, other = (identity.get_canonical_id(tx, person_id=person_id) for person_id in (one_id, other_id))
    if one == other:
        return
    preferred = identity.get_canonical_id(tx, person_id=keep) if keep is not None else min(one, other)
    kept, gone = (other, one) if preferred == other else (one, other)
    merge = identity.merging.merge_people(tx, kept_id=kept, merged_id=gone, reason=reason)
    store.insert_verdict_merge(tx, merge=merge.number, verdict=verdict)
    files = identity.list_same_human(tx, person_id=kept)
    for household_id in store.close_memberships_of_merged(tx, files=files, kept_id=kept, merge=merge.number):
        audit.record(
            tx,
            action="registry.end_membership",
            subject=show_id("hh", household_id),
            reason="merged: the same human belongs to another household",
            details={"person": show_id("per", gone), "merge": merge.number},
        )


def part(tx: Tx, *, person_id: PersonId, reason: str) -> None:
    """Undo the merges of a human's files, and merge again what other verdicts still hold together."""
    files = identity.list_same_human(tx, person_id=person_id)
    stood = identity.get_canonical_id(tx, person_id=person_id)
    for number in store.list_verdict_merges(tx, people=files):
        if identity.merging.get_merge(tx, number=number).undone_at is None:
            identity.merging.undo_merge(tx, number=number, reason=reason)
    for verdict in store.list_verdicts_among(tx, verdict=VerdictKind.SAME, first=files, second=files):
        join(
            tx,
            one_id=verdict.low_id,
            other_id=verdict.high_id,
            verdict=verdict.number,
            reason=verdict.reason,
            keep=stood if stood in (verdict.low_id, verdict.high_id) else None,
        )
    _reopen(tx, files, reason)


def _reopen(tx: Tx, files: Sequence[PersonId], reason: str) -> None:
    """Begin again, from today, the memberships that no merge forbids any more.

    Whoever has joined another household meanwhile stays there. A head whose place was taken comes back as a
    relative, for an officer to put right.
    """
    for number, person_id, household_id, role, has_head in store.list_closings_to_reopen(tx, people=files):
        same = identity.list_same_human(tx, person_id=person_id)
        if store.has_present_membership(tx, files=same):
            continue
        now_role = Role.OTHER_RELATIVE if role == Role.HEAD and has_head else Role(role)
        store.reopen_membership(tx, membership=number, role=now_role)
        audit.record(
            tx,
            action="registry.add_member",
            subject=show_id("hh", HouseholdId(household_id)),
            reason=reason,
            details={"person": show_id("per", person_id), "role": now_role, "from": tx.today.isoformat()},
        )
