"""What an officer sees before approving a cycle: what differs from the one before, and what looks odd."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from ayni.foundation.db import Tx
from ayni.programmes import queries, store
from ayni.programmes.model import Assessment, Cycle, CycleKind, Definition, HeldBack
from ayni.programmes.operations.budget import free_minor
from ayni.programmes.store import cycles as rows


def note_differences(
    tx: Tx, cycle: Cycle, assessment: Assessment, definition: Definition, total_minor: int
) -> None:
    """Write down a draft's differences from the cycle before, and its warnings."""
    warnings: dict[str, dict[str, Any]] = {}
    if cycle.kind is CycleKind.REGULAR:
        warnings |= {
            one.code: dict(one.numbers) for one in queries.list_warnings(tx, assessment_id=assessment.id)
        }
        warnings |= _of_changes(tx, cycle, definition)
    if definition.in_kind is None:
        missing_minor = total_minor - free_minor(tx, cycle)
        if missing_minor > 0:
            warnings["budget_short"] = {"missing_minor": missing_minor}
        over_minor = total_minor + _owed_before(tx, cycle) - definition.budget_minor
        if over_minor > 0:
            warnings["over_budget_of_definition"] = {"over_minor": over_minor}
    waiting = store.count_held_back(tx, cycle.id).get(HeldBack.WAITS_FOR_ADJUDICATION, 0)
    if waiting:
        warnings["waiting_for_adjudication"] = {"count": waiting}
    rows.insert_warnings(tx, cycle.id, warnings)


def _of_changes(tx: Tx, cycle: Cycle, definition: Definition) -> dict[str, dict[str, Any]]:
    previous = rows.find_previous(tx, cycle)
    if previous is None:
        return {}
    previous_id, assessment_id, version, before = previous
    names = [criterion.name for criterion in definition.criteria]
    names_before = [
        criterion.name for criterion in store.get_definition(tx, cycle.programme_id, version).criteria
    ]
    rows.insert_changes(
        tx,
        cycle,
        previous_id=previous_id,
        previous_assessment_id=assessment_id,
        names=names,
        names_before=names_before,
    )
    counts = rows.count_changes(tx, cycle.id)
    came_in, went_out = (sum(one.count for one in counts if one.change == change) for change in ("in", "out"))
    share = tx.country.parameter("programmes.large_change_percent", on=tx.today)
    assert isinstance(share, Decimal), "a share, by its unit"
    if came_in + went_out > share * before:
        return {"large_change": {"came_in": came_in, "went_out": went_out, "before": before}}
    return {}


def _owed_before(tx: Tx, cycle: Cycle) -> int:
    row = store.run(tx, "spent_or_owed", programme_id=cycle.programme_id).fetchone()
    assert row is not None
    return int(row[0])
