"""Paying bills: what is owed is asked of the company itself, and a bill is paid once, by whomever.

The company is asked and told outside of transactions. What it does not take is given back; when it cannot be
reached it is told again, for as long as it takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from ayni import ledger
from ayni.foundation import audit
from ayni.foundation.db import SYSTEM, Actor, Database, Tx
from ayni.foundation.errors import AyniError
from ayni.ledger import Kind, Transfer, TransferCode
from ayni.payments import TRUST_BOOK
from ayni.values.ids import EventId, PersonId, TransferId, as_key, derived_id, show_id
from ayni.wallet import queries
from ayni.wallet.errors import OrderRefused, UnknownShop
from ayni.wallet.errors.bills import BadBill, BillAlreadyPaid, BillerUnreachable, UnknownBill
from ayni.wallet.model import Order, OrderKind, Receipt
from ayni.wallet.model.bills import Bill, BillAnswer, BillPayment, OpenBill
from ayni.wallet.operations.orders import carry_out
from ayni.wallet.operations.plans import leg_id
from ayni.wallet.operations.refusals import in_words
from ayni.wallet.ports import BillerSystem
from ayni.wallet.store import all_or_nothing
from ayni.wallet.store import bills as store

_CLIENT = "bill"
_MOST = 500
_EPOCH = datetime(2025, 1, 1, tzinfo=UTC)
"""A bill is the same however often it is told: its id is not dated by when that was."""


def look_up(
    database: Database,
    *,
    billers: Mapping[str, BillerSystem],
    code: str,
    customer: str,
    actor: Actor = SYSTEM,
) -> list[Bill]:
    """What a customer owes a company, as the company says now. `billers` are their systems by the shop's
    code.

    Raises UnknownShop, BillerUnreachable, BadBill.
    """
    with database.transaction(actor) as tx:
        shop = queries.find_shop(tx, code=code)
    if shop is None or shop.kind != "biller" or code not in billers:
        raise UnknownShop(kind="company")
    try:
        told = billers[code].find_bills(customer.strip())
    except Exception as error:
        raise BillerUnreachable from error
    with database.transaction(actor) as tx:
        return [note_bill(tx, shop_id=shop.id, customer=customer.strip(), bill=one) for one in told]


def note_bill(tx: Tx, *, shop_id: UUID, customer: str, bill: OpenBill) -> Bill:
    """Keep a bill as its company tells it. Raises BadBill."""
    if type(bill.amount_minor) is not int:
        raise BadBill
    bill_id = derived_id(_EPOCH, "bill", shop_id, bill.number, bill.amount_minor, bill.due_on)
    noted = Bill(bill_id, shop_id, customer, bill.number, bill.holder, bill.amount_minor, bill.due_on, tx.now)
    store.insert_bill(tx, noted)
    return get_bill(tx, bill_id=bill_id)


def get_bill(tx: Tx, *, bill_id: UUID) -> Bill:
    """A bill that was told to us. Raises UnknownBill."""
    found = store.find_bill(tx, bill_id)
    if found is None:
        raise UnknownBill
    return found


def pay_bill(tx: Tx, *, bill_id: UUID, person_id: PersonId) -> Receipt:
    """Pay a bill from free money. Twice by one person is once: the second time gives the same receipt.

    Posts, so a transaction does it last. Raises UnknownBill, BillAlreadyPaid, and as `wallet.pay` does.
    """
    bill = get_bill(tx, bill_id=bill_id)
    earlier = store.list_payments(tx, shop_id=bill.shop_id, number=bill.number)
    last = earlier[-1] if earlier else None
    if last is not None and last.accepted is not False:
        if last.person_id != person_id or last.bill_id != bill.id:
            raise BillAlreadyPaid
        return _carry_out(tx, _order(bill, person_id, last.attempt))
    attempt = len(earlier) + 1
    order = _order(bill, person_id, attempt)
    payment = BillPayment(
        leg_id(order, 0), bill.id, bill.shop_id, bill.number, attempt, person_id, tx.now, None, ""
    )
    with all_or_nothing(tx):
        if not store.insert_payment(tx, payment):
            # Somebody paid it at the same time, and has committed since.
            raise BillAlreadyPaid
        return _carry_out(tx, order)


def _order(bill: Bill, person_id: PersonId, attempt: int) -> Order:
    made = derived_id(bill.told_at, "bill", bill.shop_id, bill.number, person_id, attempt)
    key = as_key(made)
    return Order(OrderKind.BILL, person_id, bill.shop_id, bill.amount_minor, _CLIENT, key)


def _carry_out(tx: Tx, order: Order) -> Receipt:
    (answer,) = carry_out(tx, orders=[order])
    if isinstance(answer, AyniError):
        # Rolled back with its refusal, so that it may be paid when there is enough.
        raise answer
    return answer


def tell_billers(database: Database, *, billers: Mapping[str, BillerSystem], actor: Actor = SYSTEM) -> int:
    """Tell companies of payments that they have not answered yet; returns how many have answered.

    Whoever cannot be reached is told again the next time; the same payment told twice is one there.
    """
    with database.transaction(actor) as tx:
        waiting = store.list_payments_to_tell(tx, most=_MOST)
        bills = {one.bill_id: get_bill(tx, bill_id=one.bill_id) for one in waiting}
        codes = {one.shop_id: queries.get_shop(tx, shop_id=one.shop_id).code for one in waiting}
    answered = 0
    for payment in waiting:
        system = billers.get(codes[payment.shop_id])
        if system is None:
            continue
        try:
            answer = system.book_payment(
                payment_id=payment.id,
                number=payment.number,
                amount_minor=bills[payment.bill_id].amount_minor,
            )
        except Exception:  # noqa: S112 - what it will say is not known: asked again, never guessed
            continue
        with database.transaction(actor) as tx:
            answered += take_answer(tx, payment=payment, answer=answer)
    return answered


def take_answer(tx: Tx, *, payment: BillPayment, answer: BillAnswer) -> bool:
    """Take what a company says of a payment; False when it had answered. Posts. Raises OrderRefused."""
    with all_or_nothing(tx):
        if not store.insert_answer(tx, payment.id, answer):
            return False
        if not answer.accepted:
            _give_back(tx, payment)
            audit.record(
                tx,
                action="wallet.bill_refused",
                subject=show_id("trf", payment.id),
                reason=answer.reason or "no reason given",
            )
    return True


def _give_back(tx: Tx, payment: BillPayment) -> None:
    event_id = EventId(derived_id(payment.paid_at, "bill", payment.id, "refused"))
    transfers = [
        Transfer(
            id=TransferId(derived_id(payment.paid_at, "bill", leg.id, "refused", "leg")),
            event_id=event_id,
            book=TRUST_BOOK,
            debit_account_id=None,
            credit_account_id=None,
            amount_minor=0,
            code=TransferCode.REFUND,
            kind=Kind.RETURN,
            pending_id=leg.id,
        )
        for leg in ledger.list_legs(tx, payment.id)
    ]
    for answer in ledger.post(tx, transfers):
        if not answer.result.ok:
            raise OrderRefused(result=in_words(answer.result))


def list_payments(tx: Tx, *, bill_id: UUID) -> list[BillPayment]:
    """What was paid of a bill, and what the company said. Raises UnknownBill."""
    bill = get_bill(tx, bill_id=bill_id)
    return store.list_payments(tx, shop_id=bill.shop_id, number=bill.number)
