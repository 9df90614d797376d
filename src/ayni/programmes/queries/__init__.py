"""Everything that reads programmes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from ayni import ledger, payments
from ayni.foundation.db import Tx
from ayni.foundation.invariants import Invariant, Violation
from ayni.programmes import store
from ayni.programmes.errors import UnknownAssessment
from ayni.programmes.model import (
    Ask,
    Assessment,
    Change,
    Contradiction,
    Cycle,
    CycleKind,
    CycleWarning,
    Diff,
    EnrolmentState,
    Entitlement,
    Explanation,
    Grievance,
    GrievanceCount,
    GrievanceNote,
    HeldBack,
    Outcome,
    Overpayment,
    PaymentCounts,
    Programme,
    Scorecard,
    Verification,
    Waiting,
    compile_rules,
    explain,
)
from ayni.programmes.model.notices import PaidAsVoucher, Unpaid
from ayni.programmes.store import assessing, grievances, overpayments, verifying
from ayni.programmes.store import cycles as rows
from ayni.values.ids import CycleId, EntitlementId, GrievanceId, OfficerId, PersonId, show_id

_NEWEST = UUID(int=2**128 - 1)


def get_programme(tx: Tx, *, code: str) -> Programme:
    """A programme with its newest definition. Raises UnknownProgramme."""
    return store.get_programme(tx, code)


def list_programmes(tx: Tx) -> list[Programme]:
    """Every programme with its newest definition, by code."""
    return [store.get_programme(tx, code) for code in store.list_codes(tx)]


def get_cycle(tx: Tx, cycle_id: CycleId) -> Cycle:
    """One cycle. Raises UnknownCycle."""
    return rows.find_cycle(tx, cycle_id)


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
        subjects=row[4],
    )


def list_warnings(tx: Tx, *, assessment_id: UUID) -> list[CycleWarning]:
    """What looks odd about an assessment: a rule that selects nobody or everybody, or decides nothing.

    Raises UnknownAssessment.
    """
    assessment = get_assessment(tx, assessment_id)
    definition = store.get_definition(tx, assessment.programme_id, assessment.version)
    warnings = []
    if assessment.eligible == 0:
        warnings.append(CycleWarning("nobody", {"assessed": assessment.assessed}))
    elif assessment.eligible == assessment.assessed > 1:
        warnings.append(CycleWarning("everybody", {"assessed": assessment.assessed}))
    met_by_nobody, met_by_all = [], []
    for place, met, unmet, _ in store.run(tx, "count_criteria", assessment_id=assessment_id):
        name = definition.criteria[place - 1].name
        if met == 0:
            met_by_nobody.append(name)
        elif unmet == 0 and met == assessment.assessed > 1:
            met_by_all.append(name)
    if met_by_nobody:
        warnings.append(CycleWarning("criteria_nobody_meets", {"criteria": ", ".join(met_by_nobody)}))
    if met_by_all and assessment.eligible < assessment.assessed:
        warnings.append(CycleWarning("criteria_without_effect", {"criteria": ", ".join(met_by_all)}))
    return warnings


def get_explanation(tx: Tx, *, programme: str, subject_id: UUID, language: str) -> Explanation:
    """Why a subject is eligible or not, in a sentence. Raises UnknownProgramme, UnknownAssessment."""
    found = store.get_programme(tx, programme)
    row = store.run(tx, "find_row", programme_id=found.id, subject_id=subject_id).fetchone()
    if row is None:
        raise UnknownAssessment
    facts, criteria, outcome, amount_minor, fault, recipient_id, version, as_of, conflict = row
    definition = store.get_definition(tx, found.id, version)
    names = (criterion.name for criterion in definition.criteria)
    return Explanation(
        outcome=Outcome(outcome),
        amount_minor=amount_minor,
        answers=tuple(zip(names, criteria, strict=True)),
        sentence=explain(
            definition,
            criteria,
            Outcome(outcome),
            recipient_id is not None,
            language,
            amount_fault=fault,
            conflict=None if conflict is None else store.get_programme(tx, conflict).definition.name,
        ),
        facts=facts,
        conflict=conflict,
        version=version,
        as_of=as_of,
    )


def check_assessment(tx: Tx, assessment_id: UUID) -> tuple[int, int]:
    """Judge a kept assessment again, by its own version and the facts that it kept.

    How many judgements there are, and how many come out otherwise: none, for ever. Raises UnknownAssessment.
    """
    row = store.run(tx, "find_assessment", id=assessment_id).fetchone()
    if row is None:
        raise UnknownAssessment
    definition = store.get_definition(tx, row[1], row[2])
    scorecards = {code: assessing.get_scorecard(tx, code, version) for code, version in row[5].items()}
    rules = compile_rules(definition, store.known_facts(tx), scorecards, kept=True)
    return assessing.judge_kept(tx, assessment_id=assessment_id, rules=rules)


def get_score(tx: Tx, *, code: str, version: int | None = None) -> Scorecard:
    """A scorecard in one version, or in its newest. Raises UnknownScorecard."""
    return assessing.get_scorecard(tx, code, version)


def list_waiting(tx: Tx, *, programme: str, most: int = 100) -> list[Waiting]:
    """The first of a programme's waiting list, in the order in which they are served."""
    found = store.get_programme(tx, programme)
    return [Waiting(*row) for row in store.run(tx, "list_waiting", programme_id=found.id, most=most)]


def list_overpayments(tx: Tx, *, programme: str) -> list[Overpayment]:
    """Cases that are not decided, or of which something is left to recover. Raises UnknownProgramme."""
    found = store.get_programme(tx, programme)
    return overpayments.list_open(tx, found.id)


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


def count_payments(tx: Tx, cycle_id: CycleId) -> PaymentCounts:
    """How a cycle's entitlements stand: credited, claimed, cashed, waiting, returned, handed over, unpaid.

    Raises UnknownCycle.
    """
    rows.find_cycle(tx, cycle_id)
    return store.count_payments(tx, cycle_id)


def sum_used(tx: Tx, cycle_id: CycleId) -> tuple[int, int]:
    """From how many wallets something has left since a cycle paid into them, and how much, in minor units.

    Of each at most its benefit: money has no name, so this is the most of it that can be gone.
    """
    return store.sum_used(tx, cycle_id)


def list_vouchers(tx: Tx, cycle_id: CycleId, *, most: int = 10_000) -> list[PaidAsVoucher]:
    """What of a cycle agents pay out, or have: those that wait first, then by their numbers.

    Raises UnknownCycle.
    """
    rows.find_cycle(tx, cycle_id)
    return verifying.list_vouchers(tx, cycle_id, most=most)


def list_unpaid(
    tx: Tx, cycle_id: CycleId, *, after: EntitlementId | None = None, most: int = 1_000
) -> list[Unpaid]:
    """What of a cycle is owed and not paid, after an entitlement, in order, each with the newest reason.

    Raises UnknownCycle.
    """
    rows.find_cycle(tx, cycle_id)
    return verifying.list_unpaid(tx, cycle_id, after=after or UUID(int=0), most=most)


def list_cycles(tx: Tx, *, programme: str) -> list[Cycle]:
    """A programme's cycles, newest first. Raises UnknownProgramme."""
    found = store.get_programme(tx, programme)
    return rows.list_cycles(tx, found.id)


def get_diff(tx: Tx, cycle_id: CycleId) -> Diff:
    """What differs from the cycle before, and what should be looked at. Raises UnknownCycle."""
    cycle = rows.find_cycle(tx, cycle_id)
    previous = rows.find_previous(tx, cycle) if cycle.kind is CycleKind.REGULAR else None
    return Diff(
        previous=None if previous is None else previous[0],
        counts=rows.count_changes(tx, cycle_id),
        warnings=rows.list_warnings(tx, cycle_id),
    )


def list_changes(tx: Tx, cycle_id: CycleId, *, after: UUID | None = None, most: int = 1_000) -> list[Change]:
    """A cycle's differences subject by subject, in order, at most so many after one."""
    return rows.list_changes(tx, cycle_id, after=after or UUID(int=0), most=most)


def get_entitlement(tx: Tx, entitlement_id: EntitlementId) -> Entitlement:
    """One entitlement. Raises UnknownEntitlement."""
    return rows.find_entitlement(tx, entitlement_id)


def list_entitlements_of(
    tx: Tx, *, person_id: PersonId, before: UUID = _NEWEST, most: int = 50
) -> list[Entitlement]:
    """What a person receives, as recipient or in place of one, newest first: `most` older than one."""
    return rows.list_entitlements_of_payee(tx, person_id, before=before, most=most)


def count_enrolments(tx: Tx, *, programme: str) -> dict[EnrolmentState, int]:
    """How many subjects of a programme are in each state. Raises UnknownProgramme."""
    found = store.get_programme(tx, programme)
    return {EnrolmentState(row[0]): row[1] for row in store.run(tx, "count_states", programme_id=found.id)}


def list_grievances(tx: Tx, *, assigned_to: OfficerId | None = None, most: int = 100) -> list[Grievance]:
    """What is not decided, what is due first before the rest; sensitive ones without the person's words."""
    found = grievances.list_open(tx, assigned_to=assigned_to, most=most)
    return [replace(one, text="") if one.is_sensitive else one for one in found]


def list_grievances_of(tx: Tx, *, person_id: PersonId) -> list[Grievance]:
    """What a person complained of, newest first: for themselves."""
    return grievances.list_of(tx, person_id)


def list_grievance_notes(tx: Tx, *, grievance_id: GrievanceId) -> list[GrievanceNote]:
    """What happened to a grievance, oldest first."""
    return grievances.list_notes(tx, grievance_id)


def count_grievances(tx: Tx, *, since: date, until: date) -> list[GrievanceCount]:
    """How many were received in some days by kind and category, and how they stand."""
    return grievances.count(tx, since=since, until=until)


def get_verification(tx: Tx, *, verification_id: UUID) -> Verification:
    """A sample and how many gave each answer. Raises UnknownVerification."""
    return verifying.find(tx, verification_id)


def list_asks(tx: Tx, *, verification_id: UUID) -> list[Ask]:
    """Who of a sample is still to be asked, and what the ledger says that they received."""
    return verifying.list_asks(tx, verification_id)


def list_contradictions(tx: Tx, *, verification_id: UUID) -> list[Contradiction]:
    """Who of a sample says something else than the ledger."""
    return verifying.list_contradictions(tx, verification_id)


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
