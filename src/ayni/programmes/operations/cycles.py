"""A cycle from its opening to its end. Money moves only through the wallet and the programme's own book."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.ledger import TransferCode
from ayni.programmes import queries, store
from ayni.programmes.errors import (
    AssessmentStale,
    BudgetNotCovered,
    CycleExists,
    CycleNeedsName,
    CycleOverCap,
    CycleStateRefused,
    CycleStillWaits,
    CycleTooLarge,
    NobodyToPay,
    NoSuchParent,
    PeriodUnknown,
)
from ayni.programmes.model import (
    MAX_AMOUNT_MINOR,
    Assessment,
    Cycle,
    CycleKind,
    CycleState,
    Definition,
    period_of,
    why_stale,
)
from ayni.programmes.operations.budget import move_budget, release
from ayni.programmes.operations.overpayments import note_overpayments
from ayni.programmes.operations.roles import check_role
from ayni.programmes.operations.warning import note_differences
from ayni.programmes.store import assessing
from ayni.programmes.store import cycles as rows
from ayni.values.ids import CycleId, OfficerId, new_id, show_id

_PAID = (CycleState.APPROVED, CycleState.DISTRIBUTED, CycleState.ENDED)


def open_cycle(tx: Tx, *, assessment_id: UUID, name: str, officer_id: OfficerId) -> Cycle:
    """Open a cycle: freeze what an assessment owes to everybody enrolled, and hand it over for approval.

    Its name says for which days it is: as in the programme's calendar, or as a month (2025-06). What differs
    from the cycle before is written down with it. Only from the newest assessment of the whole registry, by
    the newest version, and while it is good. Raises UnknownAssessment, AssessmentStale, RoleMissing,
    CycleNeedsName, PeriodUnknown, CycleExists, NobodyToPay, CycleOverCap.
    """
    assessment, definition = _checked(tx, assessment_id, name, officer_id)
    period = period_of(definition, name.strip(), tx.today)
    if period is None:
        known = ", ".join(one.name for one in definition.calendar)
        raise PeriodUnknown(programme=definition.code, name=name.strip()[:60], known=known)
    if assessment.subjects is not None:
        raise AssessmentStale(why="it judges a few, and a regular cycle pays the whole list")
    if rows.find_open_cycle(tx, assessment_id):
        raise CycleExists
    _refuse_stale(tx, assessment, definition)
    note_overpayments(tx, programme_id=assessment.programme_id)
    opening = _Opening(assessment, definition, name, officer_id, CycleKind.REGULAR, period, None)
    return opening.carry_out(tx)


def open_follow_up(
    tx: Tx, *, parent_id: CycleId, assessment_id: UUID, name: str, officer_id: OfficerId
) -> Cycle:
    """Open a cycle for those whom an approved one left out: after an appeal, a correction, a late document.

    It claims in the cycle that it follows: whoever is covered there is not covered again. The assessment may
    be one of a few. Raises NoSuchParent, and as `open_cycle`.
    """
    assessment, definition = _checked(tx, assessment_id, name, officer_id)
    parent = _parent(tx, parent_id, assessment)
    if rows.find_open_cycle(tx, assessment_id):
        raise CycleExists
    _refuse_stale(tx, assessment, definition)
    assert parent.first_on is not None, "a regular cycle has its days"
    assert parent.last_on is not None, "a regular cycle has its days"
    period = (parent.first_on, parent.last_on)
    opening = _Opening(assessment, definition, name, officer_id, CycleKind.FOLLOW_UP, period, parent.id)
    return opening.carry_out(tx)


def open_top_up(tx: Tx, *, parent_id: CycleId, amount_minor: int, name: str, officer_id: OfficerId) -> Cycle:
    """Open a cycle that gives so much more to everybody whom an approved one pays: dearer gas, a cold winter.

    Raises NoSuchParent, RoleMissing, CycleNeedsName, CycleExists, NobodyToPay, CycleTooLarge.
    """
    check_role(tx, officer_id, OfficerRole.PROGRAMME_OFFICER)
    if not name.strip():
        raise CycleNeedsName
    if type(amount_minor) is not int or not 0 < amount_minor <= MAX_AMOUNT_MINOR:
        raise CycleTooLarge(total_minor=amount_minor, most_minor=MAX_AMOUNT_MINOR)
    parent = rows.find_cycle(tx, parent_id)
    assessment = queries.get_assessment(tx, parent.assessment_id)
    parent = _parent(tx, parent_id, assessment)
    definition = store.get_definition(tx, assessment.programme_id, assessment.version)
    assert parent.first_on is not None, "a regular cycle has its days"
    assert parent.last_on is not None, "a regular cycle has its days"
    period = (parent.first_on, parent.last_on)
    opening = _Opening(assessment, definition, name, officer_id, CycleKind.TOP_UP, period, parent.id)
    return opening.carry_out(tx, amount_minor=amount_minor)


def _checked(tx: Tx, assessment_id: UUID, name: str, officer_id: OfficerId) -> tuple[Assessment, Definition]:
    check_role(tx, officer_id, OfficerRole.PROGRAMME_OFFICER)
    assessment = queries.get_assessment(tx, assessment_id)
    if not name.strip():
        raise CycleNeedsName
    return assessment, store.get_definition(tx, assessment.programme_id, assessment.version)


def _parent(tx: Tx, parent_id: CycleId, assessment: Assessment) -> Cycle:
    state = store.lock_cycle(tx, parent_id, to_change=False)
    parent = rows.find_cycle(tx, parent_id)
    if (
        state not in _PAID
        or parent.kind is not CycleKind.REGULAR
        or parent.programme_id != assessment.programme_id
        or parent.first_on is None
    ):
        raise NoSuchParent
    return parent


class _Opening:
    """One cycle being opened: all of it, or nothing."""

    def __init__(
        self,
        assessment: Assessment,
        definition: Definition,
        name: str,
        officer_id: OfficerId,
        kind: CycleKind,
        period: tuple[Any, Any],
        parent_id: CycleId | None,
    ) -> None:
        self.assessment = assessment
        self.definition = definition
        self.name = name.strip()[:200]
        self.officer_id = officer_id
        self.kind = kind
        self.period = period
        self.parent_id = parent_id

    def carry_out(self, tx: Tx, *, amount_minor: int | None = None) -> Cycle:
        cycle_id = CycleId(new_id(tx.now))
        with tx.connection.transaction():
            store.run(
                tx,
                "insert_cycle",
                id=cycle_id,
                programme_id=self.assessment.programme_id,
                name=self.name,
                assessment_id=self.assessment.id,
                by=self.officer_id,
                at=tx.now,
                kind=self.kind,
                parent_id=self.parent_id,
                first_on=self.period[0],
                last_on=self.period[1],
            )
            total_minor = self._freeze(tx, cycle_id, amount_minor)
            note_differences(tx, rows.find_cycle(tx, cycle_id), self.assessment, self.definition, total_minor)
            needed = 2 if total_minor > self._two_above(tx) else 1
            store.run(tx, "seal_cycle", id=cycle_id, approvals_needed=needed)
        cycle = rows.find_cycle(tx, cycle_id)
        _record(tx, "programmes.open_cycle", cycle, self.officer_id)
        return cycle

    def _freeze(self, tx: Tx, cycle_id: CycleId, amount_minor: int | None) -> int:
        values = {"cycle_id": cycle_id, "parent_id": self.parent_id, "at": tx.now}
        if amount_minor is None:
            added, total_minor = rows.insert_entitlements(
                tx,
                "insert_entitlements",
                programme_id=self.assessment.programme_id,
                assessment_id=self.assessment.id,
                purpose=self.definition.purpose,
                kind=self.definition.kind,
                on=tx.today,
                **values,
            )
        else:
            added, total_minor = rows.insert_entitlements(
                tx, "insert_top_ups", amount_minor=amount_minor, **values
            )
        if added == 0:
            raise NobodyToPay
        if total_minor > MAX_AMOUNT_MINOR:
            raise CycleTooLarge(total_minor=total_minor, most_minor=MAX_AMOUNT_MINOR)
        most_minor = self.definition.caps.cycle_minor
        if most_minor is not None and total_minor > most_minor:
            raise CycleOverCap(total_minor=total_minor, most_minor=most_minor)
        return total_minor

    def _two_above(self, tx: Tx) -> int:
        if self.definition.two_approvers_above_minor is not None:
            return self.definition.two_approvers_above_minor
        above = tx.country.parameter("programmes.two_approvers_above", on=tx.today)
        assert isinstance(above, int), "a sum of money, by its unit"
        return above


def _refuse_stale(tx: Tx, assessment: Assessment, definition: Definition) -> None:
    newest_version, overtaken = assessing.find_newer(tx, assessment.id)
    days = definition.assessment_days
    if days is None:
        lawful = tx.country.parameter("programmes.assessment_days", on=tx.today)
        assert isinstance(lawful, int)  # a count of days, by its unit
        days = lawful
    why = why_stale(assessment, newest_version=newest_version, overtaken=overtaken, today=tx.today, days=days)
    if why is not None:
        raise AssessmentStale(why=why)


def approve_cycle(tx: Tx, *, cycle_id: CycleId, officer_id: OfficerId, warnings_read: bool = False) -> Cycle:
    """Approve a cycle. The last approval that it needs claims whom it covers, and reserves its budget.

    The database itself compares the humans. The same approval again is one approval, and gets the same
    answer. Posts, so a transaction does it last. Raises UnknownCycle, RoleMissing, SameHuman, OwnBenefit,
    WarningsUnread, AlreadyApproved, CycleStateRefused, BudgetNotCovered.
    """
    check_role(tx, officer_id, OfficerRole.APPROVER)
    with tx.connection.transaction():
        store.lock_cycle(tx, cycle_id)
        cycle = rows.find_cycle(tx, cycle_id)
        if cycle.state is not CycleState.CANCELLED and officer_id in rows.list_approvals(tx, cycle_id):
            return cycle
        if cycle.state is not CycleState.TO_APPROVE:
            raise CycleStateRefused
        store.run(
            tx, "insert_approval", cycle_id=cycle_id, by=officer_id, at=tx.now, warnings_read=warnings_read
        )
        _record(tx, "programmes.approve_cycle", cycle, officer_id)
        if len(rows.list_approvals(tx, cycle_id)) < cycle.approvals_needed:
            return cycle
        note_overpayments(tx, programme_id=cycle.programme_id)
        store.run(tx, "approve_cycle", id=cycle_id, by=officer_id, at=tx.now)
        approved = rows.find_cycle(tx, cycle_id)
        if (
            not cycle.in_kind
            and not move_budget(tx, cycle, TransferCode.RESERVE_BUDGET, cycle.total_minor).ok
        ):
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
        check_role(tx, officer_id, OfficerRole.APPROVER if was_approved else OfficerRole.PROGRAMME_OFFICER)
        if state is CycleState.CANCELLED:
            return rows.find_cycle(tx, cycle_id)
        if state is CycleState.APPROVED:
            _let_go(tx, cycle_id, officer_id, "cancel", reason)
        store.run(tx, "set_cycle_state", id=cycle_id, state=CycleState.CANCELLED)
        cycle = rows.find_cycle(tx, cycle_id)
        _record(tx, "programmes.cancel_cycle", cycle, officer_id, reason)
        if was_approved and not cycle.in_kind:
            release(tx, cycle, cycle.total_minor)
    return cycle


def end_cycle(tx: Tx, *, cycle_id: CycleId, officer_id: OfficerId, reason: str = "") -> Cycle:
    """End a distributed cycle: what is still unpaid is owed no more, and its budget is free again.

    An approver may. While money waits for a wallet that is not taken into use, its owner still has time.
    Again is no more than once. Posts, so a transaction does it last. Raises UnknownCycle, CycleStateRefused,
    CycleStillWaits, RoleMissing, ReleaseRefused.
    """
    check_role(tx, officer_id, OfficerRole.APPROVER)
    with tx.connection.transaction():
        state = store.lock_cycle(tx, cycle_id)
        if state is CycleState.ENDED:
            return rows.find_cycle(tx, cycle_id)
        counts = store.count_payments(tx, cycle_id)
        if counts.waiting:
            raise CycleStillWaits(waiting=counts.waiting)
        if state is CycleState.DISTRIBUTED:
            _let_go(tx, cycle_id, officer_id, "lapse", reason)
        store.run(tx, "set_cycle_state", id=cycle_id, state=CycleState.ENDED)
        cycle = rows.find_cycle(tx, cycle_id)
        _record(tx, "programmes.end_cycle", cycle, officer_id, reason)
        left_minor = cycle.total_minor - counts.paid_minor
        if left_minor and not cycle.in_kind:
            release(tx, cycle, left_minor)
    return cycle


def _let_go(tx: Tx, cycle_id: CycleId, officer_id: OfficerId, kind: str, reason: str) -> None:
    rows.reverse(
        tx,
        id=new_id(tx.now),
        cycle_id=cycle_id,
        entitlement_id=None,
        kind=kind,
        reason=reason.strip()[:500] or "no reason given",
        officer_id=officer_id,
    )


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
