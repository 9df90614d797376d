"""Everything that changes programmes. Money moves only through the wallet and the programme's own book."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import yaml

from ayni import ledger, payments
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole, get_officer
from ayni.ledger import Result, Transfer, TransferCode
from ayni.programmes import queries, store
from ayni.programmes.errors import (
    AssessmentStale,
    BadDefinition,
    BudgetNotCovered,
    CycleExists,
    CycleNeedsName,
    CycleStateRefused,
    CycleTooLarge,
    NobodyToPay,
    ReleaseRefused,
    RoleMissing,
    StateRefused,
    TargetIsFixed,
)
from ayni.programmes.model import (
    MAX_AMOUNT_MINOR,
    Assessment,
    Cycle,
    CycleState,
    Definition,
    EnrolmentState,
    NotACriterion,
    NotADefinition,
    Programme,
    read_definition,
    why_stale,
)
from ayni.values.ids import CycleId, EventId, OfficerId, ProgrammeId, TransferId, derived_id, new_id, show_id

_MAX_FILE = 100_000


def define_programme(tx: Tx, *, text: str) -> Programme:
    """Define a programme, or its next version, from YAML. The same text twice is one version.

    Opens the programme's budget book. Raises BadDefinition, TargetIsFixed.
    """
    definition = _read(tx, text)
    known = store.find_programme(tx, definition.code)
    if known is None:
        programme_id = ProgrammeId(new_id(tx.now))
        store.run(
            tx,
            "insert_programme",
            id=programme_id,
            code=definition.code,
            target=definition.target,
            at=tx.now,
        )
        version = 1
    elif known.definition.digest == definition.digest:
        return known
    elif known.target != definition.target:
        raise TargetIsFixed(programme=known.code, target=known.target)
    else:
        programme_id, version = known.id, known.version + 1
    store.insert_version(tx, programme_id, version, definition)
    audit.record(
        tx,
        action="programmes.define",
        subject=show_id("prg", programme_id),
        details={"version": version, "digest": definition.digest},
    )
    payments.open_programme_book(tx, programme_id=programme_id, name=definition.code)
    payments.name_programme(tx, programme_id=programme_id, name=definition.name)
    return Programme(programme_id, definition.code, definition.target, version, definition)


def _read(tx: Tx, text: str) -> Definition:
    if len(text) > _MAX_FILE:
        raise BadDefinition(place="the file", reason=f"it has more than {_MAX_FILE} characters")
    try:
        data: Any = yaml.safe_load(text)
        definition = read_definition(data, languages=tx.country.languages)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "the file" if mark is None else f"line {mark.line + 1}"
        raise BadDefinition(place=place, reason="it is not YAML") from error
    except NotADefinition as error:
        raise BadDefinition(place=error.place, reason=error.reason) from error
    except (ValueError, RecursionError) as error:
        # What YAML reads as a day or a number, and Python then cannot: 2025-13-45.
        raise BadDefinition(
            place="the file", reason="it holds a day or number that does not exist"
        ) from error
    try:
        _, amount = definition.compile(store.known_facts(tx))
    except NotACriterion as error:
        raise BadDefinition(place=error.place, reason=error.reason) from error
    if not amount.facts and (fault := store.find_amount_fault(tx, amount)) is not None:
        reason = f"this is the same for everybody, and cannot be paid: {fault.replace('_', ' ')}"
        raise BadDefinition(place="amount_minor", reason=reason)
    return definition


def assess(tx: Tx, *, programme: str, as_of: date) -> Assessment:
    """Judge the whole registry as of a day, and keep facts, answers and version of each judgement.

    Raises UnknownProgramme, CriteriaFailed, BadDefinition (a fact that is no longer named).
    """
    found = store.get_programme(tx, programme)
    types = store.known_facts(tx)
    try:
        criteria, amount = found.definition.compile(types)
    except NotACriterion as error:
        raise BadDefinition(place=error.place, reason=error.reason) from error
    assessment_id = new_id(tx.now)
    store.run(
        tx,
        "insert_assessment",
        id=assessment_id,
        programme_id=found.id,
        version=found.version,
        as_of=as_of,
        at=tx.now,
        by=tx.actor.who,
    )
    store.assess(
        tx,
        assessment_id=assessment_id,
        target=found.target,
        as_of=as_of,
        criteria=criteria,
        amount=amount,
        types=types,
    )
    return queries.get_assessment(tx, assessment_id)


def enrol(tx: Tx, *, assessment_id: UUID) -> int:
    """Give every assessed subject its state; who was paused or has left stays so. Returns the changes."""
    assessment = queries.get_assessment(tx, assessment_id)
    return store.run(
        tx,
        "enrol",
        programme_id=assessment.programme_id,
        assessment_id=assessment_id,
        at=tx.now,
        by=tx.actor.who,
    ).rowcount


_MOVES = {
    EnrolmentState.PAUSED: (EnrolmentState.ENROLLED,),
    EnrolmentState.ENROLLED: (EnrolmentState.PAUSED,),
    EnrolmentState.EXITED: (EnrolmentState.ENROLLED, EnrolmentState.PAUSED),
}


def change_enrolment(tx: Tx, *, programme: str, subject_id: UUID, state: EnrolmentState, reason: str) -> None:
    """Pause, re-admit or end one membership, with its reason. Raises StateRefused, UnknownProgramme."""
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


def _with_role(tx: Tx, officer_id: OfficerId, role: OfficerRole) -> None:
    if role not in get_officer(tx, officer_id=officer_id).roles:
        raise RoleMissing(role=role)


def open_cycle(tx: Tx, *, assessment_id: UUID, name: str, officer_id: OfficerId) -> Cycle:
    """Open a cycle: freeze what an assessment owes to everybody enrolled, and hand it over for approval.

    Only from the newest assessment, by the newest version, and while it is good. Raises UnknownAssessment,
    AssessmentStale, RoleMissing, CycleExists, NobodyToPay.
    """
    _with_role(tx, officer_id, OfficerRole.PROGRAMME_OFFICER)
    assessment = queries.get_assessment(tx, assessment_id)
    if not name.strip():
        raise CycleNeedsName
    definition = store.get_definition(tx, assessment.programme_id, assessment.version)
    if store.find_open_cycle(tx, assessment_id):
        raise CycleExists
    _refuse_stale(tx, assessment, definition)
    cycle_id = CycleId(new_id(tx.now))
    values = {"programme_id": assessment.programme_id, "assessment_id": assessment_id, "at": tx.now}
    with tx.connection.transaction():
        store.run(tx, "insert_cycle", id=cycle_id, name=name.strip()[:200], by=officer_id, **values)
        added, total_minor = store.insert_entitlements(
            tx, cycle_id=cycle_id, purpose=definition.purpose, **values
        )
        if added == 0:
            raise NobodyToPay
        if total_minor > MAX_AMOUNT_MINOR:
            raise CycleTooLarge(total_minor=total_minor, most_minor=MAX_AMOUNT_MINOR)
        store.run(tx, "seal_cycle", id=cycle_id)
    cycle = store.find_cycle(tx, cycle_id)
    _record(tx, "programmes.open_cycle", cycle, officer_id)
    return cycle


def _refuse_stale(tx: Tx, assessment: Assessment, definition: Definition) -> None:
    newest_version, overtaken = store.find_newer(tx, assessment.id)
    days = definition.assessment_days
    if days is None:
        lawful = tx.country.parameter("programmes.assessment_days", on=tx.today)
        assert isinstance(lawful, int)  # a count of days, by its unit
        days = lawful
    why = why_stale(assessment, newest_version=newest_version, overtaken=overtaken, today=tx.today, days=days)
    if why is not None:
        raise AssessmentStale(why=why)


def approve_cycle(tx: Tx, *, cycle_id: CycleId, officer_id: OfficerId) -> Cycle:
    """Approve a cycle and reserve its budget. The database itself compares the two humans.

    The same approval again is one approval, and gets the same answer. Posts, so a transaction does it last.
    Raises UnknownCycle, RoleMissing, SameHuman, OwnBenefit, CycleStateRefused, BudgetNotCovered.
    """
    _with_role(tx, officer_id, OfficerRole.APPROVER)
    with tx.connection.transaction():
        store.lock_cycle(tx, cycle_id)
        cycle = store.find_cycle(tx, cycle_id)
        if cycle.approved_by == officer_id and cycle.state is not CycleState.CANCELLED:
            return cycle
        if cycle.state is not CycleState.TO_APPROVE:
            raise CycleStateRefused
        store.run(tx, "approve_cycle", id=cycle_id, by=officer_id, at=tx.now)
        _record(tx, "programmes.approve_cycle", cycle, officer_id)
        approved = store.find_cycle(tx, cycle_id)
        if not _move_budget(tx, cycle, TransferCode.RESERVE_BUDGET, cycle.total_minor).ok:
            raise BudgetNotCovered
    return approved


def cancel_cycle(tx: Tx, *, cycle_id: CycleId, officer_id: OfficerId, reason: str = "") -> Cycle:
    """Cancel a cycle of which nobody has been paid. What an approved one had reserved is free again.

    Before approval a programme officer may, after it an approver. Again is no more than once. Posts, so a
    transaction does it last. Raises UnknownCycle, CycleStateRefused, CyclePartlyPaid, RoleMissing,
    ReleaseRefused.
    """
    with tx.connection.transaction():
        state = store.lock_cycle(tx, cycle_id)
        was_approved = state not in (CycleState.DRAFT, CycleState.TO_APPROVE)
        _with_role(tx, officer_id, OfficerRole.APPROVER if was_approved else OfficerRole.PROGRAMME_OFFICER)
        if state is CycleState.CANCELLED:
            return store.find_cycle(tx, cycle_id)
        store.run(tx, "set_cycle_state", id=cycle_id, state=CycleState.CANCELLED)
        cycle = store.find_cycle(tx, cycle_id)
        _record(tx, "programmes.cancel_cycle", cycle, officer_id, reason)
        if was_approved:
            _release(tx, cycle, cycle.total_minor)
    return cycle


def end_cycle(tx: Tx, *, cycle_id: CycleId, officer_id: OfficerId, reason: str = "") -> Cycle:
    """End a distributed cycle: what is still unpaid is owed no more, and its budget is free again.

    An approver may. Again is no more than once. Posts, so a transaction does it last. Raises UnknownCycle,
    CycleStateRefused, RoleMissing, ReleaseRefused.
    """
    _with_role(tx, officer_id, OfficerRole.APPROVER)
    with tx.connection.transaction():
        if store.lock_cycle(tx, cycle_id) is CycleState.ENDED:
            return store.find_cycle(tx, cycle_id)
        store.run(tx, "set_cycle_state", id=cycle_id, state=CycleState.ENDED)
        cycle = store.find_cycle(tx, cycle_id)
        _, paid_minor, unpaid = store.count_payments(tx, cycle_id)
        _record(tx, "programmes.end_cycle", cycle, officer_id, reason)
        if unpaid:
            _release(tx, cycle, cycle.total_minor - paid_minor)
    return cycle


def _release(tx: Tx, cycle: Cycle, amount_minor: int) -> None:
    result = _move_budget(tx, cycle, TransferCode.RELEASE_BUDGET, amount_minor)
    if not result.ok:
        raise ReleaseRefused(result=result.name.lower().replace("_", " "))


def _move_budget(tx: Tx, cycle: Cycle, code: TransferCode, amount_minor: int) -> Result:
    """Reserve a cycle's budget, or release it: each at most once, by an id made of the cycle.

    The attempt is always the first: a refusal is undone together with all that was done with it.
    """
    book = payments.get_programme_book(tx, programme_id=cycle.programme_id)
    free, reserved = book.free_account_id, book.reserved_account_id
    reserves = code is TransferCode.RESERVE_BUDGET
    leg = "reserve" if reserves else "release"
    [answer] = ledger.post(
        tx,
        [
            Transfer(
                id=TransferId(derived_id(cycle.opened_at, "cycle", cycle.id, leg, 1)),
                event_id=EventId(derived_id(cycle.opened_at, "cycle", cycle.id, f"{leg}d", 1)),
                book=book.book,
                debit_account_id=free if reserves else reserved,
                credit_account_id=reserved if reserves else free,
                amount_minor=amount_minor,
                code=code,
                reference=cycle.id,
            )
        ],
    )
    return answer.result


def _record(tx: Tx, action: str, cycle: Cycle, officer_id: OfficerId, reason: str = "") -> None:
    audit.record(
        tx,
        action=action,
        subject=show_id("cyc", cycle.id),
        reason=reason.strip()[:500],
        details={
            "officer": show_id("off", officer_id),
            "entitlements": cycle.entitlements,
            "total_minor": cycle.total_minor,
            "digest": cycle.digest,
        },
    )
