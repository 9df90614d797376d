"""The SQL of cycles: what they owe, what differs from the one before, who approved, whom they claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from ayni.foundation.db import Tx
from ayni.programmes.errors import UnknownCycle, UnknownEntitlement
from ayni.programmes.model import (
    Change,
    ChangeCount,
    Cycle,
    CycleKind,
    CycleState,
    CycleWarning,
    Entitlement,
)
from ayni.programmes.store import QUERIES, run, run_whole
from ayni.values.ids import CycleId, EntitlementId, OfficerId, PersonId, ProgrammeId


def find_cycle(tx: Tx, cycle_id: CycleId) -> Cycle:
    """One cycle, or UnknownCycle."""
    row = run(tx, "find_cycle", id=cycle_id).fetchone()
    if row is None:
        raise UnknownCycle
    return _read(row)


def _read(row: Any) -> Cycle:
    return Cycle(
        id=CycleId(row[0]),
        programme_id=ProgrammeId(row[1]),
        programme=row[2],
        name=row[3],
        assessment_id=row[4],
        state=CycleState(row[5]),
        entitlements=row[6],
        total_minor=row[7],
        digest=row[8],
        opened_by=OfficerId(row[9]),
        opened_at=row[10],
        approved_by=None if row[11] is None else OfficerId(row[11]),
        kind=CycleKind(row[12]),
        parent_id=None if row[13] is None else CycleId(row[13]),
        first_on=row[14],
        last_on=row[15],
        approvals_needed=row[16],
        in_kind=row[17],
    )


def list_cycles(tx: Tx, programme_id: ProgrammeId) -> list[Cycle]:
    """A programme's cycles, newest first."""
    return [_read(row) for row in run(tx, "list_cycles", programme_id=programme_id)]


def find_entitlement(tx: Tx, entitlement_id: EntitlementId) -> Entitlement:
    """One entitlement, or UnknownEntitlement."""
    row = run(tx, "find_entitlement", id=entitlement_id).fetchone()
    if row is None:
        raise UnknownEntitlement
    return _entitlement(row)


def list_entitlements_of_payee(tx: Tx, person_id: PersonId, *, before: UUID, most: int) -> list[Entitlement]:
    """What somebody receives, newest first."""
    values = {"person_id": person_id, "before": before, "most": most}
    return [_entitlement(row) for row in run(tx, "entitlements_of_payee", **values)]


def _entitlement(row: tuple[Any, ...]) -> Entitlement:
    return Entitlement(
        id=EntitlementId(row[0]),
        cycle_id=CycleId(row[1]),
        subject_id=row[2],
        payee_id=PersonId(row[3]),
        amount_minor=row[4],
        purpose=row[5],
        members=tuple(PersonId(one) for one in row[6]),
        kind=row[7],
        quantity=row[8],
        deducted_minor=row[9],
        settled=row[10],
    )


def insert_entitlements(tx: Tx, query: str, **values: Any) -> tuple[int, int]:
    """Freeze what a cycle owes; how many entitlements, and their sum in minor units."""
    row = run_whole(tx, query, **values).fetchone()
    assert row is not None
    return row[0], int(row[1])


def find_open_cycle(tx: Tx, assessment_id: UUID) -> bool:
    """Whether a cycle that was not cancelled pays an assessment."""
    return run(tx, "open_cycle_of", assessment_id=assessment_id).fetchone() is not None


def find_previous(tx: Tx, cycle: Cycle) -> tuple[CycleId, UUID, int, int] | None:
    """The approved cycle before one: its id, assessment, version of the programme, and entitlements."""
    row = run(tx, "previous_cycle", programme_id=cycle.programme_id, first_on=cycle.first_on).fetchone()
    return None if row is None else (CycleId(row[0]), row[1], row[2], row[3])


def insert_changes(
    tx: Tx,
    cycle: Cycle,
    *,
    previous_id: CycleId,
    previous_assessment_id: UUID,
    names: Sequence[str],
    names_before: Sequence[str],
) -> None:
    """Write down what differs from the cycle before. `names`: of the criteria, now and then."""
    run_whole(
        tx,
        "insert_changes",
        cycle_id=cycle.id,
        programme_id=cycle.programme_id,
        assessment_id=cycle.assessment_id,
        previous_id=previous_id,
        previous_assessment_id=previous_assessment_id,
        names=list(names),
        names_before=list(names_before),
    )


def count_changes(tx: Tx, cycle_id: CycleId) -> tuple[ChangeCount, ...]:
    """A cycle's diff in short."""
    return tuple(ChangeCount(*row) for row in run(tx, "count_changes", cycle_id=cycle_id))


def list_changes(tx: Tx, cycle_id: CycleId, *, after: UUID, most: int) -> list[Change]:
    """A cycle's diff, subject by subject, after one."""
    values = {"cycle_id": cycle_id, "after": after, "most": most}
    with tx.connection.cursor(row_factory=class_row(Change)) as cursor:
        return cursor.execute(QUERIES["list_changes"], values).fetchall()


def insert_warnings(tx: Tx, cycle_id: CycleId, warnings: Mapping[str, Mapping[str, Any]]) -> None:
    """Write down what should be looked at before approval."""
    for code, numbers in warnings.items():
        run(tx, "insert_warning", cycle_id=cycle_id, code=code, numbers=Jsonb(dict(numbers)))


def list_warnings(tx: Tx, cycle_id: CycleId) -> tuple[CycleWarning, ...]:
    """What should be looked at before a cycle is approved."""
    return tuple(CycleWarning(*row) for row in run(tx, "list_warnings", cycle_id=cycle_id))


def list_approvals(tx: Tx, cycle_id: CycleId) -> list[OfficerId]:
    """Who approved a cycle, in order."""
    return [OfficerId(row[0]) for row in run(tx, "list_approvals", cycle_id=cycle_id)]


def claim(tx: Tx, cycle_id: CycleId) -> tuple[int, int]:
    """Claim what of a cycle can be: how many people, and how many entitlements are set aside."""
    row = run(tx, "claim", cycle_id=cycle_id).fetchone()
    assert row is not None
    return row[0], row[1]


def reverse(tx: Tx, **values: Any) -> int:
    """Let claims go by a recorded reversal: how many."""
    row = run(tx, "reverse", **values).fetchone()
    assert row is not None
    return int(row[0])
