"""Complaints and appeals: taken, worked on within the legal term, decided by somebody who did not before."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from ayni import registry
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.programmes import store as programmes
from ayni.programmes.errors.grievances import (
    AppealIsOpen,
    AppealTooLate,
    BadGrievance,
    GrievanceDecided,
    NoSuchEffect,
    NothingToAppeal,
    SensitiveGrievance,
    UnknownGrievance,
)
from ayni.programmes.model import (
    Grievance,
    GrievanceCategory,
    GrievanceChannel,
    GrievanceKind,
    GrievanceOutcome,
)
from ayni.programmes.operations.assessing import assess
from ayni.programmes.operations.enrolling import enrol
from ayni.programmes.operations.roles import check_household, check_role
from ayni.programmes.store import grievances as store
from ayni.programmes.store import overpayments
from ayni.values.ids import GrievanceId, NotAnId, OfficerId, PersonId, new_id, read_id, show_id

_LONGEST = 4_000
_DAYS_BEFORE = 5
_WORKERS = (OfficerRole.PROGRAMME_OFFICER, OfficerRole.APPROVER)


def complain(
    tx: Tx,
    *,
    category: GrievanceCategory,
    channel: GrievanceChannel,
    text: str,
    person_id: PersonId | None = None,
    programme: str | None = None,
    severity: int = 1,
    sensitive: bool = False,
) -> Grievance:
    """Take a complaint about how something was done, also of somebody who does not say who they are.

    The person is told its ticket and term. Raises BadGrievance, UnknownProgramme.
    """
    found = None if programme is None else programmes.get_programme(tx, programme)
    return _take(
        tx,
        kind=GrievanceKind.COMPLAINT,
        category=category,
        channel=channel,
        text=text,
        person_id=person_id,
        programme_id=None if found is None else found.id,
        subject_id=None,
        assessment_id=None,
        overpayment_id=None,
        severity=severity,
        is_sensitive=sensitive,
        term="complaints.public_answer_business_days",
    )


def appeal(
    tx: Tx,
    *,
    person_id: PersonId,
    programme: str,
    text: str,
    channel: GrievanceChannel = GrievanceChannel.DESK,
    category: GrievanceCategory = GrievanceCategory.NOT_INCLUDED,
    severity: int = 2,
    sensitive: bool = False,
) -> Grievance:
    """Appeal against what a programme's newest assessment said of a person or their household.

    Who opened and approved the cycles of that assessment, and who made it, will not decide the appeal.
    Raises NothingToAppeal, AppealIsOpen, BadGrievance, UnknownProgramme.
    """
    found = programmes.get_programme(tx, programme)
    subject_id: UUID = person_id
    if found.target == "household":
        place = registry.find_membership(tx, person_id=person_id)
        if place is None:
            raise NothingToAppeal(reason="they belong to no household")
        subject_id = place.household_id
    judged = store.find_judgement(tx, programme_id=found.id, subject_id=subject_id)
    if judged is None:
        raise NothingToAppeal(reason="the programme has not judged them")
    if store.is_appealed(tx, subject_id=subject_id, assessment_id=judged[0], overpayment_id=None):
        raise AppealIsOpen
    taken = _take(
        tx,
        kind=GrievanceKind.APPEAL,
        category=category,
        channel=channel,
        text=text,
        person_id=person_id,
        programme_id=found.id,
        subject_id=subject_id,
        assessment_id=judged[0],
        overpayment_id=None,
        severity=severity,
        is_sensitive=sensitive,
        term="programmes.appeal_answer_business_days",
    )
    store.insert_deciders(
        tx, taken.id, assessment_id=judged[0], overpayment_id=None, known=_officers(judged[1])
    )
    return taken


def appeal_recovery(
    tx: Tx,
    *,
    overpayment_id: UUID,
    text: str,
    channel: GrievanceChannel = GrievanceChannel.DESK,
    severity: int = 2,
) -> Grievance:
    """Appeal against the recovery of an overpayment, within its term: nothing is kept back meanwhile.

    Raises UnknownOverpayment, NothingToAppeal, AppealTooLate, AppealIsOpen, BadGrievance.
    """
    case = overpayments.find(tx, overpayment_id)
    if case.decision is None or case.decision.kind != "recover":
        raise NothingToAppeal(reason="nothing is to be recovered")
    if tx.today > case.decision.appealable_until:
        raise AppealTooLate(until=case.decision.appealable_until)
    if store.is_appealed(tx, subject_id=None, assessment_id=None, overpayment_id=overpayment_id):
        raise AppealIsOpen
    taken = _take(
        tx,
        kind=GrievanceKind.APPEAL,
        category=GrievanceCategory.OVERPAYMENT,
        channel=channel,
        text=text,
        person_id=case.person_id,
        programme_id=case.programme_id,
        subject_id=None,
        assessment_id=None,
        overpayment_id=overpayment_id,
        severity=severity,
        is_sensitive=False,
        term="programmes.appeal_answer_business_days",
    )
    store.insert_deciders(tx, taken.id, assessment_id=None, overpayment_id=overpayment_id, known=[])
    return taken


def assign(
    tx: Tx, *, grievance_id: GrievanceId, to: OfficerId, officer_id: OfficerId, reason: str = ""
) -> Grievance:
    """Give a grievance to an officer to work on, or take it oneself. Raises GrievanceDecided, RoleMissing."""
    check_role(tx, officer_id, *_WORKERS)
    check_role(tx, to, *_WORKERS)
    grievance = _open(tx, grievance_id)
    store.insert_note(tx, grievance.id, kind="assigned", officer_id=to, text=reason.strip()[:_LONGEST])
    return store.find(tx, grievance_id)


def note(tx: Tx, *, grievance_id: GrievanceId, officer_id: OfficerId, text: str) -> None:
    """Add what was found out. Raises GrievanceDecided, SensitiveGrievance, BadGrievance, RoleMissing."""
    grievance = _open(tx, grievance_id)
    _check_may_read(tx, grievance, officer_id)
    _check_text(text)
    store.insert_note(tx, grievance.id, kind="note", officer_id=officer_id, text=text.strip())


def read(tx: Tx, *, grievance_id: GrievanceId, officer_id: OfficerId) -> Grievance:
    """One grievance with the person's words, for an officer; that it was read is written down.

    Raises UnknownGrievance, SensitiveGrievance, RoleMissing.
    """
    grievance = store.find(tx, grievance_id)
    _check_may_read(tx, grievance, officer_id)
    audit.record(
        tx,
        action="programmes.read_grievance",
        subject=show_id("grv", grievance_id),
        details={"officer": show_id("off", officer_id)},
    )
    return grievance


def decide(
    tx: Tx,
    *,
    grievance_id: GrievanceId,
    officer_id: OfficerId,
    outcome: GrievanceOutcome,
    reasons: str,
    reassess: bool = False,
    recover_minor: int | None = None,
) -> Grievance:
    """Decide a grievance, with reasons that the person is told.

    An appeal upheld has an effect: `reassess` judges the subject anew by what the registry knows today, and
    enrols it, so that a follow-up cycle can pay it; `recover_minor` is what is recovered of an overpayment
    from now on. The database refuses who took part in the decision. Raises UnknownGrievance,
    GrievanceDecided, DecidedBefore, OwnCase, SensitiveGrievance, NoSuchEffect, BadGrievance, RoleMissing.
    """
    grievance = _open(tx, grievance_id)
    check_role(tx, officer_id, OfficerRole.APPROVER)
    _check_may_read(tx, grievance, officer_id)
    if grievance.person_id is not None:
        check_household(tx, officer_id, [grievance.person_id])
    _check_text(reasons)
    _check_effect(tx, grievance, outcome, reassess=reassess, recover_minor=recover_minor)
    assessment_id = _judge_anew(tx, grievance) if reassess else None
    effect = "reassessed" if reassess else "none" if recover_minor is None else "recovery"
    store.insert_decision(
        tx,
        grievance_id=grievance_id,
        outcome=outcome,
        reasons=reasons.strip(),
        effect=effect,
        assessment_id=assessment_id,
        amount_minor=recover_minor,
        officer_id=officer_id,
    )
    audit.record(
        tx,
        action="programmes.decide_grievance",
        subject=show_id("grv", grievance_id),
        details={"officer": show_id("off", officer_id), "outcome": outcome, "effect": effect},
    )
    _tell(tx, grievance, "programmes.grievance_decided", outcome=outcome)
    return store.find(tx, grievance_id)


def withdraw(tx: Tx, *, grievance_id: GrievanceId, person_id: PersonId, reason: str = "") -> Grievance:
    """Whoever complained takes it back. Raises UnknownGrievance, GrievanceDecided."""
    grievance = _open(tx, grievance_id)
    if grievance.person_id != person_id:
        raise UnknownGrievance
    store.insert_decision(
        tx,
        grievance_id=grievance_id,
        outcome=GrievanceOutcome.WITHDRAWN,
        reasons=reason.strip()[:_LONGEST] or "withdrawn by whoever complained",
        effect="none",
        assessment_id=None,
        amount_minor=None,
        officer_id=None,
    )
    return store.find(tx, grievance_id)


def escalate_overdue(tx: Tx) -> int:
    """Pass up what is not decided and nearly or more than due, each once. A job does it daily."""
    return store.escalate(tx, by_day=tx.today + timedelta(days=_DAYS_BEFORE))


def _take(tx: Tx, *, text: str, severity: int, term: str, **values: object) -> Grievance:
    _check_text(text)
    if type(severity) is not int or not 1 <= severity <= 3:
        raise BadGrievance(reason="severity is 1, 2 or 3")
    days = tx.country.parameter(term, on=tx.today)
    assert isinstance(days, int), "a count of days, by its unit"
    grievance_id = GrievanceId(new_id(tx.now))
    store.insert(
        tx,
        id=grievance_id,
        text=text.strip(),
        severity=severity,
        due_on=tx.country.add_business_days(tx.today, days),
        **values,
    )
    taken = store.find(tx, grievance_id)
    audit.record(
        tx,
        action="programmes.take_grievance",
        subject=show_id("grv", grievance_id),
        details={"kind": taken.kind, "category": taken.category, "due_on": str(taken.due_on)},
    )
    _tell(tx, taken, "programmes.grievance_taken", due_on=str(taken.due_on))
    return taken


def _open(tx: Tx, grievance_id: GrievanceId) -> Grievance:
    grievance = store.lock(tx, grievance_id)
    if grievance.outcome is not None:
        raise GrievanceDecided
    return grievance


def _check_text(text: str) -> None:
    if not text.strip():
        raise BadGrievance(reason="it says nothing")
    if len(text.strip()) > _LONGEST or "\x00" in text:
        raise BadGrievance(reason=f"it has more than {_LONGEST} characters, or some that cannot be kept")


def _check_may_read(tx: Tx, grievance: Grievance, officer_id: OfficerId) -> None:
    check_role(tx, officer_id, *_WORKERS)
    if grievance.is_sensitive and grievance.assigned_to != officer_id:
        raise SensitiveGrievance


def _check_effect(
    tx: Tx, grievance: Grievance, outcome: GrievanceOutcome, *, reassess: bool, recover_minor: int | None
) -> None:
    if outcome is GrievanceOutcome.WITHDRAWN:
        raise NoSuchEffect(reason="only whoever complained withdraws it")
    has_effect = reassess or recover_minor is not None
    upheld = outcome in (GrievanceOutcome.UPHELD, GrievanceOutcome.PARTIALLY_UPHELD)
    if has_effect and not upheld:
        raise NoSuchEffect(reason="it is not upheld")
    if reassess and (grievance.assessment_id is None or recover_minor is not None):
        raise NoSuchEffect(reason="it is not against an assessment")
    if recover_minor is not None:
        if grievance.overpayment_id is None:
            raise NoSuchEffect(reason="it is not against a recovery")
        case = overpayments.find(tx, grievance.overpayment_id)
        assert case.decision is not None, "only a decided recovery is appealed against"
        if type(recover_minor) is not int or not 0 <= recover_minor < case.decision.amount_minor:
            raise NoSuchEffect(reason="the sum is less than what was decided, and not below zero")
    if upheld and grievance.kind is GrievanceKind.APPEAL and not has_effect:
        raise NoSuchEffect(reason="an appeal that is upheld changes something")


def _judge_anew(tx: Tx, grievance: Grievance) -> UUID:
    assert grievance.programme_id is not None, "an appeal is of a programme"
    assert grievance.subject_id is not None, "an appeal against an assessment is of a subject"
    code = programmes.get_code(tx, grievance.programme_id)
    made = assess(tx, programme=code, as_of=tx.today, subjects=[grievance.subject_id])
    enrol(tx, assessment_id=made.id)
    return made.id


def _officers(who: str) -> list[OfficerId]:
    """The officer whose id an actor's name is, if it is one."""
    try:
        return [OfficerId(read_id("off", who))]
    except NotAnId:
        return []


def _tell(tx: Tx, grievance: Grievance, kind: str, **numbers: object) -> None:
    if grievance.person_id is not None:
        told = {"ticket": grievance.ticket, **numbers}
        programmes.tell(tx, person_id=grievance.person_id, kind=kind, numbers=told)
