"""The SQL of rations, samples, notices and reconciliation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.programmes.errors.delivering import UnknownVerification
from ayni.programmes.model import Ask, Contradiction, Mismatch, Verification, VerificationAnswer
from ayni.programmes.model.notices import PaidAsVoucher, ToTell, Unpaid
from ayni.programmes.store import run
from ayni.values.ids import AccountId, CycleId, EntitlementId, PersonId, show_id


def insert_handover(tx: Tx, **values: Any) -> int:
    """Record a handover; its receipt's number. Raises AlreadyHandedOver, HeldMeanwhile, CycleStateRefused."""
    row = run(tx, "insert_handover", at=tx.now, **values).fetchone()
    assert row is not None
    return int(row[0])


def distribute_in_kind(tx: Tx, cycle_id: CycleId) -> None:
    """An approved cycle is distributed with its first ration."""
    run(tx, "distribute_in_kind", cycle_id=cycle_id)


def insert_verification(tx: Tx, *, verification_id: UUID, **values: Any) -> int:
    """Draw a sample; how many it has."""
    run(tx, "insert_verification", id=verification_id, at=tx.now, **values)
    drawn = {name: values[name] for name in ("cycle_id", "seed", "size")}
    return run(tx, "draw_sample", id=verification_id, **drawn).rowcount


def insert_answer(tx: Tx, **values: Any) -> None:
    """Record an answer. Raises UnknownVerification, AnsweredAlready."""
    run(tx, "insert_answer", at=tx.now, **values)


def find(tx: Tx, verification_id: UUID) -> Verification:
    """One sample, or UnknownVerification."""
    row = run(tx, "find_verification", id=verification_id).fetchone()
    if row is None:
        raise UnknownVerification
    return Verification(row[0], CycleId(row[1]), row[2], row[3], row[4], row[5])


def list_asks(tx: Tx, verification_id: UUID) -> list[Ask]:
    """Who of a sample is still to be asked."""
    rows = run(tx, "list_asks", id=verification_id)
    return [Ask(EntitlementId(row[0]), PersonId(row[1]), row[2], row[3]) for row in rows]


def list_contradictions(tx: Tx, verification_id: UUID) -> list[Contradiction]:
    """Who says something else than the ledger."""
    rows = run(tx, "list_contradictions", id=verification_id)
    return [Contradiction(EntitlementId(row[0]), VerificationAnswer(row[1]), row[2], row[3]) for row in rows]


def lock_told(tx: Tx, cycle_id: CycleId) -> int:
    """Up to which payment residents were told; nobody else tells them until this transaction ends."""
    row = run(tx, "told_until", cycle_id=cycle_id).fetchone()
    assert row is not None
    return int(row[0])


def list_to_tell(tx: Tx, cycle_id: CycleId, *, after: int, most: int, unpaid: Sequence[str]) -> list[ToTell]:
    """Payments after a mark, and of what stays payable those with a code of `unpaid`, each once."""
    rows = run(tx, "list_to_tell", cycle_id=cycle_id, after=after, most=most, unpaid=list(unpaid))
    return [ToTell(*row) for row in rows]


def list_vouchers(tx: Tx, cycle_id: CycleId, *, most: int) -> list[PaidAsVoucher]:
    """A cycle's vouchers: those that wait first, then by their numbers."""
    return [PaidAsVoucher(*row) for row in run(tx, "list_vouchers", cycle_id=cycle_id, most=most)]


def list_unpaid(tx: Tx, cycle_id: CycleId, *, after: UUID, most: int) -> list[Unpaid]:
    """What is owed and not paid, after an entitlement, in order."""
    return [Unpaid(*row) for row in run(tx, "list_unpaid", cycle_id=cycle_id, after=after, most=most)]


def set_told(tx: Tx, cycle_id: CycleId, number: int) -> None:
    """Move the mark on."""
    run(tx, "set_told", cycle_id=cycle_id, number=number, at=tx.now)


def list_mismatches(tx: Tx, cycle_id: CycleId, account_id: AccountId) -> list[Mismatch]:
    """What we wrote and the ledger does not have so, and what the ledger has that we did not write."""
    found = [
        Mismatch(row[2], show_id("ent", row[0]), row[3], row[4])
        for row in run(tx, "reconcile", cycle_id=cycle_id)
    ]
    unknown = run(tx, "reconcile_unknown", cycle_id=cycle_id, account_id=account_id)
    return found + [Mismatch("unknown", show_id("trf", row[0]), None, row[1]) for row in unknown]
