"""Who is in a programme: enrolled by an assessment, waiting for a place, paused, gone, and back again."""

from __future__ import annotations

from uuid import UUID

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.programmes import queries, store
from ayni.programmes.errors import StateRefused
from ayni.programmes.model import EnrolmentState
from ayni.values.ids import show_id

_MOVES = {
    EnrolmentState.PAUSED: (EnrolmentState.ENROLLED,),
    EnrolmentState.ENROLLED: (EnrolmentState.PAUSED,),
    EnrolmentState.EXITED: (EnrolmentState.ENROLLED, EnrolmentState.PAUSED, EnrolmentState.WAITING),
    # Whoever left may come back: the next assessment says as what.
    EnrolmentState.DRAFT: (EnrolmentState.EXITED,),
}


def enrol(tx: Tx, *, assessment_id: UUID) -> int:
    """Give every assessed subject its state; who was paused or has left stays so. Returns the changes.

    With places, whoever is eligible and finds none waits, by the programme's groups and rank. Of people
    whose file was merged into another, the other one is judged.
    """
    assessment = queries.get_assessment(tx, assessment_id)
    definition = store.get_definition(tx, assessment.programme_id, assessment.version)
    values = {"programme_id": assessment.programme_id, "at": tx.now, "by": tx.actor.who}
    noted = (
        store.run_whole(tx, "note_merged_people", **values).rowcount if definition.target == "person" else 0
    )
    # Of some subjects only, nobody's place is looked at anew: a free one is given by the whole list.
    places = definition.caps.places if assessment.subjects is None else None
    changed = store.run_whole(tx, "enrol", assessment_id=assessment_id, places=places, **values).rowcount
    return noted + changed


def change_enrolment(tx: Tx, *, programme: str, subject_id: UUID, state: EnrolmentState, reason: str) -> None:
    """Pause, re-admit or end one membership, or let somebody apply again, with the reason.

    Raises StateRefused, UnknownProgramme.
    """
    found = store.get_programme(tx, programme)
    current = queries.find_enrolment(tx, programme=programme, subject_id=subject_id)
    if current not in _MOVES.get(state, ()) or not reason.strip():
        raise StateRefused(current=current or "not a member", wanted=state)
    store.run(
        tx,
        "change_state",
        programme_id=found.id,
        subject_id=subject_id,
        state=state,
        reason=reason.strip()[:500],
        at=tx.now,
        by=tx.actor.who,
    )
    audit.record(
        tx,
        action=f"programmes.{state}",
        subject=show_id("prg", found.id),
        reason=reason.strip()[:500],
        details={"subject": str(subject_id)},
    )
