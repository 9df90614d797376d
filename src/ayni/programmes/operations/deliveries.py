"""Rations that are handed over and receipted, and residents who are asked whether they received theirs."""

from __future__ import annotations

from uuid import UUID

from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.identity import OfficerRole
from ayni.programmes.errors import HeldMeanwhile
from ayni.programmes.errors.delivering import BadAnswer, HandoverHeld, NotARation, NothingToVerify
from ayni.programmes.model import Verification, VerificationAnswer
from ayni.programmes.operations.roles import check_household, check_role
from ayni.programmes.store import cycles as rows
from ayni.programmes.store import list_held_back, lock_cycle
from ayni.programmes.store import verifying as store
from ayni.values.ids import CycleId, EntitlementId, OfficerId, PersonId, new_id, show_id

_WORKERS = (OfficerRole.PROGRAMME_OFFICER, OfficerRole.APPROVER)


def hand_over(
    tx: Tx, *, entitlement_id: EntitlementId, received_by: PersonId, place: str, officer_id: OfficerId
) -> int:
    """Record that a ration was handed over whole; returns the number of its receipt.

    Only to its payee, and never to the officer's own household. Raises UnknownEntitlement, RoleMissing,
    OwnCase, NotARation, HandoverHeld, AlreadyHandedOver.
    """
    check_role(tx, officer_id, *_WORKERS)
    entitlement = rows.find_entitlement(tx, entitlement_id)
    check_household(tx, officer_id, [*entitlement.members, entitlement.payee_id])
    lock_cycle(tx, entitlement.cycle_id)
    if entitlement.quantity is None or not place.strip():
        raise NotARation
    if received_by != entitlement.payee_id:
        raise HandoverHeld(reason="it goes to another person; name who receives it first.")
    held = list_held_back(tx, [entitlement_id])
    if held:
        raise HandoverHeld(reason=held[entitlement_id].sentence)
    try:
        receipt = store.insert_handover(
            tx,
            entitlement_id=entitlement_id,
            quantity=entitlement.quantity,
            received_by=received_by,
            place=place.strip()[:200],
            officer_id=officer_id,
        )
    except HeldMeanwhile as error:
        raise HandoverHeld(reason="it became known this very moment.") from error
    store.distribute_in_kind(tx, entitlement.cycle_id)
    audit.record(
        tx,
        action="programmes.hand_over",
        subject=show_id("ent", entitlement_id),
        details={"officer": show_id("off", officer_id), "receipt": receipt},
    )
    return receipt


def draw_sample(tx: Tx, *, cycle_id: CycleId, size: int, seed: str, officer_id: OfficerId) -> Verification:
    """Draw so many of what a cycle has paid or handed over, to ask them. Raises NothingToVerify, BadAnswer,
    RoleMissing, UnknownCycle.
    """
    check_role(tx, officer_id, *_WORKERS, OfficerRole.AUDITOR)
    rows.find_cycle(tx, cycle_id)
    if type(size) is not int or not 1 <= size <= 10_000 or not seed.strip():
        raise BadAnswer(reason="a sample has 1 to 10,000 people, and a seed")
    verification_id = new_id(tx.now)
    drawn = store.insert_verification(
        tx, verification_id=verification_id, cycle_id=cycle_id, size=size, seed=seed, officer_id=officer_id
    )
    if drawn == 0:
        raise NothingToVerify
    audit.record(
        tx,
        action="programmes.draw_sample",
        subject=show_id("cyc", cycle_id),
        details={"officer": show_id("off", officer_id), "seed": seed[:100], "drawn": drawn},
    )
    return store.find(tx, verification_id)


def record_answer(
    tx: Tx,
    *,
    verification_id: UUID,
    entitlement_id: EntitlementId,
    answer: VerificationAnswer,
    officer_id: OfficerId,
    amount_minor: int | None = None,
    note: str = "",
) -> Verification:
    """Record what somebody of a sample said. Raises UnknownVerification, AnsweredAlready, BadAnswer,
    RoleMissing, OwnCase.
    """
    check_role(tx, officer_id, *_WORKERS, OfficerRole.AUDITOR)
    entitlement = rows.find_entitlement(tx, entitlement_id)
    check_household(tx, officer_id, [*entitlement.members, entitlement.payee_id])
    if (answer is VerificationAnswer.OTHER_AMOUNT) != (amount_minor is not None):
        raise BadAnswer(reason="another amount is told with the amount")
    if amount_minor is not None and (type(amount_minor) is not int or not 0 <= amount_minor < 10**14):
        raise BadAnswer(reason="an amount is a sum of money")
    store.insert_answer(
        tx,
        verification_id=verification_id,
        entitlement_id=entitlement_id,
        answer=answer,
        amount_minor=amount_minor,
        note=note.strip()[:1_000],
        officer_id=officer_id,
    )
    return store.find(tx, verification_id)
