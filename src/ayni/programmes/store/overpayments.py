"""The SQL of overpayments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.programmes.errors import UnknownOverpayment
from ayni.programmes.model import Overpayment, OverpaymentCause, OverpaymentDecision
from ayni.programmes.store import run
from ayni.values.ids import EntitlementId, OfficerId, PersonId, ProgrammeId


@dataclass(frozen=True)
class PaidTwice:
    """An entitlement that should not have been paid, whose human another one pays, and how much it was."""

    entitlement_id: EntitlementId
    other_entitlement_id: EntitlementId | None
    person_id: PersonId
    amount_minor: int


def list_paid_twice(tx: Tx, programme_id: ProgrammeId) -> list[PaidTwice]:
    """Who was paid by two entitlements of one cycle, of which no case has been made yet."""
    return [
        PaidTwice(EntitlementId(row[0]), EntitlementId(row[1]), PersonId(row[2]), row[3])
        for row in run(tx, "paid_twice", programme_id=programme_id)
    ]


def insert(
    tx: Tx, overpayment_id: UUID, programme_id: ProgrammeId, twice: PaidTwice, cause: OverpaymentCause
) -> bool:
    """Add a case; False when there is one of this entitlement."""
    row = run(
        tx,
        "insert_overpayment",
        id=overpayment_id,
        programme_id=programme_id,
        entitlement_id=twice.entitlement_id,
        other_entitlement_id=twice.other_entitlement_id,
        person_id=twice.person_id,
        cause=cause,
        amount_minor=twice.amount_minor,
        at=tx.now,
        by=tx.actor.who,
    ).fetchone()
    return row is not None


def insert_decision(tx: Tx, **values: Any) -> None:
    """Add what was decided."""
    run(tx, "insert_overpayment_decision", at=tx.now, **values)


def find(tx: Tx, overpayment_id: UUID) -> Overpayment:
    """One case, or UnknownOverpayment."""
    row = run(tx, "find_overpayment", id=overpayment_id).fetchone()
    if row is None:
        raise UnknownOverpayment
    return _read(row)


def list_open(tx: Tx, programme_id: ProgrammeId) -> list[Overpayment]:
    """Cases of a programme that are not decided, or of which something is left to recover; oldest first."""
    return [_read(row) for row in run(tx, "open_overpayments", programme_id=programme_id)]


def _read(row: Any) -> Overpayment:
    decision = None
    if row[8] is not None:
        decision = OverpaymentDecision(
            kind=row[8],
            amount_minor=row[9],
            each_cycle_minor=row[10],
            reasons=row[11],
            officer_id=OfficerId(row[12]),
            decided_at=row[13],
            appealable_until=row[14],
            left_minor=row[15],
        )
    return Overpayment(
        id=row[0],
        programme_id=ProgrammeId(row[1]),
        entitlement_id=EntitlementId(row[2]),
        other_entitlement_id=None if row[3] is None else EntitlementId(row[3]),
        person_id=PersonId(row[4]),
        cause=OverpaymentCause(row[5]),
        amount_minor=row[6],
        found_at=row[7],
        decision=decision,
    )
