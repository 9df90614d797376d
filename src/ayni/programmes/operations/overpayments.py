"""Money that was paid to a human twice: found, decided by an officer, and kept back from later cycles.

Nothing is taken out of a wallet. A decision names its reasons and how much of each later entitlement is kept
back; the household is told, and can appeal before anything is.
"""

from __future__ import annotations

from uuid import UUID

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.programmes import store
from ayni.programmes.errors import BadRecovery, NotOverpaid, OverpaymentDecided
from ayni.programmes.model import Overpayment, OverpaymentCause
from ayni.programmes.operations.roles import check_household, check_role
from ayni.programmes.store import cycles as rows
from ayni.programmes.store import overpayments
from ayni.values.ids import EntitlementId, OfficerId, ProgrammeId, new_id, show_id


def note_overpayments(tx: Tx, *, programme_id: ProgrammeId) -> list[Overpayment]:
    """Record every human who was paid twice in a cycle because two of their files were merged later.

    The claims stay as they were written. Until an officer has decided, the human is left out of the
    programme's next cycle. Twice is once.
    """
    found = []
    for twice in overpayments.list_paid_twice(tx, programme_id):
        overpayment_id = new_id(tx.now)
        if overpayments.insert(tx, overpayment_id, programme_id, twice, OverpaymentCause.SAME_HUMAN):
            audit.record(
                tx,
                action="programmes.note_overpayment",
                subject=show_id("ent", twice.entitlement_id),
                details={"cause": OverpaymentCause.SAME_HUMAN, "amount_minor": twice.amount_minor},
            )
            found.append(overpayments.find(tx, overpayment_id))
    return found


def record_overpayment(
    tx: Tx,
    *,
    entitlement_id: EntitlementId,
    cause: OverpaymentCause,
    amount_minor: int,
    officer_id: OfficerId,
) -> Overpayment:
    """Record that an entitlement was paid and should not have been, in all or in part.

    Raises UnknownEntitlement, RoleMissing, OwnCase, NotOverpaid.
    """
    check_role(tx, officer_id, OfficerRole.PROGRAMME_OFFICER)
    entitlement = rows.find_entitlement(tx, entitlement_id)
    check_household(tx, officer_id, [*entitlement.members, entitlement.payee_id])
    if (
        not entitlement.settled
        or type(amount_minor) is not int
        or not 0 < amount_minor <= entitlement.amount_minor
    ):
        raise NotOverpaid
    cycle = rows.find_cycle(tx, entitlement.cycle_id)
    twice = overpayments.PaidTwice(entitlement_id, None, entitlement.payee_id, amount_minor)
    overpayment_id = new_id(tx.now)
    if not overpayments.insert(tx, overpayment_id, cycle.programme_id, twice, cause):
        raise NotOverpaid
    audit.record(
        tx,
        action="programmes.note_overpayment",
        subject=show_id("ent", entitlement_id),
        details={"cause": cause, "amount_minor": amount_minor, "officer": show_id("off", officer_id)},
    )
    return overpayments.find(tx, overpayment_id)


def decide_overpayment(
    tx: Tx,
    *,
    overpayment_id: UUID,
    officer_id: OfficerId,
    reasons: str,
    amount_minor: int,
    each_cycle_minor: int,
) -> Overpayment:
    """Decide what is recovered of an overpayment: `each_cycle_minor` of each later entitlement, until
    `amount_minor`. Both 0: nothing is, and the case is closed.

    The notice goes out with it; nothing is kept back before the term of appeal has passed. Never by who
    opened or approved the cycle, or lives in the household. Raises UnknownOverpayment, RoleMissing, OwnCase,
    OverpaymentDecided, BadRecovery.
    """
    check_role(tx, officer_id, OfficerRole.APPROVER)
    case = overpayments.find(tx, overpayment_id)
    entitlement = rows.find_entitlement(tx, case.entitlement_id)
    check_household(tx, officer_id, [*entitlement.members, entitlement.payee_id])
    if case.decision is not None:
        raise OverpaymentDecided
    waived = amount_minor == 0 == each_cycle_minor
    if not waived and not (0 < each_cycle_minor <= amount_minor <= case.amount_minor):
        raise BadRecovery(most_minor=case.amount_minor)
    if not reasons.strip():
        raise BadRecovery(most_minor=case.amount_minor)
    days = tx.country.parameter("programmes.appeal_business_days", on=tx.today)
    assert isinstance(days, int), "a count of days, by its unit"
    overpayments.insert_decision(
        tx,
        overpayment_id=overpayment_id,
        kind="waive" if waived else "recover",
        amount_minor=amount_minor,
        each_cycle_minor=each_cycle_minor,
        reasons=reasons.strip()[:2_000],
        officer_id=officer_id,
        notified_on=tx.today,
        appealable_until=tx.country.add_business_days(tx.today, days),
    )
    store.tell(
        tx,
        person_id=case.person_id,
        kind="programmes.overpayment_decided",
        numbers={"amount_minor": amount_minor, "each_cycle_minor": each_cycle_minor},
    )
    audit.record(
        tx,
        action="programmes.decide_overpayment",
        subject=show_id("ent", case.entitlement_id),
        reason=reasons.strip()[:500],
        details={"amount_minor": amount_minor, "officer": show_id("off", officer_id)},
    )
    return overpayments.find(tx, overpayment_id)
