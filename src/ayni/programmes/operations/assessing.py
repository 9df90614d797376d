"""Judging the registry, or some of it, by a programme's rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from ayni.foundation.db import Tx
from ayni.programmes import queries, store
from ayni.programmes.errors import BadDefinition
from ayni.programmes.model import Assessment, NotADefinition, compile_rules
from ayni.programmes.store import assessing
from ayni.programmes.store.assessing import Judging
from ayni.values.ids import new_id


def assess(tx: Tx, *, programme: str, as_of: date, subjects: Sequence[UUID] | None = None) -> Assessment:
    """Judge the whole registry as of a day, and keep facts, answers and versions of each judgement.

    `subjects`: only these, after a correction; what was said of the others stands. Raises UnknownProgramme,
    CriteriaFailed, BadDefinition (a fact or score that is no longer named).
    """
    found = store.get_programme(tx, programme)
    types = store.known_facts(tx)
    scorecards = assessing.list_scorecards(tx, on=as_of)
    try:
        rules = compile_rules(found.definition, types, {code: card for code, (_, card) in scorecards.items()})
    except NotADefinition as error:
        raise BadDefinition(place=error.place, reason=error.reason) from error
    assessment_id = new_id(tx.now)
    assessing.insert_assessment(
        tx,
        id=assessment_id,
        programme_id=found.id,
        version=found.version,
        as_of=as_of,
        subjects=None if subjects is None else len(subjects),
        scorecards={code: scorecards[code][0] for code in rules.scores},
    )
    excluding = list(assessing.list_incompatible(tx, found.id))
    judging = Judging(found.target, as_of, rules, types, excluding, subjects)
    assessing.judge(tx, assessment_id=assessment_id, judging=judging)
    return queries.get_assessment(tx, assessment_id)
