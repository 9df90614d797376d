"""Looking at an order before it is carried out: odd ones ask for a code, wait for an officer, or are noted.

What keeps somebody from sending is written down before the order, in a transaction of its own, and refused
with the order itself: whoever forgets to ask first gets no further.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from ayni import identity, ledger
from ayni.foundation import audit
from ayni.foundation.db import Tx
from ayni.foundation.errors import AyniError
from ayni.foundation.keys import KeyRing
from ayni.identity import OfficerRole
from ayni.ledger import Kind, StatementLine, TransferCode
from ayni.values.ids import AccountId, PersonId, new_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors.safety import TooManyLookups, UnknownDecision
from ayni.wallet.model import Order, OrderKind, Payee
from ayni.wallet.model.access import CodePurpose
from ayni.wallet.model.safety import RiskDecision, Rule, Seen, is_odd, read_rules
from ayni.wallet.model.stops import StopKind
from ayni.wallet.operations import cases, stops
from ayni.wallet.operations.access.codes import check_code
from ayni.wallet.operations.access.terms import whole
from ayni.wallet.operations.office import check_officer
from ayni.wallet.operations.plans import LOCKABLE, event_of, held
from ayni.wallet.store import access as access_store
from ayni.wallet.store import all_or_nothing, find_shops
from ayni.wallet.store import safety as store

RULES = "wallet.safety_rules"
OFFICERS = (OfficerRole.COMPLIANCE,)
"""Who decides about what was held."""

_NONE = timedelta(0)
_MOST_LINES = 500
_CASH = {TransferCode.CASH_IN: "in", TransferCode.CASH_OUT: "out"}


def look_at(tx: Tx, *, order: Order, device_id: UUID | None = None) -> AyniError | None:
    """Look at an order before it is carried out. None: it may go on, and if need be was noted for review.

    Otherwise CodeNeeded or HeldForReview, to be raised after a commit: until it is cleared, nothing is sent
    and no cash taken out. The same order again is not odd again. Raises UnknownWallet, ParameterMissing.
    """
    wallet = queries.get_wallet(tx, person_id=order.person_id)
    rows = tx.country.parameter(RULES, on=tx.today)
    assert isinstance(rows, tuple), f"{RULES} is a table"
    shop = find_shops(tx, [order.other_id]).get(order.other_id)
    agent_account = None if shop is None else shop.account_id
    rules = read_rules(rows)
    lines = _lines(tx, wallet.main_account_id, order, max((rule.window for rule in rules), default=_NONE))
    age = _device_age(tx, order.person_id, device_id)
    for rule in rules:
        since = tx.now - rule.window
        seen = _seen(order, [line for line in lines if line.created_at >= since], agent_account, age)
        if is_odd(rule, seen):
            decision = RiskDecision(
                person_id=order.person_id,
                id=new_id(tx.now),
                event_id=event_of(order),
                rule=rule.name,
                action=rule.action,
                reason=_reason(rule, seen),
                shop_id=None if shop is None else shop.id,
                decided_at=tx.now,
            )
            store.insert_decision(tx, decision)
    found = store.find_open_decisions(tx, [order.person_id]).get(order.person_id)
    return held(found) if found is not None and order.kind in LOCKABLE else None


def _lines(tx: Tx, account_id: AccountId, order: Order, window: timedelta) -> list[StatementLine]:
    """What moved in a wallet within a time, without the order itself; no more than anybody does by hand."""
    found = ledger.list_statement(tx, account_id, most=_MOST_LINES, since=tx.now - window)
    return [line for line in found if line.kind == Kind.SINGLE and line.event_id != event_of(order)]


def _seen(
    order: Order, lines: list[StatementLine], agent_account: AccountId | None, device_age: timedelta | None
) -> Seen:
    sends = [line for line in lines if line.code == TransferCode.SEND]
    cash = [line for line in lines if line.code in _CASH and line.counterpart_account_id == agent_account]
    kind = {OrderKind.CASH_IN: "in", OrderKind.CASH_OUT: "out"}.get(order.kind)
    return Seen(
        amount_minor=order.amount_minor,
        is_send=order.kind is OrderKind.SEND,
        is_cash_out=order.kind is OrderKind.CASH_OUT,
        is_cash=kind is not None,
        device_age=device_age,
        sends=sum(line.amount_minor < 0 for line in sends),
        payers=len({line.counterpart_account_id for line in sends if line.amount_minor > 0}),
        cash_kinds=(*(_CASH[TransferCode(line.code)] for line in reversed(cash)), *((kind,) if kind else ())),
    )


def _device_age(tx: Tx, person_id: PersonId, device_id: UUID | None) -> timedelta | None:
    """How long a device has been bound; None for the first that a wallet had, and where none is named."""
    devices = access_store.list_devices(tx, person_id)
    device = next((one for one in devices if one.id == device_id), None)
    if device is None or all(one.bound_at >= device.bound_at for one in devices):
        return None
    return tx.now - device.bound_at


def _reason(rule: Rule, seen: Seen) -> str:
    """What was seen, in numbers, for the officer."""
    return (
        f"{rule.name}: {seen.sends} sends, {seen.payers} payers and cash "
        f"{'-'.join(seen.cash_kinds) or 'none'} within {rule.window}"
    )


def answer_code(tx: Tx, *, ring: KeyRing, person_id: PersonId, code: str) -> AyniError | None:
    """The holder tells the code (purpose PAY), and what asked for one is cleared. None: done.

    Answers WrongCode, to be raised after a commit.
    """
    phone = check_code(tx, ring=ring, person_id=person_id, purpose=CodePurpose.PAY, code=code)
    if isinstance(phone, AyniError):
        return phone
    store.end_by_code(tx, person_id)
    audit.record(tx, action="wallet.answer_code", subject=show_id("per", person_id))
    return None


def list_queue(tx: Tx, *, most: int = 100) -> list[RiskDecision]:
    """What waits for an officer, the oldest first. Raises RoleNotGranted."""
    identity.get_acting_officer(tx, roles=OFFICERS)
    return store.list_queue(tx, most=most)


def decide(tx: Tx, *, decision_id: UUID, is_wrong: bool, reason: str) -> None:
    """An officer clears what was held, or confirms that it was wrong: the wallet is frozen, a case file
    opened.

    Raises UnknownDecision, CaseRefused, RoleNotGranted, OwnCase.
    """
    found = store.find_decision(tx, decision_id)
    if found is None:
        identity.get_acting_officer(tx, roles=OFFICERS)
        raise UnknownDecision
    check_officer(tx, roles=OFFICERS, person_id=found.person_id)
    with all_or_nothing(tx):
        how = "confirmed" if is_wrong else "cleared"
        if not store.insert_end(tx, found.id, how=how, reason=reason):
            raise UnknownDecision
        audit.record(
            tx, action=f"wallet.risk_{how}", subject=show_id("per", found.person_id), reason=reason.strip()
        )
        if is_wrong:
            cases.open_case(tx, person_id=found.person_id, reason=f"{found.rule}: {reason}"[:500])
            stops.keep(tx, found.person_id, StopKind.FROZEN_BY_OFFICE, "under review")


def look_up(tx: Tx, *, person_id: PersonId, phone: str) -> list[Payee] | AyniError:
    """Whom a telephone reaches, by masked name, for somebody who is about to send. Each lookup is counted.

    Answers TooManyLookups, to be raised after a commit. Raises UnknownWallet, InvalidPhone.
    """
    queries.get_wallet(tx, person_id=person_id)
    count = store.count_lookups(tx, person_id, since=tx.now - timedelta(hours=1))
    if count >= whole(tx, "wallet.lookups_an_hour"):
        return TooManyLookups(count=count)
    store.insert_lookup(tx, person_id)
    return queries.find_payees(tx, phone=phone)
