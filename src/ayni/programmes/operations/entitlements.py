"""One entitlement of an approved cycle: taken back before it is paid, or going to another hand."""

from __future__ import annotations

from ayni import identity
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.keys import KeyRing
from ayni.identity import OfficerRole
from ayni.programmes.errors import CycleStateRefused, EntitlementSettled, NotAPayee
from ayni.programmes.model import CycleState, Entitlement
from ayni.programmes.operations.roles import check_household, check_role
from ayni.programmes.store import cycles as store
from ayni.programmes.store import lock_cycle, run
from ayni.values.ids import EntitlementId, OfficerId, PersonId, new_id, show_id
from ayni.wallet import UnknownVoucher, VoucherCode, vouchers

_OPEN = (CycleState.APPROVED, CycleState.DISTRIBUTED)


def void_entitlement(
    tx: Tx, *, entitlement_id: EntitlementId, officer_id: OfficerId, reason: str
) -> Entitlement:
    """Take back an entitlement that was not paid: it lets go of whom it claimed, by a recorded reversal.

    An approver may, and nobody for their own household. Its budget is free again when the cycle ends. Raises
    UnknownEntitlement, RoleMissing, OwnCase, CycleStateRefused, EntitlementSettled.
    """
    check_role(tx, officer_id, OfficerRole.APPROVER)
    entitlement = _get_open(tx, entitlement_id)
    _check_not_own(tx, officer_id, entitlement)
    store.reverse(
        tx,
        id=new_id(tx.now),
        cycle_id=entitlement.cycle_id,
        entitlement_id=entitlement_id,
        kind="void",
        reason=reason.strip()[:500] or "no reason given",
        officer_id=officer_id,
    )
    audit.record(
        tx,
        action="programmes.void_entitlement",
        subject=show_id("ent", entitlement_id),
        reason=reason.strip()[:500],
        details={"officer": show_id("off", officer_id)},
    )
    return store.find_entitlement(tx, entitlement_id)


def name_payee(
    tx: Tx, *, entitlement_id: EntitlementId, payee_id: PersonId, officer_id: OfficerId, reason: str
) -> Entitlement:
    """Let an unpaid entitlement go to somebody else: a member whom it covers, or who collects for one.

    For when its recipient has died, is ill, or was named wrongly. Raises UnknownEntitlement, RoleMissing,
    OwnCase, CycleStateRefused, EntitlementSettled, NotAPayee.
    """
    check_role(tx, officer_id, OfficerRole.PROGRAMME_OFFICER)
    entitlement = _get_open(tx, entitlement_id)
    _check_not_own(tx, officer_id, entitlement)
    if payee_id not in entitlement.members and not _collects_for(tx, payee_id, entitlement):
        raise NotAPayee
    run(
        tx,
        "insert_payee",
        entitlement_id=entitlement_id,
        payee_id=payee_id,
        reason=reason.strip()[:500] or "no reason given",
        officer_id=officer_id,
        at=tx.now,
    )
    audit.record(
        tx,
        action="programmes.name_payee",
        subject=show_id("ent", entitlement_id),
        reason=reason.strip()[:500],
        details={"officer": show_id("off", officer_id), "payee": show_id("per", payee_id)},
    )
    return store.find_entitlement(tx, entitlement_id)


def tell_voucher(
    tx: Tx,
    *,
    ring: KeyRing,
    number: int,
    officer_id: OfficerId,
    anew: bool = False,
) -> VoucherCode:
    """The code of the voucher with a number, for its payee and nobody else.

    The same again, or `anew` another one, when a slip was lost. Raises RoleMissing, UnknownVoucher, OwnCase,
    VoucherOver.
    """
    check_role(tx, officer_id, OfficerRole.PROGRAMME_OFFICER)
    row = run(tx, "voucher_of", number=number).fetchone() if 0 < number < 2**63 else None
    if row is None:
        raise UnknownVoucher
    entitlement_id = EntitlementId(row[0])
    _check_not_own(tx, officer_id, store.find_entitlement(tx, entitlement_id))
    audit.record(
        tx,
        action="programmes.tell_voucher",
        subject=show_id("ent", entitlement_id),
        details={"officer": show_id("off", officer_id), "anew": anew},
    )
    return vouchers.tell_code(tx, ring=ring, voucher_id=row[1], anew=anew)


def _get_open(tx: Tx, entitlement_id: EntitlementId) -> Entitlement:
    """An unpaid entitlement of an approved cycle, which nobody pays until this transaction ends."""
    entitlement = store.find_entitlement(tx, entitlement_id)
    if lock_cycle(tx, entitlement.cycle_id) not in _OPEN:
        raise CycleStateRefused
    entitlement = store.find_entitlement(tx, entitlement_id)
    if entitlement.settled:
        raise EntitlementSettled
    return entitlement


def _check_not_own(tx: Tx, officer_id: OfficerId, entitlement: Entitlement) -> None:
    check_household(tx, officer_id, [*entitlement.members, entitlement.payee_id])


def _collects_for(tx: Tx, payee_id: PersonId, entitlement: Entitlement) -> bool:
    return any(
        one.representative_id == payee_id
        for member in entitlement.members
        for one in identity.list_representatives(tx, person_id=member)
    )
