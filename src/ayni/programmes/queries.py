"""Everything that reads programmes."""

from __future__ import annotations

from uuid import UUID

from ayni import ledger, payments
from ayni.foundation.db import Tx
from ayni.foundation.invariants import Invariant, Violation
from ayni.programmes import store
from ayni.programmes.errors import UnknownAssessment
from ayni.programmes.model import (
    Assessment,
    Cycle,
    EnrolmentState,
    Explanation,
    HeldBack,
    Outcome,
    Programme,
    explain,
)
from ayni.values.ids import CycleId, EntitlementId, PersonId, show_id


def get_programme(tx: Tx, *, code: str) -> Programme:
    """A programme with its newest definition. Raises UnknownProgramme."""
    return store.get_programme(tx, code)


def get_cycle(tx: Tx, cycle_id: CycleId) -> Cycle:
    """One cycle. Raises UnknownCycle."""
    return store.find_cycle(tx, cycle_id)


def get_assessment(tx: Tx, assessment_id: UUID) -> Assessment:
    """An assessment with its counts. Raises UnknownAssessment."""
    row = store.run(tx, "find_assessment", id=assessment_id).fetchone()
    if row is None:
        raise UnknownAssessment
    counts = {
        outcome: (count, int(total))
        for outcome, count, total in store.run(tx, "count_outcomes", assessment_id=assessment_id)
    }
    return Assessment(
        id=row[0],
        programme_id=row[1],
        version=row[2],
        as_of=row[3],
        eligible=counts.get("eligible", (0, 0))[0],
        not_eligible=counts.get("not_eligible", (0, 0))[0],
        unknown=counts.get("unknown", (0, 0))[0],
        total_minor=counts.get("eligible", (0, 0))[1],
    )


def get_explanation(tx: Tx, *, programme: str, subject_id: UUID, language: str) -> Explanation:
    """Why a subject is eligible or not, in a sentence. Raises UnknownProgramme, UnknownAssessment."""
    found = store.get_programme(tx, programme)
    row = store.run(tx, "find_row", programme_id=found.id, subject_id=subject_id).fetchone()
    if row is None:
        raise UnknownAssessment
    facts, criteria, outcome, amount_minor, fault, recipient_id, version, as_of = row
    definition = store.get_definition(tx, found.id, version)
    names = (criterion.name for criterion in definition.criteria)
    return Explanation(
        outcome=Outcome(outcome),
        amount_minor=amount_minor,
        answers=tuple(zip(names, criteria, strict=True)),
        sentence=explain(
            definition, criteria, Outcome(outcome), recipient_id is not None, language, amount_fault=fault
        ),
        facts=facts,
        version=version,
        as_of=as_of,
    )


def find_enrolment(tx: Tx, *, programme: str, subject_id: UUID) -> EnrolmentState | None:
    """A subject's state in a programme, or None."""
    found = store.get_programme(tx, programme)
    row = store.run(tx, "current_state", programme_id=found.id, subject_id=subject_id).fetchone()
    return None if row is None else EnrolmentState(row[0])


def list_recipients(tx: Tx, cycle_id: CycleId) -> list[PersonId]:
    """Everybody whom a cycle pays."""
    return [PersonId(row[0]) for row in store.run(tx, "list_recipients", cycle_id=cycle_id)]


def list_recipients_after(
    tx: Tx, cycle_id: CycleId, *, after: EntitlementId | None, most: int
) -> dict[EntitlementId, PersonId]:
    """The recipients of at most so many entitlements after one, in order: for a cycle of any size."""
    values = {"cycle_id": cycle_id, "after": after or EntitlementId(UUID(int=0)), "most": most}
    rows = store.run(tx, "list_recipients_after", **values)
    return {EntitlementId(row[0]): PersonId(row[1]) for row in rows}


def count_held_back(tx: Tx, cycle_id: CycleId) -> dict[HeldBack, int]:
    """How many unpaid entitlements of a cycle may not be paid now, by reason; for whoever approves it too."""
    return store.count_held_back(tx, cycle_id)


def _unreserved(tx: Tx) -> list[Violation]:
    found = []
    for programme_id, owed_minor in store.list_open_totals(tx).items():
        book = payments.get_programme_book(tx, programme_id=programme_id)
        reserved = ledger.get_account(tx, book.reserved_account_id).balance_minor
        if reserved != owed_minor:
            numbers: dict[str, int | str] = {"reserved_minor": reserved, "owed_minor": owed_minor}
            found.append(Violation(show_id("prg", programme_id), numbers))
    return found


INVARIANTS = (
    Invariant(
        "reserves_cover_cycles",
        "The reserved budget of each programme is what its approved cycles still owe.",
        _unreserved,
    ),
)
"""What must hold between cycles and budgets; `app` registers it."""
