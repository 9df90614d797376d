"""The SQL of grievances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from ayni.foundation.db import Tx
from ayni.programmes.errors.grievances import UnknownGrievance
from ayni.programmes.model import (
    Grievance,
    GrievanceCategory,
    GrievanceChannel,
    GrievanceCount,
    GrievanceKind,
    GrievanceNote,
    GrievanceOutcome,
)
from ayni.programmes.store import QUERIES, run
from ayni.values.ids import GrievanceId, OfficerId, PersonId, ProgrammeId


def insert(tx: Tx, **values: Any) -> None:
    """Add a grievance."""
    run(tx, "insert_grievance", at=tx.now, by=tx.actor.who, **values)


def insert_deciders(
    tx: Tx,
    grievance_id: GrievanceId,
    *,
    assessment_id: UUID | None,
    overpayment_id: UUID | None,
    known: Sequence[OfficerId],
) -> None:
    """Write down who made the decision that is appealed against."""
    run(
        tx,
        "insert_deciders",
        grievance_id=grievance_id,
        assessment_id=assessment_id,
        overpayment_id=overpayment_id,
        known=list(known),
    )


def find_judgement(tx: Tx, *, programme_id: ProgrammeId, subject_id: UUID) -> tuple[UUID, str] | None:
    """A subject's newest assessment in a programme, and who made it."""
    row = run(tx, "newest_judgement", programme_id=programme_id, subject_id=subject_id).fetchone()
    return None if row is None else (row[0], row[1])


def is_appealed(
    tx: Tx, *, subject_id: UUID | None, assessment_id: UUID | None, overpayment_id: UUID | None
) -> bool:
    """Whether a decision is appealed against already, and the appeal is open."""
    values = {"subject_id": subject_id, "assessment_id": assessment_id, "overpayment_id": overpayment_id}
    return run(tx, "open_appeal", **values).fetchone() is not None


def find(tx: Tx, grievance_id: GrievanceId) -> Grievance:
    """One grievance, or UnknownGrievance."""
    row = run(tx, "find_grievance", id=grievance_id).fetchone()
    if row is None:
        raise UnknownGrievance
    return _read(row)


def lock(tx: Tx, grievance_id: GrievanceId) -> Grievance:
    """The same, which nobody else decides until this transaction ends."""
    run(tx, "lock_grievance", id=grievance_id)
    return find(tx, grievance_id)


def list_open(tx: Tx, *, assigned_to: OfficerId | None, most: int) -> list[Grievance]:
    """What is not decided, what is due first before the rest."""
    return [_read(row) for row in run(tx, "open_grievances", assigned_to=assigned_to, most=most)]


def list_of(tx: Tx, person_id: PersonId) -> list[Grievance]:
    """What a person complained of, newest first."""
    return [_read(row) for row in run(tx, "grievances_of", person_id=person_id)]


def list_notes(tx: Tx, grievance_id: GrievanceId) -> list[GrievanceNote]:
    """What happened to a grievance, oldest first."""
    with tx.connection.cursor(row_factory=class_row(GrievanceNote)) as cursor:
        return cursor.execute(QUERIES["list_notes"], {"grievance_id": grievance_id}).fetchall()


def insert_note(
    tx: Tx, grievance_id: GrievanceId, *, kind: str, officer_id: OfficerId | None, text: str
) -> None:
    """Add what happened."""
    values = {"grievance_id": grievance_id, "kind": kind, "officer_id": officer_id, "text": text}
    run(tx, "insert_note", at=tx.now, by=tx.actor.who, **values)


def insert_decision(tx: Tx, **values: Any) -> None:
    """Add how a grievance ended. Raises GrievanceDecided, DecidedBefore."""
    run(tx, "insert_decision", at=tx.now, **values)


def escalate(tx: Tx, *, by_day: date) -> int:
    """Pass up what is due by a day; how many."""
    return run(tx, "escalate", by_day=by_day, at=tx.now, by=tx.actor.who).rowcount


def count(tx: Tx, *, since: date, until: date) -> list[GrievanceCount]:
    """How many were received in some days, and how they stand."""
    zone = str(tx.country.timezone)
    values = {"since": since, "until": until, "today": tx.today, "zone": zone}
    return [GrievanceCount(*row) for row in run(tx, "count_grievances", **values)]


def _read(row: Any) -> Grievance:
    named = dict(zip(Grievance.__dataclass_fields__, row, strict=True))
    named["kind"] = GrievanceKind(named["kind"])
    named["category"] = GrievanceCategory(named["category"])
    named["channel"] = GrievanceChannel(named["channel"])
    if named["outcome"] is not None:
        named["outcome"] = GrievanceOutcome(named["outcome"])
    return Grievance(**named)
